/** The loss of an objective that is a mean over places, at once or, where the memory asks for it, in tiles. */
import { type EngineContext, evaluateTiles } from "../evaluate.js";
import type { Size } from "../images/raster.js";
import { bytesPerPixel } from "../memory.js";
import { resolveLayer } from "../networks/looks.js";
import type { Network } from "../networks/network.js";
import type { Objective } from "../objectives/objective.js";
import type { Loss } from "../optimize/steps.js";
import { worksOf } from "../tiles.js";
import type { RecipeContext } from "./recipe.js";

type Tiles = Parameters<typeof evaluateTiles>[4];

/**
 * How much of an image is worked on at once.
 * @param tile the largest side, where somebody has asked for one
 */
export function tileOptions(
  tile: number | undefined,
  network: Network,
  layers: readonly string[],
  { memoryBytes, programs, signal }: RecipeContext,
): Tiles {
  const stride = Math.max(...layers.map((name) => resolveLayer(network, name).stride));
  const room =
    memoryBytes === undefined
      ? Number.POSITIVE_INFINITY
      : memoryBytes / bytesPerPixel(network, layers, { runtime: programs.runtime.name });
  return { stride, signal, pixels: tile === undefined ? room : Math.min(room, tile * tile) };
}

/** At once where the memory allows it. */
export function lossOf(engine: EngineContext, objective: Objective, size: Size, tiles: Tiles): Loss {
  if (worksOf(size, tiles).length === 1) return { objective };
  return (seen) => evaluateTiles(engine.programs, engine.network, objective, seen, tiles);
}
