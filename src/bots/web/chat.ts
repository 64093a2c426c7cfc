import { createHmac } from "node:crypto";
import type { AddressInfo, Socket } from "node:net";
import { basename, join, resolve } from "node:path";
import type { FastifyInstance } from "fastify";
import { type ChannelRef, isResult, type Mentioned, type MessageRef, type User } from "../../domain/model.js";
import type { Chat, ChatHandlers, ChatHealth } from "../../port/adapter.js";
import type { ChannelInfo, ChatCapabilities } from "../../port/capabilities.js";
import { ChatError } from "../../port/chat-error.js";
import type { FoundReactions } from "../../port/events.js";
import type { OutgoingMessage, PictureSource } from "../../port/messages.js";
import { type NewestPicture, newestOf, type ShownPicture, shownTogether } from "../../port/newest.js";
import { withTimeout } from "../../shared/async.js";
import { defined } from "../../shared/defined.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { StoreError } from "../../shared/store-error.js";
import { sameEmoji } from "../../shared/typed.js";
import { Inbox } from "../inbox.js";
import { isLoopback, memberOf } from "./addresses.js";
import type { WebServices } from "./api.js";
import { Budgets } from "./budgets.js";
import { ChannelHub, ref, toId } from "./channel-hub.js";
import { findClientDir, stylesheetOf } from "./client-files.js";
import { Conversation, type WebUnread } from "./conversation.js";
import { ImageFiles } from "./image-files.js";
import { COMPLETIONS, defaultWebChatLimits, REACTIONS, SQUARES, type WebChatLimits } from "./limits.js";
import { MessageSearch } from "./message-search.js";
import type { WebChatOptions } from "./options.js";
import type { PublicDoor } from "./public-gallery.js";
import { applyRetention, type ChatRetentionLimits, repeatRetention } from "./retention.js";
import { buildServer } from "./server.js";
import { Sessions } from "./sessions.js";
import { signInBy } from "./sign-in.js";
import { Sockets } from "./sockets.js";
import { KeyValues, Sql } from "./sql.js";
import { ChatStore } from "./store.js";
import { ThreadMarks } from "./thread-marks.js";
import { botId, Users } from "./users.js";
import { welcome } from "./welcome.js";

const BOT_NAME = "Dreamloom";
/** How long connections may take to end by themselves. */
const STOP_MS = 2000;
/** Messages that are read at a time in search of the newest image. */
const NEWEST_PAGE = 50;

interface Running {
  /** Aborted when the adapter stops. */
  readonly stopping: AbortController;
  readonly hub: ChannelHub;
  readonly sql: Sql;
  readonly sessions: Sessions;
  readonly addressKey: string;
  readonly sockets: ReadonlySet<Socket>;
  readonly app: FastifyInstance;
}

/**
 * The embedded chat: a web page that needs no account, served by this process.
 *
 * @example
 * const chat = new WebChat({ dataDir: "data", logger, samplePicture: "config/sample.jpg" });
 * await chat.start(handlers);
 * logger.info(`open ${chat.address}`);
 */
export class WebChat implements Chat {
  readonly platform = "web";
  readonly capabilities: ChatCapabilities;
  readonly #limits: WebChatLimits;
  #running: Running | undefined;
  #address: string | undefined;
  /** Why the last start has come to nothing, where the chat's own files were at fault. */
  #fault: string | undefined;

  constructor(private readonly options: WebChatOptions) {
    this.#limits = { ...defaultWebChatLimits, ...options.limits };
    const { uploadBytes, editIntervalMs, textLength } = this.#limits;
    this.capabilities = {
      uploadBytes,
      privateFileBytes: uploadBytes,
      editIntervalMs,
      textLength,
      reactions: REACTIONS,
      squares: SQUARES,
      countdowns: true,
      completions: COMPLETIONS,
      admin: true,
      local: true,
    };
  }

