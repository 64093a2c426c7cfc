import { LRUCache } from "lru-cache";
import type { ChannelRef, MessageRef } from "../../domain/model.js";
import { firstOf, newestFirst, newestIn, readOnce } from "./history.js";
import { type Fields, fields, readMessage, type SlackMessage, word } from "./messages.js";
import type { Workspace } from "./workspace.js";

/** Channels whose events come, and places whose newest picture is remembered. */
const REMEMBERED = 10_000;

/** The newest message with a picture that counts, and its place from the newest message on, read as needed. */
interface Found {
  readonly message: SlackMessage;
  readonly history: AsyncIterable<SlackMessage>;
}

/**
 * The newest message with a picture that counts in each channel and thread, remembered from Slack's events: many apps
 * may read a channel once a minute only. A channel's events are trusted once one has come; until then, and where the
 * app does not subscribe to messages, it is asked for each time, once for all who wait.
 */
export class Newest {
  readonly #followed = new LRUCache<string, true>({ max: REMEMBERED });
  readonly #known = new LRUCache<string, SlackMessage | "none">({ max: REMEMBERED });
  /** Messages with pictures that Slack has told of, by channel and time. */
  readonly #shown = new LRUCache<string, SlackMessage>({ max: REMEMBERED });
  readonly #asking = new Map<string, Promise<Found | undefined>>();

  /** @throws ChatError when the place cannot be read, or not for a long time */
  async in(workspace: Workspace, ref: ChannelRef): Promise<Found | undefined> {
    const channel = `${workspace.self.team} ${ref.id}`;
    const place = placeOf(channel, ref.thread);
    const known = this.#followed.has(channel) ? this.#known.get(place) : undefined;
    const history = readOnce(newestFirst(workspace, ref));
    if (known) return known === "none" ? undefined : { message: known, history };
    const under = this.#asking.get(place);
    if (under) return under;
    const asking = firstOf(history, (message) => newestIn(workspace, message).length > 0)
      .then((found) => this.#learned(channel, place, found))
      .then((message) => message && { message, history })
      .finally(() => this.#asking.delete(place));
    this.#asking.set(place, asking);
    return asking;
  }

  /** The newest message shows nothing that can be read: the one before it counts. */
  passedOver({ self }: Workspace, ref: ChannelRef, newest: SlackMessage, before: SlackMessage): void {
    const place = placeOf(`${self.team} ${ref.id}`, ref.thread);
    const known = this.#known.get(place);
    if (known && known !== "none" && known.ts === newest.ts) this.#known.set(place, before);
  }

  /** A message with pictures, as Slack has told of it. */
  message({ self }: Workspace, { channel, id }: MessageRef): SlackMessage | undefined {
    return this.#shown.get(`${self.team} ${channel.id} ${id}`);
  }

  /** The thread of a message with pictures; "none" for one in no thread. */
  threadOf({ self }: Workspace, channelId: string, ts: string): string | "none" | undefined {
    const message = this.#shown.get(`${self.team} ${channelId} ${ts}`);
    return message && (message.thread ?? "none");
  }

  /** Takes what Slack tells of any message: that it was posted, changed or deleted. */
  hear(workspace: Workspace, event: Fields): void {
    const id = word(event.channel);
    if (id === undefined) return;
    const channel = `${workspace.self.team} ${id}`;
    this.#followed.set(channel, true);
    const deleted = event.subtype === "message_deleted" ? word(event.deleted_ts) : undefined;
    if (deleted !== undefined) {
      this.removed(workspace, id, deleted, word(fields(event.previous_message).thread_ts));
      return;
    }
    const changed = event.subtype === "message_changed";
    const message = readMessage(changed ? event.message : event);
    // The bot's own messages are noted when it posts them.
    if (!message || workspace.wrote(message)) return;
    const aloud = event.subtype === "thread_broadcast";
    const name = `${channel} ${message.ts}`;
    if (message.pictures.length > 0) this.#shown.set(name, message);
    else this.#shown.delete(name);
    for (const place of placesOf(channel, message, aloud)) this.#note(workspace, place, message, changed);
  }

  /** Notes a message of the bot's own, as it is now. */
  own(workspace: Workspace, id: string, message: SlackMessage, changed: boolean): void {
    const channel = `${workspace.self.team} ${id}`;
    if (!this.#followed.has(channel)) return;
    for (const place of placesOf(channel, message)) this.#note(workspace, place, message, changed);
  }

  /** A message, or its picture, is gone: which one is the newest now is not known. */
  removed({ self }: Workspace, id: string, ts: string, thread?: string): void {
    this.#shown.delete(`${self.team} ${id} ${ts}`);
    for (const place of placesOf(`${self.team} ${id}`, { ts, thread }, true)) {
      const known = this.#known.get(place);
      if (known && known !== "none" && known.ts === ts) this.#known.delete(place);
    }
  }

  /** Events may have been lost. */
  forget(): void {
    this.#followed.clear();
    this.#known.clear();
    this.#shown.clear();
  }

  #note(workspace: Workspace, place: string, message: SlackMessage, changed: boolean): void {
    const known = this.#known.get(place);
    const shows = newestIn(workspace, message).length > 0;
    if (known && known !== "none" && known.ts === message.ts) {
      if (shows) this.#known.set(place, message);
      else this.#known.delete(place);
    } else if (shows && (known ? known === "none" || known.ts < message.ts : !changed)) {
      this.#known.set(place, message);
    }
  }

  /** What came while the answer was on its way is newer than the answer. */
  #learned(channel: string, place: string, found: SlackMessage | undefined): SlackMessage | undefined {
    const told = this.#known.get(place);
    if (told && told !== "none" && !(found && found.ts > told.ts)) return told;
    if (this.#followed.has(channel)) this.#known.set(place, found ?? "none");
    return found;
  }
}

function placeOf(channel: string, thread: string | undefined): string {
  return thread === undefined ? channel : `${channel} ${thread}`;
}

/** @param aloud an answer in a thread that the channel shows too */
function placesOf(channel: string, { ts, thread }: Pick<SlackMessage, "ts" | "thread">, aloud = false): string[] {
  const inThread = placeOf(channel, thread ?? ts);
  return thread === undefined || aloud ? [channel, inThread] : [inThread];
}
