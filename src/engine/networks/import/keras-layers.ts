/** Keras layers, with their weights, as a layer graph. */
import { z } from "zod";
import { sentence } from "../../../shared/sentences/sentence.js";
import type { Pads, Pair, Sampling } from "../../graph/node.js";
import { NetworkError } from "../network.js";
import { kerasActivation } from "./keras-activations.js";
import { type KerasLayer, majorOf } from "./keras-config.js";
import { NORM_KINDS } from "./keras-norms.js";
import { axisFits, type Kind, needed, number, padding, pair, weightName } from "./keras-reading.js";
import {
  type ConvStep,
  type ConvTransposeStep,
  type Kernel,
  type Layer,
  type LayerGraph,
  type Step,
  samePads2d,
  stepLayers,
  Unusable,
} from "./layer-graph.js";
import { asKernel, asVector, type WeightStore } from "./weights.js";

const convConfig = z.object({
  strides: pair.default([1, 1]),
  padding: padding.default("valid"),
  dilation_rate: pair.default([1, 1]),
  groups: number.default(1),
});
const poolConfig = z.object({
  pool_size: pair.default([2, 2]),
  strides: pair.nullish(),
  padding: padding.default("valid"),
});
const twice = <T>(x: T): [T, T] => [x, x];
const padConfig = z.object({
  padding: z.union([z.tuple([pair, pair]), number.transform((n) => twice(twice(n)))]).default(twice(twice(1))),
});
const pads = (same: boolean, kernel: Pair, strides: Pair, dilations: Pair = [1, 1]): Pads =>
  same ? samePads2d(kernel, strides, dilations) : [0, 0, 0, 0];

/** A convolution's config with its weights. Keras's depthwise kernels hold one input channel per group. */
function conv(
  layer: KerasLayer,
  store: WeightStore,
  kernelNames: readonly [string, ...string[]],
  options: { depthwise?: boolean; place?: number } = {},
): ConvStep {
  const config = convConfig.parse(layer.config);
  const place = options.place ?? 0;
  const [usual, ...others] = kernelNames;
  const other = others.find((name) => store.find(weightName(layer), name, place));
  const weight = needed(store, weightName(layer), other ?? usual, place);
  const [h, w, inputs, outputs] = weight.shape;
  if (h === undefined || w === undefined || inputs === undefined || outputs === undefined)
    throw new Unusable("unusable.kernel");
  const kernel = asKernel(
    options.depthwise ? { shape: [h, w, 1, inputs * outputs], data: weight.data } : weight,
    "HWIO",
  );
  if (!kernel) throw new Unusable("unusable.kernel");
  const bias = layer.config.use_bias === false ? undefined : store.find(weightName(layer), "bias", place + 1);
  return {
    type: "conv",
    kernel,
    ...(bias ? { bias: asVector(bias) } : {}),
    strides: config.strides,
    dilations: config.dilation_rate,
    pads: pads(config.padding === "same", [h, w], config.strides, config.dilation_rate),
    groups: options.depthwise ? inputs : config.groups,
  };
}

/** Where the activation cannot be used, what it activates still can. */
function withActivation(layer: KerasLayer, parts: readonly Step[]): Step[] {
  try {
    const activation = kerasActivation(layer.config.activation, layer);
    return activation.type === "identity" ? [...parts] : [...parts, activation];
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    return [...parts, { type: "unsupported", reason: error.message }];
  }
}

