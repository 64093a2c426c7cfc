/** What can be made of a result by one press: which values change, and what a recipe does not offer. */

import type { Job } from "../../domain/model.js";
import { UserError } from "../user-error.js";
import { type Params, type Recipe, SIDES } from "./recipe.js";

export const VARIANTS = ["stronger", "weaker", "larger", "film", "style"] as const;

export type Variant = (typeof VARIANTS)[number];

/** What is varied: a result's parameters, and the longest side that may be asked for where it is. */
export interface Varied {
  readonly recipe: Recipe;
  readonly params: Params;
  readonly largest: number | undefined;
}

const LARGER = 1.5;
/** Of a dream's strength, which has no end, and of a painting's, which goes from 0 to 1. */
const STRONGER = 1.4;
const PAINTED_STRONGER = 0.15;

/**
 * Every side that was chosen, larger: a texture has a width, and may have a height.
 * @throws UserError where nothing says how large it is, or it is as large as can be
 */
export function larger({ recipe, params, largest }: Varied): Readonly<Record<string, number>> {
  const sides = SIDES.flatMap((key) => (Number(params[key]) > 0 ? [[key, Number(params[key])] as const] : []));
  const longest = Math.max(...sides.map(([, side]) => side));
  // Where something else says how large it is, as the book's neurons do, these change nothing.
  if (largest === undefined || recipe.side(params) !== longest) throw new UserError("result.no-size");
  if (longest >= largest) throw new UserError("result.largest", { size: longest });
  const factor = Math.min(LARGER, largest / longest);
  return Object.fromEntries(sides.map(([key, side]) => [key, Math.round(side * factor)]));
}

/** @throws UserError where there is no strength, or it is at its bound */
export function stronger({ recipe, params }: Varied, direction: 1 | -1): { readonly strength: number } {
  const option = recipe.options.strength;
  const { minimum = 0, maximum = 1 } = option ?? {};
  const strength = Number(params.strength);
  if (!option || !Number.isFinite(strength)) throw new UserError("result.no-strength");
  const changed = maximum <= 1 ? strength + direction * PAINTED_STRONGER : strength * STRONGER ** direction;
  const bounded = Math.min(maximum, Math.max(minimum, Math.round(changed * 100) / 100));
  if (bounded === strength) throw new UserError("result.strength-limit", { strength });
  return { strength: bounded };
}

/** @throws UserError for what is no picture: it moves */
export function checkStill({ recipe, params }: Pick<Varied, "recipe" | "params">): void {
  if (recipe.film(params)) throw new UserError("result.is-film");
}

/** @throws UserError for a work that not everybody in the community may see as it is: everybody sees the styles */
export function checkMayBeStyle({ spoiler, audience = "community" }: Pick<Job, "spoiler" | "audience">): void {
  if (spoiler) throw new UserError("style.spoiler");
  if (audience !== "community") throw new UserError("style.not-public");
}

/** The variants that a result has buttons for; the others would only be refused. */
export function variantsOf(varied: Varied, job: Pick<Job, "spoiler" | "audience">): Variant[] {
  const checks: Readonly<Record<Variant, () => unknown>> = {
    stronger: () => stronger(varied, 1),
    weaker: () => stronger(varied, -1),
    larger: () => larger(varied),
    film: () => checkStill(varied),
    style: () => [checkStill(varied), checkMayBeStyle(job)],
  };
  return VARIANTS.filter((variant) => passes(checks[variant]));
}

function passes(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}
