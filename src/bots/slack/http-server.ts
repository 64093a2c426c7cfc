import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { InstallProvider } from "@slack/oauth";
import type { Logger } from "pino";
import { ChatError } from "../../port/chat-error.js";
import { withTimeout } from "../../shared/async.js";
import { hideSecrets } from "./logger.js";
import type { SlackChatOptions } from "./options.js";
import { SCOPES } from "./scopes.js";

/** Where an installation of the app begins, and where Slack leads the browser back to. */
export const INSTALL = "/slack/install";
export const REDIRECT = "/slack/oauth_redirect";
const STOP_MS = 2_000;

/** The adapter's HTTP server, for events or for the pages that install the app. */
export class HttpServer {
  #server: Server | undefined;

  constructor(private readonly options: Pick<SlackChatOptions, "host" | "port" | "logger">) {}

  get port(): number | undefined {
    const address = this.#server?.address();
    return typeof address === "object" && address !== null ? address.port : undefined;
  }

  get isListening(): boolean {
    return this.#server !== undefined;
  }

  /** @throws ChatError when the port cannot be had. */
  async start(listen: (address: { readonly host: string; readonly port: number }) => Promise<Server>): Promise<void> {
    const { host = "127.0.0.1", port = 3001, logger } = this.options;
    try {
      this.#server = await listen({ host, port });
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      throw new ChatError("unavailable", WHY_NOT.get(code) ?? "slack.cannot-listen", { host, port }, { cause });
    }
    // Without this a late error would end the program.
    this.#server.on("error", (err) => logger.error({ err }, "the HTTP server of the Slack app has trouble"));
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    await withTimeout(closed, STOP_MS, () => server.closeAllConnections());
    await closed;
  }
}

const WHY_NOT = new Map<string | undefined, "slack.port-taken" | "slack.port-privileged" | "slack.no-address">([
  ["EADDRINUSE", "slack.port-taken"],
  ["EACCES", "slack.port-privileged"],
  ["EADDRNOTAVAIL", "slack.no-address"],
  ["ENOTFOUND", "slack.no-address"],
]);

export async function listenWith(
  handler: RequestListener,
  address: { readonly host: string; readonly port: number },
): Promise<Server> {
  const server = createServer(handler).listen(address);
  await once(server, "listening");
  return server;
}

/** Answers one request for the pages; anything else is not found. Never rejects. */
export async function answerInstall(
  installer: InstallProvider,
  logger: Logger,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (request.method === "GET" && pathname === INSTALL) {
      await installer.handleInstallPath(request, response, {}, { scopes: [...SCOPES] });
    } else if (request.method === "GET" && pathname === REDIRECT) {
      await installer.handleCallback(request, response);
    } else {
      response.writeHead(404).end();
    }
  } catch (error) {
    logger.error({ why: hideSecrets(String(error)) }, "an installation of the Slack app failed");
    if (!response.headersSent) response.writeHead(500);
    response.end();
  }
}
