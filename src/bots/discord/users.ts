import type { APIUser, Client } from "discord.js";
import type { Member } from "../../domain/user.js";
import { withTimeout } from "../../shared/timeout.js";
import { isModerator, readPermissions, reckoned } from "./permissions.js";

type Named = Pick<APIUser, "id" | "username"> & { readonly global_name?: string | null };

/** Who has reacted, as far as the gateway tells. */
export interface ReactingMember {
  readonly nick?: string | null;
  readonly user?: Named & { readonly bot?: boolean };
}

/** A person as others see them: by their name in the server, else the one they chose for all of Discord. */
function userOf(user: Named, nick: string | null | undefined, moderator: boolean): Member {
  return { id: user.id, name: nick || user.global_name || user.username || "somebody", moderator };
}

/** Whoever used a command or a button; Discord says what they may do there. In direct messages they are among themselves with the bot. */
export function userOfInteraction(interaction: {
  readonly member?: { readonly nick?: string | null; readonly user?: Named; readonly permissions?: string };
  readonly user?: Named;
}): Member | undefined {
  const { member, user = member?.user } = interaction;
  if (!user) return undefined;
  if (!member) return userOf(user, undefined, true);
  const permissions = readPermissions(member.permissions);
  return userOf(user, member.nick, isModerator(permissions));
}

/** Asks Discord may take this long for a name; without an answer people are nameless, but not ignored. */
const ASK_MS = 5_000;

/**
 * Whoever reacted. With a reaction that is taken back comes only an id: discord.js's cache and, if need be, Discord tell the rest.
 * Undefined for bots.
 */
export async function userOfReaction(
  client: Client,
  asked: {
    readonly user: string;
    readonly guild: string | undefined;
    readonly channel: string;
    readonly member?: ReactingMember;
  },
): Promise<Member | undefined> {
  const { user, guild, channel } = asked;
  if (guild === undefined) {
    const known = await inTime(client.users.fetch(user));
    if (known?.bot === true) return undefined;
    return known ? userOf(asApi(known), undefined, true) : { id: user, name: "somebody", moderator: true };
  }
  const members = client.guilds.cache.get(guild)?.members;
  const member = members?.cache.get(user) ?? (members && (await inTime(members.fetch(user))));
  const told = asked.member?.user;
  if (!member && told) return told.bot === true ? undefined : userOf(told, asked.member?.nick, false);
  if (!member) return { id: user, name: "somebody", moderator: false };
  if (member.user.bot) return undefined;
  const here = client.channels.cache.get(channel);
  const permissions = reckoned(() => (here && !here.isDMBased() ? here.permissionsFor(member) : member.permissions));
  return userOf(asApi(member.user), member.nickname, isModerator(permissions));
}

function asApi(user: { readonly id: string; readonly username: string; readonly globalName: string | null }): Named {
  return { id: user.id, username: user.username, global_name: user.globalName };
}

function inTime<T>(operation: Promise<T>): Promise<T | undefined> {
  return withTimeout(
    operation.catch(() => undefined),
    ASK_MS,
    () => undefined,
  );
}
