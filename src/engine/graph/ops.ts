/** Constructors of the tensor program's operations. Each checks its inputs and infers its shape. */
import {
  type BlockAttributes,
  type BorderAttributes,
  type ConvAttributes,
  type Dim,
  GraphError,
  type Node,
  type NodeOf,
  type Operation,
  type OperationAttributes,
  type Pads,
  type Pair,
  type PoolAttributes,
  type ResampleAttributes,
  type Sampling,
  type Shape,
} from "./node.js";

function node<K extends Operation>(
  op: K,
  inputs: readonly Node[],
  attributes: OperationAttributes[K],
  shape: Shape,
  type: "float32" | "bool" = "float32",
): Node {
  const made: NodeOf<K> = { op, inputs, attributes, shape, type };
  // The union's members differ in `op` and `attributes` only, and K ties those two together.
  return made as unknown as Node;
}

const NONE = {};

/** `shape` for people: `[1, 3, ?, ?]`. */
export function showShape(shape: Shape): string {
  return `[${shape.map((d) => d ?? "?").join(", ")}]`;
}

function dim(x: Node, axis: number): Dim {
  const d = x.shape[axis];
  if (d === undefined) throw new GraphError(`axis ${axis} is outside the shape ${showShape(x.shape)} of a ${x.op}`);
  return d;
}

function expectRank(x: Node, rank: number, what: string): void {
  if (x.shape.length !== rank)
    throw new GraphError(`${what} needs a tensor of rank ${rank}, got ${showShape(x.shape)} from a ${x.op}`);
}

/**
 * A tensor given at each run, by name.
 * @param multipleOf a promise that height and width are multiples of it: windows that tile the image then leave nothing
 *   over
 */
export function input(name: string, shape: Shape, multipleOf = 1): NodeOf<"input"> {
  return node("input", [], { name, multipleOf }, shape) as NodeOf<"input">;
}

/** A fixed tensor; its shape has no unknown dimension. */
export function constant(data: Float32Array, shape: readonly number[]): NodeOf<"constant"> {
  const size = shape.reduce((a, b) => a * b, 1);
  if (size !== data.length)
    throw new GraphError(`a constant of shape ${showShape(shape)} needs ${size} numbers, got ${data.length}`);
  return node("constant", [], { data }, shape) as NodeOf<"constant">;
}

/** A single number, of shape [], which broadcasts with anything. */
export function scalar(value: number): NodeOf<"constant"> {
  return constant(Float32Array.of(value), []);
}

function broadcastShape(a: Shape, b: Shape, op: string): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? (i < rank - a.length ? 1 : null);
    const y = b[i - rank + b.length] ?? (i < rank - b.length ? 1 : null);
    // An unknown dimension is never meant as 1: what broadcasts says 1 in its shape.
    if (x === 1) return y;
    if (y === 1 || x === y) return x;
    if (x === null) return y;
    if (y === null) return x;
    throw new GraphError(`${op}: shapes ${showShape(a)} and ${showShape(b)} do not fit together`);
  });
}

const binary =
  (op: "add" | "sub" | "mul" | "div") =>
  (a: Node, b: Node): Node =>
    node(op, [a, b], NONE, broadcastShape(a.shape, b.shape, op));
const compare =
  (op: "greater" | "greaterOrEqual" | "equal") =>
  (a: Node, b: Node): Node =>
    node(op, [a, b], NONE, broadcastShape(a.shape, b.shape, op), "bool");
const unary =
  (op: "relu" | "exp" | "log" | "abs" | "erf" | "sigmoid" | "tanh" | "stopGradient") =>
  (x: Node): Node =>
    node(op, [x], NONE, x.shape);

export const add = binary("add");
export const sub = binary("sub");
export const mul = binary("mul");
export const div = binary("div");
export const relu = unary("relu");
export const exp = unary("exp");
export const log = unary("log");
export const abs = unary("abs");
/** The error function, 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x. */
export const erf = unary("erf");
export const sigmoid = unary("sigmoid");
export const tanh = unary("tanh");
/** Passes its input through; no gradient flows back. */
export const stopGradient = unary("stopGradient");
export const greater = compare("greater");
export const greaterOrEqual = compare("greaterOrEqual");
export const equal = compare("equal");

/** x limited to [min, max]; relu6 is `clip(x, 0, 6)`. */
export function clip(x: Node, min: number, max: number): Node {
  return node("clip", [x], { min, max }, x.shape);
}

/** x to a constant power. For exponents that are not whole numbers x must not be negative. */
export function pow(x: Node, exponent: number): Node {
  return node("pow", [x], { exponent }, x.shape);
}

