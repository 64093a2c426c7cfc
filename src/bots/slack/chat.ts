import { App } from "@slack/bolt";
import type { ChannelRef } from "../../domain/channel.js";
import type { MessageRef } from "../../domain/message.js";
import type { Chat, ChatHandlers, ChatHealth } from "../../port/adapter.js";
import type { ChannelInfo, ChatCapabilities } from "../../port/capabilities.js";
import { ChatError } from "../../port/chat-error.js";
import type { OutgoingMessage, PictureSource } from "../../port/messages.js";
import { findApi } from "./address.js";
import { fetchAnswer } from "./answers.js";
import { Channels } from "./channels.js";
import { toName } from "./emoji.js";
import { type EventTransport, openTransport } from "./event-transport.js";
import { Files } from "./files.js";
import { findMessage, newest } from "./history.js";
import { Home } from "./home.js";
import { Incoming } from "./incoming.js";
import { sdkLogger } from "./logger.js";
import { doneAlready, Messenger } from "./messenger.js";
import { defaultSlackLimits, type SlackChatOptions, type SlackLimits } from "./options.js";
import { Replies } from "./replies.js";
import { Sources } from "./sources.js";
import { Users } from "./users.js";
import { stopped, type Workspace } from "./workspace.js";
import { Workspaces } from "./workspaces.js";

interface Running {
  readonly line: EventTransport;
  readonly workspaces: Workspaces;
  readonly incoming: Incoming;
  readonly messenger: Messenger;
  readonly sources: Sources;
  readonly channels: Channels;
}

