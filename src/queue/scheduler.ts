import { LRUCache } from "lru-cache";
import type { Queue, QueueAddOptions } from "p-queue";
import PQueue from "p-queue";
import type { Logger } from "pino";
import { communityKey, userKey } from "../domain/model.js";
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

/** Starts jobs, as many at a time as there are slots: p-queue with a queue inside that is fair. */
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

  /** Something besides jobs has left the engine: the next one may fit now. */
  lookAgain(): void {
    this.#regulate();
  }

  enqueue(active: ActiveJob): void {
    const { job, leave } = active;
    active.queued = true;
    const [community, user] = [communityKey(job.channel), userKey(job)];
    const options = { id: job.id, community, user, priority: job.priority, signal: leave.signal };
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
  /** See `communityKey` and `userKey`. */
  readonly community?: string;
  readonly user?: string;
}

interface Waiting {
  readonly id: string;
  readonly community: string;
  readonly user: string;
  readonly priority: number;
  /** The order in which jobs came. */
  readonly number: number;
  readonly start: RunFunction;
  /** Who takes turns inside one priority: communities, and the users of one community. */
  readonly turns: { readonly community: string; readonly user: string };
}

/** Communities, and users in them, remembered as served: earlier ones count as new again. */
const REMEMBERED = 10_000;

const ofCommunity = ({ turns }: Waiting) => turns.community;
const ofUser = ({ turns }: Waiting) => turns.user;

/** Made once: a long queue is put in order often. */
function turnsOf({ priority, community, user }: Pick<Waiting, "priority" | "community" | "user">): Waiting["turns"] {
  return { community: `${priority} ${community}`, user: `${priority} ${community} ${user}` };
}

/**
 * The queue inside p-queue: the highest priority first; inside one priority a round-robin between communities, and in
 * each of them one between its users. Who was served longest ago (or never) is next; each user's own jobs keep their
 * order. So a community with one job waits for one job of each other community at most, however many those have queued,
 * and a user for one job of each other user of the community.
 */
export class RoundRobin implements Queue<RunFunction, RoundRobinOptions> {
  #waiting: Waiting[] = [];
  #numbers = 0;
  /** All in order, until something changes: it is read far more often. */
  #order: readonly Waiting[] | undefined;
  /** When a community or a user was last served, as a running number. */
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
    const { user = id, community = "", priority = 0 } = options;
    const turns = turnsOf({ priority, community, user });
    this.#waiting.push({ id, community, user, priority, number, start, turns });
    this.#order = undefined;
  }

  dequeue(): RunFunction | undefined {
    const next = this.#first();
    if (!next) return undefined;
    this.#waiting.splice(this.#waiting.indexOf(next), 1);
    // The others keep their order: it is the one in which they are served.
    this.#order = this.#order?.slice(1);
    this.#numbers += 1;
    for (const keyOf of [ofCommunity, ofUser]) this.#served.set(keyOf(next), this.#numbers);
    return next.start;
  }

  filter({ priority = 0 }: Readonly<Partial<RoundRobinOptions>>): RunFunction[] {
    const chosen = this.#inOrder().filter((waiting) => waiting.priority === priority);
    return chosen.map(({ start }) => start);
  }

  setPriority(id: string, priority: number): void {
    this.#order = undefined;
    this.#waiting = this.#waiting.map((waiting) =>
      waiting.id === id ? { ...waiting, priority, turns: turnsOf({ ...waiting, priority }) } : waiting,
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
    if (this.#order) return this.#order[0];
    const highest = Math.max(...this.#waiting.map(({ priority }) => priority));
    const candidates = this.#waiting.filter(({ priority }) => priority === highest);
    return this.#nextOf(this.#nextOf(candidates, ofCommunity), ofUser)[0];
  }

  /** The jobs, in their order, of who is next. */
  #nextOf(jobs: readonly Waiting[], keyOf: (job: Waiting) => string): readonly Waiting[] {
    // Jobs are in the order in which they came: with the same turn, who came first is met first.
    const groups = [...groupBy(jobs, keyOf)].map(([key, own]) => ({ own, served: this.#served.peek(key) ?? 0 }));
    const least = Math.min(...groups.map(({ served }) => served));
    return groups.find(({ served }) => served === least)?.own ?? [];
  }

  #inOrder(): readonly Waiting[] {
    this.#order ??= this.#sorted();
    return this.#order;
  }

  #sorted(): Waiting[] {
    const priorities = [...new Set(this.#waiting.map(({ priority }) => priority))].sort((a, b) => b - a);
    return priorities.flatMap((wanted) => {
      const jobs = this.#waiting.filter(({ priority }) => priority === wanted);
      const communities = [...groupBy(jobs, ofCommunity).values()];
      return this.#inTurns(
        communities.flatMap((own) => this.#inTurns(own, ofUser)),
        ofCommunity,
      );
    });
  }

  /**
   * The n-th job of each belongs to round n; inside a round, those served longest ago come first, and of new ones those
   * who came first. That is the order which serving them one by one gives.
   */
  #inTurns(jobs: readonly Waiting[], keyOf: (job: Waiting) => string): Waiting[] {
    const groups = [...groupBy(jobs, keyOf)].map(([key, own]) => ({
      own,
      served: this.#served.peek(key) ?? 0,
      arrival: Math.min(...own.map(({ number }) => number)),
    }));
    groups.sort((a, b) => a.served - b.served || a.arrival - b.arrival);
    const rounds = Math.max(0, ...groups.map(({ own }) => own.length));
    return Array.from({ length: rounds }, (_, round) => groups.flatMap(({ own }) => own[round] ?? [])).flat();
  }
}

/** `Map.groupBy`, which Node 20 does not have. */
function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
