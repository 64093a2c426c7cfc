/** A Discord of one's own, on localhost: REST, gateway and CDN, with the rules of the real one. */
import { EventEmitter } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type APIEmoji,
  type APIUser,
  ApplicationFlags,
  ChannelType,
  GatewayDispatchEvents as E,
  GatewayIntentBits,
  OverwriteType,
  PermissionFlagsBits as P,
  type RESTPostAPIApplicationCommandsJSONBody,
} from "discord-api-types/v10";
import type { ChannelRef, MessageRef } from "../../../src/domain/model.js";
import { HANG_MS } from "../../support/patience.js";
import { ApiError } from "./api-error.js";
import type { UploadedFile } from "./forms.js";
import { Gateway } from "./gateway.js";
import { InteractionEndpoint } from "./interactions.js";
import { PostOffice } from "./post-office.js";
import { RateLimits } from "./rate-limits.js";
import { type Answer, findRoute, type Request } from "./rest.js";
import { type SeenMessage, seen } from "./seen.js";
import { type Cdn, channelJson, emojiJson, guildJson, memberJson, sign } from "./serialise.js";
import { FakeUser } from "./user.js";
import {
  type FakeChannel,
  type FakeGuild,
  type FakeMessage,
  isLoading,
  isThread,
  makeGuild,
  makeRole,
  makeThread,
  makeUser,
  setPermission,
  type World,
} from "./world.js";

export interface FakeDiscordOptions {
  /** Windows of rate limits are so many times as long as Discord's; 0.05 unless given. */
  readonly slowness?: number;
  /** Within which the first word to an interaction must come; 3,000 unless given. */
  readonly deadlineMs?: number;
  readonly heartbeatMs?: number;
  /** An attachment's address is good for so long; a day unless given. */
  readonly attachmentLifeMs?: number;
  /** "Message Content" is switched on in the portal. */
  readonly messageContent?: boolean;
  readonly token?: string;
}

/**
 * What a request meets instead of its answer: an error, "drop" for a broken connection, "answer lost" for one that
 * breaks once it has been carried out, "no answer" where it is carried out and nothing ever comes.
 */
export type Fault =
  | {
      readonly status: number;
      readonly code?: number;
      readonly message?: string;
      readonly retryAfter?: number;
      /** It is carried out all the same. */
      readonly done?: boolean;
      /** What stands before Discord answers: a page for people, and no headers but these. */
      readonly page?: Readonly<Record<string, string>>;
    }
  | "drop"
  | "answer lost"
  | "no answer";

export interface ChannelOptions {
  /** Another server than the first one. */
  readonly guild?: FakeGuild;
  readonly closed?: boolean;
  readonly nsfw?: boolean;
  readonly type?: ChannelType;
}

interface UserOptions {
  readonly moderator?: boolean;
  readonly bot?: boolean;
  /** Another server than the first one. */
  readonly guild?: FakeGuild;
}

const PREFIX = "/api/v10";
/** Larger ones Discord does not read at all. */
const BODY = 120 * 1024 * 1024;

export class FakeDiscord {
  readonly token: string;
  readonly world: World;
  readonly office: PostOffice;
  readonly interactions: InteractionEndpoint;
  readonly gateway: Gateway;
  readonly guild: FakeGuild;
  /** Rules that the client has broken. A test that does not look for one fails on them: see {@link check}. */
  readonly violations: string[] = [];
  /** Every request, as "METHOD /path", in order. */
  readonly requests: string[] = [];
  commands: RESTPostAPIApplicationCommandsJSONBody[] = [];
  /** Commands that are offered to everybody: what a server's managers choose under Integrations. */
  readonly offeredToAll = new Set<string>();
  /** How often the commands have been registered. */
  registrations = 0;
  /** Asked before each request. */
  fault: (request: Request) => Fault | undefined = () => undefined;
  /**
   * What another server of the protocol would answer instead; a status of its own, and headers that it does not send,
   * included.
   */
  dialect: (request: Request, answer: Answer) => Answer & { readonly bareHead?: boolean } = (_request, answer) =>
    answer;
  /** Milliseconds that the fake's clock is ahead of the real one. */
  ahead = 0;
  readonly #server: Server;
  readonly #limits: RateLimits;
  readonly #edits = new Map<string, number>();
  readonly #changes = new EventEmitter().setMaxListeners(0);
  readonly #cdn: { origin: string; lifeMs: number };
  #ids = 0n;

