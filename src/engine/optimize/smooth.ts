/** Smoothing of gradients: without it, dreams fill with the finest patterns a network can see. */
import { gaussianBlur } from "../images/blur.js";
import { meanAbsolute, type Raster } from "../images/raster.js";

/** Cut at two sigmas, 95 % of a Gaussian: what smooths a direction need not be exact, and is asked for at every step. */
const REACH = 2;

/**
 * The mean of three Gaussian blurs, with sigma / 2, sigma and 2 * sigma: fine, middle and coarse structure all stay, the finest noise goes.
 *
 * Source: pytorch-deepdream's cascade of Gaussians (Aleksa Gordic, 2020). Departure: each blur continues the one before it, which
 * gives the same Gaussians in less work (variances of successive blurs add).
 */
export function cascade(gradient: Raster, sigma: number): Raster {
  const sigmas = [sigma / 2, sigma, 2 * sigma];
  const sum = new Float32Array(gradient.data.length);
  let blurred = gradient;
  let done = 0;
  for (const target of sigmas) {
    blurred = gaussianBlur(blurred, Math.sqrt(target * target - done * done), "wrap", REACH);
    done = target;
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (blurred.data[i] ?? 0) / sigmas.length;
  }
  return { ...gradient, data: sum };
}

/** Adds `step` times the direction, scaled to a mean absolute value of 1, to a picture, in place; a negative step goes against it. */
export function ascend(image: Raster, direction: Float32Array, step: number): void {
  const scale = step / Math.max(meanAbsolute(direction), 1e-7);
  const { data } = image;
  for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) + scale * (direction[i] ?? 0);
}
