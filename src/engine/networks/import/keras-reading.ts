/** What readers of Keras layers share: settings and weights by name. */
import { z } from "zod";
import type { KerasLayer } from "./keras-config.js";
import { type Step, Unusable } from "./layer-graph.js";
import type { Weight, WeightStore } from "./weights.js";

/** The steps of a layer, one after the other. */
export type Kind = (layer: KerasLayer, store: WeightStore) => Step[];

export const number = z.number();
export const pair = z.union([z.tuple([number, number]), number.transform((n): [number, number] => [n, n])]);
export const padding = z.enum(["valid", "same"]).catch((c) => {
  throw new Unusable("unusable.padding", { padding: String(c.value) });
});

export const axisFits = (axis: number, config: KerasLayer["config"]): boolean =>
  config.data_format === "channels_first" ? axis === 1 || axis === -3 : axis === -1 || axis === 3 || axis === 1;

export function needed(store: WeightStore, layer: string, weight: string, place: number): Weight {
  const found = store.find(layer, weight, place);
  if (!found) throw new Unusable("unusable.no-weight", { weight });
  return found;
}

/** Later calls of one layer ("conv:1") share its weights. */
export const weightName = ({ name }: KerasLayer): string => name.replace(/:\d+$/, "");
