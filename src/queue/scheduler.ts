import { LRUCache } from "lru-cache";
import type { Queue, QueueAddOptions } from "p-queue";
import PQueue from "p-queue";
import type { Logger } from "pino";
import { userKey } from "../domain/model.js";
import type { ActiveJob } from "./job-states.js";

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

type RunFunction = () => Promise<unknown>;

interface RoundRobinOptions extends QueueAddOptions {
  /** See `userKey`. */
  readonly user?: string;
}

interface Waiting {
  readonly id: string;
  readonly user: string;
  readonly priority: number;
  /** The order in which jobs came. */
  readonly number: number;
  /** Priority and user: what is served in turn. */
  readonly key: string;
  readonly start: RunFunction;
}

/** Users remembered as served: earlier ones count as new again. */
const REMEMBERED = 10_000;

/**
 * The queue inside p-queue: the highest priority first, and inside one priority a round-robin between users. The user
 * who was served longest ago (or never) is next; each user's own jobs keep their order. So a user with one job waits
 * for one job of each other user at most, however many the others have queued.
 */
export class RoundRobin implements Queue<RunFunction, RoundRobinOptions> {
  #waiting: Waiting[] = [];
  #numbers = 0;
  /** All in order, until something changes: it is read far more often. */
  #order: readonly Waiting[] | undefined;
  /** When a user was last served, by priority and user, as a running number. */
  readonly #served = new LRUCache<string, number>({ max: REMEMBERED });

  /** @param mayStart whether the next job can start now; until it can, none starts */
  constructor(private readonly mayStart: (id: string) => boolean = () => true) {}

  /** How many may start now, as far as p-queue needs to know: none while the first has to wait. */
  get size(): number {
    const next = this.#first();
    return next && this.mayStart(next.id) ? this.#waiting.length : 0;
  }

  enqueue(start: RunFunction, options: Partial<RoundRobinOptions> = {}): void {
    const number = ++this.#numbers;
    const id = options.id ?? String(number);
    const [user, priority] = [options.user ?? id, options.priority ?? 0];
    this.#waiting.push({ id, user, priority, number, key: servedKey(user, priority), start });
    this.#order = undefined;
  }

  dequeue(): RunFunction | undefined {
    const next = this.#first();
    if (!next) return undefined;
    this.#waiting.splice(this.#waiting.indexOf(next), 1);
    this.#order = undefined;
    this.#served.set(next.key, ++this.#numbers);
    return next.start;
  }

  filter({ priority = 0 }: Readonly<Partial<RoundRobinOptions>>): RunFunction[] {
    const chosen = this.#inOrder().filter((waiting) => waiting.priority === priority);
    return chosen.map(({ start }) => start);
  }

  setPriority(id: string, priority: number): void {
    this.#order = undefined;
    this.#waiting = this.#waiting.map((waiting) =>
      waiting.id === id ? { ...waiting, priority, key: servedKey(waiting.user, priority) } : waiting,
    );
  }

  remove(id: string): void {
    this.#order = undefined;
    this.#waiting = this.#waiting.filter((waiting) => waiting.id !== id);
  }

  /** The ids in the order in which they will start if no job joins. */
  order(): string[] {
    return this.#inOrder().map((waiting) => waiting.id);
  }

  /** The first of {@link #inOrder}, without putting the others in order. */
  #first(): Waiting | undefined {
    const seen = new Set<string>();
    let best: { readonly waiting: Waiting; readonly served: number } | undefined;
    for (const waiting of this.#waiting) {
      const { key } = waiting;
      // Jobs are in the order in which they came: a user's first one is met first.
      if (seen.has(key)) continue;
      seen.add(key);
      const served = this.#served.peek(key) ?? 0;
      const ahead =
        best &&
        (best.waiting.priority - waiting.priority || served - best.served || waiting.number - best.waiting.number);
      if (ahead === undefined || ahead < 0) best = { waiting, served };
    }
    return best?.waiting;
  }

  #inOrder(): readonly Waiting[] {
    this.#order ??= this.#sorted();
    return this.#order;
  }

  #sorted(): Waiting[] {
    // A user's n-th job belongs to round n; inside a round, those served longest ago come first. That is the order
    // which serving them one by one gives.
    const counts = new Map<string, number>();
    const rounds = this.#waiting.map((waiting) => {
      const { key } = waiting;
      const round = counts.get(key) ?? 0;
      counts.set(key, round + 1);
      return { waiting, round, served: this.#served.peek(key) ?? 0 };
    });
    // New users (served 0) keep the order in which they came, by the number of their first job.
    const first = new Map<string, number>();
    for (const { waiting, round } of rounds) if (round === 0) first.set(waiting.key, waiting.number);
    const arrival = (waiting: Waiting) => first.get(waiting.key) ?? waiting.number;
    return rounds
      .sort(
        (a, b) =>
          b.waiting.priority - a.waiting.priority ||
          a.round - b.round ||
          a.served - b.served ||
          arrival(a.waiting) - arrival(b.waiting),
      )
      .map(({ waiting }) => waiting);
  }
}

function servedKey(user: string, priority: number): string {
  return `${priority} ${user}`;
}