/** `condition ? a : b`, elementwise. */
export function where(condition: Node, a: Node, b: Node): Node {
  if (condition.type !== "bool")
    throw new GraphError(`where needs a comparison as its condition, got a ${condition.op}`);
  const shape = broadcastShape(condition.shape, broadcastShape(a.shape, b.shape, "where"), "where");
  return node("where", [condition, a, b], NONE, shape);
}

function windowed(size: Dim, kernel: number, stride: number, before: number, after: number, dilation = 1): Dim {
  if (size === null) return null;
  const out = Math.floor((size + before + after - dilation * (kernel - 1) - 1) / stride) + 1;
  if (out < 1) throw new GraphError(`a window of ${kernel} does not fit into ${size} pixels`);
  return out;
}

export interface ConvOptions {
  readonly strides?: Pair;
  readonly pads?: Pads;
  readonly dilations?: Pair;
  readonly groups?: number;
}

/**
 * Cross-correlation of feature maps with kernels.
 * @param x [N, C, H, W]
 * @param kernel constant [O, C / groups, kH, kW]
 * @param bias constant [O], optional
 * @returns [N, O, H', W']
 */
export function conv2d(x: Node, kernel: Node, bias?: Node, options: ConvOptions = {}): Node {
  const { strides = [1, 1], pads = [0, 0, 0, 0], dilations = [1, 1], groups = 1 } = options;
  const attributes: ConvAttributes = { strides, pads, dilations, groups };
  expectRank(x, 4, "conv2d");
  if (kernel.op !== "constant")
    throw new GraphError("conv2d needs a constant kernel; use matmul for kernels that vary");
  const [out, cin, kh, kw] = kernel.shape as readonly number[];
  if (out === undefined || cin === undefined || kh === undefined || kw === undefined)
    throw new GraphError(`conv2d needs a kernel of rank 4, got ${showShape(kernel.shape)}`);
  const channels = dim(x, 1);
  if (channels !== null && channels !== cin * groups) {
    throw new GraphError(
      `conv2d: kernel ${showShape(kernel.shape)} with ${groups} groups does not fit ${channels} channels`,
    );
  }
  if (kh === 1 && kw === 1 && (strides[0] > 1 || strides[1] > 1) && pads.every((p) => p === 0))
    return conv2d(subsample(x, strides), kernel, bias, { groups });
  const h = windowed(dim(x, 2), kh, strides[0], pads[0], pads[2], dilations[0]);
  const w = windowed(dim(x, 3), kw, strides[1], pads[1], pads[3], dilations[1]);
  return node("conv2d", bias ? [x, kernel, bias] : [x, kernel], attributes, [dim(x, 0), out, h, w]);
}

/**
 * The adjoint of {@link conv2d} with respect to its first input: spreads g [N, O, H', W'] back over the shape of
 * `like`.
 */
export function conv2dTranspose(g: Node, kernel: Node, like: Node, attributes: ConvAttributes): Node {
  return node("conv2dTranspose", [g, kernel, like], attributes, like.shape);
}

const subsampled = new WeakMap<Node, Map<string, Node>>();

/**
 * Every strides[0]-th row and strides[1]-th column, beginning with the first. [N, C, H, W] -> [N, C, ceil(H / s),
 * ceil(W / s)]
 *
 * Asked twice for the same of x, it gives the same node: the two strided 1x1 convolutions of a ResNet's block then add
 * their gradients while they are small.
 */
export function subsample(x: Node, strides: Pair): Node {
  const known = subsampled.get(x) ?? new Map<string, Node>();
  subsampled.set(x, known);
  const found = known.get(strides.join());
  if (found) return found;
  expectRank(x, 4, "subsample");
  const [h, w] = [windowed(dim(x, 2), 1, strides[0], 0, 0), windowed(dim(x, 3), 1, strides[1], 0, 0)];
  const made = node("subsample", [x], { strides }, [dim(x, 0), dim(x, 1), h, w]);
  known.set(strides.join(), made);
  return made;
}

/** The adjoint of {@link subsample}: g's places spread over the shape of `like`, zeros between. */
export function subsampleGradient(g: Node, like: Node, strides: Pair): Node {
  return node("subsampleGradient", [g, like], { strides }, like.shape);
}

function pooled(op: "maxPool" | "avgPool", x: Node, attributes: PoolAttributes): Node {
  expectRank(x, 4, op);
  const { kernel, strides, pads } = attributes;
  const h = windowed(dim(x, 2), kernel[0], strides[0], pads[0], pads[2]);
  const w = windowed(dim(x, 3), kernel[1], strides[1], pads[1], pads[3]);
  return node(op, [x], attributes, [dim(x, 0), dim(x, 1), h, w]);
}

/** Largest value of each window; padded places never win. [N, C, H, W] -> [N, C, H', W'] */
export function maxPool(x: Node, attributes: PoolAttributes): Node {
  return pooled("maxPool", x, attributes);
}

