/** Style as Gram matrices: which features occur together, wherever they are. */

import type { Node, Shape } from "../graph/node.js";
import * as ops from "../graph/ops.js";
import type { Tensor } from "../runtimes/runtime.js";
import { type Objective, pick, type Scope, vector } from "./objective.js";
import { randomFeatures } from "./random-features.js";

/**
 * The Gram matrix of a feature map, per pixel: G = (F + delta)(F + delta)^T / (H * W), summed over pixels.
 *
 * Dividing by the pixels makes images of different sizes comparable; the book's G is this times H * W, and its loss
 * sum((G - G')^2) / (C * H * W)^2 is the per-pixel one's divided by C^2.
 * Source: Gatys et al. 2015, eq. 3; delta = -1 is the Deep Learning Cookbook's (12.4).
 * @param features [N, C, H, W]
 * @returns [N, C, C]
 */
export function gram(features: Node, delta = 0): Node {
  const flat = ops.reshape(delta === 0 ? features : ops.add(features, ops.scalar(delta)), [0, 0, -1]);
  return ops.div(ops.matmul(flat, flat, { transposeB: true }), ops.count(features, [2, 3]));
}

/**
 * The Gram matrix of a part of a feature map, per pixel of it: of (F + delta) times a mask.
 *
 * Source: "Controlling Perceptual Factors in Neural Style Transfer" (Gatys et al. 2017), eq. 4 and 5.
 * @param mask [1, 1, H, W], of which the sum of squares is 1; of a tile, that of all tiles together
 */
function maskedGram(features: Node, delta: number, mask: Node): Node {
  const guided = ops.mul(delta === 0 ? features : ops.add(features, ops.scalar(delta)), mask);
  const flat = ops.reshape(guided, [0, 0, -1]);
  return ops.matmul(flat, flat, { transposeB: true });
}

/** Masks of layers, as values of a program. */
export type LayerMasks = Readonly<Record<string, Tensor>>;

const MASK_SHAPE = [1, 1, null, null];

/** What a Gram matrix is of: a layer's features or, with thresholds, its random features. */
export interface GramSource {
  readonly layer: string;
  /** [count], as of {@link randomFeatures}. */
  readonly thresholds?: Tensor | undefined;
}

/** A source in a program's name, and in those of its values. */
export const sourceName = ({ layer, thresholds }: GramSource): string => (thresholds ? `random ${layer}` : layer);

export function thresholdValues(sources: readonly GramSource[]): Record<string, Tensor> {
  return Object.fromEntries(
    sources.flatMap(({ layer, thresholds }) => (thresholds ? [[`thresholds:${layer}`, thresholds]] : [])),
  );
}

function featuresIn(scope: Scope, { layer, thresholds }: GramSource): Node {
  const features = scope.layer(layer);
  return thresholds ? randomFeatures(features, scope.value(`thresholds:${layer}`, thresholds.shape)) : features;
}

/** A Gram matrix by means, in a part of the map, or of all its pixels. */
export function measuredGram(scope: Scope, source: GramSource, { delta = 0, means = false, masks }: Measured): Node {
  const features = featuresIn(scope, source);
  if (masks) return maskedGram(features, delta, scope.value(`mask:${source.layer}`, MASK_SHAPE));
  return means ? meanGram(features, delta) : gram(features, delta);
}

/** [1, C, C]: images of a batch share what they are compared with. */
const shapeOfOne = ({ shape: [, ...square] }: Node): Shape => [1, ...square];

interface Measured {
  readonly delta?: number;
  readonly means?: boolean;
  /** By layer; all of it counts when left out. */
  readonly masks?: LayerMasks | undefined;
}

export function maskValues(masks: LayerMasks | undefined): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(masks ?? {}).map(([layer, mask]) => [`mask:${layer}`, mask]));
}

const kindOf = ({ means = false, masks }: Measured): string => (masks ? "masked" : means ? "means" : "gram");

/**
 * The outer product of a feature map's mean channels: G = (mu + delta)(mu + delta)^T / C with mu the mean over pixels.
 *
 * Faster than all pixels' and more regular. Source: Deep Learning Cookbook 12.4, the mean-channel variant.
 * @returns [N, C, C]
 */
function meanGram(features: Node, delta = 0): Node {
  const mean = ops.reduceMean(features, [2, 3]);
  const column = ops.reshape(delta === 0 ? mean : ops.add(mean, ops.scalar(delta)), [0, 0, -1]);
  return ops.div(ops.matmul(column, column, { transposeB: true }), ops.count(features, [1]));
}

/** The style to reach in one layer. */
export interface GramTarget extends GramSource {
  /** Multiplies the layer's sum of squares, normalisation included. */
  readonly weight: number;
  /** [1, C, C] */
  readonly target: Tensor;
}

/** Sum over layers of weight * sum((G - target)^2). */
export function gramLoss(
  targets: readonly GramTarget[],
  delta = 0,
  means = false,
  masks: LayerMasks | undefined = undefined,
): Objective {
  const how = { delta, means, masks };
  const values: Record<string, Tensor> = { ...maskValues(masks), ...thresholdValues(targets) };
  values.layers = vector(targets.map((t) => t.weight));
  for (const target of targets) values[`gram:${sourceName(target)}`] = target.target;
  return {
    structure: `${kindOf(how)}(${delta}:${targets.map(sourceName).join(",")})`,
    values,
    build(scope) {
      const weights = scope.value("layers", [targets.length]);
      const terms = targets.map((source, i) => {
        const gram = measuredGram(scope, source, how);
        const target = scope.value(`gram:${sourceName(source)}`, shapeOfOne(gram));
        return ops.mul(pick(weights, i, targets.length), ops.sumAll(ops.square(ops.sub(gram, target))));
      });
      return terms.reduce(ops.add);
    },
  };
}

/**
 * Sum over layers of <D, G>: the gradient of a loss of the whole image's Gram matrices, D = d loss / d G, seen from a
 * part of it.
 *
 * With D = 2 * weight * share * (G - target), where G is of the whole image and share is the part's share of the
 * pixels, its gradient by the part's pixels is that of sum(weight * sum((G - target)^2)).
 * @param slopes D of each layer, [1, C, C]
 */
export function gramProduct(
  slopes: readonly (GramSource & { readonly slope: Tensor })[],
  delta = 0,
  means = false,
  masks: LayerMasks | undefined = undefined,
): Objective {
  const how = { delta, means, masks };
  const values: Record<string, Tensor> = { ...maskValues(masks), ...thresholdValues(slopes) };
  for (const slope of slopes) values[`slope:${sourceName(slope)}`] = slope.slope;
  return {
    structure: `${kindOf(how)}Product(${delta}:${slopes.map(sourceName).join(",")})`,
    values,
    build(scope) {
      const terms = slopes.map((source) => {
        const gram = measuredGram(scope, source, how);
        return ops.sumAll(ops.mul(gram, scope.value(`slope:${sourceName(source)}`, shapeOfOne(gram))));
      });
      return terms.reduce(ops.add);
    },
  };
}

/** The Gram matrices of layers as the outputs of a program, by layer. */
export function gramOutputs(
  scope: Scope,
  layers: readonly string[],
  delta = 0,
  means = false,
  masks: LayerMasks | undefined = undefined,
): Record<string, Node> {
  const how = { delta, means, masks };
  return Object.fromEntries(layers.map((layer) => [layer, measuredGram(scope, { layer }, how)]));
}
