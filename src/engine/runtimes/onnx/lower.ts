/** Lowers a tensor program's operations to ONNX nodes, one rule an operation. */
import { at, type ConvAttributes, isMap, kernelOf, type Node, type NodeOf, type Operation } from "../../graph/node.js";
import { DataType } from "../../onnx-schema.js";
import { alike, depthwise, maskOfRelu, reluOf } from "./blocked.js";
import { channelsOf, convolution, cut, fitTo } from "./geometry.js";
import { type Kernel, phases, rotate } from "./kernels.js";
import { avgPoolGradient, maxPoolGradient, poolAttributes } from "./pooling.js";
import { resample, resampleGradient } from "./resampling.js";
import type { Sizes } from "./sizes.js";
import { blur, roll, sample } from "./wrapped.js";
import type { OnnxWriter } from "./writer.js";

/**
 * Writes one node; `x` are the ONNX names of its inputs, `sizes` knows feature maps' heights and widths. Returns the
 * name of its result.
 */
type Lowering<K extends Operation> = (w: OnnxWriter, node: NodeOf<K>, x: readonly string[], sizes: Sizes) => string;

const TO_THE_END = Number.MAX_SAFE_INTEGER;
const same =
  (opType: string) =>
  (w: OnnxWriter, _: Node, x: readonly string[]): string =>
    w.node(opType, x);

/** The gradient of a convolution by its input. */
function conv2dTranspose(w: OnnxWriter, node: NodeOf<"conv2dTranspose">, x: readonly string[], sizes: Sizes): string {
  const { strides, pads, dilations, groups } = node.attributes;
  const { attributes, shape: kernelShape } = kernelOf(node);
  const kernel = { data: attributes.data, shape: kernelShape as unknown as Kernel["shape"] };
  const [, , kh, kw] = kernel.shape;
  const g = at(x, 0);
  const size = (): string => sizes.of(at(node.inputs, 2));
  const [spanH, spanW] = [dilations[0] * (kh - 1), dilations[1] * (kw - 1)];
  const [top, left, bottom, right] = pads;
  const stride = strides[0];
  const fits = top <= spanH && bottom <= spanH && left <= spanW && right <= spanW;

  if (stride === 1 && strides[1] === 1 && fits) {
    const { data, shape } = rotate(kernel, groups);
    const back = [spanH - top, spanW - left, spanH - bottom, spanW - right];
    return w.node("Conv", [g, w.floats(data, shape)], {
      kernel_shape: [kh, kw],
      strides: [1, 1],
      pads: back,
      dilations,
      group: groups,
    });
  }
  if (stride === strides[1] && dilations[0] === 1 && dilations[1] === 1) {
    const { data, shape } = phases(kernel, groups, stride);
    const [mh, mw] = [shape[2], shape[3]];
    // One row and column more than the kernel reaches, so that a remainder of the division by the stride is covered
    // too.
    const around = [mh - 1, mw - 1, mh, mw];
    const wide = convolution(w, [g, w.floats(data, shape)], { kernel_shape: [mh, mw], pads: around, group: groups });
    return cut(w, w.node("DepthToSpace", [wide], { blocksize: stride, mode: "CRD" }), size(), top, left);
  }
  const spread = w.node("ConvTranspose", [g, w.floats(kernel.data, kernel.shape)], {
    strides,
    dilations,
    group: groups,
    kernel_shape: [kh, kw],
  });
  return fitTo(w, spread, size(), top, left, [strides[0] + bottom + top, strides[1] + right + left]);
}

/** Zeros between the rows and columns of g. */
function subsampleGradient(
  w: OnnxWriter,
  node: NodeOf<"subsampleGradient">,
  x: readonly string[],
  sizes: Sizes,
): string {
  const { strides } = node.attributes;
  const channels = channelsOf(node);
  const [stride, across] = strides;
  const large = at(node.inputs, 1);
  if (w.device === "webgpu" && stride === across) {
    // Its transposed convolution goes wrong with groups: zeros as further channels, which DepthToSpace then spreads.
    const wide = w.node("Pad", [at(x, 0), w.ints([0, 0, 0, 0, 0, (stride * stride - 1) * channels, 0, 0])]);
    return cut(w, w.node("DepthToSpace", [wide], { blocksize: stride, mode: "DCR" }), sizes.of(large), 0, 0);
  }
  const ones = w.floats(new Float32Array(channels).fill(1), [channels, 1, 1, 1]);
  const spread = w.node("ConvTranspose", [at(x, 0), ones], {
    strides,
    group: channels,
    kernel_shape: [1, 1],
    output_padding: strides.map((s) => s - 1),
  });
  const whole = strides.every((s) => sizes.divisorOf(large) % s === 0);
  return whole ? spread : cut(w, spread, sizes.of(large), 0, 0);
}

