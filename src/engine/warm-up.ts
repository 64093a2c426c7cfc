/** Loads a network and compiles its usual program before the first job needs it. */

import { dreamDefinition } from "./recipes/dream/definition.js";
import { dream } from "./recipes/dream/run.js";
import type { RecipeContext } from "./recipes/recipe.js";

/** Downloads (if need be), loads and compiles `network` for its default dream, and runs one tiny step of it. */
export async function warmUp(context: RecipeContext, network: string): Promise<void> {
  const params = dreamDefinition.params.parse({ network, size: 64, octaves: 1, steps: 1 });
  for await (const _ of dream(params, {}, context)) context.signal.throwIfAborted();
}
