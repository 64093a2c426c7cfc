import { DiscordAPIError, GatewayCloseCodes, HTTPError, RateLimitError, RESTJSONErrorCodes } from "discord.js";
import { ChatError, type ChatErrorKind } from "../../port/chat-error.js";
import { type PlainId, sentence } from "../../shared/sentences/sentence.js";
import { Penalty } from "./penalties.js";

/** What was tried, and the permission that it takes. */
export interface Attempt {
  /** Continues "I may not". */
  readonly doing: Extract<PlainId, `discord.doing.${string}`>;
  /** As Discord's settings call it. */
  readonly permission?: string;
}

const GONE = new Set<number | string>([
  RESTJSONErrorCodes.UnknownChannel,
  RESTJSONErrorCodes.UnknownGuild,
  RESTJSONErrorCodes.UnknownMessage,
  RESTJSONErrorCodes.UnknownWebhook,
  RESTJSONErrorCodes.UnknownInteraction,
  RESTJSONErrorCodes.InvalidWebhookToken,
  // A thread that has been locked; of others the bot opens the archive itself.
  RESTJSONErrorCodes.InvalidActionOnArchivedThread,
]);

const OLD_EDITS = RESTJSONErrorCodes.MaximumNumberOfEditsToMessagesOlderThanOneHourReached;

/** The gateway's final close codes. With another number of shards, which is asked for again, the next try may do. */
const CLOSES = {
  [GatewayCloseCodes.AuthenticationFailed]: ["forbidden", "discord.wrong-token"],
  [GatewayCloseCodes.InvalidShard]: ["unavailable", "discord.wrong-shard"],
  [GatewayCloseCodes.ShardingRequired]: ["unavailable", "discord.more-shards"],
  [GatewayCloseCodes.InvalidAPIVersion]: ["forbidden", "discord.old-version"],
  [GatewayCloseCodes.InvalidIntents]: ["forbidden", "discord.unknown-intent"],
  [GatewayCloseCodes.DisallowedIntents]: ["forbidden", "discord.no-intent"],
} as const satisfies Partial<Record<GatewayCloseCodes, readonly [ChatErrorKind, PlainId]>>;

/** Why the gateway closed a connection for good; undefined for codes after which another try is right. */
export function closeError(code: number, cause?: unknown): ChatError | undefined {
  const found = Object.hasOwn(CLOSES, code) ? CLOSES[code as keyof typeof CLOSES] : undefined;
  return found && new ChatError(found[0], found[1], {}, { cause });
}

/** What went wrong, as the port's error: a kind, and a sentence for the user who can mend it. */
export function chatError(error: unknown, attempt: Attempt): ChatError {
  if (error instanceof ChatError) return error;
  const options = { cause: error };
  if (error instanceof RateLimitError || error instanceof Penalty) {
    const seconds = Math.ceil((error instanceof Penalty ? error.waitMs : error.retryAfter) / 1000);
    return new ChatError("rate-limited", "discord.wait", { seconds, doing: sentence(attempt.doing) }, options);
  }
  if (error instanceof DiscordAPIError) return ofApi(error, attempt);
  if (error instanceof HTTPError)
    return new ChatError("unavailable", "discord.status", { status: error.status }, options);
  if (error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError")) {
    return new ChatError("timeout", "discord.timeout", {}, options);
  }
  return new ChatError("unavailable", "discord.unreachable", {}, options);
}

function ofApi(error: DiscordAPIError, attempt: Attempt): ChatError {
  const { code, status } = error;
  const options = { cause: error };
  if (GONE.has(code)) return new ChatError("gone", "discord.gone", {}, options);
  if (status === 413 || code === RESTJSONErrorCodes.RequestEntityTooLarge)
    return new ChatError("too-large", "discord.too-large", {}, options);
  // Another token may be taken: what was to be said is still owed.
  if (status === 401) return new ChatError("unavailable", "discord.token-refused", {}, options);
  // Discord itself says why; a page for people is of what stands before it.
  if (status === 403 && (error.rawError as unknown) instanceof ArrayBuffer)
    return new ChatError("unavailable", "discord.status", { status }, options);
  if (status === 429 || code === OLD_EDITS || code === RESTJSONErrorCodes.ChannelWriteRateLimit) {
    return new ChatError("rate-limited", "discord.slow-down", {}, options);
  }
  if (code === RESTJSONErrorCodes.MaximumNumberOfReactionsReached) {
    return new ChatError("forbidden", "discord.reactions", {}, options);
  }
  const doing = sentence(attempt.doing);
  if (code === RESTJSONErrorCodes.MissingAccess) {
    return new ChatError("forbidden", "discord.permission", { doing, permission: "View Channel" }, options);
  }
  if (code === RESTJSONErrorCodes.MissingPermissions || (status === 403 && !code)) {
    return new ChatError("forbidden", "discord.permission", { doing, permission: attempt.permission }, options);
  }
  if (status >= 500) return new ChatError("unavailable", "discord.trouble", {}, options);
  const reason = error.message.split("\n")[0] ?? "";
  const unknownEmoji = code === RESTJSONErrorCodes.UnknownEmoji;
  if (status === 404 && !unknownEmoji) return new ChatError("gone", "discord.subject-gone", {}, options);
  return new ChatError(unknownEmoji ? "unknown-emoji" : "forbidden", "discord.refused", { doing, reason }, options);
}

/** Whether Discord's answer has one of these codes. */
export function hasCode(error: unknown, ...codes: readonly number[]): boolean {
  const cause = error instanceof ChatError ? error.cause : error;
  return cause instanceof DiscordAPIError && codes.includes(Number(cause.code));
}
