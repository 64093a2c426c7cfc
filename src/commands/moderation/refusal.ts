/** Where people get nothing from the bot: those whom moderators have barred, and channels where it is switched off. */
import type { ChannelRef, Member } from "../../domain/model.js";
import type { ActionEvent, CommandEvent, ReactionEvent } from "../../port/events.js";
import { CANCEL_VOTE } from "../interactive/votes/texts.js";
import type { ChannelSettings } from "../settings/channel-settings.js";
import { DELETE_MY_DATA } from "../settings/my-data.js";
import { UserError } from "../user-error.js";
import type { Moderation } from "./moderation.js";
import { REPORT_BUTTON } from "./report-message.js";

interface RefusalServices {
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

/**
 * Commands that always answer: everybody may learn what is set, and see and delete what is stored about them, and
 * moderators must be able to change it.
 */
const ALWAYS: ReadonlySet<string> = new Set(["help", "settings", "moderate"]);
/** Buttons and the command that start nothing: they work where the bot is switched off. */
const STARTS_NOTHING = new RegExp(`^(job:(cancel|delete|report):|${CANCEL_VOTE}$|${REPORT_BUTTON}|report$)`);

/** Why a person gets nothing; undefined for what is not refused. The only place that decides it. */
export function refusal(
  { channel, user, command, action }: Asked,
  { moderation, settings }: RefusalServices,
): UserError | undefined {
  if (command !== undefined && ALWAYS.has(command.toLowerCase())) return undefined;
  if (action === DELETE_MY_DATA) return undefined;
  if (user && moderation.isBarred(user, channel)) return new UserError("moderate.barred");
  if (STARTS_NOTHING.test(action ?? command?.toLowerCase() ?? "")) return undefined;
  return settings.answersIn(channel) ? undefined : new UserError("settings.off-here");
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
