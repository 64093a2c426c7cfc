/** One step of gradient ascent from noise: what the recipes that show neurons share. */
import { evaluate, toTensor } from "../../evaluate.js";
import { gaussianBlur } from "../../images/blur.js";
import { type Random, randomInteger } from "../../images/random.js";
import { CHANNELS, clampRaster, type Raster, roll } from "../../images/raster.js";
import { type Move, warp } from "../../images/warp.js";
import type { Network } from "../../networks/network.js";
import type { Objective } from "../../objectives/objective.js";
import { equalise, naturalColours } from "../../optimize/pyramid.js";
import type { Tensor } from "../../runtimes/runtime.js";
import { clouds } from "../noise.js";
import type { RecipeContext } from "../recipe.js";

/** How to climb. */
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
  /** Largest random turn of each step, in degrees, and zoom, as a share: what survives them is large and whole. */
  readonly turn: number;
  readonly wobble: number;
}

/** A picture on its way up, with its own source of chance: in a batch or alone, it becomes the same. */
export interface Ascent {
  image: Raster;
  readonly next: Random;
}

/** Keeps a gradient of almost nothing from becoming noise. Book: the epsilon of rms(g). */
const EPSILON = 1e-5;
/** Weight of a band of the pyramid against the next finer one. */
const SLOPE = 1.35;
const LEVELS = 5;

/**
 * Moves every picture one step against the objective's loss, in one batch.
 * @param climbers pictures of one size
 * @returns the loss before the step, summed over the batch
 */
export async function ascendSteps(
  { programs, signal }: RecipeContext,
  network: Network,
  objective: Objective,
  climbers: readonly Ascent[],
  manner: AscentOptions,
): Promise<number> {
  signal.throwIfAborted();
  const seen = climbers.map(({ image, next }) => look(image, manner, next));
  const { loss, gradient } = await evaluate(programs, network, objective, batchOf(seen.map((s) => s.image)));
  const size = gradient.length / climbers.length;
  for (const [n, climber] of climbers.entries()) {
    const from = gradient.subarray(n * size, (n + 1) * size);
    const uphill = { ...climber.image, data: from.map((g) => -g) };
    const direction = seen[n]?.back(uphill) ?? uphill;
    climber.image = stepped(climber, smoothed(direction, manner), manner);
  }
  return loss;
}

/** Pictures of one size as a tensor [N, 3, H, W]. */
export function batchOf(images: readonly Raster[]): Tensor {
  const [first] = images;
  if (!first) throw new RangeError("a batch needs a picture");
  if (images.length === 1) return toTensor(first);
  const data = new Float32Array(images.length * first.data.length);
  for (const [n, image] of images.entries()) data.set(image.data, n * first.data.length);
  return { data, shape: [images.length, CHANNELS, first.height, first.width] };
}

/** What the network is shown of a picture this time, and the way back for the gradient. */
function look(
  image: Raster,
  { jitter, turn, wobble }: AscentOptions,
  next: Random,
): { image: Raster; back(gradient: Raster): Raster } {
  const [dx, dy] = jitter > 0 ? [randomInteger(next, -jitter, jitter), randomInteger(next, -jitter, jitter)] : [0, 0];
  const shifted = jitter > 0 ? roll(image, dx, dy) : image;
  const unshift = (gradient: Raster): Raster => (jitter > 0 ? roll(gradient, -dx, -dy) : gradient);
  if (turn === 0 && wobble === 0) return { image: shifted, back: unshift };
  const degrees = turn * (2 * next() - 1);
  const zoom = 1 + wobble * (2 * next() - 1);
  const moved = (raster: Raster, move: Move): Raster => warp(raster, move, { kernel: "linear", border: "wrap" });
  // Turning back is the adjoint up to a factor, which the step's normalisation takes away.
  return {
    image: moved(shifted, { degrees, zoom }),
    back: (g) => unshift(moved(g, { degrees: -degrees, zoom: 1 / zoom })),
  };
}

function smoothed(gradient: Raster, { blur, gradient: kind, colours }: AscentOptions): Raster {
  let direction = blur > 0 ? gaussianBlur(gradient, blur, "wrap") : gradient;
  if (kind === "pyramid") direction = equalise(direction, LEVELS, SLOPE);
  return colours === "natural" ? naturalColours(direction) : direction;
}

function stepped({ image, next }: Ascent, { data }: Raster, { step, gradient }: AscentOptions): Raster {
  let sum = 0;
  for (const v of data) sum += v * v;
  const rms = Math.sqrt(sum / data.length);
  // A neuron that sees nothing yet gives no direction: other noise may wake it.
  const way = rms === 0 ? clouds(image.width, image.height, next, 1).data.map((v) => v - 128) : data;
  const scale = step / (rms === 0 ? 1 : rms + (gradient === "plain" ? EPSILON : 0));
  const moved = { ...image, data: image.data.map((v, i) => v + scale * (way[i] ?? 0)) };
  if (gradient !== "plain") clampRaster(moved);
  return moved;
}
