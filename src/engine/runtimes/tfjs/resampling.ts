/** Resampling as products with matrices, and blocks of places as channels. Maps lie NHWC: see layout.ts. */
import { at, type BlockAttributes, type ResampleAttributes, type Sampling } from "../../graph/node.js";
import type { Tensor, Tf } from "./layout.js";

type Resize = Extract<Sampling, { type: "resize" }>;

const ROUNDING = {
  floor: Math.floor,
  ceil: Math.ceil,
  "round-down": (x: number) => Math.ceil(x - 0.5),
  "round-up": (x: number) => Math.floor(x + 0.5),
} as const;

function resized({ align, factor, rounding }: Resize, place: number, from: number, count: number): number {
  const half = align === "corners" ? 0.5 : 0;
  const there =
    align === "ends"
      ? (place * (from - 1)) / Math.max(count - 1, 1)
      : (factor === null ? ((place + half) * from) / count : (place + half) / factor) - half;
  return rounding === null ? there : ROUNDING[rounding](there);
}

function sourceOf(sampling: Sampling, place: number, from: number, count: number): number {
  if (sampling.type === "resize") return resized(sampling, place, from, count);
  const there = place - sampling.before;
  return sampling.mode === "reflect" ? from - 1 - Math.abs(from - 1 - Math.abs(there)) : there;
}

/** The matrix of one axis: [places of the result, places of the source]. */
function matrix(tf: Tf, sampling: Sampling, from: number, count: number): Tensor {
  const weights = new Float32Array(count * from);
  for (let i = 0; i < count; i++) {
    const source = Math.min(Math.max(sourceOf(sampling, i, from, count), 0), from - 1);
    for (const j of [Math.floor(source), Math.ceil(source)]) weights[i * from + j] = 1 - Math.abs(source - j);
  }
  return tf.tensor(weights, [count, from]);
}

const sizeAfter = (sampling: Sampling, from: number, like: number): number => {
  if (sampling.type === "pad") return from + sampling.before + sampling.after;
  return sampling.factor === null ? like : Math.floor(from * sampling.factor);
};

/** Multiplies rows and columns of a map by matrices, or by their transposes. */
function multiplied(tf: Tf, x: Tensor, down: Tensor, across: Tensor, transposed: boolean): Tensor {
  const [n = 1, h = 1, w = 1, c = 1] = x.shape;
  const [rows, columns] = [down, across].map((m) => m.shape[transposed ? 1 : 0] ?? 1);
  const byRows = tf.matMul(tf.expandDims(down, 0), tf.reshape(x, [n, h, w * c]), transposed);
  const byColumns = tf.matMul(tf.expandDims(across, 0), tf.reshape(byRows, [n * (rows ?? 1), w, c]), transposed);
  return tf.reshape(byColumns, [n, rows ?? 1, columns ?? 1, c]);
}

export function resample(tf: Tf, x: Tensor, like: Tensor, { rows, columns }: ResampleAttributes): Tensor {
  const [, h = 1, w = 1] = x.shape;
  const down = matrix(tf, rows, h, sizeAfter(rows, h, at(like.shape, 1)));
  const across = matrix(tf, columns, w, sizeAfter(columns, w, at(like.shape, 2)));
  return multiplied(tf, x, down, across, false);
}

export function resampleGradient(tf: Tf, g: Tensor, like: Tensor, { rows, columns }: ResampleAttributes): Tensor {
  const down = matrix(tf, rows, at(like.shape, 1), at(g.shape, 1));
  const across = matrix(tf, columns, at(like.shape, 2), at(g.shape, 2));
  return multiplied(tf, g, down, across, true);
}

export function depthToSpace(tf: Tf, x: Tensor, { block: b, order }: BlockAttributes): Tensor {
  const [n = 1, h = 1, w = 1, channels = 1] = x.shape;
  const c = channels / (b * b);
  const apart = order === "DCR";
  const split = tf.reshape(x, apart ? [n, h, w, b, b, c] : [n, h, w, c, b, b]);
  return tf.reshape(tf.transpose(split, apart ? [0, 1, 3, 2, 4, 5] : [0, 1, 4, 2, 5, 3]), [n, h * b, w * b, c]);
}

export function spaceToDepth(tf: Tf, x: Tensor, { block: b, order }: BlockAttributes): Tensor {
  const [n = 1, high = 1, wide = 1, c = 1] = x.shape;
  const [h, w] = [high / b, wide / b];
  const split = tf.transpose(
    tf.reshape(x, [n, h, b, w, b, c]),
    order === "DCR" ? [0, 1, 3, 2, 4, 5] : [0, 1, 3, 5, 2, 4],
  );
  return tf.reshape(split, [n, h, w, b * b * c]);
}
