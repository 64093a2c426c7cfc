/** What can be made of a result by one press: which values change, and what a recipe does not offer. */

import type { Job } from "../../domain/model.js";
import { variationsOf } from "../../engine/recipes/outcome.js";
import { MOST_VARIATIONS, variationParams } from "../../engine/recipes/variation-options.js";
import type { Chat } from "../../port/adapter.js";
import { UserError } from "../user-error.js";
import { type Params, type Recipe, randomSeed, SIDES } from "./recipe.js";

/** Of one picture. */
export const VARIANTS = ["vary", "stronger", "weaker", "larger", "film", "morph", "style"] as const;
/** Of one of the pictures on a sheet of variations. */
const SHEET_VARIANTS = ["choose", "enlarge", "vary"] as const;

export type Variant = (typeof VARIANTS | typeof SHEET_VARIANTS)[number];

/** A variant, and of which picture on a sheet, counted from 0. */
export interface WantedVariant {
  readonly variant: Variant;
  readonly variation?: number;
}

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

/**
 * One variation of a sheet by itself.
 * @throws UserError where there is no such variation
 */
export function chosen({ params }: Pick<Varied, "params">, variation: number | undefined): Params {
  if (variation === undefined || variation >= variationsOf(params)) throw new UserError("result.no-variation");
  return { repeat: undefined, ...variationParams(params, variation) };
}

/**
 * A sheet of variations of a picture, or of one on a sheet: where a recipe can, with the same large forms.
 * @throws UserError where a recipe makes none
 */
export function varied({ recipe, params }: Varied, variation?: number): Params {
  if (!recipe.options.repeat) throw new UserError("result.no-variations", { command: recipe.command });
  const seed = recipe.options.detailSeed ? { detailSeed: randomSeed() } : { seed: randomSeed() };
  const one = variation === undefined ? {} : chosen({ params }, variation);
  return { ...one, ...seed, repeat: MOST_VARIATIONS };
}

/** The way to a picture, from the same seed. @throws UserError for a film, a sheet, and a recipe without octaves */
export function morphed({ recipe, params }: Pick<Varied, "recipe" | "params">): Params {
  checkStill({ recipe, params });
  if (!recipe.options.morph) throw new UserError("result.no-morph", { command: recipe.command });
  return { morph: true };
}

/** Whether a morph can be made of a result. */
export function canMorph(result: Pick<Varied, "recipe" | "params">): boolean {
  return passes(() => morphed(result));
}

/** @throws UserError for what is not one picture: it moves, or is a sheet of several */
export function checkStill({ recipe, params }: Pick<Varied, "recipe" | "params">): void {
  if (recipe.film(params)) throw new UserError("result.is-film");
  if (variationsOf(params) > 1) throw new UserError("result.is-sheet");
}

/** Whether a result can be cut for what a chat has of its own: a sheet's pictures are chosen first. */
export function mayBeCut(params: Params, { capabilities }: Pick<Chat, "capabilities">): boolean {
  return variationsOf(params) === 1 && capabilities.squares.length > 0;
}

/** @throws UserError for a work that not everybody in the community may see as it is: everybody sees the styles */
export function checkMayBeStyle({ spoiler, audience = "community" }: Pick<Job, "spoiler" | "audience">): void {
  if (spoiler) throw new UserError("style.spoiler");
  if (audience !== "community") throw new UserError("style.not-public");
}

/** The variants that a result has buttons for; the others would only be refused. */
export function variantsOf(result: Varied, job: Pick<Job, "spoiler" | "audience">): WantedVariant[] {
  if (variationsOf(result.params) > 1) return sheetVariantsOf(result);
  const checks: Readonly<Record<(typeof VARIANTS)[number], () => unknown>> = {
    vary: () => [checkStill(result), varied(result)],
    stronger: () => stronger(result, 1),
    weaker: () => stronger(result, -1),
    larger: () => larger(result),
    film: () => checkStill(result),
    morph: () => morphed(result),
    style: () => [checkStill(result), checkMayBeStyle(job)],
  };
  return VARIANTS.filter((variant) => passes(checks[variant])).map((variant) => ({ variant }));
}

/** The same of a sheet: choose, enlarge or vary each of its pictures. Where a seed draws all, none has a like. */
function sheetVariantsOf(sheet: Varied): WantedVariant[] {
  const { detailSeed } = sheet.recipe.options;
  const offered = SHEET_VARIANTS.filter((variant) => {
    if (variant === "enlarge") return passes(() => larger(sheet));
    return variant === "choose" || detailSeed !== undefined;
  });
  return offered.flatMap((variant) =>
    Array.from({ length: variationsOf(sheet.params) }, (_, variation) => ({ variant, variation })),
  );
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
