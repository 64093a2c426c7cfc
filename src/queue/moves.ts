import type { Standing } from "./queue.js";

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
