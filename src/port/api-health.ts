import { abortableDelay } from "../shared/async.js";
import { ChatError, mayPass } from "./chat-error.js";

interface ApiHealthParts {
  /** A call that costs little. It is noted here like any other. @throws ChatError */
  ask(): Promise<unknown>;
  /** The platform answers again. */
  recovered(): void;
  /** Wait before it is asked, in milliseconds; doubled after each failure. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** The same where it no longer takes the bot's token: each such call counts against the bot. */
  readonly refusedMs: number;
}

interface Trouble {
  readonly since: Date;
  failure: ChatError;
  /** It is not one lost call alone. */
  sure: boolean;
  readonly refused: boolean;
}

/**
 * Whether a platform answers calls, and takes the bot's token. When it does not, it is asked again and again until it
 * does: nothing else may tell that an outage is over. Until then other calls need not be made.
 */
export class ApiHealth {
  #trouble: Trouble | undefined;
  readonly #closed = new AbortController();

  constructor(private readonly parts: ApiHealthParts) {}

  /** What is wrong, once that is sure, and what a call would meet. */
  get problem(): Pick<Trouble, "since" | "failure" | "refused"> | undefined {
    return this.#trouble?.sure ? this.#trouble : undefined;
  }

  /** A call was answered; whatever the answer was, the platform is there. */
  answered(): void {
    if (!this.#trouble) return;
    this.#trouble = undefined;
    if (!this.#closed.signal.aborted) this.parts.recovered();
  }

  /** A call failed in a way that is not the call's fault. */
  failed(failure: ChatError): void {
    if (!isOutage(failure)) return;
    if (this.#trouble) this.#trouble.failure = failure;
    else this.#begin({ since: new Date(), failure, sure: false, refused: false });
  }

  /** The platform does not take the bot's token. */
  refused(failure: ChatError): void {
    if (!this.#trouble?.refused) this.#begin({ since: new Date(), failure, sure: true, refused: true });
  }

  close(): void {
    this.#closed.abort();
  }

  #begin(trouble: Trouble): void {
    this.#trouble = trouble;
    // It ends by itself when the trouble does; an abort is its end too.
    void this.#askUntilAnswered(trouble).catch(() => undefined);
  }

  async #askUntilAnswered(trouble: Trouble): Promise<void> {
    const { firstMs, longestMs, refusedMs } = this.parts;
    for (let waitMs = firstMs; this.#trouble === trouble; waitMs = Math.min(longestMs, waitMs * 2)) {
      await abortableDelay(trouble.refused ? refusedMs : waitMs, this.#closed.signal);
      if (this.#trouble !== trouble) return;
      await this.parts.ask().catch((error: unknown) => {
        if (isOutage(error)) trouble.sure = true;
      });
    }
  }
}

function isOutage(error: unknown): boolean {
  return mayPass(error) && !(error instanceof ChatError && error.kind === "rate-limited");
}
