/** DeepDream: a photo in which a network's layers find more and more of what they know (Deep Learning Cookbook 12.3). */
import { z } from "zod";
import { evaluateTiles } from "../../evaluate-tiles.js";
import { type Random, random, randomInteger } from "../../images/random.js";
import {
  addRasters,
  CHANNELS,
  clampRaster,
  fitInside,
  type Raster,
  roll,
  subtractRasters,
} from "../../images/raster.js";
import { resize } from "../../images/resample.js";
import { bytesPerPixel } from "../../memory.js";
import type { Network } from "../../networks/network.js";
import { resolveLayer } from "../../networks/resolve-layer.js";
import { type OctaveSize, octaveSizes } from "../../optimize/octaves.js";
import { ascend, smooth } from "../../optimize/smooth.js";
import { noise } from "../noise.js";
import { previewClock } from "../preview-clock.js";
import type { Frame, Pictures, RecipeContext } from "../recipe.js";
import { floatsOf, type SavedState } from "../saved-state.js";
import { withPresets } from "../with-presets.js";
import { dreamObjective } from "./objective.js";

const Schema = z.strictObject({
  preset: z.enum(["book", "studio"]).optional(),
  /** Id of a network of the catalogue, or a path. */
  network: z.string().default("resnet50"),
  /** A named choice of layers; `layers` overrides it. */
  look: z.string().optional(),
  /** `name:weight name:weight ...` */
  layers: z.string().optional(),
  /** Channels instead of whole layers: `4:1 21:-0.5` of `layer`, or `activation_30/4 activation_27/21:-0.5`. */
  channels: z.string().optional(),
  /** The layer of channels that name none; the look's first when left out. */
  layer: z.string().optional(),
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
  /** How much the gradient is smoothed against the finest patterns: 1 is 0.5 to 2 pixels, 0 not at all. */
  smoothing: z.number().min(0).max(10).default(1),
  /** Largest side of what is worked on at once, in pixels; as large as the engine's memory allows when left out. */
  tile: z.number().int().min(256).max(8192).optional(),
});

/**
 * The book's values (12.3): 20 steps of 0.1 in 5 octaves of 1.4, no shifts, no smoothing. For VGG, the look "creatures" has the book's
 * layers. The strength is what makes a step 0.1.
 */
const BOOK = {
  network: "vgg16",
  octaves: 5,
  octaveScale: 1.4,
  steps: 20,
  strength: (20 * 0.1) / 18,
  jitter: 0,
  smoothing: 0,
} as const;

export const DreamParams = withPresets(Schema, { book: BOOK, studio: {} });
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
 * square of the chosen layers (or on channels, or on likeness to a picture `guide`), each at a random shift. Carrying the detail, not
 * the picture, is the book's re-injection of lost detail: the photo's own detail is always whole. Large pictures are worked on in tiles.
 * @throws RecipeError, NetworkError for a layer or look that does not exist
 */
export async function* dream(
  params: DreamParams,
  pictures: Pictures,
  context: RecipeContext,
): AsyncGenerator<Frame, void, void> {
  const { signal, programs } = context;
  const network = await context.network(params.network);
  const goal = await dreamObjective(params, pictures, network, context);
  const tiles = tileOptions(params, network, goal.layers, context);
  const next = random(params.seed);
  const photo = await startingPicture(params, pictures, next);
  const sizes = octaveSizes(photo.width, photo.height, params.octaves, params.octaveScale);
  const total = sizes.reduce((sum, { width, height }) => sum + width * height * params.steps, 0);
  const clock = previewClock();
  let detail = context.resume && savedDetail(context.resume, sizes);
  const begun = detail && context.resume ? context.resume.octave : 0;
  if (begun > 0) next.state = context.resume?.numbers.random ?? next.state;
  let done = 0;
  for (const [index, { width, height }] of sizes.entries()) {
    if (index < begun) {
      done += width * height * params.steps;
      continue;
    }
    const objective = goal.at(width, height);
    const base = resize(photo, width, height);
    let image = detail ? addRasters(base, resize(detail, width, height)) : base;
    let [lossStart, lossEnd] = [Number.NaN, Number.NaN];
    for (let step = 1; step <= params.steps; step++) {
      signal.throwIfAborted();
      const [dx, dy] = [shift(next, width, params.jitter), shift(next, height, params.jitter)];
      const shifted = roll(image, dx, dy);
      const { loss, gradient } = await evaluateTiles(programs, network, objective, shifted, tiles);
      if (step === 1) lossStart = loss;
      lossEnd = loss;
      // Coarser as the octave goes on: details first, then only what holds together (0.5 -> 2 pixels).
      const downhill = { width, height, data: gradient };
      const smoothed =
        params.smoothing > 0
          ? await smooth(programs, downhill, params.smoothing * (0.5 + 1.5 * (step / params.steps)))
          : downhill;
      // The loss is what is minimised: up is against its gradient.
      ascend(shifted, smoothed.data, -(params.strength * OCTAVE_CHANGE) / params.steps);
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
      const saved = (): SavedState => ({
        octave: index + 1,
        numbers: { random: next.state },
        arrays: { detail: subtractRasters(image, base).data },
      });
      if (step === params.steps)
        yield { kind: "octave", ...frame, savable: { bytes: base.data.byteLength, save: saved } };
      else if (clock.due()) yield { kind: "preview", ...frame };
    }
    detail = subtractRasters(image, base);
  }
}

/** The detail dreamt up to an octave, the last one excepted. */
function savedDetail(state: SavedState, sizes: readonly OctaveSize[]): Raster | undefined {
  const size = state.octave < sizes.length ? sizes[state.octave - 1] : undefined;
  const data = size && floatsOf(state, "detail", CHANNELS * size.width * size.height);
  return data && { ...size, data };
}

/** How much of a picture is worked on at once. */
function tileOptions(
  { tile }: DreamParams,
  network: Network,
  layers: readonly string[],
  { memoryBytes, programs, signal }: RecipeContext,
) {
  const stride = Math.max(...layers.map((name) => resolveLayer(network, name).stride));
  const room =
    memoryBytes === undefined
      ? Number.POSITIVE_INFINITY
      : memoryBytes / bytesPerPixel(network, layers, { runtime: programs.runtime.name });
  return { stride, signal, pixels: tile === undefined ? room : Math.min(room, tile * tile) };
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
