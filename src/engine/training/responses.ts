/** How strongly a trained layer answers. */
import type { Tensor } from "../runtimes/runtime.js";
import type { TrainedLayer } from "./trained-layer.js";

/**
 * Mean over channels and places of relu(weights . features + biases)^2: what a dream in the trained layer makes larger.
 * @param features of the layer that it re-mixes, [1, inputs, h, w]
 */
export function meanSquareResponse({ weights, biases, inputs, channels }: TrainedLayer, features: Tensor): number {
  const places = features.data.length / inputs;
  let total = 0;
  for (let k = 0; k < channels; k++) {
    for (let at = 0; at < places; at++) {
      let response = biases[k] as number;
      for (let c = 0; c < inputs; c++)
        response += (weights[k * inputs + c] as number) * (features.data[c * places + at] as number);
      if (response > 0) total += response * response;
    }
  }
  return total / (channels * places);
}
