/**
 * What can be known of a file's layers without touching weights: order, channels, strides, and which layers cannot be
 * used and why.
 */
import { sentence } from "../../../shared/sentences/sentence.js";
import { inOrder, type Sampling } from "../../graph/node.js";
import { NetworkError } from "../network.js";
import { isNonNegative } from "./activations.js";
import { oihw } from "./kernels.js";
import { type Layer, type LayerGraph, Unusable } from "./layer-graph.js";
import { checkSettings, checkSize } from "./limits.js";

export interface Facts {
  readonly channels: number;
  /** Pixels of the image per place. */
  readonly stride: number;
  /** No value is below zero, so that padding with zeros and padding that never wins are the same to a maximum. */
  readonly nonNegative: boolean;
  /** Height and width are 1: nothing is left of the image's plane. */
  readonly flat: boolean;
  /** An average pool has made it. At the size of the training such a window may take in the whole plane. */
  readonly averaged?: boolean;
}

export interface Survey {
  /** Each layer after its inputs, otherwise in the file's order. */
  readonly order: readonly Layer[];
  /** Of usable layers. */
  readonly facts: ReadonlyMap<string, Facts>;
  /** Why the others are not; completes "cannot be used:". */
  readonly unusable: ReadonlyMap<string, string>;
  /** How many layers take a layer in, seen through identities. */
  readonly consumers: ReadonlyMap<string, number>;
  /** A layer by name, seen through identities. */
  source(name: string): Layer;
}

/**
 * What a step makes of what it takes in.
 * @throws Unusable when they do not fit
 */
export function factsOf(layer: Pick<Layer, "step">, inputs: readonly Facts[]): Facts {
  checkSettings(layer.step);
  const facts = afterStep(layer, inputs);
  checkSize(facts);
  return facts;
}

function afterStep(layer: Pick<Layer, "step">, inputs: readonly Facts[]): Facts {
  const { step } = layer;
  if (step.type === "unsupported") throw new Unusable({ message: step.reason });
  if (step.type === "input") return { channels: 3, stride: 1, nonNegative: false, flat: false };
  const [first] = inputs;
  if (!first) throw new Unusable("unusable.no-input");
  switch (step.type) {
    case "conv": {
      const [outputs, perGroup] = oihw(step.kernel);
      const takes = perGroup * step.groups;
      if (takes !== first.channels)
        throw first.averaged && first.flat
          ? new Unusable("unusable.classes")
          : new Unusable("unusable.inputs", { takes, given: first.channels });
      const stride = first.flat ? first.stride : first.stride * Math.max(...step.strides);
      return { channels: outputs, stride, nonNegative: false, flat: first.flat };
    }
    case "affine":
      if (step.length !== first.channels && step.length !== 1)
        throw new Unusable("unusable.number-count", { numbers: step.length, channels: first.channels });
      return { ...first, nonNegative: false };
    case "activation": {
      const { activation } = step;
      if (activation.name === "prelu" && activation.slope.length !== first.channels)
        throw new Unusable("unusable.slope-count", { slopes: activation.slope.length, channels: first.channels });
      return { ...first, nonNegative: isNonNegative(activation) };
    }
    case "pool":
      return {
        ...first,
        stride: first.stride * Math.max(...step.strides),
        ...(step.mode === "average" && { averaged: true }),
      };
    case "mean": {
      const plane = [2, 3].every((axis) => step.axes.includes(axis));
      if (!plane && step.axes.some((axis) => axis > 1)) throw new Unusable("unusable.mean");
      return { ...first, channels: step.axes.includes(1) ? 1 : first.channels, flat: first.flat || plane };
    }
    case "norm":
      if (step.over === "places" && step.groups > 0 && first.channels % step.groups !== 0)
        throw new Unusable("unusable.groups", { groups: step.groups, channels: first.channels });
      return { ...first, nonNegative: false };
    case "channels":
      if (step.order.length === 0 || step.order.some((c) => c < 0 || c >= first.channels))
        throw new Unusable("unusable.no-channel", { channels: first.channels });
      return { ...first, channels: step.order.length };
    case "crop":
      return { ...first, stride: first.stride * Math.max(...step.steps) };
    case "resample":
      return { ...first, stride: first.stride / magnified(step.sampling.rows, first, inputs[1]) };
    case "depthToSpace": {
      const { block } = step.blocks;
      const channels = first.channels / block ** 2;
      if (!Number.isInteger(channels))
        throw new Unusable("unusable.groups", { groups: block ** 2, channels: first.channels });
      return { ...first, channels, stride: first.stride / block };
    }
    case "convTranspose": {
      const [takes, perGroup] = oihw(step.kernel);
      if (takes !== first.channels) throw new Unusable("unusable.inputs", { takes, given: first.channels });
      return {
        channels: perGroup * step.groups,
        stride: first.stride / step.stride,
        nonNegative: false,
        flat: first.flat,
      };
    }
    case "concat":
      if (inputs.some((x) => x.flat !== first.flat)) throw new Unusable("unusable.joins-numbers");
      return {
        channels: inputs.reduce((sum, x) => sum + x.channels, 0),
        stride: first.stride,
        nonNegative: inputs.every((x) => x.nonNegative),
        flat: first.flat,
      };
    case "sum":
    case "product":
      return joined(inputs, first);
    case "difference":
    case "quotient":
      return { ...joined(inputs, first), nonNegative: false };
    case "picture":
      if (first.stride !== 1 || first.channels !== 3) throw new Unusable("unusable.resize-size");
      return first;
    case "flat":
      if (!first.flat && !first.averaged) throw new Unusable("unusable.classes");
      return { ...first, flat: true };
    case "zeroPad":
    case "identity":
    case "lrn":
      return first;
  }
}

