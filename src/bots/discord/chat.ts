import { type Client, GatewayDispatchEvents } from "discord.js";
import type { ChannelRef } from "../../domain/channel.js";
import type { MessageRef } from "../../domain/message.js";
import type { Chat, ChatHandlers, ChatHealth } from "../../port/adapter.js";
import type { ChannelInfo, ChatCapabilities } from "../../port/capabilities.js";
import { ChatError } from "../../port/chat-error.js";
import type { OutgoingMessage, PictureSource } from "../../port/messages.js";
import { Calls } from "./calls.js";
import { Channels, channelOf, DIRECT, PLATFORM, UPLOAD_BYTES } from "./channels.js";
import { CONTENT_LENGTH } from "./compose.js";
import { connect, createClient } from "./connect.js";
import { ConnectionHealth } from "./connection-health.js";
import { definitions } from "./definitions.js";
import { Gateway } from "./gateway.js";
import { latestPicture } from "./history.js";
import { Interactions } from "./interactions.js";
import { Messages } from "./messages.js";
import { DEFAULT_TIMING, type DiscordOptions, type Timing } from "./options.js";
import { isEmptied, Pictures } from "./pictures.js";
import { listenToReactions } from "./reactions.js";
import { applicationId, register } from "./register.js";
import { openThread } from "./threads.js";

/** Room in a message for what is put around its text: names of those who are mentioned, a bar of progress, escapes. */
const AROUND_TEXT = 100;
/** Different reactions that Discord takes on a message. */
const REACTIONS = 20;
/** Choices that Discord shows while an option is typed. */
const COMPLETIONS = 25;

interface Session {
  readonly client: Client;
  readonly gateway: Gateway;
  readonly calls: Calls;
  readonly channels: Channels;
  readonly pictures: Pictures;
  readonly messages: Messages;
  readonly line: ConnectionHealth;
}

/**
 * Dreamloom in Discord: one application with its bot, in any number of servers.
 *
 * @example
 * const chat = new DiscordChat({ token: process.env.DISCORD_TOKEN ?? "", logger });
 * await chat.start(handlers);
 */
export class DiscordChat implements Chat {
  readonly platform = PLATFORM;
  readonly capabilities: ChatCapabilities;
  readonly #timing: Timing;
  #session: Session | undefined;

  constructor(private readonly options: DiscordOptions) {
    this.#timing = { ...DEFAULT_TIMING, ...options.timing };
    const { editIntervalMs } = this.#timing;
    this.capabilities = {
      uploadBytes: UPLOAD_BYTES,
      privateFileBytes: UPLOAD_BYTES,
      editIntervalMs,
      textLength: CONTENT_LENGTH - AROUND_TEXT,
      reactions: REACTIONS,
      completions: COMPLETIONS,
    };
  }

  /** @throws ChatError that tells what to mend: a wrong token, an intent that was not granted, no connection. */
  async start(handlers: ChatHandlers): Promise<void> {
    if (this.#session) throw new ChatError("unavailable", "discord.running");
    const { logger, keyValues } = this.options;
    const { appId, apiUrl } = this.options;
    const { resumeMs } = this.#timing;
    const gateway = new Gateway({
      logger,
      foreign: apiUrl !== undefined,
      resumeMs,
      ...(appId === undefined ? {} : { appId }),
    });
    const client = createClient(this.options, this.#timing, gateway);
    const calls = new Calls(client.rest, this.#timing, (milliseconds) => handlers.slowedDown?.(milliseconds), logger);
    const channels = new Channels(client, calls);
    const pictures = new Pictures(calls, () => client.user?.id);
    const messages = new Messages(client, calls);
    const post = (channel: ChannelRef, message: OutgoingMessage) => messages.post(channel, message);
    const interactions = new Interactions({
      handlers,
      channels,
      pictures,
      calls,
      timing: this.#timing,
      logger,
      post,
      direct: (user) => messages.direct(user),
      self: () => client.application?.id ?? "",
    });
    // Both as they come from the gateway, typed by Discord's own description: ids and names are all that is needed of them.
    gateway.on(GatewayDispatchEvents.InteractionCreate, (interaction) => void interactions.take(interaction));
    listenToReactions(gateway, { client, channels, handlers, logger });
    // Commands may come as soon as the gateway is open.
    this.#session = { client, gateway, calls, channels, pictures, messages, line: new ConnectionHealth(client) };
    try {
      await connect({ client, gateway, options: this.options, timing: this.#timing, logger });
    } catch (error) {
      this.#session = undefined;
      throw error;
    }
    try {
      const said = gateway.namesApplication ? client.application?.id : undefined;
      const application =
        said ?? appId ?? (await applicationId(calls).catch(() => undefined)) ?? client.application?.id ?? "";
      const told = await register(
        calls,
        { appId: application, apiUrl },
        definitions(handlers.commands, handlers.shortcuts),
        keyValues,
      );
      if (told) logger.info("Discord was told the commands");
    } catch (error) {
      // Those of the last time are still there; the rest of the bot works.
      logger.error({ err: error }, "Discord did not take the commands; dreamloom register tries again");
    }
    logger.info({ bot: client.user?.username, servers: client.guilds.cache.size }, "Discord is connected");
  }

  async stop(): Promise<void> {
    const session = this.#session;
    if (!session) return;
    this.#session = undefined;
    session.gateway.close();
    await session.calls.close();
    await session.client.destroy();
  }

  async post(channel: ChannelRef, message: OutgoingMessage): Promise<MessageRef> {
    return this.#connected.messages.post(channel, message);
  }

  async edit(message: MessageRef, content: OutgoingMessage): Promise<void> {
    return this.#connected.messages.edit(message, content);
  }

  async remove(message: MessageRef): Promise<void> {
    return this.#connected.messages.remove(message);
  }

  async react(message: MessageRef, emoji: string): Promise<void> {
    return this.#connected.messages.react(message, emoji);
  }

  async openThread(message: MessageRef, title: string): Promise<ChannelRef> {
    return openThread(this.#connected, message, title);
  }

  async latestPicture(channel: ChannelRef): Promise<PictureSource | undefined> {
    const { calls, pictures } = this.#connected;
    return latestPicture(calls, pictures, channel);
  }

  async picturesOf(ref: MessageRef): Promise<readonly PictureSource[]> {
    const { pictures } = this.#connected;
    const message = await pictures.message(ref);
    if (isEmptied(message)) throw new ChatError("forbidden", "discord.message-hidden");
    return pictures.ofMessage(message, ref);
  }

  async describe(channel: ChannelRef): Promise<ChannelInfo> {
    return this.#connected.channels.describe(channel);
  }

  async link({ channel, id }: MessageRef): Promise<string | undefined> {
    return `https://discord.com/channels/${channel.community || DIRECT}/${channelOf(channel)}/${id}`;
  }

  health(): ChatHealth {
    return this.#session?.line.health() ?? { connected: false };
  }

  get #connected(): Session {
    if (!this.#session) throw new ChatError("unavailable", "discord.not-running");
    return this.#session;
  }
}
