/** Octaves: the same image at growing sizes, so that structures of every size get their turn. */
import { fitInside, type Size } from "../images/raster.js";

/** The smallest side an octave is worked at, in pixels: below it deep layers see nothing but their own padding. */
export const SMALLEST_OCTAVE = 48;

/**
 * Sizes of the octaves, smallest first, each `scale` times the one before, ending at width x height.
 *
 * Octaves whose longer side would fall below {@link SMALLEST_OCTAVE} are left out, so a small image gets fewer.
 */
export function octaveSizes(width: number, height: number, octaves: number, scale: number): Size[] {
  const longer = Math.max(width, height);
  const sizes: Size[] = [];
  for (let i = octaves - 1; i >= 0; i--) {
    const side = longer / scale ** i;
    if (i > 0 && side < SMALLEST_OCTAVE) continue;
    sizes.push(i === 0 ? { width, height } : fitInside(width, height, side));
  }
  return sizes;
}
