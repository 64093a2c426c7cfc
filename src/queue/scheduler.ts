import PQueue from "p-queue";
import type { Logger } from "pino";
import { userKey } from "../domain/job.js";
import type { ActiveJob } from "./job-states.js";
import { RoundRobin, type RoundRobinOptions } from "./round-robin.js";

interface SchedulerOptions {
  /** Jobs that run side by side. */
  readonly slots: number;
  /** Whether the next job can start now. */
  readonly mayStart: (id: string) => boolean;
  /** Runs a job. `begun`: it runs already, elsewhere. */
  readonly run: (active: ActiveJob, how: { readonly begun: boolean }) => Promise<void>;
  readonly logger: Logger;
}

/** Starts jobs, as many at a time as there are slots: p-queue with a queue inside that is fair between users. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #queue: RoundRobin;
  readonly #pqueue: PQueue<RoundRobin, RoundRobinOptions>;
  /** Jobs that run elsewhere and were joined; they take slots without having waited for them. */
  readonly #joined = new Set<Promise<void>>();
  #slots: number;
  #held = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    const queue = new RoundRobin(options.mayStart);
    this.#queue = queue;
    // p-queue makes its queue itself. Given this one, its order can be read.
    const queueClass = function sharedQueue() {
      return queue;
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
    const options = { id: job.id, user: userKey(job), priority: job.priority, signal: leave.signal };
    this.#pqueue
      .add(() => this.#options.run(active, { begun: false }), options)
      .catch((error: unknown) => {
        // Leaving the queue rejects too.
        if (!leave.signal.aborted) this.#unforeseen(error, active);
      });
  }

  /** Joins a job that runs elsewhere, or has ended there. */
  join(active: ActiveJob): void {
    const run = this.#options.run(active, { begun: true }).catch((error: unknown) => this.#unforeseen(error, active));
    this.#joined.add(run);
    this.#regulate();
    void run.then(() => {
      this.#joined.delete(run);
      this.#regulate();
    });
  }

  /** Ids of those that wait, in the order in which they will start. */
  order(): string[] {
    return this.#queue.order();
  }

  /** Resolves when none runs. */
  async idle(): Promise<void> {
    await this.#pqueue.onPendingZero();
    while (this.#joined.size > 0) await Promise.all(this.#joined);
  }

  /** Has p-queue start as many as there are free slots. */
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
