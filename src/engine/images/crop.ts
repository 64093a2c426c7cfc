/** Parts of images. */
import { type Random, randomInteger } from "./random.js";
import { CHANNELS, emptyRaster, fold, type Raster, type Size } from "./raster.js";
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

/** The size that {@link extended} gives an image. */
export function extendedSize({ width, height }: Size, least: number): Size {
  return { width: Math.max(width, least), height: Math.max(height, least) };
}

/** An image that goes on, mirrored, beyond its borders until each side has `least` pixels: {@link middle} undoes it. */
export function extended(raster: Raster, least: number): Raster {
  const { width, height } = extendedSize(raster, least);
  if (width === raster.width && height === raster.height) return raster;
  const out = emptyRaster(width, height);
  const [left, top] = [Math.floor((width - raster.width) / 2), Math.floor((height - raster.height) / 2)];
  for (let i = 0; i < out.data.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width) % height];
    const row = fold(y - top, raster.height, "mirror") + raster.height * Math.floor(i / (width * height));
    out.data[i] = raster.data[row * raster.width + fold(x - left, raster.width, "mirror")] ?? 0;
  }
  return out;
}

/** The middle of an image, of a size at most: the image itself along sides that are no longer. */
export function middle(raster: Raster, size: Size): Raster {
  const [width, height] = [Math.min(raster.width, size.width), Math.min(raster.height, size.height)];
  if (width === raster.width && height === raster.height) return raster;
  const [x, y] = [Math.floor((raster.width - width) / 2), Math.floor((raster.height - height) / 2)];
  return cropRaster(raster, { x, y, width, height });
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
