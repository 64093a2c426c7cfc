import type { Logger } from "pino";
import { createHandlers, type Handlers, type HandlersContext } from "../commands/handlers.js";
import type { Chat } from "../port/adapter.js";
import type { ChatAdmin } from "../port/admin.js";
import { ChatError, mayPass } from "../port/chat-error.js";
import { type Deferred, deferred, retryWithBackoff } from "../shared/async.js";
import { StoreError } from "../shared/store-error.js";

const RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 60_000;

interface ChatRunnerOptions {
  readonly chats: readonly Chat[];
  readonly app: HandlersContext;
  /** For the web chat, whose moderators run the program; moderators elsewhere manage their own community only. */
  readonly admin: ChatAdmin;
  readonly logger: Logger;
  /** First wait before a chat that cannot be reached is tried again, in milliseconds. */
  readonly retryMs?: number | undefined;
  readonly slowedDown: (platform: string, milliseconds: number) => void;
}

/** Starts the chats, tries those again that cannot be reached, and stops them. */
export class ChatRunner {
  readonly #started: { readonly chat: Chat; readonly handlers: Handlers }[] = [];
  readonly #readiness: Map<Chat, Deferred<boolean>>;
  readonly #stopping = new AbortController();
  readonly #retries: Promise<unknown>[] = [];

  constructor(private readonly options: ChatRunnerOptions) {
    this.#readiness = new Map(options.chats.map((chat) => [chat, deferred<boolean>()]));
  }

  started(chat: Chat): boolean {
    return this.#started.some((other) => other.chat === chat);
  }

  /** Resolves with true when the chat is started, with false when the program stops before. */
  async ready(chat: Chat): Promise<boolean> {
    return (await this.#readiness.get(chat)?.promise) ?? false;
  }

  /**
   * @throws ChatError when a chat cannot be started and another try would not help, for instance because its port is
   * taken
   */
  async start(): Promise<void> {
    const { chats, logger } = this.options;
    for (const chat of chats) {
      const open = this.#opener(chat);
      try {
        await open();
      } catch (error) {
        if (!this.#mayWait(chat, error)) throw error;
        const fields = { err: error, chat: chat.platform };
        logger.error(fields, "a chat cannot be reached; the others work, and it is tried again");
        this.#retries.push(this.#retry(chat, open));
      }
    }
  }

  /** Takes nothing new: no chat is tried again, and events are ignored. */
  async quiesce(): Promise<void> {
    for (const { resolve } of this.#readiness.values()) resolve(false);
    this.#stopping.abort();
    const stop = () => {
      for (const { handlers } of this.#started) handlers.stop();
    };
    stop();
    // One of them may have been started meanwhile.
    await Promise.all(this.#retries);
    stop();
  }

  /** Resolves when all messages are posted. */
  async idle(): Promise<void> {
    await Promise.all([this.options.app.presenter.idle(), ...this.#started.map(({ handlers }) => handlers.idle())]);
  }

  async stop(): Promise<void> {
    const results = await Promise.allSettled(this.#started.map(({ chat }) => chat.stop()));
    const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    if (failures.length > 0) throw new AggregateError(failures, "chats did not stop cleanly");
  }

  #opener(chat: Chat): () => Promise<void> {
    const { app, admin } = this.options;
    const slowedDown = (milliseconds: number) => this.options.slowedDown(chat.platform, milliseconds);
    const handlers = createHandlers(chat, app, { slowedDown, ...(chat.capabilities.admin && { admin }) });
    return async () => {
      await chat.start(handlers);
      this.#started.push({ chat, handlers });
      handlers.resume();
      this.#readiness.get(chat)?.resolve(true);
    };
  }

  async #retry(chat: Chat, open: () => Promise<void>): Promise<void> {
    const { logger, retryMs = RETRY_MS } = this.options;
    const policy = {
      firstMs: retryMs,
      longestMs: LONGEST_RETRY_MS,
      delayFirst: true,
      signal: this.#stopping.signal,
      mayPass: (error: unknown) => {
        logger.error({ err: error, chat: chat.platform }, "the chat still cannot be reached");
        return this.#mayWait(chat, error);
      },
    };
    // It is in the log, or the program stops.
    await retryWithBackoff(open, policy).catch(() => undefined);
  }

  /**
   * An outage of one platform may pass; a wrong token or a taken port is for the operator. So are files of its own that
   * the web chat cannot use, but they are no reason to take the other platforms down.
   */
  #mayWait(chat: Chat, error: unknown): boolean {
    if (!chat.capabilities.local) return mayPass(error);
    return error instanceof ChatError && error.cause instanceof StoreError && this.options.chats.length > 1;
  }
}
