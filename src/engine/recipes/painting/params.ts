/** Parameters that the painting recipes share. */
import { z } from "zod";
import { presetsOf } from "../../networks/looks.js";
import type { Network } from "../../networks/network.js";
import { resolveLayer } from "../../networks/resolve-layer.js";
import { parseLayerWeights } from "../layer-weights.js";
import type { StyleMeasure } from "./targets.js";

export const paintingParams = {
  /** Id of a network of the catalogue, or a path. */
  network: z.string().default("resnet50"),
  /** "studio" is the best known now; "book" is the Deep Learning Cookbook's, slower. */
  preset: z.enum(["studio", "book"]).default("studio"),
  /** Longer side of the result, in pixels. */
  size: z.number().int().min(32).max(4096).default(512),
  /** Steps at each scale. The book's preset: L-BFGS iterations. */
  steps: z.number().int().min(1).max(2000).optional(),
  /** Weight of total variation, 1 being the usual: more is smoother. */
  smooth: z.number().min(0).max(1000).default(1),
  /** Layers whose Gram matrices are the style, with weights; the network's own choice when left out. */
  styleLayers: z.string().optional(),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1),
};

/** Weight of the mean total variation of a pixel, against style losses that are relative errors. Chosen by looking. */
export const VARIATION = 5e-6;

/** Steps when none are asked for: the studio's at each scale, the book's L-BFGS iterations. */
export const STEPS = { studio: 24, book: 100 } as const;

/** The book's Gram matrices are of features less one (12.4). */
const BOOK_DELTA = -1;

/** How style is measured with a network. */
export function measureOf(
  network: Network,
  { preset, styleLayers }: { preset: "studio" | "book"; styleLayers?: string | undefined },
): StyleMeasure {
  const { style } = presetsOf(network);
  const given = styleLayers === undefined ? undefined : parseLayerWeights(styleLayers);
  for (const layer of Object.keys(given ?? {})) resolveLayer(network, layer);
  if (preset === "studio") return { layers: given ?? style.layers, delta: 0, pooling: style.pooling };
  const names = Object.keys(style.layers);
  // Layer i counts 0.5^i (12.6).
  return {
    layers: given ?? Object.fromEntries(names.map((name, i) => [name, 0.5 ** i])),
    delta: BOOK_DELTA,
    pooling: "max",
  };
}
