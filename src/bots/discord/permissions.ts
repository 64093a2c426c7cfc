import { ChannelType, type Guild, OAuth2Scopes, PermissionFlagsBits, PermissionsBitField } from "discord.js";
import { sentence } from "../../shared/sentences/sentence.js";

/** What the bot asks for when it is invited, with the names that Discord's settings show. */
const WANTED = [
  [PermissionFlagsBits.ViewChannel, "View Channel"],
  [PermissionFlagsBits.SendMessages, "Send Messages"],
  [PermissionFlagsBits.SendMessagesInThreads, "Send Messages in Threads"],
  [PermissionFlagsBits.CreatePublicThreads, "Create Public Threads"],
  [PermissionFlagsBits.AttachFiles, "Attach Files"],
  [PermissionFlagsBits.AddReactions, "Add Reactions"],
  [PermissionFlagsBits.ReadMessageHistory, "Read Message History"],
] as const satisfies readonly (readonly [bigint, string])[];

const NAMES: ReadonlyMap<bigint, string> = new Map([...WANTED, [PermissionFlagsBits.Connect, "Connect"]]);

/** What seeing a channel's messages takes: those of a voice or stage channel also that one may join it. */
export function seeingTakes(type: ChannelType | undefined): readonly bigint[] {
  const isSpoken = type === ChannelType.GuildVoice || type === ChannelType.GuildStageVoice;
  return [PermissionFlagsBits.ViewChannel, ...(isSpoken ? [PermissionFlagsBits.Connect] : [])];
}

/** Moderators may delete other users' messages, or manage the whole server. */
const MODERATION = [PermissionFlagsBits.ManageMessages, PermissionFlagsBits.ManageGuild] as const;

export function isModerator(permissions: Readonly<PermissionsBitField> | null | undefined): boolean {
  return MODERATION.some((permission) => permissions?.has(permission) === true);
}

/** Whether somebody manages the whole server, which no channel's own permissions give. */
export function managesServer(permissions: Readonly<PermissionsBitField> | undefined): boolean {
  return permissions?.has(PermissionFlagsBits.ManageGuild) === true;
}

/** What a member may do in a server by their roles, whatever its channels add or take. */
export function permissionsByRoles(
  { id, ownerId, roles }: Guild,
  member: string,
  held: readonly string[] = [],
): Readonly<PermissionsBitField> {
  if (member === ownerId) return new PermissionsBitField(PermissionsBitField.All);
  // Everybody has the role that is called by the server's own id.
  return new PermissionsBitField([id, ...held].flatMap((role) => roles.cache.get(role)?.permissions ?? []));
}

/** What a member may do in a channel, or a thread of it: by their roles, then what the channel takes and adds. */
export function permissionsByRolesIn(
  guild: Guild,
  channel: string,
  { id, roles }: { readonly id: string; readonly roles: readonly string[] },
): Readonly<PermissionsBitField> {
  const everywhere = permissionsByRoles(guild, id, roles);
  const known = guild.channels.cache.get(channel);
  if (!known || known.isThread() || everywhere.has(PermissionFlagsBits.Administrator)) return everywhere;
  const { cache: overwrites } = known.permissionOverwrites;
  const allowed = new PermissionsBitField(everywhere);
  for (const each of [[guild.id], roles, [id]]) {
    const said = each.flatMap((whose) => overwrites.get(whose) ?? []);
    allowed.remove(said.map(({ deny }) => deny)).add(said.map(({ allow }) => allow));
  }
  return allowed;
}

/** Permissions as Discord writes them: a number in decimal. Undefined where that is missing, or something else. */
export function readPermissions(bits: string | number | null | undefined): Readonly<PermissionsBitField> | undefined {
  return /^\d+$/.test(String(bits)) ? new PermissionsBitField(BigInt(bits ?? 0)) : undefined;
}

/** What discord.js computes from roles and channels; undefined where a server has not sent all the roles it needs. */
export function reckoned<T>(reckon: () => T | null | undefined): T | undefined {
  try {
    return reckon() ?? undefined;
  } catch {
    return undefined;
  }
}

/**
 * Why an image could not be posted in a channel with these permissions of the bot: a sentence that says who can mend
 * it; undefined where it could. Threads are optional, so their permission is not needed.
 */
export function whatIsMissing(
  permissions: Readonly<PermissionsBitField> | undefined,
  { inThread, type }: { readonly inThread: boolean; readonly type: ChannelType | undefined },
): string | undefined {
  if (!permissions) return undefined;
  const sending = inThread ? PermissionFlagsBits.SendMessagesInThreads : PermissionFlagsBits.SendMessages;
  const needed = [...seeingTakes(type), sending, PermissionFlagsBits.AttachFiles];
  const missing = needed.flatMap((permission) => (permissions.has(permission) ? [] : (NAMES.get(permission) ?? [])));
  return missing.length === 0 ? undefined : sentence("discord.cannot-post", { missing });
}

/** The link with which a server's managers add the bot to it. */
export function inviteLink(appId: string): string {
  const permissions = new PermissionsBitField(WANTED.map(([permission]) => permission));
  const query = new URLSearchParams({
    client_id: appId,
    scope: [OAuth2Scopes.Bot, OAuth2Scopes.ApplicationsCommands].join(" "),
    permissions: permissions.bitfield.toString(),
  });
  return `https://discord.com/oauth2/authorize?${query}`;
}
