/** ONNX operators as steps, by the operator's name. Specification: https://onnx.ai/onnx/operators/ */
import { batchNorm } from "./kernels.js";
import { type Kernel, type Step, Unusable, type Vector } from "./layer-graph.js";
import { arithmetic, bounded, clip, negative, power } from "./onnx-arithmetic.js";
import {
  concat,
  flatten,
  gather,
  reduceMean,
  reshape,
  slice,
  split,
  squeeze,
  transpose,
  unsqueeze,
} from "./onnx-axes.js";
import { type NodeReader, PLACES } from "./onnx-node.js";
import { dequantize, quantize } from "./onnx-quantized.js";
import { activation, affine, first, identity, type Reading } from "./onnx-reading.js";
import { convTranspose, depthToSpace, pad, resize, spaceToDepth } from "./onnx-sizes.js";
import { asKernel, asVector, elements } from "./weights.js";

function conv(node: NodeReader): Reading {
  node.plain();
  const kernel = asKernel(node.weight(1, "kernel"), "OIHW");
  if (!kernel) throw new Unusable("unusable.kernel-rank");
  const strides = node.pair("strides", [1, 1]);
  const dilations = node.pair("dilations", [1, 1]);
  const bias = node.inputs[2] ? asVector(node.weight(2, "bias")) : undefined;
  const pads = node.pads([kernel.shape[2], kernel.shape[3]], strides, dilations);
  return first(node, {
    type: "conv",
    kernel,
    ...(bias ? { bias } : {}),
    strides,
    dilations,
    pads,
    groups: node.int("group", 1),
  });
}

function pool(node: NodeReader, mode: "max" | "average"): Reading {
  node.plain();
  const kernel = node.pair("kernel_shape");
  const strides = node.pair("strides", [1, 1]);
  const dilations = node.pair("dilations", [1, 1]);
  if (dilations[0] !== 1 || dilations[1] !== 1) throw new Unusable("unusable.gaps");
  let pads = node.pads(kernel, strides, dilations);
  if (node.int("ceil_mode", 0) === 1) {
    // Up to stride - 1 places more after the end round the size up. Windows that would start past the end are left out,
    // hence the limit.
    const [top, left, bottom, right] = pads;
    pads = [
      top,
      left,
      Math.max(bottom, Math.min(bottom + strides[0] - 1, kernel[0] - 1)),
      Math.max(right, Math.min(right + strides[1] - 1, kernel[1] - 1)),
    ];
    if (mode === "average" && node.int("count_include_pad", 0) === 1) throw new Unusable("unusable.ceil-pads");
  }
  const countPads = mode === "average" && node.int("count_include_pad", 0) === 1;
  return first(node, { type: "pool", mode, kernel, strides, pads, countPads });
}

function normalise(node: NodeReader): Reading {
  if (node.axis(1) !== 1) throw new Unusable("unusable.not-channels");
  const [gamma, beta, mean, variance] = ["scale", "bias", "mean", "variance"].map((what, i) =>
    node.weight(i + 1, what),
  );
  if (!gamma || !beta || !mean || !variance) throw new Unusable("unusable.no-weights");
  const epsilon = node.float("epsilon", 1e-5);
  const values = () => batchNorm(gamma.data(), beta.data(), mean.data(), variance.data(), epsilon);
  const statistics = () => ({ mean: mean.data(), variance: variance.data() });
  return first(node, { type: "affine", length: elements(mean.shape), values, statistics });
}

/** The last axis is the channels': a product with a matrix is then a 1x1 convolution. */
function dense(node: NodeReader, weight: number, transposed: boolean, bias?: Vector): Reading {
  const { axes, split } = node.map(0);
  const { shape, data } = node.weight(weight, "matrix");
  const [rows = 0, columns = 0, ...rest] = shape;
  if (rest.length > 0 || axes.at(-1) !== 1 || split) throw new Unusable("unusable.row");
  const kernel: Kernel = transposed
    ? { layout: "OIHW", shape: [rows, columns, 1, 1], data }
    : { layout: "HWIO", shape: [1, 1, rows, columns], data };
  return first(node, {
    type: "conv",
    kernel,
    ...(bias ? { bias } : {}),
    strides: [1, 1],
    dilations: [1, 1],
    pads: [0, 0, 0, 0],
    groups: 1,
  });
}

function matmul(node: NodeReader): Reading {
  // Two maps multiplied by each other: attention.
  if (!node.isConstant(1)) throw new Unusable("unusable.row");
  return dense(node, 1, false);
}

function gemm(node: NodeReader): Reading {
  const plain = node.float("alpha", 1) === 1 && node.float("beta", 1) === 1 && node.int("transA", 0) === 0;
  if (!plain || node.map().axes.length !== 2) throw new Unusable("unusable.row");
  const bias = node.inputs[2] ? asVector(node.weight(2, "bias")) : undefined;
  return dense(node, 1, node.int("transB", 0) === 1, bias);
}

const vector = (node: NodeReader, index: number): Vector | undefined =>
  node.inputs[index] ? asVector(node.weight(index, "scale")) : undefined;

function layerNorm(node: NodeReader): Reading {
  const { axes, facts } = node.map();
  const axis = node.int("axis", -1);
  if (node.axis(axis) !== 1 || axes.at(-1) !== 1) throw new Unusable("unusable.norm");
  const norm: Step = { type: "norm", over: "channels", epsilon: node.float("epsilon", 1e-5) };
  return first(node, norm, affine(facts.channels, vector(node, 1), vector(node, 2)));
}

