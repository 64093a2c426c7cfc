import {
  type APIChannel,
  type Channel,
  ChannelType,
  type Client,
  type Guild,
  GuildPremiumTier,
  PermissionFlagsBits,
  type PermissionsBitField,
  Routes,
} from "discord.js";
import type { Place, PlaceInfo } from "../chat.js";
import type { Calls } from "./calls.js";

export const PLATFORM = "discord";
/** The community of direct messages, as in Discord's own links. */
export const DIRECT = "@me";

const MEBIBYTE = 1024 * 1024;
/** Largest file of a server without boosts, and of a direct message. */
export const UPLOAD_BYTES = 10 * MEBIBYTE;
const BOOSTED: Readonly<Partial<Record<GuildPremiumTier, number>>> = {
  [GuildPremiumTier.Tier2]: 50 * MEBIBYTE,
  [GuildPremiumTier.Tier3]: 100 * MEBIBYTE,
};
/** Channels that discord.js does not know, such as threads in the archive, and servers' last words on sizes; of each so many. */
const REMEMBERED = 1_000;

/** What the adapter needs to know of a channel. */
interface Known {
  readonly guild?: string;
  /** The channel that a thread belongs to. */
  readonly parent?: string;
  readonly name: string;
  readonly closed: boolean;
  readonly restricted: boolean;
}

/** Channels and threads, by id: from discord.js's cache, which the gateway keeps true, else asked of Discord. */
export class Places {
  readonly #asked = new Map<string, Known>();
  readonly #uploadBytes = new Map<string, number>();

  constructor(
    private readonly client: Client,
    private readonly calls: Calls,
  ) {}

  /** The place that a channel's or thread's id means. */
  async locate(id: string, guild: string | undefined): Promise<Place> {
    const community = guild ?? DIRECT;
    const { parent } = guild === undefined ? {} : await this.#know(id).catch((): Partial<Known> => ({}));
    const place = { platform: PLATFORM, community };
    return parent === undefined ? { ...place, channel: id } : { ...place, channel: parent, thread: id };
  }

  /** @throws ChatError when there is no such place any more, or the bot may not see it. */
  async describe(place: Place): Promise<PlaceInfo> {
    const uploadBytes = this.uploadBytes(place.community);
    if (place.community === DIRECT) return { name: "a direct message", closed: true, restricted: false, uploadBytes };
    const { name, closed, restricted } = await this.#know(channelOf(place));
    return { name: `#${name}`, closed, restricted, uploadBytes };
  }

  /** Largest file in bytes. Boosts raise it; what Discord says with a command is believed where it is less. */
  uploadBytes(community: string): number {
    const tier = this.client.guilds.cache.get(community)?.premiumTier ?? GuildPremiumTier.None;
    return Math.min(BOOSTED[tier] ?? UPLOAD_BYTES, this.#uploadBytes.get(community) ?? Number.POSITIVE_INFINITY);
  }

  /** What the bot may do in a place, as far as the gateway has told; undefined where it has not. */
  permissionsIn(place: Place): Readonly<PermissionsBitField> | undefined {
    const guild = this.client.guilds.cache.get(place.community);
    const channel = guild?.channels.cache.get(channelOf(place));
    return (guild?.members.me && channel?.permissionsFor(guild.members.me)) ?? undefined;
  }

  /** Remembers what Discord has said about a community: the limit that came with a command. */
  noteUploadBytes(community: string, bytes: number | undefined): void {
    if (bytes !== undefined && bytes > 0) remember(this.#uploadBytes, community, bytes);
  }

  async #know(id: string): Promise<Known> {
    const cached = this.client.channels.cache.get(id);
    if (cached && !cached.partial) return ofCached(cached);
    const before = this.#asked.get(id);
    if (before) return before;
    const call = { method: "GET", route: Routes.channel(id), doing: "see that channel", permission: "View Channel", ms: 10_000 } as const;
    const asked = this.#ofApi(await this.calls.run<APIChannel>(call));
    remember(this.#asked, id, asked);
    return asked;
  }

  #ofApi(channel: APIChannel): Known {
    const guild = "guild_id" in channel ? channel.guild_id : undefined;
    const name = channel.name ?? "a channel";
    const isThread =
      channel.type === ChannelType.PublicThread ||
      channel.type === ChannelType.PrivateThread ||
      channel.type === ChannelType.AnnouncementThread;
    const parentId = isThread && "parent_id" in channel ? (channel.parent_id ?? undefined) : undefined;
    const parent = parentId === undefined ? undefined : this.client.channels.cache.get(parentId);
    const own = { closed: !this.#everybodySees(channel), restricted: "nsfw" in channel && channel.nsfw === true };
    const home = parent ? ofCached(parent) : own;
    const about = channel.type === ChannelType.PrivateThread ? { ...home, closed: true } : home;
    return {
      ...(guild === undefined ? {} : { guild }),
      ...(parentId === undefined ? {} : { parent: parentId }),
      ...{ name, closed: about.closed, restricted: about.restricted },
    };
  }

  /** What a channel itself says of everybody, else what the server says; a channel that says nothing of either is taken for closed. */
  #everybodySees(channel: APIChannel): boolean {
    if (!("permission_overwrites" in channel) || !("guild_id" in channel) || channel.guild_id === undefined) return false;
    const everybody = channel.permission_overwrites?.find(({ id }) => id === channel.guild_id);
    const has = (bits: string | undefined): boolean => (BigInt(bits ?? 0) & PermissionFlagsBits.ViewChannel) !== 0n;
    if (has(everybody?.allow) || has(everybody?.deny)) return has(everybody?.allow);
    return this.client.guilds.cache.get(channel.guild_id)?.roles.everyone.permissions.has(PermissionFlagsBits.ViewChannel) ?? false;
  }
}

/** The channel in which a place's messages are, as Discord counts: a thread is one of its own. */
export function channelOf(place: Place): string {
  return place.thread ?? place.channel;
}

function ofCached(channel: Channel): Known {
  if (channel.isDMBased()) return { name: "a direct message", closed: true, restricted: false };
  const { guild, name } = channel;
  const home = channel.isThread() ? channel.parent : channel;
  const closed = channel.type === ChannelType.PrivateThread || !home || !everybodySees(guild, home.id);
  const restricted = home !== null && "nsfw" in home && home.nsfw;
  return {
    guild: guild.id,
    ...(channel.isThread() && channel.parentId !== null ? { parent: channel.parentId } : {}),
    name,
    closed,
    restricted,
  };
}

function everybodySees(guild: Guild, channel: string): boolean {
  const found = guild.channels.cache.get(channel);
  return found?.permissionsFor(guild.roles.everyone, false)?.has(PermissionFlagsBits.ViewChannel) ?? false;
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > REMEMBERED && oldest !== undefined) map.delete(oldest);
}
