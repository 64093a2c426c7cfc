/** How Slack's events reach the bot: over a WebSocket of its own (Socket Mode), or as HTTP requests to a server. */

import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { HTTPReceiver, type Receiver, SocketModeReceiver } from "@slack/bolt";
import { InstallProvider } from "@slack/oauth";
import type { Logger } from "pino";
import type { ChatHealth } from "../../port/adapter.js";
import { ChatError } from "../../port/chat-error.js";
import { retryWithBackoff, withTimeout } from "../../shared/async.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { clientOptions } from "./answers.js";
import { toChatError } from "./errors.js";
import { answerInstall, HttpServer, INSTALL, listenWith, REDIRECT } from "./http-server.js";
import type { SlackLimits } from "./limits.js";
import { hideSecrets, sdkLogger } from "./logger.js";
import { SLACK_API_URL, type SlackChatOptions, type SlackOAuth } from "./options.js";

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

/** How long a WebSocket may take to be opened and greeted, and to be closed. */
const OPEN_MS = 20_000;
const CLOSE_MS = 2_000;
const LONGEST_PAUSE_MS = 30_000;

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
    return this.#server.isListening ? { connected: true } : disconnected("slack.not-listening");
  }

  async start(): Promise<void> {
    await this.#server.start(async (address) => (await this.receiver.start(address as never)) as Server);
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }
}

/**
 * Socket Mode with reconnects of its own: the SDK waits 5 s before it reconnects, gives up after some errors, and
 * leaves a rejected promise unhandled.
 */
class SocketTransport implements EventTransport {
  readonly receiver: SocketModeReceiver;
  /** For the pages that install the app. */
  readonly #server: HttpServer;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  onLoss?: () => void;
  #open = false;
  #lostAt: number | undefined;

  constructor(
    options: SlackChatOptions,
    appToken: string,
    private readonly limits: SlackLimits,
    private readonly installer: InstallProvider | undefined,
  ) {
    const { apiUrl = SLACK_API_URL, logger } = options;
    this.#logger = logger;
    this.receiver = new SocketModeReceiver({
      appToken,
      logger: sdkLogger(logger),
      autoReconnectEnabled: false,
      installerOptions: { clientOptions: { ...clientOptions(apiUrl, limits), rejectRateLimitedCalls: true } },
      // An envelope that was not taken comes again under the same id.
      customPropertiesExtractor: ({ envelope_id }: { envelope_id?: string }) => ({ envelopeId: envelope_id }),
    });
    guardMessages(this.receiver.client, logger);
    this.#server = new HttpServer(options);
  }

  get port(): number | undefined {
    return this.#server.port;
  }

  get health(): ChatHealth {
    if (this.#lostAt === undefined) return this.#open ? { connected: true } : disconnected("slack.not-connected");
    return {
      connected: false,
      detail: sentence("slack.reconnecting", { since: new Date(this.#lostAt).toISOString() }),
    };
  }

  async start(): Promise<void> {
    const { client } = this.receiver;
    const { installer } = this;
    if (installer) {
      await this.#server.start((address) =>
        listenWith((request, response) => void answerInstall(installer, this.#logger, request, response), address),
      );
    }
    try {
      await this.#connect();
    } catch (cause) {
      await this.#server.stop();
      const known = toChatError(cause);
      throw known.kind === "forbidden" ? new ChatError("forbidden", "slack.app-token", {}, { cause }) : known;
    }
    this.#open = true;
    client.on("disconnected", () => {
      if (this.#open) void this.#comeBack();
    });
  }

  async stop(): Promise<void> {
    this.#open = false;
    this.#stopping.abort();
    await withTimeout(this.receiver.client.disconnect(), CLOSE_MS, () => undefined);
    await this.#server.stop();
  }

  async #comeBack(): Promise<void> {
    this.#lostAt ??= Date.now();
    this.onLoss?.();
    const { signal } = this.#stopping;
    let failures = 0;
    const mayPass = (error: unknown): boolean => {
      if (signal.aborted) return false;
      this.#logger.warn({ err: toChatError(error), attempt: failures++ }, "Slack's connection is lost; trying again");
      return true;
    };
    try {
      // The first attempt is made at once: Slack changes connections every few hours, and commands may be on their way.
      const waits = { firstMs: this.limits.pauseMs * 2, longestMs: LONGEST_PAUSE_MS };
      await retryWithBackoff(() => this.#connect(), { ...waits, signal, mayPass });
    } catch {
      // The transport is being stopped.
      return;
    }
    this.#lostAt = undefined;
    if (failures > 0) this.#logger.info("Slack's connection is back");
  }

  async #connect(): Promise<void> {
    await withTimeout(this.receiver.client.start(), OPEN_MS, () => {
      throw new ChatError("timeout", "slack.socket-timeout");
    });
  }
}

/** The SDK leaves a rejected promise unhandled when a message is not what it expects. */
function guardMessages(client: SocketModeReceiver["client"], logger: Logger): void {
  const event = "ws_message";
  const readers = client.listeners(event);
  client.removeAllListeners(event);
  for (const read of readers) {
    client.on(event, (...message: unknown[]) => {
      void (async () => read.apply(client, message))().catch((err: unknown) => {
        logger.warn({ why: hideSecrets(String(err)) }, "a message from Slack is not understood and is ignored");
      });
    });
  }
}

function disconnected(detail: "slack.not-connected" | "slack.not-listening"): ChatHealth {
  return { connected: false, detail: sentence(detail) };
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
