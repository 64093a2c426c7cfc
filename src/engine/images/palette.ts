/** The colours of an image as a Gaussian in red, green and blue, and images given the colours of others. */
import { CHANNELS, emptyRaster, type Raster } from "./raster.js";

/** Three rows of three, one after the other. */
export type Matrix3 = readonly number[];

export interface Palette {
  /** Mean red, green and blue, 0..255. */
  readonly mean: readonly number[];
  readonly covariance: Matrix3;
}

/** Added to the variances: what has one colour only has an inverse then too. */
const LEAST_VARIANCE = 1;
/** Jacobi's method converges quadratically: three sweeps are exact to single precision, the rest is to be sure. */
const SWEEPS = 8;

const fromEntries = (entry: (row: number, column: number) => number): Matrix3 =>
  Array.from({ length: CHANNELS ** 2 }, (_, i) => entry(Math.floor(i / CHANNELS), i % CHANNELS));
const entry = (matrix: Matrix3, row: number, column: number): number => matrix[CHANNELS * row + column] ?? 0;
export const transposed = (matrix: Matrix3): Matrix3 => fromEntries((row, column) => entry(matrix, column, row));
const product = (a: Matrix3, b: Matrix3): Matrix3 =>
  fromEntries((row, column) => [0, 1, 2].reduce((sum, k) => sum + entry(a, row, k) * entry(b, k, column), 0));

/** @param mask how much each pixel counts; all count alike when left out */
export function paletteOf({ data }: Raster, mask?: Raster): Palette {
  const pixels = data.length / CHANNELS;
  const planes = [0, 1, 2].map((c) => data.subarray(c * pixels, (c + 1) * pixels));
  const weights = mask?.data.subarray(0, pixels);
  const total = weights ? weights.reduce((sum, v) => sum + v, 0) : pixels;
  const mean = planes.map((plane) => plane.reduce((sum, v, i) => sum + v * (weights?.[i] ?? 1), 0) / total);
  const covariance = fromEntries((a, b) => {
    const [other, meanA, meanB] = [planes[b], mean[a] ?? 0, mean[b] ?? 0];
    const product = (v: number, i: number): number => (v - meanA) * ((other?.[i] ?? 0) - meanB) * (weights?.[i] ?? 1);
    return (planes[a] ?? data).reduce((sum, v, i) => sum + product(v, i), 0) / total;
  });
  return { mean, covariance };
}

/**
 * The colours of several palettes together.
 * @param palettes with weights, which need not add up to anything
 */
export function mixPalettes(palettes: readonly (readonly [Palette, number])[]): Palette {
  const total = palettes.reduce((sum, [, weight]) => sum + weight, 0);
  const mixed = (numbers: (palette: Palette) => readonly number[]) => (_: unknown, i: number) =>
    palettes.reduce((sum, [palette, weight]) => sum + (weight / total) * (numbers(palette)[i] ?? 0), 0);
  return {
    mean: Array.from(
      { length: CHANNELS },
      mixed(({ mean }) => mean),
    ),
    covariance: Array.from(
      { length: CHANNELS ** 2 },
      mixed(({ covariance }) => covariance),
    ),
  };
}

/**
 * An image with the mean and covariance of a palette; values stay within 0..255.
 *
 * The map is the optimal transport between the two Gaussians, which moves colours no farther than it must. Source:
 * "Computational Optimal Transport" (Peyre and Cuturi 2019), remark 2.31.
 * @param amount from 0, the image as it is, to 1
 * @param own the image's own palette, or that of a part of it
 */
export function withPalette(image: Raster, palette: Palette, amount = 1, own = paletteOf(image)): Raster {
  const [from, to] = [regular(own.covariance), regular(palette.covariance)];
  const [root, inverse] = [power(from, 0.5), power(from, -0.5)];
  const map = product(inverse, product(power(product(root, product(to, root)), 0.5), inverse));
  const step = map.map((value, i) => amount * value + (i % (CHANNELS + 1) === 0 ? 1 - amount : 0));
  const out = multiplied(image, step);
  const pixels = image.width * image.height;
  for (let c = 0; c < CHANNELS; c++) {
    const moved = [0, 1, 2].reduce((sum, k) => sum + entry(step, c, k) * (own.mean[k] ?? 0), 0);
    const mean = (own.mean[c] ?? 0) + amount * ((palette.mean[c] ?? 0) - (own.mean[c] ?? 0));
    for (let i = c * pixels; i < (c + 1) * pixels; i++)
      out.data[i] = Math.min(255, Math.max(0, (out.data[i] ?? 0) + mean - moved));
  }
  return out;
}

/**
 * A basis of colours in which a painting's steps are taken: the fourth root of the palette's covariance, symmetric, so
 * scaled that the sum of its squares is 3, as the identity's. Its square root would leave out small accents.
 */
export function colourBasis({ covariance }: Palette): Matrix3 {
  const root = power(regular(covariance), 0.25);
  const size = Math.sqrt(root.reduce((sum, v) => sum + v * v, 0) / CHANNELS);
  return root.map((v) => v / size);
}

/** Each pixel's three values, a column, multiplied by a matrix. */
export function multiplied({ width, height, data }: Raster, matrix: Matrix3): Raster {
  const out = emptyRaster(width, height);
  const pixels = width * height;
  for (let c = 0; c < CHANNELS; c++) {
    const [r, g, b] = [entry(matrix, c, 0), entry(matrix, c, 1), entry(matrix, c, 2)];
    for (let i = 0; i < pixels; i++)
      out.data[c * pixels + i] = r * (data[i] ?? 0) + g * (data[pixels + i] ?? 0) + b * (data[2 * pixels + i] ?? 0);
  }
  return out;
}

function regular(covariance: Matrix3): Matrix3 {
  return covariance.map((v, i) => (i % (CHANNELS + 1) === 0 ? v + LEAST_VARIANCE : v));
}

/** A power of a symmetric positive matrix, by the eigenvalues that Jacobi's rotations find. */
function power(matrix: Matrix3, exponent: number): Matrix3 {
  let values = matrix;
  let vectors = fromEntries((row, column) => (row === column ? 1 : 0));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const [p, q] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      const angle = 0.5 * Math.atan2(2 * entry(values, p, q), entry(values, q, q) - entry(values, p, p));
      const turn = rotation(p, q, angle);
      values = product(transposed(turn), product(values, turn));
      vectors = product(vectors, turn);
    }
  }
  const scaled = fromEntries((row, k) => entry(vectors, row, k) * Math.max(entry(values, k, k), 0) ** exponent);
  return product(scaled, transposed(vectors));
}

function rotation(p: number, q: number, angle: number): Matrix3 {
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  return fromEntries((row, column) => {
    if (row === column) return row === p || row === q ? cosine : 1;
    if (row === p && column === q) return sine;
    return row === q && column === p ? -sine : 0;
  });
}
