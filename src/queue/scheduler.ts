import PQueue from "p-queue";
import type { Logger } from "pino";
import { userKey } from "../domain/job.js";
import type { ActiveJob } from "./active-job.js";
import { RoundRobin, type RoundRobinOptions } from "./round-robin.js";

interface SchedulerOptions {
  /** Jobs that run side by side. */
  readonly slots: number;
  /** Whether the job whose turn it is can start now. */
  readonly mayStart: (id: string) => boolean;
  /** Runs a job whose turn has come. `begun`: it runs already, elsewhere. */
  readonly run: (active: ActiveJob, how: { readonly begun: boolean }) => Promise<void>;
  readonly logger: Logger;
}

/** Gives jobs their turns: p-queue starts them, as many as there are slots, from a line that is fair between people. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #queue: RoundRobin;
  readonly #pqueue: PQueue<RoundRobin, RoundRobinOptions>;
  /** Jobs that were joined while they ran elsewhere; they have slots without having waited for them. */
  readonly #joined = new Set<Promise<void>>();
  #slots: number;
  #held = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    const line = new RoundRobin(options.mayStart);
    this.#queue = line;
    // p-queue makes its line itself; this class hands it ours, so that we can ask it for the order.
    const queueClass = function sharedLine() {
      return line;
    } as unknown as new () => RoundRobin;
    this.#slots = options.slots;
    this.#pqueue = new PQueue<RoundRobin, RoundRobinOptions>({ concurrency: Math.max(1, options.slots), queueClass });
    // p-queue starts one job for each that ends; where a large one has ended, several small ones may fit.
    this.#pqueue.on("next", () => this.#regulate());
    this.#regulate();
  }

  get slots(): number {
    return this.#slots;
  }

  /** With fewer than run now, the next one begins when enough of them have ended; with 0, none does. */
  setSlots(slots: number): void {
    this.#slots = slots;
    this.#regulate();
  }

  /** While held, no job starts. */
  hold(held: boolean): void {
    this.#held = held;
    this.#regulate();
  }

  enqueue(active: ActiveJob): void {
    const { job, leave } = active;
    active.queued = true;
    this.#pqueue
      .add(() => this.#options.run(active, { begun: false }), {
        ...{ id: job.id, user: userKey(job), priority: job.priority, signal: leave.signal },
      })
      .catch((error: unknown) => {
        // Leaving the line rejects too; that has been told already.
        if (!leave.signal.aborted) this.#unforeseen(error, active);
      });
  }

  /** Goes on with a job that runs elsewhere, or has ended there meanwhile. */
  join(active: ActiveJob): void {
    const run = this.#options.run(active, { begun: true }).catch((error: unknown) => this.#unforeseen(error, active));
    this.#joined.add(run);
    this.#regulate();
    void run.then(() => {
      this.#joined.delete(run);
      this.#regulate();
    });
  }

  /** Ids of those that wait, in the order of their turns. */
  order(): string[] {
    return this.#queue.order();
  }

  /** Resolves when none runs. */
  async idle(): Promise<void> {
    await this.#pqueue.onPendingZero();
    while (this.#joined.size > 0) await Promise.all(this.#joined);
  }

  /** Lets p-queue start as many as there are slots that nobody has. */
  #regulate(): void {
    const free = this.#slots - this.#joined.size;
    const open = free > 0 && !this.#held;
    if (!open) this.#pqueue.pause();
    this.#pqueue.concurrency = Math.max(1, free);
    if (open) this.#pqueue.start();
  }

  #unforeseen(error: unknown, { job }: ActiveJob): void {
    this.#options.logger.error({ err: error, job: job.id }, "a job ended in an unforeseen way");
  }
}
