import type { Standing } from "./queue.js";

/** Each costs an edit in a chat that bounds them. */
const TOLD_ANEW = 20;

/** Tells those who wait when their place in line has changed. */
export class Moves {
  readonly #places = new Map<string, number>();
  #telling: NodeJS.Immediate | undefined;

  constructor(
    private readonly line: () => readonly Standing[],
    private readonly moved: (standing: Standing) => void,
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
    for (const standing of this.line()) if (standing.place > 0 && standing.place <= TOLD_ANEW) this.moved(standing);
  }

  /** The job waits no more. */
  forget(id: string): void {
    this.#places.delete(id);
  }

  #tellNow(): void {
    for (const standing of this.line()) {
      const { id } = standing.job;
      if (this.#places.get(id) === standing.place) continue;
      const isNew = !this.#places.has(id);
      this.#places.set(id, standing.place);
      if (!isNew && standing.place > 0) this.moved(standing);
    }
  }
}