/** Mean of each window over the places inside the image. [N, C, H, W] -> [N, C, H', W'] */
export function avgPool(x: Node, attributes: PoolAttributes): Node {
  return pooled("avgPool", x, attributes);
}

/** The adjoint of {@link maxPool} at x, with result y: each window's g goes to its largest place. */
export function maxPoolGradient(x: Node, y: Node, g: Node, attributes: PoolAttributes): Node {
  return node("maxPoolGradient", [x, y, g], attributes, x.shape);
}

/** The adjoint of {@link avgPool}: each window's g is shared evenly among its places. */
export function avgPoolGradient(g: Node, like: Node, attributes: PoolAttributes): Node {
  return node("avgPoolGradient", [g, like], attributes, like.shape);
}

/**
 * x [N, C, H, W] moved down and to the right by the whole numbers of `offset` [2]; what leaves on one side comes back
 * on the other.
 */
export function roll(x: Node, offset: Node): Node {
  expectRank(x, 4, "roll");
  return node("roll", [x, offset], NONE, x.shape);
}

/**
 * The sum over f of every plane of x [N, C, H, W] blurred along its rows by `across[f]` and along its columns by
 * `down[f]`: weights [F, radius + 1] from the centre outwards, the same on both sides. Planes continue at their
 * opposite sides, and must be as long as the radius.
 */
export function blur(x: Node, across: Node, down: Node): Node {
  expectRank(x, 4, "blur");
  return node("blur", [x, across, down], NONE, x.shape);
}

/**
 * x [N, C, H, W] read between its pixels, bilinearly, at the columns u and rows v [N, 1, H, W]; it continues at its
 * opposite sides. No gradient flows through it.
 */
export function sample(x: Node, u: Node, v: Node): Node {
  expectRank(x, 4, "sample");
  return node("sample", [x, u, v], NONE, x.shape);
}

const sampled = (size: Dim, like: Dim, sampling: Sampling): Dim => {
  if (sampling.type === "resize" && sampling.factor === null) return like;
  if (size === null) return null;
  return sampling.type === "pad"
    ? size + sampling.before + sampling.after
    : Math.floor(size * (sampling.factor as number));
};

/**
 * Takes rows and columns from other places: resizing, nearest or linear, and padding with the map's own numbers.
 * [N, C, H, W] -> [N, C, H', W']
 * @param like gives the size, where the sampling names none
 */
export function resample(x: Node, attributes: ResampleAttributes, like: Node = x): Node {
  expectRank(x, 4, "resample");
  expectRank(like, 4, "resample");
  const h = sampled(dim(x, 2), dim(like, 2), attributes.rows);
  const w = sampled(dim(x, 3), dim(like, 3), attributes.columns);
  return node("resample", like === x ? [x] : [x, like], attributes, [dim(x, 0), dim(x, 1), h, w]);
}

/** The adjoint of {@link resample}: each place's g goes back to where it was taken from, in the shape of `like`. */
export function resampleGradient(g: Node, like: Node, attributes: ResampleAttributes): Node {
  return node("resampleGradient", [g, like], attributes, like.shape);
}

const times = (size: Dim, factor: number): Dim => (size === null ? null : size * factor);

/** Channels become blocks of places (sub-pixel convolution, Shi et al. 2016). [N, C b b, H, W] -> [N, C, H b, W b] */
export function depthToSpace(x: Node, attributes: BlockAttributes): Node {
  const { block } = attributes;
  const shape = [dim(x, 0), times(dim(x, 1), 1 / block ** 2), times(dim(x, 2), block), times(dim(x, 3), block)];
  return node("depthToSpace", [x], attributes, shape);
}

/** The inverse, and adjoint, of {@link depthToSpace}; height and width must be multiples of the block. */
export function spaceToDepth(x: Node, attributes: BlockAttributes): Node {
  const { block } = attributes;
  const shape = [dim(x, 0), times(dim(x, 1), block ** 2), times(dim(x, 2), 1 / block), times(dim(x, 3), 1 / block)];
  return node("spaceToDepth", [x], attributes, shape);
}

