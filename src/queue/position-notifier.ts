import type { QueuePosition } from "./queue.js";

/** Each update is an edit, and chats limit the rate of those. */
const MOST_UPDATED = 20;

/** Reports waiting jobs whose position has changed. */
export class PositionNotifier {
  readonly #positions = new Map<string, number>();
  #telling: NodeJS.Immediate | undefined;

  constructor(
    private readonly positions: () => readonly QueuePosition[],
    private readonly moved: (position: QueuePosition) => void,
  ) {}

  /** Once for all that happens in one turn of the event loop: a long queue takes a while to compute. */
  tell(): void {
    this.#telling ??= setImmediate(() => {
      this.#telling = undefined;
      this.#tellNow();
    });
  }

  /** Reports the first ones again: the queue's announcement has changed. */
  tellAgain(): void {
    for (const position of this.positions())
      if (position.position > 0 && position.position <= MOST_UPDATED) this.moved(position);
  }

  /** The job has left the queue. */
  forget(id: string): void {
    this.#positions.delete(id);
  }

  #tellNow(): void {
    for (const position of this.positions()) {
      const { id } = position.job;
      if (this.#positions.get(id) === position.position) continue;
      const isNew = !this.#positions.has(id);
      this.#positions.set(id, position.position);
      if (!isNew && position.position > 0) this.moved(position);
    }
  }
}
