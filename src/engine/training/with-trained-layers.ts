/** Puts trained layers into a network: there they are layers like all others, each with a look of its name. */
import { sentence } from "../../shared/sentences/sentence.js";
import type { Node } from "../graph/node.js";
import { abs, add, constant, conv2d, exp, log, mul, relu, scalar } from "../graph/ops.js";
import { presetsOf } from "../networks/looks.js";
import type { LayerInfo, Network } from "../networks/network.js";
import type { Look } from "../networks/presets.js";
import { TRAINED_KIND, type TrainedLayer, trainedLayerName } from "./trained-layer.js";
import { readTrainedLayers, type TrainedLayers } from "./trained-layers.js";

/**
 * How soft the bend of a trained layer's answers is, in units of what a channel answers to its own motif. A plain ReLU
 * answers nothing at all to most places of most photos, and where nothing is answered a dream does not begin.
 */
const SOFTNESS = 0.5;

/**
 * x where it is large, 0 where it is small, and never quite flat: softness * log(1 + exp(x / softness)), without
 * overflow.
 */
function softPlus(x: Node): Node {
  const tail = log(add(exp(mul(abs(x), scalar(-1 / SOFTNESS))), scalar(1)));
  return add(relu(x), mul(tail, scalar(SOFTNESS)));
}

/** The node of a trained layer over the features of the layer that it re-mixes. */
function trainedNode(features: Node, { weights, biases, channels, inputs }: TrainedLayer): Node {
  return softPlus(conv2d(features, constant(weights, [channels, inputs, 1, 1]), constant(biases, [channels])));
}

/** Why a trained layer does not fit this network; undefined when it does. */
function misfit(network: Network, { layer, inputs }: TrainedLayer): string | undefined {
  const below = network.layers.find((l) => l.name === layer);
  if (!below) return sentence("unusable.mixes", { layer, network: network.id });
  if (below.channels === inputs) return undefined;
  return sentence("unusable.mixes-channels", { inputs, layer, channels: below.channels });
}

/**
 * A network with the trained layers that are made for it, each after the layer that it re-mixes. A look of the
 * network's own goes before a trained one of the same name.
 */
export function withTrainedLayers(network: Network, library: TrainedLayers): Network {
  const fitting = new Map<string, TrainedLayer>();
  const unusable = new Map(network.unusable ?? []);
  const looks: Record<string, Look> = {};
  for (const kept of library.kept) {
    const name = trainedLayerName(kept.name);
    if ("layer" in kept && kept.layer.network !== network.id) continue;
    const problem = "problem" in kept ? kept.problem : misfit(network, kept.layer);
    if (problem !== undefined) unusable.set(name, problem);
    else if ("layer" in kept) fitting.set(name, kept.layer);
    const description =
      "layer" in kept ? sentence("look.taught", { pictures: kept.layer.pictures }) : sentence("look.taught-unreadable");
    looks[kept.name] = { description, layers: { [name]: 1 } };
  }
  if (Object.keys(looks).length === 0) return network;
  const layers = network.layers.flatMap((info): LayerInfo[] => {
    if (fitting.has(info.name)) return [];
    const over = [...fitting].filter(([, trained]) => trained.layer === info.name);
    return [info, ...over.map(([name, { channels }]) => ({ name, kind: TRAINED_KIND, channels, stride: info.stride }))];
  });
  const presets = presetsOf(network);
  return {
    ...network,
    edition: [network.edition, library.edition].filter(Boolean).join(" "),
    layers,
    unusable,
    presets: { ...presets, dream: { ...presets.dream, looks: { ...looks, ...presets.dream.looks } } },
    build(options) {
      const built = network.build(options);
      const made = new Map<string, Node>();
      const layer = (name: string): Node => {
        const trained = fitting.get(name);
        if (!trained) return built.layer(name);
        const node = made.get(name) ?? trainedNode(built.layer(trained.layer), trained);
        made.set(name, node);
        return node;
      };
      return { ...built, layer };
    },
  };
}

/**
 * Keeps networks up to date with the trained layers of a models folder: looked up at each use, read when they have
 * changed.
 * @example
 * const bring = trainedLayersOf(modelsDir);
 * const network = await bring(await loadNetwork("resnet50", options));
 */
export function trainedLayersOf(modelsDir: string): (network: Network) => Promise<Network> {
  let library: TrainedLayers | undefined;
  let made = new WeakMap<Network, Network>();
  return async (network) => {
    const now = await readTrainedLayers(modelsDir, library);
    if (now !== library) made = new WeakMap();
    library = now;
    const result = made.get(network) ?? withTrainedLayers(network, now);
    made.set(network, result);
    return result;
  };
}
