import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from "@slack/web-api";
import { ChatError, type ChatErrorKind } from "../../port/chat.js";

/** Slack's error codes (https://docs.slack.dev/reference/methods) as sentences for whoever can mend them. */
const SENTENCES: Readonly<Record<string, readonly [ChatErrorKind, string]>> = {
  channel_not_found: [
    "gone",
    "This conversation is not there any more, or I am not in it: invite me with /invite @dreamloom.",
  ],
  message_not_found: ["gone", "The message is no longer there."],
  thread_not_found: ["gone", "The thread is no longer there."],
  file_not_found: ["gone", "The file is no longer there."],
  file_deleted: ["gone", "The file has been deleted."],
  user_not_found: ["gone", "This person is no longer in the workspace."],
  cant_update_message: ["forbidden", "Slack does not let me change this message."],
  edit_window_closed: [
    "forbidden",
    "The workspace does not let messages be changed so late; an admin can extend the time.",
  ],
  cant_delete_message: ["forbidden", "Slack does not let me delete this message; its author or an admin can."],
  compliance_exports_prevent_deletion: ["forbidden", "This workspace keeps every message; nothing can be deleted."],
  not_in_channel: ["forbidden", "I am not in this channel: invite me with /invite @dreamloom."],
  user_not_in_channel: ["forbidden", "I am not in this channel: invite me with /invite @dreamloom."],
  is_archived: ["forbidden", "This channel is archived; a member can unarchive it in the channel's settings."],
  restricted_action: ["forbidden", "A workspace admin limits who may post here; they can let apps post."],
  restricted_action_read_only_channel: ["forbidden", "This channel is read-only; an admin can let apps post in it."],
  restricted_action_thread_only_channel: [
    "forbidden",
    "Only threads may be written to in this channel; an admin can change that.",
  ],
  restricted_action_thread_locked: ["forbidden", "This thread is locked; an admin can open it."],
  ekm_access_denied: ["forbidden", "The workspace's administrators have suspended access to this conversation."],
  access_denied: ["forbidden", "Slack does not let me do this here; a workspace admin can."],
  no_permission: ["forbidden", "Slack does not let me do this here; a workspace admin can."],
  team_access_not_granted: ["forbidden", "I am not installed in this workspace; an admin can install me."],
  file_uploads_disabled: ["forbidden", "File uploads are switched off in this workspace; an admin can switch them on."],
  storage_limit_reached: ["forbidden", "The workspace's storage is full; an admin can delete files."],
  too_many_reactions: ["forbidden", "The message has as many different reactions as Slack takes."],
  too_many_emoji: ["forbidden", "The message has as many different reactions as Slack takes."],
  invalid_name: ["forbidden", "Slack does not know this emoji."],
  msg_too_long: ["too-large", "The text is longer than Slack takes."],
  file_upload_size_restricted: ["too-large", "The file is larger than this workspace takes."],
  file_too_large: ["too-large", "The file is larger than Slack takes."],
  exceeds_upload_limit: ["too-large", "The file is larger than Slack takes."],
  ratelimited: ["rate-limited", "Slack asks me to wait; please try again in a moment."],
  rate_limited: ["rate-limited", "Slack asks me to wait; please try again in a moment."],
  message_limit_exceeded: ["rate-limited", "Too many messages have been posted here; please try again later."],
  exp_trigger: ["timeout", "The form could not be opened in time; please try again."],
  expired_trigger_id: ["timeout", "The form could not be opened in time; please try again."],
};

/** The token itself is what is wrong. */
export const TOKEN_TROUBLE = new Set([
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

/** Whether the call may have been carried out although no answer came. */
export function outcomeUnknown(error: unknown): boolean {
  return error instanceof ChatError && (error.kind === "timeout" || error.kind === "unavailable");
}

/** What a failed call means, as a sentence; its cause is kept for the log. */
export function toChatError(error: unknown): ChatError {
  if (error instanceof ChatError) return error;
  const options = { cause: error };
  if (error instanceof WebAPIPlatformError) return platformError(error);
  if (error instanceof WebAPIRateLimitedError) {
    return new ChatError(
      "rate-limited",
      `Slack asks me to wait ${error.retryAfter} s; please try again then.`,
      options,
    );
  }
  if (error instanceof WebAPIHTTPError) {
    return new ChatError(
      "unavailable",
      `Slack has trouble (${error.statusCode}); please try again in a moment.`,
      options,
    );
  }
  const original = error instanceof WebAPIRequestError ? error.original : error;
  if (original instanceof Error && /Timeout|Abort/.test(original.name)) {
    return new ChatError("timeout", "Slack did not answer in time; please try again in a moment.", options);
  }
  return new ChatError("unavailable", "Slack cannot be reached; please try again in a moment.", options);
}

function platformError(error: WebAPIPlatformError): ChatError {
  const options = { cause: error };
  const code = error.data.error;
  const known = SENTENCES[code];
  if (known) return new ChatError(known[0], known[1], options);
  if (PASSING.has(code))
    return new ChatError("unavailable", `Slack has trouble (${code}); please try again in a moment.`, options);
  if (code === "missing_scope") {
    const { needed: scope } = error.data as { readonly needed?: unknown };
    const needed = typeof scope === "string" ? ` "${scope}"` : "";
    const mend = "whoever manages the app adds it under OAuth & Permissions and installs the app again";
    return new ChatError("forbidden", `I lack the permission${needed} in this workspace: ${mend}.`, options);
  }
  if (TOKEN_TROUBLE.has(code)) {
    const mend = "whoever runs me must install the app again and give me the new token";
    return new ChatError("forbidden", `Slack no longer takes my token (${code}): ${mend}.`, options);
  }
  return new ChatError("forbidden", `Slack did not take this (${code}).`, options);
}
