import { type APIUser, type Client, type Guild, InteractionContextType, type User } from "discord.js";
import type { ChannelRef, Member, Mentioned } from "../../domain/model.js";
import { withTimeout } from "../../shared/async.js";
import { defined } from "../../shared/defined.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { DIRECT } from "./channels.js";
import {
  isModerator,
  managesServer,
  permissionsByRoles,
  permissionsByRolesIn,
  readPermissions,
  reckoned,
} from "./permissions.js";

type Named = Pick<APIUser, "id" | "username"> & { readonly global_name?: string | null };

/** Who has reacted, as far as the gateway tells. */
export interface ReactingMember {
  readonly nick?: string | null;
  readonly roles?: readonly string[];
  readonly user?: Named & { readonly bot?: boolean };
}

/** The name that a user chose for all of Discord. */
export function displayName({ global_name, username }: Omit<Named, "id">): string {
  return global_name || username || sentence("chat.somebody");
}

/** What a server says of a member. */
interface Membership {
  readonly nick?: string | null | undefined;
  /** Ids; the role that everybody has is none of them. */
  readonly roles?: readonly string[] | undefined;
}

/** What somebody may do in a channel, and in the whole server. */
type Rights = Pick<Member, "moderator" | "moderatesAll">;

/** A user as others see them: by their name in the server, else their display name. */
function userOf(user: Named, { nick, roles }: Membership, { moderator, moderatesAll }: Rights): Member {
  const name = nick || displayName(user);
  return { id: user.id, name, moderator, ...(moderatesAll && { moderatesAll }), ...(roles && { roles }) };
}

/**
 * The user of a command or a button; Discord says what they may do there, and their roles what in the whole server. In
 * direct messages with the bot they are moderators, in a group with others they are not.
 */
export function userOfInteraction(
  interaction: {
    readonly member?: Membership & { readonly user?: Named; readonly permissions?: string };
    readonly user?: Named;
    readonly context?: InteractionContextType | null;
    readonly guild_id?: string;
  },
  guildOf: (id: string) => Guild | undefined,
): Member | undefined {
  const { member, user = member?.user, context, guild_id } = interaction;
  if (!user) return undefined;
  if (!member) return userOf(user, {}, { moderator: context !== InteractionContextType.PrivateChannel });
  const here = readPermissions(member.permissions);
  const guild = guild_id === undefined ? undefined : guildOf(guild_id);
  // Of a server that the bot is no member of it sees no roles. A channel cannot make anybody manage the server.
  const all = guild ? isModerator(permissionsByRoles(guild, user.id, member.roles)) : managesServer(here);
  return userOf(user, member, { moderator: isModerator(here), moderatesAll: all });
}

/** A request for a name may take this long; without an answer users are nameless, but not ignored. */
const ASK_MS = 5_000;

/**
 * The user of a line or a reaction. What the event says of the member is taken for true, and Discord is asked where it
 * says too little: without a privileged intent discord.js's cache does not learn of roles that were taken away. Where
 * Discord does not answer either, they have no rights; nor has who takes a reaction back, with which comes only an id.
 * Undefined for bots.
 *
 * @param asked.member undefined where no rights are needed: what the cache knows will do then, and is there at once
 */
export async function userOfReaction(
  client: Client,
  asked: { readonly user: string; readonly channel: ChannelRef; readonly member: ReactingMember | undefined },
): Promise<Member | undefined> {
  const { user: id, channel, member: said } = asked;
  const nameless = { id, name: sentence("chat.somebody"), moderator: channel.community === DIRECT };
  if (channel.community === DIRECT) {
    const known = await inTime(client.users.fetch(id));
    if (known?.bot) return undefined;
    return known ? userOf(asApi(known), {}, { moderator: true }) : nameless;
  }
  const guild = client.guilds.cache.get(channel.community);
  const known = said?.user && said.roles ? said : guild && (await askMember(guild, id, said !== undefined));
  const member = known ?? said;
  if (member?.user?.bot) return undefined;
  if (!member?.user) return nameless;
  const { user, roles } = member;
  const rights = guild && said && roles ? rightsOf(guild, channel, { id, roles }) : { moderator: false };
  return userOf(user, member, rights);
}

function rightsOf(
  guild: Guild,
  { id }: ChannelRef,
  member: { readonly id: string; readonly roles: readonly string[] },
) {
  const all = permissionsByRoles(guild, member.id, member.roles);
  const here = permissionsByRolesIn(guild, id, member);
  return { moderator: isModerator(here), moderatesAll: isModerator(all) };
}

/** @param force also where discord.js remembers them */
async function askMember(guild: Guild, id: string, force: boolean): Promise<ReactingMember | undefined> {
  const member = await inTime(guild.members.fetch({ user: id, force }));
  if (!member) return undefined;
  const { user, nickname: nick } = member;
  const roles = reckoned(() => [...member.roles.cache.keys()].filter((role) => role !== guild.id));
  return { user: { ...asApi(user), bot: user.bot }, nick, ...defined({ roles }) };
}

const MENTION = /^<@([!&]?)(\d{5,20})>$/;

/** The person or the role that a mention names: one of a server, or a person who has left it. */
export async function findMentioned(
  client: Client,
  mention: string,
  community: string,
): Promise<Mentioned | undefined> {
  const [, sign, id] = MENTION.exec(mention) ?? [];
  if (id === undefined) return undefined;
  const guild = client.guilds.cache.get(community);
  if (sign === "&") {
    // Everybody has the server's own role.
    const role = id === community ? undefined : guild?.roles.cache.get(id);
    return role && { kind: "role", id, name: `@${role.name}` };
  }
  const member = guild && (await inTime(guild.members.fetch(id)));
  const user = member?.user ?? (await inTime(client.users.fetch(id)));
  return user && { kind: "person", id, name: member?.nickname || displayName(asApi(user)) };
}

function asApi({ id, username, globalName }: User): Named {
  return { id, username, global_name: globalName };
}

function inTime<T>(operation: Promise<T>): Promise<T | undefined> {
  const known = operation.catch(() => undefined);
  return withTimeout(known, ASK_MS, () => undefined);
}
