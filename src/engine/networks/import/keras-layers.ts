/** Keras layers, with their weights, as a layer graph. */
import { z } from "zod";
import { sentence } from "../../../shared/sentences/sentence.js";
import type { Pads, Pair } from "../../graph/node.js";
import { NetworkError } from "../network.js";
import { kerasActivation } from "./keras-activations.js";
import type { KerasLayer } from "./keras-config.js";
import { batchNorm } from "./kernels.js";
import {
  type ConvStep,
  type Layer,
  type LayerGraph,
  type Step,
  samePads2d,
  stepLayers,
  Unusable,
} from "./layer-graph.js";
import { asKernel, asVector, elements, type Weight, type WeightStore } from "./weights.js";

const number = z.number();
const pair = z.union([z.tuple([number, number]), number.transform((n): [number, number] => [n, n])]);
const padding = z.enum(["valid", "same"]).catch((c) => {
  throw new Unusable("unusable.padding", { padding: String(c.value) });
});
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
const normConfig = z.object({ epsilon: number.default(1e-3), axis: z.union([number, z.array(number)]).default(-1) });

const axisFits = (axis: number, config: KerasLayer["config"]): boolean =>
  config.data_format === "channels_first" ? axis === 1 || axis === -3 : axis === -1 || axis === 3 || axis === 1;

function needed(store: WeightStore, layer: string, weight: string, place: number): Weight {
  const found = store.find(layer, weight, place);
  if (!found) throw new Unusable("unusable.no-weight", { weight });
  return found;
}

const pads = (same: boolean, kernel: Pair, strides: Pair, dilations: Pair = [1, 1]): Pads =>
  same ? samePads2d(kernel, strides, dilations) : [0, 0, 0, 0];

/** A convolution's config with its weights. Keras's depthwise kernels hold one input channel per group. */
function conv(
  layer: KerasLayer,
  store: WeightStore,
  kernelName: string,
  options: { depthwise?: boolean; place?: number } = {},
): ConvStep {
  const config = convConfig.parse(layer.config);
  const place = options.place ?? 0;
  const weight = needed(store, weightName(layer), kernelName, place);
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

/** Later calls of one layer ("conv:1") share its weights. */
const weightName = ({ name }: KerasLayer): string => name.replace(/:\d+$/, "");

function withActivation(layer: KerasLayer, parts: readonly Step[]): Step[] {
  const activation = kerasActivation(layer.config.activation, layer.config);
  return activation.type === "identity" ? [...parts] : [...parts, activation];
}

function pool(mode: "max" | "average", { config }: KerasLayer): Step[] {
  const { pool_size: kernel, strides, padding } = poolConfig.parse(config);
  const step = strides ?? kernel;
  return [{ type: "pool", mode, kernel, strides: step, pads: pads(padding === "same", kernel, step) }];
}

const identity: Step = { type: "identity" };

/** Steps of each kind of layer, one after the other, by Keras's class names. */
const KINDS: Readonly<Record<string, (layer: KerasLayer, store: WeightStore) => Step[]>> = {
  InputLayer: ({ config }) => {
    const shape = z.array(number.nullable()).safeParse(config.batch_input_shape ?? config.batch_shape).data;
    const channels = shape ? (config.data_format === "channels_first" ? shape[1] : shape[shape.length - 1]) : 3;
    if (channels !== 3 && shape?.[1] !== 3) throw new Unusable("unusable.image", { channels: channels ?? "?" });
    return [{ type: "input" }];
  },
  Conv2D: (layer, store) => withActivation(layer, [conv(layer, store, "kernel")]),
  DepthwiseConv2D: (layer, store) =>
    withActivation(layer, [conv(layer, store, "depthwise_kernel", { depthwise: true })]),
  SeparableConv2D: (layer, store) => {
    const { bias: _, ...depthwise } = conv(layer, store, "depthwise_kernel", { depthwise: true });
    const across: KerasLayer = { ...layer, config: { use_bias: layer.config.use_bias } };
    return withActivation(layer, [depthwise, conv(across, store, "pointwise_kernel", { place: 1 })]);
  },
  BatchNormalization: (layer, store) => {
    const { epsilon, axis } = normConfig.parse(layer.config);
    const along = Array.isArray(axis) ? (axis[0] ?? -1) : axis;
    if (!axisFits(along, layer.config)) throw new Unusable("unusable.not-channels");
    const { scale, center } = layer.config;
    const name = weightName(layer);
    let place = 0;
    const gamma = scale === false ? undefined : needed(store, name, "gamma", place++);
    const beta = center === false ? undefined : needed(store, name, "beta", place++);
    const mean = needed(store, name, "moving_mean", place++);
    const variance = needed(store, name, "moving_variance", place);
    const values = () => batchNorm(gamma?.data(), beta?.data(), mean.data(), variance.data(), epsilon);
    return [{ type: "affine", length: elements(mean.shape), values }];
  },
  Activation: ({ config }) => [kerasActivation(config.activation, config)],
  ReLU: ({ config }) => [kerasActivation("relu", config)],
  LeakyReLU: ({ config }) => [kerasActivation("leaky_relu", { alpha: 0.3, ...config })],
  ELU: ({ config }) => [kerasActivation("elu", config)],
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
  Concatenate: ({ config }) => {
    if (!axisFits(number.catch(-1).parse(config.axis), config)) throw new Unusable("unusable.joins");
    return [{ type: "concat" }];
  },
  Add: () => [{ type: "sum" }],
  Multiply: () => [{ type: "product" }],
  Dropout: () => [identity],
  SpatialDropout2D: () => [identity],
  GaussianNoise: () => [identity],
  GaussianDropout: () => [identity],
};

/** From here on there are class scores only. */
const ENDS: readonly string[] = ["Flatten", "Dense", "Softmax"];

/** A Keras layer as layers of the graph: one, or several of which the last bears its name. */
function kerasLayer(layer: KerasLayer, store: WeightStore): Layer[] {
  const { name, kind, inputs } = layer;
  let steps: Step[];
  try {
    const make = KINDS[kind];
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

/** @throws NetworkError when the model takes in something other than one image */
export function kerasGraph(layers: readonly KerasLayer[], store: WeightStore): LayerGraph {
  const graph = layers.flatMap((layer) => kerasLayer(layer, store));
  const [input, ...others] = graph.filter((l) => l.kind === "InputLayer");
  if (input?.step.type === "unsupported" && others.length === 0)
    throw new NetworkError("unsupported", "model.input", { input: input.name, reason: input.step.reason });
  return { layers: graph, bytes: store.bytes };
}
