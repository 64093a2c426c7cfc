import type { Logger } from "pino";
import { channelKey, type MessageRef } from "../../domain/model.js";
import type { Chat } from "../../port/adapter.js";
import type { InteractiveMessage, InteractiveMessages } from "../../store/interactive-messages.js";
import type { Debts } from "../presenting/debts.js";

/** What messages that end at their hour need of the program. */
export interface TimedServices {
  readonly store: { readonly interactiveMessages: InteractiveMessages };
  readonly debts: Pick<Debts, "owe">;
  readonly logger: Logger;
}

/** Messages of one kind, in one chat, on which something is done when their time has come. */
export abstract class TimedMessages {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #pending = new Set<Promise<void>>();
  #stopped = false;

  constructor(
    protected readonly chat: Chat,
    protected readonly services: TimedServices,
    /** The kind of its messages in the store. */
    readonly kind: string,
  ) {}

  /** The time set by {@link schedule} has come. */
  protected abstract expire(interactive: InteractiveMessage): Promise<void>;

  /** Nothing expires any more; open messages wait for the next start. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Resolves when messages that have expired are dealt with. */
  async idle(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  protected get stopped(): boolean {
    return this.#stopped;
  }

  protected get messages(): InteractiveMessages {
    return this.services.store.interactiveMessages;
  }

  protected follow(work: Promise<void>, { message, kind }: InteractiveMessage): void {
    const done = work.catch((err: unknown) => {
      this.services.logger.error({ err, kind, message: message.id }, "an interactive message failed");
    });
    this.#pending.add(done);
    void done.finally(() => this.#pending.delete(done));
  }

  /** Sets when a message expires, in place of what was set before. */
  protected schedule(interactive: InteractiveMessage, at: number): void {
    const key = keyOf(interactive.message);
    this.unschedule(interactive);
    if (this.#stopped) return;
    const expire = () => {
      this.#timers.delete(key);
      this.follow(this.expire(interactive), interactive);
    };
    const timer = setTimeout(expire, Math.max(0, at - Date.now()));
    timer.unref();
    this.#timers.set(key, timer);
  }

  protected unschedule({ message }: Pick<InteractiveMessage, "message">): void {
    const key = keyOf(message);
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
  }

  /** What a message has come to could not be done, as its chat was out: it is done when that is back. */
  protected owe(message: MessageRef, pay: () => Promise<void>): void {
    this.services.debts.owe(this.chat.platform, `${this.kind} ${keyOf(message)}`, pay);
  }
}

/** A message as a key; the thread that it is in does not matter. */
export function keyOf({ channel, id }: MessageRef): string {
  return `${channelKey(channel)} ${id}`;
}
