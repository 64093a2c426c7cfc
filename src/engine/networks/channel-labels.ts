/**
 * What channels stand for: those of the one layer whose means the classifier reads, by their weights to the classes. Of
 * other layers nothing can be said in this way.
 */
import type { ChannelLabel } from "../../shared/sighting.js";
import { classNames } from "../classes.js";
import type { Node } from "../graph/node.js";
import type { Network } from "./network.js";

/** The layer that a classifier reads, and its weights. */
interface Reading {
  readonly layer: string;
  readonly channels: number;
  /** classes x channels */
  readonly weights: Float32Array;
  readonly classes: number;
}

/** Classes that are named for a channel. */
const NAMED = 3;

const readings = new WeakMap<Network, Reading | "none">();

/** Undefined where a network names nothing, or its classifier does not read the means of one layer. */
function readingOf(network: Network): Reading | undefined {
  const known = readings.get(network) ?? found(network) ?? "none";
  readings.set(network, known);
  return known === "none" ? undefined : known;
}

function found(network: Network): Reading | undefined {
  if (network.classes === undefined) return undefined;
  const built = network.build();
  const scores = built.scores();
  const [means, kernel] = scores.inputs;
  if (scores.op !== "conv2d" || !means || kernel?.op !== "constant") return undefined;
  const mapped = meanOf(means);
  const info = mapped && network.layers.findLast(({ name }) => built.layer(name) === mapped);
  const { data } = kernel.attributes;
  if (!info || data.length !== network.classes * info.channels) return undefined;
  return { layer: info.name, channels: info.channels, weights: data, classes: network.classes };
}

/** What a node is the mean of, over all places. */
function meanOf({ op, inputs }: Node): Node | undefined {
  const [sum, count] = inputs;
  return op === "div" && sum?.op === "reduceSum" && count?.op === "count" ? sum.inputs[0] : undefined;
}

/** The layer whose channels have labels. */
export function labelledLayer(network: Network): string | undefined {
  return readingOf(network)?.layer;
}

/**
 * The classes that a channel speaks for most, best first, each with how far its weight is above the mean of all, in
 * standard deviations. Undefined for a channel that has no labels.
 */
export function labelsOf(network: Network, layer: string, channel: number): readonly ChannelLabel[] | undefined {
  const reading = readingOf(network);
  if (reading?.layer !== layer) return undefined;
  const scores = deviations(reading, channel);
  const names = classNames(reading.classes);
  const best = [...scores.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0)).slice(0, NAMED);
  return best.map((place) => ({ name: names[place] ?? "", deviations: scores[place] ?? 0 }));
}

/** The channels that speak most for some classes together, best first, by the classes' weights and places. */
export function channelsFor(
  network: Network,
  wanted: ReadonlyMap<number, number>,
  count: number,
): { readonly layer: string; readonly channels: readonly number[] } | undefined {
  const reading = readingOf(network);
  if (!reading) return undefined;
  const speaks = Float64Array.from({ length: reading.channels }, (_, channel) => {
    const scores = deviations(reading, channel);
    return [...wanted].reduce((sum, [place, weight]) => sum + weight * (scores[place] ?? 0), 0);
  });
  const order = [...speaks.keys()].sort((a, b) => (speaks[b] ?? 0) - (speaks[a] ?? 0));
  return { layer: reading.layer, channels: order.slice(0, count) };
}

/** A channel's weight to each class, above the mean and in standard deviations. */
function deviations({ weights, channels, classes }: Reading, channel: number): Float64Array {
  const own = Float64Array.from({ length: classes }, (_, place) => weights[place * channels + channel] ?? 0);
  const mean = own.reduce((sum, v) => sum + v, 0) / classes;
  const spread = Math.sqrt(own.reduce((sum, v) => sum + (v - mean) ** 2, 0) / classes) || 1;
  return own.map((v) => (v - mean) / spread);
}
