/** The tensor program's operations by tfjs's functions, one an operation. Tensors of rank 4 lie NHWC: see layout.ts. */
import { at, isZero, type Node, type NodeOf, type Operation } from "../../graph/node.js";
import { conv2d, conv2dTranspose, type Filters } from "./convolution.js";
import {
  alignRanks,
  byPlace,
  permutationInMemory,
  permute,
  placeOf,
  shapeOf,
  type Tensor,
  type Tf,
  toMemory,
  toProgram,
} from "./layout.js";
import { avgPool, avgPoolGradient, everyOther, maxPool, maxPoolGradient } from "./pooling.js";
import { depthToSpace, resample, resampleGradient, spaceToDepth } from "./resampling.js";
import { blur, roll, sample } from "./wrapped.js";

export interface Device {
  readonly tf: Tf;
  readonly filters: Filters;
}

/** Sources are not computed: inputs are given at each run, constants live as long as the program. */
export type Computed = Exclude<Operation, "input" | "constant">;

type Kernel<K extends Operation> = (device: Device, node: NodeOf<K>, x: readonly Tensor[]) => Tensor;

const unary =
  (f: (tf: Tf) => (x: Tensor) => Tensor) =>
  ({ tf }: Device, _: Node, x: readonly Tensor[]): Tensor =>
    f(tf)(at(x, 0));

const binary =
  (f: (tf: Tf) => (a: Tensor, b: Tensor) => Tensor) =>
  ({ tf }: Device, _: Node, x: readonly Tensor[]): Tensor => {
    const aligned = alignRanks(tf, x);
    return f(tf)(at(aligned, 0), at(aligned, 1));
  };

function where({ tf }: Device, node: NodeOf<"where">, x: readonly Tensor[]): Tensor {
  const aligned = alignRanks(tf, x);
  const [condition, a] = [at(aligned, 0), at(aligned, 1)];
  // Gradients of ReLU are most of all choices: a product spares a map of zeros.
  if (isZero(node.inputs[2])) return tf.mul(tf.cast(condition, "float32"), a);
  return tf.where(tf.cast(condition, "bool"), a, at(aligned, 2));
}

/** x in another shape of the program's. */
function reshaped(tf: Tf, x: Tensor, shape: readonly number[]): Tensor {
  const now = shapeOf(x);
  if (now.length === shape.length && now.every((d, i) => d === shape[i])) return x;
  return toMemory(tf, tf.reshape(toProgram(tf, x), [...shape]));
}

function expanded(tf: Tf, x: Tensor, shape: readonly number[]): Tensor {
  // A single number is added to zeros: tfjs's CPU tiles number by number.
  if (x.size === 1) return tf.add(tf.zeros([...shape]), tf.reshape(x, []));
  return tf.broadcastTo(x, [...shape]);
}

const axesOf = (axes: readonly number[], x: Tensor): number[] => axes.map((axis) => placeOf(axis, x.rank));

