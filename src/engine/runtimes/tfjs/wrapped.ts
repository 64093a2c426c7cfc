/** Operations on images that continue at their opposite sides. Images lie NHWC. */
import type { Tensor4D } from "@tensorflow/tfjs-core";
import { H, type Tensor, type Tf, W } from "./layout.js";

export function roll(tf: Tf, x: Tensor, offset: Tensor): Tensor {
  const moves = offset.dataSync();
  return [H, W].reduce((rolled, axis, i) => {
    const length = x.shape[axis] ?? 1;
    const start = (((-(moves[i] ?? 0) % length) + length) % length) | 0;
    if (start === 0) return rolled;
    const [first, last] = tf.split(rolled, [start, length - start], axis);
    return first && last ? tf.concat([last, first], axis) : rolled;
  }, x);
}

/** Each channel through all filters along its rows, then down its columns, then their sum. */
export function blur(tf: Tf, x: Tensor, across: Tensor, down: Tensor): Tensor {
  const [n = 1, h = 1, w = 1, channels = 1] = x.shape;
  const filters = across.shape[0] ?? 1;
  const extended = [down, across].reduce((wide, half, i) => around(tf, wide, (half.shape[1] ?? 1) - 1, H + i), x);
  const row = kernel(tf, across, channels);
  const length = row.shape[0] ?? 1;
  const rows = tf.depthwiseConv2d(extended as Tensor4D, tf.reshape(row, [1, length, channels, filters]), 1, "valid");
  const column = kernel(tf, down, channels);
  const taps = column.shape[0] ?? 1;
  const both = tf.depthwiseConv2d(rows, tf.reshape(column, [taps, 1, channels * filters, 1]), 1, "valid");
  return tf.sum(tf.reshape(both, [n, h, w, channels, filters]), -1);
}

/** Weights on both sides of a centre [F, radius + 1] as [2 * radius + 1, channels, F]. */
function kernel(tf: Tf, half: Tensor, channels: number): Tensor {
  const [filters = 1, reach = 1] = half.shape;
  const other = tf.reverse(tf.slice(half, [0, 1], [filters, reach - 1]), 1);
  const both = tf.transpose(tf.concat([other, half], 1));
  return tf.tile(tf.reshape(both, [2 * reach - 1, 1, filters]), [1, channels, 1]);
}

function around(tf: Tf, x: Tensor, radius: number, axis: number): Tensor {
  if (radius === 0) return x;
  const length = x.shape[axis] ?? 1;
  const part = (from: number): Tensor =>
    tf.slice(
      x,
      x.shape.map((_, i) => (i === axis ? from : 0)),
      x.shape.map((d, i) => (i === axis ? radius : d)),
    );
  return tf.concat([part(length - radius), x, part(0)], axis);
}

/** The four pixels around each place, weighted. */
export function sample(tf: Tf, x: Tensor, u: Tensor, v: Tensor): Tensor {
  const [n = 1, h = 1, w = 1, channels = 1] = x.shape;
  const pixels = tf.reshape(x, [n * h * w, channels]);
  const image = tf.reshape(tf.mul(tf.range(0, n), h * w), [n, 1, 1, 1]);
  const [left, top] = [tf.floor(u), tf.floor(v)];
  const [right, bottom] = [tf.sub(u, left), tf.sub(v, top)];
  const read = (column: Tensor, row: Tensor, weight: Tensor): Tensor => {
    const place = tf.add(image, tf.add(tf.mul(tf.mod(row, h), w), tf.mod(column, w)));
    const found = tf.gather(pixels, tf.cast(tf.reshape(place, [-1]), "int32"));
    return tf.mul(tf.reshape(found, [n, h, w, channels]), weight);
  };
  const [toLeft, toTop] = [tf.sub(1, right), tf.sub(1, bottom)];
  return tf.addN([
    read(left, top, tf.mul(toLeft, toTop)),
    read(tf.add(left, 1), top, tf.mul(right, toTop)),
    read(left, tf.add(top, 1), tf.mul(toLeft, bottom)),
    read(tf.add(left, 1), tf.add(top, 1), tf.mul(right, bottom)),
  ]);
}
