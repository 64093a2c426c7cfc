/**
 * Convolution in plain JavaScript, for tfjs's CPU backend.
 *
 * tfjs's own rounds every partial sum to float32: after twenty layers that is enough to turn a ReLU whose input is all
 * but zero the other way, and the gradient with it. These sum in float64, skip the zeros of which a ReLU leaves half,
 * and need no padded copies: they take about half of tfjs's time too.
 */
import type { Pads, Pair } from "../../graph/node.js";

/** Batch, height, width, channels. */
type MapShape = readonly [number, number, number, number];

/** A kernel's height and width, and how it moves over the image. */
interface Geometry {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly pads: Pads;
}

/**
 * @param x of shape `from`, NHWC
 * @param kernel [height, width, inputs, outputs]
 * @param to the result's shape
 */
export function convolve(
  x: Float32Array,
  from: MapShape,
  kernel: Float32Array,
  to: MapShape,
  { kernel: [kh, kw], strides: [sy, sx], pads: [top, left] }: Geometry,
): Float32Array {
  const down = sources(to[1], kh, from[1], (row, k) => row * sy - top + k);
  const across = sources(to[2], kw, from[2], (column, k) => column * sx - left + k);
  return gather(x, from, kernel, to, down, across);
}

/**
 * The adjoint of {@link convolve}: spreads g back over a map.
 * @param g of shape `from`
 * @param kernel [height, width, outputs, inputs]: {@link swapChannels} makes it
 * @param to the shape of the convolution's input
 */
export function spread(
  g: Float32Array,
  from: MapShape,
  kernel: Float32Array,
  to: MapShape,
  { kernel: [kh, kw], strides: [sy, sx], pads: [top, left] }: Geometry,
): Float32Array {
  const down = sources(to[1], kh, from[1], (row, k) => (row + top - k) / sy);
  const across = sources(to[2], kw, from[2], (column, k) => (column + left - k) / sx);
  return gather(g, from, kernel, to, down, across);
}

/** For each place along an axis of the result and each of the kernel, the place of the source that it reads, or -1. */
function sources(to: number, kernel: number, from: number, of: (place: number, k: number) => number): Int32Array {
  return Int32Array.from({ length: to * kernel }, (_, i) => {
    const source = of(Math.floor(i / kernel), i % kernel);
    return Number.isInteger(source) && source >= 0 && source < from ? source : -1;
  });
}

/** Sums for each place of the result the products of the sources that it reads. */
function gather(
  x: Float32Array,
  [, h, w, inputs]: MapShape,
  kernel: Float32Array,
  [n, rows, columns, outputs]: MapShape,
  down: Int32Array,
  across: Int32Array,
): Float32Array {
  const [kh, kw] = [down.length / rows, across.length / columns];
  const result = new Float32Array(n * rows * columns * outputs);
  const sums = new Float64Array(outputs);
  let at = 0;
  for (let b = 0; b < n; b++) {
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        sums.fill(0);
        for (let ky = 0; ky < kh; ky++) {
          const y = down[r * kh + ky] as number;
          if (y < 0) continue;
          for (let kx = 0; kx < kw; kx++) {
            const place = across[c * kw + kx] as number;
            if (place < 0) continue;
            const from = ((b * h + y) * w + place) * inputs;
            addProducts(sums, x, from, inputs, kernel, (ky * kw + kx) * inputs * outputs);
          }
        }
        result.set(sums, at);
        at += outputs;
      }
    }
  }
  return result;
}

/** Adds to the sums the product of `count` numbers of x with as many rows of a kernel. */
function addProducts(
  sums: Float64Array,
  x: Float32Array,
  from: number,
  count: number,
  kernel: Float32Array,
  first: number,
): void {
  const width = sums.length;
  for (let i = 0; i < count; i++) {
    const v = x[from + i] as number;
    if (v === 0) continue;
    const row = first + i * width;
    for (let o = 0; o < width; o++) sums[o] = (sums[o] as number) + v * (kernel[row + o] as number);
  }
}

/** [height, width, inputs, outputs] -> [height, width, outputs, inputs] */
export function swapChannels(kernel: Float32Array, places: number, inputs: number, outputs: number): Float32Array {
  const swapped = new Float32Array(kernel.length);
  for (let place = 0; place < places; place++) {
    const first = place * inputs * outputs;
    for (let i = 0; i < inputs; i++)
      for (let o = 0; o < outputs; o++) swapped[first + o * inputs + i] = kernel[first + i * outputs + o] as number;
  }
  return swapped;
}
