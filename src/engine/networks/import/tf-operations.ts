/** TensorFlow's operations, each as ONNX nodes. Maps are [N, H, W, C] there, kernels [H, W, inputs, outputs]. */
import type { TfNode } from "./tf-node.js";
import type { Translation } from "./tf-translation.js";

type Translate = (node: TfNode, to: Translation) => void;

/** Larger than any picture: "to the end". */
const END = 2 ** 31 - 1;

const input = (node: TfNode, index = 0): string => node.inputs[index] ?? "";
const part = (node: TfNode, n: number): string => `${node.name} (part ${n})`;

/** What TensorFlow calls by another name, and which attributes go with it. */
const ACTIVATIONS: Readonly<Record<string, readonly [string, Readonly<Record<string, number>>?]>> = {
  Relu: ["Relu"],
  Relu6: ["Clip", { min: 0, max: 6 }],
  Elu: ["Elu"],
  Selu: ["Selu"],
  Sigmoid: ["Sigmoid"],
  Tanh: ["Tanh"],
  Softplus: ["Softplus"],
  Softsign: ["Softsign"],
  Exp: ["Exp"],
  Log: ["Log"],
  Abs: ["Abs"],
  Erf: ["Erf"],
  Neg: ["Neg"],
  Sqrt: ["Sqrt"],
  Reciprocal: ["Reciprocal"],
  Inv: ["Reciprocal"],
};

const activation =
  (kind: string): Translate =>
  (node, to) => {
    const [opType, attributes] = ACTIVATIONS[kind] ?? [kind];
    to.emit(node.name, opType, [input(node)], attributes);
  };

const leakyRelu: Translate = (node, to) => {
  to.emit(node.name, "LeakyRelu", [input(node)], { alpha: node.number("alpha", 0.2) });
};

const prelu: Translate = (node, to) => {
  to.emit(node.name, "PRelu", [input(node), to.beside(input(node), input(node, 1))]);
};

const power =
  (exponent?: number): Translate =>
  (node, to) => {
    const by = exponent === undefined ? input(node, 1) : to.constant(`${node.name} (exponent)`, [], [exponent]);
    to.emit(node.name, "Pow", [input(node), by]);
  };

/** The steps that one of TensorFlow's fused operations ends with; the last of them bears its name. */
function fused(node: TfNode, to: Translation, first: (name: string) => void): void {
  const steps = node.words("fused_ops");
  const names = [...steps.map((_, i) => part(node, i + 1)), node.name];
  const [start = node.name, ...rest] = names;
  first(start);
  let operand = 2;
  for (const [i, step] of steps.entries()) {
    const [from = start, name = node.name] = [names[i], rest[i]];
    if (step === "BiasAdd") to.emit(name, "Add", [from, to.beside(from, input(node, operand++))]);
    else if (step === "FusedBatchNorm") {
      const weights = [0, 1, 2, 3].map((n) => input(node, operand + n));
      operand += 4;
      to.emit(name, "BatchNormalization", [from, ...weights], { epsilon: node.number("epsilon", 1e-4) });
    } else if (step === "LeakyRelu") to.emit(name, "LeakyRelu", [from], { alpha: node.number("leakyrelu_alpha", 0.2) });
    else if (step === "Prelu") to.emit(name, "PRelu", [from, to.beside(from, input(node, operand++))]);
    else {
      const [opType, attributes] = (Object.hasOwn(ACTIVATIONS, step) && ACTIVATIONS[step]) || [step];
      to.emit(name, opType, [from], attributes);
    }
  }
}

/** The two of an attribute's four numbers that are height's and width's. */
const ofPlane = ([, h = 1, w = 1]: readonly number[]): readonly [number, number] => [h, w];

/** Where a window of TensorFlow's lies. */
function window(node: TfNode): { readonly auto_pad: string } | { readonly pads: readonly number[] } {
  const padding = node.word("padding", "VALID");
  if (padding !== "EXPLICIT") return { auto_pad: padding === "SAME" ? "SAME_UPPER" : "VALID" };
  const [, , top = 0, bottom = 0, left = 0, right = 0] = node.numbers("explicit_paddings");
  return { pads: [top, left, bottom, right] };
}

const unknown: Translate = (node, to) => {
  to.nodes.push({ opType: node.op, domain: "tf", input: [...node.inputs], output: [node.name] });
};

/** For maps that lie as pictures do. */
const channelsLast =
  (translate: Translate): Translate =>
  (node, to) =>
    (node.word("data_format", "NHWC") === "NHWC" ? translate : unknown)(node, to);

const conv = (depthwise: boolean): Translate =>
  channelsLast((node, to) => {
    const kernel = input(node, 1);
    const [h = 1, w = 1, inputs = 1, outputs = 1] = to.constants.get(kernel)?.shape ?? [];
    const flat = depthwise ? to.reshaped(kernel, `${node.name} (HWIO)`, [h, w, 1, inputs * outputs]) : kernel;
    const turned = `${node.name} (kernel)`;
    to.nodes.push({
      opType: "Transpose",
      input: [flat],
      output: [turned],
      attribute: [{ name: "perm", ints: [3, 2, 0, 1] }],
    });
    const attributes = {
      ...window(node),
      strides: ofPlane(node.numbers("strides")),
      dilations: ofPlane(node.numbers("dilations")),
      group: depthwise ? inputs : 1,
    };
    fused(node, to, (name) => to.emit(name, "Conv", [input(node), turned], attributes));
  });

