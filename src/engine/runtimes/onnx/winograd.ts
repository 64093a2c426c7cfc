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
import { Dimensions } from "../../graph/dimensions.js";
import {
  type ConvAttributes,
  type Node,
  type NodeOf,
  type PoolAttributes,
  topologicalOrder,
} from "../../graph/node.js";

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

/** Which convolutions gain by the algorithm. Measured: docs/benchmarks.md, "Winograd's algorithm, by size". */
export interface WinogradTable {
  /**
   * Channels, in and out, from which on a convolution gains that follows another such. With 64 the transforms cost what
   * the multiplications save.
   */
  readonly runs: number;
  /** The same for one between others, whose pixels must be rearranged before and after: with so many pixels or more. */
  readonly alone: readonly { readonly channels: number; readonly pixels: number }[];
}

export const WINOGRAD: WinogradTable = {
  runs: 128,
  alone: [
    { channels: 512, pixels: 64 },
    { channels: 256, pixels: 256 },
    { channels: 128, pixels: 1024 },
  ],
};

/** Kernels of the convolutions to compute so. */
export interface WinogradKernels {
  /** Of those that follow one another. */
  readonly runs: ReadonlySet<Node>;
  /** Of those between others. */
  readonly alone: ReadonlySet<Node>;
}

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

const isCandidate = (node: Node | undefined, channels: number): node is NodeOf<"conv2d"> => {
  const kernel = node?.inputs[1];
  if (node?.op !== "conv2d" || kernel?.op !== "constant" || !isSame3x3(node.attributes, kernel)) return false;
  return Number(kernel.shape[0]) >= channels && Number(kernel.shape[1]) >= channels;
};

/**
 * The kernels of the convolutions to compute so.
 * @param sizes shapes of inputs, by name; where a map's size does not follow from them only runs are chosen
 */
export function winogradKernels(
  outputs: readonly Node[],
  sizes: Readonly<Record<string, readonly number[]>> = {},
  table: WinogradTable = WINOGRAD,
): WinogradKernels {
  const runs = new Set<Node>();
  const alone = new Set<Node>();
  const dimensions = new Dimensions(sizes);
  for (const node of topologicalOrder(outputs)) {
    const before = source(node.inputs[0]);
    if (isCandidate(node, table.runs) && isCandidate(before, table.runs))
      for (const { inputs } of [node, before]) if (inputs[1]) runs.add(inputs[1]);
    const [batch, , height, width] = dimensions.of(node).map(Number);
    const pixels = Number(batch) * Number(height) * Number(width);
    const kernel = node.inputs[1];
    if (kernel && table.alone.some((row) => pixels >= row.pixels && isCandidate(node, row.channels))) alone.add(kernel);
  }
  for (const kernel of runs) alone.delete(kernel);
  return { runs, alone };
}
