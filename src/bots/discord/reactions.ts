import { type Client, GatewayDispatchEvents } from "discord.js";
import { LRUCache } from "lru-cache";
import type { Logger } from "pino";
import type { ChatHandlers } from "../../port/adapter.js";
import type { Channels } from "./channels.js";
import type { Gateway, GatewayReaction } from "./gateway.js";
import { userOfReaction } from "./users.js";

interface ReactionParts {
  readonly client: Client;
  readonly channels: Channels;
  readonly handlers: ChatHandlers;
  readonly logger: Logger;
}

/** The gateway delivers again what was under way when a connection broke; within this time it is recognised. */
const SAME_MS = 60_000;
const REMEMBERED = 10_000;

/**
 * Reports users' reactions.
 *
 * It listens to the gateway's events as they come rather than to discord.js's own ones: those need the message, the
 * channel and the user in a cache or as partials, and leave out reactions in direct messages whose channel has not been
 * seen since the start. Ids are enough here.
 */
export function listenToReactions(gateway: Gateway, { client, channels, handlers, logger }: ReactionParts): void {
  const lately = new LRUCache<string, boolean>({ max: REMEMBERED, ttl: SAME_MS });
  const take = async (reaction: GatewayReaction, added: boolean): Promise<void> => {
    const { user_id: userId, channel_id: channelId, guild_id, message_id: id, member } = reaction;
    if (userId === client.user?.id || member?.user?.bot) return;
    const emoji = emojiOf(reaction.emoji);
    const key = `${id} ${userId} ${emoji}`;
    if (emoji === undefined || lately.get(key) === added) return;
    lately.set(key, added);
    const guild = channels.guildOf(channelId, guild_id);
    const channel = await channels.locate(channelId, guild);
    const user = await userOfReaction(client, { user: userId, guild, channel: channelId, member });
    if (user) await handlers.event({ kind: "reaction", emoji, added, message: { channel, id }, user });
  };
  const listen = (added: boolean) => (reaction: GatewayReaction) =>
    void take(reaction, added).catch((err: unknown) => logger.error({ err }, "a reaction could not be reported"));
  gateway.on(GatewayDispatchEvents.MessageReactionAdd, listen(true));
  gateway.on(GatewayDispatchEvents.MessageReactionRemove, listen(false));
}

/** A server's own emoji has an id, and is known by its name. */
function emojiOf({ id, name }: GatewayReaction["emoji"]): string | undefined {
  if (name === null) return undefined;
  return id === null || id === undefined ? name : `:${name}:`;
}

/** What was typed, with a server's own emoji as reactions call them. */
export function withEmoji(text: string): string {
  return text.replace(/<a?:(\w+):\d+>/g, ":$1:");
}
