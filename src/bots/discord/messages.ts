import { createHash, randomBytes } from "node:crypto";
import { type APIDMChannel, type APIMessage, type Client, RESTJSONErrorCodes, Routes } from "discord.js";
import type { ChannelRef, MessageRef } from "../../domain/model.js";
import { isPreview, type OutgoingMessage } from "../../port/messages.js";
import type { Calls } from "./calls.js";
import { channelOf, DIRECT, PLATFORM } from "./channels.js";
import { type Composed, compose } from "./compose.js";
import { hasCode } from "./errors.js";
import { NONCE_LENGTH } from "./limits.js";
import type { OwnEmoji } from "./own-emoji.js";

/** How far back a message is looked for that may have been posted before. */
const SEARCHED = 50;

/** Posts, edits, removes, reacts, as the bot: what a command's token could do only for 15 minutes. */
export class Messages {
  constructor(
    private readonly client: Client,
    private readonly calls: Calls,
    private readonly ownEmoji: OwnEmoji,
  ) {}

  /** @param community the server whose own emoji the text names */
  async post(
    channel: ChannelRef,
    message: OutgoingMessage,
    community: string = channel.community,
  ): Promise<MessageRef> {
    const { key, perhapsPosted, trace } = message;
    const channelId = channelOf(channel);
    const { body, files } = this.#compose({ community }, message);
    // Discord returns the message that is there already, instead of another one, when the same nonce comes again within
    // some minutes: also when discord.js repeats a request whose answer was lost. A key has one nonce in each channel.
    const nonce = nonceOf(key === undefined ? randomBytes(18) : `${channelId} ${key}`);
    const earlier = perhapsPosted ? await this.#find(channelId, nonce, { body, files }) : undefined;
    if (earlier) return { channel, id: earlier.id };
    const { id } = await this.#reopening(channelId, () =>
      this.calls.run<APIMessage>({
        method: "POST",
        route: Routes.channelMessages(channelId),
        body: { ...body, nonce, enforce_nonce: true },
        files,
        repeatable: true,
        trace,
        doing: "discord.doing.post",
        permission: "Send Messages",
      }),
    );
    return { channel, id };
  }

  async edit({ channel, id }: MessageRef, message: OutgoingMessage): Promise<void> {
    const channelId = channelOf(channel);
    const route = Routes.channelMessage(channelId, id);
    const about = { doing: "discord.doing.edit", trace: message.trace } as const;
    const call = { method: "PATCH", route, ...this.#compose(channel, message), ...about } as const;
    if (isPreview(message)) await this.calls.run({ ...call, previewIn: channelId });
    else {
      this.calls.spent(channelId);
      await this.#reopening(channelId, () => this.calls.run(call));
    }
  }

  /** The direct messages between a user and the bot. @throws ChatError */
  async direct(user: string): Promise<ChannelRef> {
    const { id } = await this.calls.run<APIDMChannel>({
      method: "POST",
      route: Routes.userChannels(),
      body: { recipient_id: user },
      repeatable: true,
      doing: "discord.doing.direct",
    });
    return { platform: PLATFORM, community: DIRECT, id };
  }

  async remove({ channel, id }: MessageRef): Promise<void> {
    const channelId = channelOf(channel);
    const route = Routes.channelMessage(channelId, id);
    const about = { doing: "discord.doing.delete", permission: "Manage Messages" } as const;
    await this.#reopening(channelId, () => this.calls.run({ method: "DELETE", route, ...about }));
  }

  async react({ channel, id }: MessageRef, emoji: string): Promise<void> {
    const channelId = channelOf(channel);
    const route = Routes.channelMessageOwnReaction(
      channelId,
      id,
      encodeURIComponent(this.ownEmoji.inRoute(channel.community, emoji)),
    );
    const about = { doing: "discord.doing.react", permission: "Add Reactions" } as const;
    await this.#reopening(channelId, () => this.calls.run({ method: "PUT", route, ...about }));
  }

  #compose({ community }: Pick<ChannelRef, "community">, message: OutgoingMessage): Composed {
    return compose(message, (name) => this.ownEmoji.inText(community, name));
  }

  /** The newest own message that says and shows the same, and is newer than an id. @throws ChatError */
  async find(channel: ChannelRef, composed: Composed, after: string): Promise<APIMessage | undefined> {
    const own = await this.#latest(channelOf(channel));
    return own.find((message) => BigInt(message.id) > BigInt(after) && isSame(message, composed));
  }

  /** A message that an earlier run of the program may have posted: by its nonce, or by its text and files. */
  async #find(channelId: string, nonce: string, composed: Composed): Promise<APIMessage | undefined> {
    const own = await this.#latest(channelId);
    // Discord does not promise to keep the nonce; a message that has one of its own is another one.
    return (
      own.find((message) => message.nonce === nonce) ??
      own.find((message) => (message.nonce ?? "") === "" && isSame(message, composed))
    );
  }

  /** The bot's own messages among the last ones, the newest first. */
  async #latest(channelId: string): Promise<APIMessage[]> {
    const messages = await this.calls.run<APIMessage[]>({
      method: "GET",
      route: Routes.channelMessages(channelId),
      query: { limit: String(SEARCHED) },
      doing: "discord.doing.find-message",
      permission: "Read Message History",
    });
    return messages.filter(({ author }: Partial<APIMessage>) => author?.id === this.client.user?.id);
  }

  /** An archived thread is opened for what is to be changed in it; locked ones stay as they are. */
  async #reopening<T>(channelId: string, change: () => Promise<T>): Promise<T> {
    try {
      return await change();
    } catch (error) {
      if (!hasCode(error, RESTJSONErrorCodes.InvalidActionOnArchivedThread)) throw error;
      const opening = { method: "PATCH", route: Routes.channel(channelId), body: { archived: false } } as const;
      await this.calls.run({ ...opening, doing: "discord.doing.reopen" }).catch(() => Promise.reject(error));
      return change();
    }
  }
}

function isSame({ content, attachments }: Partial<APIMessage>, { body, files }: Composed): boolean {
  const names = files.map(({ name }) => name).join("/");
  const shown = (attachments ?? []).map(({ filename }) => filename).join("/");
  return (content ?? "").trim() === body.content.trim() && shown === names;
}

function nonceOf(source: string | Buffer): string {
  return createHash("sha256").update(source).digest("base64url").slice(0, NONCE_LENGTH);
}
