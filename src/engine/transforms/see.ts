/**
 * Transforms: what an image must survive. Each step shows the network the image through one, and takes the gradient
 * back through it, as nodes of the step's program. Some only smooth the gradient: without that, dreams fill with the
 * finest patterns a network can see.
 *
 * The shape of every module here: parameters, random ones already drawn, -> {@link Transform}. As with an objective,
 * what differs from step to step are values, never constants.
 */
import type { Node } from "../graph/node.js";
import { abs, blur, clip, div, mul, pow, reduceMean, roll, scalar } from "../graph/ops.js";
import { type Random, randomInteger } from "../images/random.js";
import { CHANNELS, type Raster, type Size } from "../images/raster.js";
import { type ValueOf, vector } from "../objectives/objective.js";
import type { Tensor, Tensors } from "../runtimes/runtime.js";

export interface Transform {
  /** Transforms with equal structures share one compiled program. */
  readonly structure: string;
  /** The numbers that `see` and `back` ask for. */
  readonly values: Tensors;
  /** The images [N, 3, H, W] as the network sees them. */
  see(images: Node, value: ValueOf): Node;
  /** The gradient with respect to what the network sees -> the one with respect to the images, up to a factor. */
  back(gradient: Node, value: ValueOf): Node;
}

/** Values by names that begin with a prefix. */
export function under(prefix: string, values: Tensors): Tensors {
  return Object.fromEntries(Object.entries(values).map(([name, tensor]) => [prefix + name, tensor]));
}

/** Applies transforms one after the other, the first one first. */
export function compose(...transforms: readonly Transform[]): Transform {
  const named = (value: ValueOf, i: number): ValueOf => {
    return (name, shape) => value(`${i}.${name}`, shape);
  };
  return {
    structure: transforms.map(({ structure }) => structure).join(" "),
    values: Object.assign({}, ...transforms.map(({ values }, i) => under(`${i}.`, values))) as Tensors,
    see: (images, value) => transforms.reduce((seen, transform, i) => transform.see(seen, named(value, i)), images),
    back: (gradient, value) =>
      transforms.reduceRight((found, transform, i) => transform.back(found, named(value, i)), gradient),
  };
}

/** Leaves the images alone and changes the gradient on its way back: a preconditioner, such as smoothing. */
export function precondition(structure: string, values: Tensors, back: Transform["back"]): Transform {
  return { structure, values, see: (images) => images, back };
}

/** Lets an image move as far as a mask of its size says: from 0, not at all, to 1. */
export function masked({ width, height, data }: Raster): Transform {
  const values = { mask: { data, shape: [1, CHANNELS, height, width] } };
  return precondition("masked", values, (gradient, value) => mul(gradient, value("mask", [1, CHANNELS, null, null])));
}

/** In pixels, to the right and down. */
export interface Shift {
  readonly dx: number;
  readonly dy: number;
}

export function shift({ dx, dy }: Shift): Transform {
  return {
    structure: "shift",
    values: { offset: vector([dy, dx]) },
    see: (images, value) => roll(images, value("offset", [2])),
    back: (gradient, value) => roll(gradient, mul(value("offset", [2]), scalar(-1))),
  };
}

/** @param jitter the largest shift along each side, in pixels */
export function randomShift(next: Random, jitter: number): Shift {
  const dx = randomInteger(next, -jitter, jitter);
  return { dx, dy: randomInteger(next, -jitter, jitter) };
}

/** A shift to anywhere in an image of a size. */
export function shiftAnywhere(next: Random, { width, height }: Size): Shift {
  const dx = randomInteger(next, 0, width - 1);
  return { dx, dy: randomInteger(next, 0, height - 1) };
}

/**
 * Where the cascade's Gaussians are cut, in sigmas, 95 % of one: what smooths a direction need not be exact, and is
 * asked for at every step.
 */
const CASCADE_REACH = 2;
const REACH = 3;
/** A gradient that is weaker than this on average is none. */
const FAINTEST = 1e-12;

/**
 * The mean of three Gaussian blurs, with sigma / 2, sigma and 2 * sigma: fine, middle and coarse structure all stay,
 * the finest noise goes.
 *
 * Source: pytorch-deepdream's cascade of Gaussians (Aleksa Gordic, 2020). Departure: each blur continues the one before
 * it, as variances of successive blurs add.
 * @param as the sigma whose filters' length these have too, filled up with zeros: a runtime that plans for shapes plans
 * once for all that are as long
 */
export function cascade(sigma: number, size: Size, as = sigma): Transform {
  const taps = as === sigma ? 0 : Math.max(...cascadeKernels(as).map((kernel) => kernel.length));
  return smoothing(cascadeKernels(sigma), size, taps);
}

