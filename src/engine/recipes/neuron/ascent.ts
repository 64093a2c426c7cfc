/** Gradient ascent from noise: what the recipes that show neurons share. */
import type { EngineContext } from "../../evaluate.js";
import { areaOf } from "../../images/masks.js";
import type { Random } from "../../images/random.js";
import type { Raster, Size } from "../../images/raster.js";
import type { Objective } from "../../objectives/objective.js";
import { equalise, towardsNaturalColours } from "../../optimize/pyramid.js";
import type { Descent } from "../../optimize/steps.js";
import { rmsDescent } from "../../optimize/update.js";
import { move, randomMove } from "../../transforms/move.js";
import { compose, gaussian, masked, type Transform } from "../../transforms/see.js";
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
 * How images of a size ascend towards channels, in one batch. Each has its own source of random numbers: in a batch or
 * alone, it becomes the same.
 * @param randoms one for each image
 * @param mask where they ascend; everywhere when left out
 */
export function neuronAscent(
  { programs, network }: EngineContext,
  objective: Objective,
  randoms: readonly Random[],
  options: AscentOptions,
  size: Size,
  mask?: Raster,
): Pick<Descent, "engine" | "update" | "view"> {
  const plain = options.gradient === "plain";
  const update = rmsDescent({
    // A step is a mean over the picture: in a part it is as large as in all of it.
    rate: options.step * (mask ? Math.sqrt(areaOf(mask)) : 1),
    epsilon: plain ? EPSILON : 0,
    clamp: !plain,
    // A neuron that sees nothing yet gives no direction: other noise may wake it.
    instead: ({ width, height }, n) => {
      const noise = clouds(width, height, randoms[n] ?? Math.random, 1);
      return { width, height, data: noise.data.map((v, i) => (128 - v) * (mask?.data[i] ?? 1)) };
    },
  });
  // What is beyond the mask has no gradient whatever the others make of it: the way back ends with the first.
  const conditioned = [...(mask ? [masked(mask)] : []), ...preconditioners(options, size)];
  const { jitter, turn, wobble: scale } = options;
  const moves = jitter > 0 || turn > 0 || scale > 0;
  const view = () => {
    const drawn = moves
      ? [
          move(
            randoms.map((next) => randomMove(next, { jitter, turn, scale })),
            size,
          ),
        ]
      : [];
    return { loss: { objective }, transform: compose(...conditioned, ...drawn) };
  };
  return { engine: { programs, network }, update, view };
}

/** What is done to the gradient: smoothing first, colours last. */
function preconditioners({ blur, gradient, colours }: AscentOptions, size: Size): Transform[] {
  const first = blur > 0 ? [gaussian(blur, size)] : [];
  const bands = gradient === "pyramid" ? [equalise(size, LEVELS, SLOPE)] : [];
  const last = colours === "natural" ? [towardsNaturalColours()] : [];
  return [...last, ...bands, ...first];
}
