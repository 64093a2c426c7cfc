import type { Logger } from "pino";
import type { ChannelRef } from "../../domain/channel.js";
import type { MessageRef } from "../../domain/message.js";
import { ChatError } from "../../port/chat-error.js";
import type { OutgoingMessage, PictureSource } from "../../port/messages.js";
import type { Hub } from "./hub.js";
import type { PictureFiles } from "./pictures.js";
import {
  type MessageContent,
  type MessageRow,
  type StoredPicture,
  storedPictures,
  wireButton,
  wirePerson,
  wirePicture,
} from "./rows.js";
import type { ChatStore, NewMessage } from "./store.js";
import { botId, type Users } from "./users.js";
import type { WireChannel, WireMessage, WirePerson, WireQuote, WireReaction, WireThread } from "./wire.js";

/** How long a replaced frame's file stays: somebody may still be loading it. */
const sweepDelayMs = 90_000;

interface ChannelHubParts {
  readonly store: ChatStore;
  readonly users: Users;
  readonly pictures: PictureFiles;
  readonly hub: Hub;
  readonly logger: Logger;
  readonly textLength: number;
  /** Largest picture in bytes. */
  readonly uploadBytes: number;
}

/** The chat itself: stores what is said and tells everybody who is there. People (server.ts) and the bot (chat.ts) both act through it. */
export class ChannelHub {
  readonly #leftovers = new Set<string>();
  #sweeping: NodeJS.Timeout | undefined;

  constructor(readonly parts: ChannelHubParts) {}