const KERNELS: { readonly [K in Computed]: Kernel<K> } = {
  add: binary((tf) => tf.add),
  sub: binary((tf) => tf.sub),
  mul: binary((tf) => tf.mul),
  div: binary((tf) => tf.div),
  relu: unary((tf) => tf.relu),
  clip: ({ tf }, { attributes: { min, max } }, x) => tf.clipByValue(at(x, 0), min, max),
  exp: unary((tf) => tf.exp),
  log: unary((tf) => tf.log),
  abs: unary((tf) => tf.abs),
  erf: unary((tf) => tf.erf),
  sigmoid: unary((tf) => tf.sigmoid),
  tanh: unary((tf) => tf.tanh),
  pow: ({ tf }, { attributes: { exponent } }, x) => tf.pow(at(x, 0), tf.scalar(exponent)),
  greater: binary((tf) => tf.greater),
  greaterOrEqual: binary((tf) => tf.greaterEqual),
  equal: binary((tf) => tf.equal),
  where,
  conv2d: ({ tf, filters }, node, x) => conv2d(tf, at(x, 0), filters.of(node), x[2], node.attributes),
  conv2dTranspose: ({ tf, filters }, node, x) =>
    conv2dTranspose(tf, at(x, 0), filters.of(node), at(x, 2), node.attributes),
  maxPool: ({ tf }, { attributes }, x) => maxPool(tf, at(x, 0), attributes),
  maxPoolGradient: ({ tf }, { attributes }, x) => maxPoolGradient(tf, at(x, 0), at(x, 1), at(x, 2), attributes),
  avgPool: ({ tf }, { attributes }, x) => avgPool(tf, at(x, 0), attributes),
  avgPoolGradient: ({ tf }, { attributes }, x) => avgPoolGradient(tf, at(x, 0), at(x, 1), attributes),
  subsample: ({ tf }, { attributes: { strides } }, x) => avgPool(tf, at(x, 0), everyOther(strides)),
  subsampleGradient: ({ tf }, { attributes: { strides } }, x) =>
    avgPoolGradient(tf, at(x, 0), at(x, 1), everyOther(strides)),
  roll: ({ tf }, _, x) => roll(tf, at(x, 0), at(x, 1)),
  blur: ({ tf }, _, x) => blur(tf, at(x, 0), at(x, 1), at(x, 2)),
  sample: ({ tf }, _, x) => sample(tf, at(x, 0), at(x, 1), at(x, 2)),
  resample: ({ tf }, { attributes }, x) => resample(tf, at(x, 0), x[1] ?? at(x, 0), attributes),
  resampleGradient: ({ tf }, { attributes }, x) => resampleGradient(tf, at(x, 0), at(x, 1), attributes),
  depthToSpace: ({ tf }, { attributes }, x) => depthToSpace(tf, at(x, 0), attributes),
  spaceToDepth: ({ tf }, { attributes }, x) => spaceToDepth(tf, at(x, 0), attributes),
  matmul: ({ tf }, { attributes: { transposeA, transposeB } }, x) =>
    toMemory(tf, tf.matMul(toProgram(tf, at(x, 0)), toProgram(tf, at(x, 1)), transposeA, transposeB)),
  transpose: ({ tf }, { attributes: { permutation } }, x) => permute(tf, at(x, 0), permutationInMemory(permutation)),
  reshape: ({ tf }, { attributes: { shape } }, x) => {
    const now = shapeOf(at(x, 0));
    const kept = shape.map((d, i) => (d === 0 ? (now[i] ?? 1) : d));
    const known = kept.filter((d) => d !== -1).reduce((a, b) => a * b, 1);
    const filled = kept.map((d) => (d === -1 ? at(x, 0).size / known : d));
    return reshaped(tf, at(x, 0), filled);
  },
  reshapeLike: ({ tf }, _, x) => reshaped(tf, at(x, 0), shapeOf(at(x, 1))),
  crop: ({ tf }, { attributes: { before, after } }, x) => {
    const map = at(x, 0);
    const [begin, end] = [byPlace(before), byPlace(after)];
    const size = map.shape.map((d, i) => d - (begin[i] ?? 0) - (end[i] ?? 0));
    return tf.slice(map, begin, size);
  },
  pad: ({ tf }, { attributes: { before, after } }, x) => {
    const end = byPlace(after);
    const around = byPlace(before).map((n, i): [number, number] => [n, end[i] ?? 0]);
    return tf.pad(at(x, 0), around);
  },
  concat: ({ tf }, { attributes: { axis } }, x) => tf.concat([...x], placeOf(axis, at(x, 0).rank)),
  reduceSum: ({ tf }, { attributes: { axes } }, x) => tf.sum(at(x, 0), axesOf(axes, at(x, 0)), true),
  reduceMax: ({ tf }, { attributes: { axes } }, x) => tf.max(at(x, 0), axesOf(axes, at(x, 0)), true),
  expandLike: ({ tf }, _, x) => {
    const aligned = alignRanks(tf, x);
    return expanded(tf, at(aligned, 0), at(aligned, 1).shape);
  },
  count: ({ tf }, { attributes: { axes } }, x) => {
    const shape = shapeOf(at(x, 0));
    return tf.scalar(axes.reduce((product, axis) => product * (shape[axis] ?? 1), 1));
  },
  stopGradient: unary((tf) => tf.clone),
};

/** Computes one node. Intermediate tensors are released. */
export function compute(device: Device, node: Extract<Node, { op: Computed }>, inputs: readonly Tensor[]): Tensor {
  const { tf } = device;
  return tf.tidy(() => {
    // The table's key ties kernel and node together; the compiler cannot see that through the lookup.
    const result = (KERNELS[node.op] as Kernel<Operation>)(device, node as NodeOf<Operation>, inputs);
    // An input handed on as it is would be freed twice.
    return inputs.includes(result) ? tf.clone(result) : result;
  });
}
