import type { QueuePosition } from "./queue.js";

/** Each costs an edit in a chat that bounds them. */
const TOLD_ANEW = 20;

/** Tells those who wait when their place in line has changed. */
export class PositionNotifier {
  readonly #places = new Map<string, number>();
  #telling: NodeJS.Immediate | undefined;

  constructor(
    private readonly line: () => readonly QueuePosition[],
    private readonly moved: (position: QueuePosition) => void,
  ) {}

  /** Once for all that happens in one turn of the event loop: reckoning the whole line takes a while when it is long. */
  tell(): void {
    this.#telling ??= setImmediate(() => {
      this.#telling = undefined;
      this.#tellNow();
    });
  }

  /** Tells the first of those who wait anew: what the queue has to say to all of them (`JobQueue.notice`) has changed. */
  tellAnew(): void {
    for (const position of this.line())
      if (position.position > 0 && position.position <= TOLD_ANEW) this.moved(position);
  }

  /** The job waits no more. */
  forget(id: string): void {
    this.#places.delete(id);
  }

  #tellNow(): void {
    for (const position of this.line()) {
      const { id } = position.job;
      if (this.#places.get(id) === position.position) continue;
      const isNew = !this.#places.has(id);
      this.#places.set(id, position.position);
      if (!isNew && position.position > 0) this.moved(position);
    }
  }
}
