/** Guide: the dream borrows the features of another image. */
import * as ops from "../graph/ops.js";
import type { Tensor } from "../runtimes/runtime.js";
import { type Objective, pick, vector } from "./objective.js";

/** What a guide has in one layer. */
interface GuideTarget {
  readonly layer: string;
  readonly weight: number;
  /** Features of M places of the guide, [1, M, C]. */
  readonly places: Tensor;
}

/**
 * -(sum over layers of weight * mean over places p of max over the guide's places q of F(p) . G(q)).
 *
 * Each place of the dream goes towards that place of the guide which it is most like already; which one it is counts as
 * given, so the gradient of a place is the guide's feature itself. Source: "Controlling dreams" in the DeepDream
 * notebook (Mordvintsev, Olah and Tyka 2015).
 */
export function guide(targets: readonly GuideTarget[]): Objective {
  const values: Record<string, Tensor> = { layers: vector(targets.map((t) => t.weight)) };
  for (const { layer, places } of targets) values[`guide:${layer}`] = places;
  return {
    structure: `guide(${targets.map((t) => t.layer).join(",")})`,
    values,
    build(scope) {
      const weights = scope.value("layers", [targets.length]);
      const terms = targets.map(({ layer }, i) => {
        const features = scope.layer(layer);
        const places = scope.value(`guide:${layer}`, [1, null, features.shape[1] ?? null]);
        const likeness = ops.matmul(places, ops.reshape(features, [0, 0, -1]));
        const best = ops.stopGradient(ops.reduceMax(likeness, [1]));
        const chosen = ops.where(ops.equal(likeness, best), likeness, ops.scalar(0));
        return ops.mul(pick(weights, i, targets.length), ops.div(ops.sumAll(chosen), ops.count(features, [2, 3])));
      });
      return ops.mul(terms.reduce(ops.add), ops.scalar(-1));
    },
  };
}

/**
 * Places of a feature map, evenly spread, as {@link GuideTarget.places}.
 * @param features [1, C, h, w]
 * @param most how many places at the most: likenesses take this many floats for every place of the dream
 */
export function placesOf({ data, shape }: Tensor, most: number): Tensor {
  const [, channels = 0, height = 0, width = 0] = shape;
  const every = Math.max(1, Math.ceil(Math.sqrt((height * width) / most)));
  const places: number[] = [];
  // From the middle of each cell: the border's features are padding's as much as the image's.
  const first = (length: number): number => Math.min(Math.floor(every / 2), length - 1);
  for (let y = first(height); y < height; y += every)
    for (let x = first(width); x < width; x += every) places.push(y * width + x);
  const out = new Float32Array(places.length * channels);
  for (const [m, place] of places.entries()) {
    for (let c = 0; c < channels; c++) out[m * channels + c] = data[c * height * width + place] ?? 0;
  }
  return { data: out, shape: [1, places.length, channels] };
}
