/** Masks: how much each pixel of an image takes part, from 0, not at all, to 1. Their three planes are equal. */
import { CHANNELS, type Raster, type Size } from "./raster.js";

/** A mask from one number a pixel. */
export function maskFrom(width: number, height: number, at: (x: number, y: number) => number): Raster {
  const pixels = width * height;
  const data = new Float32Array(CHANNELS * pixels);
  for (let i = 0; i < pixels; i++) data[i] = Math.min(1, Math.max(0, at(i % width, Math.floor(i / width))));
  for (let c = 1; c < CHANNELS; c++) data.copyWithin(c * pixels, 0, pixels);
  return { width, height, data };
}

export const inverted = (mask: Raster): Raster => ({ ...mask, data: mask.data.map((v) => 1 - v) });

/** What is in both, of equal sizes. */
export const intersected = (a: Raster, b: Raster): Raster => ({
  ...a,
  data: a.data.map((v, i) => v * (b.data[i] ?? 0)),
});

/** The share of an image that a mask takes. */
export const areaOf = ({ data }: Raster): number => data.reduce((sum, v) => sum + v, 0) / Math.max(1, data.length);

/** One image where the mask is 0, exactly, and another where it is 1; all of equal sizes. */
export function mixed(outside: Raster, inside: Raster, { data: mask }: Raster): Raster {
  const data = outside.data.map((v, i) => {
    const share = mask[i] ?? 0;
    return share === 0 ? v : v + share * ((inside.data[i] ?? 0) - v);
  });
  return { ...outside, data };
}

/** So many means one after the other come near to a Gaussian, and still end somewhere. */
const PASSES = 3;

/**
 * A mask whose edges go from 1 to 0 over some pixels to either side. Farther from an edge than that it is as it was,
 * exactly.
 */
export function feathered(mask: Raster, pixels: number): Raster {
  const whole = Math.floor(pixels);
  let soft = mask;
  for (let pass = 0; pass < PASSES; pass++) {
    const radius = Math.floor(whole / PASSES) + (pass < whole % PASSES ? 1 : 0);
    if (radius > 0) soft = boxMean(soft, radius);
  }
  return soft;
}

/** The mean of the square of pixels around each pixel, as far as it lies inside; of the first plane, in all three. */
function boxMean({ width, height, data }: Raster, radius: number): Raster {
  const plane = boxMeans(data, { width, height }, radius);
  return maskFrom(width, height, (x, y) => plane[y * width + x] ?? 0);
}

/** {@link boxMean} of one number a pixel, by running sums of 64 bits: where all are 0 or 1 the mean is exact. */
export function boxMeans(plane: ArrayLike<number>, { width, height }: Size, radius: number): Float64Array {
  const across = new Float64Array(width * height);
  for (let y = 0; y < height; y++) lineMeans(plane, across, y * width, 1, width, radius);
  const out = new Float64Array(width * height);
  for (let x = 0; x < width; x++) lineMeans(across, out, x, width, height, radius);
  return out;
}

function lineMeans(
  from: ArrayLike<number>,
  to: Float64Array,
  start: number,
  stride: number,
  length: number,
  radius: number,
): void {
  const at = (i: number): number => from[start + i * stride] ?? 0;
  // Numbers that are all alike have themselves for their mean: a running sum would be off by its rounding.
  let [sum, count, changes] = [0, 0, 0];
  const enter = (i: number, sign: 1 | -1): void => {
    sum += sign * at(i);
    count += sign;
  };
  const step = (i: number): number => (i > 0 && i < length && at(i) !== at(i - 1) ? 1 : 0);
  for (let i = 0; i <= Math.min(radius, length - 1); i++) {
    enter(i, 1);
    changes += step(i);
  }
  for (let i = 0; i < length; i++) {
    to[start + i * stride] = changes === 0 ? at(i) : sum / count;
    const [next, gone] = [i + radius + 1, i - radius];
    if (next < length) {
      enter(next, 1);
      changes += step(next);
    }
    if (gone >= 0) {
      enter(gone, -1);
      changes -= step(gone + 1);
    }
  }
}
