import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import { ChatError } from "../../port/chat-error.js";
import { retryWithBackoff } from "../../shared/async.js";
import { Budget } from "./budget.js";
import { codeOf, outcomeUnknown, retryAfter, toChatError } from "./errors.js";
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

  constructor(
    readonly self: Self,
    private readonly client: WebClient,
    private readonly token: (fresh: boolean) => Promise<string>,
    private readonly limits: SlackLimits,
    private readonly logger: Logger,
    private readonly slowedDown: (milliseconds: number) => void = () => undefined,
  ) {}

  close(): void {
    this.#stop.abort(stopped());
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
    const end = Date.now() + (options.patienceMs ?? (droppable ? PREVIEW_PATIENCE_MS : this.limits.patienceMs));
    const bucket = this.#budget.of(method, channel);
    const { signal } = this.#stop;
    let failures = 0;
    let fresh = false;
    const attempt = async () => {
      if (!(await bucket.take({ urgent: !droppable, patienceMs: Math.max(0, end - Date.now()) }))) {
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
        this.slowedDown(seconds * 1000);
        return !droppable && Date.now() + seconds * 1000 <= end;
      }
      // A rotated token may run out between two events.
      if (codeOf(error) === "token_expired" && !fresh) {
        fresh = true;
        return true;
      }
      failures += 1;
      this.logger.debug({ err: toChatError(error), method, failures, job }, "Slack did not take a call");
      return repeatable && !droppable && outcomeUnknown(toChatError(error)) && failures < ATTEMPTS;
    };
    // The bucket itself waits until a rate limit has passed.
    const waitOf = (error: unknown) =>
      retryAfter(error) !== undefined || codeOf(error) === "token_expired" ? 0 : undefined;
    const result = retryWithBackoff(attempt, { firstMs: this.limits.pauseMs * 2, signal, waitOf, mayPass });
    return (await result.catch((error: unknown) => Promise.reject(toChatError(error)))) as MethodResult<M>;
  }
}

export function stopped(): ChatError {
  return new ChatError("unavailable", "slack.not-running");
}
