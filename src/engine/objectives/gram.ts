/** Style as Gram matrices: which features occur together, wherever they are. */

import type { Node } from "../graph/node.js";
import * as ops from "../graph/ops.js";
import type { Tensor } from "../runtimes/runtime.js";
import { type Objective, pick, type Scope, vector } from "./objective.js";

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

/** How a layer is measured: by means, in a part of it, or all of its pixels. */
function measured(scope: Scope, layer: string, { delta = 0, means = false, masks }: Measured): Node {
  const features = scope.layer(layer);
  if (masks) return maskedGram(features, delta, scope.value(`mask:${layer}`, MASK_SHAPE));
  return means ? meanGram(features, delta) : gram(features, delta);
}

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
export interface GramTarget {
  readonly layer: string;
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
  const values = maskValues(masks);
  values.layers = vector(targets.map((t) => t.weight));
  for (const { layer, target } of targets) values[`gram:${layer}`] = target;
  return {
    structure: `${kindOf(how)}(${delta}:${targets.map((t) => t.layer).join(",")})`,
    values,
    build(scope) {
      const weights = scope.value("layers", [targets.length]);
      const terms = targets.map(({ layer }, i) => {
        const features = scope.layer(layer);
        const channels = features.shape[1] ?? null;
        const target = scope.value(`gram:${layer}`, [1, channels, channels]);
        return ops.mul(
          pick(weights, i, targets.length),
          ops.sumAll(ops.square(ops.sub(measured(scope, layer, how), target))),
        );
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
  slopes: readonly { readonly layer: string; readonly slope: Tensor }[],
  delta = 0,
  means = false,
  masks: LayerMasks | undefined = undefined,
): Objective {
  const how = { delta, means, masks };
  const values = maskValues(masks);
  for (const { layer, slope } of slopes) values[`slope:${layer}`] = slope;
  return {
    structure: `${kindOf(how)}Product(${delta}:${slopes.map((s) => s.layer).join(",")})`,
    values,
    build(scope) {
      const terms = slopes.map(({ layer }) => {
        const features = scope.layer(layer);
        const channels = features.shape[1] ?? null;
        return ops.sumAll(ops.mul(measured(scope, layer, how), scope.value(`slope:${layer}`, [1, channels, channels])));
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
  return Object.fromEntries(layers.map((layer) => [layer, measured(scope, layer, how)]));
}
