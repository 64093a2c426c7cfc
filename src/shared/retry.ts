import { setTimeout as delay } from "node:timers/promises";

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
