/**
 * The guided filter: a coarse map drawn to the edges of a picture. Source: "Guided Image Filtering" (He, Sun and Tang
 * 2010), with the three colours as the guide, computed on a small picture and applied to the large one ("Fast Guided
 * Filter", He and Sun 2015).
 */
import { boxMeans } from "./masks.js";
import { CHANNELS, type Raster } from "./raster.js";
import { resize } from "./resample.js";

interface GuidedOptions {
  /** How far around each pixel the map is taken for one line of the colours, in pixels of the small picture. */
  readonly radius: number;
  /** Variance of colours, of 0..1, below which a place is taken to be flat. */
  readonly epsilon: number;
}

/**
 * The map as a linear function of the colours around each pixel.
 * @param map one number a pixel of `small`
 * @param small the picture at the map's size
 * @param large the picture at the size of the result
 * @returns one number a pixel of `large`
 */
export function guidedFilter(map: Float32Array, small: Raster, large: Raster, options: GuidedOptions): Float32Array {
  const { slopes, offset } = linesOf(map, small, options);
  const { width, height } = large;
  const a = resize({ width: small.width, height: small.height, data: slopes }, width, height).data;
  const planes = new Float32Array(CHANNELS * offset.length);
  for (let c = 0; c < CHANNELS; c++) planes.set(offset, c * offset.length);
  const b = resize({ width: small.width, height: small.height, data: planes }, width, height).data;
  const pixels = width * height;
  return Float32Array.from({ length: pixels }, (_, i) => {
    let sum = b[i] ?? 0;
    for (let c = 0; c < CHANNELS; c++) sum += ((a[c * pixels + i] ?? 0) * (large.data[c * pixels + i] ?? 0)) / 255;
    return sum;
  });
}

/** The mean slope along each colour, and the mean offset, of the lines that hold around each pixel. */
function linesOf(map: Float32Array, { width, height, data }: Raster, { radius, epsilon }: GuidedOptions) {
  const pixels = width * height;
  const mean = (of: (i: number) => number): Float64Array =>
    boxMeans(
      Float64Array.from({ length: pixels }, (_, i) => of(i)),
      { width, height },
      radius,
    );
  const colour = (c: number, i: number): number => (data[c * pixels + i] ?? 0) / 255;
  const means = [0, 1, 2].map((c) => mean((i) => colour(c, i)));
  const products = PAIRS.map(([a, b]) => mean((i) => colour(a, i) * colour(b, i)));
  const mapMean = mean((i) => map[i] ?? 0);
  const crosses = [0, 1, 2].map((c) => mean((i) => colour(c, i) * (map[i] ?? 0)));
  const slopes = [0, 1, 2].map(() => new Float64Array(pixels));
  const offset = new Float64Array(pixels);
  for (let i = 0; i < pixels; i++) {
    const at = (planes: readonly Float64Array[], c: number): number => planes[c]?.[i] ?? 0;
    const variance = PAIRS.map(([a, b], k) => at(products, k) - at(means, a) * at(means, b) + (a === b ? epsilon : 0));
    const shared = [0, 1, 2].map((c) => at(crosses, c) - at(means, c) * (mapMean[i] ?? 0));
    const line = solved(variance, shared);
    let rest = mapMean[i] ?? 0;
    for (const [c, slope] of line.entries()) {
      rest -= slope * at(means, c);
      const plane = slopes[c];
      if (plane) plane[i] = slope;
    }
    offset[i] = rest;
  }
  const size = { width, height };
  const smooth = new Float32Array(CHANNELS * pixels);
  for (const [c, plane] of slopes.entries()) smooth.set(boxMeans(plane, size, radius), c * pixels);
  return { slopes: smooth, offset: Float32Array.from(boxMeans(offset, size, radius)) };
}

/** The entries of a symmetric matrix of three rows that {@link solved} takes, in their order. */
const PAIRS = [
  [0, 0],
  [0, 1],
  [0, 2],
  [1, 1],
  [1, 2],
  [2, 2],
] as const;

/** x of M x = y, for a symmetric positive matrix M of three rows. */
function solved(matrix: readonly number[], y: readonly number[]): [number, number, number] {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = matrix;
  const [p = 0, q = 0, r = 0] = y;
  const [A, B, C] = [d * f - e * e, c * e - b * f, b * e - c * d];
  const determinant = a * A + b * B + c * C;
  const [D, E, F] = [a * f - c * c, b * c - a * e, a * d - b * b];
  return [
    (A * p + B * q + C * r) / determinant,
    (B * p + D * q + E * r) / determinant,
    (C * p + E * q + F * r) / determinant,
  ];
}
