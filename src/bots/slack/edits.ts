interface Waiting {
  readonly droppable: boolean;
  readonly start: () => void;
  readonly drop: () => void;
}

/**
 * One edit of a message at a time. Of previews that wait only the newest is kept, and none once a final word waits;
 * final words are all carried out, in their order.
 */
export class Edits {
  readonly #lines = new Map<string, Waiting[]>();

  /** Resolves without having done anything when something newer has come. */
  async run(message: string, droppable: boolean, operation: () => Promise<void>): Promise<void> {
    const line = this.#lines.get(message);
    if (!line) {
      this.#lines.set(message, []);
    } else if (!(await this.#turn(line, droppable))) {
      return;
    }
    try {
      await operation();
    } finally {
      const next = this.#lines.get(message)?.shift();
      if (next) next.start();
      else this.#lines.delete(message);
    }
  }

  #turn(line: Waiting[], droppable: boolean): Promise<boolean> {
    for (const stale of line.filter((waiting) => waiting.droppable)) {
      line.splice(line.indexOf(stale), 1);
      stale.drop();
    }
    return new Promise((resolve) => {
      line.push({ droppable, start: () => resolve(true), drop: () => resolve(false) });
    });
  }
}
