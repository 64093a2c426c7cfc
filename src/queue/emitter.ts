import { EventEmitter } from "node:events";
import type { Logger } from "pino";
import type { QueueEvents } from "./queue.js";

/**
 * Calls listeners when something happens to jobs. One that throws is logged, and the others are called all the same.
 */
export class QueueEmitter {
  readonly #events = new EventEmitter().setMaxListeners(0);

  constructor(private readonly logger: Logger) {}

  on<E extends keyof QueueEvents>(event: E, listener: (...args: QueueEvents[E]) => void): void {
    this.#events.on(event, listener);
  }

  off<E extends keyof QueueEvents>(event: E, listener: (...args: QueueEvents[E]) => void): void {
    this.#events.off(event, listener);
  }

  emit<E extends keyof QueueEvents>(event: E, ...args: QueueEvents[E]): void {
    for (const listener of this.#events.listeners(event)) {
      try {
        listener(...args);
      } catch (error) {
        this.logger.error({ err: error, event }, "a listener of the queue failed");
      }
    }
  }
}
