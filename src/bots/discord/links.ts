import { ChannelType, type Client, type GuildMember, PermissionFlagsBits } from "discord.js";
import type { ChannelRef, MessageRef, User } from "../../domain/model.js";
import { ChatError } from "../../port/chat-error.js";
import { withTimeout } from "../../shared/async.js";
import { type Channels, channelOf } from "./channels.js";
import { reckoned, seeingTakes } from "./permissions.js";

const HOST = /^((ptb|canary)\.)?discord(app)?\.com$/;
const PATH = /^\/channels\/(@me|\d+)\/(\d+)\/(\d+)\/?$/;
/** Discord is asked who the reader is; without an answer they may not read. */
const ASK_MS = 5_000;

/** Who pasted a link, and where. */
export interface Reader {
  readonly user: Pick<User, "id">;
  readonly channel: ChannelRef;
}

/**
 * The message that a link of Discord's own names; undefined for other links.
 *
 * @throws ChatError "forbidden" where the reader may not see that message for sure: the bot sees more than they do.
 */
export async function messageBehind(
  link: URL,
  { user, channel }: Reader,
  { client, channels }: { readonly client: Client; readonly channels: Channels },
): Promise<MessageRef | undefined> {
  const [, community = "", place = "", id = ""] = (HOST.test(link.hostname) && PATH.exec(link.pathname)) || [];
  if (id === "") return undefined;
  if (place === channelOf(channel)) return { channel, id };
  const there = await channels.locate(place, community);
  if (await mayRead(client, user.id, there)) return { channel: there, id };
  throw new ChatError("forbidden", "discord.link-hidden");
}

async function mayRead(client: Client, user: string, { community, id, thread }: ChannelRef): Promise<boolean> {
  const guild = client.guilds.cache.get(community);
  const channel = guild?.channels.cache.get(id);
  if (!guild || !channel) return false;
  if (thread !== undefined && !(await isPublic(client, thread))) return false;
  // Not from the cache: without a privileged intent it does not learn of roles that were taken away.
  const asked = guild.members.fetch({ user, force: true }).catch(() => undefined);
  const member = await withTimeout<GuildMember | undefined, undefined>(asked, ASK_MS, () => undefined);
  const permissions = member && reckoned(() => channel.permissionsFor(member));
  return permissions?.has([...seeingTakes(channel.type), PermissionFlagsBits.ReadMessageHistory]) === true;
}

/** Who is in a private thread is not known. */
async function isPublic(client: Client, thread: string): Promise<boolean> {
  const asked = client.channels.fetch(thread).catch(() => null);
  const channel = await withTimeout(asked, ASK_MS, () => null);
  return channel?.isThread() === true && channel.type !== ChannelType.PrivateThread;
}
