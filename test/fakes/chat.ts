import { EventEmitter } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import type { Handlers } from "../../src/commands/handlers.js";
import type { ChannelRef, Member, Mentioned, MessageRef } from "../../src/domain/model.js";
import type { Chat, ChatHandlers } from "../../src/port/adapter.js";
import type { ChannelInfo, ChatCapabilities } from "../../src/port/capabilities.js";
import { ChatError } from "../../src/port/chat-error.js";
import type { ActionEvent, ChatEvent, CommandEvent, FoundReactions, Reaction } from "../../src/port/events.js";
import type { Button, OutgoingFile, OutgoingMessage, Picture, PictureSource } from "../../src/port/messages.js";
import type { NewestPicture } from "../../src/port/newest.js";
import { sameEmoji } from "../../src/shared/typed.js";
import { patience } from "../support/patience.js";

export interface FakeMessage {
  readonly id: string;
  readonly channel: ChannelRef;
  /** The picture bytes that are shown now. */
  pictures: readonly Picture[];
  content: OutgoingMessage;
  /** The key that it was posted with. */
  readonly key: string | undefined;
  removed: boolean;
  /** Undefined for the bot's own messages. */
  readonly author?: Member;
  /** The bot's own. */
  readonly reactions: string[];
  readonly edits: OutgoingMessage[];
}

export interface EphemeralReply {
  readonly user: Member;
  readonly text: string;
  readonly buttons?: readonly Button[];
  readonly file?: OutgoingFile;
  readonly pictures?: readonly Picture[];
}

export type Call =
  | "post"
  | "tell"
  | "edit"
  | "remove"
  | "openThread"
  | "reply"
  | "latestPicture"
  | "picturesOf"
  | "react"
  | "reactions";

export const ann: Member = { id: "ann", name: "Ann", moderator: false };
export const ben: Member = { id: "ben", name: "Ben", moderator: false };
export const mod: Member = { id: "mod", name: "Mo", moderator: true, moderatesAll: true };
export const art: ChannelRef = { platform: "fake", community: "club", id: "art" };

/** A chat in memory that holds its caller to the promises of `chat.ts`: what breaks one is in `violations`. */
export class FakeChat implements Chat {
  readonly platform = "fake";
  readonly messages: FakeMessage[] = [];
  readonly ephemeral: EphemeralReply[] = [];
  /** Reactions that meant nothing. */
  unwanted = 0;
  readonly violations: string[] = [];
  /** People's reactions by message. */
  readonly given = new Map<string, readonly Reaction[]>();
  readonly threads = new Map<string, { readonly title: string; open: boolean }>();
  /** So many people are read who have given one emoji. */
  mostPeople = Number.POSITIVE_INFINITY;
  latest: NewestPicture | undefined;
  /** What comes with pressed buttons. */
  obstacle: string | undefined;
  /** Changes how pictures on messages are downloaded. */
  download: (image: PictureSource) => PictureSource = (image) => image;
  /** An answer is shown and the bot is still to be told: it is told after what this gives. */
  shown: (content: OutgoingMessage) => Promise<void> | void = () => undefined;
  /** Asked before each call: an error to reject with, or what it is to wait for. */
  fault: (
    call: Call,
    target: { channel?: ChannelRef; message?: MessageRef; content?: OutgoingMessage; emoji?: string },
  ) => ChatError | Promise<void> | undefined = () => undefined;
  readonly capabilities: ChatCapabilities;
  readonly #changes = new EventEmitter().setMaxListeners(0);
  readonly #editing = new Set<string>();
  readonly #editedAt = new Map<string, number>();
  #handlers: ChatHandlers | undefined;
  #ids = 0;

  constructor(capabilities: Partial<ChatCapabilities> = {}) {
    this.capabilities = {
      uploadBytes: 1_000_000,
      editIntervalMs: 20,
      textLength: 2000,
      reactions: 20,
      squares: [
        { use: "emoji", side: 128, bytes: 128_000, moving: { frames: 50 } },
        { use: "sticker", side: 320, bytes: 512_000, moving: { seconds: 5 } },
        { use: "avatar", side: 512, bytes: 900_000 },
      ],
      completions: 25,
      ...capabilities,
    };
  }

