import { deferred } from "../../shared/async.js";

interface Waiting {
  readonly droppable: boolean;
  readonly resolve: (mayRun: boolean) => void;
}

/**
 * One edit of a message at a time. Of previews that wait only the newest is kept, and none once a final edit waits;
 * final edits are all carried out, in their order.
 */
export class Edits {
  readonly #queues = new Map<string, Waiting[]>();

  /** Resolves without having done anything when something newer has come. */
  async run(message: string, droppable: boolean, operation: () => Promise<void>): Promise<void> {
    const queue = this.#queues.get(message);
    if (!queue) this.#queues.set(message, []);
    else if (!(await this.#wait(queue, droppable))) return;
    try {
      await operation();
    } finally {
      const next = this.#queues.get(message)?.shift();
      if (next) next.resolve(true);
      else this.#queues.delete(message);
    }
  }

  #wait(queue: Waiting[], droppable: boolean): Promise<boolean> {
    for (const stale of queue.filter((waiting) => waiting.droppable)) {
      queue.splice(queue.indexOf(stale), 1);
      stale.resolve(false);
    }
    const { promise, resolve } = deferred<boolean>();
    queue.push({ droppable, resolve });
    return promise;
  }
}
