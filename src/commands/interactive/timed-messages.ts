import type { Logger } from "pino";
import { type ChannelRef, channelKey, type MessageRef } from "../../domain/model.js";
import type { Chat } from "../../port/adapter.js";
import { plain } from "../../shared/text.js";
import type { InteractiveMessage, InteractiveMessages } from "../../store/interactive-messages.js";
import type { Debts } from "../presenting/debts.js";
import { LiveMessage } from "../presenting/deliver.js";
import { UserError } from "../user-error.js";

/** What messages that end at their hour need of the program. */
export interface TimedServices {
  readonly store: { readonly interactiveMessages: InteractiveMessages };
  readonly debts: Pick<Debts, "owe">;
  readonly logger: Logger;
  /** Wait before the second try of a message, in milliseconds. */
  readonly backoffMs: number;
}

/** Messages of one kind, in one chat, on which something is done when their time has come. */
export abstract class TimedMessages {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #pending = new Set<Promise<void>>();
  readonly #live = new Map<string, LiveMessage>();
  /** Channels where one is being opened, with what settles when it is stored or has failed. */
  readonly #opening = new Map<string, Promise<unknown>>();
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
    for (const live of this.#live.values()) live.stop();
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

  /**
   * Sets when a message expires, in place of what was set before. No one waits for longer than it was to be open from
   * the beginning: the clock may have been set back since.
   */
  protected schedule(interactive: InteractiveMessage, at: number): void {
    this.scheduleIn(Math.min(at - Date.now(), at - interactive.createdAt), interactive);
  }

  /** Sets in how many milliseconds a message expires. */
  protected scheduleIn(wait: number, interactive: InteractiveMessage): void {
    const key = keyOf(interactive.message);
    this.unschedule(interactive);
    if (this.#stopped) return;
    const expire = () => {
      this.#timers.delete(key);
      this.follow(this.expire(interactive), interactive);
    };
    const timer = setTimeout(expire, Math.max(0, wait));
    timer.unref();
    this.#timers.set(key, timer);
  }

  protected unschedule({ message }: Pick<InteractiveMessage, "message">): void {
    const key = keyOf(message);
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
  }

  /**
   * Opens a message where its channel has none of its kind.
   * @param isOver whether one that is still stored takes nothing more
   * @throws UserError with `already` where it has one, or one is being opened
   */
  protected async openAlone(
    channel: ChannelRef,
    { already, isOver }: { already: "vote.already" | "lesson.already"; isOver: (one: InteractiveMessage) => boolean },
    open: () => Promise<void>,
  ): Promise<void> {
    const key = channelKey(channel);
    const other = this.messages
      .list(this.kind)
      .find((each) => channelKey(each.message.channel) === key && !isOver(each));
    if (other || this.#opening.has(key)) throw new UserError(already, { opener: other && plain(other.author.name) });
    const opening = open();
    this.#opening.set(key, opening);
    try {
      await opening;
    } finally {
      this.#opening.delete(key);
    }
  }

  /**
   * Its message as it is stored. A chat shows a message before it says so to the bot: who is quick acts on one that is
   * still to be stored.
   */
  protected async opened(message: MessageRef): Promise<InteractiveMessage | undefined> {
    const found = this.messages.get(message);
    if (found) return found;
    await this.#opening.get(channelKey(message.channel))?.catch(() => undefined);
    return this.messages.get(message);
  }

  /** What shows a message as it changes. */
  protected live(message: MessageRef): LiveMessage {
    const key = keyOf(message);
    const { backoffMs, logger } = this.services;
    const live = this.#live.get(key) ?? new LiveMessage(this.chat, message, { attempts: 6, backoffMs, logger });
    this.#live.set(key, live);
    return live;
  }

  /** Shows a message's end; it is shown as nothing else afterwards. */
  protected showEnd(message: MessageRef, content: Parameters<LiveMessage["end"]>[0]): ReturnType<LiveMessage["end"]> {
    const live = this.live(message);
    this.#live.delete(keyOf(message));
    return live.end(content);
  }

  /**
   * What a message has come to could not be done, as its chat was out: it is done when that is back.
   * @param what of several things that one message may owe
   */
  protected owe(message: MessageRef, pay: () => Promise<void>, what = this.kind): void {
    this.services.debts.owe(this.chat.platform, `${what} ${keyOf(message)}`, pay);
  }
}

/** A message as a key; the thread that it is in does not matter. */
export function keyOf({ channel, id }: MessageRef): string {
  return `${channelKey(channel)} ${id}`;
}