/** Different reactions that one user can put on a message. */
const REACTIONS = 23;
/** Entries that a menu with suggestions shows. */
const COMPLETIONS = 100;

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
    this.capabilities = { uploadBytes, editIntervalMs, textLength, reactions: REACTIONS, completions: COMPLETIONS };
  }

  /** The port of the HTTP server, where there is one; known once started. */
  get port(): number | undefined {
    return this.#running?.line.port;
  }

  /** @throws ChatError when a token is wrong, Slack cannot be reached, or a port cannot be had. */
  async start(handlers: ChatHandlers): Promise<void> {
    if (this.#running) throw new ChatError("unavailable", "slack.running");
    const { botToken, appToken, signingSecret, oauth, logger } = this.options;
    if (botToken === undefined && !oauth) throw new ChatError("forbidden", "slack.no-token");
    if (oauth && (oauth.clientSecret === "" || oauth.stateSecret === "")) {
      throw new ChatError("forbidden", "slack.no-secrets");
    }
    if (appToken === undefined && !signingSecret) {
      throw new ChatError("forbidden", "slack.no-events");
    }
    const limits = this.#limits;
    const apiUrl = await findApi(this.options.apiUrl, limits.callMs);
    const line = openTransport({ ...this.options, apiUrl }, limits);
    const slowedDown = (milliseconds: number) => handlers.slowedDown?.(milliseconds);
    const workspaces = new Workspaces({
      botToken,
      installer: () => line.installer,
      apiUrl,
      limits,
      logger,
      slowedDown,
      keyValues: this.options.keyValues,
    });
    try {
      await workspaces.open();
      const files = new Files(limits, logger);
      const users = new Users();
      const channels = new Channels(limits);
      const messenger = new Messenger(files, limits, logger);
      const sources = new Sources({ files, users, apiUrl });
      const replies = new Replies({ messenger, files, callMs: limits.callMs, logger });
      const home = new Home({ handlers, files, link: (message) => this.link(message), logger });
      const incoming = new Incoming({
        handlers,
        workspaces,
        users,
        channels,
        sources,
        messenger,
        replies,
        home,
        apiUrl,
        keyValues: this.options.keyValues,
        logger,
        uploadBytes: limits.uploadBytes,
      });
      this.#listen(line, workspaces, incoming, apiUrl);
      // Events may come as soon as the line is open.
      this.#running = { line, workspaces, incoming, messenger, sources, channels };
      await line.start();
    } catch (error) {
      this.#running = undefined;
      workspaces.close();
      throw error;
    }
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    await running.line.stop();
    await running.incoming.idle();
    this.#running = undefined;
    running.workspaces.close();
  }

  async post(channel: ChannelRef, message: OutgoingMessage): Promise<MessageRef> {
    const { messenger } = this.#need();
    return messenger.post(await this.#workspace(channel), channel, message);
  }

  async edit(message: MessageRef, content: OutgoingMessage): Promise<void> {
    const { messenger } = this.#need();
    await messenger.edit(await this.#workspace(message.channel), message, content);
  }

  async remove(message: MessageRef): Promise<void> {
    const { messenger } = this.#need();
    await messenger.remove(await this.#workspace(message.channel), message);
  }

  async react({ channel, id }: MessageRef, emoji: string): Promise<void> {
    const workspace = await this.#workspace(channel);
    const name = toName(emoji);
    if (name === undefined) throw new ChatError("forbidden", "slack.no-emoji", { emoji });
    try {
      const reaction = { channel: channel.id, timestamp: id, name };
      await workspace.call("reactions.add", (client, token) => client.reactions.add({ token, ...reaction }), {
        repeatable: true,
      });
    } catch (error) {
      if (!doneAlready(error)) throw error;
    }
  }

  /** Every message of Slack's can have answers; a thread has no title. */
  async openThread({ channel, id }: MessageRef): Promise<ChannelRef> {
    this.#need();
    return channel.thread === undefined ? { ...channel, thread: id } : channel;
  }

  async latestPicture(channel: ChannelRef): Promise<PictureSource | undefined> {
    const { sources } = this.#need();
    const workspace = await this.#workspace(channel);
    const message = await newest(workspace, channel, ({ pictures }) => pictures.length > 0);
    if (!message) return undefined;
    return (await sources.ofMessage(workspace, message, { channel, id: message.ts })).at(-1);
  }

  async picturesOf(message: MessageRef): Promise<readonly PictureSource[]> {
    const { sources } = this.#need();
    const workspace = await this.#workspace(message.channel);
    const found = await findMessage(workspace, message);
    if (!found) throw new ChatError("gone", "slack.message-gone");
    return sources.ofMessage(workspace, found, message);
  }

  async describe(channel: ChannelRef): Promise<ChannelInfo> {
    const { channels } = this.#need();
    return channels.describe(await this.#workspace(channel), channel);
  }

  async link({ channel, id }: MessageRef): Promise<string | undefined> {
    const workspace = await this.#workspace(channel);
    const { permalink } = await workspace.call(
      "chat.getPermalink",
      (client, token) => client.chat.getPermalink({ token, channel: channel.id, message_ts: id }),
      { repeatable: true },
    );
    return permalink;
  }

  health(): ChatHealth {
    return this.#running?.line.health ?? { connected: false, detail: "not running" };
  }

  #listen(line: EventTransport, workspaces: Workspaces, incoming: Incoming, apiUrl: string): void {
    const { logger } = this.options;
    const app = new App({
      receiver: line.receiver,
      socketMode: this.options.appToken !== undefined,
      // Events of other bots and of its own are passed over one by one, where they are understood.
      ignoreSelf: false,
      convoStore: false,
      logger: sdkLogger(logger),
      clientOptions: {
        slackApiUrl: apiUrl,
        fetch: fetchAnswer,
        timeout: this.#limits.callMs,
        retryConfig: { retries: 0 },
      },
      authorize: async ({ teamId, enterpriseId, isEnterpriseInstall }) => {
        const workspace = await workspaces.from({ teamId, enterpriseId, isEnterpriseInstall });
        const { self } = workspace;
        const ids = { botUserId: self.userId, ...(self.botId === undefined ? {} : { botId: self.botId }) };
        return { botToken: await workspace.currentToken(), teamId: teamId ?? self.team, ...ids };
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
