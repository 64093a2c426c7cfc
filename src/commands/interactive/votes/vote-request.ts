/** `/blend vote`: what its options ask for, and the styles to vote on. */

import type { ChannelRef } from "../../../domain/model.js";
import { PHOTO } from "../../../engine/recipes/painting/options.js";
import { defined } from "../../../shared/defined.js";
import { sameEmoji } from "../../../shared/typed.js";
import { flagOption, integerOption } from "../../parsing/options.js";
import type { Params } from "../../recipes/recipe.js";
import { readShares } from "../../styles/shares.js";
import { findStyle, type Style, type StyleLibrary } from "../../styles/style-library.js";
import { UserError } from "../../user-error.js";

/** The emoji of the opener and of moderators that ends a vote and paints. */
export const END_EMOJI = "✅";
const MINUTES = 10;
const WEEK_MINUTES = 7 * 24 * 60;

export const voteOptions = {
  vote: flagOption({
    help: "Let the channel vote by reactions: the shares of the votes become the styles' shares",
    default: false,
  }),
  minutes: integerOption({
    help: "How long a vote is open, in minutes",
    minimum: 1,
    maximum: WEEK_MINUTES,
    default: MINUTES,
  }),
} as const;

/** What is asked for with `/blend vote`. */
export interface VoteRequest {
  readonly minutes: number;
  /** Names or emoji of the styles to choose from; all of them when left out. */
  readonly styles?: readonly string[];
}

/**
 * Whether a line asks for a vote, on what, and which of the line's other options the painting will have.
 *
 * @param given values of the recipe's own options
 * @param asked values of {@link voteOptions}
 * @throws UserError when they do not go together
 */
export function readVoteRequest(
  given: Params,
  asked: Params,
): { readonly request: VoteRequest; readonly given: Params } | undefined {
  if (asked.vote !== true) {
    if (asked.minutes !== undefined) throw new UserError("vote.minutes");
    return undefined;
  }
  const { styles, sweep, ...rest } = given;
  if (Number(sweep ?? 0) > 0) throw new UserError("vote.sweep");
  const named = typeof styles === "string" ? readShares(styles) : undefined;
  if (named?.some(({ weight }) => weight !== undefined)) throw new UserError("vote.weights");
  if (named?.some(({ style }) => style.toLowerCase() === PHOTO)) throw new UserError("vote.photo");
  const minutes = typeof asked.minutes === "number" ? asked.minutes : MINUTES;
  return { request: { minutes, ...defined({ styles: named?.map(({ style }) => style) }) }, given: rest };
}

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