const pool = (opType: string): Translate =>
  channelsLast((node, to) => {
    const [kernel_shape, strides] = [ofPlane(node.numbers("ksize")), ofPlane(node.numbers("strides"))];
    to.emit(node.name, opType, [input(node)], { ...window(node), kernel_shape, strides });
  });

const batchNorm: Translate = channelsLast((node, to) => {
  const weights = [1, 2, 3, 4].map((n) => input(node, n));
  to.emit(node.name, "BatchNormalization", [input(node), ...weights], { epsilon: node.number("epsilon", 1e-4) });
});

const ofTwo =
  (opType: string): Translate =>
  (node, to) => {
    const [a, b] = [input(node), input(node, 1)];
    to.emit(node.name, opType, [to.beside(b, a), to.beside(a, b)]);
    to.setRank(node.name, to.rank(to.constants.has(a) ? b : a));
  };

/** The larger, or smaller, of a map and a constant, which may come first. */
const bounded =
  (opType: string): Translate =>
  (node, to) => {
    const [a, b] = [input(node), input(node, 1)];
    to.emit(node.name, opType, to.constants.has(a) ? [b, a] : [a, b]);
  };

const matMul: Translate = (node, to) => {
  const attributes = { transB: node.flag("transpose_b") ? 1 : 0, transA: node.flag("transpose_a") ? 1 : 0 };
  fused(node, to, (name) => to.emit(name, "Gemm", [input(node), input(node, 1)], attributes));
};

const mean: Translate = (node, to) => {
  const axes = to.list(input(node, 1));
  if (!axes) return unknown(node, to);
  const keepdims = node.flag("keep_dims") ? 1 : 0;
  to.emit(node.name, "ReduceMean", [input(node)], { axes: axes.map((axis) => to.axis(input(node), axis)), keepdims });
  if (!keepdims) to.setRank(node.name, to.rank(input(node)) - axes.length);
};

const squeeze: Translate = (node, to) => {
  const dropped = node
    .numbers("squeeze_dims")
    .map((axis) => to.axis(input(node), axis))
    .sort();
  if (to.rank(input(node)) !== 4 || (dropped.length > 0 && dropped.join() !== "2,3")) return unknown(node, to);
  // After an average pool of the training's size as well, which is the mean of a picture of any size.
  to.emit(node.name, "Flatten", [input(node)], { axis: 1 });
  to.setRank(node.name, 2);
};

/** One more axis of a row of channels, on its way to a map. */
const expand: Translate = (node, to) => {
  const rank = to.rank(input(node));
  const [axis = 0] = to.list(input(node, 1)) ?? [];
  if (rank > 3 || axis < 1 || axis >= rank) return unknown(node, to);
  to.emit(node.name, "Unsqueeze", [input(node)], { axes: [rank] });
  to.setRank(node.name, rank + 1);
};

const reshape: Translate = (node, to) => {
  const shape = to.list(input(node, 1));
  const [n, h, w, c] = shape ?? [];
  if (!shape || n === undefined) return unknown(node, to);
  const lie = shape.length === 4 ? [n, c ?? 1, h ?? 1, w ?? 1] : shape;
  to.emit(node.name, "Reshape", [input(node), to.constant(`${node.name} (shape)`, [lie.length], lie)]);
  to.setRank(node.name, shape.length);
};

/** @param at where the axis stands among the inputs: first, or last */
const concat =
  (at: "first" | "last"): Translate =>
  (node, to) => {
    const place = at === "first" ? 0 : node.inputs.length - 1;
    const maps = node.inputs.filter((_, i) => i !== place);
    const [axis] = to.list(input(node, place)) ?? [];
    if (axis === undefined) return unknown(node, to);
    to.emit(node.name, "Concat", maps, { axis: to.axis(maps[0] ?? "", axis) });
  };

const PAD_MODES: Readonly<Record<string, string>> = { REFLECT: "reflect" };

const pad: Translate = (node, to) => {
  const pads = to.list(input(node, 1));
  const mode = node.op === "MirrorPad" ? PAD_MODES[node.word("mode")] : "constant";
  if (pads?.length !== 8 || !mode) return unknown(node, to);
  const [n0, n1, top, bottom, left, right, c0, c1] = pads as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const count = to.constant(`${node.name} (pads)`, [8], [n0, c0, top, left, n1, c1, bottom, right]);
  to.emit(node.name, "Pad", [input(node), count, ...node.inputs.slice(2, 3)], { mode });
};

