/** DeepDream: a photo in which a network's layers find more and more of what they know (Deep Learning Cookbook 12.3). */
import { z } from "zod";
import { evaluate } from "../evaluate.js";
import { type Random, random, randomInteger } from "../images/random.js";
import { addRasters, clampRaster, fitInside, type Raster, roll, subtractRasters } from "../images/raster.js";
import { resize } from "../images/resample.js";
import { lookLayers } from "../networks/looks.js";
import { resolveLayer } from "../networks/resolve-layer.js";
import { dream as dreamObjective } from "../objectives/dream.js";
import { octaveSizes } from "../optimize/octaves.js";
import { ascend, cascade } from "../optimize/smooth.js";
import { parseLayerWeights } from "./layer-weights.js";
import { noise } from "./noise.js";
import { previewClock } from "./preview-clock.js";
import type { Frame, Pictures, RecipeContext } from "./recipe.js";

export const DreamParams = z.strictObject({
  /** Id of a network of the catalogue, or a path. */
  network: z.string().default("resnet50"),
  /** A named choice of layers; `layers` overrides it. */
  look: z.string().optional(),
  /** `name:weight name:weight ...` */
  layers: z.string().optional(),
  /** Longer side of the result, in pixels. */
  size: z.number().int().min(32).max(8192).default(512),
  octaves: z.number().int().min(1).max(20).default(5),
  octaveScale: z.number().min(1.05).max(4).default(1.4),
  /** Steps an octave. */
  steps: z.number().int().min(1).max(500).default(20),
  /** How far the picture is changed: 1 is a clear dream, 0.5 a hint, 2 a wild one. */
  strength: z.number().min(0.01).max(20).default(1),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1),
  /**
   * Largest random shift of each step, in pixels; anywhere when left out. Without it the network's grid of strides shows, and with
   * a small one the picture's border, where layers see padding, stays less dreamt than its middle.
   */
  jitter: z.number().int().min(0).max(4096).optional(),
});
export type DreamParams = z.output<typeof DreamParams>;

/**
 * Change of one octave at strength 1, as a sum of mean absolute steps, in grey levels of 0..255: 10 steps of 1.8.
 *
 * Departure from the book: the steps of an octave share this amount, so that more steps refine a dream rather than deepen it, and
 * `strength` alone says how deep it goes.
 */
const OCTAVE_CHANGE = 18;

/**
 * Dreams a picture, or noise when there is none.
 *
 * For each octave, from small to large: the photo at that size plus the detail dreamt so far; steps of gradient ascent on the mean
 * square of the chosen layers, each at a random shift. Carrying the detail, not the picture, is the book's re-injection of lost
 * detail: the photo's own detail is always whole.
 * @throws RecipeError, NetworkError for a layer or look that does not exist
 */
export async function* dream(params: DreamParams, pictures: Pictures, context: RecipeContext): AsyncGenerator<Frame, void, void> {
  const { signal, programs } = context;
  const network = await context.network(params.network);
  const weights = params.layers === undefined ? lookLayers(network, params.look) : parseLayerWeights(params.layers);
  const named = Object.fromEntries(Object.entries(weights).map(([name, w]) => [resolveLayer(network, name).name, w]));
  // Shifted anywhere, a picture has no border that stays in one place; small octaves have no rows to spare either.
  const objective = dreamObjective(named, 0);
  const next = random(params.seed);
  const photo = await startingPicture(params, pictures, next);
  const sizes = octaveSizes(photo.width, photo.height, params.octaves, params.octaveScale);
  const total = sizes.reduce((sum, { width, height }) => sum + width * height * params.steps, 0);
  const clock = previewClock();
  let detail: Raster | undefined;
  let done = 0;
  for (const [index, { width, height }] of sizes.entries()) {
    const base = resize(photo, width, height);
    let image = detail ? addRasters(base, resize(detail, width, height)) : base;
    let [lossStart, lossEnd] = [Number.NaN, Number.NaN];
    for (let step = 1; step <= params.steps; step++) {
      signal.throwIfAborted();
      const [dx, dy] = [shift(next, width, params.jitter), shift(next, height, params.jitter)];
      const shifted = roll(image, dx, dy);
      const { loss, gradient } = await evaluate(programs, network, objective, shifted);
      if (step === 1) lossStart = loss;
      lossEnd = loss;
      // Coarser as the octave goes on: details first, then only what holds together (0.5 -> 2 pixels).
      const smoothed = cascade({ width, height, data: gradient.map((g) => -g) }, 0.5 + 1.5 * (step / params.steps));
      ascend(shifted, smoothed.data, (params.strength * OCTAVE_CHANGE) / params.steps);
      clampRaster(shifted);
      image = roll(shifted, -dx, -dy);
      done += width * height;
      const frame = {
        octave: index + 1,
        octaves: sizes.length,
        step,
        steps: params.steps,
        progress: done / total,
        image,
        lossStart,
        lossEnd,
      };
      if (step === params.steps) yield { kind: "octave", ...frame };
      else if (clock.due()) yield { kind: "preview", ...frame };
    }
    detail = subtractRasters(image, base);
  }
}

/** A random shift along a side of a length. */
function shift(next: Random, length: number, jitter: number | undefined): number {
  return jitter === undefined ? randomInteger(next, 0, length - 1) : randomInteger(next, -jitter, jitter);
}

async function startingPicture(params: DreamParams, pictures: Pictures, next: Random): Promise<Raster> {
  const { image } = pictures;
  if (!image) return noise(params.size, Math.round(params.size * 0.75), next);
  const { width, height } = fitInside(image.width, image.height, params.size);
  return resize(await image.decode(params.size), width, height);
}
