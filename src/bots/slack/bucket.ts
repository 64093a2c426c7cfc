/** A rate that others set: so many calls a second, some of them at once. */
export interface Rate {
  readonly burst: number;
  readonly perMinute: number;
}

interface Waiter {
  readonly urgent: boolean;
  readonly settle: (granted: boolean) => void;
}

/**
 * A token bucket with a line before it. What is urgent goes first, and a part of the tokens is kept for it: previews must never be what
 * holds up a final picture.
 */
export class Bucket {
  #tokens: number;
  #filledAt = Date.now();
  #blockedUntil = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #line: Waiter[] = [];

  constructor(private readonly rate: Rate) {
    this.#tokens = rate.burst;
  }

  /** Resolves to true when it is this caller's turn, to false when that is not within `patienceMs`. */
  take({ urgent, patienceMs }: { readonly urgent: boolean; readonly patienceMs: number }): Promise<boolean> {
    return new Promise((resolve) => {
      const late = setTimeout(() => {
        this.#line.splice(this.#line.indexOf(waiter), 1);
        resolve(false);
      }, patienceMs);
      const waiter: Waiter = {
        urgent,
        settle: (granted) => {
          clearTimeout(late);
          resolve(granted);
        },
      };
      this.#line.push(waiter);
      this.#serve();
    });
  }

  /** The other side has said to wait: nobody passes for so long. */
  block(milliseconds: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, Date.now() + milliseconds);
    this.#tokens = Math.min(this.#tokens, 1);
  }

  /** Turns everybody away. */
  close(): void {
    clearTimeout(this.#timer);
    for (const waiter of this.#line.splice(0)) waiter.settle(false);
  }

  #serve(): void {
    clearTimeout(this.#timer);
    this.#fill();
    for (;;) {
      const index = Math.max(
        0,
        this.#line.findIndex(({ urgent }) => urgent),
      );
      const next = this.#line[index];
      if (!next) return;
      const wait = Math.max(this.#blockedUntil - Date.now(), this.#missing(next) * (60_000 / this.rate.perMinute));
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#serve(), Math.ceil(wait));
        return;
      }
      this.#tokens -= 1;
      this.#line.splice(index, 1);
      next.settle(true);
    }
  }

  /** Tokens still to come before this one may pass. */
  #missing({ urgent }: Waiter): number {
    const reserve = urgent ? 0 : Math.floor(this.rate.burst / 4);
    return Math.max(0, 1 + reserve - this.#tokens);
  }

  #fill(): void {
    const now = Date.now();
    this.#tokens = Math.min(this.rate.burst, this.#tokens + ((now - this.#filledAt) * this.rate.perMinute) / 60_000);
    this.#filledAt = now;
  }
}
