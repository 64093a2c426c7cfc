import { DiscordAPIError, HTTPError, RateLimitError, RESTJSONErrorCodes } from "discord.js";
import { ChatError, type ChatErrorKind } from "../../port/chat.js";

/** What was tried, as it continues the words "I may not"; the permission that it takes is named with it. */
export interface Attempt {
  readonly doing: string;
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

/** What went wrong, as the port says it: a kind, and a sentence for the person who can mend it. */
export function chatError(error: unknown, attempt: Attempt): ChatError {
  if (error instanceof ChatError) return error;
  const fail = (kind: ChatErrorKind, sentence: string) => new ChatError(kind, sentence, { cause: error });
  if (error instanceof RateLimitError) {
    return fail(
      "rate-limited",
      `Discord asks me to wait ${Math.ceil(error.retryAfter / 1000)} s before I ${attempt.doing}.`,
    );
  }
  if (error instanceof DiscordAPIError) return ofApi(error, attempt, fail);
  if (error instanceof HTTPError)
    return fail("unavailable", `Discord does not work just now (it answered ${error.status}); please try again later.`);
  if (error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError")) {
    return fail("timeout", "Discord did not answer in time; please try again.");
  }
  return fail("unavailable", "Discord cannot be reached just now; please try again later.");
}

function ofApi(
  error: DiscordAPIError,
  attempt: Attempt,
  fail: (kind: ChatErrorKind, sentence: string) => ChatError,
): ChatError {
  const { code, status } = error;
  if (GONE.has(code)) return fail("gone", "The message, the thread or the channel is gone.");
  if (status === 413 || code === RESTJSONErrorCodes.RequestEntityTooLarge)
    return fail("too-large", "The file is larger than Discord takes here.");
  if (status === 401)
    return fail("forbidden", "Discord does not know my token any more. Whoever runs me must set DISCORD_TOKEN anew.");
  if (status === 429 || code === OLD_EDITS || code === RESTJSONErrorCodes.ChannelWriteRateLimit) {
    return fail("rate-limited", "Discord asks me to slow down; please try again in a moment.");
  }
  if (code === RESTJSONErrorCodes.MaximumNumberOfReactionsReached) {
    return fail("forbidden", "This message has 20 different reactions, and Discord allows no more.");
  }
  if (code === RESTJSONErrorCodes.MissingAccess || code === RESTJSONErrorCodes.MissingPermissions) {
    return fail(
      "forbidden",
      missingPermission(attempt, code === RESTJSONErrorCodes.MissingAccess ? "View Channel" : attempt.permission),
    );
  }
  if (status === 403 && !code) return fail("forbidden", missingPermission(attempt, attempt.permission));
  if (status >= 500) return fail("unavailable", "Discord does not work just now; please try again later.");
  if (status === 404) return fail("gone", "What this was about is gone from Discord.");
  return fail("forbidden", `Discord does not let me ${attempt.doing}: ${error.message.split("\n")[0]}.`);
}

/** A sentence that tells who can mend it, and where. */
export function missingPermission({ doing }: Attempt, permission = "what it takes"): string {
  return `I may not ${doing} here. Somebody who manages this channel can allow me "${permission}": Edit Channel > Permissions > Dreamloom.`;
}

/** Whether Discord's answer has one of these codes. */
export function hasCode(error: unknown, ...codes: readonly number[]): boolean {
  const cause = error instanceof ChatError ? error.cause : error;
  return cause instanceof DiscordAPIError && codes.includes(Number(cause.code));
}