  async start(handlers: ChatHandlers): Promise<void> {
    this.#handlers = handlers;
  }

  async stop(): Promise<void> {
    this.#handlers = undefined;
  }

  async post(channel: ChannelRef, content: OutgoingMessage): Promise<MessageRef> {
    await this.#enter("post", { channel, content });
    if (channel.thread !== undefined && !this.threads.get(channel.thread)?.open)
      throw new ChatError("gone", { message: "The thread is gone." });
    const known = content.key === undefined ? undefined : this.messages.find(({ key }) => key === content.key);
    return known ? { id: known.id, channel: known.channel } : this.#add(channel, content);
  }

  async tell(user: Pick<Member, "id">, { platform, community }: ChannelRef, content: OutgoingMessage) {
    const channel = { platform, community, id: `direct ${user.id}` };
    await this.#enter("tell", { channel, content });
    const known = this.messages.find(({ key, channel: { id } }) => key === content.key && id === channel.id);
    return known && content.key !== undefined ? { id: known.id, channel } : this.#add(channel, content);
  }

  async edit(ref: MessageRef, content: OutgoingMessage): Promise<void> {
    if (this.#editing.has(ref.id)) this.violations.push(`two edits of ${ref.id} at once`);
    const since = Date.now() - (this.#editedAt.get(ref.id) ?? 0);
    // A last word may come sooner than the budget says; anything else may not.
    const isLast =
      content.buttons?.some((button) => button.id.startsWith("job:again")) ||
      content.progress?.value === 1 ||
      !content.progress;
    if (since < this.capabilities.editIntervalMs - 2 && !isLast)
      this.violations.push(`${ref.id} edited after ${since} ms`);
    this.#editing.add(ref.id);
    try {
      await this.#enter("edit", { message: ref, content });
      const message = this.#existing(ref);
      this.#check(content);
      message.content = content;
      if (!content.keepPictures) message.pictures = content.pictures ?? [];
      message.edits.push(content);
    } finally {
      this.#editing.delete(ref.id);
      this.#editedAt.set(ref.id, Date.now());
      this.#changes.emit("change");
    }
  }

  async remove(ref: MessageRef): Promise<void> {
    await this.#enter("remove", { message: ref });
    this.#existing(ref).removed = true;
    this.#changes.emit("change");
  }

  async react(ref: MessageRef, emoji: string): Promise<void> {
    await this.#enter("react", { message: ref, emoji });
    this.#existing(ref).reactions.push(emoji);
    this.#changes.emit("change");
  }

  async reactions(ref: MessageRef, emoji: readonly string[]): Promise<FoundReactions> {
    await this.#enter("reactions", { message: ref });
    this.#existing(ref);
    const found = emoji.map((wanted) =>
      (this.given.get(ref.id) ?? []).filter((given) => sameEmoji(wanted, given.emoji)),
    );
    // Platforms tell of these people no more than who they are.
    const idsOnly = (given: Reaction): Reaction => ({ emoji: given.emoji, user: { id: given.user.id } });
    return {
      given: found.flatMap((people) => people.slice(0, this.mostPeople).map(idsOnly)),
      unfinished: emoji.filter((_, index) => (found[index]?.length ?? 0) > this.mostPeople),
    };
  }

  async openThread(ref: MessageRef, title: string): Promise<ChannelRef> {
    await this.#enter("openThread", { message: ref });
    if (ref.channel.thread !== undefined) return ref.channel;
    this.#existing(ref);
    this.threads.set(ref.id, { title, open: true });
    return { ...ref.channel, thread: ref.id };
  }

  async latestPicture(channel: ChannelRef): Promise<NewestPicture | undefined> {
    await this.#enter("latestPicture", { channel });
    return this.latest;
  }

  async picturesOf(ref: MessageRef): Promise<readonly PictureSource[]> {
    await this.#enter("picturesOf", { message: ref });
    // The bot's own have no author.
    const { pictures, author } = this.#existing(ref);
    const sources = pictures.map(({ bytes, name, spoiler, credit }) => ({
      ...source(bytes, name),
      message: ref,
      ...(author ? { author } : {}),
      ...(spoiler ? { spoiler } : {}),
      ...(credit === undefined ? {} : { credit }),
    }));
    return sources.map(this.download);
  }

  /** What {@link describe} says besides the name. */
  info: Omit<ChannelInfo, "name" | "uploadBytes"> & { uploadBytes?: number } = { closed: false, restricted: false };

  async describe(channel: ChannelRef): Promise<ChannelInfo> {
    await turn();
    return { name: `#${channel.id}`, uploadBytes: this.capabilities.uploadBytes, ...this.info };
  }

  /** Who can be mentioned, as `@Ann` or `<@ann>`, and roles, as `<@&id>`. */
  readonly mentionable: Mentioned[] = [ann, ben, mod].map(({ id, name }) => ({ kind: "person", id, name }));

  async findMentioned(mention: string): Promise<Mentioned | undefined> {
    await turn();
    const [, sign, id] = /^<@(&?)(\w+)>$/.exec(mention) ?? [];
    const kind = sign === "&" ? "role" : "person";
    return this.mentionable.find((each) =>
      id === undefined ? mention === `@${each.name}` : each.id === id && each.kind === kind,
    );
  }

  async link(ref: MessageRef): Promise<string | undefined> {
    await turn();
    return `https://chat.example/${ref.channel.id}/${ref.id}`;
  }

  // What people do.

  /** Sends a command and waits until the bot has dealt with it (not until the job is done). */
  async say(
    user: Member,
    line: string,
    extra: Partial<Pick<CommandEvent, "attachments" | "repliesTo" | "channel" | "options">> = {},
  ): Promise<void> {
    const [, name = "", text = ""] = /^\/(\S+)\s*(.*)$/s.exec(line) ?? [];
    const channel = extra.channel ?? art;
    const event: CommandEvent = {
      kind: "command",
      name,
      text,
      attachments: [],
      user,
      channel,
      ...extra,
      reply: (content, visibility) => this.#reply(user, channel, content, visibility),
    };
    await this.#send(event);
  }

  /** Posts pictures as people do. */
  share(user: Member, pictures: readonly Picture[], channel: ChannelRef = art): FakeMessage {
    const id = `m${++this.#ids}`;
    const message = {
      id,
      channel,
      key: undefined,
      content: { text: "" },
      pictures,
      author: user,
      removed: false,
      reactions: [],
      edits: [],
    };
    this.messages.push(message);
    this.#changes.emit("change");
    return message;
  }

  async press(user: Member, message: FakeMessage, verb: string): Promise<void> {
    const button = message.content.buttons?.find((known) => known.id.split(":")[1] === verb);
    if (!button) throw new Error(`The message has no button ${verb}: ${message.content.text}`);
    await this.act(user, button.id, message);
  }

  /** Presses a button by its id, as under an ephemeral reply or a message that has changed since. */
  async act(
    user: Member,
    action: string,
    { id, channel }: MessageRef = { id: "ephemeral", channel: art },
  ): Promise<void> {
    const event: ActionEvent = {
      kind: "action",
      action,
      message: { id, channel },
      user,
      obstacle: this.obstacle,
      reply: (content, visibility) => this.#reply(user, channel, content, visibility),
    };
    await this.#send(event);
  }

  /** Reacts, or takes a reaction back, and waits until the bot has dealt with it. */
  async reactTo(
    user: Member,
    message: Pick<FakeMessage, "id" | "channel">,
    emoji: string,
    added = true,
  ): Promise<void> {
    this.give(user, message, emoji, added);
    const reaction = { emoji, added, message: { id: message.id, channel: message.channel }, user };
    // As the adapters do, which ask the platform nothing about the others.
    if (await this.#handlers?.wants?.(reaction)) await this.#send({ ...reaction, kind: "reaction" });
    else this.unwanted += 1;
  }

  /** Reacts, or takes a reaction back, without the bot's being told: it is away. */
  give(user: Member, { id }: Pick<FakeMessage, "id">, emoji: string, added = true): void {
    const others = (this.given.get(id) ?? []).filter((one) => one.user.id !== user.id || one.emoji !== emoji);
    this.given.set(id, added ? [...others, { emoji, user }] : others);
  }

  /** A moderator takes back everybody's reactions, or those of one emoji. */
  async clearReactions({ id, channel }: Pick<FakeMessage, "id" | "channel">, emoji?: string): Promise<void> {
    this.given.set(id, emoji === undefined ? [] : (this.given.get(id) ?? []).filter((one) => one.emoji !== emoji));
    await this.#send({ kind: "reactions-cleared", emoji, message: { id, channel } });
  }

  closeThread(id: string): void {
    const thread = this.threads.get(id);
    if (thread) thread.open = false;
  }

  // What people see.

  in(place: "channel" | "thread" | "direct"): readonly FakeMessage[] {
    const placeOf = ({ id, thread }: ChannelRef) =>
      id.startsWith("direct ") ? "direct" : thread === undefined ? "channel" : "thread";
    return this.messages.filter(({ removed, channel }) => !removed && placeOf(channel) === place);
  }

  /**
   * Resolves with what `look` finds as soon as it finds something: looks at every change of the chat and, as it may
   * depend on more than the chat, now and then.
   */
  async until<T>(look: () => T | undefined | false, what = look.toString()): Promise<T> {
    const limit = patience();
    for (;;) {
      const found = look();
      if (found !== undefined && found !== false) return found;
      if (limit.aborted)
        throw new Error(`Not seen: ${what}\n${this.messages.map((message) => message.content.text).join("\n---\n")}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => this.#changes.emit("change"), 50);
        this.#changes.once("change", () => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  async #send(event: ChatEvent): Promise<void> {
    await this.#handlers?.event(event);
    await (this.#handlers as Handlers | undefined)?.idle();
  }

  async #reply(
    user: Member,
    channel: ChannelRef,
    content: OutgoingMessage,
    visibility: "public" | "private",
  ): Promise<MessageRef | undefined> {
    await this.#enter("reply", { channel, content });
    if (visibility === "public" && this.threads.get(channel.thread ?? "")?.open === false)
      throw new ChatError("gone", { message: "The thread is gone." });
    if (visibility === "public") {
      const ref = this.#add(channel, content);
      await this.shown(content);
      return ref;
    }
    this.#check(content);
    const { text, buttons, file, pictures } = content;
    this.ephemeral.push({
      user,
      text,
      ...(buttons ? { buttons } : {}),
      ...(file ? { file } : {}),
      ...(pictures ? { pictures } : {}),
    });
    this.#changes.emit("change");
    return undefined;
  }

  async #enter(
    call: Call,
    target: { channel?: ChannelRef; message?: MessageRef; content?: OutgoingMessage; emoji?: string },
  ): Promise<void> {
    await turn();
    const fault = this.fault(call, target);
    if (fault instanceof Promise) await fault;
    else if (fault) throw fault;
  }

  #add(channel: ChannelRef, content: OutgoingMessage): MessageRef {
    this.#check(content);
    const message: FakeMessage = {
      id: `m${++this.#ids}`,
      channel,
      content,
      key: content.key,
      pictures: content.pictures ?? [],
      removed: false,
      reactions: [],
      edits: [],
    };
    this.messages.push(message);
    this.#editedAt.set(message.id, Date.now());
    this.#changes.emit("change");
    return { id: message.id, channel };
  }

  #existing(ref: MessageRef): FakeMessage {
    const message = this.messages.find((known) => known.id === ref.id && !known.removed);
    if (!message) throw new ChatError("gone", { message: "The message is gone." });
    return message;
  }

  #check(content: OutgoingMessage): void {
    const { text, pictures = [], buttons = [] } = content;
    if (text.length === 0 && pictures.length === 0) this.violations.push("an empty message");
    if (text.length > this.capabilities.textLength) this.violations.push(`a text of ${text.length} characters`);
    for (const button of buttons)
      if (button.id.length > 100) this.violations.push(`a button id of ${button.id.length} characters`);
    if (content.file && !(content.file.bytes.byteLength <= (this.capabilities.privateFileBytes ?? -1)))
      this.violations.push("a file that is too large");
    if (pictures.some((picture) => picture.bytes.byteLength > (this.info.uploadBytes ?? this.capabilities.uploadBytes)))
      throw new ChatError("too-large", { message: "The file is too large." });
  }
}

/** A picture as a platform knows it. */
export function source(bytes: Uint8Array, name = "photo.png"): PictureSource {
  return { name, size: bytes.byteLength, fetch: async () => ({ bytes, name, type: "image/png" }) };
}
