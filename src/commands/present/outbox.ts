import type { Logger } from "pino";

/** Does things one after the other, in the order in which they were asked for. One that fails is logged and the next goes on. */
export class Outbox {
  #last: Promise<void> = Promise.resolve();

  constructor(private readonly logger: Logger) {}

  add(task: () => Promise<void>): void {
    this.#last = this.#last.then(task).catch((error: unknown) => {
      this.logger.error({ err: error }, "a message could not be delivered");
    });
  }

  /** Resolves when all that has been asked for so far is done. */
  idle(): Promise<void> {
    return this.#last;
  }
}
