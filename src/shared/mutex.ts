import { deferred } from "./deferred.js";
import { abortable } from "./timeout.js";

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
