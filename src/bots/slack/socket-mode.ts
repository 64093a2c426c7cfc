import { type App, type Receiver, SocketModeReceiver } from "@slack/bolt";
import type { InstallProvider } from "@slack/oauth";
import type { Logger } from "pino";
import type { ChatHealth } from "../../port/adapter.js";
import { ChatError } from "../../port/chat-error.js";
import { abortableDelay, retryWithBackoff, withTimeout } from "../../shared/async.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { clientOptions } from "./answers.js";
import { toChatError } from "./errors.js";
import { answerInstall, HttpServer, listenWith } from "./http-server.js";
import type { SlackLimits } from "./limits.js";
import { hideSecrets, sdkLogger } from "./logger.js";
import { parsed } from "./messages.js";
import { SLACK_API_URL, type SlackChatOptions } from "./options.js";

/** How long a WebSocket may take to be opened and greeted, and to be closed. */
const OPEN_MS = 20_000;
export const CLOSE_MS = 2_000;
const LONGEST_PAUSE_MS = 30_000;
/** How long a connection is kept that another has replaced: what came by it is acknowledged by it, within 3 s. */
const LINGER_MS = 3_000;

type Client = SocketModeReceiver["client"];

/**
 * Socket Mode with connections of its own making. The SDK closes a connection that Slack wants replaced, waits for the
 * end of TCP, which Slack leaves open, and only then opens the next: seconds in which commands fail. Here the next one
 * is opened first; Slack allows ten.
 */
export class SocketTransport {
  readonly #logger: Logger;
  /** For the pages that install the app. */
  readonly #server: HttpServer;
  readonly #stopping = new AbortController();
  #app: App | undefined;
  /** Those that Slack has greeted, and all. */
  readonly #greeted = new Set<Client>();
  readonly #clients = new Set<Client>();
  /** Those that another replaces: Slack may warn of it, and then ask for it. */
  readonly #replaced = new WeakSet<Client>();
  #connecting: Promise<void> | undefined;
  /** The one that was opened last, or is being opened. */
  #newest: Client | undefined;
  #open = false;
  #lostAt: number | undefined;
  onLoss?: () => void;
  /** What takes a connection's events hands them to the app. */
  readonly receiver: Receiver = {
    init: (app) => {
      this.#app = app;
    },
    start: async () => undefined,
    stop: async () => undefined,
  };

  constructor(
    private readonly options: SlackChatOptions,
    private readonly appToken: string,
    private readonly limits: SlackLimits,
    private readonly installer: InstallProvider | undefined,
  ) {
    this.#logger = options.logger;
    this.#server = new HttpServer(options);
  }

  get port(): number | undefined {
    return this.#server.port;
  }

  get health(): ChatHealth {
    if (this.#open && this.#lostAt === undefined) return { connected: true };
    const since = this.#lostAt === undefined ? undefined : new Date(this.#lostAt).toISOString();
    const detail = since === undefined ? sentence("slack.not-connected") : sentence("slack.reconnecting", { since });
    return { connected: false, detail };
  }

  /** @throws ChatError */
  async start(): Promise<void> {
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
  }

  async stop(): Promise<void> {
    this.#open = false;
    this.#stopping.abort();
    await Promise.all([...this.#clients].map((client) => withTimeout(end(client), CLOSE_MS, () => undefined)));
    await this.#server.stop();
  }

  /** Opens one more connection; resolves when Slack has greeted it. */
  async #connect(): Promise<void> {
    const { client } = this.#receiver();
    this.#newest = client;
    this.#clients.add(client);
    client.on("disconnected", () => this.#ended(client));
    try {
      await withTimeout(client.start(), OPEN_MS, () => {
        throw new ChatError("timeout", "slack.socket-timeout");
      });
    } catch (error) {
      void end(client);
      throw error;
    }
    this.#greeted.add(client);
  }

  #receiver(): SocketModeReceiver {
    const { apiUrl = SLACK_API_URL } = this.options;
    const receiver = new SocketModeReceiver({
      appToken: this.appToken,
      logger: sdkLogger(this.#logger),
      autoReconnectEnabled: false,
      installerOptions: { clientOptions: { ...clientOptions(apiUrl, this.limits), rejectRateLimitedCalls: true } },
      // An envelope that was not taken comes again under the same id.
      customPropertiesExtractor: ({ envelope_id }: { envelope_id?: string }) => ({ envelopeId: envelope_id }),
    });
    if (this.#app) receiver.init(this.#app);
    const { client } = receiver;
    readMessages(client, this.#logger, () => void this.#replace(client));
    return receiver;
  }

  /** Slack wants another connection in place of this one. */
  async #replace(client: Client): Promise<void> {
    if (this.#replaced.has(client)) return;
    this.#replaced.add(client);
    const { signal } = this.#stopping;
    try {
      // One that is still being opened is not the other connection that it is to be replaced by.
      if (client === this.#newest) await this.#connecting;
      if (!this.#clients.has(client)) return;
      await this.#another();
      await abortableDelay(LINGER_MS, signal);
    } catch {
      // The transport is being stopped.
      return;
    }
    this.#greeted.delete(client);
    await end(client);
  }

  #ended(client: Client): void {
    this.#clients.delete(client);
    if (!this.#greeted.delete(client) || this.#greeted.size > 0 || !this.#open) return;
    this.#lostAt ??= Date.now();
    this.onLoss?.();
    void this.#another().catch(() => undefined);
  }

  /** Opens another connection, however often it must be tried; rejects when the transport is stopped. */
  #another(): Promise<void> {
    this.#connecting ??= this.#tryToConnect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #tryToConnect(): Promise<void> {
    const { signal } = this.#stopping;
    let failures = 0;
    const mayPass = (error: unknown): boolean => {
      if (signal.aborted) return false;
      this.#logger.warn({ err: toChatError(error), attempt: failures++ }, "Slack cannot be connected to; trying again");
      return true;
    };
    // The first attempt is made at once: commands may be on their way.
    const waits = { firstMs: this.limits.pauseMs * 2, longestMs: LONGEST_PAUSE_MS };
    await retryWithBackoff(() => this.#connect(), { ...waits, signal, mayPass });
    this.#lostAt = undefined;
    if (failures > 0) this.#logger.info("Slack is connected again");
  }
}

/** Asked twice, the SDK does not wait for the end of TCP. */
async function end(client: Client): Promise<void> {
  await Promise.all([client.disconnect(), client.disconnect()]).catch(() => undefined);
}

/**
 * Keeps from the SDK that Slack wants another connection: it would close this one at once. It also leaves a rejected
 * promise unhandled when a message is not what it expects.
 */
function readMessages(client: Client, logger: Logger, wanted: () => void): void {
  const event = "ws_message";
  const readers = client.listeners(event);
  client.removeAllListeners(event);
  client.on(event, (...message: unknown[]) => {
    if (parsed(message[0]).type === "disconnect") return wanted();
    for (const read of readers) {
      void (async () => read.apply(client, message))().catch((err: unknown) => {
        logger.warn({ why: hideSecrets(String(err)) }, "a message from Slack is not understood and is ignored");
      });
    }
  });
}
