/**
 * A painting's objective at a scale, and its loss and gradient: at once, or in tiles when the canvas is too large for
 * the memory.
 */
import { type EngineContext, type Evaluation, evaluate, featureOf } from "../../evaluate.js";
import { areaOf } from "../../images/masks.js";
import { emptyRaster, type Raster, type Size } from "../../images/raster.js";
import { cropRaster, pasteRaster } from "../../images/resample.js";
import { bytesPerPixel } from "../../memory.js";
import type { Network } from "../../networks/network.js";
import { content } from "../../objectives/content.js";
import { type GramTarget, gramLoss, gramProduct, type LayerMasks } from "../../objectives/gram.js";
import { nearness } from "../../objectives/nearness.js";
import { type Objective, sum } from "../../objectives/objective.js";
import { totalVariation } from "../../objectives/total-variation.js";
import type { Loss } from "../../optimize/steps.js";
import type { Tensor } from "../../runtimes/runtime.js";
import { type Tile, tilesOf } from "../../tiles.js";
import type { RecipeContext } from "../recipe.js";
import { layerMasks } from "./layer-masks.js";
import { gramsOfTiles, type StyleMeasure } from "./targets.js";

/** A style, or a blend of some, and where on the canvas it is painted. */
export interface StyleTerm {
  readonly targets: readonly GramTarget[];
  /** Shifted as the canvas is, at its size; everywhere when left out. */
  readonly mask?: Raster;
}

/** What the canvas should come near to, seen through one shift. */
interface PaintingObjective {
  readonly styles: readonly StyleTerm[];
  readonly measure: StyleMeasure;
  /** The photo, shifted as the canvas is, at the canvas's size. */
  readonly content?: { readonly layer: string; readonly photo: Raster; readonly weight: number };
  /** What the network is to see in it, by the scores of its classes. */
  readonly words?: { readonly objective: Objective; readonly weight: number } | undefined;
  /** Weight of the mean total variation of a pixel. */
  readonly variation: number;
  /** What a film's frame stays near to, shifted as the canvas is, at its size. */
  readonly before?: BeforeTerm | undefined;
}

export interface BeforeTerm {
  readonly image: Raster;
  /** How much each pixel is to stay, 0..1. */
  readonly share: Raster;
  readonly weight: number;
}

/** Images whose sides are multiples of it are cut by none of VGG's first four poolings. */
const TILING = 16;

const energy = ({ data }: Tensor): number => data.reduce((total, v) => total + v * v, 0);

/**
 * The loss of a canvas, already shifted. The photo's features are computed once.
 * @param tilePixels bounds what is worked on at once
 */
export async function paintingLoss(
  engine: EngineContext,
  objective: PaintingObjective,
  { width, height }: Size,
  tilePixels = Number.POSITIVE_INFINITY,
): Promise<Loss> {
  const tiles = tilesOf({ width, height }, tilePixels);
  const { measure, variation, before, words } = objective;
  const styles = objective.styles.map(({ targets, mask }): PlacedStyle => {
    if (!mask) return { targets, share: 1 };
    // A region's Gram matrix is per pixel of it: by its share of the canvas a style weighs as much as elsewhere.
    return { targets, share: areaOf(mask), masks: layerMasks(engine.network, measure, mask, tiles) };
  });
  const shareOf = (tile: Tile | undefined): number => (tile ? (tile.width * tile.height) / (width * height) : 1);
  const contents = await contentTerms(engine, objective, tiles);
  const rest = (i: number): [Objective, number][] => [
    ...(variation > 0 ? [[totalVariation(1 / (width * height)), variation] as [Objective, number]] : []),
    ...(contents[i] ?? []),
    ...(before ? [beforeTerm(before, tiles[i], shareOf(tiles[i]))] : []),
    ...(words ? [[words.objective, words.weight * shareOf(tiles[i])] as [Objective, number]] : []),
  ];
  if (tiles.length > 1) return (canvas) => evaluateTiled(engine, { styles, measure }, tiles, rest, canvas);
  const whole = sum([
    ...styles.map(({ targets, share, masks }): [Objective, number] => [
      gramLoss(targets, measure.delta, measure.means, masks?.[0]),
      share,
    ]),
    ...rest(0),
  ]);
  // Tiling windows save passes over memory where they leave nothing over; networks with average pooling have many.
  const even = measure.pooling === "average" && width % TILING === 0 && height % TILING === 0;
  return { objective: whole, options: { pooling: measure.pooling, multipleOf: even ? TILING : 1 } };
}

