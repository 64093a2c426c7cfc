import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { InstallProvider } from "@slack/oauth";
import type { Logger } from "pino";
import { hideSecrets } from "./logger.js";
import type { SlackChatOptions } from "./options.js";
import { listenError } from "./ports.js";
import { SCOPES } from "./scopes.js";

/** Where somebody begins to install the app, and where Slack leads them back to. */
export const INSTALL = "/slack/install";
export const REDIRECT = "/slack/oauth_redirect";
const STOP_MS = 2_000;

/** The two pages that install the app on a workspace, for Socket Mode, which has no server otherwise. */
export class InstallServer {
  #server: Server | undefined;

  constructor(
    private readonly installer: InstallProvider,
    private readonly options: SlackChatOptions,
  ) {}

  get port(): number | undefined {
    const address = this.#server?.address();
    return typeof address === "object" && address !== null ? address.port : undefined;
  }

  /** @throws ChatError when the port cannot be had. */
  async start(): Promise<void> {
    const { host = "127.0.0.1", port = 3001, logger } = this.options;
    const server = createServer((request, response) => {
      void answerInstall(this.installer, logger, request, response);
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error) => reject(listenError(error, host, port)));
      server.listen({ host, port }, resolve);
    });
    server.on("error", (err) => logger.error({ err }, "the server for Slack's installation has trouble"));
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const force = setTimeout(() => server.closeAllConnections(), STOP_MS);
    await new Promise((resolve) => server.close(resolve));
    clearTimeout(force);
  }
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
