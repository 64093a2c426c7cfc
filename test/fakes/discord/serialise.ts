/** From the world to what Discord's interface says. */
import { createHmac } from "node:crypto";
import {
  type APIAttachment,
  type APIChannel,
  type APIGuildMember,
  type APIMessage,
  type APIMessageSnapshotFields,
  type APIReaction,
  type APIUnfurledMediaItem,
  ChannelType,
  type GatewayGuildCreateDispatchData,
  GuildDefaultMessageNotifications,
  GuildExplicitContentFilter,
  GuildMFALevel,
  GuildNSFWLevel,
  type GuildSystemChannelFlags,
  GuildVerificationLevel,
  MessageReferenceType,
  MessageType,
  ThreadAutoArchiveDuration,
} from "discord-api-types/v10";
import {
  type FakeAttachment,
  type FakeChannel,
  type FakeGuild,
  type FakeMember,
  type FakeMessage,
  isThread,
  type World,
} from "./world.js";

/** How addresses of attachments are made. */
export interface Cdn {
  /** For instance "http://127.0.0.1:4000". */
  readonly origin: string;
  /** An address is good for so long. */
  readonly lifeMs: number;
}

export const sign = (path: string, end: string): string =>
  createHmac("sha256", "the CDN's own").update(`${path} ${end}`).digest("hex");

export function attachmentJson(world: World, cdn: Cdn, channel: string, file: FakeAttachment): APIAttachment {
  const path = `/attachments/${channel}/${file.id}/${file.name}`;
  const end = Math.floor((world.now() + cdn.lifeMs) / 1000).toString(16);
  const url = `${cdn.origin}${path}?ex=${end}&is=${Math.floor(world.now() / 1000).toString(16)}&hm=${sign(path, end)}&`;
  const size = file.width === undefined || file.height === undefined ? {} : { width: file.width, height: file.height };
  const about = file.description === undefined ? {} : { description: file.description };
  return {
    id: file.id,
    filename: file.name,
    size: file.bytes.length,
    url,
    proxy_url: url,
    content_type: file.type,
    ...size,
    ...about,
  };
}

/** @param bare other people's words and pictures are taken out, as for applications without "Message Content" */
export function messageJson(world: World, cdn: Cdn, message: FakeMessage, bare: boolean): APIMessage {
  const { id, channel, author, type, flags, reactions, mentions, stickers, forwards } = message;
  const root = type === MessageType.ThreadStarterMessage && world.messages.get(message.reference ?? "");
  return {
    id,
    channel_id: channel.id,
    author,
    type,
    tts: false,
    pinned: false,
    mention_everyone: false,
    mention_roles: [],
    flags,
    timestamp: new Date(message.createdAt).toISOString(),
    edited_timestamp: message.editedAt === null ? null : new Date(message.editedAt).toISOString(),
    mentions: mentions.flatMap((user) => world.users.get(user) ?? []),
    ...contentJson(world, cdn, message, bare),
    ...(stickers ? { sticker_items: [...stickers] } : {}),
    ...(forwards ? { message_snapshots: [{ message: snapshotJson(world, cdn, forwards, bare) }] } : {}),
    ...(root ? { referenced_message: messageJson(world, cdn, root, bare && root.author.id !== world.bot.id) } : {}),
    ...(message.webhook === undefined ? {} : { webhook_id: message.webhook, application_id: message.webhook }),
    ...(message.nonce === undefined ? {} : { nonce: message.nonce }),
    ...(message.thread ? { thread: channelJson(message.thread) as NonNullable<APIMessage["thread"]> } : {}),
    ...(reactions.size === 0
      ? {}
      : { reactions: [...reactions].map(([emoji, users]) => reactionJson(world, emoji, users)) }),
    ...(message.reference === undefined
      ? {}
      : {
          message_reference: {
            type: MessageReferenceType.Default,
            message_id: message.reference,
            channel_id: channel.id,
          },
        }),
  };
}

function contentJson(world: World, cdn: Cdn, message: FakeMessage, bare: boolean) {
  const { channel, content, attachments, embeds, components, v2 } = message;
  if (bare) return { content: "", attachments: [], embeds: [], components: [] };
  const files = attachments.map((file) => attachmentJson(world, cdn, channel.id, file));
  const media = files.map(({ id, url, proxy_url, content_type }) => ({
    attachment_id: id,
    url,
    proxy_url,
    content_type,
  }));
  return {
    content,
    attachments: v2 ? [] : files,
    embeds,
    components: (v2?.(media as APIUnfurledMediaItem[]) ?? components) as NonNullable<APIMessage["components"]>,
  };
}

