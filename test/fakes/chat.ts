import { EventEmitter } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import type { Handlers } from "../../src/commands/handlers.js";
import {
  type ActionEvent,
  type Button,
  type Chat,
  ChatError,
  type ChatEvent,
  type ChatHandlers,
  type ChatLimits,
  type CommandEvent,
  type MessageRef,
  type OutgoingFile,
  type OutgoingMessage,
  type Person,
  type Picture,
  type PictureSource,
  type Place,
  type PlaceInfo,
} from "../../src/port/chat.js";

export interface FakeMessage {
  readonly id: string;
  readonly place: Place;
  /** The picture bytes that are shown now. */
  pictures: readonly Picture[];
  content: OutgoingMessage;
  /** The key that it was posted with. */
  readonly key: string | undefined;
  removed: boolean;
  /** Undefined for the bot's own messages. */
  readonly author?: Person;
  /** The bot's own. */
  readonly reactions: string[];
  readonly edits: OutgoingMessage[];
}

export interface Whisper {
  readonly person: Person;
  readonly text: string;
  readonly buttons?: readonly Button[];
  readonly file?: OutgoingFile;
}

export type Call = "post" | "edit" | "remove" | "openThread" | "reply" | "latestPicture" | "picturesOf";

export const ann: Person = { id: "ann", name: "Ann", moderator: false };
export const ben: Person = { id: "ben", name: "Ben", moderator: false };
export const mod: Person = { id: "mod", name: "Mo", moderator: true };
export const art: Place = { platform: "fake", community: "club", channel: "art" };

/** A chat in memory that holds its caller to the promises of `chat.ts`: what breaks one is in `violations`. */
export class FakeChat implements Chat {
  readonly platform = "fake";
  readonly messages: FakeMessage[] = [];
  readonly whispers: Whisper[] = [];
  readonly violations: string[] = [];
  readonly threads = new Map<string, { readonly title: string; open: boolean }>();
  latest: PictureSource | undefined;
  /** Asked before each call: an error to reject with, or "late" to do it and then reject with a time-out. */
  fault: (
    call: Call,
    target: { place?: Place; message?: MessageRef; content?: OutgoingMessage },
  ) => ChatError | undefined = () => undefined;
  readonly limits: ChatLimits;
  readonly #changes = new EventEmitter().setMaxListeners(0);
  readonly #editing = new Set<string>();
  readonly #editedAt = new Map<string, number>();
  #handlers: ChatHandlers | undefined;
  #ids = 0;

  constructor(limits: Partial<ChatLimits> = {}) {
    this.limits = { uploadBytes: 1_000_000, editIntervalMs: 20, textLength: 2000, ...limits };
  }

  async start(handlers: ChatHandlers): Promise<void> {
    this.#handlers = handlers;
  }

  async stop(): Promise<void> {
    this.#handlers = undefined;
  }

  async post(place: Place, content: OutgoingMessage): Promise<MessageRef> {
    await this.#enter("post", { place, content });
    if (place.thread !== undefined && !this.threads.get(place.thread)?.open)
      throw new ChatError("gone", "The thread is gone.");
    const known = content.key === undefined ? undefined : this.messages.find(({ key }) => key === content.key);
    return known ? { id: known.id, place: known.place } : this.#add(place, content);
  }

