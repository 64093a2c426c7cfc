import { type APIMessage, Routes } from "discord.js";
import type { ChannelRef } from "../../domain/channel.js";
import { ChatError } from "../../port/chat-error.js";
import type { PictureSource } from "../../port/messages.js";
import type { Calls } from "./calls.js";
import { channelOf } from "./channels.js";
import { isEmptied, type Pictures } from "./pictures.js";

/** How far back a picture is looked for. */
const SEARCHED = 50;

/** What a person can do when the bot may not look at other people's messages. */
/**
 * The newest picture that the bot can see in a channel or thread.
 *
 * Without the intent "Message Content" Discord shows it its own messages, direct messages and those that mention it, and empties all others.
 * When a person has said something since the newest picture that it sees, that may have been the picture that is meant, so it asks.
 *
 * @throws ChatError "forbidden" where it may not look, with what to do instead.
 */
export async function latestPicture(
  calls: Calls,
  pictures: Pictures,
  channel: ChannelRef,
): Promise<PictureSource | undefined> {
  const query = new URLSearchParams({ limit: String(SEARCHED) });
  const search = { doing: "discord.doing.history", permission: "Read Message History" } as const;
  const call = {
    method: "GET",
    route: Routes.channelMessages(channelOf(channel)),
    query,
    ms: 20_000,
    ...search,
  } as const;
  for (const message of await calls.run<APIMessage[]>(call)) {
    const found = pictures.ofMessage(message, { channel, id: message.id }).at(-1);
    if (found) return found;
    if (isEmptied(message)) {
      throw new ChatError("forbidden", "discord.history-hidden");
    }
  }
  return undefined;
}