/** How many places of the result a resampled place becomes. */
function magnified(rows: Sampling, from: Facts, like: Facts | undefined): number {
  if (rows.type === "pad") return 1;
  return rows.factor ?? from.stride / (like?.stride ?? from.stride);
}

/** Of a sum or product: single channels and single numbers are broadcast. */
function joined(inputs: readonly Facts[], first: Facts): Facts {
  const channels = Math.max(...inputs.map((x) => x.channels));
  if (inputs.some((x) => x.channels !== channels && x.channels !== 1))
    throw new Unusable("unusable.joins-channels", { channels: inputs.map((x) => x.channels).join(" and ") });
  const plane = inputs.find((x) => !x.flat) ?? first;
  return { channels, stride: plane.stride, nonNegative: inputs.every((x) => x.nonNegative), flat: plane.flat };
}

/** @param order each layer after its inputs */
function allFacts(order: readonly Layer[]): { facts: Map<string, Facts>; unusable: Map<string, string> } {
  const facts = new Map<string, Facts>();
  const unusable = new Map<string, string>();
  /** Of those that only build on others: the reason that leads to the first one of the chain. */
  const building = new Map<string, string>();
  for (const layer of order) {
    const missing = layer.inputs.find((name) => !facts.has(name));
    if (missing !== undefined) {
      const reason = unusable.get(missing) ?? sentence("unusable.missing");
      const above = building.get(missing) ?? sentence("unusable.on", { layer: missing, reason });
      building.set(layer.name, above);
      unusable.set(layer.name, above);
      continue;
    }
    try {
      const inputs = layer.inputs.flatMap((name) => facts.get(name) ?? []);
      facts.set(layer.name, factsOf(layer, inputs));
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      unusable.set(layer.name, error.message);
    }
  }
  return { facts, unusable };
}

/**
 * Surveys a file's layers.
 * @throws NetworkError "corrupt" for layers in a circle, two of one name or no image going in
 */
export function survey({ layers }: LayerGraph): Survey {
  const byName = new Map<string, Layer>();
  for (const layer of layers) {
    if (byName.has(layer.name)) throw new NetworkError("corrupt", "layer.double", { layer: layer.name });
    byName.set(layer.name, layer);
  }
  if (layers.filter((l) => l.step.type === "input").length !== 1)
    throw new NetworkError("unsupported", "model.no-image");
  // An input that is not there makes its layer unusable, not the network.
  const order = inOrder(
    layers,
    (layer) => layer.inputs.flatMap((name) => byName.get(name) ?? []),
    ({ name }) => {
      throw new NetworkError("corrupt", "layer.circle", { layer: name });
    },
  );
  const { facts, unusable } = allFacts(order);
  const source = (name: string): Layer => {
    let layer = byName.get(name);
    while (layer?.step.type === "identity") layer = byName.get(layer.inputs[0] ?? "");
    if (!layer) throw new NetworkError("corrupt", "layer.missing", { layer: name });
    return layer;
  };
  const consumers = new Map<string, number>();
  for (const layer of order) {
    if (layer.step.type === "identity" || !facts.has(layer.name)) continue;
    for (const name of layer.inputs) {
      const from = source(name).name;
      consumers.set(from, (consumers.get(from) ?? 0) + 1);
    }
  }
  return { order, facts, unusable, consumers, source };
}
