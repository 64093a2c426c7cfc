import { type Client, Events, GatewayDispatchEvents } from "discord.js";
import type { ChannelRef, Mentioned, MessageRef, User } from "../../domain/model.js";
import type { Chat, ChatHandlers, ChatHealth } from "../../port/adapter.js";
import type { ChannelInfo, ChatCapabilities } from "../../port/capabilities.js";
import { ChatError } from "../../port/chat-error.js";
import type { FoundReactions } from "../../port/events.js";
import type { OutgoingMessage, PictureSource } from "../../port/messages.js";
import type { NewestPicture } from "../../port/newest.js";
import { retryWithBackoff } from "../../shared/async.js";
import { Inbox } from "../inbox.js";
import { Calls } from "./calls.js";
import { Channels, linkTo, PLATFORM } from "./channels.js";
import { connect, createClient } from "./connect.js";
import { ConnectionHealth } from "./connection-health.js";
import { definitions } from "./definitions.js";
import { closeError } from "./errors.js";
import { Gateway } from "./gateway.js";
import { Guests, notHere } from "./guests.js";
import { latestPicture } from "./history.js";
import { Interactions } from "./interactions.js";
import { CHOICES, CONTENT_LENGTH, DEFAULT_TIMING, REACTIONS, SQUARES, type Timing, UPLOAD_BYTES } from "./limits.js";
import { listenToLines } from "./lines.js";
import { messageBehind, type Reader } from "./links.js";
import { Messages } from "./messages.js";
import type { DiscordOptions } from "./options.js";
import { OwnEmoji } from "./own-emoji.js";
import { Penalties } from "./penalties.js";
import { Pictures } from "./pictures.js";
import { listenToReactions, readReactions } from "./reactions.js";
import { applicationId, register } from "./register.js";
import type { DiscordUnread } from "./reporter.js";
import { openThread } from "./threads.js";
import { writtenPicture } from "./user-menus.js";
import { findMentioned } from "./users.js";

/** Room in a message for what is added to its text: mentions, a progress bar, escapes. */
const AROUND_TEXT = 100;
/** Waits between attempts to connect with another number of shards. */
const RECONNECT_MS = 1_000;
const LONGEST_RECONNECT_MS = 300_000;

interface Session {
  readonly client: Client;
  readonly gateway: Gateway;
  readonly calls: Calls;
  readonly channels: Channels;
  readonly pictures: Pictures;
  readonly messages: Messages;
  readonly interactions: Interactions;
  readonly guests: Guests;
  readonly connection: ConnectionHealth;
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
  /** The session that another one is about to take the place of. */
  #again: Session | undefined;
  #stopping = new AbortController();

  constructor(private readonly options: DiscordOptions) {
    this.#timing = { ...DEFAULT_TIMING, ...options.timing };
    const { editIntervalMs } = this.#timing;
    this.capabilities = {
      uploadBytes: UPLOAD_BYTES,
      privateFileBytes: UPLOAD_BYTES,
      editIntervalMs,
      textLength: CONTENT_LENGTH - AROUND_TEXT,
      reactions: REACTIONS,
      ownEmoji: true,
      squares: SQUARES,
      completions: CHOICES,
    };
  }

