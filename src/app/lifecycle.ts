import type { Logger } from "pino";

/** Services that have been started, to be stopped in reverse order. */
export class Lifecycle {
  readonly #stops: { readonly what: string; readonly stop: () => unknown }[] = [];
  #stopped: Promise<void> | undefined;

  constructor(private readonly logger: Logger) {}

  /** @param what for the log, should it fail */
  onStop(what: string, stop: () => unknown): void {
    this.#stops.push({ what, stop });
  }

  /** Stops everything. A failure is logged and keeps nothing else from stopping; a second call waits for the first. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async #stopAll(): Promise<void> {
    if (this.#stops.length === 0) return;
    for (let next = this.#stops.pop(); next; next = this.#stops.pop()) {
      try {
        await next.stop();
      } catch (error) {
        this.logger.error({ err: error, part: next.what }, "a part did not stop cleanly");
      }
    }
    this.logger.info("stopped");
  }
}