const split: Translate = (node, to) => {
  const sizes = node.op === "SplitV" ? to.list(input(node, 1)) : undefined;
  const [value, axisAt] = node.op === "SplitV" ? [input(node), 2] : [input(node, 1), 0];
  const [axis] = to.list(input(node, axisAt)) ?? [];
  const parts = node.number("num_split", 1);
  if (axis === undefined || (node.op === "SplitV" && !sizes)) return unknown(node, to);
  const names = Array.from({ length: parts }, (_, i) => (i === 0 ? node.name : `${node.name}:${i}`));
  to.nodes.push({
    opType: "Split",
    input: [value, ...(sizes ? [input(node, 1)] : [])],
    output: names,
    attribute: [{ name: "axis", i: to.axis(value, axis) }],
  });
  for (const name of names) to.setRank(name, to.rank(value));
};

interface Range {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

function slice(node: TfNode, to: Translation, ranges: readonly Range[]): void {
  const list = (what: keyof Range): string =>
    to.constant(
      `${node.name} (${what})`,
      [ranges.length],
      ranges.map((range) => range[what]),
    );
  if (ranges.length === 0) to.emit(node.name, "Identity", [input(node)]);
  else to.emit(node.name, "Slice", [input(node), list("start"), list("end"), list("axis"), list("step")]);
}

/** x[..., ::-1] and the like; a set bit of a mask leaves an end open, or stands for all axes between. */
const stridedSlice: Translate = (node, to) => {
  const [begin, end, strides] = [1, 2, 3].map((i) => to.list(input(node, i)));
  const mask = (name: string) => (i: number) => Math.floor(node.number(name) / 2 ** i) % 2 === 1;
  const [openBegin, openEnd, between] = [mask("begin_mask"), mask("end_mask"), mask("ellipsis_mask")];
  if (!begin || !end || !strides || node.number("new_axis_mask") || node.number("shrink_axis_mask"))
    return unknown(node, to);
  const ellipsis = begin.findIndex((_, i) => between(i));
  const behind = to.rank(input(node)) - begin.length;
  const ranges = begin.flatMap((start, i): Range[] => {
    if (i === ellipsis) return [];
    const axis = to.axis(input(node), ellipsis >= 0 && i > ellipsis ? i + behind : i);
    const step = strides[i] ?? 1;
    const [first, last] = step < 0 ? [END, -END] : [0, END];
    const range = { axis, start: openBegin(i) ? first : start, end: openEnd(i) ? last : (end[i] ?? last), step };
    return range.start === 0 && range.end === END && step === 1 ? [] : [range];
  });
  slice(node, to, ranges);
};

const reverse: Translate = (node, to) => {
  const axes = to.list(input(node, 1));
  if (!axes) return unknown(node, to);
  slice(
    node,
    to,
    axes.map((axis) => ({ axis: to.axis(input(node), axis), start: END, end: -END, step: -1 })),
  );
};

const plain =
  (opType: string): Translate =>
  (node, to) => {
    to.emit(node.name, opType, [input(node)]);
  };

const blocks = (opType: string): Translate =>
  channelsLast((node, to) => {
    to.emit(node.name, opType, [input(node)], { blocksize: node.number("block_size", 1) });
  });

export const OPERATIONS: Readonly<Record<string, Translate>> = {
  ...Object.fromEntries(Object.keys(ACTIVATIONS).map((kind) => [kind, activation(kind)])),
  LeakyRelu: leakyRelu,
  Prelu: prelu,
  Pow: power(),
  Square: power(2),
  Rsqrt: power(-0.5),
  Conv2D: conv(false),
  _FusedConv2D: conv(false),
  DepthwiseConv2dNative: conv(true),
  FusedDepthwiseConv2dNative: conv(true),
  MaxPool: pool("MaxPool"),
  AvgPool: pool("AveragePool"),
  FusedBatchNorm: batchNorm,
  FusedBatchNormV2: batchNorm,
  FusedBatchNormV3: batchNorm,
  BiasAdd: channelsLast(ofTwo("Add")),
  Add: ofTwo("Add"),
  AddV2: ofTwo("Add"),
  Sub: ofTwo("Sub"),
  Mul: ofTwo("Mul"),
  RealDiv: ofTwo("Div"),
  Maximum: bounded("Max"),
  Minimum: bounded("Min"),
  MatMul: matMul,
  _FusedMatMul: matMul,
  Mean: mean,
  Squeeze: squeeze,
  ExpandDims: expand,
  Reshape: reshape,
  Concat: concat("first"),
  ConcatV2: concat("last"),
  Pad: pad,
  PadV2: pad,
  MirrorPad: pad,
  Split: split,
  SplitV: split,
  StridedSlice: stridedSlice,
  ReverseV2: reverse,
  DepthToSpace: blocks("DepthToSpace"),
  SpaceToDepth: blocks("SpaceToDepth"),
  Identity: plain("Identity"),
  StopGradient: plain("Identity"),
  PreventGradient: plain("Identity"),
  CheckNumerics: plain("Identity"),
  Snapshot: plain("Identity"),
  PlaceholderWithDefault: plain("Identity"),
  Cast: plain("Cast"),
  Softmax: plain("Softmax"),
  LogSoftmax: plain("LogSoftmax"),
};
