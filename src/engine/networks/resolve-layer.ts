/** Layers by the names that people type. */
import { nearest } from "../../shared/nearest.js";
import { type LayerInfo, type Network, NetworkError } from "./network.js";

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** Up to `count` layers whose names are most like the one typed. */
function nearLayers(network: Network, name: string, count = 3): string[] {
  const rest = new Set(network.layers.map((l) => l.name));
  const found: string[] = [];
  const take = (n: string | undefined): boolean => n !== undefined && rest.delete(n) && found.push(n) > 0;
  const wanted = plain(name);
  take(nearest(name, rest));
  for (const n of [...rest]) {
    if (found.length < count && wanted.length >= 3 && (plain(n).includes(wanted) || wanted.includes(plain(n)))) take(n);
  }
  while (found.length < count && take(nearest(name, rest)));
  return found;
}

/**
 * A layer by name. Letter case does not matter where it leaves no doubt.
 * @throws NetworkError that says why a layer of the file cannot be used and which is the deepest that can, or which
 *   names are near
 * @example resolveLayer(network, "block5_conv1").channels // 512
 */
export function resolveLayer(network: Network, name: string): LayerInfo {
  const exact = network.layers.find((l) => l.name === name);
  if (exact) return exact;
  const alike = network.layers.filter((l) => plain(l.name) === plain(name));
  if (alike[0] && alike.length === 1) return alike[0];
  const [first = "none", deepest = first] = [network.layers[0]?.name, network.layers.at(-1)?.name];
  const asked = { network: network.id, layer: name };
  const reason = network.unusable?.get(name);
  if (reason !== undefined) throw new NetworkError("unsupported", "layer.unusable", { ...asked, reason, deepest });
  const near = nearLayers(network, name);
  throw near.length > 0
    ? new NetworkError("unknown", "layer.unknown-near", { ...asked, near })
    : new NetworkError("unknown", "layer.unknown", { ...asked, first, last: deepest });
}
