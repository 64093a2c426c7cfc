import type { Logger } from "pino";
import type { ChannelRef, MessageRef, User } from "../../domain/model.js";
import { ChatError } from "../../port/chat-error.js";
import { isPreview, type OutgoingMessage, type PictureSource } from "../../port/messages.js";
import { cutText, shorten, UNCUT } from "../../shared/text.js";
import type { ImageFiles } from "./image-files.js";
import type { WebChatLimits } from "./limits.js";
import type { MessageSearch } from "./message-search.js";
import type { Showing, Sockets } from "./sockets.js";
import {
  type ChatStore,
  type MessageChange,
  type MessageContent,
  type MessageRow,
  type NewMessage,
  type PersonRow,
  type StoredImage,
  storedImages,
  wirePerson,
} from "./store.js";
import type { ThreadMarks } from "./thread-marks.js";
import { botId, type Users } from "./users.js";
import type { WireFrame } from "./wire.js";
import { placeOf, WireViews } from "./wire-views.js";

/** How long a replaced frame's file stays: somebody may still be loading it. */
const SWEEP_DELAY_MS = 90_000;

interface ChannelHubParts {
  readonly store: ChatStore;
  readonly users: Users;
  readonly search: MessageSearch;
  readonly marks: ThreadMarks;
  readonly files: ImageFiles;
  readonly sockets: Sockets;
  readonly logger: Logger;
  readonly limits: WebChatLimits;
}

/**
 * The chat itself: stores what is said and sends it to everybody there. People (api.ts) and the bot (chat.ts) both act
 * through it.
 */
export class ChannelHub {
  /** Files that messages have shown until a moment ago, with the messages' ids. */
  readonly #leftovers = new Map<string, number>();
  #sweeping: NodeJS.Timeout | undefined;
  readonly views: WireViews;

  constructor(readonly parts: ChannelHubParts) {
    this.views = new WireViews(parts.store, parts.users, parts.marks);
  }

