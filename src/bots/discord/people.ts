import { type APIGuildMember, type APIUser, type Client, PermissionsBitField } from "discord.js";
import type { Person } from "../chat.js";
import { isModerator } from "./permissions.js";

type Named = Pick<APIUser, "id" | "username"> & { readonly global_name?: string | null };

/** A person as others see them: by their name in the server, else the one they chose for all of Discord. */
export function personOf(user: Named, nick: string | null | undefined, moderator: boolean): Person {
  return { id: user.id, name: nick ?? user.global_name ?? user.username, moderator };
}

/** Whoever used a command or a button; Discord says what they may do there. In direct messages they are among themselves with the bot. */
export function personOfInteraction(interaction: {
  readonly member?: Pick<APIGuildMember, "nick"> & { readonly user: Named; readonly permissions: string };
  readonly user?: Named;
}): Person | undefined {
  const { member, user } = interaction;
  if (member) return personOf(member.user, member.nick, isModerator(new PermissionsBitField(BigInt(member.permissions))));
  return user && personOf(user, undefined, true);
}

/** Asks Discord may take this long for a name; without an answer people are nameless, but not ignored. */
const ASK_MS = 5_000;

/**
 * Whoever reacted. With a reaction that is taken back comes only an id: discord.js's cache and, if need be, Discord tell the rest.
 * Undefined for bots.
 */
export async function personOfReaction(
  client: Client,
  { user, guild, channel }: { readonly user: string; readonly guild: string | undefined; readonly channel: string },
): Promise<Person | undefined> {
  if (guild === undefined) {
    const known = await within(client.users.fetch(user));
    return known?.bot === true
      ? undefined
      : known
        ? personOf(asApi(known), undefined, true)
        : { id: user, name: "somebody", moderator: true };
  }
  const members = client.guilds.cache.get(guild)?.members;
  const member = members?.cache.get(user) ?? (members && (await within(members.fetch(user))));
  if (!member) return { id: user, name: "somebody", moderator: false };
  if (member.user.bot) return undefined;
  const here = client.channels.cache.get(channel);
  const permissions = here && !here.isDMBased() ? here.permissionsFor(member) : member.permissions;
  return personOf(asApi(member.user), member.nickname, isModerator(permissions));
}

function asApi(user: { readonly id: string; readonly username: string; readonly globalName: string | null }): Named {
  return { id: user.id, username: user.username, global_name: user.globalName };
}

async function within<T>(work: Promise<T>): Promise<T | undefined> {
  const enough = new Promise<undefined>((resolve) => setTimeout(resolve, ASK_MS, undefined).unref());
  return Promise.race([work.catch(() => undefined), enough]);
}
