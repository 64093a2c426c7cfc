import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { ChannelRef, MessageRef } from "../../domain/model.js";
import type { ChatHandlers } from "../../port/adapter.js";
import { ChatError } from "../../port/chat-error.js";
import type { ActionEvent, ChatEvent, CommandEvent, Receipt } from "../../port/events.js";
import type { Button, OutgoingMessage, Picture } from "../../port/messages.js";
import { defined } from "../../shared/defined.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { plainLine, readLine, readSaid, type SaidLine } from "../../shared/typed.js";
import type { Inbox, Tell, Unread } from "../inbox.js";
import { type ChannelHub, channelRef, checkLength, ref, toId } from "./channel-hub.js";
import { Handouts } from "./handouts.js";
import type { IncomingImage } from "./image-files.js";
import type { MessageRow, NewMessage, PersonRow, StoredImage } from "./store.js";
import { botId, mutedRefusal, toUser } from "./users.js";
import { lineOf } from "./welcome.js";
import type { WireCheck, WireCheckRequest, WireCompletion, WireCompletionRequest, WirePreviewRequest } from "./wire.js";

/** A slash, a name, and the rest; `/usr/bin` is not one. */
const commandLine = /^\/[\p{L}][\p{L}\p{N}_-]{0,31}(?:\s|$)/u;
const emojiOnly = new RegExp(
  String.raw`^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}|\p{Emoji_Modifier}` +
    String.raw`|[0-9#*]\uFE0F?\u20E3|\u200D|\uFE0F|[\u{E0020}-\u{E007F}])+$`,
  "u",
);
const reactionKinds = 20;

/** What is kept of a command, a press or a reaction until it is dealt with. */
export interface WebUnread extends Unread {
  readonly user: string;
  readonly channel: string;
  readonly thread?: string | undefined;
}

export interface Utterance {
  readonly channel: string;
  readonly thread?: string | undefined;
  readonly text: string;
  readonly repliesTo?: string | undefined;
  /** Of the message that is answered, the picture that is meant, from 0: it counts as the first attached one. */
  readonly picture?: number | undefined;
  readonly nonce: string;
  readonly images: readonly IncomingImage[];
}

/** The message that a line answers, and which of its pictures is pointed at. */
interface Meant {
  readonly answered: MessageRow | undefined;
  readonly picture: number | undefined;
}

/** Why one of a message's pictures is not taken. */
export class PictureRefusal extends ChatError {
  /** @param picture which one, from 0 */
  constructor(
    readonly picture: number,
    error: ChatError,
  ) {
    super(error.kind, error);
  }
}

/** What people do in the chat, and what the rest of the program is told of it. */
export class Conversation {
  readonly handouts = new Handouts();
  readonly #commands: ReadonlySet<string>;
  readonly #namesBot: RegExp;

  constructor(
    private readonly hub: ChannelHub,
    private readonly handlers: ChatHandlers,
    private readonly inbox: Inbox<WebUnread>,
    private readonly logger: Logger,
  ) {
    this.#commands = new Set(handlers.commands.map(({ name }) => name));
    const name = hub.parts.users.get(botId)?.name ?? botId;
    this.#namesBot = new RegExp(String.raw`(?<![\p{L}\p{N}])@${name}(?![\p{L}\p{N}_-])`, "iu");
  }

  /** Tells those whose commands the last process had taken, and not dealt with when it was killed. */
  async resume(signal: AbortSignal): Promise<void> {
    const tell: Tell<WebUnread> = async ({ job, unread }, text) => {
      const { user, channel, thread } = unread;
      if (user === undefined || channel === undefined) return;
      const where = { ...channelRef(channel), ...(thread === undefined ? {} : { thread }) };
      // With a key it is said once, also when this run is killed as well.
      await this.hub.botTells(user, where, { text, key: `${job} restarted` });
    };
    await this.inbox.answer(this.handlers, tell, signal);
  }

  /**
   * Takes a message or a command line. A command stays visible to its author alone until something public comes of it:
   * a mistyped one, answered privately, stays private. What is said to the bot by its name is said to all.
   */
  async say(user: PersonRow, utterance: Utterance): Promise<MessageRow> {
    const { store, users, files, limits } = this.hub.parts;
    const { nonce, repliesTo, images } = utterance;
    const known = store.messageByNonce(user.id, nonce);
    if (known) return known;
    const text = utterance.text.trim();
    checkLength(text, limits.textLength);
    if (text === "" && images.length === 0) throw new ChatError("forbidden", "web.empty");
    const { channel, thread } = this.locate(utterance, user);
    this.#mayAct(user, channel);
    const answered = repliesTo === undefined ? undefined : this.visible(toId(repliesTo), user);
    const pictures: StoredImage[] = [];
    for (const [index, image] of images.entries())
      pictures.push(
        await files.add(image, "person").catch((error: unknown) => {
          throw error instanceof ChatError ? new PictureRefusal(index, error) : error;
        }),
      );
    const again = store.messageByNonce(user.id, nonce);
    if (again) return again;
    // Taking pictures in takes a while.
    this.#mayAct(users.get(user.id) ?? user, this.locate(utterance, user).channel);

    const command = commandLine.test(plainLine(text));
    const line = this.#lineIn(text);
    const message = {
      channel,
      thread,
      author: user.id,
      privateTo: command ? user.id : undefined,
      text,
      pictures,
      buttons: [],
      mentions: command ? [] : users.mentionedIn(text),
      repliesTo: answered?.id,
      nonce,
    };
    const meant = { answered, picture: utterance.picture };
    const row = line ? this.#sayLine(user, message, line, meant) : this.hub.say(message);
    if (thread === undefined) users.markRead(user.id, channel, row.id);
    return row;
  }

