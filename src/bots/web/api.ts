import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import type { ChatHandlers } from "../../port/adapter.js";
import { ChatError } from "../../port/chat-error.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { Turns } from "../../shared/turns.js";
import { registerAdmin } from "./admin.js";
import { catchUp } from "./catch-up.js";
import { type ChannelHub, channelRef, toId } from "./channel-hub.js";
import type { Conversation } from "./conversation.js";
import { readBody } from "./guard.js";
import { TURN_MS } from "./limits.js";
import { readChannelName } from "./names.js";
import { readWatch } from "./read-watch.js";
import { addressOf, type Sessions } from "./sessions.js";
import type { PersonRow } from "./store.js";
import { Uploads } from "./uploads.js";
import { botId, mustNotBeMuted, sameSecret, toUser } from "./users.js";
import { CLOSED, type WirePage, type WireSession } from "./wire.js";
import { wireMe } from "./wire-views.js";

export interface WebServices {
  readonly hub: ChannelHub;
  readonly conversation: Conversation;
  readonly sessions: Sessions;
  readonly handlers: ChatHandlers;
  readonly moderatorCode: string | undefined;
}

/** How long a page may show a style's small picture again without asking: its name may be given to another. */
const PREVIEW_KEPT_S = 600;

const idText = z.string().regex(/^\d{1,15}$/);
const pageQuery = z.object({
  before: idText.optional(),
  after: idText.optional(),
  around: idText.optional(),
  thread: idText.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(40),
});
const profileBody = z.object({ name: z.string().max(200).optional(), moderatorCode: z.string().max(200).optional() });
const channelBody = z.object({ name: z.string().max(100), topic: z.string().max(200).default("") });
const editBody = z.object({ text: z.string().max(20_000) });
const reactionBody = z.object({ emoji: z.string().max(64), on: z.boolean() });
const actionBody = z.object({ action: z.string().max(100) });
const readMarkBody = z.object({ message: idText, thread: idText.optional() });
const completeBody = z.object({
  command: z.string().max(64),
  option: z.string().max(64),
  typed: z.string().max(500),
  channel: z.string().max(64),
  thread: idText.optional(),
});

const checkBody = z.object({
  line: z.string().max(4000),
  channel: z.string().max(64),
  thread: idText.optional(),
});
const previewQuery = completeBody.omit({ typed: true }).extend({ value: z.string().max(64) });

interface OfChannel {
  Params: { channel: string };
}
interface OfMessage {
  Params: { id: string };
}

/** The routes by which people act, and the socket that tells them of changes. */
export function registerApi(app: FastifyInstance, services: WebServices): void {
  registerSession(app, services);
  registerChannels(app, services);
  registerReading(app, services);
  registerSaying(app, services);
  registerMessages(app, services);
  registerLive(app, services);
}

function registerSession(app: FastifyInstance, services: WebServices): void {
  const { sessions, conversation, handlers, moderatorCode, hub } = services;
  const { users, sockets } = hub.parts;

  app.get("/api/session", async (request, reply) => wireSession(services, sessions.findOrCreate(request, reply)));

  app.post("/api/session", async (request) => {
    const user = sessions.act(request, "clicks");
    const body = readBody(profileBody, request.body);
    if (body.name !== undefined && body.name !== user.name) {
      mustNotBeMuted(user);
      if (user.sign_in !== null) throw new ChatError("forbidden", "web.name-signed-in");
      hub.rename(user, body.name);
    }
    if (body.moderatorCode) {
      countGuess(request, user);
      if (!moderatorCode || !sameSecret(moderatorCode, body.moderatorCode))
        throw new ChatError("forbidden", "web.wrong-code");
      enter(user);
    }
    const me = wireMe(users.get(user.id) ?? user);
    sockets.send({ kind: "me", me }, user.id);
    return me;
  });

  app.get<{ Params: { token: string } }>("/files/:token", async (request, reply) => {
    const file = conversation.handouts.get(request.params.token, sessions.act(request, "clicks").id);
    if (!file) throw new ChatError("gone", "web.file-expired");
    reply.header("cache-control", "no-store").header("content-disposition", `attachment; filename="${file.name}"`);
    return reply.type(file.type).send(file.bytes);
  });

  /** Who has the code is a moderator from now on, which stands in the log. */
  function enter(user: PersonRow): void {
    if (user.moderator === 1) return;
    users.setModerator(user.id, true);
    const { platform, community } = channelRef("");
    const detail = sentence("web.act.code");
    const by = toUser({ ...user, moderator: 1 });
    handlers.moderation?.note(by, { platform, community, kind: "make-moderator", subject: user.name, detail });
  }

  /** A person's first try counts for the person alone: those who guess at an address keep no moderator there out. */
  function countGuess(request: FastifyRequest, { id: person }: PersonRow): void {
    const { budgets } = sessions;
    const address = budgets.knows("codes", person) ? addressOf(request) : undefined;
    if (budgets.take("codes", { person, address }) > 0) throw new ChatError("rate-limited", "web.guesses");
  }
}

