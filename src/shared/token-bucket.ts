/** A rate of calls: so many per minute, of which `burst` may come at once. */
export interface Rate {
  readonly burst: number;
  readonly perMinute: number;
}

/** A token bucket: holds `burst` tokens at most, and is refilled with `perMinute` of them each minute. */
export class TokenBucket {
  #tokens: number;
  #filledAt: number;

  /** @param now the clock, in milliseconds */
  constructor(
    readonly rate: Rate,
    private readonly now: () => number = Date.now,
  ) {
    this.#tokens = rate.burst;
    this.#filledAt = now();
  }

  /** Milliseconds until a token can be taken that leaves `reserve` others; 0 when it can be taken now. */
  waitMs(reserve = 0): number {
    return Math.max(0, 1 + reserve - this.#fill()) * (60_000 / this.rate.perMinute);
  }

  /**
   * Takes a token that leaves `reserve` others, or returns the milliseconds until there is one; 0 when it was taken.
   */
  take(reserve = 0): number {
    const wait = this.waitMs(reserve);
    if (wait === 0) this.#tokens -= 1;
    return wait;
  }

  /** Leaves no more than `most` tokens. */
  limitTo(most: number): void {
    this.#tokens = Math.min(most, this.#fill());
  }

  #fill(): number {
    const now = this.now();
    this.#tokens = Math.min(this.rate.burst, this.#tokens + ((now - this.#filledAt) * this.rate.perMinute) / 60_000);
    this.#filledAt = now;
    return this.#tokens;
  }
}
