import { setTimeout as delay } from "node:timers/promises";

/**
 * Settles like `work`, or, when that takes longer than `milliseconds`, as `onTimeout` says: with the value it returns,
 * or rejecting with what it throws. A rejection that comes too late is ignored.
 *
 * @example await withTimeout(client.fetch(id), 2_000, () => undefined);
 */
export function withTimeout<T, F>(work: Promise<T>, milliseconds: number, onTimeout: () => F): Promise<T | F> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      try {
        resolve(onTimeout());
      } catch (error) {
        reject(error);
      }
    }, milliseconds);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * A signal that aborts after some milliseconds, as `AbortSignal.timeout` does, and surely: where only
 * `AbortSignal.any()` listens to one of those, Node frees it as soon as memory is collected, and it never comes
 * (nodejs/node#57736). A listener of its own keeps it. It keeps no program running.
 */
export function timeLimit(milliseconds: number): AbortSignal {
  const signal = AbortSignal.timeout(milliseconds);
  signal.addEventListener("abort", () => undefined, { once: true });
  return signal;
}

/**
 * Settles like `work`, or rejects with the signal's reason as soon as that is aborted. For work that does not take a
 * signal itself: it goes on, and its outcome is ignored.
 */
export function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

interface RetryPolicy {
  /** Milliseconds before the second attempt; doubled before each further one. */
  readonly firstMs: number;
  /** Upper bound of one wait, in milliseconds; no bound if left out. */
  readonly longestMs?: number;
  /** Attempts in all; no bound if left out. */
  readonly attempts?: number;
  /** Waits before the first attempt as well. */
  readonly delayFirst?: boolean;
  /** Abort is honoured before every attempt and during back-off. */
  readonly signal?: AbortSignal;
  /** A wait that the other side has asked for, in milliseconds, instead of the back-off. */
  waitOf?(error: unknown): number | undefined;
  /**
   * Whether another attempt, `waitMs` later, may succeed; asked after each failure but that of the last attempt. True
   * if left out.
   */
  mayPass?(error: unknown, attempt: number, waitMs: number): boolean;
}

/**
 * Calls `work` until it resolves, with exponential back-off between attempts. Rejects with the last error when no
 * attempt is left or another would not help, and with the signal's reason when it is aborted.
 *
 * @example await retryWithBackoff(() => fetchPage(url), { firstMs: 200, attempts: 3, signal });
 */
export async function retryWithBackoff<T>(work: () => Promise<T>, policy: RetryPolicy): Promise<T> {
  const { firstMs, longestMs = Number.POSITIVE_INFINITY, attempts = Number.POSITIVE_INFINITY, signal } = policy;
  let backOffMs = firstMs;
  const next = (): number => {
    const waitMs = Math.min(longestMs, backOffMs);
    backOffMs = waitMs * 2;
    return waitMs;
  };
  if (policy.delayFirst) await abortableDelay(next(), signal);
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (attempt >= attempts) throw error;
      const waitMs = policy.waitOf?.(error) ?? next();
      if (policy.mayPass?.(error, attempt, waitMs) === false) throw error;
      await abortableDelay(waitMs, signal);
    }
  }
}

/** Waits; rejects with the signal's own reason when it is aborted. */
export async function abortableDelay(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, signal ? { signal } : undefined);
  } finally {
    signal?.throwIfAborted();
  }
}

/** A promise that is settled from outside; `Promise.withResolvers`, which Node 20 lacks. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

export function deferred<T = void>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

/** Has one holder at a time, in the order of their calls. */
export class Mutex {
  #last: Promise<void> = Promise.resolve();

  /**
   * Waits until earlier holders have released it; rejects with the signal's reason when that is aborted first. The
   * returned function releases it; calling it again does nothing.
   */
  async acquire(signal: AbortSignal): Promise<() => void> {
    const { promise, resolve } = deferred();
    const before = this.#last;
    this.#last = before.then(() => promise);
    try {
      await abortable(before, signal);
      return resolve;
    } catch (error) {
      resolve();
      throw error;
    }
  }
}

/** A rate of calls: so many per minute, of which `burst` may come at once. */
export interface Rate {
  readonly burst: number;
  readonly perMinute: number;
}

/** A token bucket: holds `burst` tokens at most, and is refilled with `perMinute` of them each minute. */
export class TokenBucket {
  #tokens: number;
  #filledAt: number;

  /** @param now the clock, in milliseconds; one that can be set back would hold the tokens back as long */
  constructor(
    readonly rate: Rate,
    private readonly now: () => number = () => performance.now(),
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

  /** Takes so many tokens at once; false, and none is taken, when there are fewer. */
  takeMany(count: number): boolean {
    if (this.waitMs(count - 1) > 0) return false;
    this.#tokens -= count;
    return true;
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