function registerChannels(app: FastifyInstance, services: WebServices): void {
  const { sessions, conversation, hub } = services;
  const { store, sockets, limits } = hub.parts;

  app.post("/api/channels", async (request, reply) => {
    const user = sessions.act(request, "messages");
    mustNotBeMuted(user);
    const body = readBody(channelBody, request.body);
    const all = store.channels();
    const name = readChannelName(body.name, all);
    if (all.length >= limits.channels)
      throw new ChatError("forbidden", "web.channels-full", { count: limits.channels });
    sessions.spend("channels", request, user);
    const channel = hub.views.channelState(store.addChannel(name, body.topic.trim()));
    sockets.send({ kind: "channel", channel: { ...channel, last: "0", read: "0", unread: 0, mentions: 0 } });
    return reply.code(201).send(channel);
  });

  app.get<OfChannel>("/api/channels/:channel/messages", async (request): Promise<WirePage> => {
    const user = sessions.act(request, "clicks");
    const query = readBody(pageQuery, request.query);
    const timeline = conversation.locate({ channel: request.params.channel, thread: query.thread }, user);
    const { thread } = timeline;
    const root = thread === undefined ? {} : { root: hub.views.message(hub.need(thread)) };
    const { rows, hasOlder, hasNewer } = pageOf(timeline, user, query);
    return { messages: rows.map((row) => hub.views.message(row)), hasOlder, hasNewer, ...root };
  });

  /** Older or newer than a message, around one, or the newest. */
  function pageOf(
    timeline: ReturnType<typeof conversation.locate>,
    { id }: PersonRow,
    { before, after, around, limit }: z.infer<typeof pageQuery>,
  ) {
    const beyond = after ?? around;
    const newer = beyond === undefined ? [] : store.pageAfter(timeline, id, limit + 1, toId(beyond));
    const upTo = around === undefined ? before && toId(before) : toId(around) + 1;
    const older = after === undefined ? store.page(timeline, id, limit + 1, upTo || undefined) : [];
    const [hasOlder, hasNewer] = [older.length > limit, newer.length > limit];
    return { rows: [...older.slice(hasOlder ? 1 : 0), ...newer.slice(0, limit)], hasOlder, hasNewer };
  }
}

/** What people have read of a channel, or of a thread in it. */
function registerReading(app: FastifyInstance, { sessions, conversation, hub }: WebServices): void {
  const { users, marks, sockets } = hub.parts;

  app.post<OfChannel>("/api/channels/:channel/read", async (request, reply) => {
    const user = sessions.act(request, "clicks");
    const { message, thread } = readBody(readMarkBody, request.body);
    const { channel, thread: root } = conversation.locate({ channel: request.params.channel, thread }, user);
    if (root !== undefined) {
      marks.markRead(user.id, root, toId(message));
      hub.showNews(user.id, root);
      return reply.code(204).send();
    }
    users.markRead(user.id, channel, toId(message));
    sockets.send({ kind: "channel", channel: hub.views.channel(user.id, channel) }, user.id);
    return reply.code(204).send();
  });
}

/** What people say, with pictures or without. */
function registerSaying(app: FastifyInstance, { sessions, conversation, hub }: WebServices): void {
  const { store, limits } = hub.parts;
  const uploads = new Uploads(limits);
  const turns = new Turns(TURN_MS);

  app.post("/api/messages", async (request) => {
    const user = sessions.act(request, "messages");
    const row = await uploads.take(user.id, request, (said) => {
      const bytes = said.images.reduce((sum, image) => sum + image.bytes.byteLength, 0);
      if (bytes > 0) sessions.spend("megabytes", request, user, bytes / 1024 / 1024);
      return turns.take(() => conversation.say(user, said), user.id);
    });
    // Read again: a command may have become public, or been answered, meanwhile.
    return hub.views.message(store.message(row.id) ?? row);
  });
}

