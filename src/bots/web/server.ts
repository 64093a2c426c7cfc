import multipart from "@fastify/multipart";
import websocket from "@fastify/websocket";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { ChatError, type ChatErrorKind } from "../../port/chat-error.js";
import { defined } from "../../shared/defined.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { StoreError } from "../../shared/store-error.js";
import { Turns } from "../../shared/turns.js";
import { memberOf, networkOf } from "./addresses.js";
import { registerApi, type WebServices } from "./api.js";
import { serveClient } from "./client-files.js";
import { PictureRefusal } from "./conversation.js";
import { registerDevices } from "./devices.js";
import { registerGallery } from "./gallery.js";
import { refuse } from "./guard.js";
import { TURN_MS } from "./limits.js";
import { registerModeration } from "./moderation.js";
import { type PublicDoor, registerPublicGallery } from "./public-gallery.js";
import { registerSearch } from "./search.js";
import { serveImages } from "./serve-images.js";
import { addressOf } from "./sessions.js";
import { registerWholeResults } from "./whole-results.js";

const STATUS: Readonly<Record<ChatErrorKind, number>> = {
  gone: 404,
  forbidden: 403,
  "unknown-emoji": 400,
  "too-large": 413,
  "rate-limited": 429,
  timeout: 504,
  unavailable: 503,
};

/** Only this page's own files and its own server; images may also be made in the page, before they are sent. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

interface ServerOptions {
  readonly allowedHosts: readonly string[];
  /** Below it, and below "/" too, the chat answers: some proxies take the path off, others hand it on. */
  readonly basePath: string;
  /** Addresses and networks whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** Folder of the built front end, or undefined when it has not been built. */
  readonly clientDir: string | undefined;
  /** Where the gallery is for everybody. */
  readonly publicGallery: PublicDoor | undefined;
}

/** The largest picture at 400 kbit/s takes less; an upload slower than the limits say is ended before. */
const REQUEST_MS = 600_000;

/**
 * Builds the HTTP server: guards, headers, the front end's files, the image files and the API. Listening is the
 * caller's.
 */
export async function buildServer(
  services: WebServices,
  { allowedHosts, basePath, trustedProxies, clientDir, publicGallery: door }: ServerOptions,
  logger: Logger,
): Promise<FastifyInstance> {
  const { limits } = services.hub.parts;
  const isProxy = memberOf(trustedProxies);
  const app = fastify({
    loggerInstance: logger.child({ part: "http" }, { level: "warn" }),
    bodyLimit: 64 * 1024,
    requestTimeout: REQUEST_MS,
    connectionTimeout: 130_000,
    keepAliveTimeout: 10_000,
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: true,
    trustProxy: isProxy,
    frameworkErrors: (_error, _request, reply) => void answerUnreadable(reply as unknown as FastifyReply),
    rewriteUrl: ({ url = "/" }) => (url.startsWith(basePath) ? `/${url.slice(basePath.length)}` : url),
  }) as unknown as FastifyInstance;
  boundConnections(app, limits.connectionsPerAddress, isProxy);
  takeTurns(app);
  guard(app, allowedHosts);
  app.addHook("onRequest", async (request) => services.sessions.spend("requests", request));
  tellOfUnknownProxy(app, isProxy, logger);
  acknowledgeDurably(app, services);
  answerErrors(app);
  const { uploadBytes: fileSize, picturesPerMessage } = limits;
  const most = { fields: 30, fieldSize: 64 * 1024, parts: 40, headerPairs: 50 };
  await app.register(multipart, { limits: { fileSize, files: picturesPerMessage, ...most } });
  await app.register(websocket, {
    options: { maxPayload: 1024, maxFragments: 8 },
    errorHandler: (error, socket, request) => {
      // Those with a code are of the connection: a stranger must not fill the log with them.
      request.log["code" in error ? "debug" : "error"]({ err: error }, "a socket failed");
      socket.terminate();
    },
  });
  await serveImages(app, services);
  await serveClient(app, clientDir);
  // What the page asks for is below it only where its own address ends with a slash.
  if (basePath !== "/") app.get(basePath.slice(0, -1), async (_request, reply) => reply.redirect(basePath, 308));
  registerRoutes(app, services, door);
  return app;
}

