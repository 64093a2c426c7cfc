/** What there is in the fake Discord: servers, channels, people, messages. */
import {
  type APIEmbed,
  type APIEmoji,
  type APIRole,
  type APIStickerItem,
  type APIUnfurledMediaItem,
  type APIUser,
  ChannelType,
  GuildPremiumTier,
  MessageFlags,
  type MessageType,
  type OverwriteType,
  PermissionFlagsBits as P,
} from "discord-api-types/v10";

export interface World {
  readonly bot: APIUser;
  readonly appId: string;
  readonly guilds: Map<string, FakeGuild>;
  readonly channels: Map<string, FakeChannel>;
  readonly users: Map<string, APIUser>;
  readonly messages: Map<string, FakeMessage>;
  /** The program's clock, which tests may put forward. */
  now(): number;
  id(): string;
}

export interface FakeGuild {
  readonly id: string;
  readonly name: string;
  tier: GuildPremiumTier;
  readonly roles: Map<string, APIRole>;
  readonly members: Map<string, FakeMember>;
  readonly emojis: APIEmoji[];
}

export interface FakeMember {
  readonly user: APIUser;
  readonly nick: string | null;
  /** Of its own in this server. */
  avatar?: string;
  readonly roles: Set<string>;
}

export interface Overwrite {
  readonly id: string;
  readonly type: OverwriteType;
  allow: bigint;
  deny: bigint;
}

export interface FakeChannel {
  readonly id: string;
  readonly guild?: FakeGuild;
  readonly type: ChannelType;
  readonly name: string;
  nsfw: boolean;
  readonly overwrites: Map<string, Overwrite>;
  /** Of a thread. */
  readonly parent?: FakeChannel;
  archived: boolean;
  locked: boolean;
  /** Of a private thread: who is in it. */
  readonly members?: Set<string>;
  /** Of a direct message with the bot. */
  readonly recipient?: APIUser;
  /** Of a group that the bot is not in. */
  readonly group?: readonly APIUser[];
}

export interface FakeAttachment {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
  readonly width?: number;
  readonly height?: number;
  description?: string;
}

export interface FakeMessage {
  readonly id: string;
  readonly channel: FakeChannel;
  readonly author: APIUser;
  readonly type: MessageType;
  readonly createdAt: number;
  content: string;
  attachments: FakeAttachment[];
  components: readonly object[];
  /** Of a message in Components V2, from the addresses of its attachments, which it lists nowhere else. */
  readonly v2?: (media: readonly APIUnfurledMediaItem[]) => readonly object[];
  readonly stickers?: readonly APIStickerItem[];
  /** It forwards this one. */
  readonly forwards?: FakeMessage;
  embeds: APIEmbed[];
  flags: number;
  editedAt: number | null;
  lateEdits: number;
  readonly nonce?: string;
  mentions: string[];
  /** Emoji, as the route names it, and who gave it, in order. */
  readonly reactions: Map<string, string[]>;
  /** Seen by this user only. */
  readonly ephemeralFor?: string;
  /** The message that it answers. */
  readonly reference?: string;
  /** Of an answer to an interaction. */
  readonly webhook?: string;
  thread?: FakeChannel;
}

export const isLoading = (message: FakeMessage): boolean => (message.flags & MessageFlags.Loading) !== 0;

/** Whether the bot is not in a place: only those who have installed it for themselves can use it there. */
export function isGuest({ guild, group }: FakeChannel, { bot }: World): boolean {
  return group !== undefined || (guild !== undefined && !guild.members.has(bot.id));
}

export const isThread = ({ type }: FakeChannel): boolean =>
  type === ChannelType.PublicThread || type === ChannelType.PrivateThread || type === ChannelType.AnnouncementThread;

/** One has to be able to join its call to see its messages. */
const isSpoken = ({ type }: FakeChannel): boolean =>
  type === ChannelType.GuildVoice || type === ChannelType.GuildStageVoice;

/** What everybody may do in a new server. */
const EVERYONE =
  P.ViewChannel |
  P.SendMessages |
  P.SendMessagesInThreads |
  P.AttachFiles |
  P.AddReactions |
  P.ReadMessageHistory |
  P.UseApplicationCommands |
  P.Connect |
  P.EmbedLinks;

