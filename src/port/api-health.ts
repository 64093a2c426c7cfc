import { abortableDelay } from "../shared/async.js";
import { ChatError, mayPass } from "./chat-error.js";

interface ApiHealthParts {
  /** A call that costs little. It is noted here like any other. @throws ChatError */
  ask(): Promise<unknown>;
  /** The platform answers again, after nothing was answered or the token was refused. */
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
  /** It is not one lost call alone: what asks is not answered either. */
  sure: boolean;
  readonly refused: boolean;
}

/** Troubles of which each began soon after the one before it. */
interface Row extends Pick<Trouble, "since"> {
  readonly failure: ChatError;
  readonly troubles: number;
  /** By `performance.now()`. */
  readonly failedAt: number;
}

/** So many troubles in a row are no single lost calls: part of the platform is out while another part answers. */
const IN_A_ROW = 4;
/** Failures are in a row that are less than this apart, in multiples of the longest wait: debts are paid less often. */
const ROW_WAITS = 15;

/**
 * Whether a platform answers calls, and takes the bot's token. When it does not, it is asked again and again until it
 * does: nothing else may tell that an outage is over. Until then other calls need not be made.
 */
export class ApiHealth {
  #trouble: Trouble | undefined;
  #row: Row | undefined;
  readonly #closed = new AbortController();

  constructor(private readonly parts: ApiHealthParts) {}

  /** Nothing is answered, or the token is refused: what a call would meet. */
  get outage(): Pick<Trouble, "failure" | "refused"> | undefined {
    return this.#trouble?.sure ? this.#trouble : undefined;
  }

  /** What is wrong, once that is sure. Other calls may be answered all the same: only an {@link outage} stops them. */
  get problem(): Pick<Trouble, "since" | "failure" | "refused"> | undefined {
    if (this.#trouble?.sure) return this.#trouble;
    const row = this.#rowNow();
    return row && row.troubles >= IN_A_ROW ? { ...row, refused: false } : undefined;
  }

  /** A call was answered; whatever the answer was, the platform is there. */
  answered(): void {
    const trouble = this.#trouble;
    this.#trouble = undefined;
    // After a lost call, another one's answer says nothing of what was lost.
    if (trouble?.sure && !this.#closed.signal.aborted) this.parts.recovered();
  }

  /** A call failed in a way that is not the call's fault. */
  failed(failure: ChatError): void {
    if (!isOutage(failure)) return;
    const { since = new Date(), troubles = 0 } = this.#rowNow() ?? {};
    this.#row = { since, failure, troubles: troubles + (this.#trouble ? 0 : 1), failedAt: performance.now() };
    if (this.#trouble) this.#trouble.failure = failure;
    else this.#begin({ since, failure, sure: false, refused: false });
  }

  /** The platform does not take the bot's token. */
  refused(failure: ChatError): void {
    if (!this.#trouble?.refused) this.#begin({ since: new Date(), failure, sure: true, refused: true });
  }

  close(): void {
    this.#closed.abort();
  }

  #rowNow(): Row | undefined {
    return this.#row && performance.now() - this.#row.failedAt < this.parts.longestMs * ROW_WAITS
      ? this.#row
      : undefined;
  }

  #begin(trouble: Trouble): void {
    this.#trouble = trouble;
    // It ends by itself when the trouble does; an abort is its end too.
    void this.#askUntilAnswered(trouble).catch(() => undefined);
  }

  async #askUntilAnswered(trouble: Trouble): Promise<void> {
    const { firstMs, longestMs, refusedMs } = this.parts;
    const earlier = Math.max(0, (this.#row?.troubles ?? 0) - 1);
    let waitMs = Math.min(longestMs, firstMs * 2 ** earlier);
    for (; this.#trouble === trouble; waitMs = Math.min(longestMs, waitMs * 2)) {
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