function registerRoutes(app: FastifyInstance, services: WebServices, door: PublicDoor | undefined): void {
  registerApi(app, services);
  const { gallery, publicGallery, wholeResult, moderation } = services.handlers;
  const isPublic = publicGallery && door && registerPublicGallery(app, services, publicGallery, door);
  if (gallery) registerGallery(app, services, gallery, isPublic);
  if (wholeResult) registerWholeResults(app, services, wholeResult);
  registerSearch(app, services);
  registerDevices(app, services);
  if (moderation) registerModeration(app, services, moderation);
}

function guard(app: FastifyInstance, allowedHosts: readonly string[]): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(HEADERS);
    if (isApi(request)) reply.header("cache-control", "no-store");
    const { host, origin, upgrade } = request.headers;
    const refusal = refuse({ method: request.method, host, origin, upgrade: upgrade !== undefined }, allowedHosts);
    if (refusal) return reply.code(403).header("cache-control", "no-store").send({ error: refusal });
  });

  app.addHook("onResponse", async (request, reply) => {
    // An upgraded connection is no longer the HTTP server's to close; a refused one would stay open as long as its
    // client likes.
    if (request.headers.upgrade !== undefined && reply.statusCode !== 101) request.raw.socket.destroySoon();
  });
}

/** By the route, not the address: that may be written in many ways, such as `/%61pi/session`. */
function isApi({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.url?.startsWith("/api/") === true;
}

/**
 * What an answer acknowledges is on the disk before it goes. So is what it only shows: a power cut gives the numbers of
 * messages that it takes back to others, which a page that has those would not see. Where the disk refuses, people can
 * read all the same.
 */
function acknowledgeDurably(app: FastifyInstance, { hub }: WebServices): void {
  app.addHook("onSend", async (request, { statusCode }) => {
    const reads = request.method === "GET" || request.method === "HEAD";
    if (statusCode >= 400 || (reads && !isApi(request))) return;
    const synced = hub.parts.store.synced();
    await (reads ? synced.catch(() => undefined) : synced);
  });
}

/** Requests that come at once are dealt with a few at a time, one of each address after the other. */
function takeTurns(app: FastifyInstance): void {
  const turns = new Turns(TURN_MS);
  app.addHook("onRequest", async (request) => turns.take(() => undefined, addressOf(request)));
}

/** A connection costs memory and a file handle before anything is asked over it. */
function boundConnections(app: FastifyInstance, most: number, isProxy: (address?: string) => boolean): void {
  const open = new Map<string, number>();
  app.server.on("connection", (socket) => {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined || isProxy(remoteAddress)) return;
    const address = networkOf(remoteAddress);
    const count = open.get(address) ?? 0;
    if (count >= most) return socket.destroy();
    open.set(address, count + 1);
    socket.once("close", () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
  });
}

/** Says once that all who come through a proxy count as one visitor's address, as long as it is not named. */
function tellOfUnknownProxy(app: FastifyInstance, isProxy: (address?: string) => boolean, logger: Logger): void {
  let told = false;
  app.addHook("onRequest", async ({ headers, socket }) => {
    if (told || headers["x-forwarded-for"] === undefined || isProxy(socket.remoteAddress)) return;
    told = true;
    logger.warn(sentence("web.unknown-proxy", { address: socket.remoteAddress ?? "" }));
  });
}

/** Of an address that no route is looked up for; hooks do not run then. */
function answerUnreadable(reply: FastifyReply): FastifyReply {
  reply.headers({ ...HEADERS, "cache-control": "no-store" });
  return reply.code(400).send({ error: sentence("web.bad-request") });
}

function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    // What may be kept of an answer is not so of a refusal: what is hidden or busy now is there again later.
    reply.header("cache-control", "no-store");
    // In words for everybody; the cause names the file. Others are a visitor's doing, such as a page that is unknown.
    if (error instanceof ChatError && error.kind === "unavailable" && error.cause instanceof StoreError)
      request.log.error({ err: error }, "the disk has refused what a request needs");
    if (error instanceof ChatError) {
      const { seconds } = error.params;
      if (error.kind === "rate-limited" && typeof seconds === "number") reply.header("retry-after", seconds);
      const { picture } = error instanceof PictureRefusal ? error : {};
      return reply.code(STATUS[error.kind]).send({ error: error.message, ...defined({ picture }) });
    }
    const status =
      error instanceof Error && "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : 500;
    if (status >= 500) request.log.error({ err: error }, "a request failed");
    return reply.code(status).send({ error: sentence(status >= 500 ? "web.failed" : "web.bad-request") });
  });
  app.setNotFoundHandler((_request, reply) =>
    reply
      .code(404)
      .header("cache-control", "no-store")
      .send({ error: sentence("web.not-found") }),
  );
}
