import type { FastifyInstance, FastifyRequest } from "fastify";
import PQueue from "p-queue";
import { z } from "zod";
import type { ChatHandlers } from "../../port/adapter.js";
import { ChatError } from "../../port/chat-error.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { registerAdmin } from "./admin.js";
import { type ChannelHub, toId } from "./channel-hub.js";
import type { Conversation } from "./conversation.js";
import type { WebChatLimits } from "./options.js";
import { RateLimiter } from "./rate.js";
import { readBody } from "./read-body.js";
import { type PersonRow, wirePerson } from "./rows.js";
import type { Sessions } from "./sessions.js";
import { readUtterance } from "./upload.js";
import { botId, sameSecret } from "./users.js";
import type { WireMe, WirePage, WireSession } from "./wire.js";

export interface WebServices {
  readonly hub: ChannelHub;
  readonly conversation: Conversation;
  readonly sessions: Sessions;
  readonly handlers: ChatHandlers;
  readonly limits: WebChatLimits;
  readonly moderatorCode: string | undefined;
}

/** More changes than this while away, and a client starts afresh. */
const resumeLimit = 500;
const channelName = /^[\p{Ll}\p{Lo}\p{N}][\p{Ll}\p{Lo}\p{N}-]{0,31}$/u;

const idText = z.string().regex(/^\d{1,15}$/);
const pageQuery = z.object({
  before: idText.optional(),
  thread: idText.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(40),
});
const profileBody = z.object({ name: z.string().max(200).optional(), moderatorCode: z.string().max(200).optional() });
const channelBody = z.object({ name: z.string().max(100), topic: z.string().max(200).default("") });
const reactionBody = z.object({ emoji: z.string().max(64), on: z.boolean() });
const actionBody = z.object({ action: z.string().max(100) });
const readMarkBody = z.object({ message: idText });
const completeBody = z.object({
  command: z.string().max(64),
  option: z.string().max(64),
  typed: z.string().max(500),
  channel: z.string().max(64),
  thread: idText.optional(),
});

