import type { ChannelRef, Job, User } from "../../domain/model.js";
import { plain } from "../../shared/text.js";
import type { OptOuts } from "../../store/opt-outs.js";
import { UserError } from "../user-error.js";

/** The error for those who may not. */
export const NOT_THEIRS = "image.opted-out";

/** The error for works that moderators have hidden. */
export const WITHHELD = "image.withheld";

export interface MayUseServices {
  readonly optOuts: Pick<OptOuts, "has">;
}

/**
 * Whether a person may work on another's picture, given with a command, found, reacted to, or to be worked on
 * again. The only place that decides it.
 *
 * @param author undefined where it is not known
 * @throws UserError {@link NOT_THEIRS} when its author lets no one else use it
 */
export function checkMayUse(
  author: User | undefined,
  { user, channel }: { readonly user: Pick<User, "id">; readonly channel: Pick<ChannelRef, "platform"> },
  { optOuts }: MayUseServices,
): void {
  if (!author || author.id === user.id) return;
  if (optOuts.has({ platform: channel.platform, user: author.id }))
    throw new UserError(NOT_THEIRS, { author: plain(author.name) });
}

/**
 * Nothing is made of what moderators have hidden, again or from its result, by its author neither.
 * @throws UserError {@link WITHHELD}
 */
export function checkNotWithheld({ withheld = false }: Pick<Job, "withheld">): void {
  if (withheld) throw new UserError(WITHHELD);
}
