/** The routes of Discord's REST interface that the fake knows. */
import {
  type APIThreadChannel,
  ChannelType,
  GatewayDispatchEvents as E,
  PermissionFlagsBits as P,
} from "discord-api-types/v10";
import { ApiError, archived, invalid, missingPermissions, unknown } from "./api-error.js";
import { checkCommands } from "./command-forms.js";
import { isEmoji, type Payload } from "./forms.js";
import { channelJson, guildJson, memberJson } from "./serialise.js";
import type { FakeDiscord } from "./server.js";
import { isThread, makeThread, permissionsIn } from "./world.js";

export interface Request extends Payload {
  readonly method: string;
  /** Behind "/api/v10". */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorized: boolean;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

type Handler = (fake: FakeDiscord, parameters: readonly string[], request: Request) => Answer | Promise<Answer>;

interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  /** Of the rate limit's bucket; the first parameter is the major one. */
  readonly kind: string;
  /** Needs no token in the head: there is one in the path. */
  readonly open?: boolean;
  readonly handle: Handler;
}

const ok = (body: unknown): Answer => ({ status: 200, body });
const done: Answer = { status: 204 };

const routes: readonly Route[] = [
  route("GET", "/gateway/bot", "gateway", ({ gateway, gatewayUrl }) => {
    const { shards, maxConcurrency, sessionsLeft } = gateway;
    const limit = { total: 1000, remaining: sessionsLeft, reset_after: 3_600_000, max_concurrency: maxConcurrency };
    return ok({ url: gatewayUrl, shards, session_start_limit: limit });
  }),
  route("GET", "/applications/@me", "application", ({ world }) =>
    ok({ id: world.appId, name: world.bot.username, description: "", flags: 0, bot: world.bot }),
  ),
  route("GET", "/users/@me", "user", ({ world }) => ok(world.bot)),
  route("GET", "/users/:id", "user", ({ world }, [id = ""]) => ok(world.users.get(id) ?? fail(unknown("User")))),
  route("GET", "/guilds/:id", "guild", ({ world }, [id = ""]) =>
    ok(guildJson(world, world.guilds.get(id) ?? fail(unknown("Guild")))),
  ),
  route("GET", "/guilds/:id/members/:id", "member", ({ world }, [guild = "", user = ""]) => {
    return ok(memberJson(world.guilds.get(guild)?.members.get(user) ?? fail(unknown("Member"))));
  }),
  route("GET", "/applications/:id/commands", "commands", (fake, [id]) =>
    id === fake.world.appId ? ok(fake.commands) : fail(unknown("Application")),
  ),
  route("PUT", "/applications/:id/commands", "commands", (fake, [id], { body }) => {
    if (id !== fake.world.appId) throw unknown("Application");
    fake.commands = checkCommands(body);
    fake.registrations++;
    return ok(fake.commands.map((command) => ({ ...command, id: fake.world.id(), application_id: id, version: "1" })));
  }),
  open("POST", "/interactions/:id/:token/callback", "callback", async (fake, [id = "", token = ""], request) => {
    const { message } = await fake.interactions.callback(id, token, request);
    fake.changed();
    if (request.query.get("with_response") !== "true") return done;
    const { type } = request.body;
    const resource = message ? { resource: { type, message: fake.office.json(message) } } : {};
    return ok({ interaction: { id, type: fake.interactions.all.find((known) => known.id === id)?.type }, ...resource });
  }),
  open("POST", "/webhooks/:id/:token", "webhook", async (fake, [app, token = ""], request) => {
    if (app !== fake.world.appId) throw unknown("Webhook");
    const message = await fake.interactions.followUp(token, request);
    fake.changed();
    return request.query.get("wait") === "false" ? done : ok(fake.office.json(message));
  }),
  open("GET", "/webhooks/:id/:token/messages/:id", "webhook message", (fake, [, token = "", id = ""]) => {
    return ok(fake.office.json(fake.interactions.message(token, id)));
  }),
  open(
    "PATCH",
    "/webhooks/:id/:token/messages/:id",
    "webhook message",
    async (fake, [, token = "", id = ""], request) => {
      const message = await fake.office.edit(fake.interactions.message(token, id), request, true);
      fake.noteEdit(message);
      return ok(fake.office.json(message));
    },
  ),
  open("DELETE", "/webhooks/:id/:token/messages/:id", "webhook message", (fake, [, token = "", id = ""]) => {
    fake.deleteMessage(fake.interactions.message(token, id));
    return done;
  }),
  route("GET", "/channels/:id", "channel", (fake, [id = ""]) => ok(channelJson(fake.office.channelFor(id)))),
  route("PATCH", "/channels/:id", "channel", (fake, [id = ""], { body }) => {
    const channel = fake.office.channelFor(id, P.SendMessagesInThreads);
    if (!isThread(channel)) throw missingPermissions();
    if (channel.locked && body.archived === false) throw missingPermissions();
    channel.archived = body.archived === true;
    fake.gateway.dispatch(E.ThreadUpdate, channelJson(channel));
    return ok(channelJson(channel));
  }),
  route("GET", "/channels/:id/messages", "messages", (fake, [id = ""], { query }) => {
    const limit = Number(query.get("limit") ?? 50);
    if (!(limit >= 1 && limit <= 100)) throw invalid("limit", "Must be between 1 and 100.");
    return ok(fake.office.list(id, limit));
  }),
  route("POST", "/channels/:id/messages", "messages", async (fake, [id = ""], request) => {
    const { message } = await fake.office.post(id, request);
    fake.changed();
    return ok(fake.office.json(message));
  }),
  route("GET", "/channels/:id/messages/:id", "message", (fake, [channel = "", id = ""]) => {
    return ok(fake.office.json(fake.office.messageIn(fake.office.channelFor(channel, P.ReadMessageHistory), id)));
  }),
  route("PATCH", "/channels/:id/messages/:id", "message", async (fake, [channel = "", id = ""], request) => {
    const message = await fake.office.editAsBot(channel, id, request);
    fake.noteEdit(message);
    return ok(fake.office.json(message));
  }),
  route("DELETE", "/channels/:id/messages/:id", "message", (fake, [channelId = "", id = ""]) => {
    const channel = fake.office.channelFor(channelId);
    const message = fake.office.messageIn(channel, id);
    const own = message.author.id === fake.world.bot.id;
    if (!own && (permissionsIn(channel, fake.world.bot.id) & P.ManageMessages) === 0n) throw missingPermissions();
    if (channel.archived) throw archived();
    fake.deleteMessage(message);
    return done;
  }),
  route(
    "PUT",
    "/channels/:id/messages/:id/reactions/:emoji/@me",
    "reaction",
    (fake, [channelId = "", id = "", emoji = ""]) => {
      const channel = fake.office.channelFor(channelId, P.ReadMessageHistory);
      const message = fake.office.messageIn(channel, id);
      const known = channel.guild?.emojis.some((one) => `${one.name}:${one.id}` === emoji) === true;
      if (!known && !isEmoji(emoji)) throw unknown("Emoji");
      if (channel.archived) throw archived();
      if (!message.reactions.has(emoji)) {
        fake.office.channelFor(channelId, P.AddReactions);
        if (message.reactions.size >= 20) throw new ApiError(400, 30010, "Maximum number of reactions reached (20)");
      }
      fake.addReaction(message, emoji, fake.world.bot.id);
      return done;
    },
  ),
  route(
    "GET",
    "/channels/:id/messages/:id/reactions/:emoji",
    "reactions",
    (fake, [channelId = "", id = "", emoji = ""], { query }) => {
      const message = fake.office.messageIn(fake.office.channelFor(channelId, P.ReadMessageHistory), id);
      const limit = Number(query.get("limit") ?? 25);
      if (!(limit >= 1 && limit <= 100)) throw new ApiError(400, 50035, "Invalid Form Body");
      const after = BigInt(query.get("after") ?? 0);
      const people = query.get("type") === "1" ? [] : (message.reactions.get(emoji) ?? []);
      const sorted = people.map(BigInt).sort((a, b) => (a < b ? -1 : 1));
      const users = sorted.filter((user) => user > after).map((user) => fake.world.users.get(String(user)));
      return ok(users.filter((user) => user !== undefined).slice(0, limit));
    },
  ),
  route("POST", "/channels/:id/messages/:id/threads", "thread", (fake, [channelId = "", id = ""], { body }) => {
    const channel = fake.office.channelFor(channelId, P.CreatePublicThreads);
    const message = fake.office.messageIn(channel, id);
    const type =
      channel.type === ChannelType.GuildAnnouncement ? ChannelType.AnnouncementThread : ChannelType.PublicThread;
    if (channel.type !== ChannelType.GuildText && channel.type !== ChannelType.GuildAnnouncement) {
      throw new ApiError(400, 50024, "Cannot execute action on this channel type");
    }
    const { name, auto_archive_duration: duration } = body;
    if (typeof name !== "string" || name.length < 1 || name.length > 100)
      throw invalid("name", "Must be between 1 and 100 in length.");
    if (duration !== undefined && ![60, 1440, 4320, 10080].includes(Number(duration)))
      throw invalid("auto_archive_duration", "Value must be one of {60, 1440, 4320, 10080}.");
    if (message.thread) throw new ApiError(400, 160004, "A thread has already been created for this message");
    const thread = makeThread(fake.world, message, name, type);
    fake.gateway.dispatch(E.ThreadCreate, { ...(channelJson(thread) as APIThreadChannel), newly_created: true });
    fake.changed();
    return { status: 201, body: channelJson(thread) };
  }),
  route("POST", "/users/@me/channels", "direct", (fake, _parameters, { body }) =>
    ok(channelJson(fake.directChannel(String(body.recipient_id)))),
  ),
];

function route(method: string, path: string, kind: string, handle: Handler): Route {
  const pattern = new RegExp(`^${path.replace(/:\w+/g, "([^/]+)")}$`);
  return { method, pattern, kind: `${method} ${kind}`, handle };
}

function open(method: string, path: string, kind: string, handle: Handler): Route {
  return { ...route(method, path, kind, handle), open: true };
}

function fail(error: ApiError): never {
  throw error;
}

/** The route of a request with its parameters, decoded. */
export function findRoute({
  method,
  path,
}: Pick<Request, "method" | "path">): { readonly route: Route; readonly parameters: readonly string[] } | undefined {
  for (const known of routes) {
    const match = known.method === method ? known.pattern.exec(path) : null;
    if (match) return { route: known, parameters: match.slice(1).map(decodeURIComponent) };
  }
  return undefined;
}
