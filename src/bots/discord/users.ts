import { type APIUser, type Client, InteractionContextType, type User } from "discord.js";
import type { Member } from "../../domain/model.js";
import { withTimeout } from "../../shared/async.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { isModerator, readPermissions, reckoned } from "./permissions.js";

type Named = Pick<APIUser, "id" | "username"> & { readonly global_name?: string | null };

/** Who has reacted, as far as the gateway tells. */
export interface ReactingMember {
  readonly nick?: string | null;
  readonly user?: Named & { readonly bot?: boolean };
}

/** The name that a user chose for all of Discord. */
export function displayName({ global_name, username }: Omit<Named, "id">): string {
  return global_name || username || sentence("chat.somebody");
}

/** A user as others see them: by their name in the server, else their display name. */
function userOf(user: Named, nick: string | null | undefined, moderator: boolean): Member {
  return { id: user.id, name: nick || displayName(user), moderator };
}

/**
 * The user of a command or a button; Discord says what they may do there. In direct messages with the bot they are
 * moderators, in a group with others they are not.
 */
export function userOfInteraction(interaction: {
  readonly member?: { readonly nick?: string | null; readonly user?: Named; readonly permissions?: string };
  readonly user?: Named;
  readonly context?: InteractionContextType | null;
}): Member | undefined {
  const { member, user = member?.user, context } = interaction;
  if (!user) return undefined;
  if (!member) return userOf(user, undefined, context !== InteractionContextType.PrivateChannel);
  return userOf(user, member.nick, isModerator(readPermissions(member.permissions)));
}

/** A request for a name may take this long; without an answer users are nameless, but not ignored. */
const ASK_MS = 5_000;

/**
 * The user of a reaction. With a reaction that is taken back comes only an id: discord.js's cache and, if need be,
 * Discord tell the rest. Undefined for bots.
 */
export async function userOfReaction(
  client: Client,
  asked: {
    readonly user: string;
    readonly guild: string | undefined;
    readonly channel: string;
    readonly member: ReactingMember | undefined;
  },
): Promise<Member | undefined> {
  const { user: id, guild, channel } = asked;
  const nameless = { id, name: sentence("chat.somebody"), moderator: guild === undefined };
  if (guild === undefined) {
    const known = await inTime(client.users.fetch(id));
    if (known?.bot) return undefined;
    return known ? userOf(asApi(known), undefined, true) : nameless;
  }
  const members = client.guilds.cache.get(guild)?.members;
  const member = members?.cache.get(id) ?? (members && (await inTime(members.fetch(id))));
  if (!member) {
    const told = asked.member?.user;
    if (told?.bot) return undefined;
    return told ? userOf(told, asked.member?.nick, false) : nameless;
  }
  if (member.user.bot) return undefined;
  const here = client.channels.cache.get(channel);
  const permissions = reckoned(() => (here && !here.isDMBased() ? here.permissionsFor(member) : member.permissions));
  return userOf(asApi(member.user), member.nickname, isModerator(permissions));
}

function asApi({ id, username, globalName }: User): Named {
  return { id, username, global_name: globalName };
}

function inTime<T>(operation: Promise<T>): Promise<T | undefined> {
  const known = operation.catch(() => undefined);
  return withTimeout(known, ASK_MS, () => undefined);
}
