/** Layers with weights as people write them: `activation_36:1.5 activation_30:1.2`. */
import { RecipeError } from "./recipe.js";

const EXAMPLE = 'Write layers as name:weight, for instance layers:"activation_36:1.5 activation_30:1.2".';

/**
 * Parses `name:weight name:weight ...`; a weight left out is 1.
 * @throws RecipeError naming the part that is wrong
 */
export function parseLayerWeights(text: string): Record<string, number> {
  const weights: Record<string, number> = {};
  for (const part of text.split(/[\s,]+/).filter(Boolean)) {
    // A layer's own name may hold colons; the weight follows the last one.
    const colon = part.lastIndexOf(":");
    const [name, weight] = colon < 0 ? [part, 1] : [part.slice(0, colon), Number(part.slice(colon + 1))];
    if (!name || !Number.isFinite(weight) || part.endsWith(":"))
      throw new RecipeError(`"${part}" is not a layer with a weight. ${EXAMPLE}`);
    weights[name] = (weights[name] ?? 0) + weight;
  }
  if (Object.keys(weights).length === 0) throw new RecipeError(`No layer is named. ${EXAMPLE}`);
  return weights;
}
