/** ONNX operators as steps, by the operator's name. Specification: https://onnx.ai/onnx/operators/ */
import type { Pads } from "../../graph/node.js";
import { batchNorm } from "./kernels.js";
import { type Activation, type Step, Unusable, type Vector } from "./layer-graph.js";
import type { NodeReader } from "./onnx-node.js";
import { asKernel, asVector, elements } from "./weights.js";

/** A step and the inputs that are feature maps (the others are constants). */
export interface Reading {
  readonly step: Step;
  readonly inputs: readonly string[];
}

const first = (node: NodeReader, step: Step): Reading => ({ step, inputs: node.inputs.slice(0, 1) });
const activation = (node: NodeReader, a: Activation): Reading => first(node, { type: "activation", activation: a });
const identity = (node: NodeReader): Reading => first(node, { type: "identity" });

function conv(node: NodeReader): Reading {
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

function clip(node: NodeReader): Reading {
  const min = node.numbers(1)?.[0] ?? node.float("min", Number.NEGATIVE_INFINITY);
  const max = node.numbers(2)?.[0] ?? node.float("max", Number.POSITIVE_INFINITY);
  for (const index of [1, 2])
    if (node.inputs[index] && !node.isConstant(index)) throw new Unusable("unusable.variable-limits");
  // Some exporters write the largest float for "no limit".
  if (min === 0 && max > 1e30) return activation(node, { name: "relu" });
  return activation(node, { name: "clip", min, max });
}

function pad(node: NodeReader): Reading {
  const mode = node.string("mode", "constant");
  if (mode !== "constant") throw new Unusable("unusable.pads-mode", { mode });
  if ((node.numbers(2)?.[0] ?? node.float("value", 0)) !== 0) throw new Unusable("unusable.pads-value");
  const all = node.numbers(1) ?? node.ints("pads");
  if (all?.length !== 8) throw new Unusable("unusable.pads-count");
  const [n0 = 0, c0 = 0, top = 0, left = 0, n1 = 0, c1 = 0, bottom = 0, right = 0] = all;
  const pads: Pads = [top, left, bottom, right];
  if (n0 || c0 || n1 || c1 || Math.min(...pads) < 0) throw new Unusable("unusable.pads-channels");
  return first(node, { type: "zeroPad", pads });
}

const spread = (
  length: number,
  vector: Vector | undefined,
  otherwise: number,
  of: (x: number) => number = (x) => x,
): Float32Array => {
  const data = vector?.data();
  return Float32Array.from({ length }, (_, c) => (data ? of((data.length === 1 ? data[0] : data[c]) ?? 0) : otherwise));
};

/** Adds, multiplies, ... two feature maps, or one and a constant per channel. */
function arithmetic(
  node: NodeReader,
  op: "add" | "sub" | "mul" | "div",
  channels: (name: string) => number | undefined,
): Reading {
  const constant = node.isConstant(1) ? 1 : node.isConstant(0) ? 0 : undefined;
  if (constant === undefined) {
    if (op === "sub" || op === "div") throw new Unusable("unusable.two-maps", { operation: op });
    return { step: { type: op === "add" ? "sum" : "product" }, inputs: node.inputs };
  }
  const map = node.inputs[1 - constant] ?? "";
  const vector = node.perChannel(constant);
  const length = vector.length === 1 ? channels(map) : vector.length;
  if (length === undefined) throw new Unusable("unusable.channels");
  if (op === "div" && constant === 0) throw new Unusable("unusable.divides");
  const values = () => {
    if (op === "mul") return { scale: spread(length, vector, 1), shift: new Float32Array(length) };
    if (op === "div") return { scale: spread(length, vector, 1, (x) => 1 / x), shift: new Float32Array(length) };
    if (op === "add") return { scale: spread(length, undefined, 1), shift: spread(length, vector, 0) };
    return constant === 0
      ? { scale: spread(length, undefined, -1), shift: spread(length, vector, 0) }
      : { scale: spread(length, undefined, 1), shift: spread(length, vector, 0, (x) => -x) };
  };
  return { step: { type: "affine", length, values }, inputs: [map] };
}

function normalise(node: NodeReader): Reading {
  const [gamma, beta, mean, variance] = ["scale", "bias", "mean", "variance"].map((what, i) =>
    node.weight(i + 1, what),
  );
  if (!gamma || !beta || !mean || !variance) throw new Unusable("unusable.no-weights");
  const epsilon = node.float("epsilon", 1e-5);
  const values = () => batchNorm(gamma.data(), beta.data(), mean.data(), variance.data(), epsilon);
  return first(node, { type: "affine", length: elements(mean.shape), values });
}

function reduceMean(node: NodeReader): Reading {
  const axes = node.numbers(1) ?? node.ints("axes") ?? [];
  const plane = axes
    .map((a) => (a < 0 ? a + 4 : a))
    .sort()
    .join();
  if (plane !== "2,3" || node.int("keepdims", 1) !== 1) throw new Unusable("unusable.mean");
  return first(node, { type: "globalAverage" });
}

function concat(node: NodeReader): Reading {
  const axis = node.int("axis", 1);
  if (axis !== 1 && axis !== -3) throw new Unusable("unusable.joins");
  return { step: { type: "concat" }, inputs: node.inputs };
}

const end = (): Reading => {
  throw new Unusable("unusable.classes");
};

type Channels = (name: string) => number | undefined;

export const OPERATORS: Readonly<Record<string, (node: NodeReader, channels: Channels) => Reading>> = {
  Conv: conv,
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
  PRelu: (n) => {
    const slope = n.perChannel(1);
    return activation(
      n,
      slope.length === 1 ? { name: "leakyRelu", alpha: slope.data()[0] ?? 0 } : { name: "prelu", slope },
    );
  },
  Clip: clip,
  BatchNormalization: normalise,
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
  GlobalAveragePool: (n) => first(n, { type: "globalAverage" }),
  ReduceMean: reduceMean,
  Concat: concat,
  Add: (n, channels) => arithmetic(n, "add", channels),
  Sub: (n, channels) => arithmetic(n, "sub", channels),
  Mul: (n, channels) => arithmetic(n, "mul", channels),
  Div: (n, channels) => arithmetic(n, "div", channels),
  Sum: (n) => ({ step: { type: "sum" }, inputs: n.inputs }),
  Pad: pad,
  Dropout: identity,
  Identity: identity,
  Cast: identity,
  Flatten: end,
  Reshape: end,
  Squeeze: end,
  Gemm: end,
  MatMul: end,
  Softmax: end,
  LogSoftmax: end,
};
