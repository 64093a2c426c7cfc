import {
  type APIChannel,
  type Channel,
  ChannelType,
  type Client,
  type Guild,
  GuildPremiumTier,
  PermissionFlagsBits,
  type PermissionsBitField,
  RESTJSONErrorCodes,
  Routes,
} from "discord.js";
import { LRUCache } from "lru-cache";
import type { ChannelRef } from "../../domain/channel.js";
import type { ChannelInfo } from "../../port/capabilities.js";
import type { Calls } from "./calls.js";
import { hasCode } from "./errors.js";
import { readPermissions, reckoned } from "./permissions.js";

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
export class Channels {
  readonly #asked = new LRUCache<string, Known>({ max: REMEMBERED });
  /** What was said in passing, with a command or when a thread was opened: less than Discord tells who asks. */
  readonly #noted = new LRUCache<string, Known>({ max: REMEMBERED });
  readonly #uploadBytes = new LRUCache<string, number>({ max: REMEMBERED });

  constructor(
    private readonly client: Client,
    private readonly calls: Calls,
  ) {}

  /** The server in which a channel is, as said or else as known; undefined for direct messages. */
  guildOf(channelId: string, said: string | undefined): string | undefined {
    if (said) return said;
    const cached = this.client.channels.cache.get(channelId);
    if (cached) return cached.isDMBased() ? undefined : cached.guildId;
    return this.#asked.get(channelId)?.guild ?? this.#noted.get(channelId)?.guild;
  }

  /** The place that a channel's or thread's id means. */
  async locate(id: string, guild: string | undefined): Promise<ChannelRef> {
    const community = guild ?? DIRECT;
    const asked = () => this.#know(id).catch(() => undefined);
    const known = guild === undefined ? undefined : (this.#recall(id) ?? this.#noted.get(id) ?? (await asked()));
    const place = { platform: PLATFORM, community };
    return known?.parent === undefined ? { ...place, id: id } : { ...place, id: known.parent, thread: id };
  }

  /** @throws ChatError when there is no such place any more, or the bot may not see it. */
  async describe(channel: ChannelRef): Promise<ChannelInfo> {
    const uploadBytes = this.uploadBytes(channel.community);
    if (channel.community === DIRECT) return { name: "a direct message", closed: true, restricted: false, uploadBytes };
    const id = channelOf(channel);
    const { name, closed, restricted } = await this.#know(id).catch((error: unknown): Omit<Known, "guild"> => {
      const noted = this.#noted.get(id);
      if (noted) return noted;
      if (hasCode(error, RESTJSONErrorCodes.UnknownChannel, RESTJSONErrorCodes.MissingAccess)) throw error;
      // Whoever is busy, or does not tell, does not keep people from their pictures; these are shown there only, then.
      return { name: "", closed: true, restricted: false };
    });
    return { name: name === "" ? "a channel" : `#${name}`, closed, restricted, uploadBytes };
  }

  /** Remembers the channel that comes with a command. Who may see it is not said: it is taken for closed, unless Discord tells more. */
  noteChannel(channel: Partial<APIChannel> & { readonly id: string }, guild: string | undefined): void {
    if (guild === undefined || channel.type === undefined) return;
    const parent = isThread(channel.type) && "parent_id" in channel ? channel.parent_id : undefined;
    if (isThread(channel.type) && !parent) return;
    this.#noted.set(channel.id, {
      guild,
      name: channel.name ?? "",
      closed: true,
      restricted: "nsfw" in channel && channel.nsfw === true,
      ...(parent ? { parent } : {}),
    });
  }

  /** Remembers a thread that the bot has opened itself. */
  noteThread(channel: ChannelRef, name: string): void {
    if (channel.thread === undefined) return;
    const { community: guild, id: parent, thread } = channel;
    this.#noted.set(thread, { guild, parent, name, closed: true, restricted: false });
  }

  /** Largest file in bytes. Boosts raise it; what Discord says with a command is believed where it is less. */
  uploadBytes(community: string): number {
    const tier = this.client.guilds.cache.get(community)?.premiumTier ?? GuildPremiumTier.None;
    return Math.min(BOOSTED[tier] ?? UPLOAD_BYTES, this.#uploadBytes.get(community) ?? Number.POSITIVE_INFINITY);
  }

  /** What the bot may do in a place, as far as the gateway has told; undefined where it has not. */
  permissionsIn(place: ChannelRef): Readonly<PermissionsBitField> | undefined {
    const guild = this.client.guilds.cache.get(place.community);
    const channel = guild?.channels.cache.get(channelOf(place));
    return reckoned(() => guild?.members.me && channel?.permissionsFor(guild.members.me));
  }

  /** Whether the gateway has told of the server that a place is in: commands may come from servers that the bot itself is not in. */
  isMember({ community }: ChannelRef): boolean {
    return this.client.guilds.cache.has(community);
  }

  /** Remembers what Discord has said about a community: the limit that came with a command. */
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
    const call = {
      method: "GET",
      route: Routes.channel(id),
      doing: "discord.doing.channel",
      permission: "View Channel",
      ms: 10_000,
    } as const;
    const asked = this.#ofApi(await this.calls.run<APIChannel>(call));
    this.#asked.set(id, asked);
    return asked;
  }

  #ofApi(channel: APIChannel): Known {
    const guild = "guild_id" in channel ? channel.guild_id : undefined;
    const name = channel.name ?? "";
    const parentId = isThread(channel.type) && "parent_id" in channel ? (channel.parent_id ?? undefined) : undefined;
    const parent = parentId === undefined ? undefined : this.client.channels.cache.get(parentId);
    const own = { closed: !this.#everybodySees(channel), restricted: "nsfw" in channel && channel.nsfw === true };
    const home = parent ? ofCached(parent) : own;
    const about = channel.type === ChannelType.PrivateThread ? { ...home, closed: true } : home;
    return {
      ...(guild === undefined ? {} : { guild }),
      ...(parentId === undefined ? {} : { parent: parentId }),
      name,
      closed: about.closed,
      restricted: about.restricted,
    };
  }

  /** What a channel itself says of everybody, else what the server says; a channel that says nothing of either is taken for closed. */
  #everybodySees(channel: APIChannel): boolean {
    if (!("permission_overwrites" in channel) || !("guild_id" in channel) || channel.guild_id === undefined)
      return false;
    const everybody = channel.permission_overwrites?.find(({ id }) => id === channel.guild_id);
    const has = (bits: string | undefined): boolean =>
      readPermissions(bits)?.has(PermissionFlagsBits.ViewChannel, false) === true;
    if (has(everybody?.allow) || has(everybody?.deny)) return has(everybody?.allow);
    return (
      this.client.guilds.cache
        .get(channel.guild_id)
        ?.roles.everyone?.permissions.has(PermissionFlagsBits.ViewChannel) ?? false
    );
  }
}

function isThread(type: ChannelType): boolean {
  return [ChannelType.PublicThread, ChannelType.PrivateThread, ChannelType.AnnouncementThread].includes(type);
}

/** The channel in which a place's messages are, as Discord counts: a thread is one of its own. */
export function channelOf(channel: ChannelRef): string {
  return channel.thread ?? channel.id;
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

function everybodySees(guild: Guild, channelId: string): boolean {
  const found = guild.channels.cache.get(channelId);
  return found?.permissionsFor(guild.roles.everyone, false)?.has(PermissionFlagsBits.ViewChannel) ?? false;
}
