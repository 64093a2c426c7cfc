import { LRUCache } from "lru-cache";
import type { MessageRow } from "./store.js";
import type { WireCountdown } from "./wire.js";

/** What a message shows for the moment. */
interface PassingState extends Pick<MessageRow, "text" | "buttons" | "progress"> {
  readonly countdown?: WireCountdown | undefined;
}

/** Messages of which one is remembered: those of jobs that wait or run. */
const MOST = 10_000;

/**
 * What messages show as long as this process runs, in place of what is stored: where a job is in the line, how far it
 * is. The next process finds it out by itself, so that nothing of it is written.
 */
export class PassingStates {
  readonly #states = new LRUCache<number, { readonly state: PassingState; readonly rev: number }>({ max: MOST });

  /** @param rev the chat's when it was shown: pages that know that one, or an older one, may not have it */
  set(id: number, state: PassingState, rev: number): void {
    this.#states.set(id, { state, rev });
  }

  drop(id: number): void {
    this.#states.delete(id);
  }

  /** A message as it is shown. */
  over(row: MessageRow): MessageRow {
    const passing = this.#states.peek(row.id);
    if (!passing) return row;
    const { countdown: _, ...state } = passing.state;
    return { ...row, ...state };
  }

  /** What a message counts down to just now. */
  countdown(id: number): WireCountdown | undefined {
    return this.#states.peek(id)?.state.countdown;
  }

  /** The messages whose state a page may not have that has seen everything up to `rev`. */
  since(rev: number): number[] {
    const found = [...this.#states].filter(([, passing]) => passing.rev >= rev);
    // What was shown last comes first here.
    return found.map(([id]) => id).reverse();
  }
}
