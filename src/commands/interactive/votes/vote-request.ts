/** `/blend vote`: what its options ask for. */

import { PHOTO } from "../../../engine/recipes/painting/options.js";
import { flagOption, integerOption } from "../../parsing/options.js";
import type { Params } from "../../recipes/recipe.js";
import { readShares } from "../../styles/shares.js";
import { UserError } from "../../user-error.js";
import type { VoteRequest } from "./votes.js";

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

/**
 * Whether a line asks for a vote, on what, and which of the line's other options the painting will have.
 *
 * @param given values of the recipe's own options
 * @param asked values of {@link voteOptions}
 * @throws UserError when they do not go together.
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
  if (named?.some(({ weight }) => weight !== undefined)) {
    throw new UserError("vote.weights");
  }
  if (named?.some(({ style }) => style.toLowerCase() === PHOTO)) {
    throw new UserError("vote.photo");
  }
  const minutes = typeof asked.minutes === "number" ? asked.minutes : MINUTES;
  return { request: { minutes, ...(named ? { styles: named.map(({ style }) => style) } : {}) }, given: rest };
}