function registerMessages(app: FastifyInstance, services: WebServices): void {
  const { sessions, conversation, hub } = services;

  app.patch<OfMessage>("/api/messages/:id", async (request) => {
    const user = sessions.act(request, "messages");
    const id = toId(request.params.id);
    conversation.edit(user, id, readBody(editBody, request.body).text);
    return hub.views.message(hub.need(id));
  });

  app.delete<OfMessage>("/api/messages/:id", async (request, reply) => {
    conversation.remove(sessions.act(request, "clicks"), toId(request.params.id));
    return reply.code(204).send();
  });

  app.post<OfMessage>("/api/messages/:id/reactions", async (request, reply) => {
    const user = sessions.act(request, "clicks");
    const { emoji, on } = readBody(reactionBody, request.body);
    await conversation.react(user, toId(request.params.id), emoji, on);
    return reply.code(204).send();
  });

  app.post<OfMessage>("/api/messages/:id/actions", async (request, reply) => {
    const user = sessions.act(request, "messages");
    await conversation.press(user, toId(request.params.id), readBody(actionBody, request.body).action);
    return reply.code(202).send();
  });

  app.post("/api/complete", async (request) => {
    const user = sessions.act(request, "keystrokes");
    return { completions: await conversation.complete(user, readBody(completeBody, request.body)) };
  });

  app.post("/api/check", async (request) =>
    conversation.check(sessions.act(request, "keystrokes"), readBody(checkBody, request.body)),
  );

  app.get("/api/preview", async (request, reply) => {
    const user = sessions.act(request, "pictures");
    const { bytes, type } = await conversation.preview(user, readBody(previewQuery, request.query));
    return reply.header("cache-control", `private, max-age=${PREVIEW_KEPT_S}`).type(type).send(Buffer.from(bytes));
  });
}

function registerLive(app: FastifyInstance, services: WebServices): void {
  const { sessions, hub, handlers } = services;
  const { store, users, sockets } = hub.parts;
  const admin = handlers.admin && registerAdmin(app, { admin: handlers.admin, users, sessions });
  const preValidation = async (request: FastifyRequest) => sessions.spend("sockets", request, sessions.find(request));

  app.get<{ Querystring: { since?: string } }>("/api/live", { websocket: true, preValidation }, (socket, request) => {
    const user = sessions.find(request);
    const session = sessions.sessionOf(request);
    const from = { user: user?.id ?? "", session, address: addressOf(request), connection: request.raw.socket };
    if (!user) return socket.close(CLOSED.forGood, sentence("web.session-unknown"));
    const full = sockets.full(from);
    if (full !== undefined) return socket.close(CLOSED.full, full);
    const opened = sockets.add(socket, from);
    const feed = admin?.attach(user.id, opened.send);
    socket.on("close", () => feed?.set(false));
    socket.on("message", (data) => {
      const { watch, thread } = readWatch(data);
      if (watch !== undefined) feed?.set(watch === "admin");
      if (thread !== undefined) opened.follow(thread);
    });
    void opened.send({ kind: "session", session: wireSession(services, user) });
    const since = idText.safeParse(request.query.since).success ? Number(request.query.since) : store.syncedRev;
    return catchUp(hub, { user: user.id, since }, opened);
  });
}

function wireSession({ hub, handlers }: WebServices, user: PersonRow): WireSession {
  const { store, limits } = hub.parts;
  const { uploadBytes, uploadPixels, picturesPerMessage, textLength } = limits;
  return {
    me: wireMe(user),
    bot: hub.views.person(botId),
    channels: hub.views.channels(user.id),
    news: hub.views.news(user.id),
    commands: handlers.commands,
    gallery: handlers.gallery !== undefined,
    rev: store.syncedRev,
    now: Date.now(),
    admin: handlers.admin !== undefined,
    moderation: handlers.moderation !== undefined,
    limits: { uploadBytes, uploadPixels, picturesPerMessage, textLength },
  };
}