  private constructor(private readonly options: FakeDiscordOptions) {
    const { slowness = 0.05, deadlineMs = 3_000, heartbeatMs = 41_250, attachmentLifeMs = 86_400_000 } = options;
    this.token = options.token ?? "MTE3.GkR5.fake-token";
    const world: World = {
      appId: "",
      guilds: new Map(),
      channels: new Map(),
      users: new Map(),
      messages: new Map(),
      bot: { id: "0", username: "", global_name: null, discriminator: "0", avatar: null },
      now: () => Date.now() + this.ahead,
      id: () => this.#snowflake(),
    };
    const bot: APIUser = {
      id: world.id(),
      username: "Dreamloom",
      global_name: null,
      discriminator: "0",
      avatar: null,
      bot: true,
    };
    this.world = { ...world, bot, appId: bot.id };
    world.users.set(bot.id, bot);
    this.#cdn = { origin: "", lifeMs: attachmentLifeMs };
    this.office = new PostOffice(this.world, this.#cdn as Cdn, () => this.options.messageContent === true);
    const offend = (what: string) => void this.violations.push(what);
    this.interactions = new InteractionEndpoint(this.office, deadlineMs, offend);
    this.#limits = new RateLimits(slowness, () => Date.now());
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.guild = makeGuild(this.world, "Dreamers");
    this.gateway = new Gateway(this.#server, {
      token: this.token,
      heartbeatMs,
      offend,
      url: () => this.gatewayUrl,
      granted: () => (options.messageContent ? GatewayIntentBits.MessageContent : 0),
      ready: () => ({
        v: 10,
        user: this.world.bot,
        application: {
          id: this.world.appId,
          flags: options.messageContent ? ApplicationFlags.GatewayMessageContentLimited : 0,
        },
      }),
      guilds: () =>
        [...this.world.guilds.values()]
          .filter(({ members }) => members.has(this.world.bot.id))
          .map((guild) => guildJson(this.world, guild)),
    });
  }

