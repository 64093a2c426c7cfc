/** DeepDream: a photo in which a network's layers find more and more of what they know (Deep Learning Cookbook 12.3). */

import { z } from "zod";
import { evaluateTiles } from "../../evaluate-tiles.js";
import { type Random, random, type SeededRandom } from "../../images/random.js";
import { addRasters, CHANNELS, fitInside, type Raster, type Size, subtractRasters } from "../../images/raster.js";
import { resize } from "../../images/resample.js";
import { bytesPerPixel } from "../../memory.js";
import type { Network } from "../../networks/network.js";
import { resolveLayer } from "../../networks/resolve-layer.js";
import type { Loss } from "../../optimize/descend.js";
import { meanAbsoluteDescent } from "../../optimize/normalised-descent.js";
import { octaveSizes } from "../../optimize/octaves.js";
import { smooth } from "../../optimize/smooth.js";
import type { Programs } from "../../programs.js";
import { randomShift, shift, shiftAnywhere } from "../../transforms/shift.js";
import { compose, precondition, type Transform } from "../../transforms/transform.js";
import { descendOctaves, type Schedule } from "../descend-octaves.js";
import { noise } from "../noise.js";
import type { Frame, Pictures, RecipeContext } from "../recipe.js";
import { floatsOf, type Savable, type SavedState } from "../saved-state.js";
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
  const { programs, resume } = context;
  const network = await context.network(params.network);
  const objective = await dreamObjective(params, pictures, network, context);
  const tiles = tileOptions(params, network, objective.layers, context);
  const next = random(params.seed);
  const photo = await startingImage(params, pictures, next);
  const sizes = octaveSizes(photo.width, photo.height, params.octaves, params.octaveScale);
  const saved = resume && savedDetail(resume, sizes);
  if (saved) next.state = saved.random ?? next.state;
  let { detail } = saved ?? {};
  let base = photo;
  const schedule: Schedule = {
    sizes,
    done: saved?.octave ?? 0,
    steps: () => params.steps,
    begin(_octave, size, before) {
      if (before) detail = subtractRasters(before, base);
      base = resize(photo, size.width, size.height);
      const image = detail ? addRasters(base, resize(detail, size.width, size.height)) : base;
      const wanted = objective.at(size.width, size.height);
      const loss: Loss = ([seen = image]) => evaluateTiles(programs, network, wanted, seen, tiles);
      return {
        image,
        optimiser: meanAbsoluteDescent((params.strength * OCTAVE_CHANGE) / params.steps),
        view: (step) => ({ loss, transforms: [drawTransform(params, size, step, next, programs)] }),
      };
    },
    savable: (image, { octave, last }) => (last ? detailSavable(octave, image, base, next) : undefined),
  };
  yield* descendOctaves(schedule, context);
}

/** A step's shift, and the smoothing of its gradient. */
function drawTransform(
  { jitter, smoothing, steps }: DreamParams,
  size: Size,
  step: number,
  next: Random,
  programs: Programs,
): Transform {
  const shifted = shift(jitter === undefined ? shiftAnywhere(next, size) : randomShift(next, jitter));
  if (smoothing === 0) return shifted;
  // Coarser as the octave goes on: details first, then only what holds together (0.5 -> 2 pixels).
  const sigma = smoothing * (0.5 + 1.5 * (step / steps));
  return compose(
    shifted,
    precondition((gradient) => smooth(programs, gradient, sigma)),
  );
}

function detailSavable(octave: number, image: Raster, base: Raster, next: SeededRandom): Savable {
  return {
    bytes: base.data.byteLength,
    save: () => ({
      octave,
      numbers: { random: next.state },
      arrays: { detail: subtractRasters(image, base).data },
    }),
  };
}

/** The detail dreamt up to an octave, the last one excepted. */
function savedDetail(
  state: SavedState,
  sizes: readonly Size[],
): { octave: number; detail: Raster; random: number | undefined } | undefined {
  const { octave, numbers } = state;
  const size = octave < sizes.length ? sizes[octave - 1] : undefined;
  const data = size && floatsOf(state, "detail", CHANNELS * size.width * size.height);
  return data && { octave, detail: { ...size, data }, random: numbers.random };
}

/** How much of an image is worked on at once. */
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

async function startingImage(params: DreamParams, pictures: Pictures, next: Random): Promise<Raster> {
  const { image } = pictures;
  if (!image) return noise(params.size, Math.round(params.size * 0.75), next);
  const { width, height } = fitInside(image.width, image.height, params.size);
  return resize(await image.decode(params.size), width, height);
}
