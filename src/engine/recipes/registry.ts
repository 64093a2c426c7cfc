/** What runs each recipe. */

import { blendDefinition } from "./blend/definition.js";
import { blend } from "./blend/run.js";
import type { ParamsOf, RecipeDefinition } from "./definition.js";
import { dreamDefinition } from "./dream/definition.js";
import { dream } from "./dream/run.js";
import { neuronDefinition } from "./neuron/definition.js";
import { neuron } from "./neuron/run.js";
import { gridDefinition } from "./neuron-grid/definition.js";
import { grid } from "./neuron-grid/run.js";
import type { RecipeOptions } from "./option.js";
import type { Frames, Pictures, Recipe, RecipeContext } from "./recipe.js";
import { stylizeDefinition } from "./stylize/definition.js";
import { stylize } from "./stylize/run.js";
import { textureDefinition } from "./texture/definition.js";
import { texture } from "./texture/run.js";
import { zoomDefinition } from "./zoom/definition.js";
import { zoom } from "./zoom/run.js";

function recipe<O extends RecipeOptions>(
  { name, params, version, pictures, film }: RecipeDefinition<O>,
  run: (params: ParamsOf<O>, pictures: Pictures, context: RecipeContext) => Frames,
): readonly [string, Recipe] {
  const role = Object.keys(pictures).find((each) => pictures[each]?.cutOut);
  return [
    name,
    {
      name,
      version,
      params,
      cutOutOf: (given) => (film(params.parse(given)) ? undefined : role),
      run: (given, inputs, context) => run(params.parse(given), inputs, context),
    },
  ];
}

export const RECIPES: ReadonlyMap<string, Recipe> = new Map<string, Recipe>([
  recipe(dreamDefinition, dream),
  recipe(stylizeDefinition, stylize),
  recipe(blendDefinition, blend),
  recipe(textureDefinition, texture),
  recipe(neuronDefinition, neuron),
  recipe(gridDefinition, grid),
  recipe(zoomDefinition, zoom),
]);