/** Each channel, or each group that its channels were cut into before, over all places. */
function instanceNorm(node: NodeReader): Reading {
  const { facts, split, axes } = node.map();
  const { channels } = facts;
  if (split ? !split.row : axes.slice(0, 2).join() !== "0,1" || axes.length < 3 || axes[2] === undefined)
    throw new Unusable("unusable.norm");
  if (!split && axes[2] !== PLACES && axes.length !== 4) throw new Unusable("unusable.norm");
  const groups = split?.groups ?? 0;
  const each = (index: number): Vector | undefined => vector(node, index) && perGroup(vector(node, index), channels);
  const norm: Step = { type: "norm", over: "places", groups, epsilon: node.float("epsilon", 1e-5) };
  return { ...first(node, norm, affine(channels, each(1), each(2))), ...(split && { axes: [0], split }) };
}

/** A number for each channel from one for each group. */
function perGroup(of: Vector | undefined, channels: number): Vector | undefined {
  if (!of || of.length === channels) return of;
  const size = channels / of.length;
  const data = (): Float32Array => {
    const numbers = of.data();
    return Float32Array.from({ length: channels }, (_, c) => numbers[Math.floor(c / size)] ?? 0);
  };
  return { length: channels, data };
}

function groupNorm(node: NodeReader): Reading {
  const { channels } = node.plain().facts;
  const norm: Step = {
    type: "norm",
    over: "places",
    groups: node.int("num_groups", 1),
    epsilon: node.float("epsilon", 1e-5),
  };
  const each = (index: number): Vector | undefined => perGroup(vector(node, index), channels);
  return first(node, norm, affine(channels, each(1), each(2)));
}

const end = (): Reading => {
  throw new Unusable("unusable.classes");
};

export const OPERATORS: Readonly<Record<string, (node: NodeReader) => Reading>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  MatMul: matmul,
  Gemm: gemm,
  Relu: (n) => activation(n, { name: "relu" }),
  LeakyRelu: (n) => activation(n, { name: "leakyRelu", alpha: n.float("alpha", 0.01) }),
  Elu: (n) => activation(n, { name: "elu", alpha: n.float("alpha", 1) }),
  Selu: (n) =>
    activation(n, {
      name: "selu",
      alpha: n.float("alpha", 1.6732632423543772),
      gamma: n.float("gamma", 1.0507009873554805),
    }),
  Sigmoid: (n) => activation(n, { name: "sigmoid" }),
  Tanh: (n) => activation(n, { name: "tanh" }),
  Softplus: (n) => activation(n, { name: "softplus" }),
  Softsign: (n) => activation(n, { name: "softsign" }),
  HardSigmoid: (n) => activation(n, { name: "hardSigmoid", alpha: n.float("alpha", 0.2), beta: n.float("beta", 0.5) }),
  HardSwish: (n) => activation(n, { name: "hardSwish" }),
  Gelu: (n) => activation(n, { name: "gelu", approximate: n.string("approximate", "none") === "tanh" }),
  Mish: (n) => activation(n, { name: "mish" }),
  PRelu: (n) => {
    const slope = n.perChannel(1);
    return activation(
      n,
      slope.length === 1 ? { name: "leakyRelu", alpha: slope.data()[0] ?? 0 } : { name: "prelu", slope },
    );
  },
  Exp: (n) => activation(n, { name: "exp" }),
  Log: (n) => activation(n, { name: "log" }),
  Abs: (n) => activation(n, { name: "abs" }),
  Erf: (n) => activation(n, { name: "erf" }),
  Pow: (n) => power(n),
  Sqrt: (n) => power(n, 0.5),
  Reciprocal: (n) => power(n, -1),
  Neg: negative,
  Clip: clip,
  Max: (n) => bounded(n, "max"),
  Min: (n) => bounded(n, "min"),
  BatchNormalization: normalise,
  InstanceNormalization: instanceNorm,
  GroupNormalization: groupNorm,
  LayerNormalization: layerNorm,
  LRN: (n) =>
    first(n, {
      type: "lrn",
      size: n.int("size", 1),
      alpha: n.float("alpha", 1e-4),
      beta: n.float("beta", 0.75),
      bias: n.float("bias", 1),
    }),
  MaxPool: (n) => pool(n, "max"),
  AveragePool: (n) => pool(n, "average"),
  GlobalAveragePool: (n) => first(n, { type: "mean", axes: [2, 3] }),
  ReduceMean: reduceMean,
  Concat: concat,
  Add: (n) => arithmetic(n, "add"),
  Sub: (n) => arithmetic(n, "sub"),
  Mul: (n) => arithmetic(n, "mul"),
  Div: (n) => arithmetic(n, "div"),
  Sum: (n) => ({ steps: [{ type: "sum" }], inputs: n.inputs }),
  Pad: pad,
  Resize: resize,
  Upsample: resize,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  Slice: slice,
  Gather: gather,
  Split: split,
  Transpose: transpose,
  Reshape: (n) => reshape(n),
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Dropout: identity,
  Identity: identity,
  Cast: identity,
  QuantizeLinear: quantize,
  DequantizeLinear: dequantize,
  Softmax: end,
  LogSoftmax: end,
};
