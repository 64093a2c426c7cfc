/**
 * Rotation and scale about the centre, the image continuing at its opposite sides: what survives them is large and
 * whole.
 */
import type { Random } from "../images/random.js";
import type { Raster } from "../images/raster.js";
import { type Move, warp } from "../images/warp.js";
import type { Transform } from "./transform.js";

interface RotateScale {
  /** Clockwise. */
  readonly degrees: number;
  /** 1.05 shows everything 5 % larger. */
  readonly zoom: number;
}

export function rotateScale({ degrees, zoom }: RotateScale): Transform {
  const moved = (raster: Raster, move: Move): Raster => warp(raster, move, { kernel: "linear", border: "wrap" });
  return {
    forward: (image) => moved(image, { degrees, zoom }),
    // The inverse is the adjoint up to a factor.
    backward: (gradient) => moved(gradient, { degrees: -degrees, zoom: 1 / zoom }),
  };
}

/** @param degrees, share the largest rotation either way, and change of scale, as a share */
export function randomRotateScale(next: Random, degrees: number, share: number): RotateScale {
  const drawn = degrees * (2 * next() - 1);
  return { degrees: drawn, zoom: 1 + share * (2 * next() - 1) };
}
