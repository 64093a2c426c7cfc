import { LRUCache } from "lru-cache";
import type { ChannelRef } from "../../domain/model.js";
import type { ChannelInfo } from "../../port/capabilities.js";
import { defined } from "../../shared/defined.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { isKind } from "./errors.js";
import type { SlackLimits } from "./limits.js";
import type { Workspace } from "./workspace.js";

interface Channel {
  readonly name: string;
  readonly closed: boolean;
  /** Whether the bot is in it; undefined where Slack does not tell. */
  readonly member: boolean | undefined;
  readonly archived?: true;
  /** It is shared with another organisation (Slack Connect). */
  readonly outsiders?: true;
}

const KEPT_MS = 60_000;
/** Before a command is handed on, Slack and the user wait. */
const PATIENCE_MS = 2_000;

/** Conversations, remembered for a minute: people invite the bot and try again. */
export class Channels {
  readonly #known = new LRUCache<string, Channel>({ max: 2_000, ttl: KEPT_MS, noDeleteOnStaleGet: true });
  /** Names from slash commands, for apps that may not ask. */
  readonly #names = new LRUCache<string, string>({ max: 2_000 });

  constructor(private readonly limits: SlackLimits) {}

  /** Notes what a slash command says of its channel. */
  note(workspace: Workspace, channel: string, name: string | undefined): void {
    if (name !== undefined) this.#names.set(`${workspace.self.team} ${channel}`, name);
  }

  async describe(workspace: Workspace, { id }: ChannelRef): Promise<ChannelInfo> {
    const { name, closed, archived, outsiders } = await this.#channel(workspace, id);
    const { uploadBytes } = this.limits;
    return { name, closed, restricted: false, uploadBytes, ...defined({ archived, outsiders }) };
  }

  /** False when the bot is certainly not in a channel, or it is a conversation of others; it cannot post there then. */
  async mayPost(workspace: Workspace, id: string): Promise<boolean> {
    try {
      return (await this.#channel(workspace, id, PATIENCE_MS)).member !== false;
    } catch (error) {
      return !isKind(error, "gone");
    }
  }

  async #channel(workspace: Workspace, id: string, patienceMs?: number): Promise<Channel> {
    const key = `${workspace.self.team} ${id}`;
    const known = this.#known.get(key);
    // A bot that is not a member may just have been invited.
    if (known && (patienceMs === undefined || known.member !== false)) return known;
    try {
      const channel = await this.#ask(workspace, id, patienceMs);
      this.#known.set(key, channel);
      return channel;
    } catch (error) {
      if (isKind(error, "gone")) throw error;
      return this.#known.get(key, { allowStale: true }) ?? this.#guess(workspace, id);
    }
  }

  async #ask(workspace: Workspace, id: string, patienceMs: number | undefined): Promise<Channel> {
    try {
      const options = { repeatable: true, patienceMs };
      const { channel } = await workspace.call("conversations.info", { channel: id }, options);
      const direct = channel?.is_im === true || channel?.is_mpim === true || id.startsWith("D");
      const name = direct || !channel?.name ? sentence("chat.direct-message") : `#${channel.name}`;
      const archived = channel?.is_archived ? (true as const) : undefined;
      const outsiders = channel?.is_ext_shared ? (true as const) : undefined;
      const closed = direct || channel?.is_private === true;
      return { name, closed, member: direct || channel?.is_member, ...defined({ archived, outsiders }) };
    } catch (error) {
      if (!isKind(error, "forbidden")) throw error;
      return this.#guess(workspace, id);
    }
  }

  /**
   * Without the permission to ask: a slash command calls private channels "privategroup". What is not known to be open
   * is closed.
   */
  #guess(workspace: Workspace, id: string): Channel {
    const name = this.#names.get(`${workspace.self.team} ${id}`);
    const open = id.startsWith("C") && name !== undefined && name !== "privategroup" && name !== "directmessage";
    const unnamed = id.startsWith("D") ? sentence("chat.direct-message") : sentence("slack.this-channel");
    return { name: open ? `#${name}` : unnamed, closed: !open, member: undefined };
  }
}
