import {
  DiscordAPIError,
  type InternalRequest,
  type RateLimitData,
  type RawFile,
  type REST,
  type RouteLike,
  Routes,
} from "discord.js";
import type { Logger } from "pino";
import { ApiHealth } from "../../port/api-health.js";
import { ChatError, mayPass } from "../../port/chat-error.js";
import { abortable, retryWithBackoff, timeLimit, withTimeout } from "../../shared/async.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { timeOfDay } from "../../shared/text.js";
import { type Attempt, chatError } from "./errors.js";
import type { Timing } from "./limits.js";
import { Penalties } from "./penalties.js";
import { PreviewBudget } from "./preview-budget.js";

interface Call extends Attempt {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly route: RouteLike;
  readonly body?: unknown;
  readonly files?: readonly RawFile[];
  readonly query?: Readonly<Record<string, string>>;
  /** False for calls that a token in the route allows. */
  readonly auth?: boolean;
  /** All of it may take this long; default: {@link Timing.callMs}. */
  readonly ms?: number;
  /** The channel whose budget a preview comes from: it is dropped where anything else would wait. */
  readonly previewIn?: string;
  /** The job that it is made for, as the log calls it. */
  readonly trace?: string | undefined;
  /** Doing it twice does no harm: it is tried again when the connection breaks. Default: true for all but POST. */
  readonly repeatable?: boolean;
  /** It asks whether Discord answers and takes the token. */
  readonly asks?: boolean;
}

interface CallsParts {
  /** Receives how long a call waits because Discord says so, in milliseconds. */
  readonly slowedDown?: (milliseconds: number) => void;
  /** Called when Discord answers again, and takes the token. */
  readonly recovered?: () => void;
  /** What Discord asks to be left alone with; those of the REST client's own options. */
  readonly penalties?: Penalties;
  readonly logger?: Logger;
}

/** Attempts in all at a call whose connection breaks; discord.js itself repeats what Discord answered with a 5xx. */
const ATTEMPTS = 3;
const PAUSE_MS = 200;
/** Calls that may be made again this soon are nothing that operators should know. */
const SHORT_MS = 30_000;

/**
 * Calls of Discord's REST interface. discord.js knows its rate limits and makes what exceeds them wait; here each call
 * also gets a deadline, errors become those of the port, and previews are dropped rather than waited for. In an outage,
 * and with a token that is refused, no calls are made but the one that asks whether it is over.
 */
export class Calls {
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #droppable = new Set<string>();
  readonly #previews = new PreviewBudget();
  readonly #health: ApiHealth;
  readonly #penalties: Penalties;
  #asking: Promise<unknown> | undefined;
  #closed = false;

  constructor(
    private readonly rest: REST,
    private readonly timing: Timing,
    private readonly parts: CallsParts = {},
  ) {
    const { recovered = () => undefined, penalties = new Penalties() } = parts;
    const { askMs: firstMs, longestAskMs: longestMs, refusedMs } = timing;
    this.#penalties = penalties;
    this.#health = new ApiHealth({ ask: () => this.#ask(), recovered, firstMs, longestMs, refusedMs });
    rest.options.rejectOnRateLimit = (data) => this.#givesUp(data);
    keepToken(rest);
  }

  /** What is wrong with calls, for operators. */
  get problem(): string | undefined {
    const { closedMs } = this.#penalties;
    if (closedMs > SHORT_MS) return sentence("discord.closed", { time: timeOfDay(Date.now() + closedMs) });
    const { since, failure, refused } = this.#health.problem ?? {};
    if (!since || !failure) return undefined;
    return refused ? failure.message : sentence("discord.api-out", { time: timeOfDay(since), why: failure.message });
  }

