/**
 * How tensors lie in memory: every tensor of rank 4 is NHWC here, all others lie as the program says.
 *
 * tfjs convolves and pools NHWC only. One rule for every tensor of rank 4, instead of transposes around each
 * convolution, means that maps are never transposed between layers: operations on single numbers do not care, and axes
 * are translated. What is left are the image on its way in, its gradient on its way out, and the reshapes of Gram
 * matrices. The plain CPU backend transposes number by number, so each transpose costs it nearly as much as a small
 * convolution.
 */
import type * as Core from "@tensorflow/tfjs-core";

/** tfjs-core's functions: its own module, or tfjs-node-gpu, which has the same. */
export type Tf = typeof Core;
export type Tensor = Core.Tensor;

/** The axis of the program's NCHW that lies at each place of NHWC. */
const CHANNELS_LAST = [0, 2, 3, 1] as const;
/** Where height and width lie. */
export const H = 1;
export const W = 2;
/** Where each axis of NCHW lies in NHWC. */
const PLACE = [0, 3, 1, 2] as const;

/** Where an axis of the program's tensor lies. */
export const placeOf = (axis: number, rank: number): number => (rank === 4 ? (PLACE[axis] ?? axis) : axis);

/** Values by axis of the program's tensor, brought into the order in which they lie. */
export function byPlace<T>(values: readonly T[]): T[] {
  if (values.length !== 4) return [...values];
  return CHANNELS_LAST.flatMap((axis) => values.slice(axis, axis + 1));
}

/** The shape that the program gives a tensor. */
export function shapeOf(x: Tensor): number[] {
  const [n = 0, h = 0, w = 0, c = 0] = x.shape;
  return x.rank === 4 ? [n, c, h, w] : [...x.shape];
}

/** Transposes; only reshapes where axes of size 1 alone change places. */
export function permute(tf: Tf, x: Tensor, permutation: readonly number[]): Tensor {
  const moved = permutation.filter((axis) => x.shape[axis] !== 1);
  const shape = permutation.map((axis) => x.shape[axis] ?? 1);
  if (moved.every((axis, i) => i === 0 || axis > (moved[i - 1] ?? 0))) return tf.reshape(x, shape);
  return tf.transpose(x, [...permutation]);
}

/** A tensor as the program orders its numbers, for reshaping, matrix products and reading. */
export const toProgram = (tf: Tf, x: Tensor): Tensor => (x.rank === 4 ? permute(tf, x, PLACE) : x);

/** A tensor in the program's order as it lies here. */
export const toMemory = (tf: Tf, x: Tensor): Tensor => (x.rank === 4 ? permute(tf, x, CHANNELS_LAST) : x);

/** The permutation, of tensors as they lie here, that does what one of the program's tensors says. */
export function permutationInMemory(permutation: readonly number[]): number[] {
  return byPlace(permutation).map((axis) => placeOf(axis, permutation.length));
}

/**
 * Brings operands of a broadcast to one rank: what is added before the axes of the program's tensor would lie elsewhere
 * in NHWC.
 */
export function alignRanks(tf: Tf, operands: readonly Tensor[]): Tensor[] {
  if (!operands.some((x) => x.rank === 4)) return [...operands];
  return operands.map((x) => {
    if (x.rank === 4 || x.rank === 0) return x;
    return toMemory(tf, tf.reshape(x, [...new Array<number>(4 - x.rank).fill(1), ...x.shape]));
  });
}
