/** Token buckets by key: `burst` calls at once, `perSecond` of them come back each second. Bounded: full buckets are forgotten. */
export class RateLimiter {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(
    private readonly burst: number,
    private readonly perSecond: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** Takes one token. @returns seconds to wait when there is none, else 0. */
  take(key: string): number {
    const at = this.now();
    if (this.#buckets.size > 10_000) this.#forgetFull(at);
    const bucket = this.#buckets.get(key) ?? { tokens: this.burst, at };
    bucket.tokens = Math.min(this.burst, bucket.tokens + ((at - bucket.at) / 1000) * this.perSecond);
    bucket.at = at;
    this.#buckets.set(key, bucket);
    if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / this.perSecond);
    bucket.tokens -= 1;
    return 0;
  }

  #forgetFull(at: number): void {
    for (const [key, bucket] of this.#buckets) {
      if (bucket.tokens + ((at - bucket.at) / 1000) * this.perSecond >= this.burst) this.#buckets.delete(key);
    }
    // Still too many: somebody is making up keys. Starting over is kinder than growing without end.
    if (this.#buckets.size > 10_000) this.#buckets.clear();
  }
}
