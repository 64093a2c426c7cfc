/** How the painting recipes measure style, by their parameters. */
import { presetsOf, resolveLayer } from "../../networks/looks.js";
import type { Network } from "../../networks/network.js";
import { parseLayerWeights } from "../layer-weights.js";
import { RecipeError } from "../recipe.js";
import type { PaintingPreset } from "./options.js";
import type { StyleMeasure } from "./targets.js";

/** Weight of the mean total variation of a pixel against losses that are relative errors. Chosen by looking. */
export const VARIATION = 5e-6;

/** The book's Gram matrices are of features less one (12.4). */
const BOOK_DELTA = -1;

/**
 * How style is measured with a network.
 * @throws RecipeError, NetworkError for layers that do not exist or whose weight cannot be followed
 */
export function measureOf(
  network: Network,
  { preset, styleLayers }: { preset: PaintingPreset; styleLayers?: string | undefined },
): StyleMeasure {
  const { style } = presetsOf(network);
  const given = styleLayers === undefined ? undefined : resolved(network, parseLayerWeights(styleLayers));
  if (preset !== "book") {
    const { layers, pooling, randomFeatures } = style;
    return { layers: given ?? layers, delta: 0, pooling, randomFeatures };
  }
  const negative = Object.keys(given ?? {}).find((layer) => (given?.[layer] ?? 0) < 0);
  if (negative !== undefined) throw new RecipeError("layers.negative", { layer: negative });
  const names = Object.keys(style.layers);
  // Layer i counts 0.5^i (12.6).
  return {
    layers: given ?? Object.fromEntries(names.map((name, i) => [name, 0.5 ** i])),
    delta: BOOK_DELTA,
    pooling: "max",
  };
}

function resolved(network: Network, weights: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(weights).map(([name, weight]) => [resolveLayer(network, name).name, weight]),
  );
}
