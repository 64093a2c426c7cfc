/** Laplacian pyramids: a gradient's coarse structure gets as much say as its finest. */
import { CHANNELS, type Raster, rootMeanSquare, subtractRasters } from "../images/raster.js";
import { resize } from "../images/resample.js";

/** The smallest side, in pixels, that is still halved. */
const SMALLEST = 8;

/**
 * A gradient with its bands of frequency brought to one strength each, and summed again.
 *
 * Gradients are strongest in the finest pattern that a network can see. Stepping along the bands alike lets large
 * shapes grow at once with small ones, which is what makes neurons look like things rather than like noise. Source: the
 * Laplacian pyramid normalisation of the DeepDream tutorial (Mordvintsev 2015).
 * @param levels how many times it is halved, where the image is large enough
 * @param slope strength of a band against the next finer one; 1 is all alike, more favours large shapes
 */
export function equalise(gradient: Raster, levels = 4, slope = 1): Raster {
  const bands: Raster[] = [];
  let rest = gradient;
  for (let level = 0; level < levels && Math.min(rest.width, rest.height) >= 2 * SMALLEST; level++) {
    const small = resize(rest, Math.ceil(rest.width / 2), Math.ceil(rest.height / 2));
    bands.push(subtractRasters(rest, resize(small, rest.width, rest.height)));
    rest = small;
  }
  let sum = scaled(rest, slope ** bands.length);
  for (let level = bands.length - 1; level >= 0; level--) {
    const band = bands[level];
    if (!band) continue;
    sum = resize(sum, band.width, band.height);
    const factor = strength(band, slope ** level);
    for (let i = 0; i < sum.data.length; i++) sum.data[i] = (sum.data[i] ?? 0) + factor * (band.data[i] ?? 0);
  }
  return sum;
}

/** What a band is multiplied by to have a given root mean square. */
function strength({ data }: Raster, wanted: number): number {
  const rms = rootMeanSquare(data);
  return rms > 0 ? wanted / rms : 0;
}

function scaled(raster: Raster, wanted: number): Raster {
  const factor = strength(raster, wanted);
  return { ...raster, data: raster.data.map((v) => v * factor) };
}

/**
 * How red, green and blue go together in photos: the square root of their covariance over ImageNet, scaled to a norm of
 * 1. Source: lucid (Olah, Mordvintsev and Schubert, "Feature Visualization", 2017).
 */
const ROOT: readonly (readonly number[])[] = [
  [0.56282854, 0.19482527, 0.0432945],
  [0.5844758, 0.0, -0.10823626],
  [0.5844758, -0.19482527, 0.06494176],
];

/** ROOT * ROOT^T: ascent on decorrelated colours, seen from red, green and blue. */
const COVARIANCE = ROOT.map((a) => ROOT.map((b) => a.reduce((sum, v, i) => sum + v * (b[i] ?? 0), 0)));

/** A gradient turned towards the colours that photos have, so that neurons don't end in neon. */
export function naturalColours({ width, height, data }: Raster): Raster {
  const plane = width * height;
  const out = new Float32Array(data.length);
  for (let c = 0; c < CHANNELS; c++) {
    const [r = 0, g = 0, b = 0] = COVARIANCE[c] ?? [];
    for (let i = 0; i < plane; i++)
      out[c * plane + i] = r * (data[i] ?? 0) + g * (data[plane + i] ?? 0) + b * (data[2 * plane + i] ?? 0);
  }
  return { width, height, data: out };
}
