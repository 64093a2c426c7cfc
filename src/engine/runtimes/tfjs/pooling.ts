/** Pooling and its adjoints. Padding is put around maps by hand: tfjs-node pools "valid" and "same" only. */
import type { Tensor4D } from "@tensorflow/tfjs-core";
import type { Pair, PoolAttributes } from "../../graph/node.js";
import { padded, unpadded } from "./convolution.js";
import type { Tensor, Tf } from "./layout.js";

/** Less than any activation: padded places never win. */
const NEVER = -3.4e38;

const geometry = ({ kernel, strides }: PoolAttributes) => ({
  filterSize: [...kernel],
  strides: [...strides],
  pad: "valid",
});
const pair = ([h, w]: Pair): [number, number] => [h, w];
const asMap = (x: Tensor): Tensor4D => x as Tensor4D;

export function maxPool(tf: Tf, x: Tensor, attributes: PoolAttributes): Tensor {
  const { kernel, strides, pads } = attributes;
  return tf.maxPool(asMap(padded(tf, x, pads, NEVER)), pair(kernel), pair(strides), "valid");
}

export function maxPoolGradient(tf: Tf, x: Tensor, y: Tensor, g: Tensor, attributes: PoolAttributes): Tensor {
  const input = padded(tf, x, attributes.pads, NEVER);
  const gx = tf.engine().runKernel(tf.MaxPoolGrad, { dy: g, input, output: y }, geometry(attributes)) as Tensor;
  return unpadded(tf, gx, attributes.pads, [x.shape[1] ?? 1, x.shape[2] ?? 1]);
}

/** For each window, its area divided by how many of its places lie inside the image: [1, H', W', 1]. */
function shares(tf: Tf, [, h = 1, w = 1]: readonly number[], { kernel, strides, pads }: PoolAttributes): Tensor {
  const inside = (size: number, k: number, stride: number, before: number, after: number): number[] => {
    const windows = Math.floor((size + before + after - k) / stride) + 1;
    return Array.from({ length: windows }, (_, i) => {
      const start = i * stride - before;
      return Math.min(start + k, size) - Math.max(start, 0);
    });
  };
  const rows = inside(h, kernel[0], strides[0], pads[0], pads[2]);
  const columns = inside(w, kernel[1], strides[1], pads[1], pads[3]);
  const area = kernel[0] * kernel[1];
  const values = rows.flatMap((r) => columns.map((c) => area / (r * c)));
  return tf.tensor(values, [1, rows.length, columns.length, 1]);
}

const isPadded = ({ pads }: PoolAttributes): boolean => pads.some((p) => p > 0);

export function avgPool(tf: Tf, x: Tensor, attributes: PoolAttributes): Tensor {
  const { kernel, strides, pads } = attributes;
  const y = tf.avgPool(asMap(padded(tf, x, pads)), pair(kernel), pair(strides), "valid");
  return isPadded(attributes) ? tf.mul(y, shares(tf, x.shape, attributes)) : y;
}

export function avgPoolGradient(tf: Tf, g: Tensor, like: Tensor, attributes: PoolAttributes): Tensor {
  const run = (dy: Tensor, input: Tensor): Tensor =>
    tf.engine().runKernel(tf.AvgPoolGrad, { dy, input }, geometry(attributes)) as Tensor;
  if (!isPadded(attributes)) return run(g, like);
  // The kernel takes no more of its input than the shape.
  const spread = run(tf.mul(g, shares(tf, like.shape, attributes)), padded(tf, like, attributes.pads));
  return unpadded(tf, spread, attributes.pads, [like.shape[1] ?? 1, like.shape[2] ?? 1]);
}

/**
 * Every other pixel, as the mean of windows of one: pooling knows strides on every backend, and its gradient puts zeros
 * between.
 */
export const everyOther = (strides: Pair): PoolAttributes => ({ kernel: [1, 1], strides, pads: [0, 0, 0, 0] });
