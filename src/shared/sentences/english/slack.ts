/** What Slack's adapter says. */
export const slack = {
  "slack.no-message-id": "Slack did not say where the message is.",
  "slack.message-gone": "The message is no longer there.",
  "slack.upload-limit": "{name} is larger than the {megabytes} MB that I may upload.",
  "slack.no-upload-address": "Slack gave no address for an upload.",
  "slack.file-too-large": "The file is larger than Slack takes.",
  "slack.upload-refused": "Slack did not take an upload ({status}); please try again.",
  "slack.socket-timeout": "Slack's connection could not be opened in time.",
  "slack.app-token":
    "Slack does not let me connect in Socket Mode: SLACK_APP_TOKEN must be an app-level token of this app, " +
    "beginning with xapp-, with the scope connections:write; and Socket Mode must be switched on.",
  "slack.api-url": 'SLACK_API_URL must be an address such as "http://127.0.0.1:4000/api/", not "{url}".',
  "slack.busy": "Slack takes no more just now; please try again soon.",
  "slack.not-running": "The Slack bot is not running.",
  "slack.workspace-unknown": "This came from a workspace that I do not know.",
  "slack.who-am-i": "Slack did not say who I am.",
  "slack.not-installed": "I am not installed in this workspace; its admin can install me.",
  "slack.running": "The Slack bot is already running.",
  "slack.no-token": "Slack needs SLACK_BOT_TOKEN, or SLACK_CLIENT_ID and its secrets.",
  "slack.no-secrets": "Slack needs SLACK_CLIENT_SECRET and SLACK_STATE_SECRET beside SLACK_CLIENT_ID.",
  "slack.no-events": "Slack needs SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for events by HTTP.",
  "slack.no-emoji": "Slack has no {emoji} to react with.",
  "slack.file-elsewhere": "{name} is not kept by Slack: upload the picture itself, or give its link.",
  "slack.file-timeout": "{name} could not be downloaded in time.",
  "slack.file-unreachable": "{name} could not be downloaded from Slack; please try again.",
  "slack.file-gone": "{name} is no longer there.",
  "slack.file-status": "{name} could not be downloaded from Slack ({status}); please try again.",
  "slack.file-scope": 'I may not see {name}: share it in a channel I am in; the app needs the permission "files:read".',
  "slack.file-hidden": "I may not see {name}; share it in a channel I am in.",
  "slack.reply-refused": "Slack did not take an answer ({status}).",
  "slack.wait": "Slack asks me to wait {seconds} s; please try again then.",
  "slack.trouble": "Slack has trouble ({code}); please try again in a moment.",
  "slack.timeout": "Slack did not answer in time; please try again in a moment.",
  "slack.unreachable": "Slack cannot be reached; please try again in a moment.",
  "slack.scope": ({ scope }: { scope: string | undefined }) =>
    `I lack the permission${scope === undefined ? "" : ` "${scope}"`} in this workspace: an admin of the app ` +
    "adds it under OAuth & Permissions and installs the app again.",
  "slack.token-refused":
    "Slack no longer takes my token ({code}): the operator must install the app again and give me the new token.",
  "slack.refused": "Slack did not take this ({code}).",
  "slack.channel-not-found":
    "This conversation is no longer there, or I am not in it: invite me with /invite @dreamloom.",
  "slack.thread-not-found": "The thread is no longer there.",
  "slack.file-not-found": "The file is no longer there.",
  "slack.file-deleted": "The file has been deleted.",
  "slack.user-not-found": "This person is no longer in the workspace.",
  "slack.cant-update-message": "Slack does not let me change this message.",
  "slack.edit-window-closed": "The workspace does not let messages be changed so late; an admin can extend the time.",
  "slack.cant-delete-message": "Slack does not let me delete this message; its author or an admin can.",
  "slack.compliance-exports-prevent-deletion": "This workspace keeps every message; nothing can be deleted.",
  "slack.not-in-channel": "I am not in this channel: invite me with /invite @dreamloom.",
  "slack.is-archived": "This channel is archived; a member can unarchive it in the channel's settings.",
  "slack.restricted-action": "A workspace admin limits who may post here; they can let apps post.",
  "slack.restricted-action-read-only-channel": "This channel is read-only; an admin can let apps post in it.",
  "slack.restricted-action-thread-only-channel":
    "Only threads may be written to in this channel; an admin can change that.",
  "slack.restricted-action-thread-locked": "This thread is locked; an admin can open it.",
  "slack.ekm-access-denied": "The workspace's administrators have suspended access to this conversation.",
  "slack.access-denied": "Slack does not let me do this here; a workspace admin can.",
  "slack.team-access-not-granted": "I am not installed in this workspace; an admin can install me.",
  "slack.file-uploads-disabled": "File uploads are switched off in this workspace; an admin can switch them on.",
  "slack.storage-limit-reached": "The workspace's storage is full; an admin can delete files.",
  "slack.too-many-reactions": "The message has as many different reactions as Slack takes.",
  "slack.invalid-name": "Slack does not know this emoji.",
  "slack.msg-too-long": "The text is longer than Slack takes.",
  "slack.file-upload-size-restricted": "The file is larger than this workspace takes.",
  "slack.ratelimited": "Slack asks me to wait; please try again in a moment.",
  "slack.message-limit-exceeded": "Too many messages have been posted here; please try again later.",
  "slack.exp-trigger": "The form could not be opened in time; please try again.",
  "slack.this-channel": "this channel",
  "slack.a-bot": "a bot",
  "slack.film": "film",
  "slack.the-file": "The file",
  "slack.not-connected": "not connected",
  "slack.not-listening": "not listening for Slack's events",
  "slack.reconnecting": "reconnecting since {since}",
  "slack.port-taken":
    "Port {port} on {host} is taken by another program: stop that one, or choose another with SLACK_PORT.",
  "slack.port-privileged":
    "Port {port} on {host} needs more rights than this program has: choose one above 1023 with SLACK_PORT.",
  "slack.no-address": ({ host, port }: { host: string; port: string }) =>
    `This machine has no address ${host} to listen on (port ${port}): choose 127.0.0.1, or 0.0.0.0 for all, ` +
    "with SLACK_HOST.",
  "slack.cannot-listen": "Slack's events cannot be listened for on {host}:{port}.",
  "slack.between-others":
    "I cannot post in a conversation between others. Use a channel that I am in, or write to me directly.",
  "slack.invite-me": "I am not in this channel yet. Invite me with `/invite @{bot}`, then try again.",
  "slack.home-title": "Your latest pictures",
  "slack.home-empty":
    "Nothing here yet. Write `/dream` in a channel that I am in, use *Dream this* in a message's menu, or " +
    "mention me in a thread: `@dreamloom stylize winter`.",
  "slack.home-work": "*{title}* · job `{job}` · {when}",
  "slack.open": "Open",
  "slack.form-submit": "Go",
  "slack.form-image-hint":
    "One picture; a second one is a style. Without any, the newest picture in the conversation is taken.",
  "slack.form-image-too-large": "{name} is larger than {megabytes} MB: choose a smaller one.",
  "slack.form-no-image": "{name} is no picture that I can read: choose a PNG, JPEG, GIF or WebP.",
  "slack.form-number": ({ whole, minimum, maximum }: { whole: boolean; minimum: number; maximum: number }) => {
    const range = Number.isFinite(minimum) && Number.isFinite(maximum) ? ` from ${minimum} to ${maximum}` : "";
    return `This must be a ${whole ? "whole " : ""}number${range}, such as ${Number.isFinite(minimum) ? minimum : 1}.`;
  },
  "slack.form-too-small": "This must be {minimum} or more.",
  "slack.form-too-large": "This must be {maximum} or less.",
  "slack.form-choices": "This must be one of {choices}.",
} as const;
