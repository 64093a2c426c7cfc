/** Making optimised images fit to be seen. */
import type { Raster } from "./raster.js";

function momentsOf(data: Float32Array): { mean: number; deviation: number } {
  let sum = 0;
  for (const v of data) sum += v;
  const mean = sum / data.length;
  let squares = 0;
  for (const v of data) squares += (v - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / data.length) };
}

/**
 * The book's display: clip((a - mean) / max(std, 1e-4) * 0.1 + 0.5) * 255.
 *
 * Source: Deep Learning Cookbook 12.1.
 */
export function standardised({ width, height, data }: Raster): Raster {
  const { mean, deviation } = momentsOf(data);
  const factor = 0.1 / Math.max(deviation, 1e-4);
  return { width, height, data: data.map((v) => Math.min(1, Math.max(0, (v - mean) * factor + 0.5)) * 255) };
}

/** Shares of the numbers that may end at black and at white. */
const CUT = 0.005;
/** How much further colours go from grey. */
const VIVID = 1.15;

/**
 * Brightness stretched over the whole range, all but the outermost numbers kept apart, and colours a little livelier.
 */
export function toned({ width, height, data }: Raster): Raster {
  const sorted = data.toSorted();
  const low = sorted[Math.floor(CUT * (sorted.length - 1))] ?? 0;
  const high = sorted[Math.ceil((1 - CUT) * (sorted.length - 1))] ?? 255;
  const factor = 255 / Math.max(high - low, 1);
  const plane = width * height;
  const out = new Float32Array(data.length);
  for (let i = 0; i < plane; i++) {
    const [r, g, b] = [data[i] ?? 0, data[plane + i] ?? 0, data[2 * plane + i] ?? 0];
    const grey = 0.299 * r + 0.587 * g + 0.114 * b;
    for (const [c, v] of [r, g, b].entries())
      out[c * plane + i] = Math.min(255, Math.max(0, (grey + VIVID * (v - grey) - low) * factor));
  }
  return { width, height, data: out };
}

/** What a film's frames are held to: mean and standard deviation, in grey levels. */
const STEADY = { mean: 122, deviation: 58, pull: 0.15 } as const;

/**
 * A little nearer to a usual brightness and contrast: over hundreds of frames, steps uphill would end in black and
 * white.
 */
export function steadied({ width, height, data }: Raster): Raster {
  const { mean, deviation } = momentsOf(data);
  const factor = deviation > STEADY.deviation ? 1 + STEADY.pull * (STEADY.deviation / deviation - 1) : 1;
  const middle = mean + STEADY.pull * (STEADY.mean - mean);
  return { width, height, data: data.map((v) => middle + factor * (v - mean)) };
}
