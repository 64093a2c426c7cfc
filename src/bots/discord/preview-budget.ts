/** Discord takes about five edits in five seconds in one channel. */
const WINDOW_MS = 5_000;
const EDITS = 5;
/** Of these, previews leave some to messages that matter. */
const RESERVED = 2;

/** Which previews of pictures that are still being painted are worth sending, by channel. What may not go now is never sent. */
export class PreviewBudget {
  readonly #edits = new Map<string, number[]>();

  /** @param now the clock, in milliseconds */
  constructor(private readonly now: () => number = Date.now) {}

  /** Takes one edit of a channel's budget for a preview; false when it is used up. */
  take(channel: string): boolean {
    if (this.#recent(channel).length >= EDITS - RESERVED) return false;
    this.spend(channel);
    return true;
  }

  /** Notes an edit that is made whether or not there is budget. */
  spend(channel: string): void {
    const recent = this.#recent(channel);
    recent.push(this.now());
    this.#edits.set(channel, recent);
    // Channels are many; those without recent edits need no entry.
    for (const known of this.#edits.keys()) if (this.#recent(known).length === 0) this.#edits.delete(known);
  }

  #recent(channel: string): number[] {
    const since = this.now() - WINDOW_MS;
    return (this.#edits.get(channel) ?? []).filter((at) => at > since);
  }
}
