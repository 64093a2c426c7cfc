/** Smoothing of gradients: without it, dreams fill with the finest patterns a network can see. */
import { add, input, matmul } from "../graph/ops.js";
import { gaussianBlur, halfGaussian } from "../images/blur.js";
import { CHANNELS, type Raster } from "../images/raster.js";
import type { Programs } from "../programs.js";
import type { Tensors } from "../runtimes/runtime.js";

/**
 * Cut at two sigmas, 95 % of a Gaussian: what smooths a direction need not be exact, and is asked for at every step.
 */
const REACH = 2;
/** Blurs of which the mean is taken. */
const BLURS = 3;
/**
 * Width and height together, in pixels, up to which the runtime smooths: its time grows with their sum for each pixel,
 * JavaScript's does not.
 */
const MOST_SIDES = 1600;

/**
 * The mean of three Gaussian blurs, with sigma / 2, sigma and 2 * sigma: fine, middle and coarse structure all stay,
 * the finest noise goes.
 *
 * Source: pytorch-deepdream's cascade of Gaussians (Aleksa Gordic, 2020). Departure: each blur continues the one before
 * it, which gives the same Gaussians in less work (variances of successive blurs add).
 */
export function cascade(gradient: Raster, sigma: number): Raster {
  const sum = new Float32Array(gradient.data.length);
  let blurred = gradient;
  for (const more of increments(sigma)) {
    blurred = gaussianBlur(blurred, more, "wrap", REACH);
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (blurred.data[i] ?? 0) / BLURS;
  }
  return { ...gradient, data: sum };
}

/** The {@link cascade} of a gradient, by whichever way is quicker at its size. */
export async function smooth(programs: Programs, gradient: Raster, sigma: number): Promise<Raster> {
  return gradient.width + gradient.height > MOST_SIDES
    ? cascade(gradient, sigma)
    : smoothByRuntime(programs, gradient, sigma);
}

/**
 * The same as {@link cascade} to rounding, by the runtime: a blur that wraps is a product with a matrix on each side.
 * Nearly all of the matrices is zero, but up to some size a product of matrices takes a fraction of the time that
 * JavaScript takes for the few sums (bench/smooth.ts).
 */
export async function smoothByRuntime(
  programs: Programs,
  { width, height, data }: Raster,
  sigma: number,
): Promise<Raster> {
  const plane = width * height;
  const inputs: Record<string, Tensors[string]> = {};
  for (const [c, name] of PLANES.entries())
    inputs[name] = { data: data.subarray(c * plane, (c + 1) * plane), shape: [height, width] };
  for (const [i, kernel] of kernels(sigma).entries()) {
    inputs[`across${i}`] = { data: circulant(width, kernel, 1), shape: [width, width] };
    // The mean's share goes into one of the two.
    inputs[`down${i}`] = { data: circulant(height, kernel, 1 / BLURS), shape: [height, height] };
  }
  const smoothed = await programs.run("smooth", smoothProgram, inputs);
  const out = new Float32Array(CHANNELS * plane);
  for (const [c, name] of PLANES.entries()) out.set(smoothed[name]?.data ?? [], c * plane);
  return { width, height, data: out };
}

const PLANES = ["red", "green", "blue"] as const;

function smoothProgram() {
  const blurs = Array.from({ length: BLURS }, (_, i) => ({
    across: input(`across${i}`, [null, null]),
    down: input(`down${i}`, [null, null]),
  }));
  return Object.fromEntries(
    PLANES.map((name) => {
      const plane = input(name, [null, null]);
      return [
        name,
        blurs
          .map(({ across, down }) => matmul(down, matmul(plane, across)))
          .reduce((sum, blurred) => add(sum, blurred)),
      ];
    }),
  );
}

/** Sigmas of the blurs of which each continues the one before. */
function increments(sigma: number): number[] {
  const sigmas = [sigma / 2, sigma, 2 * sigma];
  return sigmas.map((target, i) => Math.sqrt(target ** 2 - (sigmas[i - 1] ?? 0) ** 2));
}

/** What the blurs do to a line, each together with those before it: weights from -radius to radius. */
function kernels(sigma: number): Float64Array[] {
  let kernel = Float64Array.of(1);
  return increments(sigma).map((more) => {
    const half = halfGaussian(more, REACH);
    const next = new Float64Array(kernel.length + 2 * (half.length - 1));
    for (const [i, weight] of kernel.entries())
      for (let k = 0; k <= 2 * (half.length - 1); k++) {
        const at = i + k;
        next[at] = (next[at] ?? 0) + weight * (half[Math.abs(k - half.length + 1)] ?? 0);
      }
    kernel = next;
    return kernel;
  });
}

/** The symmetric matrix that blurs a line of a length whose end is followed by its beginning, times a factor. */
function circulant(length: number, kernel: Float64Array, factor: number): Float32Array {
  const matrix = new Float32Array(length * length);
  const radius = (kernel.length - 1) / 2;
  for (const [k, weight] of kernel.entries()) {
    const shift = (((k - radius) % length) + length) % length;
    for (let row = 0; row < length; row++) {
      const at = row * length + ((row + shift) % length);
      matrix[at] = (matrix[at] ?? 0) + factor * weight;
    }
  }
  return matrix;
}
