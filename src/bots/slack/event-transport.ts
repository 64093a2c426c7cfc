/** How Slack's events reach the bot: over a WebSocket of its own (Socket Mode), or as HTTP requests to a server. */

import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { HTTPReceiver, type Receiver } from "@slack/bolt";
import { InstallProvider } from "@slack/oauth";
import type { Logger } from "pino";
import type { ChatHealth } from "../../port/adapter.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { clientOptions } from "./answers.js";
import { answerInstall, HttpServer, INSTALL, REDIRECT } from "./http-server.js";
import type { SlackLimits } from "./limits.js";
import { sdkLogger } from "./logger.js";
import { SLACK_API_URL, type SlackChatOptions, type SlackOAuth } from "./options.js";
import { SocketTransport } from "./socket-mode.js";

export interface EventTransport {
  readonly receiver: Receiver;
  /** The port that is listened on, once started; undefined where nothing listens. */
  readonly port: number | undefined;
  readonly health: ChatHealth;
  /** Called when the connection was lost: events may have been lost with it. */
  onLoss?: () => void;
  /** @throws ChatError */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function openTransport(
  options: SlackChatOptions,
  limits: SlackLimits,
  installer: InstallProvider | undefined,
): EventTransport {
  return options.appToken === undefined
    ? new HttpTransport(options, installer)
    : new SocketTransport(options, options.appToken, limits, installer);
}

class HttpTransport implements EventTransport {
  readonly receiver: HTTPReceiver;
  readonly #server: HttpServer;

  constructor(options: SlackChatOptions, installer: InstallProvider | undefined) {
    const { signingSecret = "", logger } = options;
    // Bolt's own pages for installing would have Bolt choose the tokens too.
    const handler = (request: IncomingMessage, response: ServerResponse) => {
      if (installer) void answerInstall(installer, logger, request, response);
    };
    const customRoutes = installer ? [INSTALL, REDIRECT].map((path) => ({ path, method: "GET", handler })) : [];
    this.receiver = new HTTPReceiver({ signingSecret, logger: sdkLogger(logger), customRoutes });
    this.#server = new HttpServer(options);
  }

  get port(): number | undefined {
    return this.#server.port;
  }

  get health(): ChatHealth {
    return this.#server.isListening
      ? { connected: true }
      : { connected: false, detail: sentence("slack.not-listening") };
  }

  async start(): Promise<void> {
    await this.#server.start(async (address) => (await this.receiver.start(address as never)) as Server);
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }
}

export function makeInstaller(
  { clientId, clientSecret, stateSecret, installations }: SlackOAuth,
  apiUrl: string,
  limits: SlackLimits,
  logger: Logger,
): InstallProvider {
  return new InstallProvider({
    clientId,
    clientSecret,
    stateSecret,
    installationStore: installations,
    logger: sdkLogger(logger),
    clientOptions: clientOptions(apiUrl, limits, 2),
    // Another server's page for consent is beside its Web API.
    ...(apiUrl !== SLACK_API_URL && { authorizationUrl: new URL("../oauth/v2/authorize", apiUrl).href }),
  });
}
