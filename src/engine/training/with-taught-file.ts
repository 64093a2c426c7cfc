/** A network with one trained layer that came with a job, as a file's bytes. */
import { createHash } from "node:crypto";
import type { Network } from "../networks/network.js";
import { decodeTrainedLayer } from "./trained-layer.js";
import { withTrainedLayers } from "./with-trained-layers.js";

/**
 * @param bytes of a trained layer's file, which may come from anywhere
 * @throws NetworkError for what is no such file
 */
export function withTaughtFile(bytes: Uint8Array): (network: Network) => Network {
  const layer = decodeTrainedLayer(bytes, "taught");
  const edition = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  const made = new WeakMap<Network, Network>();
  return (network) => {
    const known = made.get(network) ?? withTrainedLayers(network, { edition, kept: [{ name: layer.name, layer }] });
    made.set(network, known);
    return known;
  };
}