/** Keras's kernel is [h, w, outputs, inputs]; its "same" makes the stride times as large. */
function convTranspose(layer: KerasLayer, store: WeightStore): ConvTransposeStep {
  const { strides, padding: mode, dilation_rate: dilations } = convConfig.parse(layer.config);
  const { shape, data } = needed(store, weightName(layer), "kernel", 0);
  const [h, w, outputs, inputs] = shape;
  if (h === undefined || w === undefined || outputs === undefined || inputs === undefined)
    throw new Unusable("unusable.kernel");
  const [stride] = strides;
  if (strides[1] !== stride || dilations.some((d) => d !== 1) || layer.config.output_padding)
    throw new Unusable("unusable.transposed");
  const bias = layer.config.use_bias === false ? undefined : store.find(weightName(layer), "bias", 1);
  const [high, wide] = mode === "same" ? [h - stride, w - stride] : [0, 0];
  // A window smaller than the stride leaves rows that no place reaches.
  const [top, left] = [Math.max(Math.floor(high / 2), 0), Math.max(Math.floor(wide / 2), 0)];
  return {
    type: "convTranspose",
    kernel: { layout: "HWIO", shape: [h, w, outputs, inputs], data },
    ...(bias ? { bias: asVector(bias) } : {}),
    stride,
    pads: [top, left, Math.max(high, 0) - top, Math.max(wide, 0) - left],
    more:
      mode === "same" ? [Math.max(-high, 0), Math.max(-wide, 0)] : [Math.max(stride - h, 0), Math.max(stride - w, 0)],
    groups: 1,
  };
}

function pool(mode: "max" | "average", { config }: KerasLayer): Step[] {
  const { pool_size: kernel, strides, padding } = poolConfig.parse(config);
  const step = strides ?? kernel;
  return [{ type: "pool", mode, kernel, strides: step, pads: pads(padding === "same", kernel, step) }];
}

const identity: Step = { type: "identity" };

const upConfig = z.object({
  size: pair.default([2, 2]),
  interpolation: z.enum(["nearest", "bilinear"]).default("nearest"),
});

/** Steps of each kind of layer, one after the other, by Keras's class names. */
const KINDS: Readonly<Record<string, Kind>> = {
  ...NORM_KINDS,
  InputLayer: ({ config }) => {
    const shape = z.array(number.nullable()).safeParse(config.batch_input_shape ?? config.batch_shape).data;
    const channels = shape ? (config.data_format === "channels_first" ? shape[1] : shape[shape.length - 1]) : 3;
    if (channels !== 3 && shape?.[1] !== 3) throw new Unusable("unusable.image", { channels: channels ?? "?" });
    return [{ type: "input" }];
  },
  Conv2D: (layer, store) => withActivation(layer, [conv(layer, store, ["kernel"])]),
  // Keras 3 calls it a kernel, Keras 2 a depthwise one.
  DepthwiseConv2D: (layer, store) =>
    withActivation(layer, [conv(layer, store, ["depthwise_kernel", "kernel"], { depthwise: true })]),
  SeparableConv2D: (layer, store) => {
    const { bias: _, ...depthwise } = conv(layer, store, ["depthwise_kernel"], { depthwise: true });
    const across: KerasLayer = { ...layer, config: { use_bias: layer.config.use_bias } };
    return withActivation(layer, [depthwise, conv(across, store, ["pointwise_kernel"], { place: 1 })]);
  },
  Activation: (layer) => [kerasActivation(layer.config.activation, layer)],
  ReLU: (layer) => [kerasActivation("relu", layer)],
  LeakyReLU: (layer) => [kerasActivation("leakyrelu", layer)],
  ELU: (layer) => [kerasActivation("elu", layer)],
  PReLU: (layer, store) => {
    const alpha = needed(store, weightName(layer), "alpha", 0);
    if (alpha.shape.slice(0, -1).some((n) => n !== 1)) throw new Unusable("unusable.slopes");
    return [{ type: "activation", activation: { name: "prelu", slope: asVector(alpha) } }];
  },
  ZeroPadding2D: ({ config }) => {
    const [[top, bottom], [left, right]] = padConfig.parse(config).padding;
    return [{ type: "zeroPad", pads: [top, left, bottom, right] }];
  },
  MaxPooling2D: (layer) => pool("max", layer),
  AveragePooling2D: (layer) => pool("average", layer),
  GlobalAveragePooling2D: () => [{ type: "mean", axes: [2, 3] }],
  Cropping2D: ({ config }) => {
    const [[top, bottom], [left, right]] = padConfig.parse({ padding: config.cropping }).padding;
    return [{ type: "crop", borders: [top, left, bottom, right], steps: [1, 1] }];
  },
  UpSampling2D: ({ config }) => {
    const { size, interpolation } = upConfig.parse(config);
    const [rows, columns] = size.map((factor): Sampling => {
      return interpolation === "nearest"
        ? { type: "resize", factor, align: "first", rounding: "floor" }
        : { type: "resize", factor, align: "corners", rounding: null };
    });
    return rows && columns ? [{ type: "resample", sampling: { rows, columns } }] : [identity];
  },
  // Pictures are brought to the size of the training first; they are dreamt of at their own.
  Resizing: () => [{ type: "picture" }],
  CenterCrop: () => [{ type: "picture" }],
  Conv2DTranspose: (layer, store) => withActivation(layer, [convTranspose(layer, store)]),
  // On maps a dense layer is a 1x1 convolution.
  Dense: (layer, store) => {
    const weight = store.find(weightName(layer), "kernel", 0);
    if (!weight) throw new Unusable("unusable.classes");
    const [rows = 0, columns = 0] = weight.shape;
    const kernel: Kernel = { layout: "HWIO", shape: [1, 1, rows, columns], data: weight.data };
    const bias = layer.config.use_bias === false ? undefined : store.find(weightName(layer), "bias", 1);
    const step: ConvStep = {
      type: "conv",
      kernel,
      ...(bias ? { bias: asVector(bias) } : {}),
      strides: [1, 1],
      pads: [0, 0, 0, 0],
      dilations: [1, 1],
      groups: 1,
    };
    return withActivation(layer, [step]);
  },
  Flatten: () => [{ type: "flat" }],
  Reshape: () => [{ type: "flat" }],
  Concatenate: ({ config }) => {
    if (!axisFits(number.catch(-1).parse(config.axis), config)) throw new Unusable("unusable.joins");
    return [{ type: "concat" }];
  },
  Add: () => [{ type: "sum" }],
  Multiply: () => [{ type: "product" }],
  Subtract: () => [{ type: "difference" }],
  Dropout: () => [identity],
  SpatialDropout2D: () => [identity],
  GaussianNoise: () => [identity],
  GaussianDropout: () => [identity],
  AlphaDropout: () => [identity],
  ActivityRegularization: () => [identity],
};

