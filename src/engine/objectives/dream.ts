/** DeepDream: more of whatever some layers see already. */
import { add, allAxes, count, crop, div, mul, scalar, square, sumAll } from "../graph/ops.js";
import { type Objective, pick, vector } from "./objective.js";

/** Layer -> weight. */
export type LayerWeights = Readonly<Record<string, number>>;

/**
 * -(sum over layers of weight * sum(F[2:-2, 2:-2]^2) / numel(F)).
 *
 * The two outermost rows and columns are left out: padding makes features of the border that are not the picture's.
 * Source: Deep Learning Cookbook 12.3 (after the Keras DeepDream example). Minimising it maximises the activations.
 */
export function dream(weights: LayerWeights): Objective {
  const layers = Object.keys(weights).sort();
  return {
    structure: `dream(${layers.join(",")})`,
    values: { layers: vector(layers.map((layer) => weights[layer] ?? 0)) },
    build(scope) {
      const weightOf = scope.value("layers", [layers.length]);
      const terms = layers.map((layer, i) => {
        const features = scope.layer(layer);
        const inner = crop(features, [0, 0, 2, 2], [0, 0, 2, 2]);
        return mul(pick(weightOf, i, layers.length), div(sumAll(square(inner)), count(features, allAxes(features))));
      });
      return mul(terms.reduce(add), scalar(-1));
    },
  };
}
