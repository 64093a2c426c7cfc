/** Looks: named choices of layers for dreaming. */

import { nearest } from "../../shared/nearest.js";
import { type LayerInfo, type Network, NetworkError } from "./network.js";
import { type LayerWeights, looksByDepth, type Presets } from "./presets.js";

/**
 * Presets for a network that comes with none: by depth, leaving out pads, normalisations and bare convolutions, whose
 * negative values a dream would enlarge too.
 */
export function presetsByDepth(layers: readonly LayerInfo[]): Presets {
  const plain = /^(ZeroPadding2D|Pad|Identity|Dropout|BatchNormalization)$/;
  const good = layers.filter((l) =>
    /^(Activation|Re[Ll][Uu]|Clip|Concat|Concatenate|LeakyRelu|LeakyReLU)$/.test(l.kind),
  );
  const usable = good.length >= 4 ? good : layers.filter((l) => !plain.test(l.kind));
  const pick = usable.length > 0 ? usable : layers;
  const at = (share: number): string => pick[Math.min(pick.length - 1, Math.floor(share * pick.length))]?.name ?? "";
  return {
    dream: looksByDepth(at),
    style: {
      layers: Object.fromEntries([0, 0.15, 0.3, 0.5, 0.7].map((share) => [at(share), 1])),
      content: at(0.6),
      pooling: "max",
      rate: 0.85,
      shifts: 4,
      randomFeatures: false,
    },
  };
}

/** A network's presets: its own, or made by depth. */
export function presetsOf(network: Network): Presets {
  return network.presets ?? presetsByDepth(network.layers);
}

/**
 * The layers of a look, with weights.
 * @param look its name; the network's default when left out
 * @throws NetworkError naming the looks there are
 */
export function lookLayers(network: Network, look?: string): LayerWeights {
  const { dream } = presetsOf(network);
  const wanted = look ?? dream.default;
  const found = Object.hasOwn(dream.looks, wanted) ? dream.looks[wanted] : undefined;
  if (found) return found.layers;
  const names = Object.keys(dream.looks);
  const asked = { network: network.id, look: look ?? dream.default };
  const near = nearest(asked.look, names);
  throw near
    ? new NetworkError("unknown", "look.unknown-near", { ...asked, near })
    : new NetworkError("unknown", "look.unknown", { ...asked, looks: names.join(", ") });
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** How many layers are offered for a name that there is not. */
const NEAR = 3;

/** Layers whose names are most like the one typed. */
function nearLayers(network: Network, name: string): string[] {
  const rest = new Set(network.layers.map((l) => l.name));
  const found: string[] = [];
  const take = (n: string | undefined): boolean => n !== undefined && rest.delete(n) && found.push(n) > 0;
  const wanted = plain(name);
  take(nearest(name, rest));
  for (const n of [...rest]) {
    if (found.length < NEAR && wanted.length >= 3 && (plain(n).includes(wanted) || wanted.includes(plain(n)))) take(n);
  }
  while (found.length < NEAR && take(nearest(name, rest)));
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