/** From here on there are class scores only. */
const ENDS: readonly string[] = ["Softmax"];
/** Layers that change pictures in training only: RandomFlip, RandomRotation, ... */
const AUGMENTATION = /^Random[A-Z]/;

/** A Keras layer as layers of the graph: one, or several of which the last bears its name. */
function kerasLayer(layer: KerasLayer, store: WeightStore): Layer[] {
  const { name, kind, inputs } = layer;
  let steps: Step[];
  try {
    const make = Object.hasOwn(KINDS, kind) ? KINDS[kind] : AUGMENTATION.test(kind) ? () => [identity] : undefined;
    if (ENDS.includes(kind)) throw new Unusable("unusable.classes");
    if (!make) throw new Unusable("unusable.kind", { kind });
    steps = make(layer, store);
  } catch (error) {
    if (!(error instanceof Unusable || error instanceof z.ZodError)) throw error;
    const reason =
      error instanceof Unusable
        ? error.message
        : sentence("unusable.settings", { setting: error.issues[0]?.path.join(".") ?? "?" });
    steps = [{ type: "unsupported", reason }];
  }
  return stepLayers(name, kind, inputs, steps);
}

/**
 * @param version of the Keras that wrote the file, as it says it
 * @throws NetworkError when the model takes in something other than one image
 */
export function kerasGraph(layers: readonly KerasLayer[], store: WeightStore, version?: unknown): LayerGraph {
  const keras = majorOf(version);
  const graph = layers.flatMap((layer) => kerasLayer(keras === undefined ? layer : { ...layer, keras }, store));
  const [input, ...others] = graph.filter((l) => l.kind === "InputLayer");
  if (input?.step.type === "unsupported" && others.length === 0)
    throw new NetworkError("unsupported", "model.input", { input: input.name, reason: input.step.reason });
  return { layers: graph, bytes: store.bytes };
}
