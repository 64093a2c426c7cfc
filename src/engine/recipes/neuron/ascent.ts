/** Gradient ascent from noise: what the recipes that show neurons share. */
import { batchOf, type EngineContext, evaluate } from "../../evaluate.js";
import { gaussianBlur } from "../../images/blur.js";
import type { Random } from "../../images/random.js";
import type { Raster } from "../../images/raster.js";
import type { Objective } from "../../objectives/objective.js";
import type { Descent } from "../../optimize/descend.js";
import { rmsDescent } from "../../optimize/optimiser.js";
import { equalise, naturalColours } from "../../optimize/pyramid.js";
import { randomRotateScale, rotateScale } from "../../transforms/rotate-scale.js";
import { compose, precondition, randomShift, shift, type Transform } from "../../transforms/transform.js";
import { clouds } from "../noise.js";

export interface AscentOptions {
  /** Root mean square of a step, in grey levels of 0..255. */
  readonly step: number;
  /** Standard deviation of the Gaussian that smooths the gradient, in pixels; 0 leaves it as it is. */
  readonly blur: number;
  /** "pyramid" gives coarse and fine structure the same say (see {@link equalise}). */
  readonly gradient: "plain" | "pyramid";
  /** "natural" keeps to the colours of photos (see {@link naturalColours}). */
  readonly colours: "plain" | "natural";
  /** Largest random shift of each step, in pixels. */
  readonly jitter: number;
  /** Largest random rotation of each step, in degrees. */
  readonly turn: number;
  /** Largest random change of scale of each step, as a share. */
  readonly wobble: number;
}

/** The book's epsilon of rms(g). */
const EPSILON = 1e-5;
/** Weight of a band of the pyramid against the next finer one. */
const SLOPE = 1.35;
const LEVELS = 5;

/**
 * How images ascend towards channels, in one batch. Each has its own source of random numbers: in a batch or alone, it
 * becomes the same.
 * @param randoms one for each image
 */
export function neuronAscent(
  { programs, network }: EngineContext,
  objective: Objective,
  randoms: readonly Random[],
  options: AscentOptions,
): Pick<Descent, "optimiser" | "view"> {
  const plain = options.gradient === "plain";
  const optimiser = rmsDescent({
    rate: options.step,
    epsilon: plain ? EPSILON : 0,
    clamp: !plain,
    // A neuron that sees nothing yet gives no direction: other noise may wake it.
    instead: ({ width, height }, n) => {
      const noise = clouds(width, height, randoms[n] ?? Math.random, 1);
      return { width, height, data: noise.data.map((v) => 128 - v) };
    },
  });
  const loss = (images: readonly Raster[]) => evaluate(programs, network, objective, batchOf(images));
  return { optimiser, view: () => ({ loss, transforms: randoms.map((next) => drawTransform(next, options)) }) };
}

/** A step's shift, rotation and scale, and the preconditioners of its gradient. */
function drawTransform(next: Random, options: AscentOptions): Transform {
  const { jitter, turn, wobble } = options;
  const drawn = [precondition((gradient) => preconditioned(gradient, options))];
  if (jitter > 0) drawn.push(shift(randomShift(next, jitter)));
  if (turn > 0 || wobble > 0) drawn.push(rotateScale(randomRotateScale(next, turn, wobble)));
  return compose(...drawn);
}

function preconditioned(gradient: Raster, { blur, gradient: kind, colours }: AscentOptions): Raster {
  let direction = blur > 0 ? gaussianBlur(gradient, blur, "wrap") : gradient;
  if (kind === "pyramid") direction = equalise(direction, LEVELS, SLOPE);
  return colours === "natural" ? naturalColours(direction) : direction;
}
