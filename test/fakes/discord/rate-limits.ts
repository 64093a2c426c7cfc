/** Discord's rate limits: a bucket for each kind of call and channel, and one for all calls of the bot. */

interface Bucket {
  readonly limit: number;
  readonly windowMs: number;
  left: number;
  resetsAt: number;
  /** After a 429: calls before this are an offence. */
  blockedUntil: number;
}

export interface Verdict {
  readonly headers: Readonly<Record<string, string>>;
  /** In seconds; set when the call is refused. */
  readonly retryAfter?: number;
  readonly global?: boolean;
  /** The client has been told to wait, and did not. */
  readonly ignored?: boolean;
}

/** Calls and milliseconds, by kind; the real ones are not documented, but these are what is seen. */
const KNOWN: Readonly<Record<string, readonly [number, number]>> = {
  "POST messages": [5, 5_000],
  "PATCH message": [5, 5_000],
  "DELETE message": [5, 1_000],
  "PUT reaction": [1, 250],
  "POST thread": [50, 300_000],
  "PUT commands": [5, 20_000],
};
const OTHER = [50, 1_000] as const;
const GLOBAL = 50;

export class RateLimits {
  readonly #buckets = new Map<string, Bucket>();
  readonly #lately: number[] = [];

  /** @param slowness windows are so many times as long as Discord's, so that tests need not wait */
  constructor(
    private readonly slowness: number,
    private readonly now: () => number,
  ) {}

  check(kind: string, major: string): Verdict {
    const now = this.now();
    while (this.#lately[0] !== undefined && this.#lately[0] <= now - 1_000) this.#lately.shift();
    if (this.#lately.length >= GLOBAL / Math.min(1, this.slowness))
      return { headers: { "x-ratelimit-global": "true", "x-ratelimit-scope": "global" }, retryAfter: 1, global: true };
    this.#lately.push(now);
    const key = `${kind} ${major}`;
    const [limit, milliseconds] = KNOWN[kind] ?? OTHER;
    const windowMs = milliseconds * this.slowness;
    const bucket = this.#buckets.get(key) ?? {
      limit,
      windowMs,
      left: limit,
      resetsAt: now + windowMs,
      blockedUntil: 0,
    };
    this.#buckets.set(key, bucket);
    if (now >= bucket.resetsAt) Object.assign(bucket, { left: limit, resetsAt: now + windowMs });
    const ignored = now < bucket.blockedUntil;
    const refused = bucket.left <= 0;
    if (!refused) bucket.left--;
    const after = Math.max(0, bucket.resetsAt - now) / 1000;
    if (refused) bucket.blockedUntil = bucket.resetsAt;
    const headers = {
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(bucket.left),
      "x-ratelimit-reset-after": after.toFixed(3),
      "x-ratelimit-reset": (bucket.resetsAt / 1000).toFixed(3),
      "x-ratelimit-bucket": Buffer.from(kind).toString("hex"),
      ...(refused ? { "x-ratelimit-scope": "user" } : {}),
    };
    return { headers, ...(refused ? { retryAfter: after, ignored } : {}) };
  }
}