  /** Where people open the chat, for instance "http://127.0.0.1:3000"; known once started. */
  get address(): string {
    if (this.#address === undefined) throw new ChatError("unavailable", "web.not-started");
    return this.#address;
  }

  /** @throws ChatError "unavailable" when the port cannot be had, or the chat's own files cannot be used. */
  async start(handlers: ChatHandlers): Promise<void> {
    if (this.#running) throw new ChatError("unavailable", "web.running");
    const { dataDir, logger, host = "127.0.0.1", port = 3000 } = this.options;
    const sql = this.#open(join(dataDir, "web-chat.sqlite"));
    const files = new ImageFiles(resolve(dataDir, "pictures"), this.#limits.uploadPixels);
    const store = new ChatStore(sql);
    const users = new Users(sql);
    const hub = new ChannelHub({
      store,
      users,
      search: new MessageSearch(sql),
      marks: new ThreadMarks(sql),
      files,
      sockets: new Sockets(this.#limits, () => store.synced(), logger),
      logger,
      limits: this.#limits,
    });
    try {
      const stopping = new AbortController();
      await this.#prepare(hub, stopping.signal);
      const conversation = this.#converse(hub, sql, handlers);
      const sessions = this.#sessions(store, users);
      const app = await this.#serve({ hub, conversation, sessions, handlers });
      const sockets = trackSockets(app);
      await listen(app, host, port);
      this.#address = addressOf(app, host);
      const addressKey = store.addressKey();
      this.#running = { stopping, hub, sql, sessions, addressKey, app, sockets };
      repeatRetention(hub, this.#retention, stopping.signal);
      await conversation.resume(stopping.signal);
    } catch (error) {
      await hub.parts.sockets.close();
      hub.close();
      this.#close(sql);
      throw this.#notStarted(error);
    }
  }

  #open(path: string): Sql {
    try {
      return new Sql(path);
    } catch (error) {
      throw this.#notStarted(error);
    }
  }

  /** Its log is moved into the file then; where the disk does not take that, the log stays and is read again. */
  #close(sql: Sql): void {
    try {
      sql.close();
    } catch (error) {
      this.options.logger.error({ err: error }, "the web chat's file was not closed cleanly");
    }
  }

  /** Why the chat could not be started: where its files are at fault, in the sentence for operators. */
  #notStarted(error: unknown): unknown {
    const fault = error instanceof ChatError && error.cause instanceof StoreError ? error.cause : undefined;
    this.#fault = fault?.message;
    return fault ? new ChatError("unavailable", fault) : error;
  }

  health(): ChatHealth {
    const detail = this.#running ? this.#running.sql.problem : this.#fault;
    return { connected: this.#running !== undefined && detail === undefined, ...defined({ detail }) };
  }

  /** Tidies up what earlier runs have left, and makes the first channel. */
  async #prepare(hub: ChannelHub, signal: AbortSignal): Promise<void> {
    const { files, users } = hub.parts;
    await files.open();
    users.ensureBot(BOT_NAME);
    await applyRetention(hub, this.#retention, signal);
    await welcome(hub, this.options, this.options.logger);
  }

  #converse(hub: ChannelHub, sql: Sql, handlers: ChatHandlers): Conversation {
    const { logger } = this.options;
    const inbox = new Inbox<WebUnread>(this.platform, new KeyValues(sql), logger);
    return new Conversation(hub, handlers, inbox, logger);
  }

  #sessions(store: ChatStore, users: Users): Sessions {
    const { nameHeader = "", trustedProxies = [], allowedHosts = [], publicUrl } = this.options;
    const signIn = nameHeader === "" ? undefined : signInBy(nameHeader, memberOf(trustedProxies));
    const named = publicUrl === undefined ? allowedHosts : [...allowedHosts, new URL(publicUrl).hostname];
    const isPublic = named.some((host) => host !== "localhost" && !isLoopback(host));
    const budgets = new Budgets(this.#limits.budgets);
    return new Sessions(users, `dreamloom_${store.instance()}`, budgets, signIn, isPublic);
  }

  async #serve(services: Omit<WebServices, "moderatorCode">): Promise<FastifyInstance> {
    const { logger, moderatorCode, basePath = "/", trustedProxies = [], publicUrl } = this.options;
    const { allowedHosts: named = [] } = this.options;
    const allowedHosts = publicUrl === undefined ? named : [...named, new URL(publicUrl).hostname];
    const clientDir = findClientDir(this.options.clientDir);
    if (!clientDir) logger.error(sentence("web.not-built"));
    const options = { allowedHosts, basePath, trustedProxies, clientDir, publicGallery: this.#publicDoor(clientDir) };
    return buildServer({ ...services, moderatorCode }, options, logger);
  }

  #publicDoor(clientDir: string | undefined): PublicDoor | undefined {
    const { publicGallery = "closed" } = this.options;
    if (publicGallery === "closed") return undefined;
    const stylesheet = clientDir && stylesheetOf(clientDir);
    return { listed: publicGallery === "listed", address: () => this.#publicUrl, ...defined({ stylesheet }) };
  }

  /** Where people open the chat, without a slash behind it. */
  get #publicUrl(): string {
    const { publicUrl = this.address } = this.options;
    return publicUrl.replace(/\/$/, "");
  }

  addressOf({ id }: Pick<User, "id">): string | undefined {
    const { sessions, addressKey = "" } = this.#running ?? {};
    const address = sessions?.countedAddress(id);
    // Kept with unfinished jobs in another file than the key.
    return address && createHmac("sha256", addressKey).update(address).digest("base64url");
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    running.stopping.abort();
    // A disk that does not answer must not hold up the stop, ...
    await withTimeout(running.hub.parts.sockets.close(), STOP_MS, () => undefined);
    // ... nor a socket that a visitor keeps open.
    const force = setTimeout(() => {
      for (const socket of running.sockets) socket.destroy();
    }, STOP_MS);
    await running.app.close();
    clearTimeout(force);
    running.hub.close();
    this.#close(running.sql);
  }

  async post(channel: ChannelRef, message: OutgoingMessage): Promise<MessageRef> {
    return ref(await this.#hub.botSays(channel, message));
  }

  async tell({ id }: Pick<User, "id">, about: ChannelRef, message: OutgoingMessage): Promise<MessageRef> {
    const { thread: _thread, ...channel } = about;
    return ref(await this.#hub.botTells(id, channel, message));
  }

  async edit(message: MessageRef, content: OutgoingMessage): Promise<void> {
    await this.#hub.botEdits(toId(message.id), content);
  }

  async remove(message: MessageRef): Promise<void> {
    const hub = this.#hub;
    hub.remove(toId(message.id));
    await hub.parts.store.synced();
  }

  async react(message: MessageRef, emoji: string): Promise<void> {
    this.#hub.react(toId(message.id), emoji, botId, true);
  }

  async reactions(message: MessageRef, emoji: readonly string[]): Promise<FoundReactions> {
    const { store } = this.#hub.parts;
    const given = store
      .reactions(this.#hub.need(toId(message.id)).id)
      .filter((row) => row.user.id !== botId && emoji.some((wanted) => sameEmoji(wanted, row.emoji)))
      .map((row) => ({ emoji: row.emoji, user: { id: row.user.id } }));
    return { given, unfinished: [] };
  }

  async openThread(message: MessageRef, title: string): Promise<ChannelRef> {
    return this.#hub.openThread(toId(message.id), title);
  }

  async latestPicture(channel: ChannelRef): Promise<NewestPicture | undefined> {
    return newestOf(this.#newest(channel));
  }

  async *#newest(channel: ChannelRef): AsyncGenerator<ShownPicture, undefined> {
    const timeline = this.#hub.locate(channel);
    // The sample that the first channel begins with is there to be worked on.
    const sample = basename(this.options.samplePicture ?? "");
    let before = Number.MAX_SAFE_INTEGER;
    for (;;) {
      const rows = this.#hub.parts.store.withPictures(timeline, before, NEWEST_PAGE);
      for (const row of rows) {
        const counts = ({ name }: PictureSource) => row.author !== botId || isResult({ name }) || name === sample;
        yield* shownTogether(this.#hub.sourcesOf(row)).filter(counts).reverse();
      }
      before = rows.at(-1)?.id ?? 0;
      if (rows.length < NEWEST_PAGE) return;
    }
  }

  async picturesOf(message: MessageRef): Promise<readonly PictureSource[]> {
    return this.#hub.sourcesOf(this.#hub.need(toId(message.id)));
  }

  async findMentioned(mention: string): Promise<Mentioned | undefined> {
    const person = mention.startsWith("@") ? this.#hub.parts.users.named(mention.slice(1)) : undefined;
    return person && { kind: "person", id: person.id, name: person.name };
  }

  async describe(channel: ChannelRef): Promise<ChannelInfo> {
    const { channel: channelId, thread } = this.#hub.locate(channel);
    const closed = thread !== undefined && this.#hub.need(thread).private_to !== null;
    const { uploadBytes } = this.capabilities;
    const { name, archived: since } = this.#hub.parts.store.channel(channelId);
    const more = { ...(closed && { ownMembers: true }), ...(since > 0 && { archived: true as const }) };
    return { name: `#${name}`, closed, ...more, restricted: false, uploadBytes };
  }

  async link({ channel, id }: MessageRef): Promise<string | undefined> {
    const thread = channel.thread ?? id;
    return `${this.#publicUrl}/#/${encodeURIComponent(channel.id)}/${thread}`;
  }

  get #retention(): ChatRetentionLimits {
    return this.options.retention ?? { days: 0, megabytes: 0 };
  }

  get #hub(): ChannelHub {
    if (!this.#running) throw new ChatError("unavailable", "web.not-running");
    return this.#running.hub;
  }
}

function trackSockets(app: FastifyInstance): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  app.server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return sockets;
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port, listenTextResolver: () => "" });
  } catch (cause) {
    await app.close().catch(() => undefined);
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "EADDRINUSE") throw new ChatError("unavailable", "web.port-taken", { port, host }, { cause });
    if (code === "EACCES") throw new ChatError("unavailable", "web.port-forbidden", { port, host }, { cause });
    if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
      throw new ChatError("unavailable", "web.no-address", { host }, { cause });
    throw cause;
  }
}

function addressOf(app: FastifyInstance, host: string): string {
  const { port, address, family } = app.server.address() as AddressInfo;
  const everywhere = address === "0.0.0.0" || address === "::";
  const name = everywhere ? "localhost" : host === "localhost" ? host : family === "IPv6" ? `[${address}]` : address;
  return `http://${name}:${port}`;
}
