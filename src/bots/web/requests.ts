import { LRUCache } from "lru-cache";
import type { z } from "zod";
import { ChatError } from "../../port/chat-error.js";
import { TokenBucket } from "../../shared/token-bucket.js";

/** Most keys that are remembered: somebody may make up keys. */
const MOST = 10_000;

/** Token buckets by key: `burst` calls at once, `perSecond` of them come back each second. */
export class RateLimiter {
  readonly #buckets = new LRUCache<string, TokenBucket>({ max: MOST });

  constructor(
    private readonly burst: number,
    private readonly perSecond: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** Takes one token. @returns seconds to wait when there is none, else 0. */
  take(key: string): number {
    const bucket =
      this.#buckets.get(key) ?? new TokenBucket({ burst: this.burst, perMinute: this.perSecond * 60 }, this.now);
    this.#buckets.set(key, bucket);
    return Math.ceil(bucket.take() / 1000);
  }
}

/** Reads what a request brings. @throws ChatError "forbidden" for what the page would not send. */
export function readBody<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) throw new ChatError("forbidden", "web.bad-request");
  return result.data;
}
