/** Making optimised pictures fit to be seen. */
import type { Raster } from "./raster.js";

/**
 * The book's display: clip((a - mean) / max(std, 1e-4) * 0.1 + 0.5) * 255.
 *
 * Source: Deep Learning Cookbook 12.1.
 */
export function standardised({ width, height, data }: Raster): Raster {
  let sum = 0;
  for (const v of data) sum += v;
  const mean = sum / data.length;
  let squares = 0;
  for (const v of data) squares += (v - mean) ** 2;
  const factor = 0.1 / Math.max(Math.sqrt(squares / data.length), 1e-4);
  return { width, height, data: data.map((v) => Math.min(1, Math.max(0, (v - mean) * factor + 0.5)) * 255) };
}

/**
 * Contrast brought to a given spread: the middle stays, `spread` standard deviations each way fill the range, softly limited.
 * @param spread standard deviation of the result where nothing is limited, in grey levels
 */
export function toned({ width, height, data }: Raster, spread = 52): Raster {
  let sum = 0;
  for (const v of data) sum += v;
  const mean = sum / data.length;
  let squares = 0;
  for (const v of data) squares += (v - mean) ** 2;
  const factor = spread / Math.max(Math.sqrt(squares / data.length), 1e-4);
  // tanh bends what would be cut off, so highlights keep their drawing.
  return { width, height, data: data.map((v) => 127.5 + 127.5 * Math.tanh(((v - mean) * factor) / 127.5)) };
}
