import {
  Client,
  DiscordAPIError,
  DiscordjsError,
  DiscordjsErrorCodes,
  Events,
  type GatewayIntentsString,
  Options,
} from "discord.js";
import type { Logger } from "pino";
import { ChatError } from "../../port/chat-error.js";
import { abortable, withTimeout } from "../../shared/async.js";
import type { Calls } from "./calls.js";
import { chatError, closeError } from "./errors.js";
import type { Gateway } from "./gateway.js";
import type { Timing } from "./limits.js";
import type { DiscordOptions } from "./options.js";
import type { Penalties } from "./penalties.js";
import { restOptions } from "./register.js";
import { askGateway, identifyMs } from "./sharding.js";

/**
 * The fewest intents: servers with their channels, roles and emoji, reactions, and messages, of which only those that
 * name the bot are looked at. Commands, menus and buttons need none. "Message Content" alone would be privileged; it is
 * asked for only when the settings say so.
 */
export const INTENTS: readonly GatewayIntentsString[] = [
  "Guilds",
  "GuildExpressions",
  "GuildMessageReactions",
  "DirectMessageReactions",
  "GuildMessages",
  "DirectMessages",
];

/** The client, not connected yet. */
export function createClient(
  { apiUrl, messageContent = false }: DiscordOptions,
  timing: Timing,
  gateway: Gateway,
  penalties: Penalties,
): Client {
  return new Client({
    intents: messageContent ? [...INTENTS, "MessageContent"] : INTENTS,
    shards: "auto",
    rest: restOptions(apiUrl, timing.requestMs, penalties),
    ws: { buildStrategy: gateway.buildStrategy },
    makeCache: Options.cacheWithLimits({
      ...Options.DefaultMakeCacheSettings,
      // Nothing here reads messages from the cache.
      MessageManager: 0,
      ReactionManager: 0,
      GuildMemberManager: { maxSize: 1_000, keepOverLimit: (member) => member.id === member.client.user.id },
    }),
    allowedMentions: { parse: [] },
  });
}

interface ConnectParts {
  readonly client: Client;
  readonly gateway: Gateway;
  readonly calls: Calls;
  readonly options: Pick<DiscordOptions, "token" | "appId">;
  readonly timing: Timing;
  readonly logger: Logger;
  /** Aborted when the bot stops. */
  readonly signal: AbortSignal;
}

/**
 * Logs in with as many shards as Discord recommends, and waits until all of them were told their servers.
 *
 * @throws ChatError with a sentence for the operator.
 */
export async function connect(parts: ConnectParts): Promise<void> {
  const { client, gateway, calls, options, timing, logger, signal } = parts;
  logEvents(client, logger);
  // The login rejects with an error that has no code; the event before it has the gateway's close code.
  let closed = undefined as number | undefined;
  client.on(Events.ShardDisconnect, ({ code }) => {
    closed = code;
  });
  const ready = new Promise<void>((resolve) => client.once(Events.ClientReady, () => resolve()));
  try {
    client.rest.setToken(options.token);
    const information = await askGateway(calls, timing.startMs);
    gateway.know(information);
    const ms = timing.startMs + identifyMs(information);
    const login = abortable(Promise.all([client.login(options.token), ready]), signal);
    await withTimeout(login, ms, () => {
      throw new ChatError("timeout", "discord.unreachable-at-start");
    });
  } catch (error) {
    await client.destroy().catch(() => undefined);
    throw closed === undefined ? notLoggedIn(error) : (closeError(closed, error) ?? notLoggedIn(error));
  }
  gateway.ready();
  const { appId } = options;
  if (appId !== undefined && client.application?.id !== appId) {
    await client.destroy();
    throw new ChatError("forbidden", "discord.wrong-app", { appId, owner: client.application?.id ?? "?" });
  }
}

function logEvents(client: Client, logger: Logger): void {
  client.on(Events.Error, (error) => logger.error({ err: error }, "Discord reported an error"));
  client.on(Events.Warn, (warning) => logger.warn({ warning }, "discord.js warned"));
  client.on(Events.ShardError, (error, shard) =>
    logger.warn({ err: error, shard }, "the connection to Discord had an error"),
  );
  client.on(Events.ShardReconnecting, (shard) =>
    logger.warn({ shard }, "the connection to Discord broke; connecting again"),
  );
  client.on(Events.ShardResume, (shard, events) =>
    logger.info({ shard, events }, "the connection to Discord goes on where it broke"),
  );
  client.on(Events.ShardDisconnect, ({ code }, shard) =>
    logger.error({ code, shard }, closeError(code)?.message ?? "Discord closed the connection for good"),
  );
}

function notLoggedIn(error: unknown): ChatError {
  const cause = error instanceof ChatError ? error.cause : error;
  const invalid = cause instanceof DiscordjsError && cause.code === DiscordjsErrorCodes.TokenInvalid;
  if (invalid || (cause instanceof DiscordAPIError && cause.status === 401))
    return new ChatError("forbidden", "discord.wrong-token", {}, { cause });
  return chatError(error, { doing: "discord.doing.login" });
}
