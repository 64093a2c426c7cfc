import multipart from "@fastify/multipart";
import fastifyStatic from "@fastify/static";
import websocket from "@fastify/websocket";
import fastify, { type FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { ChatError, type ChatErrorKind } from "../../port/chat-error.js";
import { registerApi, type WebServices } from "./api.js";
import { registerGallery } from "./gallery.js";
import { refuse } from "./guard.js";

const statusOf: Readonly<Record<ChatErrorKind, number>> = {
  gone: 404,
  forbidden: 403,
  "too-large": 413,
  "rate-limited": 429,
  timeout: 504,
  unavailable: 503,
};

/** Only this page's own files and its own server; pictures may also be made in the page, before they are sent. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

interface ServerOptions {
  readonly allowedHosts: readonly string[];
  /** Folder of the built front end, or undefined when it has not been built. */
  readonly clientDir: string | undefined;
}

/** Builds the HTTP server: guards, headers, the front end's files, the picture files and the API. Listening is the caller's. */
export async function buildServer(
  services: WebServices,
  options: ServerOptions,
  logger: Logger,
): Promise<FastifyInstance> {
  const { limits, hub } = services;
  const app = fastify({
    loggerInstance: logger.child({ part: "http" }, { level: "warn" }),
    bodyLimit: 64 * 1024,
    requestTimeout: 120_000,
    connectionTimeout: 130_000,
    keepAliveTimeout: 10_000,
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: true,
  }) as unknown as FastifyInstance;

  app.addHook("onRequest", async (request, reply) => {
    reply.header("content-security-policy", contentSecurityPolicy);
    reply.header("x-content-type-options", "nosniff");
    reply.header("referrer-policy", "no-referrer");
    reply.header("cross-origin-opener-policy", "same-origin");
    reply.header("cross-origin-resource-policy", "same-origin");
    if (request.url.startsWith("/api/")) reply.header("cache-control", "no-store");
    const { host, origin, upgrade } = request.headers;
    const refusal = refuse(
      { method: request.method, host, origin, upgrade: upgrade !== undefined },
      options.allowedHosts,
    );
    if (refusal) return reply.code(403).send({ error: refusal });
  });

  app.addHook("onResponse", async (request, reply) => {
    // An upgraded connection is no longer the HTTP server's to close; a refused one would stay for as long as its other end likes.
    if (request.headers.upgrade !== undefined && reply.statusCode !== 101) request.raw.socket.destroySoon();
  });

  app.setErrorHandler((error, request, reply) => {
    if (error instanceof ChatError) return reply.code(statusOf[error.kind]).send({ error: error.message });
    const status =
      error instanceof Error && "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : 500;
    if (status >= 500) request.log.error({ err: error }, "a request failed");
    return reply.code(status).send({
      error:
        status >= 500
          ? "Something went wrong here; it is in the log. Try again."
          : "This request makes no sense to the chat.",
    });
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: "There is nothing at this address." }));

  await app.register(multipart, {
    limits: {
      fileSize: limits.uploadBytes,
      files: limits.picturesPerMessage,
      fields: 30,
      fieldSize: 64 * 1024,
      parts: 40,
      headerPairs: 50,
    },
  });
  await app.register(websocket, { options: { maxPayload: 1024 } });
  await app.register(fastifyStatic, { root: hub.parts.pictures.folder, serve: false });
  if (options.clientDir) {
    await app.register(fastifyStatic, {
      root: options.clientDir,
      decorateReply: false,
      cacheControl: false,
      setHeaders: (response, path) => {
        // Vite names the files in assets/ by their content.
        response.setHeader(
          "cache-control",
          /[\\/]assets[\\/]/.test(path) ? "public, max-age=31536000, immutable" : "no-cache",
        );
      },
    });
  } else {
    app.get("/", async (_request, reply) => reply.code(503).type("text/plain; charset=utf-8").send(notBuilt));
  }

  app.get<{ Params: { name: string } }>("/pictures/:name", async (request, reply) => {
    const { name } = request.params;
    if (!hub.parts.pictures.isName(name)) throw new ChatError("gone", "web.no-image");
    return reply.sendFile(name, hub.parts.pictures.folder, { maxAge: "365d", immutable: true });
  });

  registerApi(app, services);
  if (services.handlers.gallery) registerGallery(app, services, services.handlers.gallery);
  return app;
}

export const notBuilt = "The chat's page has not been built yet: run `npm run build` once, then start again.\n";
