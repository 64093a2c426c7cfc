import type { InternalRequest, RateLimitData, RawFile, REST, RouteLike } from "discord.js";
import type { Logger } from "pino";
import { ChatError } from "../../port/chat-error.js";
import { retryWithBackoff } from "../../shared/retry.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { abortable, withTimeout } from "../../shared/timeout.js";
import { type Attempt, chatError } from "./errors.js";
import type { Timing } from "./options.js";
import { PreviewBudget } from "./preview-budget.js";

interface Call extends Attempt {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly route: RouteLike;
  readonly body?: unknown;
  readonly files?: readonly RawFile[];
  readonly query?: URLSearchParams;
  /** False for calls that a token in the route allows. */
  readonly auth?: boolean;
  /** All of it may take this long; `callMs` unless given. */
  readonly ms?: number;
  /** The channel whose budget a preview comes from: it is dropped where anything else would wait. */
  readonly previewIn?: string;
  readonly signal?: AbortSignal;
  /** The job that it is made for, as the log calls it. */
  readonly trace?: string;
  /** Doing it twice does no harm, so that it is tried again when the line broke before the answer; true for all but POST unless given. */
  readonly repeatable?: boolean;
}

/** Tries in all of a call whose connection breaks; discord.js itself repeats what Discord answered with a 5xx. */
const TRIES = 3;
const PAUSE_MS = 200;

/**
 * Calls of Discord's REST interface. discord.js knows its rate limits and makes what exceeds them wait in line; here each call gets a
 * deadline besides, errors become those of the port, and previews are dropped rather than waited for.
 */
export class Calls {
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #droppable = new Set<string>();
  readonly #previews = new PreviewBudget();
  #closed = false;

  constructor(
    private readonly rest: REST,
    private readonly timing: Timing,
    /** Hears how long a call waits because Discord says so, in milliseconds. */
    private readonly slowedDown: (milliseconds: number) => void = () => undefined,
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
    const { method, route, body, files, query, auth, signal, repeatable = method !== "POST" } = call;
    const deadline = AbortSignal.timeout(milliseconds);
    const end = signal ? AbortSignal.any([deadline, signal]) : deadline;
    const request: InternalRequest = {
      method: method as InternalRequest["method"],
      fullRoute: route,
      signal: end,
      ...(body === undefined ? {} : { body }),
      ...(files === undefined || files.length === 0 ? {} : { files: [...files] }),
      ...(query === undefined ? {} : { query }),
      ...(auth === undefined ? {} : { auth }),
    };
    const mayPass = (error: unknown): boolean => {
      if (!repeatable || end.aborted || !isBrokenConnection(error)) return false;
      this.logger?.debug({ ...about(call), err: error }, "the connection to Discord broke; trying again");
      return true;
    };
    const policy = { firstMs: PAUSE_MS, attempts: TRIES, signal: end, mayPass };
    // While discord.js sleeps until a rate limit has passed, it hears no signal; it looks at it before it sends anything.
    return await abortable(
      retryWithBackoff(() => this.rest.request(request), policy),
      end,
    );
  }

  /** Whether a call fails rather than waits for a rate limit. */
  #givesUp({ url, timeToReset, retryAfter }: RateLimitData): boolean {
    const wait = Math.max(timeToReset, retryAfter);
    try {
      this.slowedDown(wait);
    } catch {
      // Whoever counts waits must not cost a message.
    }
    if (wait > this.timing.callMs * 0.75) return true;
    return [...this.#droppable].some((route) => url.endsWith(route));
  }
}

/** What the log says of a call: never its route, which may hold an interaction's token. */
function about({ method, doing, trace }: Call): object {
  return { method, doing: sentence(doing), ...(trace === undefined ? {} : { job: trace }) };
}

/** The part of a call that names a message's job. */
export function tracing({ trace }: { readonly trace?: string | undefined }): Pick<Call, "trace"> {
  return trace === undefined ? {} : { trace };
}

/** Whether the connection broke, or could not be made, rather than Discord having said something. */
function isBrokenConnection(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^(UND_ERR_SOCKET|UND_ERR_CONNECT_TIMEOUT|ECONN\w+|EPIPE|EAI_AGAIN|ETIMEDOUT)$/.test(code);
}
