import {
  type APIChannel,
  type Channel,
  ChannelType,
  type Client,
  type Guild,
  GuildPremiumTier,
  type PermissionsBitField,
  RESTJSONErrorCodes,
  Routes,
} from "discord.js";
import { LRUCache } from "lru-cache";
import { type ChannelRef, NO_COMMUNITY } from "../../domain/model.js";
import type { ChannelInfo } from "../../port/capabilities.js";
import { sentence } from "../../shared/sentences/sentence.js";
import type { Calls } from "./calls.js";
import { hasCode } from "./errors.js";
import { BOOSTED_UPLOAD_BYTES, UPLOAD_BYTES } from "./limits.js";
import { readPermissions, reckoned, seeingTakes, whatIsMissing } from "./permissions.js";

export const PLATFORM = "discord";
/** The community of direct messages. */
export const DIRECT = NO_COMMUNITY;

/** Channels that discord.js does not know, such as archived threads, and upload limits of servers; of each so many. */
const REMEMBERED = 1_000;

/** What the adapter needs to know of a channel. */
interface Known {
  readonly guild?: string | undefined;
  /** The channel that a thread belongs to. */
  readonly parent?: string | undefined;
  readonly name: string;
  readonly closed: boolean;
  readonly restricted: boolean;
  /** It is a private thread. */
  readonly ownMembers?: boolean;
}

/** Channels and threads, by id: from discord.js's cache, which the gateway keeps current, else asked of Discord. */
export class Channels {
  readonly #asked = new LRUCache<string, Known>({ max: REMEMBERED });
  /** What came with a command or when a thread was opened: less than Discord answers. */
  readonly #noted = new LRUCache<string, Known>({ max: REMEMBERED });
  readonly #uploadBytes = new LRUCache<string, number>({ max: REMEMBERED });

  constructor(
    private readonly client: Client,
    private readonly calls: Calls,
  ) {}

  /** The server of a channel, as given or else as known; undefined for direct messages. */
  guildOf(channelId: string, said: string | undefined): string | undefined {
    if (said) return said;
    const cached = this.client.channels.cache.get(channelId);
    if (cached) return cached.isDMBased() ? undefined : cached.guildId;
    return this.#asked.get(channelId)?.guild ?? this.#noted.get(channelId)?.guild;
  }

  /** The channel or thread that an id means. */
  async locate(id: string, guild: string | undefined): Promise<ChannelRef> {
    const server = { platform: PLATFORM, community: guild ?? DIRECT };
    if (guild === undefined) return { ...server, id };
    const known = this.#recall(id) ?? this.#noted.get(id) ?? (await this.#know(id).catch(() => undefined));
    return known?.parent === undefined ? { ...server, id } : { ...server, id: known.parent, thread: id };
  }