/** SpaceToDepth has one order only, a channel's places apart; the channels are then brought into the other. */
function spaceToDepth(w: OnnxWriter, node: NodeOf<"spaceToDepth">, x: readonly string[]): string {
  const { block, order } = node.attributes;
  const apart = w.node("SpaceToDepth", x, { blocksize: block });
  if (order === "DCR") return apart;
  const [area, channels] = [block * block, channelsOf(at(node.inputs, 0))];
  const from = Array.from({ length: channels * area }, (_, i) => (i % area) * channels + Math.floor(i / area));
  return w.node("Gather", [apart, w.ints(from)], { axis: 1 });
}

function matmul(w: OnnxWriter, node: NodeOf<"matmul">, x: readonly string[]): string {
  const { transposeA, transposeB } = node.attributes;
  const rank = node.shape.length;
  if (rank === 2)
    return w.node("Gemm", [at(x, 0), at(x, 1)], { transA: Number(transposeA), transB: Number(transposeB) });
  const perm = Array.from({ length: rank }, (_, i) => (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));
  const side = (name: string, swap: boolean): string => (swap ? w.node("Transpose", [name], { perm }) : name);
  return w.node("MatMul", [side(at(x, 0), transposeA), side(at(x, 1), transposeB)]);
}

/**
 * `where(y > 0, g, 0)`, the gradient of ReLU, on the CPU: y's mask by a depthwise 1x1 convolution with a steep
 * HardSigmoid, times g.
 *
 * onnxruntime fuses the two and keeps them, and the product, in its blocked layout; Greater and Where would put y and g
 * back into NCHW and g into blocks again, five passes over memory instead of two.
 */
function reluGradient(w: OnnxWriter, node: NodeOf<"where">, resultOf: (node: Node) => string): string | undefined {
  const y = reluOf(node);
  const g = node.inputs[1];
  if (!y || !g || !w.isBlocked(resultOf(y))) return undefined;
  const channels = y.shape[1] as number;
  const mask = maskOfRelu(w, depthwise(w, resultOf(y), channels, 1));
  w.describeLike(mask, resultOf(y));
  // A gradient that comes in NCHW is brought into blocks here, so that it stays in them all the way down.
  const blocked = w.isBlocked(resultOf(g)) ? resultOf(g) : depthwise(w, resultOf(g), channels, 1);
  const product = w.node("Mul", [mask, blocked]);
  w.block(product);
  return product;
}

const conv = ({ strides, pads, dilations, groups }: ConvAttributes) => ({ strides, pads, dilations, group: groups });

