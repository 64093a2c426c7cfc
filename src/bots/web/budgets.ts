import { LRUCache } from "lru-cache";
import { type Rate, TokenBucket } from "../../shared/async.js";
import { type BudgetName, COUNTED, type WebChatLimits } from "./limits.js";

/** Most people, and most addresses, that are remembered: a stranger can make up some. */
const MOST = 10_000;

/** By whom something is done, as far as it is known. */
type Doer = Readonly<Partial<Record<(typeof COUNTED)[number], string | undefined>>>;

/** What visitors have left of their budgets. */
export class Budgets {
  readonly #buckets = new Map<string, LRUCache<string, TokenBucket>>();

  /** @param now a clock that is never set back, in milliseconds */
  constructor(
    private readonly budgets: WebChatLimits["budgets"],
    private readonly now?: () => number,
  ) {}

  /**
   * Takes some of something from each whom it is counted for, or from none of them.
   *
   * @returns seconds to wait when one of them has used theirs up, else 0
   */
  take(what: BudgetName, doer: Doer, count = 1): number {
    const buckets = COUNTED.flatMap((who) => {
      const [rate, key] = [this.budgets[what][who], doer[who]];
      return rate === undefined || key === undefined ? [] : [this.#bucket(`${what} ${who}`, key, rate)];
    });
    // What is more than all there can be takes all.
    const counts = buckets.map((bucket) => ({ bucket, most: Math.min(count, bucket.rate.burst) }));
    const wait = Math.max(0, ...counts.map(({ bucket, most }) => bucket.waitMs(most - 1)));
    if (wait === 0) for (const { bucket, most } of counts) bucket.takeMany(most);
    return Math.ceil(wait / 1000);
  }

  /** Whether a person has done something before, lately. */
  knows(what: BudgetName, person: string): boolean {
    return this.#buckets.get(`${what} person`)?.has(person) === true;
  }

  #bucket(kind: string, key: string, rate: Rate): TokenBucket {
    const all = this.#buckets.get(kind) ?? new LRUCache<string, TokenBucket>({ max: MOST });
    const bucket = all.get(key) ?? new TokenBucket(rate, this.now);
    this.#buckets.set(kind, all);
    all.set(key, bucket);
    return bucket;
  }
}
