/** All recipes by name. */
import { DreamParams, dream } from "./dream.js";
import type { Recipe } from "./recipe.js";

export const RECIPES: ReadonlyMap<string, Recipe> = new Map<string, Recipe>([
  [
    "dream",
    { name: "dream", params: DreamParams, run: (params, pictures, context) => dream(DreamParams.parse(params), pictures, context) },
  ],
]);