  close(): void {
    clearTimeout(this.#sweeping);
  }

  say(message: NewMessage): MessageRow {
    const row = this.parts.store.insert(message);
    this.announce(row);
    return row;
  }

  /** Posts as the bot; `privateTo` makes it visible to one person. */
  async botSays(channel: ChannelRef, message: OutgoingMessage, privateTo?: string): Promise<MessageRow> {
    const { channel: channelId, thread } = this.locate(channel);
    const known = message.key === undefined ? undefined : this.parts.store.messageByNonce(botId, message.key);
    if (known) return known;
    const content = await this.#content(message, []);
    return this.say({ ...content, channel: channelId, thread, author: botId, privateTo, nonce: message.key });
  }

  async botEdits(id: number, message: OutgoingMessage): Promise<void> {
    const before = this.need(id);
    const content = await this.#content(message, message.keepPictures ? storedPictures(before) : []);
    const row = this.parts.store.update(id, content, true);
    if (!row) throw gone();
    this.#drop(storedPictures(before));
    this.announce(row);
  }

  remove(id: number): void {
    const before = this.need(id);
    const row = this.parts.store.remove(id);
    if (!row) throw gone();
    this.#drop(storedPictures(before));
    this.announce(row);
  }

  /** @returns whether anything changed. */
  react(id: number, emoji: string, user: string, on: boolean): boolean {
    this.need(id);
    if (!this.parts.store.setReaction(id, emoji, user, on)) return false;
    const row = this.parts.store.touch(id);
    if (row) this.announce(row);
    return true;
  }

  /** Shows a message to everybody that only its author saw so far. */
  publish(id: number): void {
    const row = this.parts.store.touch(id, { publish: true });
    if (row) this.announce(row);
  }

  openThread(id: number, title: string): ChannelRef {
    const row = this.need(id);
    if (row.thread !== null) return channelRef(row.channel, row.thread);
    const touched = this.parts.store.touch(id, { threadTitle: title.slice(0, 100) });
    if (touched) this.announce(touched);
    return channelRef(row.channel, id);
  }

  /** Tells everybody who may know of a message its present state, and its parent's when it stands in a thread. */
  announce(row: MessageRow): void {
    const { hub, store } = this.parts;
    const only = row.private_to ?? undefined;
    if (row.removed)
      hub.send({ kind: "removed", id: String(row.id), channel: row.channel, rev: row.rev, ...threadOf(row) }, only);
    else hub.send({ kind: "message", message: this.wire(row) }, only);
    if (row.thread === null || row.private_to !== null) return;
    const root = store.touch(row.thread);
    if (root) hub.send({ kind: "message", message: this.wire(root) }, root.private_to ?? undefined);
  }

  /** @throws ChatError "gone" when the channel or the thread is not there. */
  locate(where: Pick<ChannelRef, "id" | "thread">): { readonly channel: string; readonly thread: number | undefined } {
    if (!this.parts.store.hasChannel(where.id))
      throw new ChatError("gone", "web.channel-unknown", { name: where.id.slice(0, 40) });
    if (where.thread === undefined) return { channel: where.id, thread: undefined };
    const root = this.parts.store.message(toId(where.thread));
    if (!root || root.channel !== where.id || root.thread !== null) throw new ChatError("gone", "web.thread-gone");
    return { channel: where.id, thread: root.id };
  }

  /** @throws ChatError "gone". */
  need(id: number): MessageRow {
    const row = this.parts.store.message(id);
    if (!row) throw gone();
    return row;
  }

  sourcesOf(row: MessageRow): PictureSource[] {
    const { id, name, bot } = this.user(row.author);
    return storedPictures(row).map((picture) => this.#source(picture, ref(row), bot ? undefined : { id, name }));
  }

  #source(
    picture: StoredPicture,
    message: MessageRef,
    author: Pick<WirePerson, "id" | "name"> | undefined,
  ): PictureSource {
    return {
      name: picture.name,
      size: picture.bytes,
      message,
      ...(author ? { author } : {}),
      ...(picture.spoiler ? { spoiler: true } : {}),
      ...(picture.credit === undefined ? {} : { credit: picture.credit }),
      fetch: async ({ maxBytes, signal }) => {
        signal.throwIfAborted();
        if (picture.bytes > maxBytes) {
          throw new ChatError("too-large", "web.image-unusable", {
            name: picture.name,
            megabytes: megabytes(picture.bytes),
            most: megabytes(maxBytes),
          });
        }
        const bytes = await this.parts.pictures.read(picture);
        return {
          bytes,
          name: picture.name,
          type: picture.type,
          ...(picture.description ? { description: picture.description } : {}),
        };
      },
    };
  }

  wire(row: MessageRow): WireMessage {
    const quote = row.replies_to === null ? undefined : this.#quote(row.replies_to, row.private_to);
    const thread = row.thread === null ? this.#thread(row) : undefined;
    const mentions = (JSON.parse(row.mentions) as string[]).map((id) => this.user(id));
    return {
      id: String(row.id),
      rev: row.rev,
      channel: row.channel,
      ...threadOf(row),
      author: this.user(row.author),
      at: row.at,
      ...(row.edited_at === null ? {} : { editedAt: row.edited_at }),
      text: row.text,
      pictures: storedPictures(row).map(wirePicture),
      buttons: (JSON.parse(row.buttons) as Parameters<typeof wireButton>[0][]).map(wireButton),
      reactions: this.#reactions(row.id),
      mentions,
      ...(row.progress === null ? {} : { progress: JSON.parse(row.progress) as { value: number; label: string } }),
      ...(quote ? { repliesTo: quote } : {}),
      ...(thread ? { hasThread: thread } : {}),
      private: row.private_to !== null,
      ...(row.nonce === null ? {} : { nonce: row.nonce }),
    };
  }

  channelsFor(user: string): WireChannel[] {
    return this.parts.store.channels().map(({ id, topic, last }) => {
      const { read, unread, mentions } = this.parts.users.unread(user, id);
      return { id, topic, last: String(last), read: String(read), unread, mentions };
    });
  }

  user(id: string): WirePerson {
    const row = this.parts.users.get(id);
    return row ? wirePerson(row) : { id, name: "someone", bot: false };
  }

  #quote(id: number, viewer: string | null): WireQuote | undefined {
    const row = this.parts.store.message(id);
    if (!row || (row.private_to !== null && row.private_to !== viewer)) return undefined;
    const picture = storedPictures(row)[0];
    return {
      id: String(row.id),
      author: this.user(row.author),
      text: row.text.slice(0, 200),
      ...(picture ? { picture: wirePicture(picture) } : {}),
    };
  }

