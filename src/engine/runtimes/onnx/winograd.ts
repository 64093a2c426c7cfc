/**
 * Winograd's minimal filtering F(4x4, 3x3): sixteen results of a 3x3 convolution by 36 multiplications instead of 144.
 *
 * Y = A^T [(G g G^T) * (B^T d B)] A, with d a tile of 6x6 pixels, g the kernel and Y 4x4 results. A tile is taken as a
 * column of 36 numbers here, so that each transform is one product with a Kronecker square: (B^T x B^T) d, (A^T x A^T)
 * m. In float32 the result is off by 4e-6 of its size, against 3e-7 of a direct convolution.
 *
 * Source: Lavin & Gray 2015, "Fast Algorithms for Convolutional Neural Networks", eq. 8 and section 4.3 (points 0, 1,
 * -1, 2, -2).
 */
import { type ConvAttributes, type Node, type PoolAttributes, topologicalOrder } from "../../graph/node.js";

export type Matrix = readonly (readonly number[])[];

/** Results of a tile in one dimension. */
export const TILE = 4;
/** Pixels of a tile in one dimension: it overlaps its neighbours by one on each side. */
export const REACH = 6;

/** Pixels to the numbers that are multiplied, in one dimension. */
export const PIXELS: Matrix = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
];

/** A kernel's three weights to the numbers that are multiplied. */
export const WEIGHTS: Matrix = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
];

/** Products to results. */
export const RESULTS: Matrix = [
  [1, 1, 1, 1, 1, 0],
  [0, 1, -1, 2, -2, 0],
  [0, 1, 1, 4, 4, 0],
  [0, 1, -1, 8, -8, 1],
];

/** The Kronecker product of a matrix with itself: what it does to rows and then to columns, as one matrix. */
export function squared(m: Matrix): Matrix {
  return m.flatMap((a) => m.map((b) => a.flatMap((x) => b.map((y) => x * y))));
}

/** Columns in reverse order: what a matrix does to a tile that is turned by 180 degrees. */
export const turnedIn = (m: Matrix): Matrix => m.map((row) => [...row].reverse());

/** Rows in reverse order: results turned by 180 degrees. */
export const turnedOut = (m: Matrix): Matrix => [...m].reverse();

/** A matrix with rows of zeros below. */
export function padded(m: Matrix, rows: number): Matrix {
  const width = m[0]?.length ?? 0;
  return [...m, ...Array.from({ length: rows }, () => new Array<number>(width).fill(0))];
}

/**
 * From how many channels on, in and out. With 64 the transforms cost what the multiplications save; with 128 a layer
 * takes 0.6 of its time, with 256 and 512 less than half (docs/benchmarks.md).
 */
export const MANY_CHANNELS = 128;

const one = (values: readonly number[]): boolean => values.every((v) => v === 1);

/** Whether a convolution has the one geometry that the algorithm is written for. */
export function isSame3x3({ strides, pads, dilations, groups }: ConvAttributes, kernel: Node): boolean {
  return one(strides) && one(pads) && one(dilations) && groups === 1 && kernel.shape[2] === 3 && kernel.shape[3] === 3;
}

/** Whether pooling halves a map and leaves nothing out but a last odd row and column. */
export function halves({ kernel, strides, pads }: PoolAttributes): boolean {
  return [...kernel, ...strides].every((v) => v === 2) && pads.every((p) => p === 0);
}

/** The convolution that a map comes from, through what keeps it in planes. */
function source(node: Node | undefined): Node | undefined {
  let x = node;
  while (x && (x.op === "relu" || (x.op === "avgPool" && halves(x.attributes)))) x = x.inputs[0];
  return x?.op === "conv2d" ? x : undefined;
}

/**
 * The kernels of the convolutions to compute so: those with many channels that follow one another. A single one between
 * others would lose in rearranging pixels what it gains.
 */
export function winogradKernels(outputs: readonly Node[], channels = MANY_CHANNELS): ReadonlySet<Node> {
  const fits = (node: Node | undefined): boolean => {
    const kernel = node?.inputs[1];
    if (node?.op !== "conv2d" || kernel?.op !== "constant" || !isSame3x3(node.attributes, kernel)) return false;
    return Number(kernel.shape[0]) >= channels && Number(kernel.shape[1]) >= channels;
  };
  const chosen = new Set<Node>();
  for (const node of topologicalOrder(outputs)) {
    const before = source(node.inputs[0]);
    if (!fits(node) || !fits(before)) continue;
    for (const { inputs } of [node, before as Node]) if (inputs[1]) chosen.add(inputs[1]);
  }
  return chosen;
}
