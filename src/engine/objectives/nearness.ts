/** Nearness: the image stays near another one, where that is known. */
import { mul, square, sub, sumAll } from "../graph/ops.js";
import { CHANNELS, type Raster } from "../images/raster.js";
import { number, type Objective } from "./objective.js";

/**
 * weight * mean(share * (image - target)^2), of images of 0..1.
 *
 * Source: the temporal loss of Ruder, Dosovitskiy and Brox 2016, eq. 7.
 * @param share of each pixel, 0..1; of the target's size
 */
export function nearness(target: Raster, share: Raster, weight: number): Objective {
  const { width, height } = target;
  const shape = [1, CHANNELS, height, width];
  return {
    structure: "nearness",
    values: {
      weight: number(weight / (255 * 255 * target.data.length)),
      target: { data: target.data, shape },
      share: { data: share.data, shape },
    },
    build({ image, value }) {
      const dynamic = [1, CHANNELS, null, null];
      const apart = square(sub(image, value("target", dynamic)));
      return mul(value("weight", []), sumAll(mul(value("share", dynamic), apart)));
    },
  };
}
