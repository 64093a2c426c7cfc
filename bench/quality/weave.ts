/**
 * The weave: fine lines along a picture's axes, which some networks' paintings have and their styles do not.
 */
import type { Raster } from "../../src/engine/images/raster.js";

export interface Weave {
  /** Power at frequencies along the axes over power along the diagonals; 1 is isotropic. */
  readonly ratio: number;
  /** Mean power of all frequencies of the band. */
  readonly power: number;
}

/** Of periods of 2 to 2.5 pixels, in cycles a pixel. */
const BAND = { low: 0.4, high: 0.5 };
/** How far a frequency may be from an axis or a diagonal, in degrees. */
const REACH = 10;

/** Of an image's light and dark under a Hann window. */
export function weaveOf(image: Raster): Weave {
  const { width, height } = image;
  const power = spectrum(windowed(image), width, height);
  const [along, across, all] = [mean(), mean(), mean()];
  for (let v = 0; v < height; v++) {
    for (let u = 0; u < width; u++) {
      const [fx, fy] = [Math.min(u, width - u) / width, Math.min(v, height - v) / height];
      const frequency = Math.hypot(fx, fy);
      if (frequency < BAND.low || frequency > BAND.high) continue;
      const angle = (Math.atan2(fy, fx) * 180) / Math.PI;
      const value = power[v * width + u] ?? 0;
      all.add(value);
      if (Math.min(angle, 90 - angle) < REACH) along.add(value);
      if (Math.abs(angle - 45) < REACH) across.add(value);
    }
  }
  return { ratio: along.value() / across.value(), power: all.value() };
}

function mean() {
  let [sum, count] = [0, 0];
  return {
    add(value: number): void {
      sum += value;
      count++;
    },
    value: () => sum / count,
  };
}

function windowed({ width, height, data }: Raster): Float64Array {
  const pixels = width * height;
  const [r, g, b] = [data.subarray(0, pixels), data.subarray(pixels, 2 * pixels), data.subarray(2 * pixels)];
  const light = Float64Array.from(r, (v, i) => 0.299 * v + 0.587 * (g[i] ?? 0) + 0.114 * (b[i] ?? 0));
  const average = light.reduce((sum, v) => sum + v, 0) / pixels;
  const hann = (i: number, length: number): number => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (length - 1));
  return light.map((v, i) => (v - average) * hann(i % width, width) * hann(Math.floor(i / width), height));
}

/** |DFT|^2 over the pixels, row by row; by definition and not by the fast algorithm, which sizes like 177 lack. */
function spectrum(real: Float64Array, width: number, height: number): Float64Array {
  const rows = transform({ real, imaginary: new Float64Array(real.length) }, width, height, 1, width);
  const { real: a, imaginary: b } = transform(rows, height, width, width, 1);
  return a.map((v, i) => (v * v + (b[i] ?? 0) ** 2) / real.length);
}

interface Complex {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/** The DFT of each of `lines` lines of `length` values that are `step` apart, the lines `stride` apart. */
function transform({ real, imaginary }: Complex, length: number, lines: number, step: number, stride: number): Complex {
  const out = { real: new Float64Array(real.length), imaginary: new Float64Array(real.length) };
  const turn = Array.from({ length }, (_, i) => (2 * Math.PI * i) / length);
  const [cosines, sines] = [turn.map(Math.cos), turn.map(Math.sin)];
  for (let line = 0; line < lines; line++) {
    for (let k = 0; k < length; k++) {
      let [a, b] = [0, 0];
      for (let n = 0; n < length; n++) {
        const at = line * stride + n * step;
        const [x, y, c, s] = [
          real[at] ?? 0,
          imaginary[at] ?? 0,
          cosines[(k * n) % length] ?? 0,
          sines[(k * n) % length] ?? 0,
        ];
        a += x * c + y * s;
        b += y * c - x * s;
      }
      out.real[line * stride + k * step] = a;
      out.imaginary[line * stride + k * step] = b;
    }
  }
  return out;
}
