import {
  type APIMessage,
  type APIUser,
  type Client,
  GatewayDispatchEvents,
  ReactionType,
  type RouteLike,
  Routes,
} from "discord.js";
import { LRUCache } from "lru-cache";
import type { Logger } from "pino";
import type { Member, MessageRef } from "../../domain/model.js";
import type { ChatHandlers } from "../../port/adapter.js";
import type { FoundReactions, Reaction } from "../../port/events.js";
import { sameEmoji } from "../../shared/typed.js";
import type { Calls } from "./calls.js";
import { type Channels, channelOf } from "./channels.js";
import type { ClearedReactions, Gateway, GatewayReaction } from "./gateway.js";
import { REACTIONS_PAGE } from "./limits.js";
import { type ReactingMember, userOfReaction } from "./users.js";

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
  /** What somebody does with one emoji on one message is told in its order, however long Discord takes to answer. */
  const turns = new LRUCache<string, Promise<unknown>>({ max: REMEMBERED, ttl: SAME_MS });
  const take = async (reaction: GatewayReaction, added: boolean): Promise<void> => {
    const { user_id: userId, message_id: id, member } = reaction;
    if (userId === client.user?.id || member?.user?.bot) return;
    const emoji = emojiOf(reaction.emoji);
    const key = `${id} ${userId} ${emoji}`;
    if (emoji === undefined || lately.get(key) === added) return;
    lately.set(key, added);
    const turn = (turns.get(key) ?? Promise.resolve()).then(() => prepare(reaction, emoji, added));
    turns.set(
      key,
      turn.catch(() => undefined),
    );
    const report = await turn;
    await report?.();
  };
  const prepare = async (reaction: GatewayReaction, emoji: string, added: boolean) => {
    const { user_id: userId, channel_id: channelId, guild_id, message_id: id, member } = reaction;
    const channel = await channels.locate(channelId, channels.guildOf(channelId, guild_id));
    const given = { emoji, added, message: { channel, id }, user: { id: userId, ...rolesOf(member) } };
    // Who takes one back is asked of Discord: not for the many that mean nothing.
    if (handlers.wants && !(await handlers.wants(given))) return undefined;
    const said = added ? (member ?? {}) : undefined;
    const user = await userOfReaction(client, { user: userId, channel, member: said });
    return user && (() => handlers.event({ ...given, kind: "reaction", user }));
  };
  const listen = (added: boolean) => (reaction: GatewayReaction) =>
    void take(reaction, added).catch((err: unknown) => logger.error({ err }, "a reaction could not be reported"));
  const clear = async ({ channel_id, guild_id, message_id: id, emoji: cleared }: ClearedReactions): Promise<void> => {
    const emoji = cleared && emojiOf(cleared);
    // Given again, they are new.
    for (const key of lately.keys())
      if (key.startsWith(`${id} `) && (!emoji || key.endsWith(` ${emoji}`))) lately.delete(key);
    const channel = await channels.locate(channel_id, channels.guildOf(channel_id, guild_id));
    await handlers.event({ kind: "reactions-cleared", emoji, message: { channel, id } });
  };
  const listenToClears = (cleared: ClearedReactions) =>
    void clear(cleared).catch((err: unknown) => logger.error({ err }, "cleared reactions could not be reported"));
  gateway.on(GatewayDispatchEvents.MessageReactionRemoveAll, listenToClears);
  gateway.on(GatewayDispatchEvents.MessageReactionRemoveEmoji, listenToClears);
  gateway.on(GatewayDispatchEvents.MessageReactionAdd, listen(true));
  gateway.on(GatewayDispatchEvents.MessageReactionRemove, listen(false));
}

function rolesOf(member: ReactingMember | undefined): Pick<Member, "roles"> {
  return member?.roles ? { roles: member.roles } : {};
}

/** A server's own emoji has an id, and is known by its name. */
function emojiOf({ id, name }: GatewayReaction["emoji"]): string | undefined {
  if (name === null) return undefined;
  return id === null || id === undefined ? name : `:${name}:`;
}

/** Answers that are read about one emoji. */
const PAGES = 10;

interface People {
  /** Their ids. */
  readonly people: readonly string[];
  /** There may be more. */
  readonly more: boolean;
}

/** Which of these emoji people have put on a message. @throws ChatError */
export async function readReactions(
  calls: Calls,
  message: APIMessage,
  { channel, id }: MessageRef,
  wanted: readonly string[],
): Promise<FoundReactions> {
  const given: Reaction[] = [];
  const unfinished: string[] = [];
  for (const { emoji, count_details } of message.reactions ?? []) {
    const said = emojiOf(emoji);
    if (said === undefined || !wanted.some((each) => sameEmoji(each, said))) continue;
    const name = encodeURIComponent(emoji.id ? `${emoji.name}:${emoji.id}` : (emoji.name ?? ""));
    const route = Routes.channelMessageReaction(channelOf(channel), id, name);
    const types = count_details?.burst ? [ReactionType.Normal, ReactionType.Super] : [ReactionType.Normal];
    for (const type of types) {
      const { people, more } = await readPeople(calls, route, type);
      given.push(...people.map((user) => ({ emoji: said, user: { id: user } })));
      if (more) unfinished.push(said);
    }
  }
  return { given, unfinished };
}

/** Those who gave one emoji, without bots. */
async function readPeople(calls: Calls, route: RouteLike, type: ReactionType): Promise<People> {
  const people: string[] = [];
  let after = "0";
  for (let page = 0; page < PAGES; page++) {
    const query = { limit: String(REACTIONS_PAGE), after, type: String(type) };
    const about = { doing: "discord.doing.read", permission: "Read Message History" } as const;
    const users = await calls.run<APIUser[]>({ method: "GET", route, query, ...about });
    people.push(...users.filter(({ bot }) => !bot).map(({ id }) => id));
    after = users.at(-1)?.id ?? after;
    if (users.length < REACTIONS_PAGE) return { people, more: false };
  }
  return { people, more: true };
}

/** What was typed, with a server's own emoji as reactions call them. */
export function withEmoji(text: string): string {
  return text.replace(/<a?:(\w+):\d+>/g, ":$1:");
}
