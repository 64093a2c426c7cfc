/**
 * Shifts by whole pixels: what leaves on one side comes back on the other. The grid of a network's strides then never
 * stays in one place.
 */
import { type Random, randomInteger } from "../images/random.js";
import { roll, type Size } from "../images/raster.js";
import type { Transform } from "./transform.js";

/** In pixels, to the right and down. */
export interface Shift {
  readonly dx: number;
  readonly dy: number;
}

export function shift({ dx, dy }: Shift): Transform {
  return { forward: (image) => roll(image, dx, dy), backward: (gradient) => roll(gradient, -dx, -dy) };
}

/** @param jitter the largest shift along each side, in pixels */
export function randomShift(next: Random, jitter: number): Shift {
  const dx = randomInteger(next, -jitter, jitter);
  return { dx, dy: randomInteger(next, -jitter, jitter) };
}

/** A shift to anywhere in an image of a size. */
export function shiftAnywhere(next: Random, { width, height }: Size): Shift {
  const dx = randomInteger(next, 0, width - 1);
  return { dx, dy: randomInteger(next, 0, height - 1) };
}
