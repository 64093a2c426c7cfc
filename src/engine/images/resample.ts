/** Resizing of float images. */
import { CHANNELS, type Raster } from "./raster.js";

interface Taps {
  /** First source index and weights for each target index. */
  readonly starts: Int32Array;
  readonly weights: readonly Float32Array[];
}

/**
 * Triangle (bilinear) filter; when shrinking it widens to the scale, so that nothing aliases. Pixel centres at
 * half-integers.
 */
function taps(from: number, to: number): Taps {
  const scale = from / to;
  const radius = Math.max(1, scale);
  const starts = new Int32Array(to);
  const weights: Float32Array[] = [];
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale - 0.5;
    const first = Math.max(0, Math.ceil(centre - radius));
    const last = Math.min(from - 1, Math.floor(centre + radius));
    const row = new Float32Array(Math.max(1, last - first + 1));
    let total = 0;
    for (let k = 0; k < row.length; k++) total += row[k] = Math.max(0, 1 - Math.abs(first + k - centre) / radius);
    if (total > 0) for (let k = 0; k < row.length; k++) row[k] = (row[k] ?? 0) / total;
    else row[0] = 1;
    starts[i] = Math.min(first, from - 1);
    weights.push(row);
  }
  return { starts, weights };
}

/** The matrix [to, from] that resizes a line, or its transpose. */
export function resizing(from: number, to: number, transposed = false): Float32Array {
  const { starts, weights } = taps(from, to);
  const matrix = new Float32Array(from * to);
  for (const [row, line] of weights.entries())
    for (const [k, weight] of line.entries()) {
      const column = (starts[row] ?? 0) + k;
      matrix[transposed ? column * to + row : row * from + column] = weight;
    }
  return matrix;
}

/**
 * Bilinear resizing with antialiasing when shrinking, as Pillow's BILINEAR does it; edges are extended.
 * @param width, height in pixels, 1 or more
 */
export function resize(raster: Raster, width: number, height: number): Raster {
  if (raster.width === width && raster.height === height) return { ...raster, data: raster.data.slice() };
  const across = taps(raster.width, width);
  const down = taps(raster.height, height);
  const narrow = new Float32Array(CHANNELS * raster.height * width);
  for (let row = 0; row < CHANNELS * raster.height; row++) {
    const [from, to] = [row * raster.width, row * width];
    for (let x = 0; x < width; x++) {
      const weights = across.weights[x] ?? across.starts;
      const start = from + (across.starts[x] ?? 0);
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += (weights[k] ?? 0) * (raster.data[start + k] ?? 0);
      narrow[to + x] = sum;
    }
  }
  const data = new Float32Array(CHANNELS * height * width);
  for (let c = 0; c < CHANNELS; c++) {
    for (let y = 0; y < height; y++) {
      const weights = down.weights[y] ?? down.starts;
      const first = down.starts[y] ?? 0;
      const to = (c * height + y) * width;
      for (let k = 0; k < weights.length; k++) {
        const weight = weights[k] ?? 0;
        const from = (c * raster.height + first + k) * width;
        for (let x = 0; x < width; x++) data[to + x] = (data[to + x] ?? 0) + weight * (narrow[from + x] ?? 0);
      }
    }
  }
  return { width, height, data };
}
