/** What is kept of a command, a form, a press, a reaction or a message to the bot until it is dealt with. */
import type { Unread } from "../inbox.js";
import { toUnicode } from "./emoji.js";
import { type Fields, fields, list, word } from "./messages.js";
import { readPurpose } from "./modal.js";

export interface SlackUnread extends Unread {
  /** What Slack would send again has it, too. */
  readonly delivery: string | undefined;
  /** The workspace and its organisation. */
  readonly origin: Fields;
  readonly user: string;
  /** Undefined on the bot's home page. */
  readonly channel: string | undefined;
  readonly thread: string | undefined;
  readonly responseUrl: string | undefined;
}

/** What has come: the body of a command or of an interaction, or an event; and from which workspace. */
export interface Arrival {
  readonly what: SlackUnread["what"];
  readonly body: unknown;
  readonly context: unknown;
}

export function unreadOf({ what, body, context }: Arrival, delivery: string | undefined): SlackUnread {
  const given = fields(body);
  const { channel, channel_id, command, container, message, response_url, text, thread_ts, user, user_id, view } =
    given;
  const { teamId, enterpriseId, isEnterpriseInstall } = fields(context);
  const [box, purpose] = [fields(container), readPurpose(fields(view).private_metadata)];
  const name = word(command);
  const reaction = word(given.reaction);
  const thread = word(thread_ts) ?? word(box.thread_ts) ?? word(fields(message).thread_ts) ?? purpose?.thread;
  // A thread's first message names itself.
  const own = word(fields(message).ts) ?? word(box.message_ts);
  return {
    what,
    line: name === undefined ? reaction && toUnicode(reaction) : `${name} ${word(text) ?? ""}`.trim(),
    delivery,
    origin: { teamId, enterpriseId, isEnterpriseInstall },
    user: word(user_id) ?? word(user) ?? word(fields(user).id) ?? "",
    channel: [channel_id, channel, fields(channel).id, box.channel_id, fields(given.item).channel, purpose?.channel]
      .map(word)
      .find((id) => id !== undefined),
    thread: thread === own ? undefined : thread,
    responseUrl: word(response_url),
  };
}

/** Names a message in a channel, by whichever event it comes, or a reaction on one. */
export function saidId(event: unknown): string | undefined {
  const { type, channel, ts, item, user, reaction, event_ts } = fields(event);
  if (type === "reaction_added") return `reacted ${[fields(item).channel, fields(item).ts, user, reaction, event_ts]}`;
  const said = type === "app_mention" || type === "message";
  return said && word(channel) !== undefined && word(ts) !== undefined ? `said ${channel} ${ts}` : undefined;
}

/** Whether the message of an event may be meant for the bot, as far as that is known before anything is looked up. */
export function isForBot(body: Fields): boolean {
  const { type, subtype, bot_id, channel_type, text } = fields(body.event);
  if (bot_id !== undefined || (subtype !== undefined && subtype !== "file_share")) return false;
  const self = word(fields(list(body.authorizations)[0]).user_id);
  const named = self !== undefined && word(text)?.includes(`<@${self}`);
  return type === "app_mention" || channel_type === "im" || named === true;
}

/**
 * Where an event is from, as the context of other things says it: the workspace that the app acts in there. The event
 * itself may name another one of a channel that they share (Slack Connect).
 */
export function originOf({ team_id, enterprise_id, authorizations }: Fields): Fields {
  const [authorization] = list(authorizations);
  const { is_enterprise_install: isEnterpriseInstall, ...acting } = fields(authorization);
  const enterpriseId = authorization === undefined ? enterprise_id : (acting.enterprise_id ?? undefined);
  return { teamId: acting.team_id ?? team_id, enterpriseId, isEnterpriseInstall };
}