const LOWERINGS: { readonly [K in Exclude<Operation, "input">]: Lowering<K> } = {
  constant: (w, n) => w.floats(n.attributes.data, n.shape as readonly number[]),
  add: (w, n, x) => w.node("Add", alike(w, n, x)),
  sub: same("Sub"),
  mul: same("Mul"),
  div: same("Div"),
  relu: same("Relu"),
  clip: (w, n, x) => w.node("Clip", [at(x, 0), w.scalar(n.attributes.min), w.scalar(n.attributes.max)]),
  exp: same("Exp"),
  log: same("Log"),
  abs: same("Abs"),
  erf: same("Erf"),
  sigmoid: same("Sigmoid"),
  tanh: same("Tanh"),
  pow: (w, n, x) =>
    n.attributes.exponent === 0.5 ? w.node("Sqrt", x) : w.node("Pow", [at(x, 0), w.scalar(n.attributes.exponent)]),
  greater: same("Greater"),
  greaterOrEqual: same("GreaterOrEqual"),
  equal: same("Equal"),
  where: same("Where"),
  conv2d: (w, n, x) =>
    convolution(w, x, { kernel_shape: kernelOf(n).shape.slice(2).map(Number), ...conv(n.attributes) }),
  conv2dTranspose,
  // A window of one pixel: pooling is the only way to take every other pixel in the blocked layout.
  subsample: (w, n, x) => w.node("MaxPool", x, { kernel_shape: [1, 1], strides: n.attributes.strides }),
  subsampleGradient,
  maxPool: (w, n, x) => w.node("MaxPool", x, poolAttributes(n.attributes)),
  maxPoolGradient,
  avgPool: (w, n, x) => w.node("AveragePool", x, { ...poolAttributes(n.attributes), count_include_pad: 0 }),
  avgPoolGradient,
  roll,
  blur,
  sample,
  resample,
  resampleGradient,
  depthToSpace: (w, n, x) => w.node("DepthToSpace", x, { blocksize: n.attributes.block, mode: n.attributes.order }),
  spaceToDepth,
  matmul,
  transpose: (w, n, x) => w.node("Transpose", x, { perm: n.attributes.permutation }),
  reshape: (w, n, x) => w.node("Reshape", [at(x, 0), w.ints(n.attributes.shape)]),
  reshapeLike: (w, _, x) => w.node("Reshape", [at(x, 0), w.node("Shape", [at(x, 1)])]),
  crop: (w, n, x) => {
    const { before, after } = n.attributes;
    const axes = before.flatMap((b, i) => (b || after[i] ? [i] : []));
    const starts = axes.map((i) => before[i] ?? 0);
    const ends = axes.map((i) => (after[i] ? -after[i] : TO_THE_END));
    return w.node("Slice", [at(x, 0), w.ints(starts), w.ints(ends), w.ints(axes)]);
  },
  pad: (w, n, x) => w.node("Pad", [at(x, 0), w.ints([...n.attributes.before, ...n.attributes.after])]),
  concat: (w, n, x) => w.node("Concat", x, { axis: n.attributes.axis }),
  reduceSum: (w, n, x) => w.node("ReduceSum", [at(x, 0), w.ints(n.attributes.axes)], { keepdims: 1 }),
  reduceMax: (w, n, x) => w.node("ReduceMax", [at(x, 0), w.ints(n.attributes.axes)], { keepdims: 1 }),
  expandLike: (w, _, x) => w.node("Expand", [at(x, 0), w.node("Shape", [at(x, 1)])]),
  count: (w, n, x) => {
    const sizes = w.node("Gather", [w.node("Shape", [at(x, 0)]), w.ints(n.attributes.axes)]);
    return w.node("Cast", [w.node("ReduceProd", [sizes], { keepdims: 0 })], { to: DataType.float32 });
  },
  stopGradient: same("Identity"),
};

/**
 * Which results onnxruntime's CPU keeps in its blocked layout (NCHWc): those of convolutions with whole blocks of
 * channels, and of what it can compute in blocks from blocked inputs alone. A guess that is wrong costs a pass over
 * memory, never the result.
 */
function staysBlocked(w: OnnxWriter, node: Node, inputs: readonly string[]): boolean {
  const channels = node.shape[1];
  if (w.device !== "cpu" || node.shape.length !== 4 || typeof channels !== "number" || channels % BLOCK !== 0)
    return false;
  switch (node.op) {
    case "conv2d":
      return true;
    case "conv2dTranspose":
      return node.attributes.strides.every((s) => s === 1);
    case "maxPool":
    case "avgPool":
    case "subsample":
    case "relu":
    case "concat":
      return inputs.every((x) => w.isBlocked(x));
    case "add":
      return inputs.some((x) => w.isBlocked(x)) && node.inputs.every((x) => isMap(x, node));
    default:
      return false;
  }
}

/** Channels in a block, at most. */
const BLOCK = 16;

/** What a node's lowering may ask for. */
interface Lowerer {
  readonly writer: OnnxWriter;
  readonly sizes: Sizes;
  /** The ONNX name of a node's result, which is written if it is not yet. */
  resultOf(node: Node): string;
}

/** Writes one node of a tensor program, after its inputs, and returns the ONNX name of its result. */
export function lower({ writer, sizes, resultOf }: Lowerer, node: Node): string {
  if (node.op === "input") return node.attributes.name;
  const short = node.op === "where" ? reluGradient(writer, node, resultOf) : undefined;
  if (short !== undefined) return short;
  const inputs = node.inputs.map(resultOf);
  // The table's key ties rule and node together; the compiler cannot see that through the lookup.
  const rule = LOWERINGS[node.op] as Lowering<Operation>;
  const name = rule(writer, node as NodeOf<Operation>, inputs, sizes);
  if (staysBlocked(writer, node, inputs)) writer.block(name);
  return name;
}
