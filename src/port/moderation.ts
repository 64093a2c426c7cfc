/** What moderators do to people and their works beside the chat, and the log of their acts. */
import type { Community, Member, User, UserKey } from "../domain/model.js";

/** What was done. Kept as it is written here: the log is read for years. */
export type ActKind =
  | "bar"
  | "unbar"
  | "mute"
  | "unmute"
  | "rename"
  | "sign-out"
  | "cancel-jobs"
  | "hide-works"
  | "show-works"
  | "make-moderator"
  | "unmake-moderator"
  | "rename-channel"
  | "archive-channel"
  | "open-channel"
  | "delete-channel"
  | "dismiss-report"
  | "delete-work"
  | "remove-work"
  | "hide-work"
  | "show-work"
  | "cancel-job"
  | "cancel-vote"
  | "rename-style"
  | "remove-style"
  | "remove-look"
  | "delete-message"
  | "change-settings";

/** One act of a moderator. */
export interface ModerationAct extends Community {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly by: User;
  readonly kind: ActKind;
  /** Whom or what it was done to, as people called it then, such as "Quiet Heron" or "#art". */
  readonly subject: string;
  /** What helps to understand it, such as the new name or until when. */
  readonly detail?: string;
}

/** A person who gets nothing from the bot. */
export interface BarredPerson extends User {
  readonly by: User;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** For everyone but moderators each call throws a ChatError "forbidden". */
export interface ChatModeration {
  /** Writes an act of theirs into the log. */
  note(by: Member, act: Omit<ModerationAct, "at" | "by">): void;
  /** The newest first. */
  acts(by: Member, of: Community, limit: number): readonly ModerationAct[];
  /** Whom moderators have barred from the bot, the newest first. */
  bars(by: Member, of: Community): readonly BarredPerson[];
  /**
   * Bars a person from the bot, or no longer, as far as what they have chosen and favourited counts; the chat itself
   * keeps them out, and notes it. For a person who is barred already it changes nothing.
   */
  setBarred(by: Member, where: Community, person: User, barred: boolean): void;
  /** Cancels all that a person has waiting or running. @returns how many jobs */
  cancelJobs(by: Member, person: UserKey): number;
  /** Takes a person's works out of the gallery, or shows them again; their author cannot undo it. @returns how many */
  hideWorks(by: Member, person: UserKey, hidden: boolean): number;
}
