/**
 * What the bot asks a workspace for. `channels:read` and the like tell whether a channel is private and whether the bot
 * is in it; the history, reading and opening of direct messages are for talking to the bot there.
 */
export const SCOPES = [
  "app_mentions:read",
  "channels:history",
  "channels:read",
  "chat:write",
  "commands",
  "emoji:read",
  "files:read",
  "files:write",
  "groups:history",
  "groups:read",
  "im:history",
  "im:read",
  "im:write",
  "mpim:history",
  "mpim:read",
  "reactions:read",
  "reactions:write",
  "users:read",
] as const;

/** Commands whose form Slack offers everywhere, as global shortcuts; their ids begin so. */
export const GLOBAL_SHORTCUTS = ["dream", "stylize"] as const;
export const FORM_SHORTCUT = "form_";

/** The events that the bot subscribes to. */
export const EVENTS = [
  "app_home_opened",
  "app_mention",
  "app_uninstalled",
  "message.channels",
  "message.groups",
  "message.im",
  "message.mpim",
  "reaction_added",
  "reaction_removed",
  "tokens_revoked",
] as const;
