/**
 * A painting's objective at a scale, and its loss and gradient: at once, or in tiles when the canvas is too large for
 * the memory.
 */
import { type EngineContext, type Evaluation, evaluate } from "../../evaluate.js";
import { emptyRaster, type Raster, type Size } from "../../images/raster.js";
import { cropRaster, pasteRaster } from "../../images/resample.js";
import { bytesPerPixel, type Tile, tilesOf } from "../../memory.js";
import type { Network } from "../../networks/network.js";
import { content } from "../../objectives/content.js";
import { type GramTarget, gramLoss, gramProduct } from "../../objectives/gram.js";
import { type Objective, sum } from "../../objectives/objective.js";
import { totalVariation } from "../../objectives/total-variation.js";
import type { Loss } from "../../optimize/steps.js";
import type { Tensor } from "../../runtimes/runtime.js";
import type { RecipeContext } from "../recipe.js";
import { featuresOf, gramsOfTiles, type StyleMeasure } from "./targets.js";

/** What the canvas should come near to, seen through one shift. */
interface PaintingObjective {
  readonly styles: readonly GramTarget[];
  readonly measure: StyleMeasure;
  /** The photo, shifted as the canvas is, at the canvas's size. */
  readonly content?: { readonly layer: string; readonly photo: Raster; readonly weight: number };
  /** Weight of the mean total variation of a pixel. */
  readonly variation: number;
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
  const { styles, measure, variation } = objective;
  const contents = await contentTerms(engine, objective, tiles);
  const rest = (i: number): [Objective, number][] => [
    ...(variation > 0 ? [[totalVariation(1 / (width * height)), variation] as [Objective, number]] : []),
    ...(contents[i] ?? []),
  ];
  if (tiles.length > 1) return (canvas) => evaluateTiled(engine, { styles, measure }, tiles, rest, canvas);
  const whole = sum([[gramLoss(styles, measure.delta, measure.means), 1], ...rest(0)]);
  // Tiling windows save passes over memory where they leave nothing over; networks with average pooling have many.
  const even = measure.pooling === "average" && width % TILING === 0 && height % TILING === 0;
  return { objective: whole, options: { pooling: measure.pooling, multipleOf: even ? TILING : 1 } };
}

/** The content term of each tile, relative to the energy of the whole photo's features. */
async function contentTerms(
  { programs, network }: EngineContext,
  { content: wanted, measure: { pooling } }: PaintingObjective,
  tiles: readonly Tile[],
): Promise<[Objective, number][][]> {
  if (!wanted) return [];
  const { layer, photo, weight } = wanted;
  const features: Tensor[] = [];
  for (const tile of tiles) {
    const part = tiles.length === 1 ? photo : cropRaster(photo, tile);
    features.push(await featuresOf(programs, network, layer, part, { pooling }));
  }
  const total = features.reduce((all, f) => all + energy(f), 0);
  return features.map((target) => [[content(layer, target, 1 / Math.max(total, 1e-12)), weight]]);
}

/** How many pixels may be worked on at once within a context's memory. */
export function tilePixels(
  { memoryBytes, programs }: RecipeContext,
  network: Network,
  layers: readonly string[],
  pooling: "max" | "average",
): number {
  if (memoryBytes === undefined) return Number.POSITIVE_INFINITY;
  return memoryBytes / bytesPerPixel(network, layers, { pooling, runtime: programs.runtime.name });
}

/**
 * Twice over the tiles: first the Gram matrices of the whole canvas, as means of the tiles' by their shares of its
 * pixels; then the gradient of each tile, given what the whole lacks. The loss is the whole canvas's, but for features
 * at the tiles' borders, which see padding; the painter's shifts put those elsewhere at each step.
 */
async function evaluateTiled(
  { programs, network }: EngineContext,
  { styles, measure }: Pick<PaintingObjective, "styles" | "measure">,
  tiles: readonly Tile[],
  rest: (tile: number) => [Objective, number][],
  canvas: Raster,
): Promise<Evaluation> {
  const pixels = canvas.width * canvas.height;
  const share = ({ width, height }: Tile): number => (width * height) / pixels;
  const whole = await gramsOfTiles(programs, network, measure, canvas, tiles);
  let loss = 0;
  const slopes = styles.map(({ layer, target, weight }) => {
    const gram = whole[layer]?.data ?? new Float32Array();
    const lacking = gram.map((g, i) => g - (target.data[i] ?? 0));
    loss += weight * lacking.reduce((total, v) => total + v * v, 0);
    return { layer, shape: target.shape, data: lacking.map((v) => 2 * weight * v) };
  });
  const gradient = emptyRaster(canvas.width, canvas.height);
  for (const [i, tile] of tiles.entries()) {
    const product = gramProduct(
      slopes.map(({ layer, shape, data }) => ({ layer, slope: { data: data.map((v) => v * share(tile)), shape } })),
      measure.delta,
      measure.means,
    );
    const part = cropRaster(canvas, tile);
    const terms = rest(i);
    const found = await evaluate(programs, network, sum([[product, 1], ...terms]), part, { pooling: measure.pooling });
    pasteRaster(gradient, { width: tile.width, height: tile.height, data: found.gradient }, tile.x, tile.y);
  }
  return { loss, gradient: gradient.data };
}
