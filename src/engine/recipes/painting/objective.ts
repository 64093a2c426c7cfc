/** A painting's goal at a scale, and its loss and gradient: at once, or in tiles when the picture is too large for the memory. */
import { type Evaluation, evaluate } from "../../evaluate.js";
import { cropRaster, pasteRaster } from "../../images/crop.js";
import { emptyRaster, type Raster } from "../../images/raster.js";
import { bytesPerPixel, type Tile, tilesOf } from "../../memory.js";
import type { Network } from "../../networks/network.js";
import { content } from "../../objectives/content.js";
import { type GramTarget, gramLoss, gramProduct } from "../../objectives/gram.js";
import { type Objective, sum } from "../../objectives/objective.js";
import { totalVariation } from "../../objectives/total-variation.js";
import type { Scale } from "../../optimize/scales.js";
import type { Programs } from "../../programs.js";
import type { Tensor } from "../../runtimes/runtime.js";
import type { RecipeContext } from "../recipe.js";
import { featuresOf, gramsOfTiles, type StyleMeasure } from "./targets.js";

/** What the canvas should come near to, seen through one shift. */
export interface PaintingObjective {
  readonly styles: readonly GramTarget[];
  readonly measure: StyleMeasure;
  /** The photo, shifted as the canvas is, at the canvas's size. */
  readonly content?: { readonly layer: string; readonly photo: Raster; readonly weight: number };
  /** Weight of the mean total variation of a pixel. */
  readonly variation: number;
}

export interface EngineContext {
  readonly programs: Programs;
  readonly network: Network;
}

/** Pictures whose sides are multiples of it are cut by none of VGG's first four poolings. */
const TILING = 16;

const energy = ({ data }: Tensor): number => data.reduce((total, v) => total + v * v, 0);

/** A goal made ready: its features of the photo are computed once. `tilePixels` bounds what is worked on at once. */
export async function prepareObjective(
  studio: EngineContext,
  goal: PaintingObjective,
  { width, height }: Scale,
  tilePixels = Number.POSITIVE_INFINITY,
): Promise<PreparedObjective> {
  const tiles = tilesOf({ width, height }, tilePixels);
  const features: Tensor[] = [];
  const { styles, measure, variation } = goal;
  for (const tile of goal.content ? tiles : []) {
    const part = tiles.length === 1 ? goal.content?.photo : goal.content && cropRaster(goal.content.photo, tile);
    const { layer } = goal.content ?? {};
    if (layer && part)
      features.push(await featuresOf(studio.programs, studio.network, layer, part, { pooling: measure.pooling }));
  }
  // Without the photo, which would otherwise be kept as long as the goal.
  const wanted = goal.content && { layer: goal.content.layer, weight: goal.content.weight };
  const total = Math.max(
    features.reduce((all, f) => all + energy(f), 0),
    1e-12,
  );
  const rest = (i: number): [Objective, number][] => {
    const terms: [Objective, number][] = [[totalVariation(1 / (width * height)), variation]];
    const target = features[i];
    if (wanted && target) terms.push([content(wanted.layer, target, 1 / total), wanted.weight]);
    return terms;
  };
  if (tiles.length === 1) {
    const objective = sum([[gramLoss(styles, measure.delta, measure.means), 1], ...rest(0)]);
    // Tiling windows save passes over memory where they leave nothing over; networks with average pooling have many.
    const even = measure.pooling === "average" && width % TILING === 0 && height % TILING === 0;
    const options = { pooling: measure.pooling, multipleOf: even ? TILING : 1 };
    return { evaluate: (canvas) => evaluate(studio.programs, studio.network, objective, canvas, options) };
  }
  return { evaluate: (canvas) => evaluateTiled(studio, { styles, measure }, tiles, rest, canvas) };
}

/** A goal that is one objective of the whole picture. */
export function wholeObjective(
  { programs, network }: EngineContext,
  pooling: "max" | "average",
  objective: Objective,
): PreparedObjective {
  return { evaluate: (canvas) => evaluate(programs, network, objective, canvas, { pooling }) };
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

export interface PreparedObjective {
  /** Loss and gradient at a canvas, already shifted. */
  evaluate(canvas: Raster): Promise<Evaluation>;
}

/**
 * Twice over the tiles: first the Gram matrices of the whole picture, as means of the tiles' by their shares of its pixels; then the
 * gradient of each tile, given what the whole lacks. The loss is the whole picture's, but for features at the tiles' borders, which see
 * padding; the painter's shifts put those elsewhere at each step.
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