  /** What a text says to the bot, if anything. */
  #lineIn(text: string): SaidLine | undefined {
    if (commandLine.test(plainLine(text))) return readLine(text);
    const pieces = text.split(this.#namesBot);
    return pieces.length > 1 ? readSaid(pieces, this.#commands) : undefined;
  }

  /**
   * Changes the text of a person's own message. What was or would be said to the bot stays as it is: it has been done.
   * @throws ChatError "forbidden"
   */
  edit(user: PersonRow, id: number, typed: string): void {
    const row = this.visible(id, user);
    if (row.author !== user.id) throw new ChatError("forbidden", "web.edit-foreign");
    this.#mayAct(user, row.channel);
    const text = typed.trim();
    checkLength(text, this.hub.parts.limits.textLength);
    if (text === "" && row.pictures === "[]") throw new ChatError("forbidden", "web.edit-empty");
    if (row.private_to !== null || [row.text, text].some((each) => this.#lineIn(each) !== undefined))
      throw new ChatError("forbidden", "web.edit-command");
    if (text !== row.text) this.hub.rewrite(id, { text, mentions: this.hub.parts.users.mentionedIn(text) });
  }

  /** A line for the bot is on disk together with the message. */
  #sayLine(user: PersonRow, message: NewMessage, line: SaidLine, meant: Meant): MessageRow {
    let receipt: Receipt | undefined;
    const row = this.hub.say(message, () => {
      const { text, channel, thread } = message;
      receipt = this.#take({ what: "command", line: text }, user, channelRef(channel, thread));
    });
    void this.#command(user, row, { ...line, receipt }, meant);
    return row;
  }

  #take(
    event: Pick<WebUnread, "what" | "line">,
    { id: user }: PersonRow,
    { id: channel, thread }: ChannelRef,
  ): Receipt {
    return this.inbox.take({ ...event, user, channel, thread });
  }

  async #command(
    user: PersonRow,
    row: MessageRow,
    command: SaidLine & Pick<CommandEvent, "receipt">,
    { answered, picture }: Meant,
  ): Promise<void> {
    let published = row.private_to === null;
    const pointedAt = answered && picture !== undefined ? this.hub.sourcesOf(answered).slice(picture, picture + 1) : [];
    const { nonce } = row;
    await this.#tell({
      kind: "command",
      ...command,
      attachments: [...pointedAt, ...this.hub.sourcesOf(row)],
      user: toUser(user),
      channel: channelRef(row.channel, row.thread),
      ...(answered ? { repliesTo: ref(answered) } : {}),
      reply: async (message, visibility) => {
        // What a command does goes on after `event` has returned: only an answer tells what came of it.
        if (visibility === "public" && !published) {
          this.hub.publish(row.id);
          published = true;
        }
        const place = { channel: row.channel, ...defined({ thread: row.thread?.toString() }) };
        if (message.refusal && nonce !== null)
          this.hub.parts.sockets.send({ kind: "refused", ...place, nonce }, user.id);
        return this.#reply(row, user, message, visibility);
      },
    });
  }

  async react(user: PersonRow, id: number, emoji: string, on: boolean): Promise<void> {
    const reaction = { emoji, added: on, message: ref(this.visible(id, user)) };
    // Most mean nothing: of those nothing is kept.
    const meant = on && (!this.handlers.wants || (await this.handlers.wants(reaction)) !== undefined);
    const row = this.visible(id, user);
    this.#mayAct(user, row.channel);
    if (emoji.length > 32 || !emojiOnly.test(emoji)) throw new ChatError("forbidden", "web.emoji");
    const kinds = new Set(this.hub.parts.store.reactions(id).map((reaction) => reaction.emoji));
    if (on && !kinds.has(emoji) && kinds.size >= reactionKinds) {
      throw new ChatError("forbidden", "web.reactions-full", { count: reactionKinds });
    }
    const message = ref(row);
    const receipt = meant ? this.#take({ what: "reaction", line: emoji }, user, message.channel) : undefined;
    if (this.hub.react(id, emoji, user.id, on))
      void this.#tell({ ...reaction, kind: "reaction", message, user: toUser(user), receipt });
    else receipt?.settle();
  }

  async press(user: PersonRow, id: number, action: string): Promise<void> {
    const row = this.visible(id, user);
    const buttons = JSON.parse(row.buttons) as Button[];
    if (!buttons.some((button) => button.id === action)) throw new ChatError("gone", "web.button-gone");
    const text = lineOf(action);
    if (text !== undefined) {
      const place = { channel: row.channel, ...defined({ thread: row.thread?.toString() }) };
      // An answer to the message: a line takes the picture that is there.
      await this.say(user, { ...place, text, repliesTo: String(row.id), nonce: randomUUID(), images: [] });
      return;
    }
    this.act(user, action, ref(row), (message, visibility) => this.#reply(row, user, message, visibility));
  }

  /** Does what a button does that is shown elsewhere than under its message. */
  act(user: PersonRow, action: string, message: MessageRef, reply: ActionEvent["reply"]): void {
    const receipt = this.#take({ what: "button" }, user, message.channel);
    const obstacle = defined({ obstacle: this.#refusal(user, message.channel.id)?.message });
    void this.#tell({ kind: "action", action, message, user: toUser(user), ...obstacle, receipt, reply });
  }

  /** Why a person may not post in a channel or start anything there; undefined where they may. */
  #refusal(user: PersonRow, channel: string): ChatError | undefined {
    return mutedRefusal(user) ?? this.hub.archivedRefusal(channel);
  }

  /** @throws ChatError "forbidden" */
  #mayAct(user: PersonRow, channel: string): void {
    const refusal = this.#refusal(user, channel);
    if (refusal) throw refusal;
  }

  remove(user: PersonRow, id: number): void {
    const row = this.visible(id, user);
    if (row.author !== user.id && row.private_to !== user.id && user.moderator !== 1) {
      throw new ChatError("forbidden", "web.delete-forbidden");
    }
    this.hub.remove(id);
    if (row.author === user.id || row.private_to === user.id) return;
    const { platform, community } = channelRef(row.channel);
    // What moderators delete of others' is in their log.
    const subject = this.hub.parts.users.get(row.author)?.name ?? sentence("chat.somebody");
    const detail = `#${this.hub.parts.store.channel(row.channel).name}`;
    this.handlers.moderation?.note(toUser(user), { platform, community, kind: "delete-message", subject, detail });
  }

  complete(
    user: PersonRow,
    { channel: id, thread: inThread, ...request }: WireCompletionRequest,
  ): Promise<readonly WireCompletion[]> {
    const { channel, thread } = this.locate({ channel: id, thread: inThread }, user);
    return this.handlers.complete({ ...request, user: toUser(user), channel: channelRef(channel, thread) });
  }

  /** What is wrong with a line that is being typed, if anything. */
  async check(user: PersonRow, { line, channel: id, thread }: WireCheckRequest): Promise<WireCheck> {
    const { channel } = this.locate({ channel: id, thread }, user);
    const said = readLine(line);
    const problem = await this.handlers.check?.({ ...said, user: toUser(user), channel: channelRef(channel) });
    return defined({ problem });
  }

  /** A small picture of what an option's value gives. @throws ChatError "gone" where there is none */
  async preview(user: PersonRow, { channel: id, thread, ...asked }: WirePreviewRequest): Promise<Picture> {
    const { channel } = this.locate({ channel: id, thread }, user);
    const picture = await this.handlers.preview?.({ ...asked, user: toUser(user), channel: channelRef(channel) });
    if (!picture) throw new ChatError("gone", "web.no-image");
    return picture;
  }

  /** @throws ChatError "gone" for a channel or a thread that is not there, or that this person may not see. */
  locate({ channel: id, thread }: Pick<Utterance, "channel" | "thread">, user: PersonRow) {
    const timeline = this.hub.locate({ id, thread });
    if (timeline.thread !== undefined) this.visible(timeline.thread, user);
    return timeline;
  }

  /** @throws ChatError "gone" for a message that this person may not see. */
  visible(id: number, user: PersonRow): MessageRow {
    const row = this.hub.need(id);
    if (row.private_to !== null && row.private_to !== user.id) throw new ChatError("gone", "web.message-gone");
    return row;
  }

  async #reply(row: MessageRow, user: PersonRow, message: OutgoingMessage, visibility: "public" | "private") {
    const channel = channelRef(row.channel, row.thread);
    if (visibility === "public") return ref(await this.hub.botSays(channel, message));
    const { file } = message;
    const text = file ? `${message.text}\n[${file.name}](${this.handouts.add(user.id, file)})` : message.text;
    return ref(await this.hub.botSays(channel, { ...message, text }, user.id));
  }

  async #tell(event: ChatEvent): Promise<void> {
    try {
      await this.handlers.event(event);
    } catch (error) {
      this.logger.error({ err: error, kind: event.kind }, "the handler of a chat event failed");
    }
    if (event.kind !== "reactions-cleared") event.receipt?.settle();
  }
}
