/** Parts of images, at random places and of random sizes. */
import { type Random, randomInteger } from "../images/random.js";
import { CHANNELS, emptyRaster, type Raster } from "../images/raster.js";
import { resize } from "../images/resample.js";

/** A rectangle of an image. */
function cut({ width, height, data }: Raster, left: number, top: number, side: number): Raster {
  const out = emptyRaster(side, side);
  for (let c = 0; c < CHANNELS; c++) {
    for (let y = 0; y < side; y++) {
      const from = (c * height + top + y) * width + left;
      out.data.set(data.subarray(from, from + side), (c * side + y) * side);
    }
  }
  return out;
}

/** The smallest part of an image's shorter side that a crop shows. */
const SMALLEST = 0.4;

/** A random square of an image, resized to `side` pixels. */
export function randomCrop(picture: Raster, side: number, next: Random): Raster {
  const shorter = Math.min(picture.width, picture.height);
  const size = Math.max(1, Math.round(shorter * (SMALLEST + (1 - SMALLEST) * next())));
  const left = randomInteger(next, 0, picture.width - size);
  const top = randomInteger(next, 0, picture.height - size);
  return resize(cut(picture, left, top, size), side, side);
}
