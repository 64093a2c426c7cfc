import { App } from "@slack/bolt";
import {
  type Chat,
  ChatError,
  type ChatHandlers,
  type ChatHealth,
  type ChatLimits,
  type MessageRef,
  type OutgoingMessage,
  type PictureSource,
  type Place,
  type PlaceInfo,
} from "../../port/chat.js";
import { findApi } from "./address.js";
import { fetchAnswer } from "./answers.js";
import { Places } from "./channels.js";
import { toName } from "./emoji.js";
import { type Line, openLine } from "./event-transport.js";
import { Files } from "./files.js";
import { findMessage, newest } from "./history.js";
import { Home } from "./home.js";
import { Incoming } from "./incoming.js";
import { sdkLogger } from "./logger.js";
import { doneAlready, Messenger } from "./messenger.js";
import { defaultSlackLimits, type SlackChatOptions, type SlackLimits } from "./options.js";
import { People } from "./people.js";
import { Replies } from "./replies.js";
import { Sources } from "./sources.js";
import { stopped, type Workspace } from "./workspace.js";
import { Workspaces } from "./workspaces.js";

interface Running {
  readonly line: Line;
  readonly workspaces: Workspaces;
  readonly incoming: Incoming;
  readonly messenger: Messenger;
  readonly sources: Sources;
  readonly places: Places;
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
  readonly limits: ChatLimits;
  readonly #limits: SlackLimits;
  #running: Running | undefined;

  constructor(private readonly options: SlackChatOptions) {
    this.#limits = { ...defaultSlackLimits, ...options.limits };
    const { uploadBytes, editIntervalMs, textLength } = this.#limits;
    this.limits = { uploadBytes, editIntervalMs, textLength };
  }

  /** The port of the HTTP server, where there is one; known once started. */
  get port(): number | undefined {
    return this.#running?.line.port;
  }

  /** @throws ChatError when a token is wrong, Slack cannot be reached, or a port cannot be had. */
  async start(handlers: ChatHandlers): Promise<void> {
    if (this.#running) throw new ChatError("unavailable", "The Slack bot is running already.");
    const { botToken, appToken, signingSecret, oauth, logger } = this.options;
    if (botToken === undefined && !oauth)
      throw new ChatError("forbidden", "Slack needs SLACK_BOT_TOKEN, or SLACK_CLIENT_ID and its secrets.");
    if (oauth && (oauth.clientSecret === "" || oauth.stateSecret === "")) {
      throw new ChatError(
        "forbidden",
        "Slack needs SLACK_CLIENT_SECRET and SLACK_STATE_SECRET beside SLACK_CLIENT_ID.",
      );
    }
    if (appToken === undefined && !signingSecret) {
      throw new ChatError(
        "forbidden",
        "Slack needs SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for events by HTTP.",
      );
    }
    const limits = this.#limits;
    const apiUrl = await findApi(this.options.apiUrl, limits.callMs);
    const line = openLine({ ...this.options, apiUrl }, limits);
    const slowedDown = (milliseconds: number) => handlers.slowedDown?.(milliseconds);
    const workspaces = new Workspaces({
      botToken,
      installer: () => line.installer,
      apiUrl,
      limits,
      logger,
      slowedDown,
      memo: this.options.memo,
    });
    try {
      await workspaces.open();
      const files = new Files(limits, logger);
      const people = new People();
      const places = new Places(limits);
      const messenger = new Messenger(files, limits, logger);
      const sources = new Sources({ files, people, apiUrl });
      const replies = new Replies({ messenger, files, callMs: limits.callMs, logger });
      const home = new Home({ handlers, files, link: (message) => this.link(message), logger });
      const incoming = new Incoming({
        handlers,
        workspaces,
        people,
        places,
        sources,
        messenger,
        replies,
        home,
        apiUrl,
        memo: this.options.memo,
        logger,
        uploadBytes: limits.uploadBytes,
      });
      this.#listen(line, workspaces, incoming, apiUrl);
      // Events may come as soon as the line is open.
      this.#running = { line, workspaces, incoming, messenger, sources, places };
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

  async post(place: Place, message: OutgoingMessage): Promise<MessageRef> {
    const { messenger } = this.#need();
    return messenger.post(await this.#workspace(place), place, message);
  }

  async edit(message: MessageRef, content: OutgoingMessage): Promise<void> {
    const { messenger } = this.#need();
    await messenger.edit(await this.#workspace(message.place), message, content);
  }

  async remove(message: MessageRef): Promise<void> {
    const { messenger } = this.#need();
    await messenger.remove(await this.#workspace(message.place), message);
  }

  async react({ place, id }: MessageRef, emoji: string): Promise<void> {
    const workspace = await this.#workspace(place);
    const name = toName(emoji);
    if (name === undefined) throw new ChatError("forbidden", `Slack has no ${emoji} to react with.`);
    try {
      const reaction = { channel: place.channel, timestamp: id, name };
      await workspace.call("reactions.add", (client, token) => client.reactions.add({ token, ...reaction }), {
        repeatable: true,
      });
    } catch (error) {
      if (!doneAlready(error)) throw error;
    }
  }

  /** Every message of Slack's can have answers; a thread has no title. */
  async openThread({ place, id }: MessageRef): Promise<Place> {
    this.#need();
    return place.thread === undefined ? { ...place, thread: id } : place;
  }

  async latestPicture(place: Place): Promise<PictureSource | undefined> {
    const { sources } = this.#need();
    const workspace = await this.#workspace(place);
    const message = await newest(workspace, place, ({ pictures }) => pictures.length > 0);
    if (!message) return undefined;
    return (await sources.ofMessage(workspace, message, { place, id: message.ts })).at(-1);
  }

  async picturesOf(message: MessageRef): Promise<readonly PictureSource[]> {
    const { sources } = this.#need();
    const workspace = await this.#workspace(message.place);
    const found = await findMessage(workspace, message);
    if (!found) throw new ChatError("gone", "The message is no longer there.");
    return sources.ofMessage(workspace, found, message);
  }

  async describe(place: Place): Promise<PlaceInfo> {
    const { places } = this.#need();
    return places.describe(await this.#workspace(place), place);
  }

  async link({ place, id }: MessageRef): Promise<string | undefined> {
    const workspace = await this.#workspace(place);
    const { permalink } = await workspace.call(
      "chat.getPermalink",
      (client, token) => client.chat.getPermalink({ token, channel: place.channel, message_ts: id }),
      { repeatable: true },
    );
    return permalink;
  }

  health(): ChatHealth {
    return this.#running?.line.health ?? { connected: false, detail: "not running" };
  }

  #listen(line: Line, workspaces: Workspaces, incoming: Incoming, apiUrl: string): void {
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

  async #workspace({ community }: Place): Promise<Workspace> {
    return this.#need().workspaces.of(community);
  }
}
