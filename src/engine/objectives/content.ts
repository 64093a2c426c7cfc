/** Content: the features of one layer stay near those of an image. */
import { mul, square, sub, sumAll } from "../graph/ops.js";
import type { Tensor } from "../runtimes/runtime.js";
import { number, type Objective } from "./objective.js";

/**
 * weight * sum((F - target)^2).
 *
 * Source: Gatys et al. 2015, eq. 1.
 * @param target the features to stay near, [1, C, h, w]
 */
export function content(layer: string, target: Tensor, weight: number): Objective {
  return {
    structure: `content(${layer})`,
    values: { weight: number(weight), target },
    build(scope) {
      const features = scope.layer(layer);
      const target = scope.value("target", [1, features.shape[1] ?? null, null, null]);
      return mul(scope.value("weight", []), sumAll(square(sub(features, target))));
    },
  };
}
