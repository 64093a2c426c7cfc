/** Parts of images. */
import { type Random, randomInteger } from "./random.js";
import { CHANNELS, emptyRaster, type Raster } from "./raster.js";
import { resize } from "./resample.js";

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A copy of a part of an image. */
export function cropRaster(raster: Raster, { x, y, width, height }: Rectangle): Raster {
  const part = emptyRaster(width, height);
  for (let c = 0; c < CHANNELS; c++) {
    for (let row = 0; row < height; row++) {
      const from = (c * raster.height + y + row) * raster.width + x;
      part.data.set(raster.data.subarray(from, from + width), (c * height + row) * width);
    }
  }
  return part;
}

/** Puts an image into a larger one, in place. */
export function pasteRaster(into: Raster, part: Raster, x: number, y: number): void {
  for (let c = 0; c < CHANNELS; c++) {
    for (let row = 0; row < part.height; row++) {
      const from = (c * part.height + row) * part.width;
      into.data.set(part.data.subarray(from, from + part.width), (c * into.height + y + row) * into.width + x);
    }
  }
}

/** The smallest part of an image's shorter side that a crop shows. */
const SMALLEST = 0.4;

/** A random square of an image, resized to `side` pixels. */
export function randomCrop(picture: Raster, side: number, next: Random): Raster {
  const shorter = Math.min(picture.width, picture.height);
  const size = Math.max(1, Math.round(shorter * (SMALLEST + (1 - SMALLEST) * next())));
  const left = randomInteger(next, 0, picture.width - size);
  const top = randomInteger(next, 0, picture.height - size);
  return resize(cropRaster(picture, { x: left, y: top, width: size, height: size }), side, side);
}
