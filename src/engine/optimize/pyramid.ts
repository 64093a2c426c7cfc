/** Laplacian pyramids: a gradient's coarse structure gets as much say as its finest. */
import type { Node } from "../graph/node.js";
import {
  add,
  constant,
  conv2d,
  div,
  equal,
  matmul,
  mul,
  pow,
  reduceMean,
  scalar,
  square,
  sub,
  where,
} from "../graph/ops.js";
import { multiplied } from "../images/palette.js";
import { CHANNELS, type Raster, type Size } from "../images/raster.js";
import { resizing } from "../images/resample.js";
import { pick, type ValueOf, vector } from "../objectives/objective.js";
import type { Tensor, Tensors } from "../runtimes/runtime.js";
import { precondition, type Transform } from "../transforms/see.js";

/** The smallest side, in pixels, that is still halved. */
const SMALLEST = 8;

/** Root mean square of each image of a batch, [N, 1, 1, 1]. */
export function rootMeanSquare(images: Node): Node {
  return pow(reduceMean(square(images), [1, 2, 3]), 0.5);
}

/** Images [N, C, H, W] to be resized by the values of a name. */
export function resized(images: Node, value: ValueOf, name: string): Node {
  const across = value(`${name}.across`, [1, 1, null, null]);
  return matmul(value(`${name}.down`, [1, 1, null, null]), matmul(images, across));
}

/** The values of a name that resize images. */
export function resizeValues(name: string, from: Size, to: Size): Tensors {
  const transposed = resizing(from.width, to.width, true);
  return {
    [`${name}.across`]: matrix(transposed, from.width, to.width),
    [`${name}.down`]: matrix(resizing(from.height, to.height), to.height, from.height),
  };
}

export const matrix = (data: Float32Array, rows: number, columns: number): Tensor => ({
  data,
  shape: [1, 1, rows, columns],
});

export function halved({ width, height }: Size): Size {
  return { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
}

/**
 * Brings a gradient's bands of frequency to one strength each, and sums them again.
 *
 * Gradients are strongest in the finest pattern that a network can see. Stepping along the bands alike lets large
 * shapes grow at once with small ones, which is what makes neurons look like things rather than like noise. Source: the
 * Laplacian pyramid normalisation of the DeepDream tutorial (Mordvintsev 2015).
 * @param levels how many times it is halved, where the image is large enough
 * @param slope strength of a band against the next finer one; 1 is all alike, more favours large shapes
 */
export function equalise(size: Size, levels = 4, slope = 1): Transform {
  const values: Record<string, Tensor> = {};
  let [bands, now] = [0, size];
  for (let level = 0; level < levels; level++) {
    // Too small to be halved, it stays as it is, and its band is empty.
    const large = Math.min(now.width, now.height) >= 2 * SMALLEST;
    const small = large ? halved(now) : now;
    Object.assign(values, resizeValues(`shrink${level}`, now, small), resizeValues(`grow${level}`, small, now));
    if (large) bands++;
    now = small;
  }
  values.strengths = vector(Array.from({ length: levels + 1 }, (_, level) => slope ** Math.min(level, bands)));
  return precondition(`equalise(${levels})`, values, (gradient, value) => equalised(gradient, value, levels));
}

function equalised(gradient: Node, value: ValueOf, levels: number): Node {
  const strengths = value("strengths", [levels + 1]);
  const strengthened = (band: Node, level: number): Node => {
    const rms = rootMeanSquare(band);
    const factor = div(pick(strengths, level, levels + 1), rms);
    return mul(band, where(equal(rms, scalar(0)), scalar(0), factor));
  };
  const bands: Node[] = [];
  let rest = gradient;
  for (let level = 0; level < levels; level++) {
    const small = resized(rest, value, `shrink${level}`);
    bands.push(strengthened(sub(rest, resized(small, value, `grow${level}`)), level));
    rest = small;
  }
  return bands.reduceRight(
    (sum, band, level) => add(resized(sum, value, `grow${level}`), band),
    strengthened(rest, levels),
  );
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

/** An image turned towards the colours that photos have. */
export function naturalColours(image: Raster): Raster {
  return multiplied(image, COVARIANCE.flat());
}

/**
 * Turns a gradient towards the colours that photos have, so that neurons don't end in neon.
 * @param amount share of the turned gradient; the rest stays as it is
 */
export function towardsNaturalColours(amount = 1): Transform {
  const mixed = COVARIANCE.flat().map((v, i) => amount * v + (i % (CHANNELS + 1) === 0 ? 1 - amount : 0));
  const mix = constant(Float32Array.from(mixed), [CHANNELS, CHANNELS, 1, 1]);
  return precondition(`natural colours ${amount}`, {}, (gradient) => conv2d(gradient, mix));
}
