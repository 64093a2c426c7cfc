import type { Button, Progress } from "../../port/messages.js";
import { defined } from "../../shared/defined.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { cutText } from "../../shared/text.js";
import { PassingStates } from "./passing.js";
import {
  type ChatStore,
  type MessageRow,
  type PersonRow,
  type StoredChannel,
  type StoredImage,
  storedImages,
  wireButton,
  wireImage,
  wirePerson,
} from "./store.js";
import type { ThreadMarks } from "./thread-marks.js";
import type { Users } from "./users.js";
import type {
  WireChannel,
  WireChannelState,
  WireImage,
  WireMe,
  WireMessage,
  WireNews,
  WirePassing,
  WirePerson,
  WireQuote,
  WireReaction,
  WireThread,
} from "./wire.js";

/** What is stored or passing, as the page gets it. */
export class WireViews {
  readonly passing = new PassingStates();

  constructor(
    private readonly store: ChatStore,
    private readonly users: Users,
    private readonly marks: ThreadMarks,
  ) {}

  /** What is new for a person in the threads that they take part in. */
  news(person: string): WireNews[] {
    const threads = new Map<number, MessageRow[]>();
    for (const row of this.marks.unread(person))
      threads.set(row.thread ?? 0, [...(threads.get(row.thread ?? 0) ?? []), row]);
    return [...threads].map(([thread, rows]) => this.#newsOf(person, thread, rows));
  }

  newsIn(person: string, thread: number): WireNews {
    return this.#newsOf(person, thread, this.marks.unread(person, thread));
  }

  #newsOf(person: string, thread: number, rows: readonly MessageRow[]): WireNews {
    const root = this.store.state(thread);
    const [newest] = rows;
    const mentions = rows.filter((row) => row.mentions.includes(`"${person}"`)).length;
    return {
      channel: root?.channel ?? "",
      thread: String(thread),
      title: root?.thread_title ?? "",
      unread: Math.min(99, rows.length),
      mentions: Math.min(99, mentions),
      ...(newest && { newest: this.#newsItem(newest) }),
    };
  }

  #newsItem(row: MessageRow): NonNullable<WireNews["newest"]> {
    const [image] = storedImages(row);
    const picture = image && { picture: wireImage(image) };
    return { id: String(row.id), author: this.person(row.author), text: cutText(row.text, 200), ...picture };
  }

  message(stored: MessageRow): WireMessage {
    const row = this.passing.over(stored);
    const quote = row.replies_to === null ? undefined : this.#quote(row.replies_to, row.private_to);
    const thread = row.thread === null ? this.thread(row) : undefined;
    return {
      ...placeOf(row),
      rev: row.rev,
      author: this.person(row.author),
      at: row.at,
      text: row.text,
      pictures: storedImages(row).map((image) => ({
        ...wireImage(image),
        ...defined({ before: this.#before(image) }),
      })),
      buttons: wireButtons(row.buttons),
      reactions: this.#reactions(row.id),
      mentions: (JSON.parse(row.mentions) as string[]).map((id) => this.person(id)),
      ...(row.progress === null ? {} : { progress: JSON.parse(row.progress) as Progress }),
      ...defined({ countdown: this.passing.countdown(row.id) }),
      ...(quote ? { repliesTo: quote } : {}),
      ...(thread ? { hasThread: thread } : {}),
      private: row.private_to !== null,
      ...(row.nonce === null ? {} : { nonce: row.nonce }),
      ...(row.edited_at === null ? {} : { editedAt: row.edited_at }),
    };
  }

  /** What an image was made from, as far as everybody is shown it. */
  #before({ madeFrom }: StoredImage): WireImage | undefined {
    if (!madeFrom) return undefined;
    const image = this.#shownToAll(madeFrom.sha) ?? this.#resultIn(madeFrom.message);
    return image && !image.spoiler ? wireImage(image) : undefined;
  }

  #shownToAll(sha: string): StoredImage | undefined {
    const row = this.store.firstShowing(sha);
    return row && storedImages(row).find((image) => image.sha === sha);
  }

  #resultIn(message: string | undefined): StoredImage | undefined {
    const row = message === undefined ? undefined : this.store.message(Number(message));
    const [result] = row ? storedImages(row) : [];
    return result && this.#shownToAll(result.sha);
  }

  /** What is shown for the moment in place of what is stored. */
  shownNow(stored: MessageRow): WirePassing {
    const { text, buttons, progress } = this.passing.over(stored);
    return {
      ...placeOf(stored),
      text,
      buttons: wireButtons(buttons),
      progress: JSON.parse(progress ?? "null") as Progress | null,
      countdown: this.passing.countdown(stored.id) ?? null,
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

  /** What a message shows of its thread, if anything. */
  thread(row: MessageRow): WireThread | undefined {
    const { replies, last, lastWithPicture, lastWithProgress } = this.store.thread(row);
    if (replies === 0 && row.thread_title === null) return undefined;
    // Finished octaves are posted below it.
    const underway = lastWithProgress && this.passing.over(lastWithProgress);
    const image = lastWithPicture && storedImages(lastWithPicture).at(-1);
    return {
      title: row.thread_title ?? "",
      replies,
      ...(last ? { lastAt: last.at } : {}),
      ...(image ? { lastPicture: wireImage(image) } : {}),
      ...(underway?.progress ? { progress: (JSON.parse(underway.progress) as Progress).value } : {}),
      ...defined({ countdown: underway && this.passing.countdown(underway.id) }),
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
  return {
    ...wirePerson(user),
    moderator: user.moderator === 1,
    ...(user.sign_in !== null && { signedIn: true as const }),
    ...(muted && { mutedUntil: user.muted_until }),
  };
}

function wireButtons(buttons: string): WireMessage["buttons"] {
  return (JSON.parse(buttons) as Button[]).map(wireButton);
}

/** What tells a page which message is meant. */
export function placeOf({ id, channel, thread }: MessageRow): Pick<WireMessage, "id" | "channel" | "thread"> {
  return { id: String(id), channel, ...(thread === null ? {} : { thread: String(thread) }) };
}
