import { App } from "@slack/bolt";
import type { ChannelRef, Mentioned, MessageRef, User } from "../../domain/model.js";
import type { Chat, ChatHandlers, ChatHealth } from "../../port/adapter.js";
import type { ChannelInfo, ChatCapabilities } from "../../port/capabilities.js";
import { ChatError } from "../../port/chat-error.js";
import type { FoundReactions } from "../../port/events.js";
import type { OutgoingMessage, PictureSource } from "../../port/messages.js";
import type { NewestPicture } from "../../port/newest.js";
import { withTimeout } from "../../shared/async.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { findApi } from "./address.js";
import { clientOptions } from "./answers.js";
import { Channels } from "./channels.js";
import { CommandNames } from "./command-names.js";
import { toName } from "./emoji.js";
import { type EventTransport, makeInstaller, openTransport } from "./event-transport.js";
import { Files } from "./files.js";
import { Home } from "./home.js";
import { Incoming } from "./incoming.js";
import { defaultSlackLimits, MENU_CHOICES, REACTIONS, type SlackLimits, SQUARES } from "./limits.js";
import { sdkLogger } from "./logger.js";
import { readReactions } from "./message-actions.js";
import { doneAlready, Messenger } from "./messenger.js";
import { Newest } from "./newest.js";
import type { SlackChatOptions } from "./options.js";
import { Replies } from "./replies.js";
import { CLOSE_MS } from "./socket-mode.js";
import { Sources } from "./sources.js";
import { Users } from "./users.js";
import { stopped, type Workspace } from "./workspace.js";
import { Workspaces } from "./workspaces.js";

interface Running {
  /** Aborted when the adapter stops. */
  readonly stopping: AbortController;
  readonly transport: EventTransport;
  readonly workspaces: Workspaces;
  readonly incoming: Incoming;
  readonly messenger: Messenger;
  readonly replies: Replies;
  readonly sources: Sources;
  readonly channels: Channels;
  readonly users: Users;
}

/**
 * Slack, over Socket Mode or HTTP, for one workspace or several.
 *
 * @example
 * const chat = new SlackChat({ logger, botToken: "xoxb-...", appToken: "xapp-..." });
 * await chat.start(handlers);
 */
export class SlackChat implements Chat {
  readonly platform = "slack";
  readonly capabilities: ChatCapabilities;
  readonly #limits: SlackLimits;
  #running: Running | undefined;

  constructor(private readonly options: SlackChatOptions) {
    this.#limits = { ...defaultSlackLimits, ...options.limits };
    const { uploadBytes, editIntervalMs, textLength } = this.#limits;
    this.capabilities = {
      uploadBytes,
      editIntervalMs,
      textLength,
      reactions: REACTIONS,
      ownEmoji: true,
      squares: SQUARES,
      completions: MENU_CHOICES,
    };
  }

  /** The port of the HTTP server, where there is one; known once started. */
  get port(): number | undefined {
    return this.#running?.transport.port;
  }

  /** @throws ChatError when a token is wrong, Slack cannot be reached, or a port cannot be had. */
  async start(handlers: ChatHandlers): Promise<void> {
    if (this.#running) throw new ChatError("unavailable", "slack.running");
    const { botToken, appToken, signingSecret, oauth, logger, keyValues } = this.options;
    if (botToken === undefined && !oauth) throw new ChatError("forbidden", "slack.no-token");
    if (oauth && (oauth.clientSecret === "" || oauth.stateSecret === "")) {
      throw new ChatError("forbidden", "slack.no-secrets");
    }
    if (appToken === undefined && !signingSecret) throw new ChatError("forbidden", "slack.no-events");
    const limits = this.#limits;
    const apiUrl = await findApi(this.options.apiUrl, limits.callMs);
    const installer = oauth && makeInstaller(oauth, apiUrl, limits, logger);
    const transport = openTransport({ ...this.options, apiUrl }, limits, installer);
    const told = {
      slowedDown: (milliseconds: number) => handlers.slowedDown?.(milliseconds),
      recovered: () => handlers.recovered?.(),
    };
    const workspaces = new Workspaces({ botToken, installer, apiUrl, limits, logger, told, keyValues });
    try {
      await workspaces.open();
      const running = this.#assemble(handlers, transport, workspaces, apiUrl);
      // Events may come as soon as the transport is open.
      this.#running = running;
      await transport.start();
      void running.incoming.resume(running.stopping.signal);
    } catch (error) {
      this.#running = undefined;
      workspaces.close();
      throw error;
    }
  }

  #assemble(handlers: ChatHandlers, transport: EventTransport, workspaces: Workspaces, apiUrl: string): Running {
    const limits = this.#limits;
    const { logger, keyValues } = this.options;
    const { uploadBytes, callMs } = limits;
    const files = new Files(limits, logger);
    const users = new Users();
    const channels = new Channels(limits);
    const newest = new Newest();
    const { commands = "auto", commandPrefix = "" } = this.options;
    const known = handlers.commands.map(({ name }) => name);
    const names = new CommandNames(known, { commands, commandPrefix }, keyValues);
    const messenger = new Messenger(files, newest, names, limits, logger);
    const sources = new Sources(files, users, newest, apiUrl, this.options.fetchLink);
    const replies = new Replies({ messenger, files, names, callMs, logger });
    const home = new Home({ handlers, files, names, link: (message) => this.link(message), logger });
    transport.onLoss = () => newest.forget();
    const shared = { handlers, workspaces, users, channels, sources, newest, names, messenger, replies, home, logger };
    const incoming = new Incoming({ ...shared, apiUrl, uploadBytes }, keyValues);
    this.#listen(transport, workspaces, incoming, apiUrl);
    const stopping = new AbortController();
    return { stopping, transport, workspaces, incoming, messenger, replies, sources, channels, users };
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    running.stopping.abort();
    await running.transport.stop();
    await withTimeout(running.incoming.idle(), CLOSE_MS, () => undefined);
    this.#running = undefined;
    running.workspaces.close();
  }

