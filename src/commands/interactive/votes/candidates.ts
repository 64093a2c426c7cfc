import type { ChannelRef } from "../../../domain/channel.js";
import { findStyle, type Style, type StyleLibrary, sameEmoji } from "../../styles/style-library.js";
import { UserError } from "../../user-error.js";

/** The emoji of the opener and of moderators that ends a vote and paints. */
export const END_EMOJI = "✅";

/**
 * The styles to vote on: those that were named, or all that a message can carry.
 *
 * @param most how many a message can carry
 * @throws UserError
 */
export async function findCandidates(
  library: StyleLibrary,
  channel: ChannelRef,
  named: readonly string[] | undefined,
  most: number,
): Promise<readonly Style[]> {
  const usable = (style: Style) => !sameEmoji(style.emoji, END_EMOJI);
  if (named === undefined) {
    const all = (await library.list(channel)).filter(usable).slice(0, most);
    if (all.length === 0) throw new UserError("styles.none");
    return all;
  }
  const styles: Style[] = [];
  for (const word of named) {
    const style = await findStyle(library, channel, word);
    if (!usable(style)) throw new UserError("vote.emoji", { style: style.name, emoji: END_EMOJI });
    if (!styles.some(({ name }) => name === style.name)) styles.push(style);
  }
  if (styles.length < 2) throw new UserError("vote.two-styles");
  return styles;
}
