import type { InternalRequest, RateLimitData, RawFile, REST, RouteLike } from "discord.js";
import type { Logger } from "pino";
import { ChatError } from "../../port/chat-error.js";
import { abortable, retryWithBackoff, withTimeout } from "../../shared/async.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { type Attempt, chatError } from "./errors.js";
import type { Timing } from "./limits.js";
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
}

/** Attempts in all at a call whose connection breaks; discord.js itself repeats what Discord answered with a 5xx. */
const ATTEMPTS = 3;
const PAUSE_MS = 200;

/**
 * Calls of Discord's REST interface. discord.js knows its rate limits and makes what exceeds them wait; here each call
 * also gets a deadline, errors become those of the port, and previews are dropped rather than waited for.
 */
export class Calls {
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #droppable = new Set<string>();
  readonly #previews = new PreviewBudget();
  #closed = false;

  constructor(
    private readonly rest: REST,
    private readonly timing: Timing,
    /** Receives how long a call waits because Discord says so, in milliseconds. */
    private readonly slowedDown?: (milliseconds: number) => void,
    private readonly logger?: Logger,
  ) {
    rest.options.rejectOnRateLimit = (data) => this.#givesUp(data);
  }

  /** @throws ChatError */
  async run<T = unknown>(call: Call): Promise<T> {
    if (this.#closed) throw new ChatError("unavailable", "discord.not-connected");
    const preview = call.previewIn !== undefined;
    if (call.previewIn !== undefined && !this.#previews.take(call.previewIn)) {
      throw new ChatError("rate-limited", "discord.previews");
    }
    const milliseconds = call.ms ?? (preview ? this.timing.previewMs : this.timing.callMs);
    const operation = this.#request(call, milliseconds);
    this.#underWay.add(operation);
    if (preview) this.#droppable.add(call.route);
    try {
      return (await operation) as T;
    } catch (error) {
      const failure = chatError(error, call);
      // Not the error as discord.js has it: the address in that may hold an interaction's token.
      this.logger?.debug({ ...about(call), err: failure }, "Discord did not do what was asked");
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
    await withTimeout(Promise.allSettled(this.#underWay), this.timing.stopMs, () => undefined);
  }

  async #request(call: Call, milliseconds: number): Promise<unknown> {
    const { method, route, body, files = [], query, auth = true, repeatable = method !== "POST" } = call;
    const signal = AbortSignal.timeout(milliseconds);
    const request: InternalRequest = {
      method: method as InternalRequest["method"],
      fullRoute: route,
      signal,
      body,
      files: [...files],
      auth,
      query: new URLSearchParams(query),
    };
    const mayPass = (error: unknown): boolean => {
      if (!repeatable || signal.aborted || !isBrokenConnection(error)) return false;
      this.logger?.debug({ ...about(call), err: error }, "the connection to Discord broke; trying again");
      return true;
    };
    const policy = { firstMs: PAUSE_MS, attempts: ATTEMPTS, signal, mayPass };
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
    this.slowedDown?.(wait);
    return wait > this.timing.callMs * 0.75 || [...this.#droppable].some((route) => url.endsWith(route));
  }
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
