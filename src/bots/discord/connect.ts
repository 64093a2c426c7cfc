import { Client, DiscordjsError, DiscordjsErrorCodes, Events, GatewayIntentBits, Options } from "discord.js";
import type { Logger } from "pino";
import { ChatError } from "../../port/chat-error.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { withTimeout } from "../../shared/timeout.js";
import { chatError } from "./errors.js";
import type { Gateway } from "./gateway.js";
import type { DiscordOptions, Timing } from "./options.js";
import { restOptions } from "./register.js";

/**
 * The client, not connected yet. Its intents are the fewest: servers with their channels and roles, and reactions. Commands, message menus
 * and buttons need none. None of them is privileged but for "Message Content", which is asked for only when the settings say so.
 */
export function createClient(
  { apiUrl, messageContent = false }: DiscordOptions,
  timing: Timing,
  gateway: Gateway,
): Client {
  return new Client({
    intents: [
      GatewayIntentBits.Guilds,
      GatewayIntentBits.GuildMessageReactions,
      GatewayIntentBits.DirectMessageReactions,
      ...(messageContent ? [GatewayIntentBits.MessageContent] : []),
    ],
    rest: restOptions(apiUrl, timing.requestMs),
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
  readonly options: Pick<DiscordOptions, "token" | "appId">;
  readonly timing: Timing;
  readonly logger: Logger;
}

/**
 * Logs in and waits until Discord has told the bot its servers.
 *
 * @throws ChatError with a sentence for whoever runs the bot.
 */
export async function connect({ client, gateway, options, timing, logger }: ConnectParts): Promise<void> {
  client.on(Events.Error, (error) => logger.error({ err: error }, "Discord reported an error"));
  client.on(Events.Warn, (warning) => logger.warn({ warning }, "discord.js warned"));
  client.on(Events.ShardError, (error) => logger.warn({ err: error }, "the connection to Discord had an error"));
  client.on(Events.ShardReconnecting, () => logger.warn("the connection to Discord broke; connecting again"));
  client.on(Events.ShardResume, (_shard, events) =>
    logger.info({ events }, "the connection to Discord goes on where it broke"),
  );
  client.on(Events.ShardDisconnect, ({ code }) =>
    logger.error({ code }, explainClose(code) ?? "Discord closed the connection for good"),
  );
  const ready = new Promise<void>((resolve) => client.once(Events.ClientReady, () => resolve()));
  try {
    await withTimeout(Promise.all([client.login(options.token), ready]), timing.startMs, () => {
      throw new ChatError("timeout", "discord.unreachable-at-start");
    });
  } catch (error) {
    await client.destroy().catch(() => undefined);
    throw explain(error);
  }
  gateway.ready();
  const { appId } = options;
  if (appId !== undefined && client.application?.id !== appId) {
    await client.destroy();
    throw new ChatError("forbidden", "discord.wrong-app", { appId, owner: client.application?.id ?? "?" });
  }
}

/** What a close code of the gateway means for whoever runs the bot. */
function explainClose(code: number): string | undefined {
  if (code === 4004) return sentence("discord.wrong-token");
  if (code === 4014 || code === 4013) return sentence("discord.no-intent");
  return undefined;
}

function explain(error: unknown): ChatError {
  if (error instanceof ChatError) return error;
  const message = error instanceof Error ? error.message : "";
  const invalid = error instanceof DiscordjsError && error.code === DiscordjsErrorCodes.TokenInvalid;
  if (invalid || /Authentication failed/i.test(message))
    return new ChatError("forbidden", "discord.wrong-token", {}, { cause: error });
  if (/(disallowed|invalid) intents/i.test(message))
    return new ChatError("forbidden", "discord.no-intent", {}, { cause: error });
  return chatError(error, { doing: "discord.doing.login" });
}