  /** @throws ChatError when the channel no longer exists, or the bot may not see it. */
  async describe(channel: ChannelRef): Promise<ChannelInfo> {
    const uploadBytes = this.uploadBytes(channel.community);
    if (channel.community === DIRECT) return { ...direct(), uploadBytes };
    const id = channelOf(channel);
    const known = await this.#know(id).catch((error: unknown) => {
      const noted = this.#noted.get(id);
      if (noted) return noted;
      if (hasCode(error, RESTJSONErrorCodes.UnknownChannel, RESTJSONErrorCodes.MissingAccess)) throw error;
      // A Discord that does not answer does not stop jobs; their results are taken for this channel's only, then.
      return { name: "", closed: true, restricted: false, ownMembers: channel.thread !== undefined };
    });
    const { name, closed, restricted, ownMembers = false } = known;
    const shown = name === "" ? sentence("discord.a-channel") : `#${name}`;
    return { name: shown, closed, restricted, uploadBytes, ...(ownMembers && { ownMembers }) };
  }

  /** Remembers a command's channel. Who may see it is unknown: it counts as closed until Discord is asked. */
  noteChannel(channel: Partial<APIChannel> & { readonly id: string }, guild: string | undefined): void {
    if (guild === undefined || channel.type === undefined) return;
    const parent = parentOf(channel);
    if (isThread(channel.type) && !parent) return;
    const ownMembers = channel.type === ChannelType.PrivateThread;
    const about = { name: channel.name ?? "", closed: true, restricted: isNsfw(channel), ownMembers };
    this.#noted.set(channel.id, Object.assign({ guild, parent }, about));
  }

  /** Remembers a thread that the bot has opened itself. */
  noteThread(channel: ChannelRef, name: string): void {
    if (channel.thread === undefined) return;
    const { community: guild, id: parent, thread } = channel;
    this.#noted.set(thread, { guild, parent, name, closed: true, restricted: false });
  }

  /** Largest file in bytes. Boosts raise it; what Discord says with a command counts where it is less. */
  uploadBytes(community: string): number {
    const tier = this.client.guilds.cache.get(community)?.premiumTier ?? GuildPremiumTier.None;
    return Math.min(
      BOOSTED_UPLOAD_BYTES[tier] ?? UPLOAD_BYTES,
      this.#uploadBytes.get(community) ?? Number.POSITIVE_INFINITY,
    );
  }

  /** What the bot may do in a channel, as far as is known from the gateway. */
  permissionsIn(channel: ChannelRef): Readonly<PermissionsBitField> | undefined {
    const guild = this.client.guilds.cache.get(channel.community);
    const known = guild?.channels.cache.get(channelOf(channel));
    return reckoned(() => guild?.members.me && known?.permissionsFor(guild.members.me));
  }

  /** What keeps the bot from posting in a channel, by what it may do there as far as that is known. */
  missingIn(channel: ChannelRef, permissions = this.permissionsIn(channel)): string | undefined {
    const type = this.client.channels.cache.get(channel.id)?.type;
    return whatIsMissing(permissions, { inThread: channel.thread !== undefined, type });
  }

  /** A server with its roles; undefined where the bot is no member, as its commands may come from there. */
  guild(id: string): Guild | undefined {
    return this.client.guilds.cache.get(id);
  }

  /** Whether the bot is a member of the server: commands may come from others. */
  isMember({ community }: ChannelRef): boolean {
    return this.client.guilds.cache.has(community);
  }

  /** Remembers the upload limit that came with a command. */
  noteUploadBytes(community: string, bytes: number | undefined): void {
    if (bytes !== undefined && bytes > 0) this.#uploadBytes.set(community, bytes);
  }

  #recall(id: string): Known | undefined {
    const cached = this.client.channels.cache.get(id);
    return cached && !cached.partial ? ofCached(cached) : this.#asked.get(id);
  }

  async #know(id: string): Promise<Known> {
    const before = this.#recall(id);
    if (before) return before;
    const about = { doing: "discord.doing.channel", permission: "View Channel", ms: 10_000 } as const;
    const asked = this.#ofApi(await this.calls.run({ method: "GET", route: Routes.channel(id), ...about }));
    this.#asked.set(id, asked);
    return asked;
  }

  #ofApi(channel: APIChannel): Known {
    const guild = "guild_id" in channel ? channel.guild_id : undefined;
    const parent = parentOf(channel);
    const cached = parent === undefined ? undefined : this.client.channels.cache.get(parent);
    const { closed, restricted } = cached
      ? ofCached(cached)
      : { closed: !this.#everybodySees(channel), restricted: isNsfw(channel) };
    const ownMembers = channel.type === ChannelType.PrivateThread;
    return { guild, parent, name: channel.name ?? "", closed: ownMembers || closed, restricted, ownMembers };
  }

  /**
   * What a channel itself says of everybody, else what the server says; one that says nothing of either counts as
   * closed.
   */
  #everybodySees(channel: APIChannel): boolean {
    if (!("permission_overwrites" in channel)) return false;
    const { guild_id: guild = "", permission_overwrites } = channel;
    const { allow, deny } = permission_overwrites?.find(({ id }) => id === guild) ?? {};
    const has = (bits: string | undefined, one: bigint) => readPermissions(bits)?.has(one, false) === true;
    const role = this.client.guilds.cache.get(guild)?.roles.everyone;
    return seeingTakes(channel.type).every((one) =>
      has(allow, one) || has(deny, one) ? has(allow, one) : role?.permissions.has(one),
    );
  }
}

function isThread(type: ChannelType): boolean {
  return [ChannelType.PublicThread, ChannelType.PrivateThread, ChannelType.AnnouncementThread].includes(type);
}

/** The channel that a thread belongs to. */
function parentOf(channel: Partial<APIChannel>): string | undefined {
  if (channel.type === undefined || !isThread(channel.type)) return undefined;
  return ("parent_id" in channel && channel.parent_id) || undefined;
}

function isNsfw(channel: Partial<APIChannel>): boolean {
  return "nsfw" in channel && channel.nsfw === true;
}

/** The channel that holds the messages, as Discord counts: a thread is one of its own. */
export function channelOf(channel: ChannelRef): string {
  return channel.thread ?? channel.id;
}

/** The address of a channel, or of a message in it. */
export function linkTo(channel: ChannelRef, ...message: readonly string[]): string {
  return ["https://discord.com/channels", channel.community || DIRECT, channelOf(channel), ...message].join("/");
}

function direct() {
  return { name: sentence("chat.direct-message"), closed: true, restricted: false };
}

function ofCached(channel: Channel): Known {
  if (channel.isDMBased()) return direct();
  const { guild, name } = channel;
  const home = channel.isThread() ? channel.parent : channel;
  const ownMembers = channel.type === ChannelType.PrivateThread;
  const closed = ownMembers || !home || !everybodySees(guild, home.id);
  const restricted = home !== null && "nsfw" in home && home.nsfw;
  const parent = (channel.isThread() && channel.parentId) || undefined;
  return { guild: guild.id, parent, name, closed, restricted, ownMembers };
}

function everybodySees(guild: Guild, channelId: string): boolean {
  const found = guild.channels.cache.get(channelId);
  return found?.permissionsFor(guild.roles.everyone, false)?.has(seeingTakes(found.type)) ?? false;
}
