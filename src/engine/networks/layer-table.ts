/** A network's layers with what they are used for, for people who choose. */
import { presetsOf, resolveLayer } from "./looks.js";
import type { LayerInfo, Network } from "./network.js";

interface LayerUse extends LayerInfo {
  /** Weight by the name of each look that dreams in it. */
  readonly looks: Readonly<Record<string, number>>;
  /** Its weight in a style. */
  readonly style?: number;
  /** Whether a stylized image's content is held by it. */
  readonly content: boolean;
}

interface LayerTable {
  readonly layers: readonly LayerUse[];
  readonly defaultLook: string;
  /** Layers of the file that cannot be an objective, with why. */
  readonly unusable: Readonly<Record<string, string>>;
  readonly preprocessing?: Network["preprocessing"];
}

/** Lists layers in order of depth. */
export function describeLayers(network: Network): LayerTable {
  const { dream, style } = presetsOf(network);
  const named = (layers: Readonly<Record<string, number>>): Map<string, number> =>
    new Map(Object.entries(layers).map(([name, weight]) => [resolveLayer(network, name).name, weight]));
  const looks = Object.entries(dream.looks).map(([look, { layers }]) => [look, named(layers)] as const);
  const styles = named(style.layers);
  const content = resolveLayer(network, style.content).name;
  const layers = network.layers.map((layer): LayerUse => {
    const inLooks = looks.flatMap(([look, weights]) => {
      const weight = weights.get(layer.name);
      return weight === undefined ? [] : [[look, weight] as const];
    });
    const weight = styles.get(layer.name);
    const base = { ...layer, looks: Object.fromEntries(inLooks), content: layer.name === content };
    return weight === undefined ? base : { ...base, style: weight };
  });
  const unusable = Object.fromEntries(network.unusable ?? []);
  const { preprocessing } = network;
  return { layers, defaultLook: dream.default, unusable, ...(preprocessing && { preprocessing }) };
}