  static async start(options: FakeDiscordOptions = {}): Promise<FakeDiscord> {
    const fake = new FakeDiscord(options);
    await new Promise<void>((resolve) => fake.#server.listen(0, "127.0.0.1", resolve));
    fake.#cdn.origin = `http://127.0.0.1:${(fake.#server.address() as AddressInfo).port}`;
    return fake;
  }

  async stop(): Promise<void> {
    this.gateway.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** For `DISCORD_API_URL`. */
  get apiUrl(): string {
    return `${this.#cdn.origin}/api`;
  }

  get gatewayUrl(): string {
    return `${this.#cdn.origin.replace("http", "ws")}/gateway`;
  }

  /** Every rule that was broken so far, and interactions without an answer. */
  check(): readonly string[] {
    const silent = this.interactions
      .unanswered()
      .map(({ type, user }) => `an interaction of type ${type} by ${user} was never answered`);
    return [...this.violations, ...silent];
  }

  // What there is.

  /** A text channel of the server, made unless it is there. */
  channel(
    name: string,
    { closed = false, nsfw = false, type = ChannelType.GuildText, guild = this.guild }: ChannelOptions = {},
  ): FakeChannel {
    const before = [...this.world.channels.values()].find(
      (channel) => channel.guild === guild && channel.name === name && !isThread(channel),
    );
    if (before) return before;
    const channel: FakeChannel = {
      id: this.world.id(),
      guild,
      type,
      name,
      nsfw,
      overwrites: new Map(),
      archived: false,
      locked: false,
    };
    if (closed) {
      setPermission(channel, { id: guild.id, type: OverwriteType.Role }, P.ViewChannel, "deny");
      setPermission(channel, { id: this.world.bot.id, type: OverwriteType.Member }, P.ViewChannel, "allow");
    }
    this.world.channels.set(channel.id, channel);
    if (guild.members.has(this.world.bot.id)) this.gateway.dispatch(E.ChannelCreate, channelJson(channel));
    return channel;
  }

  /** A moderator makes an emoji of the server's own. */
  addEmoji(emoji: APIEmoji, guild = this.guild): void {
    if (guild.emojis.some(({ id }) => id === emoji.id)) return;
    guild.emojis.push(emoji);
    this.gateway.dispatch(E.GuildEmojisUpdate, { guild_id: guild.id, emojis: guild.emojis });
  }

  addChannel(name: string, options: ChannelOptions = {}): ChannelRef {
    return this.refOf(this.channel(name, options));
  }

  refOf(channel: FakeChannel): ChannelRef {
    const where = { platform: "discord", community: channel.guild?.id ?? "@me" };
    return channel.parent ? { ...where, id: channel.parent.id, thread: channel.id } : { ...where, id: channel.id };
  }

  channelOf(ref: ChannelRef): FakeChannel {
    const channel = this.world.channels.get(ref.thread ?? ref.id);
    if (!channel) throw new Error(`There is no channel ${ref.thread ?? ref.id}.`);
    return channel;
  }

  /** A server that belongs to a shard of so many. */
  guildOn(shard: number, shards: number): FakeGuild {
    const first = BigInt(this.world.id()) >> 22n;
    const offset = (BigInt(shard) - (first % BigInt(shards)) + BigInt(shards)) % BigInt(shards);
    return makeGuild(this.world, `Dreamers ${shard}`, String((first + offset) << 22n));
  }

  /** A server that the bot is not a member of. */
  foreignGuild(name: string): FakeGuild {
    return makeGuild(this.world, name, this.world.id(), false);
  }

  /** A group of people, without the bot. */
  group(...people: readonly FakeUser[]): ChannelRef {
    const id = this.world.id();
    const about = { type: ChannelType.GroupDM, name: "", nsfw: false, archived: false, locked: false } as const;
    this.world.channels.set(id, { id, ...about, overwrites: new Map(), group: people.map(({ user }) => user) });
    return this.refOf(this.channelOf({ platform: "discord", community: "@me", id }));
  }

  /** A person in the server. */
  user(name: string, { moderator = false, bot = false, guild = this.guild }: UserOptions = {}): FakeUser {
    const user = makeUser(this.world, name, bot);
    const roles = new Set<string>();
    if (moderator) {
      const id = this.world.id();
      const base = guild.roles.get(guild.id);
      if (base) guild.roles.set(id, { ...base, id, name: "moderators", permissions: String(P.ManageMessages) });
      const role = guild.roles.get(id);
      if (role) this.gateway.dispatch(E.GuildRoleCreate, { guild_id: guild.id, role });
      roles.add(id);
    }
    guild.members.set(user.id, { user, nick: null, roles });
    return new FakeUser(this, user);
  }

  /** A moderator makes a role and gives it to people. */
  addRole(name: string, ...people: readonly { readonly id: string }[]): string {
    const id = this.world.id();
    const role = makeRole(id, name, 0n);
    this.guild.roles.set(id, role);
    this.gateway.dispatch(E.GuildRoleCreate, { guild_id: this.guild.id, role });
    for (const person of people) this.guild.members.get(person.id)?.roles.add(id);
    return id;
  }

  /** Somebody opens a thread on a message. */
  openThread({ id }: Pick<MessageRef, "id">, name: string): ChannelRef {
    const message = this.world.messages.get(id);
    if (!message) throw new Error(`There is no message ${id}.`);
    const thread = makeThread(this.world, message, name);
    this.gateway.dispatch(E.ThreadCreate, channelJson(thread));
    return this.refOf(thread);
  }

  /** Somebody opens a private thread; the bot is in it only once it is mentioned there. */
  openPrivateThread(parent: ChannelRef, name: string, ...members: readonly { readonly id: string }[]): ChannelRef {
    const { guild, nsfw } = this.channelOf(parent);
    const thread: FakeChannel = {
      id: this.world.id(),
      type: ChannelType.PrivateThread,
      name,
      nsfw,
      overwrites: new Map(),
      parent: this.channelOf(parent),
      members: new Set(members.map(({ id }) => id)),
      archived: false,
      locked: false,
      ...(guild ? { guild } : {}),
    };
    this.world.channels.set(thread.id, thread);
    return this.refOf(thread);
  }

  directChannel(userId: string): FakeChannel {
    const before = [...this.world.channels.values()].find(({ recipient }) => recipient?.id === userId);
    if (before) return before;
    const recipient = this.world.users.get(userId);
    if (!recipient) throw new ApiError(400, 50033, "Invalid Recipient(s)");
    const channel: FakeChannel = {
      id: this.world.id(),
      type: ChannelType.DM,
      name: "",
      nsfw: false,
      overwrites: new Map(),
      archived: false,
      locked: false,
      recipient,
    };
    this.world.channels.set(channel.id, channel);
    return channel;
  }

  /** Takes a permission from the bot, or from another member or role, in a channel, or gives it back. */
  permit(ref: ChannelRef, permission: keyof typeof P, allowed: boolean, whom = this.world.bot.id): void {
    const channel = this.channelOf(ref);
    const type = channel.guild?.roles.has(whom) ? OverwriteType.Role : OverwriteType.Member;
    setPermission(channel, { id: whom, type }, P[permission], allowed ? "allow" : "deny");
    this.gateway.dispatch(E.ChannelUpdate, channelJson(channel));
  }

  deleteChannel(ref: ChannelRef): void {
    const channel = this.channelOf(ref);
    this.world.channels.delete(channel.id);
    for (const message of this.world.messages.values())
      if (message.channel === channel) this.world.messages.delete(message.id);
    this.gateway.dispatch(isThread(channel) ? E.ThreadDelete : E.ChannelDelete, channelJson(channel));
    this.changed();
  }

  archive(ref: ChannelRef, locked = false): void {
    const channel = this.channelOf(ref);
    channel.archived = true;
    channel.locked = locked;
    this.gateway.dispatch(E.ThreadUpdate, channelJson(channel));
  }

  /** Gives a person an avatar, in the server or everywhere. */
  giveAvatar({ id, user }: FakeUser, bytes: Uint8Array, inServer = false): void {
    const hash = this.world.id();
    const member = this.guild.members.get(id);
    if (inServer && member) member.avatar = hash;
    else user.avatar = hash;
    const owner = inServer ? `guilds/${this.guild.id}/users/${id}/avatars` : `avatars/${id}`;
    this.served.set(`/${owner}/${hash}.png`, { type: "image/png", bytes: Buffer.from(bytes) });
  }

  // What is seen.

  /** What everybody sees in a place, and one person alone where one is given; in the order of time. */
  messagesIn(ref: ChannelRef, whose?: { readonly id: string }): SeenMessage[] {
    const channel = this.channelOf(ref);
    return [...this.world.messages.values()]
      .filter((message) => message.channel === channel && !isLoading(message))
      .filter(({ ephemeralFor }) => ephemeralFor === undefined || ephemeralFor === whose?.id)
      .map((message) => seen(this, message));
  }

  message({ id }: Pick<MessageRef, "id">): SeenMessage | undefined {
    const message = this.world.messages.get(id);
    return message && seen(this, message);
  }

  /** What was said to one person alone, anywhere. */
  ephemeralTo({ id }: { readonly id: string }): SeenMessage[] {
    return [...this.world.messages.values()]
      .filter(({ ephemeralFor, flags }) => ephemeralFor === id && (flags & 128) === 0)
      .map((message) => seen(this, message));
  }

  editsOf({ id }: Pick<MessageRef, "id">): number {
    return this.#edits.get(id) ?? 0;
  }

  /** Resolves with what `look` finds as soon as it finds something. */
  async until<T>(look: () => T | undefined | false | null, what = look.toString(), milliseconds = HANG_MS): Promise<T> {
    const patience = AbortSignal.timeout(milliseconds);
    for (;;) {
      const found = look();
      if (found !== undefined && found !== false && found !== null) return found;
      if (patience.aborted) throw new Error(`Not seen within ${milliseconds} ms: ${what}\n${this.#everything()}`);
      await new Promise<void>((resolve) => {
        const next = () => {
          this.#changes.off("change", next);
          patience.removeEventListener("abort", next);
          resolve();
        };
        this.#changes.on("change", next);
        patience.addEventListener("abort", next);
      });
    }
  }

  /** Makes waiting calls of {@link until} check again. */
  changed(): void {
    this.#changes.emit("change");
  }

  // What happens.

  noteEdit({ id }: FakeMessage): void {
    this.#edits.set(id, (this.#edits.get(id) ?? 0) + 1);
    this.changed();
  }

  deleteMessage({ id, channel }: FakeMessage): void {
    this.world.messages.delete(id);
    const guild = channel.guild ? { guild_id: channel.guild.id } : {};
    this.gateway.dispatch(E.MessageDelete, { id, channel_id: channel.id, ...guild });
    this.changed();
  }

  addReaction(message: FakeMessage, emoji: string, user: string): void {
    const users = message.reactions.get(emoji) ?? [];
    if (users.includes(user)) return;
    message.reactions.set(emoji, [...users, user]);
    this.#reacted(E.MessageReactionAdd, message, emoji, user);
  }

  removeReaction(message: FakeMessage, emoji: string, user: string): void {
    const left = (message.reactions.get(emoji) ?? []).filter((id) => id !== user);
    if (left.length > 0) message.reactions.set(emoji, left);
    else message.reactions.delete(emoji);
    this.#reacted(E.MessageReactionRemove, message, emoji, user);
  }

  /** A moderator clears a message of all its reactions, or of those of one emoji. */
  clearReactions(message: FakeMessage, emoji?: string): void {
    if (emoji === undefined) message.reactions.clear();
    else message.reactions.delete(emoji);
    const { id, channel } = message;
    const about = { channel_id: channel.id, message_id: id, ...(channel.guild ? { guild_id: channel.guild.id } : {}) };
    const [event, more] =
      emoji === undefined
        ? [E.MessageReactionRemoveAll, {}]
        : [E.MessageReactionRemoveEmoji, { emoji: emojiJson(emoji) }];
    this.gateway.dispatch(event, { ...about, ...more }, channel.guild === undefined);
    this.changed();
  }

  #reacted(event: E, { id, channel, author }: FakeMessage, emoji: string, user: string): void {
    const { guild } = channel;
    const member = guild?.members.get(user);
    const added = event === E.MessageReactionAdd;
    const payload = {
      user_id: user,
      channel_id: channel.id,
      message_id: id,
      emoji: emojiJson(emoji),
      type: 0,
      burst: false,
      ...(guild ? { guild_id: guild.id } : {}),
      ...(added && member ? { member: memberJson(member) } : {}),
      ...(added ? { message_author_id: author.id } : {}),
    };
    this.gateway.dispatch(event, payload, guild === undefined);
    this.changed();
  }

  #everything(): string {
    const said = [...this.world.messages.values()].map(({ channel, author, content, attachments, ephemeralFor }) => {
      const files = attachments.map(({ name }) => name).join(", ");
      return `#${channel.name} ${author.username}${ephemeralFor ? " (privately)" : ""}: ${content} ${files}`;
    });
    return [...said, ...this.check().map((what) => `VIOLATION ${what}`)].join("\n---\n");
  }