/** Matrix product of the last two dimensions; leading (batch) dimensions broadcast. */
export function matmul(
  a: Node,
  b: Node,
  options: { readonly transposeA?: boolean; readonly transposeB?: boolean } = {},
): Node {
  const { transposeA = false, transposeB = false } = options;
  const rank = a.shape.length;
  if (rank < 2 || b.shape.length !== rank) {
    throw new GraphError(
      `matmul needs two tensors of the same rank, 2 or more: ${showShape(a.shape)}, ${showShape(b.shape)}`,
    );
  }
  const [m, k1] = transposeA ? [dim(a, rank - 1), dim(a, rank - 2)] : [dim(a, rank - 2), dim(a, rank - 1)];
  const [k2, n] = transposeB ? [dim(b, rank - 1), dim(b, rank - 2)] : [dim(b, rank - 2), dim(b, rank - 1)];
  if (k1 !== null && k2 !== null && k1 !== k2)
    throw new GraphError(`matmul: ${showShape(a.shape)} and ${showShape(b.shape)} do not fit`);
  const batch = broadcastShape(a.shape.slice(0, rank - 2), b.shape.slice(0, rank - 2), "matmul");
  return node("matmul", [a, b], { transposeA, transposeB }, [...batch, m, n]);
}

export function transpose(x: Node, permutation: readonly number[]): Node {
  const shape = permutation.map((p) => dim(x, p));
  return node("transpose", [x], { permutation }, shape);
}

/** A new shape for the same numbers: 0 keeps the input's dimension at that place, one -1 is inferred. */
export function reshape(x: Node, shape: readonly number[]): Node {
  let known: Dim = x.shape.reduce<Dim>((a, b) => (a === null || b === null ? null : a * b), 1);
  const out: Dim[] = shape.map((d, i) => (d === 0 ? dim(x, i) : d === -1 ? null : d));
  const inferred = shape.indexOf(-1);
  if (inferred >= 0 && known !== null) {
    for (const [i, d] of out.entries()) if (i !== inferred && known !== null) known = d === null ? null : known / d;
    out[inferred] = known;
  }
  return node("reshape", [x], { shape }, out);
}

/** x's numbers in the shape of `like`. */
export function reshapeLike(x: Node, like: Node): Node {
  return node("reshapeLike", [x, like], NONE, like.shape);
}

function bordered(op: "crop" | "pad", x: Node, { before, after }: BorderAttributes): Node {
  expectRank(x, before.length, op);
  if ([...before, ...after].every((n) => n === 0)) return x;
  const sign = op === "pad" ? 1 : -1;
  const shape = x.shape.map((d, i) => (d === null ? null : d + sign * ((before[i] ?? 0) + (after[i] ?? 0))));
  if (shape.some((d) => d !== null && d < 0))
    throw new GraphError(`crop takes more than there is of ${showShape(x.shape)}`);
  return node(op, [x], { before, after }, shape);
}

/** Takes `before[i]` and `after[i]` places off axis i. */
export function crop(x: Node, before: readonly number[], after: readonly number[]): Node {
  return bordered("crop", x, { before, after });
}

/** Adds `before[i]` and `after[i]` zeros on axis i. */
export function pad(x: Node, before: readonly number[], after: readonly number[]): Node {
  return bordered("pad", x, { before, after });
}

export function concat(inputs: readonly Node[], axis: number): Node {
  const [first] = inputs;
  if (!first) throw new GraphError("concat needs at least one input");
  if (inputs.length === 1) return first;
  const sum = inputs.reduce<Dim>((total, x) => {
    const d = dim(x, axis);
    return total === null || d === null ? null : total + d;
  }, 0);
  const shape = first.shape.map((d, i) =>
    i === axis ? sum : (d ?? inputs.find((x) => x.shape[i] !== null)?.shape[i] ?? null),
  );
  return node("concat", inputs, { axis }, shape);
}

const reduce =
  (op: "reduceSum" | "reduceMax" | "count") =>
  (x: Node, axes: readonly number[]): Node => {
    // Runtimes take "no axes" for "all axes".
    if (axes.length === 0) return op === "count" ? scalar(1) : x;
    const shape = op === "count" ? [] : x.shape.map((d, i) => (axes.includes(i) ? 1 : d));
    return node(op, [x], { axes }, shape);
  };

/** Sum over axes, which are kept with size 1. */
export const reduceSum = reduce("reduceSum");
/** Largest value over axes, which are kept with size 1. No gradient flows through it. */
export const reduceMax = reduce("reduceMax");
/** How many elements x has along axes, as a scalar: known only when the program runs. */
export const count = reduce("count");

/** Repeats dimensions of size 1 until x has the shape of `like`. */
export function expandLike(x: Node, like: Node): Node {
  return node("expandLike", [x, like], NONE, like.shape);
}

/** Mean over axes, which are kept with size 1. */
export function reduceMean(x: Node, axes: readonly number[]): Node {
  return div(reduceSum(x, axes), count(x, axes));
}

export function square(x: Node): Node {
  return mul(x, x);
}

/** All axes of x, for a reduction to one number. */
export function allAxes(x: Node): number[] {
  return x.shape.map((_, i) => i);
}

/** Sum of everything, as a scalar of shape []. */
export function sumAll(x: Node): Node {
  return reshape(reduceSum(x, allAxes(x)), []);
}
