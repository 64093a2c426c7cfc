import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import { ApiHealth } from "../../port/api-health.js";
import { ChatError } from "../../port/chat-error.js";
import { retryWithBackoff } from "../../shared/async.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { Budget } from "./budget.js";
import { codeOf, outcomeUnknown, refusesToken, retryAfter, toChatError } from "./errors.js";
import type { SlackLimits } from "./limits.js";

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
  /** Default: the limits' patience. */
  readonly patienceMs?: number | undefined;
  /** The job that it is for, as the log calls it. */
  readonly job?: string | undefined;
  /** It asks whether an outage is over, during which no other calls are made. */
  readonly asks?: boolean;
}

/** What the Web API asks for, or is found to do, whatever is called. */
export interface ApiEvents {
  slowedDown(milliseconds: number): void;
  /** It answers again, and takes the token. */
  recovered(): void;
}

/** The SDK's function for a method of the Web API, such as "chat.postMessage". */
type Method<M extends string> = M extends `${infer G extends keyof WebClient & string}.${infer N}`
  ? WebClient[G][N & keyof WebClient[G]]
  : never;
type MethodArguments<M extends string> = Method<M> extends (args: infer A) => unknown ? Untokened<A> : never;
/** Arguments that are undefined are not sent. */
type Untokened<A> = A extends unknown ? { [K in keyof A as Exclude<K, "token">]: A[K] | undefined } : never;
type MethodResult<M extends string> = Method<M> extends (...args: never[]) => Promise<infer R> ? R : never;

const ATTEMPTS = 3;
/** A preview waits a little for its turn, but not long: a newer one is on its way. */
const PREVIEW_PATIENCE_MS = 2_000;

/** One workspace: its token, its budget, and how it is called. */
export class Workspace {
  readonly #budget = new Budget();
  readonly #stop = new AbortController();
  readonly #health: ApiHealth;

  constructor(
    readonly self: Self,
    private readonly client: WebClient,
    private readonly token: (fresh: boolean) => Promise<string>,
    private readonly limits: SlackLimits,
    private readonly logger: Logger,
    private readonly told: ApiEvents,
  ) {
    const { askMs: firstMs, longestAskMs: longestMs, refusedMs } = limits;
    const ask = () => this.call("auth.test", {}, { asks: true });
    this.#health = new ApiHealth({ ask, recovered: told.recovered, firstMs, longestMs, refusedMs });
  }

  /** What is wrong with calls, for operators. */
  get problem(): string | undefined {
    const { since, failure, refused } = this.#health.problem ?? {};
    if (!since || !failure) return undefined;
    return refused ? failure.message : sentence("slack.api-out", { since: since.toISOString(), why: failure.message });
  }

  close(): void {
    this.#stop.abort(stopped());
    this.#health.close();
    this.#budget.close();
  }

  /** The token, for what is not a call of the Web API. */
  currentToken(): Promise<string> {
    return this.token(false);
  }

  /** Whether a message is the bot's own. */
  wrote({ user, botId }: { readonly user: string | undefined; readonly botId: string | undefined }): boolean {
    return user === this.self.userId || (botId !== undefined && botId === this.self.botId);
  }

  /**
   * Calls a method of the Web API within the budget, and again after the time that a rate limit asks for.
   *
   * @throws ChatError
   */
  async call<M extends string>(
    method: M,
    args: MethodArguments<M>,
    options: CallOptions = {},
  ): Promise<MethodResult<M>> {
    const { channel, droppable = false, repeatable = false, job } = options;
    const { outage } = this.#health;
    // Slack does not mind calls with a bad token, and the next one may be good.
    if (outage && !outage.refused && !options.asks) throw outage.failure;
    const end = performance.now() + (options.patienceMs ?? (droppable ? PREVIEW_PATIENCE_MS : this.limits.patienceMs));
    const bucket = this.#budget.of(method, channel);
    const { signal } = this.#stop;
    let failures = 0;
    let fresh = false;
    const attempt = async () => {
      if (!(await bucket.take({ urgent: !droppable, patienceMs: Math.max(0, end - performance.now()) }))) {
        signal.throwIfAborted();
        throw new ChatError("rate-limited", "slack.busy");
      }
      return this.client.apiCall(method, { token: await this.token(fresh), ...args });
    };
    const mayPass = (error: unknown): boolean => {
      const seconds = retryAfter(error);
      if (seconds !== undefined) {
        this.logger.debug({ method, seconds, job }, "Slack asks to wait");
        bucket.block(seconds * 1000);
        this.told.slowedDown(seconds * 1000);
        return !droppable && performance.now() + seconds * 1000 <= end;
      }
      // A rotated token may run out between two events.
      if (codeOf(error) === "token_expired" && !fresh) {
        fresh = true;
        return true;
      }
      failures += 1;
      this.logger.debug({ err: toChatError(error), method, failures, job }, "Slack did not take a call");
      const lost = outcomeUnknown(toChatError(error)) && !refusesToken(error);
      return repeatable && !droppable && lost && failures < ATTEMPTS;
    };
    // The bucket itself waits until a rate limit has passed.
    const waitOf = (error: unknown) =>
      retryAfter(error) !== undefined || codeOf(error) === "token_expired" ? 0 : undefined;
    try {
      const policy = { firstMs: this.limits.pauseMs * 2, signal, waitOf, mayPass };
      const answer = await retryWithBackoff(attempt, policy);
      this.#health.answered();
      return answer as MethodResult<M>;
    } catch (error) {
      // Another token may be taken: what was to be said is still owed.
      const failure = refusesToken(error) ? new ChatError("unavailable", toChatError(error)) : toChatError(error);
      if (refusesToken(error)) this.#health.refused(failure);
      else if (outcomeUnknown(failure)) this.#health.failed(failure);
      else if (failure.kind !== "rate-limited") this.#health.answered();
      throw failure;
    }
  }
}

export function stopped(): ChatError {
  return new ChatError("unavailable", "slack.not-running");
}
