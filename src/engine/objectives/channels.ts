/** Channels: the spatial mean of chosen channels ("neurons"), maximised. */
import type { Node } from "../graph/node.js";
import { add, concat, mul, reduceMean, scalar, sub, sumAll } from "../graph/ops.js";
import type { Tensor } from "../runtimes/runtime.js";
import type { Objective } from "./objective.js";

/** One channel of one layer; a negative weight pushes it down. */
export interface ChannelTerm {
  readonly layer: string;
  readonly channel: number;
  readonly weight: number;
}

/**
 * -(sum of weight * spatial mean of a channel), for each image of a batch its own terms.
 *
 * Source: Deep Learning Cookbook 12.1 and 12.2. Minimising it maximises the channels.
 * @param batch one list of terms for each image
 * @param channelsOf how many channels a layer has
 * @param leak how much of what a layer's ReLU cuts off counts as well: with a little, a channel that sees nothing yet
 *   still tells where to go (after lucid's redirected ReLU gradients). The book has none.
 */
export function channels(
  batch: readonly (readonly ChannelTerm[])[],
  channelsOf: (layer: string) => number,
  leak = 0,
): Objective {
  const layers = [...new Set(batch.flat().map((term) => term.layer))].sort();
  const values: Record<string, Tensor> = {};
  for (const layer of layers) {
    const count = channelsOf(layer);
    const weights = new Float32Array(batch.length * count);
    for (const [n, terms] of batch.entries()) {
      for (const term of terms) {
        if (term.layer !== layer) continue;
        const at = n * count + term.channel;
        weights[at] = (weights[at] ?? 0) + term.weight;
      }
    }
    values[`channels:${layer}`] = { data: weights, shape: [batch.length, count, 1, 1] };
  }
  return {
    structure: `channels(${leak === 0 ? "" : `leak ${leak}: `}${layers.join(",")})`,
    values,
    build(scope) {
      const terms = layers.map((layer) => {
        const features = leaky(scope.layer(layer), leak);
        const weights = scope.value(`channels:${layer}`, [null, features.shape[1] ?? null, 1, 1]);
        return sumAll(mul(reduceMean(features, [2, 3]), weights));
      });
      return mul(terms.reduce(add), scalar(-1));
    },
  };
}

/** A layer with the share `leak` of the negative values that its ReLU cuts off. */
function leaky(features: Node, leak: number): Node {
  if (leak === 0) return features;
  if (features.op === "concat") {
    const parts = features.inputs.map((part) => leaky(part, leak));
    return concat(parts, features.attributes.axis);
  }
  const [before] = features.inputs;
  if (features.op !== "relu" || !before) return features;
  return add(features, mul(sub(before, features), scalar(leak)));
}
