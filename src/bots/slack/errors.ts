import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from "@slack/web-api";
import { ChatError, type ChatErrorKind } from "../../port/chat-error.js";
import type { PlainId } from "../../shared/sentences/sentence.js";

/** Slack's error codes (https://docs.slack.dev/reference/methods) as sentences for those who can mend them. */
const SENTENCES: Readonly<Record<string, readonly [ChatErrorKind, PlainId]>> = {
  channel_not_found: ["gone", "slack.channel-not-found"],
  message_not_found: ["gone", "slack.message-gone"],
  thread_not_found: ["gone", "slack.thread-not-found"],
  file_not_found: ["gone", "slack.file-not-found"],
  file_deleted: ["gone", "slack.file-deleted"],
  user_not_found: ["gone", "slack.user-not-found"],
  cant_update_message: ["forbidden", "slack.cant-update-message"],
  edit_window_closed: ["forbidden", "slack.edit-window-closed"],
  cant_delete_message: ["forbidden", "slack.cant-delete-message"],
  compliance_exports_prevent_deletion: ["forbidden", "slack.compliance-exports-prevent-deletion"],
  not_in_channel: ["forbidden", "slack.not-in-channel"],
  user_not_in_channel: ["forbidden", "slack.not-in-channel"],
  is_archived: ["forbidden", "slack.is-archived"],
  restricted_action: ["forbidden", "slack.restricted-action"],
  restricted_action_read_only_channel: ["forbidden", "slack.restricted-action-read-only-channel"],
  restricted_action_thread_only_channel: ["forbidden", "slack.restricted-action-thread-only-channel"],
  restricted_action_thread_locked: ["forbidden", "slack.restricted-action-thread-locked"],
  ekm_access_denied: ["forbidden", "slack.ekm-access-denied"],
  access_denied: ["forbidden", "slack.access-denied"],
  no_permission: ["forbidden", "slack.access-denied"],
  team_access_not_granted: ["forbidden", "slack.team-access-not-granted"],
  file_uploads_disabled: ["forbidden", "slack.file-uploads-disabled"],
  storage_limit_reached: ["forbidden", "slack.storage-limit-reached"],
  too_many_reactions: ["forbidden", "slack.too-many-reactions"],
  too_many_emoji: ["forbidden", "slack.too-many-reactions"],
  invalid_name: ["unknown-emoji", "slack.invalid-name"],
  msg_too_long: ["too-large", "slack.msg-too-long"],
  file_upload_size_restricted: ["too-large", "slack.file-upload-size-restricted"],
  file_too_large: ["too-large", "slack.file-too-large"],
  exceeds_upload_limit: ["too-large", "slack.file-too-large"],
  ratelimited: ["rate-limited", "slack.ratelimited"],
  rate_limited: ["rate-limited", "slack.ratelimited"],
  message_limit_exceeded: ["rate-limited", "slack.message-limit-exceeded"],
  exp_trigger: ["timeout", "slack.exp-trigger"],
  expired_trigger_id: ["timeout", "slack.exp-trigger"],
};

/** The token itself is what is wrong. */
const TOKEN_TROUBLE = new Set([
  "invalid_auth",
  "not_authed",
  "account_inactive",
  "token_revoked",
  "token_expired",
  "no_longer_installed",
  "not_allowed_token_type",
  "team_not_found",
]);

const PASSING = new Set([
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
  "team_added_to_org",
  "accesslimited",
]);

/** Whether Slack refuses the token itself, whatever is asked with it. */
export function refusesToken(error: unknown): boolean {
  return TOKEN_TROUBLE.has(codeOf(error) ?? "");
}

/** Slack's code for what went wrong, such as "message_not_found". */
export function codeOf(error: unknown): string | undefined {
  if (error instanceof ChatError) return codeOf(error.cause);
  return error instanceof WebAPIPlatformError ? error.data.error : undefined;
}

/** Seconds to wait where Slack has asked for it. */
export function retryAfter(error: unknown): number | undefined {
  if (error instanceof WebAPIRateLimitedError) return error.retryAfter;
  const code = codeOf(error);
  if (code !== "ratelimited" && code !== "rate_limited") return undefined;
  const cause = error instanceof ChatError ? error.cause : error;
  const told = cause instanceof WebAPIPlatformError ? cause.data.response_metadata?.retryAfter : undefined;
  return typeof told === "number" ? told : 5;
}

export function isKind(error: unknown, ...kinds: readonly ChatErrorKind[]): boolean {
  return error instanceof ChatError && kinds.includes(error.kind);
}

/** Whether the call may have been carried out although no answer came. */
export function outcomeUnknown(error: unknown): boolean {
  return isKind(error, "timeout", "unavailable");
}

/** What a failed call means, as a sentence; its cause is kept for the log. */
export function toChatError(error: unknown): ChatError {
  if (error instanceof ChatError) return error;
  const options = { cause: error };
  if (error instanceof WebAPIPlatformError) return platformError(error);
  if (error instanceof WebAPIRateLimitedError) {
    return new ChatError("rate-limited", "slack.wait", { seconds: error.retryAfter }, options);
  }
  if (error instanceof WebAPIHTTPError) {
    return new ChatError("unavailable", "slack.trouble", { code: error.statusCode }, options);
  }
  const original = error instanceof WebAPIRequestError ? error.original : error;
  if (original instanceof Error && /Timeout|Abort/.test(original.name)) {
    return new ChatError("timeout", "slack.timeout", {}, options);
  }
  return new ChatError("unavailable", "slack.unreachable", {}, options);
}

function platformError(error: WebAPIPlatformError): ChatError {
  const options = { cause: error };
  const code = error.data.error;
  const known = SENTENCES[code];
  if (known) return new ChatError(known[0], known[1], {}, options);
  if (PASSING.has(code)) return new ChatError("unavailable", "slack.trouble", { code }, options);
  if (code === "missing_scope") {
    const { needed: scope } = error.data as { readonly needed?: unknown };
    return new ChatError("forbidden", "slack.scope", { scope: typeof scope === "string" ? scope : undefined }, options);
  }
  if (TOKEN_TROUBLE.has(code)) {
    return new ChatError("forbidden", "slack.token-refused", { code }, options);
  }
  return new ChatError("forbidden", "slack.refused", { code }, options);
}
