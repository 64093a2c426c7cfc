/** What a painting is compared with: Gram matrices of styles, features of a photo. */
import { type EngineContext, observe } from "../../evaluate.js";
import { fitInside, type Raster, type Size } from "../../images/raster.js";
import { cropRaster, resize } from "../../images/resample.js";
import type { Network } from "../../networks/network.js";
import {
  type GramSource,
  type GramTarget,
  type LayerMasks,
  maskValues,
  measuredGram,
  sourceName,
  thresholdValues,
} from "../../objectives/gram.js";
import type { Scope } from "../../objectives/objective.js";
import { drawThresholds, projectionMoments } from "../../objectives/random-features.js";
import type { Programs } from "../../programs.js";
import type { Tensor, Tensors } from "../../runtimes/runtime.js";
import { type Tile, tilesOf } from "../../tiles.js";

export interface StyleSource {
  readonly raster: Raster;
  /** Its share; shares need not add up to anything. */
  readonly weight: number;
}

/** How styles are measured. */
export interface StyleMeasure {
  readonly layers: Readonly<Record<string, number>>;
  /** Measures the layers' random features too, with the layers' weights. */
  readonly randomFeatures?: boolean;
  /** Added to features before their Gram matrix. */
  readonly delta: number;
  readonly pooling: "max" | "average";
  /** Compares a layer's mean channels instead of all of its pixels. */
  readonly means?: boolean;
}

const norm = ({ data }: Tensor): number => Math.sqrt(data.reduce((sum, v) => sum + v * v, 0));

/** The Gram matrices [1, C, C] of an image, in the order of their sources. */
export async function gramsOf(
  programs: Programs,
  network: Network,
  sources: readonly GramSource[],
  { delta, pooling, means = false }: StyleMeasure,
  raster: Raster,
  masks?: LayerMasks,
): Promise<readonly Tensor[]> {
  const names = sources.map(sourceName);
  const name = `grams(${masks ? "masked:" : means ? "means:" : ""}${delta}:${names.join(",")})`;
  const outputs = (scope: Scope) =>
    Object.fromEntries(sources.map((s) => [sourceName(s), measuredGram(scope, s, { delta, means, masks })]));
  const values = { ...maskValues(masks), ...thresholdValues(sources) };
  const grams = await observe(programs, network, name, outputs, raster, { pooling, values });
  return named(grams, names);
}

function named(tensors: Tensors, names: readonly string[]): Tensor[] {
  return names.map((name) => {
    const found = tensors[name];
    if (!found) throw new Error(`a program gave nothing for ${name}`);
    return found;
  });
}

/** Adds up lists of tensors, each with its share. */
class Sum {
  readonly tensors: { readonly data: Float32Array; readonly shape: readonly number[] }[] = [];

  add(tensors: readonly Tensor[], share: number): void {
    for (const [i, { data, shape }] of tensors.entries()) {
      const sum = this.tensors[i] ?? { data: new Float32Array(data.length), shape };
      this.tensors[i] = sum;
      for (let j = 0; j < data.length; j++) sum.data[j] = (sum.data[j] ?? 0) + share * (data[j] ?? 0);
    }
  }
}

const shareOf = (tile: Size, whole: Size): number => (tile.width * tile.height) / (whole.width * whole.height);

/**
 * The Gram matrices of a whole image from its tiles': their mean by their shares of its pixels.
 * @param masks of each tile: then it is their sum, as the masks of all are of one size together
 */
export async function gramsOfTiles(
  programs: Programs,
  network: Network,
  sources: readonly GramSource[],
  measure: StyleMeasure,
  raster: Raster,
  tiles: readonly Tile[],
  masks?: readonly LayerMasks[],
): Promise<readonly Tensor[]> {
  if (tiles.length === 1) return gramsOf(programs, network, sources, measure, raster, masks?.[0]);
  const whole = new Sum();
  for (const [i, tile] of tiles.entries()) {
    const grams = await gramsOf(programs, network, sources, measure, cropRaster(raster, tile), masks?.[i]);
    whole.add(grams, masks ? 1 : shareOf(tile, raster));
  }
  return whole.tensors;
}

/** The random features of a measure's layers; their thresholds are for all styles as if these were one picture. */
async function randomSources(
  programs: Programs,
  network: Network,
  { layers, pooling }: StyleMeasure,
  styles: readonly StyleSource[],
  pixels: number,
): Promise<GramSource[]> {
  const names = Object.keys(layers);
  // Other than what teaching calls its own moments of a layer: a name is one program.
  const name = `projections(${names.join(",")})`;
  const outputs = (scope: Scope) =>
    Object.fromEntries(names.map((layer) => [layer, projectionMoments(scope.layer(layer))]));
  const options = { pooling, seldom: true };
  const total = styles.reduce((all, { weight }) => all + weight, 0);
  const moments = new Sum();
  for (const { raster, weight } of styles) {
    for (const tile of tilesOf(raster, pixels)) {
      const found = await observe(programs, network, name, outputs, cropRaster(raster, tile), options);
      moments.add(named(found, names), (weight / total) * shareOf(tile, raster));
    }
  }
  return moments.tensors.map((tensor, i) => ({ layer: names[i] ?? "", thresholds: drawThresholds(tensor) }));
}

/**
 * One target a layer, and one for its random features where they are measured, for any number of styles.
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
  const sources: GramSource[] = Object.keys(measure.layers).map((layer) => ({ layer }));
  if (measure.randomFeatures) sources.push(...(await randomSources(programs, network, measure, styles, pixels)));
  const grams: (readonly [readonly Tensor[], number])[] = [];
  for (const { raster, weight } of styles) {
    const tiles = tilesOf(raster, pixels);
    grams.push([await gramsOfTiles(programs, network, sources, measure, raster, tiles), weight]);
  }
  // A negative weight keeps its sign: the painting goes away from the style in that layer.
  const total = Object.values(measure.layers).reduce((sum, weight) => sum + Math.abs(weight), 0);
  return sources.map((source, i) => {
    const target = mix(grams.map(([found, weight]) => [found[i], weight] as const));
    const weight = (measure.layers[source.layer] ?? 0) / total / Math.max(norm(target) ** 2, 1e-12);
    return { ...source, target, weight };
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