  /** @throws ChatError */
  async run<T = unknown>(call: Call): Promise<T> {
    if (this.#closed) throw new ChatError("unavailable", "discord.not-connected");
    const { outage } = this.#health;
    // An interaction cannot wait, and shows by itself that Discord is there.
    if (outage && call.auth !== false && !call.asks) throw outage.failure;
    const preview = call.previewIn !== undefined;
    if (call.previewIn !== undefined && !this.#previews.take(call.previewIn)) {
      throw new ChatError("rate-limited", "discord.previews");
    }
    const milliseconds = call.ms ?? (preview ? this.timing.previewMs : this.timing.callMs);
    const operation = this.#withToken(call, milliseconds);
    this.#underWay.add(operation);
    if (preview) this.#droppable.add(call.route);
    try {
      const answer = await operation;
      this.#health.answered();
      return answer as T;
    } catch (error) {
      const failure = chatError(error, call);
      if (call.asks && isUnauthorized(error)) this.#health.refused(failure);
      else if (error instanceof DiscordAPIError && !mayPass(failure)) this.#health.answered();
      else this.#health.failed(failure);
      // Not the error as discord.js has it: the address in that may hold an interaction's token.
      this.parts.logger?.debug({ ...about(call), err: failure }, "Discord did not do what was asked");
      throw failure;
    } finally {
      this.#underWay.delete(operation);
      if (preview) this.#droppable.delete(call.route);
    }
  }

  /** An edit that is no preview takes its share of the channel's budget too, and may exceed it. */
  spent(channel: string): void {
    this.#previews.spend(channel);
  }

  /** Takes no more calls, and waits a while for those under way. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#health.close();
    await withTimeout(Promise.allSettled(this.#underWay), this.timing.stopMs, () => undefined);
  }

  /** A token that is refused once may be good all the same. */
  async #withToken(call: Call, milliseconds: number): Promise<unknown> {
    try {
      return await this.#request(call, milliseconds);
    } catch (error) {
      if (call.auth === false || call.asks || !isUnauthorized(error)) throw error;
      await this.#ask().catch(() => Promise.reject(error));
      return await this.#request(call, milliseconds);
    }
  }

  /** Asks whether Discord answers and takes the token. @throws ChatError */
  #ask(): Promise<unknown> {
    const call = { method: "GET", route: Routes.user(), asks: true, doing: "discord.doing.application" } as const;
    this.#asking ??= this.run({ ...call, ms: this.timing.previewMs }).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #request(call: Call, milliseconds: number): Promise<unknown> {
    const { method, route, body, files = [], query, auth = true, repeatable = method !== "POST" } = call;
    const signal = timeLimit(milliseconds);
    const request: InternalRequest = {
      method: method as InternalRequest["method"],
      fullRoute: route,
      signal,
      body,
      files: [...files],
      auth,
      query: new URLSearchParams(query),
    };
    const again = (error: unknown): boolean => {
      if (!repeatable || signal.aborted || !isBrokenConnection(error)) return false;
      this.parts.logger?.debug({ ...about(call), err: error }, "the connection to Discord broke; trying again");
      return true;
    };
    const policy = { firstMs: PAUSE_MS, attempts: ATTEMPTS, signal, mayPass: again };
    // While discord.js waits until a rate limit has passed, it ignores the signal; it checks it before it sends
    // anything.
    return await abortable(
      retryWithBackoff(() => this.rest.request(request), policy),
      signal,
    );
  }

  /** Whether a call fails rather than waits for a rate limit. */
  #givesUp({ url, timeToReset, retryAfter }: RateLimitData): boolean {
    const wait = Math.max(timeToReset, retryAfter);
    this.parts.slowedDown?.(wait);
    return wait > this.timing.callMs * 0.75 || [...this.#droppable].some((route) => url.endsWith(route));
  }
}

/** discord.js forgets its token after a single 401, and with it every later call. */
function keepToken(rest: REST): void {
  const setToken = rest.setToken.bind(rest);
  Object.assign(rest, { setToken: (token: string | null) => (token ? setToken(token) : rest) });
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof DiscordAPIError && error.status === 401;
}

/** What the log says of a call: never its route, which may hold an interaction's token. */
function about({ method, doing, trace }: Call): object {
  return { method, doing: sentence(doing), ...(trace !== undefined && { job: trace }) };
}

/** Whether the connection broke or could not be made, so that there was no answer. */
function isBrokenConnection(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^(UND_ERR_SOCKET|UND_ERR_CONNECT_TIMEOUT|ECONN\w+|EPIPE|EAI_AGAIN|ETIMEDOUT)$/.test(code);
}
