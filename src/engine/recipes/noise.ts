/** Where images made from nothing begin. */

import { gaussian, type Random } from "../images/random.js";
import { addRasters, emptyRaster, type Raster } from "../images/raster.js";
import { resize } from "../images/resample.js";
import { naturalColours } from "../optimize/pyramid.js";

/** Uniform noise around middle grey: 128 + amplitude * U[-0.5, 0.5). */
export function noise(width: number, height: number, next: Random, amplitude = 16): Raster {
  const raster = emptyRaster(width, height);
  for (let i = 0; i < raster.data.length; i++) raster.data[i] = 128 + amplitude * (next() - 0.5);
  return raster;
}

/** The book's start for neurons: 128 + U[0, 1) (12.1). */
function bookNoise(width: number, height: number, next: Random): Raster {
  const raster = emptyRaster(width, height);
  for (let i = 0; i < raster.data.length; i++) raster.data[i] = 128 + next();
  return raster;
}

/**
 * Noise with structure of every size and the colours of photos: each scale is as strong as the next.
 * @param amplitude standard deviation around middle grey, in grey levels
 * @param enlarge how its scales are brought to its size; {@link resizeWrapped} makes it tileable
 */
export function clouds(width: number, height: number, next: Random, amplitude = 12, enlarge = resize): Raster {
  let sum: Raster = { width, height, data: new Float32Array(3 * width * height) };
  let scales = 0;
  for (let side = Math.min(width, height); side >= 4; side /= 2) {
    const scale = side / Math.min(width, height);
    const small = emptyRaster(Math.max(2, Math.round(width * scale)), Math.max(2, Math.round(height * scale)));
    for (let i = 0; i < small.data.length; i++) small.data[i] = gaussian(next);
    sum = addRasters(sum, enlarge(small, width, height));
    scales++;
  }
  const factor = amplitude / Math.sqrt(Math.max(1, scales));
  return { ...sum, data: naturalColours(sum).data.map((v) => 128 + factor * v) };
}

/** Where neurons begin: in the book's noise for the plain gradient. */
export function startingNoise(gradient: "plain" | "pyramid", width: number, height: number, next: Random): Raster {
  return (gradient === "plain" ? bookNoise : clouds)(width, height, next);
}
