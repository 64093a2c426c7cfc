/** How Slack's events reach the bot: over a WebSocket of its own (Socket Mode), or as HTTP requests to a server. */

import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Receiver } from "@slack/bolt";
import { HTTPReceiver, SocketModeReceiver } from "@slack/bolt";
import { InstallProvider } from "@slack/oauth";
import type { Logger } from "pino";
import type { ChatHealth } from "../../port/adapter.js";
import { ChatError } from "../../port/chat-error.js";
import { retryWithBackoff } from "../../shared/retry.js";
import { withTimeout } from "../../shared/timeout.js";
import { fetchAnswer } from "./answers.js";
import { toChatError } from "./errors.js";
import { answerInstall, INSTALL, InstallServer, REDIRECT } from "./install-server.js";
import { hideSecrets, sdkLogger } from "./logger.js";
import { SLACK_API_URL, type SlackChatOptions, type SlackLimits } from "./options.js";
import { listenError } from "./ports.js";

export interface EventTransport {
  readonly receiver: Receiver;
  readonly installer: InstallProvider | undefined;
  /** The port that is listened on, once started; undefined where nothing listens. */
  readonly port: number | undefined;
  readonly health: ChatHealth;
  /** @throws ChatError */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** How long a WebSocket may take to be opened and greeted, and to be closed. */
const OPEN_MS = 20_000;
const CLOSE_MS = 2_000;
const LONGEST_PAUSE_MS = 30_000;

export function openTransport(options: SlackChatOptions, limits: SlackLimits): EventTransport {
  return options.appToken === undefined
    ? new HttpTransport(options, limits)
    : new SocketTransport(options, options.appToken, limits);
}

class HttpTransport implements EventTransport {
  readonly receiver: HTTPReceiver;
  readonly installer: InstallProvider | undefined;
  #server: Server | undefined;

  constructor(
    private readonly options: SlackChatOptions,
    limits: SlackLimits,
  ) {
    const { oauth, signingSecret = "", logger } = options;
    const installer = oauth === undefined ? undefined : makeInstaller(options, limits);
    // Bolt's own pages for installing would have Bolt choose the tokens too.
    const handler = (request: IncomingMessage, response: ServerResponse) => {
      if (installer) void answerInstall(installer, logger, request, response);
    };
    const routes = [INSTALL, REDIRECT].map((path) => ({ path, method: "GET", handler }));
    this.receiver = new HTTPReceiver({
      signingSecret,
      logger: sdkLogger(logger),
      customRoutes: installer ? routes : [],
    });
    this.installer = installer;
  }

  get port(): number | undefined {
    const address = this.#server?.address();
    return typeof address === "object" && address !== null ? address.port : undefined;
  }

  get health(): ChatHealth {
    return this.#server ? { connected: true } : { connected: false, detail: "not listening for Slack's events" };
  }

  async start(): Promise<void> {
    const { host = "127.0.0.1", port = 3001 } = this.options;
    try {
      this.#server = (await this.receiver.start({ host, port } as never)) as Server;
    } catch (error) {
      throw listenError(error, host, port);
    }
    // Without this a late error would end the program.
    this.#server.on("error", (err) => this.options.logger.error({ err }, "the server for Slack's events has trouble"));
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const force = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
    await this.receiver.stop();
    clearTimeout(force);
  }
}

/**
 * Socket Mode with reconnects of its own: the SDK waits 5 s before it comes back, gives up after some errors, and lets a promise reject
 * that nobody holds.
 */
class SocketTransport implements EventTransport {
  readonly receiver: SocketModeReceiver;
  readonly installer: InstallProvider | undefined;
  readonly #server: InstallServer | undefined;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #open = false;
  #lostAt: number | undefined;

  constructor(
    options: SlackChatOptions,
    appToken: string,
    private readonly limits: SlackLimits,
  ) {
    const { oauth, apiUrl = SLACK_API_URL, logger } = options;
    this.#logger = logger;
    this.receiver = new SocketModeReceiver({
      appToken,
      logger: sdkLogger(logger),
      autoReconnectEnabled: false,
      installerOptions: {
        clientOptions: {
          slackApiUrl: apiUrl,
          fetch: fetchAnswer,
          timeout: limits.callMs,
          retryConfig: { retries: 0 },
          rejectRateLimitedCalls: true,
        },
      },
      // An envelope that was not taken comes again under the same id.
      customPropertiesExtractor: ({ envelope_id }: { envelope_id?: string }) => ({ envelopeId: envelope_id }),
    });
    guardMessages(this.receiver.client, logger);
    if (oauth) {
      this.installer = makeInstaller(options, limits);
      this.#server = new InstallServer(this.installer, options);
    }
  }

  get port(): number | undefined {
    return this.#server?.port;
  }

  get health(): ChatHealth {
    if (this.#lostAt !== undefined)
      return { connected: false, detail: `reconnecting since ${new Date(this.#lostAt).toISOString()}` };
    return this.#open ? { connected: true } : { connected: false, detail: "not connected" };
  }

  async start(): Promise<void> {
    const { client } = this.receiver;
    await this.#server?.start();
    try {
      await this.#connect();
    } catch (error) {
      await this.#server?.stop();
      throw appTokenError(error);
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
    await this.#server?.stop();
  }

  async #comeBack(): Promise<void> {
    this.#lostAt ??= Date.now();
    const { signal } = this.#stopping;
    let failures = 0;
    const mayPass = (error: unknown): boolean => {
      if (signal.aborted) return false;
      this.#logger.warn({ err: toChatError(error), attempt: failures++ }, "Slack's connection is lost; trying again");
      return true;
    };
    try {
      // The first attempt is made at once: Slack changes connections every few hours, and somebody may be typing a command.
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

/** The SDK lets a promise reject that nobody holds when a message is not what it expects. */
function guardMessages(client: SocketModeReceiver["client"], logger: Logger): void {
  const event = "ws_message";
  const readers = client.listeners(event);
  client.removeAllListeners(event);
  for (const read of readers) {
    client.on(event, (...message: unknown[]) => {
      void (async () => read.apply(client, message))().catch((err: unknown) => {
        logger.warn({ why: hideSecrets(String(err)) }, "a message from Slack is not understood and is passed over");
      });
    });
  }
}

function makeInstaller(
  { oauth, apiUrl = SLACK_API_URL, logger }: SlackChatOptions,
  limits: SlackLimits,
): InstallProvider {
  if (!oauth) throw new ChatError("unavailable", "slack.oauth-incomplete");
  const { clientId, clientSecret, stateSecret, installations } = oauth;
  const base = apiUrl.endsWith("/") ? apiUrl : `${apiUrl}/`;
  return new InstallProvider({
    clientId,
    clientSecret,
    stateSecret,
    installationStore: installations,
    logger: sdkLogger(logger),
    clientOptions: { slackApiUrl: apiUrl, fetch: fetchAnswer, timeout: limits.callMs, retryConfig: { retries: 2 } },
    // Another server's page for saying yes is beside its Web API.
    ...(base === SLACK_API_URL ? {} : { authorizationUrl: new URL("../oauth/v2/authorize", base).href }),
  });
}

function appTokenError(error: unknown): ChatError {
  const known = toChatError(error);
  if (known.kind !== "forbidden") return known;
  return new ChatError(
    "forbidden",
    "slack.app-token",
    {},
    {
      cause: error,
    },
  );
}
