/**
 * DeepDream: a photo in which a network's layers find more and more of what they know (Deep Learning Cookbook 12.3).
 */
import { type EngineContext, evaluateTiles, worksOf } from "../../evaluate.js";
import { extended, middle } from "../../images/crop.js";
import { type Random, random, type SeededRandom } from "../../images/random.js";
import { addRasters, CHANNELS, fitInside, type Raster, type Size, subtractRasters } from "../../images/raster.js";
import { resize } from "../../images/resample.js";
import { bytesPerPixel } from "../../memory.js";
import { leastSideOf, type Network } from "../../networks/network.js";
import { resolveLayer } from "../../networks/resolve-layer.js";
import type { Objective } from "../../objectives/objective.js";
import { octaveSizes } from "../../optimize/scales.js";
import { cascade } from "../../optimize/smooth.js";
import { type Loss, takeSteps } from "../../optimize/steps.js";
import { meanAbsoluteDescent } from "../../optimize/update.js";
import { compose, randomShift, shift, shiftAnywhere, type Transform } from "../../transforms/see.js";
import { descendOctaves, type Schedule } from "../descend-octaves.js";
import { noise } from "../noise.js";
import type { Frame, Pictures, RecipeContext } from "../recipe.js";
import { floatsOf, type Savable, type SavedState } from "../saved-state.js";
import type { DreamParams } from "./definition.js";
import { dreamObjective } from "./objective.js";

/**
 * Change of one octave at strength 1, as a sum of mean absolute steps, in grey levels of 0..255: 10 steps of 1.8.
 *
 * Departure from the book: the steps of an octave share this amount, so that more steps refine a dream rather than
 * deepen it, and `strength` alone says how deep it goes.
 */
const OCTAVE_CHANGE = 18;

/**
 * Dreams a picture, or noise when there is none.
 *
 * For each octave, from small to large: the photo at that size plus the detail dreamt so far; steps of gradient ascent
 * on the mean square of the chosen layers (or on channels, or on likeness to a picture `guide`), each at a random
 * shift. Carrying the detail, not the picture, is the book's re-injection of lost detail: the photo's own detail is
 * always whole. Large pictures are worked on in tiles.
 * @throws RecipeError, NetworkError for a layer or look that does not exist
 */
export async function* dream(
  params: DreamParams,
  pictures: Pictures,
  context: RecipeContext,
): AsyncGenerator<Frame, void, void> {
  const { programs, resume } = context;
  const network = await context.network(params.network);
  const engine = { programs, network };
  const objective = await dreamObjective(params, pictures, network, context);
  const tiles = tileOptions(params, network, objective.layers, context);
  const next = random(params.seed);
  const started = await startingImage(params, pictures, next);
  const least = leastSideOf(network, objective.layers);
  const photo = extended(started, least);
  const sizes = octaveSizes(photo.width, photo.height, params.octaves, params.octaveScale, least);
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
      const loss = lossOf(engine, objective.at(size.width, size.height), size, tiles);
      const update = meanAbsoluteDescent((params.strength * OCTAVE_CHANGE) / params.steps);
      const view = (step: number) => ({ loss, transform: drawTransform(params, size, step, next) });
      return takeSteps({ engine, images: [image], steps: params.steps, update, view }, context.signal);
    },
    show: (image) => middle(image, started),
    savable: (image, { octave, last }) => (last ? detailSavable(octave, image, base, next) : undefined),
  };
  yield* descendOctaves(schedule, context);
}

/** At once where the memory allows it. */
function lossOf(engine: EngineContext, objective: Objective, size: Size, tiles: ReturnType<typeof tileOptions>): Loss {
  if (worksOf(size, tiles).length === 1) return { objective };
  return (seen) => evaluateTiles(engine.programs, engine.network, objective, seen, tiles);
}

/** The smoothing of a step's gradient, and its shift. */
function drawTransform({ jitter, smoothing, steps }: DreamParams, size: Size, step: number, next: Random): Transform {
  const shifted = shift(jitter === undefined ? shiftAnywhere(next, size) : randomShift(next, jitter));
  if (smoothing === 0) return shifted;
  // Coarser as the octave goes on: details first, then only what holds together (0.5 -> 2 pixels).
  const sigma = smoothing * (0.5 + 1.5 * (step / steps));
  return compose(shifted, cascade(sigma, size));
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
