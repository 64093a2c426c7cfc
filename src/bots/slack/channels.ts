import { LRUCache } from "lru-cache";
import type { ChannelRef } from "../../domain/channel.js";
import type { ChannelInfo } from "../../port/capabilities.js";
import { ChatError } from "../../port/chat-error.js";
import type { SlackLimits } from "./options.js";
import type { Workspace } from "./workspace.js";

interface Channel {
  readonly name: string;
  readonly closed: boolean;
  /** Whether the bot is in it; undefined where Slack does not tell. */
  readonly member: boolean | undefined;
}

const KEPT_MS = 60_000;
/** Before a command is handed on, Slack and the person wait. */
const PATIENCE_MS = 2_000;

/** Conversations, remembered for a minute: people invite the bot and try again. */
export class Channels {
  readonly #known = new LRUCache<string, { readonly at: number; readonly channel: Channel }>({ max: 2_000 });
  /** Names from slash commands, for apps that may not ask. */
  readonly #names = new LRUCache<string, string>({ max: 2_000 });

  constructor(private readonly limits: SlackLimits) {}

  /** Notes what a slash command says of its channel. */
  note(workspace: Workspace, channel: string, name: string | undefined): void {
    if (name !== undefined) this.#names.set(`${workspace.self.team} ${channel}`, name);
  }

  async describe(workspace: Workspace, { id: channel }: ChannelRef): Promise<ChannelInfo> {
    const { name, closed } = await this.#channel(workspace, channel);
    return { name, closed, restricted: false, uploadBytes: this.limits.uploadBytes };
  }

  /** False when the bot is certainly not in a channel; it cannot post there then. */
  async mayPost(workspace: Workspace, channel: string): Promise<boolean> {
    if (channel.startsWith("D")) {
      // A direct message between two people cannot be told from one with the bot by its id.
      return this.#channel(workspace, channel, PATIENCE_MS).then(
        () => true,
        (error: unknown) => !(error instanceof ChatError && error.kind === "gone"),
      );
    }
    try {
      return (await this.#channel(workspace, channel, PATIENCE_MS)).member !== false;
    } catch (error) {
      return !(error instanceof ChatError && error.kind === "gone");
    }
  }

  async #channel(workspace: Workspace, id: string, patienceMs?: number): Promise<Channel> {
    const key = `${workspace.self.team} ${id}`;
    const known = this.#known.get(key);
    // That the bot is missing is mended by an invitation, after which people try again at once.
    if (known && known.at > Date.now() - KEPT_MS && (patienceMs === undefined || known.channel.member !== false))
      return known.channel;
    try {
      const channel = await this.#ask(workspace, id, patienceMs);
      this.#known.set(key, { at: Date.now(), channel });
      return channel;
    } catch (error) {
      if (error instanceof ChatError && error.kind === "gone") throw error;
      // Trouble that passes holds up nobody.
      return known?.channel ?? this.#guess(workspace, id);
    }
  }

  async #ask(workspace: Workspace, id: string, patienceMs: number | undefined): Promise<Channel> {
    try {
      const options = { repeatable: true, ...(patienceMs === undefined ? {} : { patienceMs }) };
      const { channel } = await workspace.call(
        "conversations.info",
        (client, token) => client.conversations.info({ token, channel: id }),
        options,
      );
      const direct = channel?.is_im === true || channel?.is_mpim === true;
      const name = direct || !channel?.name ? "a direct message" : `#${channel.name}`;
      return { name, closed: direct || channel?.is_private === true, member: direct ? true : channel?.is_member };
    } catch (error) {
      if (!(error instanceof ChatError && error.kind === "forbidden")) throw error;
      return this.#guess(workspace, id);
    }
  }

  /** Without the permission to ask: a slash command calls private channels "privategroup". What is not known to be open is closed. */
  #guess(workspace: Workspace, id: string): Channel {
    const name = this.#names.get(`${workspace.self.team} ${id}`);
    const open = id.startsWith("C") && name !== undefined && name !== "privategroup" && name !== "directmessage";
    return {
      name: open ? `#${name}` : id.startsWith("D") ? "a direct message" : "this channel",
      closed: !open,
      member: undefined,
    };
  }
}
