import { setTimeout as delay } from "node:timers/promises";

export interface RetryPolicy {
  /** Ends it, also while it waits. */
  readonly signal: AbortSignal;
  /** Wait before the first try, in milliseconds; doubled before each further one, up to `longestMs`. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** Whether trying again may help, and a place to log why. */
  again(error: unknown): boolean;
}

/** Waits and tries, again and again, until it works, trying no longer helps, or the signal ends it. Returns whether it worked. */
export async function retryWithBackoff(
  work: () => Promise<void>,
  { signal, firstMs, longestMs, again }: RetryPolicy,
): Promise<boolean> {
  for (let wait = firstMs; ; wait = Math.min(longestMs, wait * 2)) {
    try {
      await delay(wait, undefined, { signal });
    } catch {
      return false;
    }
    try {
      await work();
      return true;
    } catch (error) {
      if (!again(error)) return false;
    }
  }
}
