import { EDITS, EDITS_WINDOW_MS } from "./limits.js";

/** Of a window's edits, previews leave some to messages that matter. */
const RESERVED = 2;

/** Which previews of running jobs are sent, by channel. What may not be sent at once is dropped. */
export class PreviewBudget {
  readonly #edits = new Map<string, number[]>();

  /** Takes one edit of a channel's budget for a preview; false when it is used up. */
  take(channel: string): boolean {
    if (this.#recent(channel).length >= EDITS - RESERVED) return false;
    this.spend(channel);
    return true;
  }

  /** Notes an edit that is made whether or not there is budget. */
  spend(channel: string): void {
    const recent = this.#recent(channel);
    recent.push(performance.now());
    this.#edits.set(channel, recent);
    // Channels are many; those without recent edits need no entry.
    for (const known of this.#edits.keys()) if (this.#recent(known).length === 0) this.#edits.delete(known);
  }

  #recent(channel: string): number[] {
    const since = performance.now() - EDITS_WINDOW_MS;
    return (this.#edits.get(channel) ?? []).filter((at) => at > since);
  }
}
