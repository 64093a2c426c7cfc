/**
 * A local Slack: the Web API, file uploads and downloads, Socket Mode, and a sender of events, commands and
 * interactions by HTTP. It refuses what Slack refuses; what a bot should never have tried is kept in `violations`.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ApiError, type Arguments, METHODS } from "./api.js";
import type { Manners } from "./manners.js";
import { OAuth } from "./oauth.js";
import { HttpSender } from "./sender.js";
import { manifestCommands, manifestEscapes, unregisteredNames } from "./slash-commands.js";
import { type Envelope, Socket } from "./socket.js";
import { type Channel, newId, newTs, type OpenedView, type StoredFile, Team, type Token, type User } from "./state.js";
import { Tiers } from "./tiers.js";
import { Rules } from "./validate.js";

export const BOT_TOKEN = "xoxb-fake-1";
export const APP_TOKEN = "xapp-fake-1";
export const SIGNING_SECRET = "fake-signing-secret";

export const ALL_SCOPES = [
  "app_mentions:read",
  "channels:history",
  "channels:read",
  "chat:write",
  "commands",
  "files:read",
  "files:write",
  "groups:history",
  "groups:read",
  "im:history",
  "im:read",
  "im:write",
  "mpim:history",
  "mpim:read",
  "reactions:read",
  "reactions:write",
  "emoji:read",
  "users:read",
];

/** What happens to the next calls: an answer instead of the real one. */
export interface Trouble {
  /** The method, or undefined for any. */
  readonly method?: string;
  readonly kind: "rate-limit" | "outage" | "hang" | "lost" | { readonly error: string };
  times: number;
  readonly retryAfter?: number;
}

interface ResponseUrl {
  readonly team: Team;
  readonly channel: string;
  readonly user: string;
  readonly at: number;
  uses: number;
}

export interface FakeSlackOptions {
  /** How long Slack looks at an uploaded file, in milliseconds. */
  readonly processingMs?: number;
  /** Within which something must be acknowledged, in milliseconds; 3,000 at the real Slack. */
  readonly ackMs?: number;
  /** How it differs from Slack's own. */
  readonly manners?: Manners;
  /** The app's slash commands, without the slash; those of the project's manifest unless given. */
  readonly commands?: readonly string[];
}

export class FakeSlack {
  readonly violations: string[] = [];
  readonly files = new Map<string, StoredFile>();
  readonly teams = new Map<string, Team>();
  readonly tokens = new Map<string, Token>();
  readonly triggers = new Map<string, { readonly user: string; readonly at: number; used: boolean }>();
  readonly openViews: OpenedView[] = [];
  readonly customEmoji = new Set<string>(["partyparrot"]);
  readonly tiers: Tiers;
  /** Every call of the Web API, by method, in order. */
  readonly calls: {
    readonly method: string;
    readonly args: Arguments;
    readonly at: number;
    readonly outcome: string;
  }[] = [];
  readonly oauth = new OAuth(this);
  readonly socket: Socket;
  readonly sender: HttpSender;
  /** The app is sent no others. */
  readonly commands: ReadonlySet<string>;
  /** An app from an older manifest is handed names as they are typed. */
  escapesCommands = manifestEscapes();
  processingMs: number;
  readonly manners: Manners;
  /** Messages refused because Slack still worked on their files. */
  refusedForFiles = 0;
  /** When set, events go there by HTTP instead of over the socket. */
  requestUrl: string | undefined;
  readonly troubles: Trouble[] = [];
  /** The bot has acknowledged something. */
  onAcknowledged: (type: Envelope["type"]) => void = () => undefined;
  readonly #responseUrls = new Map<string, ResponseUrl>();
  readonly #server: Server;
  #port = 0;