  async edit(ref: MessageRef, content: OutgoingMessage): Promise<void> {
    if (this.#editing.has(ref.id)) this.violations.push(`two edits of ${ref.id} at once`);
    const since = Date.now() - (this.#editedAt.get(ref.id) ?? 0);
    // A last word may come sooner than the budget says; anything else may not.
    const isLast =
      content.buttons?.some((button) => button.id.startsWith("job:again")) ||
      content.progress?.value === 1 ||
      !content.progress;
    if (since < this.limits.editIntervalMs - 2 && !isLast) this.violations.push(`${ref.id} edited after ${since} ms`);
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
    await turn();
    this.#existing(ref).reactions.push(emoji);
    this.#changes.emit("change");
  }

  async openThread(ref: MessageRef, title: string): Promise<Place> {
    await this.#enter("openThread", { message: ref });
    if (ref.place.thread !== undefined) return ref.place;
    this.#existing(ref);
    this.threads.set(ref.id, { title, open: true });
    return { ...ref.place, thread: ref.id };
  }

  async latestPicture(place: Place): Promise<PictureSource | undefined> {
    await this.#enter("latestPicture", { place });
    return this.latest;
  }

  async picturesOf(ref: MessageRef): Promise<readonly PictureSource[]> {
    await this.#enter("picturesOf", { message: ref });
    // Of the bot's own, no author is told.
    const { pictures, author } = this.#existing(ref);
    return pictures.map(({ bytes, name, spoiler, credit }) => ({
      ...source(bytes, name),
      ...{ message: ref, ...(author ? { author } : {}) },
      ...{ ...(spoiler ? { spoiler } : {}), ...(credit === undefined ? {} : { credit }) },
    }));
  }

  /** What {@link describe} says besides the name. */
  info: { closed: boolean; restricted: boolean; uploadBytes?: number } = { closed: false, restricted: false };

  async describe(place: Place): Promise<PlaceInfo> {
    await turn();
    return { name: `#${place.channel}`, uploadBytes: this.limits.uploadBytes, ...this.info };
  }

  async link(ref: MessageRef): Promise<string | undefined> {
    await turn();
    return `https://chat.example/${ref.place.channel}/${ref.id}`;
  }

  // What people do.

  /** Sends a command and waits until the bot has dealt with it (not until the job is done). */
  async say(
    person: Person,
    line: string,
    extra: Partial<Pick<CommandEvent, "attachments" | "repliesTo" | "place" | "options">> = {},
  ): Promise<void> {
    const [, name = "", text = ""] = /^\/(\S+)\s*(.*)$/s.exec(line) ?? [];
    const place = extra.place ?? art;
    const event: CommandEvent = {
      ...{ kind: "command", name, text, attachments: [], person, place },
      ...extra,
      reply: (content, visibility) => this.#reply(person, place, content, visibility),
    };
    await this.#send(event);
  }

  /** Posts pictures as people do. */
  share(person: Person, pictures: readonly Picture[], place: Place = art): FakeMessage {
    const id = `m${++this.#ids}`;
    const message = {
      id,
      place,
      key: undefined,
      content: { text: "" },
      pictures,
      author: person,
      removed: false,
      reactions: [],
      edits: [],
    };
    this.messages.push(message);
    this.#changes.emit("change");
    return message;
  }

  async press(person: Person, message: FakeMessage, verb: string): Promise<void> {
    const button = message.content.buttons?.find((known) => known.id.split(":")[1] === verb);
    if (!button) throw new Error(`The message has no button ${verb}: ${message.content.text}`);
    await this.act(person, button.id, message);
  }

  /** Presses a button by its id, as under a whisper or a message that has changed since. */
  async act(person: Person, action: string, { id, place }: MessageRef = { id: "whisper", place: art }): Promise<void> {
    const event: ActionEvent = {
      ...{ kind: "action", action, message: { id, place }, person },
      reply: (content, visibility) => this.#reply(person, place, content, visibility),
    };
    await this.#send(event);
  }

  /** Reacts, or takes a reaction back, and waits until the bot has dealt with it. */
  async reactTo(
    person: Person,
    message: Pick<FakeMessage, "id" | "place">,
    emoji: string,
    added = true,
  ): Promise<void> {
    await this.#send({ kind: "reaction", emoji, added, message: { id: message.id, place: message.place }, person });
  }

  closeThread(id: string): void {
    const thread = this.threads.get(id);
    if (thread) thread.open = false;
  }

  // What people see.

  in(place: "channel" | "thread"): readonly FakeMessage[] {
    return this.messages.filter(
      (message) => !message.removed && (message.place.thread === undefined) === (place === "channel"),
    );
  }

  /** Resolves with what `look` finds as soon as it finds something. */
  async until<T>(look: () => T | undefined | false, what = look.toString()): Promise<T> {
    const patience = AbortSignal.timeout(5_000);
    for (;;) {
      const found = look();
      if (found !== undefined && found !== false) return found;
      if (patience.aborted)
        throw new Error(
          `Not seen within 5 s: ${what}\n${this.messages.map((message) => message.content.text).join("\n---\n")}`,
        );
      await new Promise<void>((resolve) => {
        const done = () => {
          this.#changes.off("change", done);
          patience.removeEventListener("abort", done);
          resolve();
        };
        this.#changes.on("change", done);
        patience.addEventListener("abort", done);
      });
    }
  }

  async #send(event: ChatEvent): Promise<void> {
    await this.#handlers?.event(event);
    await (this.#handlers as Handlers | undefined)?.idle();
  }

  async #reply(
    person: Person,
    place: Place,
    content: OutgoingMessage,
    visibility: "public" | "private",
  ): Promise<MessageRef | undefined> {
    await this.#enter("reply", { place, content });
    if (visibility === "public") return this.#add(place, content);
    this.#check(content);
    const { text, buttons, file } = content;
    this.whispers.push({ person, text, ...(buttons ? { buttons } : {}), ...(file ? { file } : {}) });
    this.#changes.emit("change");
    return undefined;
  }

  async #enter(call: Call, target: { place?: Place; message?: MessageRef; content?: OutgoingMessage }): Promise<void> {
    await turn();
    const fault = this.fault(call, target);
    if (fault) throw fault;
  }

  #add(place: Place, content: OutgoingMessage): MessageRef {
    this.#check(content);
    const message: FakeMessage = {
      id: `m${++this.#ids}`,
      place,
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
    return { id: message.id, place };
  }

  #existing(ref: MessageRef): FakeMessage {
    const message = this.messages.find((known) => known.id === ref.id && !known.removed);
    if (!message) throw new ChatError("gone", "The message is gone.");
    return message;
  }

  #check(content: OutgoingMessage): void {
    const { text, pictures = [], buttons = [] } = content;
    if (text.length === 0 && pictures.length === 0) this.violations.push("an empty message");
    if (text.length > this.limits.textLength) this.violations.push(`a text of ${text.length} characters`);
    for (const button of buttons)
      if (button.id.length > 100) this.violations.push(`a button id of ${button.id.length} characters`);
    if (content.file && !(content.file.bytes.byteLength <= (this.limits.privateFileBytes ?? -1)))
      this.violations.push("a file that is too large");
    if (pictures.some((picture) => picture.bytes.byteLength > (this.info.uploadBytes ?? this.limits.uploadBytes)))
      throw new ChatError("too-large", "The file is too large.");
  }
}

/** A picture as a platform knows it. */
export function source(bytes: Uint8Array, name = "photo.png"): PictureSource {
  return { name, size: bytes.byteLength, fetch: async () => ({ bytes, name, type: "image/png" }) };
}
