/** Scales: a painting is begun small, where strokes are large, and finished at its size. */
import { fitInside, type Size } from "../images/raster.js";

const GROWTH = Math.SQRT2;

/**
 * Sizes with the longer side growing by sqrt(2) from about `smallest` to the size itself, smallest first.
 *
 * Source: style-transfer-pytorch (Katherine Crowson), which grows by the same factor from 128 pixels. Departure: from
 * 160; what smaller ones find is lost again, and with it some of the photo.
 */
export function paintingScales(width: number, height: number, smallest = 160): Size[] {
  const scales: Size[] = [{ width, height }];
  for (let side = Math.max(width, height) / GROWTH; side >= smallest / 1.1; side /= GROWTH)
    scales.unshift(fitInside(width, height, side));
  return scales;
}