  private constructor({
    processingMs = 40,
    ackMs = 3_000,
    manners = {},
    commands = manifestCommands(),
  }: FakeSlackOptions) {
    this.commands = new Set(commands);
    this.manners = manners;
    this.tiers = new Tiers(manners.outsideMarketplace);
    this.processingMs = processingMs;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        this.violate(`the fake failed: ${String(error instanceof Error ? error.stack : error)}`);
        response.writeHead(500).end();
      });
    });
    this.socket = new Socket(this, this.#server, ackMs);
    this.sender = new HttpSender(this, ackMs);
  }

  static async open(options: FakeSlackOptions = {}): Promise<FakeSlack> {
    const fake = new FakeSlack(options);
    await new Promise<void>((resolve) => fake.#server.listen(0, "127.0.0.1", resolve));
    fake.#port = (fake.#server.address() as AddressInfo).port;
    fake.addTeam(BOT_TOKEN);
    return fake;
  }

  /** Without a slash at its end. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What goes into SLACK_API_URL. */
  get apiUrl(): string {
    return `${this.url}${this.#apiPath}/`;
  }

  /** Where files and answers go. */
  get filesUrl(): string {
    return this.manners.localhost ? this.url.replace("127.0.0.1", "localhost") : this.url;
  }

  get #apiPath(): string {
    return this.manners.apiPath ?? "/api";
  }

  get team(): Team {
    const [team] = this.teams.values();
    if (!team) throw new Error("there is no team");
    return team;
  }

  async close(): Promise<void> {
    this.socket.close();
    this.sender.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  violate(what: string): void {
    this.violations.push(what);
  }

  /** Another workspace with the bot in it. */
  addTeam(token?: string): Team {
    const bot: User = { id: newId("U"), name: "dreamloom", displayName: "Dreamloom", admin: false, bot: true };
    const team = new Team(newId("T"), bot, newId("B"));
    this.teams.set(team.id, team);
    if (token !== undefined) this.grant(token, team);
    return team;
  }

  grant(token: string, team: Team, expiresAt = Infinity): Token {
    const granted = { team: team.id, scopes: new Set(ALL_SCOPES), expiresAt, revoked: false };
    this.tokens.set(token, granted);
    return granted;
  }

  addUser(
    name: string,
    {
      admin = false,
      bot = false,
      team = this.team,
      home = undefined as string | undefined,
      guest = undefined as User["guest"],
    } = {},
  ): User {
    const user: User = { id: newId("U"), name: name.toLowerCase(), displayName: name, admin, bot, home, guest };
    team.users.set(user.id, user);
    const direct: Channel = {
      id: newId("D"),
      name: "",
      kind: "im",
      members: new Set([user.id, team.bot.id]),
      archived: false,
    };
    team.channels.set(direct.id, direct);
    // Guests and people of other organisations are in the channels alone that somebody has asked them into.
    if (home !== undefined || guest !== undefined) return user;
    for (const channel of team.channels.values()) if (channel.kind === "public") channel.members.add(user.id);
    return user;
  }

  addChannel(
    name: string,
    {
      kind = "public" as Channel["kind"],
      withBot = true,
      team = this.team,
      sharedWith = undefined as string | undefined,
    } = {},
  ): Channel {
    const people = [...team.users.values()]
      .filter(({ home, guest }) => home === undefined && guest === undefined)
      .filter((user) => !user.bot || (withBot && user === team.bot))
      .map(({ id }) => id);
    const channel: Channel = { id: newId("C"), name, kind, members: new Set(people), archived: false, sharedWith };
    team.channels.set(channel.id, channel);
    return channel;
  }

  directMessage(user: Pick<User, "id">, team = this.team): Channel {
    const found = [...team.channels.values()].find(
      ({ kind, members }) => kind === "im" && members.has(user.id) && members.has(team.bot.id),
    );
    if (!found) throw new Error("no conversation with the bot");
    return found;
  }

  newTrigger(user: string): string {
    const trigger = this.manners.oneId ? "13345224609.738474920.8088930838" : `${Date.now()}.${randomUUID()}`;
    this.triggers.set(trigger, { user, at: Date.now(), used: false });
    return trigger;
  }

  newResponseUrl(team: Team, channel: string, user: string): string {
    const id = randomUUID();
    this.#responseUrls.set(id, { team, channel, user, at: Date.now(), uses: 0 });
    return `${this.filesUrl}/response/${id}`;
  }

  /** The next calls fail. */
  trouble(trouble: Trouble): void {
    this.troubles.push(trouble);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", this.url);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const [, first = "", second = ""] = pathname.split("/");
    const method = pathname.startsWith(`${this.#apiPath}/`) ? pathname.slice(this.#apiPath.length + 1) : "";
    if (/^[a-z]+\.[\w.]+$/i.test(method) && request.method === "POST")
      return this.#api(method, request, body, response);
    if (first === "upload" && request.method === "POST") return this.#upload(second, request, body, response);
    if (first === "files" && request.method === "GET") return this.#download(second, request, response);
    if (first === "response" && request.method === "POST") return this.#respond(second, body, response);
    if (pathname === "/oauth/v2/authorize") return this.oauth.authorize(searchParams, response);
    // Looking for the Web API is no offence.
    if (!pathname.endsWith("/auth.test")) this.violate(`${request.method} ${pathname}`);
    response.writeHead(404).end();
  }

  async #api(method: string, request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const args = readArguments(request.headers["content-type"], body);
    const bearer =
      request.headers.authorization?.replace(/^Bearer /, "") || (typeof args.token === "string" ? args.token : "");
    const answer = (status: number, value: unknown, headers: Record<string, string> = {}) => {
      response
        .writeHead(status, { "content-type": "application/json", ...headers })
        .end(typeof value === "string" ? value : JSON.stringify(value));
    };
    this.#hear(args);
    const note = (outcome: string) => this.calls.push({ method, args, at: Date.now(), outcome });
    const trouble = this.troubles.find(
      (each) => each.times > 0 && (each.method === undefined || each.method === method),
    );
    if (trouble) trouble.times -= 1;
    if (trouble && trouble.kind !== "lost") {
      note("trouble");
      if (trouble.kind === "rate-limit") {
        return answer(429, { ok: false, error: "ratelimited" }, { "retry-after": String(trouble.retryAfter ?? 1) });
      }
      if (trouble.kind === "outage") return answer(500, "Internal Server Error", { "content-type": "text/plain" });
      // No answer ever comes.
      if (trouble.kind === "hang") return;
      return answer(200, { ok: false, error: trouble.kind.error });
    }
    try {
      const result = await this.#run(method, bearer, args);
      note("ok");
      // Done, but the answer is lost on its way.
      if (trouble) return void response.destroy();
      answer(200, { ok: true, ...result });
    } catch (error) {
      if (error instanceof Limited) {
        note("429");
        return answer(429, { ok: false, error: "ratelimited" }, { "retry-after": String(error.seconds) });
      }
      if (!(error instanceof ApiError)) throw error;
      note(error.code);
      answer(200, { ok: false, error: error.code, ...error.more });
    }
  }

  async #run(method: string, bearer: string, args: Arguments): Promise<object> {
    if (method === "apps.connections.open") {
      if (bearer !== APP_TOKEN)
        throw new ApiError(bearer.startsWith("xapp-") ? "invalid_auth" : "not_allowed_token_type");
      return { url: this.socket.newUrl() };
    }
    if (method === "oauth.v2.access") return this.oauth.access(args);
    const token = this.tokens.get(bearer);
    const team = token && this.teams.get(token.team);
    if (!token || !team) throw new ApiError(bearer === "" ? "not_authed" : "invalid_auth");
    if (token.revoked) throw new ApiError("token_revoked");
    if (Date.now() > token.expiresAt) throw new ApiError("token_expired");
    const limited = this.tiers.take(team.id, method, String(args.channel ?? ""));
    if (limited) {
      if (limited.tooSoon) this.#hammering(method);
      throw new Limited(limited.retryAfter);
    }
    const run = METHODS[method];
    if (!run) {
      this.violate(`unknown method ${method}`);
      throw new ApiError("unknown_method");
    }
    return run({ fake: this, team, token, args });
  }

  /** What the bot says must be possible to type. */
  #hear(said: unknown): void {
    for (const name of unregisteredNames(said, this.commands)) this.violate(`/${name} is named, which the app lacks`);
  }

  #hammered = 0;
  /** Calls that were on their way already may come too early; many are a bot that does not wait. */
  #hammering(method: string): void {
    this.#hammered += 1;
    if (this.#hammered > 10) this.violate(`${method}: called again and again before Retry-After was over`);
  }

  #upload(id: string, request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const trouble = this.troubles.find(({ method, times }) => method === "upload" && times > 0);
    if (trouble) trouble.times -= 1;
    if (trouble) return void response.writeHead(500).end();
    const file = this.files.get(id);
    if (!file || file.bytes) return void response.writeHead(404).end();
    if (request.headers.authorization) this.violate("a token was sent to an upload's address");
    const form = request.headers["content-type"]?.startsWith("multipart/form-data");
    if (this.manners.uploadsAsForm && !form) return void response.writeHead(400).end("no file");
    if (form) return void this.#uploadForm(file, request, body, response);
    if (body.byteLength !== file.length) {
      this.violate(`an upload of ${body.byteLength} bytes that were to be ${file.length}`);
      return void response.writeHead(400).end();
    }
    file.bytes = new Uint8Array(body);
    response.writeHead(200, { "content-type": "text/plain" }).end(`OK - ${body.byteLength}`);
  }

  async #uploadForm(file: StoredFile, request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const headers = { "content-type": request.headers["content-type"] ?? "" };
    const part = (await new Response(new Uint8Array(body), { headers }).formData()).get("file");
    if (part instanceof Blob && part.size === file.length) file.bytes = new Uint8Array(await part.arrayBuffer());
    else this.violate(`a form without the ${file.length} bytes of ${file.name}`);
    response.writeHead(file.bytes ? 200 : 400).end();
  }

  #download(id: string, request: IncomingMessage, response: ServerResponse): void {
    const token = this.tokens.get(request.headers.authorization?.replace(/^Bearer /, "") ?? "");
    const file = this.files.get(id);
    // Slack shows its page for signing in, with status 200, where a file may not be seen.
    if (!token || token.revoked || !token.scopes.has("files:read") || file?.team !== token.team) {
      return void response
        .writeHead(200, { "content-type": "text/html; charset=utf-8" })
        .end("<!DOCTYPE html><title>Sign in</title>");
    }
    if (!file.bytes || file.deleted) return void response.writeHead(404).end();
    response
      .writeHead(200, { "content-type": "application/octet-stream", "content-length": String(file.bytes.byteLength) })
      .end(file.bytes);
  }

  #respond(id: string, body: Buffer, response: ServerResponse): void {
    const known = this.#responseUrls.get(id);
    if (!known) return void response.writeHead(404).end("invalid_url");
    if (Date.now() - known.at > 30 * 60_000) {
      this.violate("a response_url after 30 minutes");
      return void response.writeHead(404).end("expired_url");
    }
    this.#hear(JSON.parse(body.toString()));
    known.uses += 1;
    if (known.uses > 5) {
      this.violate("a response_url for the sixth time");
      return void response.writeHead(404).end("used_url");
    }
    const {
      response_type,
      text = "",
      blocks = [],
      replace_original,
    } = JSON.parse(body.toString()) as Record<string, never>;
    if (replace_original !== false) this.violate("an answer that replaces the message under the button");
    const rules = new Rules((file) => {
      const stored = this.files.get(file);
      return stored?.completed ? { ready: Date.now() >= stored.readyAt, type: "image/png" } : undefined;
    }).message(blocks);
    for (const problem of rules.problems) this.violate(`response_url: ${problem}`);
    known.team.messages.push({
      ts: newTs(),
      channel: known.channel,
      thread: undefined,
      user: known.team.bot.id,
      botId: known.team.botId,
      text,
      blocks,
      files: [],
      metadata: undefined,
      reactions: new Map(),
      deleted: false,
      edits: 0,
      ephemeralFor: response_type === "in_channel" ? undefined : known.user,
    });
    response.writeHead(200, { "content-type": "text/plain" }).end("ok");
  }
}

class Limited extends Error {
  constructor(readonly seconds: number) {
    super("limited");
  }
}

/** Arguments come as a form, with lists and objects as JSON, or as JSON. */
function readArguments(type: string | undefined, body: Buffer): Arguments {
  if (type?.startsWith("application/json")) return JSON.parse(body.toString() || "{}") as Arguments;
  const args: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(body.toString())) {
    args[name] =
      /^[[{]/.test(value) && ["blocks", "view", "files", "metadata", "attachments"].includes(name)
        ? JSON.parse(value)
        : value;
  }
  return args;
}
