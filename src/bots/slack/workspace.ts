import { setTimeout as delay } from "node:timers/promises";
import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import { ChatError } from "../../port/chat-error.js";
import { Budget } from "./budget.js";
import { codeOf, retryAfter, toChatError } from "./errors.js";
import type { SlackLimits } from "./options.js";

/** Who the bot is in a workspace. */
interface Self {
  readonly team: string;
  readonly userId: string;
  readonly botId: string | undefined;
  readonly name: string;
}

export interface CallOptions {
  /** For the budget of posts, which is counted by channel. */
  readonly channel?: string;
  /** May be dropped: rejects as "rate-limited" rather than wait long. */
  readonly droppable?: boolean;
  /** Doing it twice does no harm: repeated when Slack has trouble. */
  readonly repeatable?: boolean;
  /** Instead of the limits' patience. */
  readonly patienceMs?: number;
  /** The work that it is for, as the log calls it. */
  readonly job?: string | undefined;
}

const REPEATS = 3;
/** A preview waits a little for its turn, but not long: a newer one is on its way. */
const PREVIEW_PATIENCE_MS = 2_000;

/** One workspace: its token, its budget, and how it is called. */
export class Workspace {
  readonly #budget = new Budget();
  readonly #stop = new AbortController();

  constructor(
    readonly self: Self,
    private readonly client: WebClient,
    private readonly token: (fresh: boolean) => Promise<string>,
    private readonly limits: SlackLimits,
    private readonly logger: Logger,
    private readonly slowedDown: (milliseconds: number) => void = () => undefined,
  ) {}

  close(): void {
    this.#stop.abort();
    this.#budget.close();
  }

  /** The token, for what is not a call of the Web API. */
  currentToken(): Promise<string> {
    return this.token(false);
  }

  /**
   * Calls a method of the Web API within the budget, and again after the time that a rate limit asks for.
   *
   * @throws ChatError
   */
  async call<T>(
    method: string,
    run: (client: WebClient, token: string) => Promise<T>,
    options: CallOptions = {},
  ): Promise<T> {
    const { channel, droppable = false, repeatable = false, job } = options;
    const patienceMs = options.patienceMs ?? (droppable ? PREVIEW_PATIENCE_MS : this.limits.patienceMs);
    const end = Date.now() + patienceMs;
    const bucket = this.#budget.of(method, channel);
    let failures = 0;
    let fresh = false;
    for (;;) {
      if (this.#stop.signal.aborted) throw stopped();
      if (!(await bucket.take({ urgent: !droppable, patienceMs: Math.max(0, end - Date.now()) }))) {
        throw this.#stop.signal.aborted ? stopped() : new ChatError("rate-limited", "slack.busy");
      }
      try {
        return await run(this.client, await this.token(fresh));
      } catch (error) {
        const wait = retryAfter(error);
        if (wait !== undefined) {
          this.logger.debug({ method, seconds: wait, job }, "Slack asks to wait");
          bucket.block(wait * 1000);
          this.slowedDown(wait * 1000);
          if (droppable || Date.now() + wait * 1000 > end) throw toChatError(error);
          continue;
        }
        // A rotated token may run out between two events.
        if (codeOf(error) === "token_expired" && !fresh) {
          fresh = true;
          continue;
        }
        const known = toChatError(error);
        const passes = known.kind === "unavailable" || known.kind === "timeout";
        failures += 1;
        this.logger.debug({ err: known, method, failures, job }, "Slack did not take a call");
        if (!repeatable || droppable || !passes || failures >= REPEATS) throw known;
        await delay(this.limits.pauseMs * 2 ** failures, undefined, { signal: this.#stop.signal }).catch(
          () => undefined,
        );
      }
    }
  }
}

export function stopped(): ChatError {
  return new ChatError("unavailable", "slack.not-running");
}