  /** @throws ChatError that says what to change: a wrong token, an intent that was not granted, no connection. */
  async start(handlers: ChatHandlers): Promise<void> {
    if (this.#session) throw new ChatError("unavailable", "discord.running");
    const { logger } = this.options;
    const session = this.#assemble(handlers);
    // Commands may come as soon as the gateway is open.
    this.#session = session;
    this.#stopping = new AbortController();
    try {
      await this.#connect(session, handlers);
    } catch (error) {
      this.#session = undefined;
      await session.calls.close();
      throw error;
    }
    const { client } = session;
    void session.interactions.resume(this.#stopping.signal);
    await this.#register(session, handlers).catch((err: unknown) =>
      // Those of the last time are still there; the rest of the bot works.
      logger.error({ err }, "Discord did not take the commands; dreamloom register tries again"),
    );
    logger.info({ bot: client.user?.username, servers: client.guilds.cache.size }, "Discord is connected");
  }

  #assemble(handlers: ChatHandlers): Session {
    const { logger, apiUrl, appId, keyValues } = this.options;
    const timing = this.#timing;
    const gateway = new Gateway({ logger, appId, foreign: apiUrl !== undefined, resumeMs: timing.resumeMs });
    const penalties = new Penalties();
    const client = createClient(this.options, timing, gateway, penalties);
    const slowedDown = (milliseconds: number) => handlers.slowedDown?.(milliseconds);
    const recovered = () => handlers.recovered?.();
    const calls = new Calls(client.rest, timing, { slowedDown, recovered, penalties, logger });
    const channels = new Channels(client, calls);
    const pictures = new Pictures(calls, client.rest.cdn, () => client.user?.id);
    const ownEmoji = new OwnEmoji(client);
    const messages = new Messages(client, calls, ownEmoji);
    const inbox = new Inbox<DiscordUnread>(PLATFORM, keyValues, logger);
    const guests = new Guests(calls);
    const interactions = new Interactions({
      handlers,
      channels,
      pictures,
      cdn: client.rest.cdn,
      inbox,
      calls,
      ownEmoji,
      timing,
      logger,
      guests,
      post: (channel, message) => (guests.has(channel) ? guests : messages).post(channel, message),
      find: (channel, composed, after) => messages.find(channel, composed, after),
      direct: (user) => messages.direct(user),
      self: () => client.application?.id ?? "",
    });
    // Both as they come from the gateway, typed by Discord's own description: ids and names are all that is needed.
    gateway.on(GatewayDispatchEvents.InteractionCreate, (interaction) => void interactions.take(interaction));
    listenToReactions(gateway, { client, channels, handlers, logger });
    listenToLines(gateway, { client, channels, handlers, pictures, inbox, messages, logger });
    const connection = new ConnectionHealth(client, recovered);
    return { client, gateway, calls, channels, pictures, messages, guests, interactions, connection };
  }

  async #connect(session: Session, handlers: ChatHandlers): Promise<void> {
    const { options } = this;
    const { signal } = this.#stopping;
    await connect({ ...session, options, timing: this.#timing, logger: options.logger, signal });
    session.client.on(Events.ShardDisconnect, ({ code }) => {
      if (closeError(code)?.kind === "unavailable") void this.#connectAgain(session, handlers);
    });
  }

  /** Discord wants another number of shards: all are opened again. Its REST interface is used all the while. */
  async #connectAgain(before: Session, handlers: ChatHandlers): Promise<void> {
    if (this.#session !== before || this.#again === before) return;
    this.#again = before;
    const { logger, token } = this.options;
    const { signal } = this.#stopping;
    before.gateway.close();
    await before.client.destroy();
    // Answers under way, and those that come until the shards are open.
    before.client.rest.setToken(token);
    const open = async () => {
      const session = this.#assemble(handlers);
      await this.#connect(session, handlers);
      this.#session = session;
      logger.info({ shards: session.client.ws.shards.size }, "Discord is connected with another number of shards");
    };
    const mayPass = (err: unknown) => {
      logger.error({ err }, "Discord could not be connected again");
      return !signal.aborted && err instanceof ChatError && err.kind !== "forbidden";
    };
    const policy = { firstMs: RECONNECT_MS, longestMs: LONGEST_RECONNECT_MS, signal, mayPass };
    await retryWithBackoff(open, policy).catch((error: unknown) => before.connection.refuse(error));
  }

  async #register({ client, gateway, calls }: Session, handlers: ChatHandlers): Promise<void> {
    const { appId: given, apiUrl, keyValues, logger } = this.options;
    const named = gateway.namesApplication ? client.application?.id : undefined;
    const asked = named ?? given ?? (await applicationId(calls).catch(() => undefined));
    const appId = asked ?? client.application?.id ?? "";
    const changed = await register(calls, { appId, apiUrl }, definitions(handlers), keyValues);
    if (changed) logger.info("Discord was told the commands");
  }

