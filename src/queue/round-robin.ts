import { LRUCache } from "lru-cache";
import type { Queue, QueueAddOptions } from "p-queue";

type RunFunction = () => Promise<unknown>;

export interface RoundRobinOptions extends QueueAddOptions {
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
