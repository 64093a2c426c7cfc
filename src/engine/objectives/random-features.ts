/**
 * Random features of a feature map: relu(V F - t), the directions V being drawn once and for all, the thresholds t for
 * a style.
 *
 * A Gram matrix tells features' second moments alone. That of random ReLUs tells more of how features are distributed,
 * as sliced Wasserstein distances do, and remains a sum over pixels, as tiles, masks and blends need it.
 *
 * Source: Rahimi & Recht 2007, "Random Features for Large-Scale Kernel Machines"; Cho & Saul 2009, "Kernel Methods for
 * Deep Learning" (the kernel of random ReLUs).
 */
import type { Node } from "../graph/node.js";
import { concat, constant, conv2d, mul, reduceMean, relu, reshape, scalar, square } from "../graph/ops.js";
import { gaussian, random } from "../images/random.js";
import type { Tensor } from "../runtimes/runtime.js";
import { vector } from "./objective.js";

/** The most random features of a map. With twice as many nothing shows. */
const MOST = 128;
/** Any number: the same in all runs, so that pictures come out the same. */
const SEED = 1789;

/** How many random features a map has: with more than half as many as channels, large maps would only take memory. */
export const randomFeatureCount = (channels: number): number => Math.min(MOST, Math.ceil(channels / 2));

const drawn = new Map<number, Float32Array>();

/** Directions of unit length: [count, channels]. */
function directions(channels: number): Float32Array {
  const known = drawn.get(channels);
  if (known) return known;
  const next = random(SEED);
  const all = Float32Array.from({ length: randomFeatureCount(channels) * channels }, () => gaussian(next));
  for (let at = 0; at < all.length; at += channels) {
    const row = all.subarray(at, at + channels);
    const length = Math.hypot(...row);
    for (const [c, v] of row.entries()) row[c] = v / length;
  }
  drawn.set(channels, all);
  return all;
}

/** What random features are made of: a map's projections on the directions. [N, C, H, W] -> [N, count, H, W] */
export function projected(features: Node, bias?: Node): Node {
  const channels = Number(features.shape[1]);
  return conv2d(features, constant(directions(channels), [randomFeatureCount(channels), channels, 1, 1]), bias);
}

/**
 * @param features [N, C, H, W]
 * @param thresholds [count]
 * @returns [N, count, H, W]
 */
export function randomFeatures(features: Node, thresholds: Node): Node {
  return relu(projected(features, mul(thresholds, scalar(-1))));
}

/**
 * The means of a map's projections on the directions, then those of their squares.
 * @returns [N, 2 * count]
 */
export function projectionMoments(features: Node): Node {
  const along = projected(features);
  const means = [along, square(along)].map((map) => reshape(reduceMean(map, [2, 3]), [0, 0]));
  return concat(means, 1);
}

/**
 * Thresholds among a style's projections, as if these were normally distributed: each feature tells apart another share
 * of the style's places.
 * @param moments as {@link projectionMoments} tells them, [1, 2 * count]
 * @returns [count]
 */
export function drawThresholds({ data }: Tensor): Tensor {
  const next = random(SEED + 1);
  const count = data.length / 2;
  const means = data.subarray(0, count);
  const deviations = means.map((mean, i) => Math.sqrt(Math.max(0, (data[count + i] ?? 0) - mean ** 2)));
  return vector([...means].map((mean, i) => mean + gaussian(next) * (deviations[i] ?? 0)));
}
