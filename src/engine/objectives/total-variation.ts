/** Total variation: neighbouring pixels should be alike. */
import { add, crop, mul, pow, square, sub, sumAll } from "../graph/ops.js";
import { number, type Objective } from "./objective.js";

/**
 * weight * sum((dy^2 + dx^2)^1.25) over all pixels but the last row and column, of the 0..255 image.
 *
 * Source: Deep Learning Cookbook 12.5 (after Mahendran and Vedaldi 2014, with beta 2.5).
 */
export function totalVariation(weight: number): Objective {
  return {
    structure: "tv",
    values: { weight: number(weight) },
    build({ image, value }) {
      const here = crop(image, [0, 0, 0, 0], [0, 0, 1, 1]);
      const dy = sub(here, crop(image, [0, 0, 1, 0], [0, 0, 0, 1]));
      const dx = sub(here, crop(image, [0, 0, 0, 1], [0, 0, 1, 0]));
      return mul(value("weight", []), sumAll(pow(add(square(dy), square(dx)), 1.25)));
    },
  };
}
