/** All recipes by name. */
import type { z } from "zod";
import { BlendParams, blend } from "./blend/run.js";
import { DreamParams, dream } from "./dream/run.js";
import { NeuronParams, neuron } from "./neuron/run.js";
import { GridParams, grid } from "./neuron-grid/run.js";
import type { Frames, Pictures, Recipe, RecipeContext } from "./recipe.js";
import { StylizeParams, stylize } from "./stylize/run.js";
import { TextureParams, texture } from "./texture/run.js";
import { ZoomParams, zoom } from "./zoom/run.js";

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
