/** What a painting is compared with: Gram matrices of styles, features of a photo. */
import { type EngineContext, observe } from "../../evaluate.js";
import { fitInside, type Raster, type Size } from "../../images/raster.js";
import { cropRaster, resize } from "../../images/resample.js";
import type { Network } from "../../networks/network.js";
import { type GramTarget, gramOutputs, type LayerMasks, maskValues } from "../../objectives/gram.js";
import type { Scope } from "../../objectives/objective.js";
import type { Programs } from "../../programs.js";
import type { Tensor } from "../../runtimes/runtime.js";
import { type Tile, tilesOf } from "../../tiles.js";

export interface StyleSource {
  readonly raster: Raster;
  /** Its share; shares need not add up to anything. */
  readonly weight: number;
}

/** How styles are measured. */
export interface StyleMeasure {
  readonly layers: Readonly<Record<string, number>>;
  /** Added to features before their Gram matrix. */
  readonly delta: number;
  readonly pooling: "max" | "average";
  /** Compares a layer's mean channels instead of all of its pixels. */
  readonly means?: boolean;
}

const norm = ({ data }: Tensor): number => Math.sqrt(data.reduce((sum, v) => sum + v * v, 0));

/** The Gram matrices [1, C, C] of layers at an image, by layer. */
export async function gramsOf(
  programs: Programs,
  network: Network,
  measure: StyleMeasure,
  raster: Raster,
  masks?: LayerMasks,
): Promise<Record<string, Tensor>> {
  const { layers, delta, pooling, means = false } = measure;
  const names = Object.keys(layers);
  const name = `grams(${masks ? "masked:" : means ? "means:" : ""}${delta}:${names.join(",")})`;
  const outputs = (scope: Scope) => gramOutputs(scope, names, delta, means, masks);
  return observe(programs, network, name, outputs, raster, { pooling, values: maskValues(masks) });
}

/**
 * The Gram matrices of a whole image from its tiles': their mean by their shares of its pixels.
 * @param masks of each tile: then it is their sum, as the masks of all are of one size together
 */
export async function gramsOfTiles(
  programs: Programs,
  network: Network,
  measure: StyleMeasure,
  raster: Raster,
  tiles: readonly Tile[],
  masks?: readonly LayerMasks[],
): Promise<Record<string, Tensor>> {
  if (tiles.length === 1) return gramsOf(programs, network, measure, raster, masks?.[0]);
  const whole: Record<string, Tensor> = {};
  for (const [i, tile] of tiles.entries()) {
    const share = masks ? 1 : (tile.width * tile.height) / (raster.width * raster.height);
    const grams = await gramsOf(programs, network, measure, cropRaster(raster, tile), masks?.[i]);
    for (const [layer, { data, shape }] of Object.entries(grams)) {
      const total = whole[layer]?.data ?? new Float32Array(data.length);
      for (let i = 0; i < total.length; i++) total[i] = (total[i] ?? 0) + share * (data[i] ?? 0);
      whole[layer] = { data: total, shape };
    }
  }
  return whole;
}

/**
 * One target a layer for any number of styles.
 *
 * The loss of style s in a layer is |G - T_s|^2 / |T_s|: divided by its own target's norm, so that a style of high
 * contrast does not drown a quiet one and weights mean what they say. The weighted sum over styles is, but for a
 * constant, a single C * |G - T|^2 with C = sum(w_s / |T_s|) and T = sum(w_s / |T_s| * T_s) / C: a blend of many costs
 * what one style costs. Last, C is replaced by 1 / |T|^2, which makes layers and images comparable: the loss of a layer
 * is then a relative error.
 * @param pixels how many are looked at at once: a style may be larger than the canvas
 */
export async function blendTargets(
  programs: Programs,
  network: Network,
  measure: StyleMeasure,
  styles: readonly StyleSource[],
  pixels = Number.POSITIVE_INFINITY,
): Promise<GramTarget[]> {
  const grams: { readonly weight: number; readonly grams: Record<string, Tensor> }[] = [];
  for (const { raster, weight } of styles) {
    grams.push({ weight, grams: await gramsOfTiles(programs, network, measure, raster, tilesOf(raster, pixels)) });
  }
  // A negative weight keeps its sign: the painting goes away from the style in that layer.
  const total = Object.values(measure.layers).reduce((sum, weight) => sum + Math.abs(weight), 0);
  return Object.entries(measure.layers).map(([layer, layerWeight]) => {
    const target = mix(grams.map(({ weight, grams }) => [grams[layer], weight] as const));
    return { layer, target, weight: layerWeight / total / Math.max(norm(target) ** 2, 1e-12) };
  });
}

/** Targets of the styles at a scale, computed once for all its shifts. */
export function targetsByScale(
  { programs, network }: EngineContext,
  measure: StyleMeasure,
  stylesAt: (scale: Size) => readonly StyleSource[],
  pixels: number,
): (scale: Size) => Promise<GramTarget[]> {
  let last: { readonly scale: Size; readonly targets: Promise<GramTarget[]> } | undefined;
  return (scale) => {
    if (last?.scale !== scale)
      last = { scale, targets: blendTargets(programs, network, measure, stylesAt(scale), pixels) };
    return last.targets;
  };
}

/** A style so large that its longer side is `styleScale` times the canvas's. */
export function sizedFor({ width, height }: Size, styleScale: number, raster: Raster): Raster {
  const size = fitInside(raster.width, raster.height, Math.max(width, height) * styleScale);
  return resize(raster, size.width, size.height);
}

function mix(terms: readonly (readonly [Tensor | undefined, number])[]): Tensor {
  let sum: Float32Array | undefined;
  let shape: readonly number[] = [];
  let total = 0;
  for (const [tensor, weight] of terms) {
    if (!tensor) continue;
    const share = weight / Math.max(norm(tensor), 1e-12);
    total += share;
    sum ??= new Float32Array(tensor.data.length);
    shape = tensor.shape;
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + share * (tensor.data[i] ?? 0);
  }
  if (!sum) throw new Error("there is no style to take a target from");
  return { data: sum.map((v) => v / total), shape };
}
