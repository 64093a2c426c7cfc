/** Where people get nothing from the bot: those whom moderators have barred, and channels where it is switched off. */
import type { ChannelRef, Member } from "../../domain/model.js";
import type { ActionEvent, CommandEvent, ReactionEvent } from "../../port/events.js";
import { NOT_THEIRS, WITHHELD } from "../images/may-use.js";
import {
  CANCEL_LESSON,
  CANCEL_VOTE,
  DECLINE_LESSON,
  DELETE_MY_DATA,
  REPORT_BUTTON,
} from "../interactive/button-ids.js";
import type { ChannelSettings } from "../settings/channel-settings.js";
import { UserError } from "../user-error.js";
import { ALWAYS_ANSWERED, STARTING_NOTHING, VERBS_STARTING_NOTHING } from "./exempt.js";
import type { Moderation } from "./moderation.js";

export interface RefusalServices {
  readonly moderation: Pick<Moderation, "isBarred">;
  readonly settings: Pick<ChannelSettings, "answersIn">;
}

/** What a person wants, as far as it matters here. */
interface Asked {
  readonly channel: ChannelRef;
  /** Undefined where it is not known who. */
  readonly user?: Pick<Member, "id" | "roles"> | undefined;
  /** A command's name. */
  readonly command?: string;
  /** A button's id. */
  readonly action?: string;
}

/** Buttons that start nothing: they work where the bot is switched off. */
const ENDINGS = [CANCEL_VOTE, CANCEL_LESSON, DECLINE_LESSON].join("|");
const STARTS_NOTHING = new RegExp(`^(job:(${VERBS_STARTING_NOTHING.join("|")}):|(${ENDINGS})$|${REPORT_BUTTON})`);

export const BARRED = "moderate.barred";
const OFF = "settings.off-here";
/** Where people can read what there is, and start nothing. */
export const ARCHIVED = "interactive.archived";

/** Why a person gets nothing; undefined for what is not refused. The only place that decides it. */
export function refusal(
  { channel, user, command: typed, action }: Asked,
  { moderation, settings }: RefusalServices,
): UserError | undefined {
  const command = typed?.toLowerCase() ?? "";
  if (ALWAYS_ANSWERED.includes(command)) return undefined;
  if (action === DELETE_MY_DATA) return undefined;
  if (user && moderation.isBarred(user, channel)) return new UserError(BARRED);
  if (STARTING_NOTHING.includes(command) || STARTS_NOTHING.test(action ?? "")) return undefined;
  return settings.answersIn(channel) ? undefined : new UserError(OFF);
}

/** Whether it is one of {@link refusal}. */
export function isRefusal(error: unknown): error is UserError {
  return error instanceof UserError && (error.identifier === BARRED || error.identifier === OFF);
}

/** Whether trying again would be of no use, as somebody would have to change their mind. */
export function isLasting(error: unknown): error is UserError {
  return (
    isRefusal(error) || (error instanceof UserError && [ARCHIVED, NOT_THEIRS, WITHHELD].includes(error.identifier))
  );
}

/** What an event asks for. */
export function askedBy(event: CommandEvent | ActionEvent | ReactionEvent): Asked {
  switch (event.kind) {
    case "command":
      return { channel: event.channel, user: event.user, command: event.name };
    case "action":
      return { channel: event.message.channel, user: event.user, action: event.action };
    case "reaction":
      return { channel: event.message.channel, user: event.user };
  }
}
