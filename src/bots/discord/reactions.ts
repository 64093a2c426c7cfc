import { type APIReaction, type Client, GatewayDispatchEvents } from "discord.js";
import { LRUCache } from "lru-cache";
import type { Logger } from "pino";
import type { ChatHandlers } from "../../port/adapter.js";
import type { ReactionEvent } from "../../port/events.js";
import type { Channels } from "./channels.js";
import type { Gateway } from "./gateway.js";
import { type ReactingMember, userOfReaction } from "./users.js";

/** As much of the gateway's two events as is read here. */
interface Reaction {
  readonly user_id: string;
  readonly channel_id: string;
  readonly message_id: string;
  readonly guild_id?: string;
  readonly member?: ReactingMember;
  readonly emoji: APIReaction["emoji"];
}

interface ReactionParts {
  readonly client: Client;
  readonly channels: Channels;
  readonly handlers: ChatHandlers;
  readonly logger: Logger;
}

/** The gateway delivers again what was under way when a connection broke; within this time the same is the same. */
const SAME_MS = 60_000;
const REMEMBERED = 10_000;

/**
 * Reports people's reactions.
 *
 * It listens to the gateway's events as they come rather than to discord.js's own ones: those need the message, the channel and the user in
 * a cache or as partials, and pass over reactions in direct messages whose channel has not been seen since the start. Ids are enough here.
 */
export function listenToReactions(gateway: Gateway, { client, channels, handlers, logger }: ReactionParts): void {
  const lately = new LRUCache<string, boolean>({ max: REMEMBERED, ttl: SAME_MS });
  const listen = (
    name: GatewayDispatchEvents.MessageReactionAdd | GatewayDispatchEvents.MessageReactionRemove,
    added: boolean,
  ) =>
    gateway.on(name, (reaction) => {
      if (reaction.user_id === client.user?.id || reaction.member?.user?.bot === true) return;
      const emoji = emojiOf(reaction.emoji);
      const key = `${reaction.message_id} ${reaction.user_id} ${emoji}`;
      if (emoji === undefined || lately.get(key) === added) return;
      lately.set(key, added);
      report({ reaction, emoji, added }).catch((error: unknown) =>
        logger.error({ err: error }, "a reaction could not be reported"),
      );
    });

  async function report({
    reaction,
    emoji,
    added,
  }: {
    reaction: Reaction;
    emoji: string;
    added: boolean;
  }): Promise<void> {
    const { user_id: userId, channel_id: channelId, guild_id, message_id: id, member } = reaction;
    const guild = channels.guildOf(channelId, guild_id);
    const channel = await channels.locate(channelId, guild);
    const user = await userOfReaction(client, {
      user: userId,
      guild,
      channel: channelId,
      ...(member ? { member } : {}),
    });
    if (!user) return;
    const event: ReactionEvent = { kind: "reaction", emoji, added, message: { channel, id }, user };
    await handlers.event(event);
  }

  listen(GatewayDispatchEvents.MessageReactionAdd, true);
  listen(GatewayDispatchEvents.MessageReactionRemove, false);
}

/** A server's own emoji has an id, and is known by its name. */
function emojiOf({ id, name }: Reaction["emoji"]): string | undefined {
  if (name === null) return undefined;
  return id === null || id === undefined ? name : `:${name}:`;
}
