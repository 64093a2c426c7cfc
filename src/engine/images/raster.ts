/**
 * Images as the engine computes on them: planar float32, RGB, 0..255 (values may leave that range while a recipe runs).
 */

/** An image in memory: three planes (R, G, B) of height x width, row by row; the layout of a [1, 3, H, W] tensor. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** 3 * width * height numbers. */
  readonly data: Float32Array;
}

/** Of an image, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export const CHANNELS = 3;

export function emptyRaster(width: number, height: number): Raster {
  return { width, height, data: new Float32Array(CHANNELS * width * height) };
}

/** a + b, of equal sizes. */
export function addRasters(a: Raster, b: Raster): Raster {
  return { ...a, data: a.data.map((v, i) => v + (b.data[i] ?? 0)) };
}

/** a - b, of equal sizes. */
export function subtractRasters(a: Raster, b: Raster): Raster {
  return { ...a, data: a.data.map((v, i) => v - (b.data[i] ?? 0)) };
}

/** Limits every value to 0..255, in place. */
export function clampRaster(raster: Raster): void {
  const { data } = raster;
  for (let i = 0; i < data.length; i++) {
    const v = data[i] ?? 0;
    if (v < 0) data[i] = 0;
    else if (v > 255) data[i] = 255;
  }
}

/**
 * Shifts an image by whole pixels; what leaves on one side comes back on the other.
 * @returns a new raster whose pixel (x + dx, y + dy) is the old one's (x, y)
 */
export function roll({ width, height, data }: Raster, dx: number, dy: number): Raster {
  const out = new Float32Array(data.length);
  const [sx, sy] = [((dx % width) + width) % width, ((dy % height) + height) % height];
  for (let c = 0; c < CHANNELS; c++) {
    const plane = c * width * height;
    for (let y = 0; y < height; y++) {
      const from = plane + y * width;
      const to = plane + ((y + sy) % height) * width;
      out.set(data.subarray(from, from + width - sx), to + sx);
      out.set(data.subarray(from + width - sx, from + width), to);
    }
  }
  return { width, height, data: out };
}

/** Mean of |value|. */
export function meanAbsolute(data: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += Math.abs(data[i] ?? 0);
  return sum / data.length;
}

export function rootMeanSquare(data: Float32Array): number {
  let sum = 0;
  for (const v of data) sum += v * v;
  return Math.sqrt(sum / data.length);
}

/** Width and height with the longer side `side`, keeping the proportions; at least 1 pixel each. */
export function fitInside(width: number, height: number, side: number): Size {
  const scale = side / Math.max(width, height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** How an image goes on past its border: mirrored, or from its other side. */
export type Border = "mirror" | "wrap";

/** An index beyond a line, back inside it. */
export function fold(i: number, length: number, border: Border): number {
  if (i >= 0 && i < length) return i;
  if (border === "wrap" || length === 1) return ((i % length) + length) % length;
  const period = 2 * length - 2;
  const at = ((i % period) + period) % period;
  return at < length ? at : period - at;
}