  close(): void {
    clearTimeout(this.#sweeping);
  }

  /**
   * What is said in the thread of a private message is as private as that.
   *
   * @param alongside what is on disk together with it
   */
  say(message: NewMessage, alongside?: () => void): MessageRow {
    // It may have been deleted while the pictures were taken in: what was private there would be shown to all.
    this.locate({ id: message.channel, thread: message.thread?.toString() });
    const privateTo = message.privateTo ?? this.#rootOf(message)?.private_to ?? undefined;
    const row = this.parts.store.insert({ ...message, privateTo }, alongside);
    const root = this.#rootOf(row);
    if (root) this.parts.marks.join(row, root);
    this.announce(row);
    for (const person of this.parts.marks.concerned(row)) this.showNews(person, row.thread ?? 0);
    return row;
  }

  /** Tells a person what is new in a thread, or that all was read. */
  showNews(person: string, thread: number): void {
    const news = () => ({ kind: "news", news: this.views.newsIn(person, thread) }) as const;
    this.parts.sockets.show(`news ${person} ${thread}`, () => ({ frame: news(), only: person }));
  }

  /** Posts as the bot; `privateTo` makes it visible to one person. */
  async botSays(where: ChannelRef, message: OutgoingMessage, privateTo?: string): Promise<MessageRow> {
    const { store } = this.parts;
    const { channel, thread } = this.locate(where);
    const known = message.key === undefined ? undefined : store.messageByNonce(botId, message.key);
    const row = known ?? (await this.#newPost(message, { channel, thread, privateTo }));
    // Who knows its id keeps that: a power cut must not give it to another message.
    await store.synced();
    return row;
  }

  async #newPost(message: OutgoingMessage, place: Pick<NewMessage, "channel" | "thread" | "privateTo">) {
    const content = await this.#content(message, []);
    const row = this.say({ ...content, ...place, author: botId, nonce: message.key });
    if (message.countdown) this.#showForNow(row, message);
    return row;
  }

  /** Tells one person something that others do not see: where it belongs, or elsewhere when that place is gone. */
  async botTells(person: string, about: ChannelRef, message: OutgoingMessage): Promise<MessageRow> {
    return this.botSays(this.#placeNear(about), message, person);
  }

  /** A place that there is: in place of a thread its channel, in place of a channel the first one. */
  #placeNear(about: ChannelRef): ChannelRef {
    const { store } = this.parts;
    if (!store.hasChannel(about.id)) return channelRef(store.channels()[0]?.id ?? about.id);
    return about.thread === undefined || store.message(toId(about.thread)) ? about : channelRef(about.id);
  }

  async botEdits(id: number, message: OutgoingMessage): Promise<void> {
    const row = this.need(id);
    const before = storedImages(row);
    if (message.passing && !message.pictures?.length && (message.keepPictures || before.length === 0))
      return this.#showForNow(row, message);
    const content = await this.#content(message, message.keepPictures ? before : []);
    const edited = this.parts.store.update(id, content);
    this.views.passing.drop(id);
    this.#replaced(edited, before);
    if (edited && message.countdown) this.#showForNow(edited, message);
    if (!isPreview(message)) await this.parts.store.synced();
  }

  /** Shows what the next process would show again by itself. */
  #showForNow(row: MessageRow, message: OutgoingMessage): void {
    const { store, sockets } = this.parts;
    const { buttons = [], progress, countdown } = message;
    const state = {
      text: this.#cut(message.text),
      buttons: JSON.stringify(buttons),
      progress: progress ? JSON.stringify(progress) : null,
      countdown: countdown && { to: countdown.to, at: Date.now() + countdown.seconds * 1000 },
    };
    this.views.passing.set(row.id, state, store.rev());
    sockets.show(`passing ${row.id}`, () => this.#passingOf(row.id), threadOf(row));
    const root = this.#rootOf(row);
    if (root) sockets.show(`thread ${root.id}`, () => this.#threadOf(root.id));
  }

  remove(id: number): void {
    const before = storedImages(this.need(id));
    this.views.passing.drop(id);
    this.#replaced(this.parts.store.remove(id), before);
  }

  /** @returns whether anything changed. */
  react(id: number, emoji: string, user: string, on: boolean): boolean {
    this.need(id);
    if (!this.parts.store.setReaction(id, emoji, user, on)) return false;
    this.#touch(id);
    return true;
  }

  /** Changes what a person has said. */
  rewrite(id: number, words: NonNullable<MessageChange["words"]>): void {
    this.need(id);
    this.#touch(id, { words });
  }

  /** Shows a message to everybody that only its author saw so far, unless its thread is private, or gone. */
  publish(id: number): void {
    const row = this.need(id);
    if (row.thread === null || this.#rootOf(row)?.private_to === null) this.#touch(id, { publish: true });
  }

  openThread(id: number, title: string): ChannelRef {
    const row = this.need(id);
    if (row.thread !== null) return channelRef(row.channel, row.thread);
    this.#touch(id, { threadTitle: cutText(title, 100) });
    return channelRef(row.channel, id);
  }

  /** Sends a message's state to everybody who may see it, and its parent's when it stands in a thread. */
  announce(row: MessageRow): void {
    const { sockets } = this.parts;
    sockets.show(`message ${row.id}`, () => this.#stateOf(row.id), threadOf(row));
    const root = this.#rootOf(row);
    if (root && root.private_to === row.private_to) sockets.show(`message ${root.id}`, () => this.#stateOf(root.id));
  }

  /** A message as it is when it is sent, which may be after the next change. */
  #stateOf(id: number): Showing | undefined {
    const row = this.parts.store.state(id);
    if (!row) return undefined;
    return { frame: this.stateFrame(row), only: row.private_to ?? undefined, rev: row.rev };
  }

  /** A message's state as pages are told it. */
  stateFrame(row: MessageRow): WireFrame {
    if (row.removed) return { kind: "removed", ...placeOf(row), rev: row.rev };
    return { kind: "message", message: this.views.message(row) };
  }

  #passingOf(id: number): Showing | undefined {
    const row = this.parts.store.message(id);
    return row && { frame: { kind: "passing", ...this.views.shownNow(row) }, only: row.private_to ?? undefined };
  }

  #threadOf(id: number): Showing | undefined {
    const root = this.parts.store.message(id);
    const hasThread = root && this.views.thread(root);
    return hasThread && { frame: { kind: "passing", ...placeOf(root), hasThread }, only: root.private_to ?? undefined };
  }

  /**
   * Gives a person another name, which all pages show from then on.
   *
   * @returns the person as it is then
   * @throws ChatError as {@link Users.rename}
   */
  rename(person: PersonRow, name: string): PersonRow {
    const { users, sockets } = this.parts;
    users.rename(person.id, name);
    const renamed = users.get(person.id) ?? person;
    if (renamed.name !== person.name) sockets.send({ kind: "person", person: wirePerson(renamed) });
    return renamed;
  }

  /** What passes just now, for a page that has seen everything up to `rev`. */
  passingSince(rev: number, viewer: string): WireFrame[] {
    const { passing } = this.views;
    const showing = passing.since(rev).flatMap((id) => this.#passingOf(id) ?? []);
    return showing.filter(({ only }) => only === undefined || only === viewer).map(({ frame }) => frame);
  }

  #rootOf({ thread }: { readonly thread?: number | null | undefined }): MessageRow | undefined {
    return thread === undefined || thread === null ? undefined : this.parts.store.message(thread);
  }

  /** @throws ChatError "gone" when the channel or the thread is not there. */
  locate({ id, thread }: { readonly id: string; readonly thread?: string | undefined }) {
    this.#needChannel(id);
    if (thread === undefined) return { channel: id, thread };
    const root = this.parts.store.message(toId(thread));
    if (!root || root.channel !== id || root.thread !== null) throw new ChatError("gone", "web.thread-gone");
    return { channel: id, thread: root.id };
  }

  #needChannel(id: string): void {
    if (!this.parts.store.hasChannel(id)) throw new ChatError("gone", "web.channel-unknown", { name: cutText(id, 40) });
  }

  /** Why people may not post in a channel or start anything there; undefined where they may. */
  archivedRefusal(channel: string): ChatError | undefined {
    const { name, archived } = this.parts.store.channel(channel);
    return archived > 0 ? new ChatError("forbidden", "web.archived", { name }) : undefined;
  }

  /** A message as it is shown. @throws ChatError "gone". */
  need(id: number): MessageRow {
    const row = this.parts.store.message(id);
    if (!row) throw gone();
    return this.views.passing.over(row);
  }

  /** As {@link ChatStore.pictureAudience}, and of a frame that was just replaced: a page may still be loading it. */
  pictureAudience(sha: string, viewer: string): "all" | "viewer" | undefined {
    const { store } = this.parts;
    const shown = store.pictureAudience(sha, viewer);
    const replaced = shown ? undefined : store.message(this.#leftovers.get(sha) ?? 0);
    if (replaced?.private_to === null) return "all";
    return replaced?.private_to === viewer ? "viewer" : shown;
  }

  sourcesOf(row: MessageRow): PictureSource[] {
    const { id, name, bot } = this.views.person(row.author);
    return storedImages(row).map((image) => this.#source(image, ref(row), bot ? undefined : { id, name }));
  }

  #source(image: StoredImage, message: MessageRef, author: User | undefined): PictureSource {
    const { name, type, description, spoiler, credit } = image;
    return {
      name,
      size: image.bytes,
      message,
      ...(author ? { author } : {}),
      ...(spoiler ? { spoiler } : {}),
      ...(credit === undefined ? {} : { credit }),
      fetch: async ({ maxBytes, signal }) => {
        signal.throwIfAborted();
        if (image.bytes > maxBytes) throw tooLarge("web.image-unusable", name, image.bytes, maxBytes);
        const bytes = await this.parts.files.read(image);
        return { bytes, name, type, ...(description ? { description } : {}) };
      },
    };
  }

  async #content(message: OutgoingMessage, kept: readonly StoredImage[]): Promise<MessageContent> {
    const { uploadBytes } = this.parts.limits;
    const { buttons = [], mention = [], progress } = message;
    const text = this.#cut(message.text);
    const added = [];
    for (const picture of message.pictures ?? []) {
      const { name, bytes } = picture;
      if (bytes.byteLength > uploadBytes) throw tooLarge("web.upload-too-large", name, bytes.byteLength, uploadBytes);
      added.push(await this.parts.files.add(picture, "bot"));
    }
    return { text, pictures: [...kept, ...added], buttons, mentions: mention, progress };
  }

  #cut(text: string): string {
    return shorten(text, this.parts.limits.textLength, UNCUT);
  }