  #snowflake(): string {
    // 42 bits of milliseconds since 2015, and a counter, so that ids sort by time.
    const time = BigInt(Date.now() + this.ahead - 1_420_070_400_000);
    return String((time << 22n) | (this.#ids++ & 0x3fffffn));
  }

  // Requests.

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body?: unknown, headers: Readonly<Record<string, string>> = {}) => {
      response.writeHead(status, { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    };
    try {
      const url = new URL(incoming.url ?? "/", this.#cdn.origin);
      if (url.pathname.startsWith("/attachments/")) return this.#serveFile(url, response);
      const served = this.served.get(url.pathname);
      if (served) return void response.writeHead(200, { "content-type": served.type }).end(served.bytes);
      if (!url.pathname.startsWith(PREFIX)) {
        this.violations.push(`a request for ${url.pathname}, which is not ${PREFIX}`);
        return send(404, { code: 0, message: "404: Not Found" });
      }
      const method = incoming.method ?? "GET";
      const payload = await readBody(incoming);
      const path = url.pathname.slice(PREFIX.length);
      const authorized = incoming.headers.authorization === `Bot ${this.token}`;
      const request: Request = { method, path, query: url.searchParams, authorized, ...payload };
      this.requests.push(`${method} ${path}`);
      const fault = this.fault(request);
      if (fault === "drop") return void incoming.socket.destroy();
      if (typeof fault === "object" && fault.page)
        return void response.writeHead(fault.status, { "content-type": "text/html", ...fault.page }).end("<h1>No</h1>");
      if (typeof fault === "object" && !fault.done) return sendFault(fault, send);
      const found = findRoute(request);
      if (!found) {
        this.violations.push(`there is no ${method} ${path}`);
        return send(404, { code: 0, message: "404: Not Found" });
      }
      const { route, parameters } = found;
      if (!route.open && !authorized) return send(401, { code: 0, message: "401: Unauthorized" });
      if (!/^DiscordBot \(/.test(incoming.headers["user-agent"] ?? ""))
        this.violations.push("a request without Discord's kind of user agent");
      const {
        headers,
        retryAfter,
        global = false,
        ignored = false,
      } = this.#limits.check(route.kind, parameters[0] ?? "");
      if (ignored) this.violations.push(`${method} ${path} came although the client had been told to wait`);
      if (retryAfter !== undefined) {
        return send(
          429,
          { message: "You are being rate limited.", retry_after: retryAfter, global },
          { ...headers, "retry-after": String(retryAfter) },
        );
      }
      try {
        const { status, body, bareHead = false } = this.dialect(request, await route.handle(this, parameters, request));
        if (fault === "answer lost") return void incoming.socket.destroy();
        if (fault === "no answer") return;
        if (typeof fault === "object") return sendFault(fault, send);
        send(status, body, bareHead ? {} : headers);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        // Wrong forms and second words are mistakes of the client, whatever happens elsewhere.
        if ([50035, 50006, 40060].includes(error.code))
          this.violations.push(`${method} ${path}: ${error.message} ${JSON.stringify(error.errors ?? {})}`);
        send(
          error.status,
          { code: error.code, message: error.message, ...(error.errors ? { errors: error.errors } : {}) },
          headers,
        );
      }
    } catch (error) {
      this.violations.push(`the fake failed: ${error instanceof Error ? error.stack : String(error)}`);
      send(500, { code: 0, message: "500: Internal Server Error" });
    }
  }

  #serveFile(url: URL, response: ServerResponse): void {
    const [, , channel, id, name] = url.pathname.split("/");
    const end = url.searchParams.get("ex") ?? "";
    const good =
      url.searchParams.get("hm") === sign(url.pathname, end) && Number.parseInt(end, 16) * 1000 > this.world.now();
    const file =
      [...this.world.messages.values()].flatMap(({ attachments }) => attachments).find((one) => one.id === id) ??
      this.looseFiles.get(id ?? "");
    if (!good || !file || file.name !== name || channel === undefined) {
      response.writeHead(404, { "content-type": "text/plain" }).end("This content is no longer available.");
      return;
    }
    response.writeHead(200, { "content-type": file.type, "content-length": file.bytes.length }).end(file.bytes);
  }

  /** What else the CDN and the proxy serve, by path: emoji, stickers, pictures of linked pages. */
  readonly served = new Map<string, { readonly bytes: Uint8Array; readonly type: string }>();

  /** Files that came with commands hang on no message. */
  readonly looseFiles = new Map<string, FakeMessage["attachments"][number]>();

  get cdn(): Cdn {
    return this.#cdn;
  }
}

function sendFault(
  { status, code = 0, message = "Injected", retryAfter }: Exclude<Fault, string>,
  send: (status: number, body: unknown, headers: Record<string, string>) => void,
): void {
  const wait = retryAfter === undefined ? {} : { "retry-after": String(retryAfter), "x-ratelimit-scope": "shared" };
  send(
    status,
    { code, message, ...(retryAfter === undefined ? {} : { retry_after: retryAfter, global: false }) },
    wait,
  );
}

async function readBody(incoming: IncomingMessage): Promise<{ body: Record<string, unknown>; files: UploadedFile[] }> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > BODY) throw new ApiError(413, 40005, "Request entity too large");
    parts.push(part);
  }
  const whole = Buffer.concat(parts);
  const type = incoming.headers["content-type"] ?? "";
  if (whole.length === 0) return { body: {}, files: [] };
  if (!type.startsWith("multipart/form-data"))
    return { body: JSON.parse(whole.toString()) as Record<string, unknown>, files: [] };
  const form = await new Response(whole, { headers: { "content-type": type } }).formData();
  const files: UploadedFile[] = [];
  for (const [key, value] of form) {
    if (typeof value !== "string")
      files.push({ key, name: value.name, type: value.type, bytes: Buffer.from(await value.arrayBuffer()) });
  }
  const json = form.get("payload_json");
  return { body: typeof json === "string" ? (JSON.parse(json) as Record<string, unknown>) : {}, files };
}
