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
