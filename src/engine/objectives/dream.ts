/** DeepDream: more of whatever some layers see already. */
import { add, allAxes, count, crop, div, mul, scalar, square, sumAll } from "../graph/ops.js";
import { type Objective, pick, vector } from "./objective.js";

/** Layer -> weight. */
export type LayerWeights = Readonly<Record<string, number>>;

/** Rows and columns that the book leaves out on every side. */
const BOOK_BORDER = 2;

/**
 * -(sum over layers of weight * sum(F[b:-b, b:-b]^2) / numel(F)).
 *
 * The outermost rows and columns are left out: padding makes features of the border that are not the image's. A recipe
 * that shifts the image anywhere at each step has no fixed border, and needs none left out. Source: Deep Learning
 * Cookbook 12.3 (after the Keras DeepDream example). Minimising it maximises the activations.
 * @param border how many; feature maps must have more than twice as many rows and columns
 */
export function dream(weights: LayerWeights, border = BOOK_BORDER): Objective {
  const layers = Object.keys(weights).sort();
  return {
    structure: `dream(${border}:${layers.join(",")})`,
    values: { layers: vector(layers.map((layer) => weights[layer] ?? 0)) },
    build(scope) {
      const weightOf = scope.value("layers", [layers.length]);
      const terms = layers.map((layer, i) => {
        const features = scope.layer(layer);
        const inner = crop(features, [0, 0, border, border], [0, 0, border, border]);
        return mul(pick(weightOf, i, layers.length), div(sumAll(square(inner)), count(features, allAxes(features))));
      });
      return mul(terms.reduce(add), scalar(-1));
    },
  };
}
