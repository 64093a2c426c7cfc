/** The sizes at which an image is worked on, smallest first: octaves of a dream, scales of a painting. */
import { fitInside, type Size } from "../images/raster.js";

const GROWTH = Math.SQRT2;

/**
 * Sizes with the longer side growing by sqrt(2) from about `smallest` to the size itself, smallest first.
 *
 * Source: style-transfer-pytorch (Katherine Crowson), which grows by the same factor from 128 pixels. Departure: from
 * 160; what smaller ones find is lost again, and with it some of the photo.
 * @param least scales whose shorter side is below are left out
 */
export function paintingScales(width: number, height: number, smallest = 160, least = 1): Size[] {
  const scales: Size[] = [{ width, height }];
  for (let side = Math.max(width, height) / GROWTH; side >= smallest / 1.1; side /= GROWTH)
    scales.unshift(fitInside(width, height, side));
  return scales.filter((size, i) => i === scales.length - 1 || sees(size, least));
}

const sees = ({ width, height }: Size, least: number): boolean => Math.min(width, height) >= least;

/** The smallest side an octave is worked at, in pixels: below it deep layers see nothing but their own padding. */
export const SMALLEST_OCTAVE = 48;

/**
 * Sizes of the octaves, smallest first, each `scale` times the one before, ending at width x height.
 *
 * Octaves whose longer side would fall below {@link SMALLEST_OCTAVE}, or the shorter one below `least`, are left out,
 * so a small or narrow image gets fewer.
 */
export function octaveSizes(width: number, height: number, octaves: number, scale: number, least = 1): Size[] {
  const longer = Math.max(width, height);
  const sizes: Size[] = [];
  for (let i = octaves - 1; i >= 0; i--) {
    const side = longer / scale ** i;
    const size = i === 0 ? { width, height } : fitInside(width, height, side);
    if (i === 0 || (side >= SMALLEST_OCTAVE && sees(size, least))) sizes.push(size);
  }
  return sizes;
}
