import { isMorph, variationsOf } from "../../engine/recipes/outcome.js";
import type { Options } from "../parsing/options.js";
import type { Params } from "./recipe.js";

/** The options, by their keys, that given ones take the place of: what was chosen of them has no meaning left. */
export function replacedBy(options: Options, given: Params): readonly string[] {
  const keys = Object.entries(options).flatMap(([key, { insteadOf = [] }]) =>
    given[key] === undefined ? [] : insteadOf,
  );
  const outcomes = [isMorph(given) && "repeat", variationsOf(given) > 1 && "morph"].filter((key) => key !== false);
  return [...keys, ...outcomes].filter((key) => given[key] === undefined);
}
