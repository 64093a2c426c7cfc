import { type APIMessage, Routes } from "discord.js";
import type { ChannelRef } from "../../domain/model.js";
import { ChatError } from "../../port/chat-error.js";
import { type NewestPicture, newestOf, type ShownPicture } from "../../port/newest.js";
import type { Calls } from "./calls.js";
import { channelOf } from "./channels.js";
import type { Pictures } from "./pictures.js";

/** How many messages back an image is looked for. */
const SEARCHED = 50;

/**
 * The newest image that the bot can see in a channel or thread.
 *
 * Without the intent "Message Content" Discord shows it its own messages, direct messages and those that mention it,
 * and empties all others. A message since the newest image that it sees may have held the image that is meant, so it
 * asks.
 *
 * @throws ChatError "forbidden" where it may not look, with what to do instead.
 */
export function latestPicture(
  calls: Calls,
  pictures: Pictures,
  channel: ChannelRef,
): Promise<NewestPicture | undefined> {
  return newestOf(newest(calls, pictures, channel));
}

async function* newest(calls: Calls, pictures: Pictures, channel: ChannelRef): AsyncGenerator<ShownPicture, undefined> {
  const messages = await calls.run<APIMessage[]>({
    method: "GET",
    route: Routes.channelMessages(channelOf(channel)),
    query: { limit: String(SEARCHED) },
    ms: 20_000,
    doing: "discord.doing.history",
    permission: "Read Message History",
  });
  for (const message of messages) {
    yield* pictures.newestOf(message, { channel, id: message.id });
    if (pictures.isEmptied(message)) throw new ChatError("forbidden", "discord.history-hidden");
  }
}
