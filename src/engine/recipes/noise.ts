/** Where pictures made from nothing begin. */

import type { Random } from "../images/random.js";
import { emptyRaster, type Raster } from "../images/raster.js";

/** Uniform noise around middle grey: 128 + amplitude * U[0, 1). The book's amplitude is 1 for neurons. */
export function noise(width: number, height: number, next: Random, amplitude = 16): Raster {
  const raster = emptyRaster(width, height);
  for (let i = 0; i < raster.data.length; i++) raster.data[i] = 128 + amplitude * (next() - 0.5);
  return raster;
}
