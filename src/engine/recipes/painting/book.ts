/**
 * The book's objective of a painting (Deep Learning Cookbook 12.6, 12.7): sums, not means, and divisors chosen by hand.
 */
import { featureOf } from "../../evaluate.js";
import type { Raster } from "../../images/raster.js";
import { resolveLayer } from "../../networks/looks.js";
import type { Network } from "../../networks/network.js";
import { content } from "../../objectives/content.js";
import { type GramTarget, gramLoss } from "../../objectives/gram.js";
import { type Objective, sum } from "../../objectives/objective.js";
import { totalVariation } from "../../objectives/total-variation.js";
import type { Programs } from "../../programs.js";
import { gramsOf, type StyleMeasure, type StyleSource } from "./targets.js";

const CONTENT_DIVISOR = 40;
const TEXTURE_VARIATION_DIVISOR = 5000;
const TRANSFER_VARIATION_DIVISOR = 10_000;

interface BookTexture {
  readonly programs: Programs;
  readonly network: Network;
  readonly measure: StyleMeasure;
  readonly styles: readonly StyleSource[];
  /** 1 is the book's total variation. */
  readonly smooth: number;
}

interface BookTransfer extends BookTexture {
  readonly contentLayer: string;
  readonly photo: Raster;
  /** Balance of content (0) and style (1); 0.5 is the book's. */
  readonly strength: number;
}

/** For each style by its share, the sum over layers of weight * sum((G - G')^2) / (C * H * W)^2. */
async function styleTerms({ programs, network, measure, styles }: BookTexture): Promise<[Objective, number][]> {
  const total = styles.reduce((all, { weight }) => all + weight, 0);
  const terms: [Objective, number][] = [];
  for (const { raster, weight } of styles) {
    const sources = Object.keys(measure.layers).map((layer) => ({ layer }));
    const grams = await gramsOf(programs, network, sources, measure, raster);
    const targets = grams.map((target, i): GramTarget => {
      const [layer = "", layerWeight = 0] = Object.entries(measure.layers)[i] ?? [];
      return { layer, target, weight: layerWeight / resolveLayer(network, layer).channels ** 2 };
    });
    terms.push([gramLoss(targets, measure.delta, measure.means), weight / total]);
  }
  return terms;
}

/** Style + total variation / 5000 (12.4, 12.5). */
export async function bookTexture(texture: BookTexture): Promise<Objective> {
  return sum([...(await styleTerms(texture)), [totalVariation(1), texture.smooth / TEXTURE_VARIATION_DIVISOR]]);
}

/**
 * Style + content / 40 + total variation / 10000 (12.6, 12.7).
 *
 * The printed interpolation compares the photo's content with a style's, so that content never acts; this does what the
 * text means.
 */
export async function bookTransfer(transfer: BookTransfer): Promise<Objective> {
  const { programs, network, measure, contentLayer, photo, strength, smooth } = transfer;
  const balance = (1 - Math.min(strength, 0.999)) / Math.max(strength, 0.01);
  const features = await featureOf({ programs, network }, contentLayer, photo, { pooling: measure.pooling });
  return sum([
    ...(await styleTerms(transfer)),
    [content(contentLayer, features, 1), balance / CONTENT_DIVISOR],
    [totalVariation(1), smooth / TRANSFER_VARIATION_DIVISOR],
  ]);
}