  #thread(row: MessageRow): WireThread | undefined {
    const { replies, last, lastWithPicture } = this.parts.store.thread(row.id);
    if (replies === 0 && row.thread_title === null) return undefined;
    const picture = lastWithPicture && storedPictures(lastWithPicture).at(-1);
    const progress = last?.progress ? (JSON.parse(last.progress) as { value: number }).value : undefined;
    return {
      title: row.thread_title ?? "",
      replies,
      ...(last ? { lastAt: last.at } : {}),
      ...(picture ? { lastPicture: wirePicture(picture) } : {}),
      ...(progress === undefined ? {} : { progress }),
    };
  }

  #reactions(id: number): WireReaction[] {
    const byEmoji = new Map<string, WirePerson[]>();
    for (const { emoji, user } of this.parts.store.reactions(id))
      byEmoji.set(emoji, [...(byEmoji.get(emoji) ?? []), wirePerson(user)]);
    return [...byEmoji].map(([emoji, users]) => ({ emoji, people: users }));
  }

  async #content(message: OutgoingMessage, kept: readonly StoredPicture[]): Promise<MessageContent> {
    if (message.text.length > this.parts.textLength) {
      throw new ChatError("too-large", "web.text-too-long", {
        most: this.parts.textLength,
        length: message.text.length,
      });
    }
    const added = [];
    for (const { bytes, name, description = "", spoiler = false, credit } of message.pictures ?? []) {
      if (bytes.byteLength > this.parts.uploadBytes) {
        throw new ChatError("too-large", "web.upload-too-large", {
          name,
          megabytes: megabytes(bytes.byteLength),
          most: megabytes(this.parts.uploadBytes),
        });
      }
      const picture = { bytes, name, description, spoiler, ...(credit === undefined ? {} : { credit }) };
      added.push(await this.parts.pictures.add(picture, "bot"));
    }
    return {
      text: message.text,
      pictures: [...kept, ...added],
      buttons: message.buttons ?? [],
      mentions: (message.mention ?? []).map(({ id, name }) => ({ id, name, bot: false })),
      progress: message.progress,
    };
  }

  /** Deletes replaced pictures' files later, all that nobody uses by then. */
  #drop(pictures: readonly StoredPicture[]): void {
    for (const { sha } of pictures) this.#leftovers.add(sha);
    if (this.#leftovers.size === 0 || this.#sweeping) return;
    this.#sweeping = setTimeout(() => {
      this.#sweeping = undefined;
      const names = [...this.#leftovers];
      this.#leftovers.clear();
      const { pictures: files, store, logger } = this.parts;
      files
        .sweep((sha) => store.pictureIsUsed(sha), names)
        .catch((error: unknown) => logger.warn({ err: error }, "could not delete replaced pictures"));
    }, sweepDelayMs);
    this.#sweeping.unref();
  }
}

export function channelRef(channelId: string, thread?: number | null): ChannelRef {
  return {
    platform: "web",
    community: "local",
    id: channelId,
    ...(thread === undefined || thread === null ? {} : { thread: String(thread) }),
  };
}

export function ref(row: MessageRow): MessageRef {
  return { channel: channelRef(row.channel, row.thread), id: String(row.id) };
}

/** @throws ChatError "gone" for what cannot be a message's id. */
export function toId(text: string): number {
  const id = Number(text);
  if (!/^\d{1,15}$/.test(text) || !Number.isSafeInteger(id)) throw gone();
  return id;
}

function threadOf(row: MessageRow): { thread?: string } {
  return row.thread === null ? {} : { thread: String(row.thread) };
}

function gone(): ChatError {
  return new ChatError("gone", "web.message-gone");
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
