/** Layers with weights as people write them: `activation_36:1.5 activation_30:1.2`. */
import { checkWeight, wordsOf } from "./channel-syntax.js";
import { RecipeError } from "./recipe.js";

const MAX_LAYERS = 16;

/**
 * Parses `name:weight name:weight ...`; a weight left out is 1.
 * @throws RecipeError naming the part that is wrong
 */
export function parseLayerWeights(text: string): Record<string, number> {
  const weights = new Map<string, number>();
  for (const part of wordsOf(text)) {
    // The weight is what follows the last colon, since ONNX names hold slashes and even colons ("conv:0"); those need
    // their weight.
    const match = /^(?<name>[\w./:-]{1,200}?)(?::(?<weight>-?(\d+(\.\d*)?|\.\d+)))?$/u.exec(part)?.groups;
    const { name = "", weight } = match ?? {};
    const malformed = name === "" || name.endsWith(":") || (name.includes(":") && weight === undefined);
    if (malformed) throw new RecipeError("layers.invalid", { part });
    const value = Number(weight ?? 1);
    checkWeight(value, part);
    if (weights.has(name)) throw new RecipeError("layers.twice", { layer: name });
    weights.set(name, value);
  }
  if (weights.size === 0) throw new RecipeError("layers.none");
  if (weights.size > MAX_LAYERS) throw new RecipeError("layers.too-many", { count: weights.size, most: MAX_LAYERS });
  return Object.fromEntries(weights);
}

/** Layers in their usual form, every weight written out; undefined for a text that is none. */
export function readLayerWeights(typed: string): string | undefined {
  try {
    const layers = Object.entries(parseLayerWeights(typed));
    return layers.map(([name, weight]) => `${name}:${weight}`).join(" ");
  } catch (error) {
    if (error instanceof RecipeError) return undefined;
    throw error;
  }
}
