import { retryWithBackoff } from "../../shared/retry.js";

/** How long after a failure something is sent again, in milliseconds. */
export const SEND_AGAIN_MS = 300;

/**
 * Sends one thing after the other, in order, and retries until the signal is aborted. What may be missed is only taken while nothing is
 * being sent, so a slow connection costs previews and nothing else.
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
    const stopped = new Promise<void>((resolve) =>
      this.signal.addEventListener("abort", () => resolve(), { once: true }),
    );
    while (this.#waiting > 0 && !this.signal.aborted) await Promise.race([this.#last, stopped]);
  }

  async #deliver(work: () => Promise<void>): Promise<void> {
    const mayPass = (error: unknown): boolean => this.onError(error) === "again";
    const waits = { firstMs: SEND_AGAIN_MS, longestMs: SEND_AGAIN_MS };
    await retryWithBackoff(work, { ...waits, signal: this.signal, mayPass }).catch(() => undefined);
  }
}
