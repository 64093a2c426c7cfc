/** A Keras model with its weights as a layer graph. */
import { NetworkError } from "../network.js";
import type { KerasLayer } from "./keras-config.js";
import { kerasLayer } from "./keras-layers.js";
import type { LayerGraph } from "./layer-graph.js";
import type { WeightStore } from "./weights.js";

/** @throws NetworkError when the model takes in something other than one image */
export function kerasGraph(layers: readonly KerasLayer[], store: WeightStore): LayerGraph {
  const graph = layers.flatMap((layer) => kerasLayer(layer, store));
  const inputs = graph.filter((l) => l.kind === "InputLayer");
  const wrong = inputs.find((l) => l.step.type === "unsupported");
  if (wrong?.step.type === "unsupported" && inputs.length === 1) {
    throw new NetworkError(
      "unsupported",
      `The network cannot dream of pictures: of its input ${wrong.name}, ${wrong.step.reason}.`,
    );
  }
  return { layers: graph, bytes: store.bytes };
}
