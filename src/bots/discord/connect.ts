import {
  Client,
  DiscordjsError,
  DiscordjsErrorCodes,
  Events,
  GatewayCloseCodes,
  GatewayIntentBits,
  Options,
} from "discord.js";
import type { Logger } from "pino";
import { ChatError } from "../../port/chat-error.js";
import { withTimeout } from "../../shared/async.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { chatError } from "./errors.js";
import type { Gateway } from "./gateway.js";
import type { Timing } from "./limits.js";
import type { DiscordOptions } from "./options.js";
import { restOptions } from "./register.js";

/**
 * The client, not connected yet. Its intents are the fewest: servers with their channels and roles, and reactions.
 * Commands, message menus and buttons need none. Of them only "Message Content" is privileged, which is asked for only
 * when the settings say so.
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

type Refusal = "discord.wrong-token" | "discord.no-intent";

/** What the gateway's final close codes ask of the operator. */
const REFUSALS: ReadonlyMap<number, Refusal> = new Map([
  [GatewayCloseCodes.AuthenticationFailed, "discord.wrong-token"],
  [GatewayCloseCodes.InvalidIntents, "discord.no-intent"],
  [GatewayCloseCodes.DisallowedIntents, "discord.no-intent"],
]);

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
 * @throws ChatError with a sentence for the operator.
 */
export async function connect({ client, gateway, options, timing, logger }: ConnectParts): Promise<void> {
  client.on(Events.Error, (error) => logger.error({ err: error }, "Discord reported an error"));
  client.on(Events.Warn, (warning) => logger.warn({ warning }, "discord.js warned"));
  client.on(Events.ShardError, (error) => logger.warn({ err: error }, "the connection to Discord had an error"));
  client.on(Events.ShardReconnecting, () => logger.warn("the connection to Discord broke; connecting again"));
  client.on(Events.ShardResume, (_shard, events) =>
    logger.info({ events }, "the connection to Discord goes on where it broke"),
  );
  // The login rejects with an error that has no code; the event before it has the gateway's close code.
  let refusal = undefined as Refusal | undefined;
  client.on(Events.ShardDisconnect, ({ code }) => {
    refusal = REFUSALS.get(code);
    logger.error({ code }, refusal ? sentence(refusal) : "Discord closed the connection for good");
  });
  const ready = new Promise<void>((resolve) => client.once(Events.ClientReady, () => resolve()));
  try {
    await withTimeout(Promise.all([client.login(options.token), ready]), timing.startMs, () => {
      throw new ChatError("timeout", "discord.unreachable-at-start");
    });
  } catch (error) {
    await client.destroy().catch(() => undefined);
    const invalid = error instanceof DiscordjsError && error.code === DiscordjsErrorCodes.TokenInvalid;
    if (invalid) refusal = "discord.wrong-token";
    if (refusal) throw new ChatError("forbidden", refusal, {}, { cause: error });
    throw chatError(error, { doing: "discord.doing.login" });
  }
  gateway.ready();
  const { appId } = options;
  if (appId !== undefined && client.application?.id !== appId) {
    await client.destroy();
    throw new ChatError("forbidden", "discord.wrong-app", { appId, owner: client.application?.id ?? "?" });
  }
}
