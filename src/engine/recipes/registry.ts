/** All recipes by name. */
import type { z } from "zod";
import { BlendParams, blend } from "./blend.js";
import { DreamParams, dream } from "./dream.js";
import { GridParams, grid } from "./grid.js";
import { NeuronParams, neuron } from "./neuron.js";
import type { Frames, Pictures, Recipe, RecipeContext } from "./recipe.js";
import { StylizeParams, stylize } from "./stylize.js";
import { TextureParams, texture } from "./texture.js";
import { ZoomParams, zoom } from "./zoom.js";

function recipe<S extends z.ZodType>(
  name: string,
  params: S,
  run: (params: z.output<S>, pictures: Pictures, context: RecipeContext) => Frames,
): readonly [string, Recipe] {
  return [name, { name, params, run: (given, pictures, context) => run(params.parse(given), pictures, context) }];
}

export const RECIPES: ReadonlyMap<string, Recipe> = new Map<string, Recipe>([
  recipe("neuron", NeuronParams, neuron),
  recipe("grid", GridParams, grid),
  recipe("dream", DreamParams, dream),
  recipe("zoom", ZoomParams, zoom),
  recipe("stylize", StylizeParams, stylize),
  recipe("blend", BlendParams, blend),
  recipe("texture", TextureParams, texture),
]);
