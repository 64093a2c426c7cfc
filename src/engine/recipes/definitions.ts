/** All recipes' definitions. They are light: nothing of the engine is loaded with them. */
import { blendDefinition } from "./blend/definition.js";
import type { RecipeDefinition } from "./definition.js";
import { dreamDefinition } from "./dream/definition.js";
import { neuronDefinition } from "./neuron/definition.js";
import { gridDefinition } from "./neuron-grid/definition.js";
import { stylizeDefinition } from "./stylize/definition.js";
import { teachDefinition } from "./teach/definition.js";
import { textureDefinition } from "./texture/definition.js";
import { zoomDefinition } from "./zoom/definition.js";

/** In the order in which people see them. */
export const DEFINITIONS: readonly RecipeDefinition[] = [
  dreamDefinition,
  stylizeDefinition,
  blendDefinition,
  textureDefinition,
  neuronDefinition,
  gridDefinition,
  zoomDefinition,
];

/** Whatever a job may be: also what is asked for in a way of its own. */
export const JOB_DEFINITIONS: readonly RecipeDefinition[] = [...DEFINITIONS, teachDefinition];
