import { type Rate, TokenBucket } from "../../shared/token-bucket.js";

interface Waiter {
  readonly urgent: boolean;
  readonly settle: (granted: boolean) => void;
}

/**
 * A token bucket with a queue of waiting calls. Urgent ones go first, and a part of the tokens is reserved for them: previews must never
 * hold up a final picture.
 */
export class Bucket {
  readonly #tokens: TokenBucket;
  #blockedUntil = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #waiting: Waiter[] = [];

  constructor(private readonly rate: Rate) {
    this.#tokens = new TokenBucket(rate);
  }

  /** Resolves to true when it is this caller's turn, to false when that is not within `patienceMs`. */
  take({ urgent, patienceMs }: { readonly urgent: boolean; readonly patienceMs: number }): Promise<boolean> {
    return new Promise((resolve) => {
      const late = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        resolve(false);
      }, patienceMs);
      const waiter: Waiter = {
        urgent,
        settle: (granted) => {
          clearTimeout(late);
          resolve(granted);
        },
      };
      this.#waiting.push(waiter);
      this.#serve();
    });
  }

  /** The other side has said to wait: nobody passes for so long. */
  block(milliseconds: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, Date.now() + milliseconds);
    this.#tokens.limitTo(1);
  }

  /** Turns everybody away. */
  close(): void {
    clearTimeout(this.#timer);
    for (const waiter of this.#waiting.splice(0)) waiter.settle(false);
  }

  #serve(): void {
    clearTimeout(this.#timer);
    for (;;) {
      const index = Math.max(
        0,
        this.#waiting.findIndex(({ urgent }) => urgent),
      );
      const next = this.#waiting[index];
      if (!next) return;
      const reserve = next.urgent ? 0 : Math.floor(this.rate.burst / 4);
      const wait = Math.max(this.#blockedUntil - Date.now(), this.#tokens.waitMs(reserve));
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#serve(), Math.ceil(wait));
        return;
      }
      this.#tokens.take(reserve);
      this.#waiting.splice(index, 1);
      next.settle(true);
    }
  }
}
