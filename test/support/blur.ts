/** Gaussian blur of planar float images. */
import { type Border, CHANNELS, fold, type Raster } from "../../src/engine/images/raster.js";

/** Weights of a Gaussian from the centre outwards, normalised, cut at some sigmas. */
function halfGaussian(sigma: number, reach: number): Float32Array {
  const radius = Math.max(1, Math.ceil(reach * sigma));
  const weights = Float32Array.from({ length: radius + 1 }, (_, i) => Math.exp(-(i * i) / (2 * sigma * sigma)));
  const total = weights.reduce((sum, w, i) => sum + (i === 0 ? w : 2 * w), 0);
  return weights.map((w) => w / total);
}

/** For each index of a line with `radius` more on both sides, which index of the line it reads. */
function border(length: number, radius: number, kind: Border): Int32Array {
  return Int32Array.from({ length: length + 2 * radius }, (_, i) => fold(i - radius, length, kind));
}

/**
 * Separable Gaussian blur.
 * @param sigma in pixels; 0 or less returns a copy
 * @param reach where the Gaussian is cut, in sigmas: time grows with it
 */
export function gaussianBlur(raster: Raster, sigma: number, kind: Border = "mirror", reach = 3): Raster {
  if (sigma <= 0) return { ...raster, data: raster.data.slice() };
  const { width, height, data } = raster;
  const weights = halfGaussian(sigma, reach);
  const radius = weights.length - 1;
  const centre = weights[0] ?? 1;
  const across = border(width, radius, kind);
  const down = border(height, radius, kind);
  const first = new Float32Array(data.length);
  const line = new Float32Array(width + 2 * radius);
  for (let row = 0; row < CHANNELS * height; row++) {
    const at = row * width;
    for (let i = 0; i < line.length; i++) line[i] = data[at + (across[i] ?? 0)] ?? 0;
    for (let x = 0; x < width; x++) {
      const here = x + radius;
      let sum = centre * (line[here] ?? 0);
      for (let k = 1; k <= radius; k++) sum += (weights[k] ?? 0) * ((line[here - k] ?? 0) + (line[here + k] ?? 0));
      first[at + x] = sum;
    }
  }
  const out = new Float32Array(data.length);
  for (let c = 0; c < CHANNELS; c++) {
    const plane = c * height * width;
    for (let y = 0; y < height; y++) {
      const to = plane + y * width;
      for (let x = 0; x < width; x++) out[to + x] = centre * (first[to + x] ?? 0);
      for (let k = 1; k <= radius; k++) {
        const weight = weights[k] ?? 0;
        const above = plane + (down[y + radius - k] ?? 0) * width;
        const below = plane + (down[y + radius + k] ?? 0) * width;
        for (let x = 0; x < width; x++)
          out[to + x] = (out[to + x] ?? 0) + weight * ((first[above + x] ?? 0) + (first[below + x] ?? 0));
      }
    }
  }
  return { width, height, data: out };
}
