/** Slack repeats what it believes was not taken, for up to an hour. */
const KEPT_MS = 65 * 60_000;
const MOST = 20_000;

/** What has come already: an event or a press that comes again is passed over. */
export class Seen {
  readonly #at = new Map<string, number>();

  /** True the first time; false for whatever came before. Without an id nothing can be told apart. */
  first(id: string | undefined): boolean {
    if (id === undefined) return true;
    if (this.#at.has(id)) return false;
    const now = Date.now();
    // In the order in which they came: the oldest are in front.
    for (const [old, at] of this.#at) {
      if (at > now - KEPT_MS && this.#at.size < MOST) break;
      this.#at.delete(old);
    }
    this.#at.set(id, now);
    return true;
  }
}
