import { createHash, randomBytes } from "node:crypto";
import { type APIDMChannel, type APIMessage, type Client, RESTJSONErrorCodes, Routes } from "discord.js";
import type { ChannelRef } from "../../domain/channel.js";
import type { MessageRef } from "../../domain/message.js";
import type { OutgoingMessage } from "../../port/messages.js";
import { type Calls, tracing } from "./calls.js";
import { channelOf, DIRECT, PLATFORM } from "./channels.js";
import { type Composed, compose } from "./compose.js";
import { hasCode } from "./errors.js";

/** Discord takes 25 characters. */
const NONCE_LENGTH = 25;
/** How far back a message is looked for that may have been posted before. */
const SEARCHED = 50;

const POSTING = { doing: "discord.doing.post", permission: "Send Messages" } as const;

/** Posts, edits, removes, reacts, as the bot: what a command's token could do only for 15 minutes. */
export class Messages {
  constructor(
    private readonly client: Client,
    private readonly calls: Calls,
  ) {}

  async post(channel: ChannelRef, message: OutgoingMessage): Promise<MessageRef> {
    const channelId = channelOf(channel);
    const composed = compose(message);
    // Discord returns the message that is there already, instead of another one, when the same number comes again within some minutes:
    // also when discord.js repeats a request whose answer was lost. Of one key, each channel has a number of its own.
    const nonce = message.key === undefined ? randomBytes(18).toString("base64url") : nonceOf(channelId, message.key);
    const before = message.perhapsPosted
      ? await this.#find(channelId, nonce.slice(0, NONCE_LENGTH), composed)
      : undefined;
    if (before) return { channel, id: before.id };
    const body = { ...composed.body, nonce: nonce.slice(0, NONCE_LENGTH), enforce_nonce: true };
    const call = {
      method: "POST",
      route: Routes.channelMessages(channelId),
      body,
      files: composed.files,
      repeatable: true,
      ...tracing(message),
      ...POSTING,
    } as const;
    const { id } = await this.#reopening(channelId, () => this.calls.run<APIMessage>(call));
    return { channel, id };
  }

  async edit({ channel, id }: MessageRef, message: OutgoingMessage): Promise<void> {
    const channelId = channelOf(channel);
    const { body, files } = compose(message);
    const about = { doing: "discord.doing.edit", ...tracing(message) } as const;
    const call = { method: "PATCH", route: Routes.channelMessage(channelId, id), body, files, ...about } as const;
    // What shows how far a job is will be followed by another edit.
    const preview = message.progress !== undefined && message.progress.value < 1;
    if (preview) await this.calls.run({ ...call, previewIn: channelId });
    else {
      this.calls.spent(channelId);
      await this.#reopening(channelId, () => this.calls.run(call));
    }
  }

  /** The direct messages of a person with the bot. @throws ChatError */
  async direct(user: string): Promise<ChannelRef> {
    const call = {
      method: "POST",
      route: Routes.userChannels(),
      body: { recipient_id: user },
      repeatable: true,
    } as const;
    const { id } = await this.calls.run<APIDMChannel>({ ...call, doing: "discord.doing.direct" });
    return { platform: PLATFORM, community: DIRECT, id: id };
  }

  async remove({ channel, id }: MessageRef): Promise<void> {
    const channelId = channelOf(channel);
    const call = {
      method: "DELETE",
      route: Routes.channelMessage(channelId, id),
      doing: "discord.doing.delete",
      permission: "Manage Messages",
    } as const;
    await this.#reopening(channelId, () => this.calls.run(call));
  }

  async react({ channel, id }: MessageRef, emoji: string): Promise<void> {
    const channelId = channelOf(channel);
    const route = Routes.channelMessageOwnReaction(channelId, id, encodeURIComponent(this.#emoji(channel, emoji)));
    const call = { method: "PUT", route, doing: "discord.doing.react", permission: "Add Reactions" } as const;
    await this.#reopening(channelId, () => this.calls.run(call));
  }

  /** A server's own emoji is called by its name and its id. */
  #emoji({ community }: ChannelRef, emoji: string): string {
    const name = /^:(\w+):$/.exec(emoji)?.[1];
    const own =
      name === undefined
        ? undefined
        : this.client.guilds.cache.get(community)?.emojis.cache.find((known) => known.name === name);
    return own ? `${own.name}:${own.id}` : emoji;
  }

  /** A message that an earlier run of the program may have posted: by its number, or by saying the same with the same files. */
  async #find(channelId: string, nonce: string, { body, files }: Composed): Promise<APIMessage | undefined> {
    const query = new URLSearchParams({ limit: String(SEARCHED) });
    const call = {
      method: "GET",
      route: Routes.channelMessages(channelId),
      query,
      doing: "discord.doing.find-message",
      permission: "Read Message History",
    } as const;
    const messages = await this.calls.run<APIMessage[]>(call);
    const own = messages.filter(({ author }: Partial<APIMessage>) => author?.id === this.client.user?.id);
    const names = files.map(({ name }) => name).join("/");
    const same = ({ content, attachments }: Partial<APIMessage>): boolean =>
      (content ?? "").trim() === body.content.trim() &&
      (attachments ?? []).map(({ filename }) => filename).join("/") === names;
    // Discord does not promise to keep the number; a message that has one of its own is another one.
    return (
      own.find((message) => message.nonce === nonce) ??
      own.find((message) => (message.nonce ?? "") === "" && same(message))
    );
  }

  /** A thread that went to the archive is opened for what is to be changed in it; locked ones stay as they are. */
  async #reopening<T>(channelId: string, change: () => Promise<T>): Promise<T> {
    try {
      return await change();
    } catch (error) {
      if (!hasCode(error, RESTJSONErrorCodes.InvalidActionOnArchivedThread)) throw error;
      const call = {
        method: "PATCH",
        route: Routes.channel(channelId),
        body: { archived: false },
        doing: "discord.doing.reopen",
      } as const;
      await this.calls.run(call).catch(() => Promise.reject(error));
      return change();
    }
  }
}

function nonceOf(channelId: string, key: string): string {
  return createHash("sha256").update(`${channelId} ${key}`).digest("base64url");
}