  async stop(): Promise<void> {
    const session = this.#session;
    if (!session) return;
    this.#session = undefined;
    this.#stopping.abort(new ChatError("unavailable", "discord.not-running"));
    session.gateway.close();
    await session.calls.close();
    await session.client.destroy();
  }

  async post(channel: ChannelRef, message: OutgoingMessage): Promise<MessageRef> {
    return this.#wayTo(channel).post(channel, message);
  }

  async tell({ id }: Pick<User, "id">, { community }: ChannelRef, message: OutgoingMessage): Promise<MessageRef> {
    const { messages } = this.#connected;
    return messages.post(await messages.direct(id), message, community);
  }

  async edit(message: MessageRef, content: OutgoingMessage): Promise<void> {
    return this.#wayTo(message.channel).edit(message, content);
  }

  async remove(message: MessageRef): Promise<void> {
    return this.#wayTo(message.channel).remove(message);
  }

  async react(message: MessageRef, emoji: string): Promise<void> {
    return this.#wayTo(message.channel).react(message, emoji);
  }

  async reactions(message: MessageRef, emoji: readonly string[]): Promise<FoundReactions> {
    const { calls, pictures } = this.#connected;
    return readReactions(calls, await pictures.message(message), message, emoji);
  }

  async openThread(message: MessageRef, title: string): Promise<ChannelRef> {
    const { guests } = this.#connected;
    return guests.has(message.channel) ? message.channel : openThread(this.#connected, message, title);
  }

  async latestPicture(channel: ChannelRef): Promise<NewestPicture | undefined> {
    const { calls, pictures, guests } = this.#connected;
    if (guests.has(channel)) throw notHere();
    return latestPicture(calls, pictures, channel);
  }

  async picturesOf(ref: MessageRef): Promise<readonly PictureSource[]> {
    const { pictures, guests } = this.#connected;
    if (guests.has(ref.channel)) throw notHere();
    const message = await pictures.message(ref);
    if (pictures.isEmptied(message)) throw new ChatError("forbidden", "discord.message-hidden");
    return pictures.ofMessage(message, ref);
  }

  async picturesBehind(link: URL, reader: Reader): Promise<readonly PictureSource[] | undefined> {
    const message = await messageBehind(link, reader, this.#connected);
    if (!message) return undefined;
    const pictures = await this.picturesOf(message);
    if (pictures.length === 0) throw new ChatError("gone", "chat.no-image");
    return pictures;
  }

  async pictureOf(written: string, { community }: ChannelRef): Promise<PictureSource | undefined> {
    return writtenPicture(this.#connected.client, written, community);
  }

  async findMentioned(mention: string, { community }: ChannelRef): Promise<Mentioned | undefined> {
    return findMentioned(this.#connected.client, mention, community);
  }

  async describe(channel: ChannelRef): Promise<ChannelInfo> {
    const { channels, guests } = this.#connected;
    const info = await channels.describe(channel);
    return guests.has(channel) ? { ...info, closed: true, reactions: false } : info;
  }

  async link({ channel, id }: MessageRef): Promise<string | undefined> {
    return linkTo(channel, id);
  }

  health(): ChatHealth {
    if (!this.#session) return { connected: false };
    const { connection, calls } = this.#session;
    const line = connection.health();
    const { problem } = calls;
    return problem === undefined ? line : { ...line, connected: false, detail: problem };
  }

  #wayTo(channel: ChannelRef): Pick<Messages, "post" | "edit" | "remove" | "react"> {
    const { guests, messages } = this.#connected;
    return guests.has(channel) ? guests : messages;
  }

  get #connected(): Session {
    if (!this.#session) throw new ChatError("unavailable", "discord.not-running");
    return this.#session;
  }
}
