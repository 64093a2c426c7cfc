import type { Button, Progress } from "../../port/messages.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { cutText } from "../../shared/text.js";
import {
  type ChatStore,
  type MessageRow,
  type PersonRow,
  type StoredChannel,
  storedImages,
  wireButton,
  wireImage,
  wirePerson,
} from "./store.js";
import type { Users } from "./users.js";
import type {
  WireChannel,
  WireChannelState,
  WireMe,
  WireMessage,
  WirePerson,
  WireQuote,
  WireReaction,
  WireThread,
} from "./wire.js";

/** What is stored, as the page gets it. */
export class WireViews {
  constructor(
    private readonly store: ChatStore,
    private readonly users: Users,
  ) {}

  message(row: MessageRow): WireMessage {
    const quote = row.replies_to === null ? undefined : this.#quote(row.replies_to, row.private_to);
    const thread = row.thread === null ? this.#thread(row) : undefined;
    return {
      id: String(row.id),
      rev: row.rev,
      channel: row.channel,
      ...(row.thread === null ? {} : { thread: String(row.thread) }),
      author: this.person(row.author),
      at: row.at,
      text: row.text,
      pictures: storedImages(row).map(wireImage),
      buttons: (JSON.parse(row.buttons) as Button[]).map(wireButton),
      reactions: this.#reactions(row.id),
      mentions: (JSON.parse(row.mentions) as string[]).map((id) => this.person(id)),
      ...(row.progress === null ? {} : { progress: JSON.parse(row.progress) as Progress }),
      ...(quote ? { repliesTo: quote } : {}),
      ...(thread ? { hasThread: thread } : {}),
      private: row.private_to !== null,
      ...(row.nonce === null ? {} : { nonce: row.nonce }),
    };
  }

  channels(user: string): WireChannel[] {
    return this.store.channels().map((channel) => this.#channel(user, channel));
  }

  channel(user: string, id: string): WireChannel {
    return this.#channel(user, this.store.channel(id));
  }

  person(id: string): WirePerson {
    const row = this.users.get(id);
    return row ? wirePerson(row) : { id, name: sentence("web.someone"), bot: false };
  }

  channelState(id: string): WireChannelState {
    return channelState(this.store.channel(id));
  }

  #channel(user: string, channel: StoredChannel): WireChannel {
    const { read, unread, mentions } = this.users.unread(user, channel.id);
    return { ...channelState(channel), last: String(channel.last), read: String(read), unread, mentions };
  }

  #quote(id: number, viewer: string | null): WireQuote | undefined {
    const row = this.store.message(id);
    if (!row || (row.private_to !== null && row.private_to !== viewer)) return undefined;
    const [image] = storedImages(row);
    const picture = image && { picture: wireImage(image) };
    return { id: String(row.id), author: this.person(row.author), text: cutText(row.text, 200), ...picture };
  }

  #thread(row: MessageRow): WireThread | undefined {
    const { replies, last, lastWithPicture } = this.store.thread(row);
    if (replies === 0 && row.thread_title === null) return undefined;
    const image = lastWithPicture && storedImages(lastWithPicture).at(-1);
    return {
      title: row.thread_title ?? "",
      replies,
      ...(last ? { lastAt: last.at } : {}),
      ...(image ? { lastPicture: wireImage(image) } : {}),
      ...(last?.progress ? { progress: (JSON.parse(last.progress) as Progress).value } : {}),
    };
  }

  #reactions(id: number): WireReaction[] {
    const byEmoji = new Map<string, WirePerson[]>();
    for (const { emoji, user } of this.store.reactions(id))
      byEmoji.set(emoji, [...(byEmoji.get(emoji) ?? []), wirePerson(user)]);
    return [...byEmoji].map(([emoji, people]) => ({ emoji, people }));
  }
}

function channelState({ id, name, topic, archived }: StoredChannel): WireChannelState {
  return { id, name, topic, archived: archived > 0 };
}

/** A person as they see themselves. */
export function wireMe(user: PersonRow): WireMe {
  const muted = user.muted_until > Date.now();
  return { ...wirePerson(user), moderator: user.moderator === 1, ...(muted && { mutedUntil: user.muted_until }) };
}