  #touch(id: number, change?: MessageChange): void {
    const row = this.parts.store.touch(id, change);
    if (row) this.announce(row);
  }

  /** Announces a message's new state, and deletes the files that it no longer uses later, unless others use them. */
  #replaced(row: MessageRow | undefined, before: readonly StoredImage[]): void {
    if (!row) throw gone();
    for (const { sha } of before) this.#leftovers.set(sha, row.id);
    if (this.#leftovers.size > 0 && !this.#sweeping) {
      this.#sweeping = setTimeout(() => void this.#sweep(), SWEEP_DELAY_MS);
      this.#sweeping.unref();
    }
    this.announce(row);
  }

  async #sweep(): Promise<void> {
    const { files, store, logger } = this.parts;
    this.#sweeping = undefined;
    const only = new Set(this.#leftovers.keys());
    this.#leftovers.clear();
    try {
      await files.sweep((sha) => store.pictureIsUsed(sha), only);
    } catch (error) {
      logger.warn({ err: error }, "could not delete replaced images");
    }
  }
}

export function channelRef(channelId: string, thread?: number | null): ChannelRef {
  const ref = { platform: "web", community: "local", id: channelId };
  return thread === undefined || thread === null ? ref : { ...ref, thread: String(thread) };
}

export function ref(row: MessageRow): MessageRef {
  return { channel: channelRef(row.channel, row.thread), id: String(row.id) };
}

function threadOf({ thread }: MessageRow): string | undefined {
  return thread === null ? undefined : String(thread);
}

/** @throws ChatError "gone" for what cannot be a message's id. */
export function toId(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw gone();
  return Number(text);
}

/** @throws ChatError "too-large" */
export function checkLength({ length }: string, most: number): void {
  if (length > most) throw new ChatError("too-large", "web.text-too-long", { most, length });
}

function gone(): ChatError {
  return new ChatError("gone", "web.message-gone");
}

function tooLarge(
  identifier: "web.image-unusable" | "web.upload-too-large",
  name: string,
  bytes: number,
  most: number,
): ChatError {
  return new ChatError("too-large", identifier, { name, megabytes: megabytes(bytes), most: megabytes(most) });
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
