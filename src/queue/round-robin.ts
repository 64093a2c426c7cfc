import { LRUCache } from "lru-cache";
import type { QueueAddOptions } from "p-queue";

/** What p-queue starts when a turn has come. */
type Turn = () => Promise<unknown>;

export interface RoundRobinOptions extends QueueAddOptions {
  /** Whose turn it is; see `personKey`. */
  readonly user?: string;
}

interface Waiting {
  readonly id: string;
  readonly user: string;
  readonly priority: number;
  readonly number: number;
  /** Priority and person: whose turns count together. */
  readonly key: string;
  readonly start: Turn;
}

/** People remembered as having had a turn: older ones count as newcomers again. */
const REMEMBERED = 10_000;

/**
 * The line that p-queue takes its next task from: the highest priority first, and inside one priority a round-robin between
 * people. Whoever had a turn longest ago (or never) is next; each person's own tasks keep their order. So a person with one job
 * waits for one job of each other person at most, however many the others have queued.
 */
export class RoundRobin {
  #waiting: Waiting[] = [];
  #numbers = 0;
  /** The line in order, until it changes: it is asked for far more often. */
  #order: readonly Waiting[] | undefined;
  /** When a person last had a turn, by priority and person, as a running number. */
  readonly #served = new LRUCache<string, number>({ max: REMEMBERED });

  /** @param mayStart whether the job whose turn it is can start now; nobody is served before it in the meantime */
  constructor(private readonly mayStart: (id: string) => boolean = () => true) {}

  /** How many may be taken out now, as far as p-queue needs to know: none while the first has to wait. */
  get size(): number {
    const next = this.#first();
    return next && this.mayStart(next.id) ? this.#waiting.length : 0;
  }

  enqueue(turn: Turn, options: Partial<RoundRobinOptions> = {}): void {
    const number = ++this.#numbers;
    const id = options.id ?? String(number);
    const [user, priority] = [options.user ?? id, options.priority ?? 0];
    this.#waiting.push({ id, user, priority, number, key: servedKey(user, priority), start: turn });
    this.#order = undefined;
  }

  dequeue(): Turn | undefined {
    const next = this.#first();
    if (!next) return undefined;
    this.#waiting.splice(this.#waiting.indexOf(next), 1);
    this.#order = undefined;
    this.#served.set(next.key, ++this.#numbers);
    return next.start;
  }

  filter(options: Readonly<Partial<RoundRobinOptions>>): Turn[] {
    return this.#inOrder()
      .filter((waiting) => options.priority === undefined || waiting.priority === options.priority)
      .filter((waiting) => options.user === undefined || waiting.user === options.user)
      .map((waiting) => waiting.start);
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

  /** The ids in the order in which they will be started if nobody joins. */
  order(): string[] {
    return this.#inOrder().map((waiting) => waiting.id);
  }

  /** The first of {@link #inOrder}, without putting the others in order. */
  #first(): Waiting | undefined {
    const seen = new Set<string>();
    let best: { readonly waiting: Waiting; readonly served: number } | undefined;
    for (const waiting of this.#waiting) {
      const { key } = waiting;
      // Tasks stand as they came: a person's first one is met first.
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
    // A person's n-th task belongs to round n; inside a round, those served longest ago come first. That is what taking turns one by one gives.
    const counts = new Map<string, number>();
    const rounds = this.#waiting.map((waiting) => {
      const { key } = waiting;
      const round = counts.get(key) ?? 0;
      counts.set(key, round + 1);
      return { waiting, round, served: this.#served.peek(key) ?? 0 };
    });
    // Newcomers (served 0) keep the order in which they came: by the number of their first task, which round and number give.
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