function cascadeKernels(sigma: number): Float64Array[] {
  const sigmas = [sigma / 2, sigma, 2 * sigma];
  let kernel: Float64Array = Float64Array.of(1);
  return sigmas.map((target, i) => {
    const more = Math.sqrt(target ** 2 - (sigmas[i - 1] ?? 0) ** 2);
    kernel = convolved(kernel, halfGaussian(more, CASCADE_REACH));
    return kernel;
  });
}

/** A Gaussian blur. */
export function gaussian(sigma: number, size: Size): Transform {
  return smoothing([halfGaussian(sigma, REACH)], size);
}

/**
 * Strengthens a gradient where it is strong already, seen from afar, by the square root of its strength there against
 * its mean: things grow in a few places rather than everywhere.
 * @param sigma of the Gaussian by which its strength is blurred, in pixels
 */
export function gathered(sigma: number, size: Size): Transform {
  return byStrength("gathered", 0.5, sigma, size);
}

/** The opposite of {@link gathered}: what grows is weakened where it is strong already, and fills the whole image. */
export function spread(sigma: number, size: Size): Transform {
  return byStrength("spread", -0.7, sigma, size);
}

/** Multiplies a gradient by a power of its strength, seen from afar, against its mean. */
function byStrength(structure: string, power: number, sigma: number, { width, height }: Size): Transform {
  const kernels = [halfGaussian(sigma, REACH)];
  const values = { across: bank(kernels, width, 1), down: bank(kernels, height, 1) };
  return precondition(structure, values, (gradient, value) => {
    const strength = blur(reduceMean(abs(gradient), [1]), value("across", [null, null]), value("down", [null, null]));
    const mean = clip(reduceMean(strength, [2, 3]), FAINTEST, Number.POSITIVE_INFINITY);
    return mul(gradient, pow(div(strength, mean), power));
  });
}

/** The mean of blurs by weights from the centre outwards, of images of a size that continue at their opposite sides. */
function smoothing(kernels: readonly Float64Array[], { width, height }: Size, taps = 0): Transform {
  const values = { across: bank(kernels, width, 1, taps), down: bank(kernels, height, 1 / kernels.length, taps) };
  return precondition("blur", values, (gradient, value) =>
    blur(gradient, value("across", [null, null]), value("down", [null, null])),
  );
}

/**
 * Kernels as rows of equal length, times a factor; what reaches round a line is brought back onto it.
 * @param least how many weights a row has at least, where the line has as many
 */
function bank(kernels: readonly Float64Array[], length: number, factor: number, least = 0): Tensor {
  const wrapped = kernels.map((kernel) => onCircle(kernel, length));
  const taps = Math.max(Math.min(least, Math.floor(length / 2) + 1), ...wrapped.map((kernel) => kernel.length));
  const data = new Float32Array(kernels.length * taps);
  for (const [f, kernel] of wrapped.entries())
    data.set(
      kernel.map((weight) => factor * weight),
      f * taps,
    );
  return { data, shape: [kernels.length, taps] };
}

/** Weights from the centre outwards, on a line whose end is followed by its beginning. */
function onCircle(kernel: Float64Array, length: number): Float64Array {
  const farthest = Math.floor(length / 2);
  if (kernel.length <= farthest + 1) return kernel;
  const out = new Float64Array(farthest + 1);
  for (const [distance, weight] of kernel.entries()) {
    const there = distance % length;
    const at = Math.min(there, length - there);
    // The centre is reached from both sides.
    out[at] = (out[at] ?? 0) + weight * (at === 0 && distance > 0 ? 2 : 1);
  }
  return out;
}

/** Weights of a Gaussian from the centre outwards, normalised, cut at some sigmas. */
function halfGaussian(sigma: number, reach: number): Float64Array {
  const radius = Math.max(1, Math.ceil(reach * sigma));
  const weights = Float64Array.from({ length: radius + 1 }, (_, i) => Math.exp(-(i * i) / (2 * sigma * sigma)));
  const total = weights.reduce((sum, w, i) => sum + (i === 0 ? w : 2 * w), 0);
  return weights.map((w) => w / total);
}

/** Two symmetric kernels one after the other, each given from the centre outwards. */
function convolved(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length + b.length - 1);
  for (let i = 1 - a.length; i < a.length; i++)
    for (let j = 1 - b.length; j < b.length; j++)
      if (i + j >= 0) out[i + j] = (out[i + j] ?? 0) + (a[Math.abs(i)] ?? 0) * (b[Math.abs(j)] ?? 0);
  return out;
}