export function makeRole(id: string, name: string, permissions: bigint): APIRole {
  const colours = { color: 0, colors: { primary_color: 0, secondary_color: null, tertiary_color: null } };
  const rest = {
    hoist: false,
    icon: null,
    unicode_emoji: null,
    position: 0,
    managed: false,
    mentionable: false,
    flags: 0,
  };
  return { id, name, permissions: permissions.toString(), ...colours, ...rest };
}

export function makeGuild(world: World, name: string, id = world.id(), withBot = true): FakeGuild {
  const guild: FakeGuild = { id, name, tier: GuildPremiumTier.None, roles: new Map(), members: new Map(), emojis: [] };
  guild.roles.set(id, makeRole(id, "@everyone", EVERYONE));
  world.guilds.set(id, guild);
  if (!withBot) return guild;
  // As the invite link of the bot's documentation gives it.
  const role = makeRole(world.id(), world.bot.username, EVERYONE | P.CreatePublicThreads);
  guild.roles.set(role.id, role);
  guild.members.set(world.bot.id, { user: world.bot, nick: null, roles: new Set([role.id]) });
  return guild;
}

/** A thread on a message. */
export function makeThread(
  world: World,
  message: FakeMessage,
  name: string,
  type: ChannelType = ChannelType.PublicThread,
): FakeChannel {
  const { guild, nsfw } = message.channel;
  const own = { id: message.id, type, name, nsfw, archived: false, locked: false };
  const thread: FakeChannel = { ...own, overwrites: new Map(), parent: message.channel, ...(guild && { guild }) };
  message.thread = thread;
  world.channels.set(thread.id, thread);
  return thread;
}

export function makeUser(world: World, name: string, bot = false): APIUser {
  const user: APIUser = {
    id: world.id(),
    username: name.toLowerCase().replace(/\W/g, ""),
    global_name: name,
    discriminator: "0",
    avatar: null,
    ...(bot ? { bot } : {}),
  };
  world.users.set(user.id, user);
  return user;
}

/** What a member may do in a channel: roles, then the channel's overwrites for everyone, roles and the member. */
export function permissionsIn(channel: FakeChannel, userId: string): bigint {
  const { guild, group } = channel;
  if (group) return group.some(({ id }) => id === userId) ? EVERYONE : 0n;
  if (!guild) return EVERYONE;
  const member = guild.members.get(userId);
  if (!member || channel.members?.has(userId) === false) return 0n;
  const home = channel.parent ?? channel;
  const roles = [guild.id, ...member.roles];
  const all = (1n << 60n) - 1n;
  let allowed = roles.reduce((sum, role) => sum | BigInt(guild.roles.get(role)?.permissions ?? 0), 0n);
  if ((allowed & P.Administrator) !== 0n) return all;
  const everyone = home.overwrites.get(guild.id);
  if (everyone) allowed = (allowed & ~everyone.deny) | everyone.allow;
  const ofRoles = [...member.roles].flatMap((role) => home.overwrites.get(role) ?? []);
  allowed &= ~ofRoles.reduce((sum, { deny }) => sum | deny, 0n);
  allowed |= ofRoles.reduce((sum, { allow }) => sum | allow, 0n);
  const own = home.overwrites.get(userId);
  if (own) allowed = (allowed & ~own.deny) | own.allow;
  const seeing = isSpoken(home) ? P.ViewChannel | P.Connect : P.ViewChannel;
  return (allowed & seeing) === seeing ? allowed : 0n;
}

/** Forbids (or allows again) the bot something in a channel. */
export function setPermission(
  channel: FakeChannel,
  who: { readonly id: string; readonly type: OverwriteType },
  permission: bigint,
  to: "allow" | "deny" | "neither",
): void {
  const overwrite = channel.overwrites.get(who.id) ?? { ...who, allow: 0n, deny: 0n };
  overwrite.allow = to === "allow" ? overwrite.allow | permission : overwrite.allow & ~permission;
  overwrite.deny = to === "deny" ? overwrite.deny | permission : overwrite.deny & ~permission;
  channel.overwrites.set(who.id, overwrite);
}

/** Largest file in bytes. */
export function uploadLimit(guild: FakeGuild | undefined): number {
  const megabytes = { [GuildPremiumTier.Tier2]: 50, [GuildPremiumTier.Tier3]: 100 } as Partial<
    Record<GuildPremiumTier, number>
  >;
  return (megabytes[guild?.tier ?? GuildPremiumTier.None] ?? 10) * 1024 * 1024;
}