  async post(channel: ChannelRef, message: OutgoingMessage): Promise<MessageRef> {
    const { messenger } = this.#need();
    return messenger.post(await this.#workspace(channel), channel, message);
  }

  async tell(user: Pick<User, "id">, about: ChannelRef, message: OutgoingMessage): Promise<MessageRef> {
    const { replies } = this.#need();
    return replies.directly({ workspace: await this.#workspace(about), user, channel: about }, message);
  }

  async edit(message: MessageRef, content: OutgoingMessage): Promise<void> {
    const { messenger } = this.#need();
    await messenger.edit(await this.#workspace(message.channel), message, content);
  }

  async remove(message: MessageRef): Promise<void> {
    const { messenger } = this.#need();
    await messenger.remove(await this.#workspace(message.channel), message);
  }

  async react({ channel, id: timestamp }: MessageRef, emoji: string): Promise<void> {
    const workspace = await this.#workspace(channel);
    const name = toName(emoji);
    if (name === undefined) throw new ChatError("unknown-emoji", "slack.no-emoji", { emoji });
    try {
      await workspace.call("reactions.add", { channel: channel.id, timestamp, name }, { repeatable: true });
    } catch (error) {
      if (!doneAlready(error)) throw error;
    }
  }

  async reactions(message: MessageRef, emoji: readonly string[]): Promise<FoundReactions> {
    const { users } = this.#need();
    return readReactions(await this.#workspace(message.channel), users, message, emoji);
  }

  /** Every message of Slack's can have answers; a thread has no title. */
  async openThread({ channel, id }: MessageRef): Promise<ChannelRef> {
    this.#need();
    return channel.thread === undefined ? { ...channel, thread: id } : channel;
  }

  async latestPicture(channel: ChannelRef): Promise<NewestPicture | undefined> {
    const { sources } = this.#need();
    return sources.latest(await this.#workspace(channel), channel);
  }

  async picturesOf(message: MessageRef): Promise<readonly PictureSource[]> {
    const { sources } = this.#need();
    return sources.of(await this.#workspace(message.channel), message);
  }

  async pictureOf(written: string, channel: ChannelRef): Promise<PictureSource | undefined> {
    const { sources } = this.#need();
    return sources.written(await this.#workspace(channel), written);
  }

  async findMentioned(mention: string, channel: ChannelRef): Promise<Mentioned | undefined> {
    const { users } = this.#need();
    if (mention.startsWith("<!subteam^")) throw new ChatError("forbidden", "slack.no-roles");
    const [, id, name] = /^<@([UW][A-Z0-9]+)(?:\|([^>]*))?>$/.exec(mention) ?? [];
    if (id === undefined) return undefined;
    const { user } = await users.get(await this.#workspace(channel), id, name || undefined);
    return { kind: "person", id, name: user.name };
  }

  async describe(channel: ChannelRef): Promise<ChannelInfo> {
    const { channels } = this.#need();
    return channels.describe(await this.#workspace(channel), channel);
  }

  async link({ channel, id: message_ts }: MessageRef): Promise<string | undefined> {
    const workspace = await this.#workspace(channel);
    const args = { channel: channel.id, message_ts };
    return (await workspace.call("chat.getPermalink", args, { repeatable: true })).permalink;
  }

  health(): ChatHealth {
    if (!this.#running) return { connected: false, detail: sentence("slack.not-running") };
    const { transport, workspaces } = this.#running;
    const { problem: detail } = workspaces;
    return detail === undefined ? transport.health : { connected: false, detail };
  }

  #listen({ receiver }: EventTransport, workspaces: Workspaces, incoming: Incoming, apiUrl: string): void {
    const app = new App({
      receiver,
      // Events of other bots and of its own are ignored one by one, where they are understood.
      ignoreSelf: false,
      convoStore: false,
      logger: sdkLogger(this.options.logger),
      clientOptions: clientOptions(apiUrl, this.#limits),
      authorize: async ({ teamId, enterpriseId, isEnterpriseInstall }) => {
        const workspace = await workspaces.from({ teamId, enterpriseId, isEnterpriseInstall });
        const { team, userId: botUserId, botId } = workspace.self;
        const botToken = await workspace.currentToken();
        return { botToken, teamId: teamId ?? team, botUserId, ...(botId !== undefined && { botId }) };
      },
    });
    incoming.listen(app);
  }

  #need(): Running {
    if (!this.#running) throw stopped();
    return this.#running;
  }

  async #workspace({ community }: ChannelRef): Promise<Workspace> {
    return this.#need().workspaces.of(community);
  }
}
