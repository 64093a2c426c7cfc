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
  geometry: Geometry,
): Float32Array {
  const [n, h, w, inputs] = from;
  const [, rows, columns, outputs] = to;
  const [kh, kw] = geometry.kernel;
  const [down, across] = geometry.strides;
  const [top, left] = geometry.pads;
  const y = new Float32Array(n * rows * columns * outputs);
  const sums = new Float64Array(outputs);
  let at = 0;
  for (let b = 0; b < n; b++) {
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        sums.fill(0);
        for (let ky = 0; ky < kh; ky++) {
          const yy = r * down - top + ky;
          if (yy < 0 || yy >= h) continue;
          for (let kx = 0; kx < kw; kx++) {
            const xx = c * across - left + kx;
            if (xx < 0 || xx >= w) continue;
            addProducts(sums, x, ((b * h + yy) * w + xx) * inputs, inputs, kernel, (ky * kw + kx) * inputs * outputs);
          }
        }
        y.set(sums, at);
        at += outputs;
      }
    }
  }
  return y;
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
  geometry: Geometry,
): Float32Array {
  const [n, rows, columns, outputs] = from;
  const [, h, w, inputs] = to;
  const [kh, kw] = geometry.kernel;
  const [down, across] = geometry.strides;
  const [top, left] = geometry.pads;
  const x = new Float32Array(n * h * w * inputs);
  const sums = new Float64Array(inputs);
  let at = 0;
  for (let b = 0; b < n; b++) {
    for (let yy = 0; yy < h; yy++) {
      for (let xx = 0; xx < w; xx++) {
        sums.fill(0);
        for (let ky = 0; ky < kh; ky++) {
          const r = (yy + top - ky) / down;
          if (r < 0 || r >= rows || !Number.isInteger(r)) continue;
          for (let kx = 0; kx < kw; kx++) {
            const c = (xx + left - kx) / across;
            if (c < 0 || c >= columns || !Number.isInteger(c)) continue;
            addProducts(
              sums,
              g,
              ((b * rows + r) * columns + c) * outputs,
              outputs,
              kernel,
              (ky * kw + kx) * outputs * inputs,
            );
          }
        }
        x.set(sums, at);
        at += inputs;
      }
    }
  }
  return x;
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
