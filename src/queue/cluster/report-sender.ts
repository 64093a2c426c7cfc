import { abortable, retryWithBackoff } from "../../shared/async.js";

/** Waits between two attempts to send something. */
export const SEND_WAITS = { firstMs: 300, longestMs: 3_000 } as const;

/**
 * Sends one thing after the other, in order, and retries until the signal is aborted. What may be missed is only taken
 * while nothing is being sent, so a slow connection costs previews and nothing else.
 */
export class ReportSender {
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  /** How many were not taken. */
  dropped = 0;

  constructor(
    private readonly signal: AbortSignal,
    private readonly onError: (error: unknown) => "again" | "never",
  ) {}

  send(work: () => Promise<void>, { mayBeMissed = false }: { readonly mayBeMissed?: boolean } = {}): void {
    if (mayBeMissed && this.#waiting > 0) {
      this.dropped++;
      return;
    }
    this.#waiting++;
    this.#last = this.#last.then(() => this.#deliver(work)).finally(() => this.#waiting--);
  }

  /** Resolves when all has been sent, or given up because the signal is aborted. */
  async idle(): Promise<void> {
    while (this.#waiting > 0 && !this.signal.aborted) await abortable(this.#last, this.signal).catch(() => undefined);
  }

  async #deliver(work: () => Promise<void>): Promise<void> {
    const mayPass = (error: unknown): boolean => this.onError(error) === "again";
    await retryWithBackoff(work, { ...SEND_WAITS, signal: this.signal, mayPass }).catch(() => undefined);
  }
}
