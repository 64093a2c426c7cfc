/** Resizing of float images. */

import { type Random, randomInteger } from "./random.js";
import { CHANNELS, emptyRaster, fold, type Raster, type Size } from "./raster.js";

interface Taps {
  /** First source index and weights for each target index. */
  readonly starts: Int32Array;
  readonly weights: readonly Float32Array[];
}

/**
 * Triangle (bilinear) filter; when shrinking it widens to the scale, so that nothing aliases. Pixel centres at
 * half-integers.
 */
function taps(from: number, to: number): Taps {
  const scale = from / to;
  const radius = Math.max(1, scale);
  const starts = new Int32Array(to);
  const weights: Float32Array[] = [];
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale - 0.5;
    const first = Math.max(0, Math.ceil(centre - radius));
    const last = Math.min(from - 1, Math.floor(centre + radius));
    const row = new Float32Array(Math.max(1, last - first + 1));
    let total = 0;
    for (let k = 0; k < row.length; k++) total += row[k] = Math.max(0, 1 - Math.abs(first + k - centre) / radius);
    if (total > 0) for (let k = 0; k < row.length; k++) row[k] = (row[k] ?? 0) / total;
    else row[0] = 1;
    starts[i] = Math.min(first, from - 1);
    weights.push(row);
  }
  return { starts, weights };
}

/** The matrix [to, from] that resizes a line, or its transpose. */
export function resizing(from: number, to: number, transposed = false): Float32Array {
  const { starts, weights } = taps(from, to);
  const matrix = new Float32Array(from * to);
  for (const [row, line] of weights.entries())
    for (const [k, weight] of line.entries()) {
      const column = (starts[row] ?? 0) + k;
      matrix[transposed ? column * to + row : row * from + column] = weight;
    }
  return matrix;
}

/**
 * Bilinear resizing with antialiasing when shrinking, as Pillow's BILINEAR does it; edges are extended.
 * @param width, height in pixels, 1 or more
 */
export function resize(raster: Raster, width: number, height: number): Raster {
  if (raster.width === width && raster.height === height) return { ...raster, data: raster.data.slice() };
  const across = taps(raster.width, width);
  const down = taps(raster.height, height);
  const narrow = new Float32Array(CHANNELS * raster.height * width);
  for (let row = 0; row < CHANNELS * raster.height; row++) {
    const [from, to] = [row * raster.width, row * width];
    for (let x = 0; x < width; x++) {
      const weights = across.weights[x] ?? across.starts;
      const start = from + (across.starts[x] ?? 0);
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += (weights[k] ?? 0) * (raster.data[start + k] ?? 0);
      narrow[to + x] = sum;
    }
  }
  const data = new Float32Array(CHANNELS * height * width);
  for (let c = 0; c < CHANNELS; c++) {
    for (let y = 0; y < height; y++) {
      const weights = down.weights[y] ?? down.starts;
      const first = down.starts[y] ?? 0;
      const to = (c * height + y) * width;
      for (let k = 0; k < weights.length; k++) {
        const weight = weights[k] ?? 0;
        const from = (c * raster.height + first + k) * width;
        for (let x = 0; x < width; x++) data[to + x] = (data[to + x] ?? 0) + weight * (narrow[from + x] ?? 0);
      }
    }
  }
  return { width, height, data };
}

/**
 * Bilinear sampling with corners on corners and nothing smoothed before, as TensorFlow's `resize_bilinear` with
 * `align_corners` does it: for networks that were shown such pictures.
 * @param width, height in pixels, 2 or more
 */
export function sample(raster: Raster, width: number, height: number): Raster {
  const out = emptyRaster(width, height);
  const [stepX, stepY] = [(raster.width - 1) / (width - 1), (raster.height - 1) / (height - 1)];
  for (let i = 0; i < out.data.length; i++) {
    const [x, y] = [(i % width) * stepX, (Math.floor(i / width) % height) * stepY];
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [right, below] = [Math.min(left + 1, raster.width - 1), Math.min(top + 1, raster.height - 1)];
    const plane = Math.floor(i / (width * height)) * raster.height;
    const at = (row: number, column: number): number => raster.data[(plane + row) * raster.width + column] ?? 0;
    const upper = at(top, left) + (x - left) * (at(top, right) - at(top, left));
    const lower = at(below, left) + (x - left) * (at(below, right) - at(below, left));
    out.data[i] = upper + (y - top) * (lower - upper);
  }
  return out;
}

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