/** A copy of a forwarded message, without its author. */
function snapshotJson(world: World, cdn: Cdn, message: FakeMessage, bare: boolean): APIMessageSnapshotFields {
  const { type, flags, timestamp, edited_timestamp, mentions, sticker_items } = messageJson(world, cdn, message, bare);
  const about = {
    type,
    timestamp,
    edited_timestamp,
    mentions,
    mention_roles: [],
    ...contentJson(world, cdn, message, bare),
  };
  return { ...about, ...(flags === undefined ? {} : { flags }), ...(sticker_items ? { sticker_items } : {}) };
}

export function emojiJson(emoji: string): { readonly id: string | null; readonly name: string } {
  const [name = "", id = null] = emoji.split(":");
  return { id, name };
}

function reactionJson(world: World, emoji: string, users: readonly string[]): APIReaction {
  const counts = { burst: 0, normal: users.length };
  const own = { me: users.includes(world.bot.id), me_burst: false, burst_colors: [] };
  return { count: users.length, count_details: counts, emoji: emojiJson(emoji), ...own };
}

export function memberJson({ user, nick, roles, avatar }: FakeMember): APIGuildMember {
  const rest = {
    joined_at: "2024-01-01T00:00:00.000000+00:00",
    deaf: false,
    mute: false,
    flags: 0,
    avatar: avatar ?? null,
    banner: null,
  };
  return { user, nick, roles: [...roles], ...rest };
}

export function channelJson(channel: FakeChannel): APIChannel {
  const { id, guild, type, name, nsfw, parent, archived, locked, recipient } = channel;
  if (!guild)
    return {
      id,
      type: ChannelType.DM,
      name: null,
      recipients: recipient ? [recipient] : [],
      last_message_id: null,
    } as APIChannel;
  if (parent && isThread(channel)) {
    const metadata = {
      archived,
      locked,
      auto_archive_duration: ThreadAutoArchiveDuration.OneDay,
      invitable: true,
      archive_timestamp: "2024-01-01T00:00:00.000000+00:00",
    };
    return {
      id,
      type,
      guild_id: guild.id,
      parent_id: parent.id,
      name,
      owner_id: id,
      thread_metadata: metadata,
      message_count: 0,
      member_count: 1,
      total_message_sent: 0,
      rate_limit_per_user: 0,
      last_message_id: null,
    } as unknown as APIChannel;
  }
  const overwrites = [...channel.overwrites.values()].map((one) => ({
    id: one.id,
    type: one.type,
    allow: String(one.allow),
    deny: String(one.deny),
  }));
  const rest = { position: 0, topic: null, rate_limit_per_user: 0, last_message_id: null, parent_id: null };
  return { id, type, guild_id: guild.id, name, nsfw, permission_overwrites: overwrites, ...rest } as APIChannel;
}

export function guildJson(world: World, guild: FakeGuild): GatewayGuildCreateDispatchData {
  const channels = [...world.channels.values()].filter((channel) => channel.guild === guild);
  return {
    id: guild.id,
    name: guild.name,
    icon: null,
    splash: null,
    discovery_splash: null,
    owner_id: "1",
    afk_channel_id: null,
    afk_timeout: 300,
    verification_level: GuildVerificationLevel.None,
    default_message_notifications: GuildDefaultMessageNotifications.OnlyMentions,
    explicit_content_filter: GuildExplicitContentFilter.Disabled,
    roles: [...guild.roles.values()],
    emojis: guild.emojis,
    features: [],
    mfa_level: GuildMFALevel.None,
    application_id: null,
    system_channel_id: null,
    system_channel_flags: 0 as GuildSystemChannelFlags,
    rules_channel_id: null,
    vanity_url_code: null,
    description: null,
    banner: null,
    premium_tier: guild.tier,
    preferred_locale: "en-US",
    public_updates_channel_id: null,
    nsfw_level: GuildNSFWLevel.Default,
    premium_progress_bar_enabled: false,
    stickers: [],
    safety_alerts_channel_id: null,
    hub_type: null,
    region: "",
    incidents_data: null,
    joined_at: "2024-01-01T00:00:00.000000+00:00",
    large: false,
    unavailable: false,
    member_count: guild.members.size,
    voice_states: [],
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
    members: [...guild.members.values()].filter(({ user }) => user.id === world.bot.id).map(memberJson),
    channels: channels
      .filter((channel) => !isThread(channel))
      .map(channelJson) as GatewayGuildCreateDispatchData["channels"],
    threads: channels
      .filter((channel) => isThread(channel) && !channel.archived && channel.members?.has(world.bot.id) !== false)
      .map(channelJson) as GatewayGuildCreateDispatchData["threads"],
  } as unknown as GatewayGuildCreateDispatchData;
}
