/**
 * Transforms: what an image must survive. Each step shows the network the image through one, and takes the gradient
 * back through it.
 *
 * The shape of every module here: parameters, random ones already drawn, -> {@link Transform}. Both directions are
 * linear in their image and hold no state, so that they can become nodes of a tensor program.
 */

import { type Random, randomInteger } from "../images/random.js";
import { type Raster, roll, type Size } from "../images/raster.js";

export interface Transform {
  /** The image as the network sees it. */
  forward(image: Raster): Raster;
  /** The gradient with respect to what the network sees -> the one with respect to the image, up to a factor. */
  backward(gradient: Raster): Raster | Promise<Raster>;
}

/** Applies transforms one after the other, the first one first. */
export function compose(...transforms: readonly Transform[]): Transform {
  return {
    forward: (image) => transforms.reduce((seen, transform) => transform.forward(seen), image),
    async backward(gradient) {
      let found = gradient;
      for (const transform of transforms.toReversed()) found = await transform.backward(found);
      return found;
    },
  };
}

/** Leaves the image alone and changes the gradient on its way back: a preconditioner, such as smoothing. */
export function precondition(change: Transform["backward"]): Transform {
  return { forward: (image) => image, backward: change };
}

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
