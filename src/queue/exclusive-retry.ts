/**
 * An engine that dies takes all the jobs with it that it has, and nobody knows whose fault it was. So no job makes its last try beside
 * another's: the one that kills engines is given up, and those that ran beside it are not.
 */
export class ExclusiveRetry {
  #before: Promise<void> = Promise.resolve();

  /**
   * Waits until the others have left; rejects with the signal's reason when it is aborted meanwhile. The returned function lets the next
   * one in; calling it again does nothing.
   */
  async enter(signal: AbortSignal): Promise<() => void> {
    const before = this.#before;
    let leave: () => void = () => undefined;
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    this.#before = before.then(() => left);
    let stop: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => {
      stop = resolve;
    });
    signal.addEventListener("abort", stop, { once: true });
    await Promise.race([before, stopped]);
    signal.removeEventListener("abort", stop);
    if (signal.aborted) {
      leave();
      throw signal.reason;
    }
    return leave;
  }
}