/** The routes by which people act, and the socket by which they hear. */
export function registerApi(
  app: FastifyInstance,
  { hub: channelHub, conversation, sessions, handlers, limits, moderatorCode }: WebServices,
): void {
  const { store, users, hub } = channelHub.parts;
  const messages = new RateLimiter(limits.messageBurst, limits.messagesPerSecond);
  const clicks = new RateLimiter(40, 8);
  const keystrokes = new RateLimiter(60, 20);
  const guesses = new RateLimiter(5, 0.1);
  const uploads = new PQueue({ concurrency: 4 });

  const act = (request: FastifyRequest, limiter: RateLimiter): PersonRow => {
    const user = sessions.need(request);
    const wait = limiter.take(user.id);
    if (wait > 0) throw new ChatError("rate-limited", "web.too-fast", { seconds: wait });
    return user;
  };
  const admin =
    handlers.admin && registerAdmin(app, { admin: handlers.admin, users, act: (request) => act(request, clicks), hub });
  const session = (user: PersonRow): WireSession => ({
    me: toMe(user),
    bot: channelHub.user(botId),
    channels: channelHub.channelsFor(user.id),
    commands: handlers.commands,
    gallery: handlers.gallery !== undefined,
    rev: store.rev(),
    admin: handlers.admin !== undefined,
    limits: {
      uploadBytes: limits.uploadBytes,
      picturesPerMessage: limits.picturesPerMessage,
      textLength: limits.textLength,
    },
  });
  const tellChannels = () => {
    for (const id of hub.people()) hub.send({ kind: "channels", channels: channelHub.channelsFor(id) }, id);
  };

  app.get("/api/session", async (request, reply) => session(sessions.findOrCreate(request, reply)));

  app.post("/api/session", async (request) => {
    const user = act(request, clicks);
    const body = readBody(profileBody, request.body);
    if (body.name !== undefined) users.rename(user.id, body.name);
    if (body.moderatorCode) {
      if (guesses.take(request.socket.remoteAddress ?? "") > 0) throw new ChatError("rate-limited", "web.guesses");
      if (!moderatorCode || !sameSecret(moderatorCode, body.moderatorCode))
        throw new ChatError("forbidden", "web.wrong-code");
      users.makeModerator(user.id);
    }
    const me = toMe(users.get(user.id) ?? user);
    hub.send({ kind: "me", me }, user.id);
    return me;
  });

  app.get<{ Params: { token: string } }>("/files/:token", async (request, reply) => {
    const user = act(request, clicks);
    const file = conversation.handouts.get(request.params.token, user.id);
    if (!file) throw new ChatError("gone", "web.file-expired");
    reply.header("cache-control", "no-store").header("content-disposition", `attachment; filename="${file.name}"`);
    return reply.type(file.type).send(Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength));
  });

  app.post("/api/channels", async (request, reply) => {
    act(request, messages);
    const body = readBody(channelBody, request.body);
    const name = body.name.trim().replace(/^#/, "").toLowerCase().replace(/\s+/g, "-");
    if (!channelName.test(name)) throw new ChatError("forbidden", "web.channel-name");
    if (store.hasChannel(name)) throw new ChatError("forbidden", "web.channel-exists", { name });
    if (store.channels().length >= limits.channels)
      throw new ChatError("forbidden", "web.channels-full", { count: limits.channels });
    store.addChannel(name, body.topic.trim());
    tellChannels();
    return reply.code(201).send({ id: name });
  });

  app.get<{ Params: { channel: string } }>("/api/channels/:channel/messages", async (request): Promise<WirePage> => {
    const user = act(request, clicks);
    const query = readBody(pageQuery, request.query);
    const { channel, thread } = channelHub.locate({
      id: request.params.channel,
      ...(query.thread ? { thread: query.thread } : {}),
    });
    const root = thread === undefined ? undefined : channelHub.wire(conversation.visible(thread, user));
    const rows = store.page(
      channel,
      thread,
      query.before === undefined ? undefined : toId(query.before),
      query.limit + 1,
      user.id,
    );
    const hasOlder = rows.length > query.limit;
    return {
      messages: (hasOlder ? rows.slice(1) : rows).map((row) => channelHub.wire(row)),
      hasOlder,
      ...(root ? { root } : {}),
    };
  });

  app.post<{ Params: { channel: string } }>("/api/channels/:channel/read", async (request, reply) => {
    const user = act(request, clicks);
    const { channel } = channelHub.locate({ id: request.params.channel });
    users.markRead(user.id, channel, toId(readBody(readMarkBody, request.body).message));
    hub.send({ kind: "channels", channels: channelHub.channelsFor(user.id) }, user.id);
    return reply.code(204).send();
  });

  app.post("/api/messages", async (request) => {
    const user = act(request, messages);
    if (uploads.size > 40) throw new ChatError("unavailable", "web.uploads-busy");
    const row = await uploads.add(async () => conversation.say(user, await readUtterance(request, limits)));
    // Read again: a command may have become public, or been answered, meanwhile.
    return channelHub.wire(store.message(row.id) ?? row);
  });

  app.delete<{ Params: { id: string } }>("/api/messages/:id", async (request, reply) => {
    conversation.remove(act(request, clicks), toId(request.params.id));
    return reply.code(204).send();
  });

  app.post<{ Params: { id: string } }>("/api/messages/:id/reactions", async (request, reply) => {
    const user = act(request, clicks);
    const { emoji, on } = readBody(reactionBody, request.body);
    conversation.react(user, toId(request.params.id), emoji, on);
    return reply.code(204).send();
  });

  app.post<{ Params: { id: string } }>("/api/messages/:id/actions", async (request, reply) => {
    conversation.press(act(request, messages), toId(request.params.id), readBody(actionBody, request.body).action);
    return reply.code(202).send();
  });

  app.post("/api/complete", async (request) => ({
    completions: await conversation.complete(act(request, keystrokes), readBody(completeBody, request.body)),
  }));

  app.get<{ Querystring: { since?: string } }>("/api/live", { websocket: true }, (socket, request) => {
    const user = sessions.find(request);
    const refusal = user ? hub.full(user.id) : sentence("web.session-unknown");
    if (!user || refusal) return socket.close(4001, refusal);
    hub.add(socket, user.id);
    admin?.attach(socket, user.id);
    hub.sendTo(socket, { kind: "session", session: session(user) });
    const since = /^\d{1,15}$/.test(request.query.since ?? "") ? Number(request.query.since) : store.rev();
    const missed = store.changedSince(since, user.id, resumeLimit + 1);
    // A counter behind the client's means another or an older database: what the client holds is of no use then.
    if (missed.length > resumeLimit || since > store.rev())
      return hub.sendTo(socket, { kind: "reset", rev: store.rev() });
    for (const row of missed) {
      const { id, channel, thread, rev } = channelHub.wire(row);
      if (row.removed)
        hub.sendTo(socket, { kind: "removed", id, channel, rev, ...(thread === undefined ? {} : { thread }) });
      else hub.sendTo(socket, { kind: "message", message: channelHub.wire(row) });
    }
    hub.sendTo(socket, { kind: "synced", rev: store.rev() });
  });
}

function toMe(user: PersonRow): WireMe {
  return { ...wirePerson(user), moderator: user.moderator === 1 };
}
