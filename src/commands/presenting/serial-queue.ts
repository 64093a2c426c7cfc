import type { Logger } from "pino";

/** Does things one after the other, in the order in which they were asked for. One that fails is logged and the next goes on. */
export class SerialQueue {
  #last: Promise<unknown>;

  /** @param ready Resolves when it may begin; with false when nothing is to be done at all. */
  constructor(
    private readonly logger: Logger,
    private readonly ready: Promise<boolean> = Promise.resolve(true),
  ) {
    this.#last = ready;
  }

  add(task: () => Promise<void>): void {
    const run = async () => {
      if (await this.ready) await task();
    };
    this.#last = this.#last.then(run).catch((error: unknown) => {
      this.logger.error({ err: error }, "a message could not be delivered");
    });
  }

  /** Resolves when all that has been asked for so far is done. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