/** Of a tile, weighed by its share of the canvas. */
function beforeTerm({ image, share, weight }: BeforeTerm, tile: Tile | undefined, part: number): [Objective, number] {
  if (!tile || part === 1) return [nearness(image, share, 1), weight];
  return [nearness(cropRaster(image, tile), cropRaster(share, tile), part), weight];
}

/** A style with its masks for each tile, and its weight. */
interface PlacedStyle {
  readonly targets: readonly GramTarget[];
  readonly share: number;
  readonly masks?: readonly LayerMasks[];
}

/** The content term of each tile, relative to the energy of the whole photo's features. */
async function contentTerms(
  engine: EngineContext,
  { content: wanted, measure: { pooling } }: PaintingObjective,
  tiles: readonly Tile[],
): Promise<[Objective, number][][]> {
  if (!wanted) return [];
  const { layer, photo, weight } = wanted;
  const features: Tensor[] = [];
  for (const tile of tiles) {
    const part = tiles.length === 1 ? photo : cropRaster(photo, tile);
    features.push(await featureOf(engine, layer, part, { pooling }));
  }
  const total = features.reduce((all, f) => all + energy(f), 0);
  return features.map((target) => [[content(layer, target, 1 / Math.max(total, 1e-12)), weight]]);
}

/**
 * Bytes that a step of a painting takes for a pixel.
 * @param further layers that something else than the style looks at
 * @param runtime its name; see {@link bytesPerPixel}
 */
export function paintingBytes(
  network: Network,
  { layers, pooling, randomFeatures }: StyleMeasure,
  further: readonly string[],
  runtime?: string,
): number {
  const names = Object.keys(layers);
  const options = {
    pooling,
    ...(randomFeatures && { randomFeatures: names }),
    ...(runtime !== undefined && { runtime }),
  };
  return bytesPerPixel(network, [...names, ...further], options);
}

/** How many pixels may be worked on at once within a context's memory; `further` as of {@link paintingBytes}. */
export function tilePixels(
  { memoryBytes, programs }: RecipeContext,
  network: Network,
  measure: StyleMeasure,
  further: readonly string[],
): number {
  if (memoryBytes === undefined) return Number.POSITIVE_INFINITY;
  return memoryBytes / paintingBytes(network, measure, further, programs.runtime.name);
}

/**
 * Twice over the tiles: first the Gram matrices of the whole canvas, as means of the tiles' by their shares of its
 * pixels; then the gradient of each tile, given what the whole lacks. The loss is the whole canvas's, but for features
 * at the tiles' borders, which see padding; the painter's shifts put those elsewhere at each step.
 */
async function evaluateTiled(
  { programs, network }: EngineContext,
  { styles, measure }: { readonly styles: readonly PlacedStyle[]; readonly measure: StyleMeasure },
  tiles: readonly Tile[],
  rest: (tile: number) => [Objective, number][],
  canvas: Raster,
): Promise<Evaluation> {
  const pixels = canvas.width * canvas.height;
  let loss = 0;
  const lacking: { readonly masks?: readonly LayerMasks[]; readonly slopes: readonly Slope[] }[] = [];
  for (const { targets, share, masks } of styles) {
    const grams = await gramsOfTiles(programs, network, targets, measure, canvas, tiles, masks);
    const slopes = targets.map(({ target, weight, ...source }, t) => {
      const lacks = (grams[t]?.data ?? new Float32Array()).map((g, i) => g - (target.data[i] ?? 0));
      loss += share * weight * lacks.reduce((total, v) => total + v * v, 0);
      return { ...source, slope: { shape: target.shape, data: lacks.map((v) => 2 * share * weight * v) } };
    });
    lacking.push({ slopes, ...(masks && { masks }) });
  }
  const gradient = emptyRaster(canvas.width, canvas.height);
  for (const [i, tile] of tiles.entries()) {
    const part = cropRaster(canvas, tile);
    const products = lacking.map(({ slopes, masks }): [Objective, number] => {
      // Masks have the tile's share in them.
      const share = masks ? 1 : (tile.width * tile.height) / pixels;
      const scaled = slopes.map(({ slope: { data, shape }, ...source }) => {
        return { ...source, slope: { data: data.map((v) => v * share), shape } };
      });
      return [gramProduct(scaled, measure.delta, measure.means, masks?.[i]), 1];
    });
    const terms = rest(i);
    const found = await evaluate(programs, network, sum([...products, ...terms]), part, { pooling: measure.pooling });
    pasteRaster(gradient, { width: tile.width, height: tile.height, data: found.gradient }, tile.x, tile.y);
  }
  return { loss, gradient: gradient.data };
}

type Slope = Parameters<typeof gramProduct>[0][number];
