/** Numbers that say what eyes see in a picture. */
import sharp from "sharp";
import type { Raster } from "../../src/engine/images/raster.js";
import { gaussianBlur } from "./blur.js";

function mean(values: Float32Array): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}

/** Pearson's correlation of two pictures of one size, -1..1. */
export function correlation(a: Float32Array, b: Float32Array): number {
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [(a[i] ?? Number.NaN) - ma, (b[i] ?? Number.NaN) - mb];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}

/**
 * What is left of a picture when its detail is gone, and the detail alone. The limit is a Gaussian of `sigma` pixels.
 */
export function bands(raster: Raster, sigma: number): { readonly coarse: Float32Array; readonly fine: Float32Array } {
  const { data: coarse } = gaussianBlur(raster, sigma);
  return { coarse, fine: raster.data.map((v, i) => v - (coarse[i] ?? 0)) };
}

/** Standard deviation of all values, in grey levels: near 0 for a grey wash. */
export function contrast(values: Float32Array): number {
  const m = mean(values);
  return Math.sqrt(mean(values.map((v) => (v - m) ** 2)));
}

/** Mean difference of a pixel's largest and smallest channel, in grey levels: 0 for a picture without colour. */
export function colourfulness({ data }: Raster): number {
  const pixels = data.length / 3;
  let sum = 0;
  for (let i = 0; i < pixels; i++) {
    const rgb = [data[i] ?? 0, data[pixels + i] ?? 0, data[2 * pixels + i] ?? 0];
    sum += Math.max(...rgb) - Math.min(...rgb);
  }
  return sum / pixels;
}

/** Share of pixels with a channel at 0 or 255. */
export function clipped({ data }: Raster): number {
  const pixels = data.length / 3;
  let count = 0;
  for (let i = 0; i < pixels; i++) {
    if ([0, 1, 2].some((c) => (data[c * pixels + i] ?? 0) <= 0 || (data[c * pixels + i] ?? 0) >= 255)) count++;
  }
  return count / pixels;
}

/** Mean |a - b| in a frame of `width` pixels along the border, and inside it. */
export function borderAndInterior(
  a: Raster,
  b: Raster,
  width: number,
): { readonly border: number; readonly interior: number } {
  const sums = { border: 0, interior: 0 };
  const counts = { border: 0, interior: 0 };
  for (let i = 0; i < a.data.length; i++) {
    const [x, y] = [i % a.width, Math.floor(i / a.width) % a.height];
    const where = Math.min(x, y, a.width - 1 - x, a.height - 1 - y) < width ? "border" : "interior";
    sums[where] += Math.abs((a.data[i] ?? 0) - (b.data[i] ?? 0));
    counts[where]++;
  }
  return { border: sums.border / counts.border, interior: sums.interior / counts.interior };
}

/**
 * How much a picture's outermost rows and columns differ from their neighbours, by how much rows and columns inside do:
 * about 1 for a picture that goes on to its border, several for one with a stripe along it.
 */
export function borderStripe({ width, height, data }: Raster): number {
  const step = (line: (at: number) => number[], at: number): number => {
    const [here, next] = [line(at), line(at + 1)];
    return here.reduce((sum, v, i) => sum + Math.abs(v - (next[i] ?? 0)), 0) / here.length;
  };
  const planes = [0, 1, 2].map((c) => c * width * height);
  const row = (y: number): number[] =>
    planes.flatMap((p) => Array.from(data.subarray(p + y * width, p + (y + 1) * width)));
  const column = (x: number): number[] =>
    planes.flatMap((p) => Array.from({ length: height }, (_, y) => data[p + y * width + x] ?? 0));
  const worst = ([line, length]: readonly [(at: number) => number[], number]): number => {
    const inside = Array.from({ length: length - 7 }, (_, i) => step(line, i + 3)).sort((a, b) => a - b);
    const usual = inside[Math.floor(inside.length / 2)] ?? Number.NaN;
    return Math.max(...[0, 1, length - 3, length - 2].map((at) => step(line, at))) / usual;
  };
  return Math.max(worst([row, height]), worst([column, width]));
}

/** Reads an encoded picture at its own size. */
export async function raster(bytes: Uint8Array): Promise<Raster> {
  const { data, info } = await sharp(bytes)
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const pixels = info.width * info.height;
  const planar = Float32Array.from(
    { length: 3 * pixels },
    (_, i) => data[(i % pixels) * 3 + Math.floor(i / pixels)] ?? 0,
  );
  return { width: info.width, height: info.height, data: planar };
}
