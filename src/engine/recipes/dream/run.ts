/**
 * DeepDream: a photo in which a network's layers find more and more of what they know (Deep Learning Cookbook 12.3).
 */
import { type EngineContext, featuresOf } from "../../evaluate.js";
import type { CutOut } from "../../images/codec.js";
import { areaOf, intersected, mixed } from "../../images/masks.js";
import { type Random, random, type SeededRandom } from "../../images/random.js";
import { addRasters, CHANNELS, fitInside, type Raster, type Size, subtractRasters } from "../../images/raster.js";
import { extended, middle, resize } from "../../images/resample.js";
import { resizeWrapped } from "../../images/resize-wrapped.js";
import { warpAlong } from "../../images/warp.js";
import { lookLayers, resolveLayer } from "../../networks/looks.js";
import { leastSideOf, leastSideToName, type Network } from "../../networks/network.js";
import { channels as channelsObjective } from "../../objectives/channels.js";
import { dream as dreamLoss, type LayerWeights } from "../../objectives/dream.js";
import { guide, placesOf } from "../../objectives/guide.js";
import { type Objective, sum } from "../../objectives/objective.js";
import { takeSteps } from "../../optimize/steps.js";
import { meanAbsoluteDescent, momentumDescent } from "../../optimize/update.js";
import type { Runtime, Tensors } from "../../runtimes/runtime.js";
import { cascade, compose, masked, randomShift, shift, shiftAnywhere, type Transform } from "../../transforms/see.js";
import { channelsOf, parseChannels } from "../channel-terms.js";
import { FINISHED, furtherSizes, octaveSizes } from "../common-options.js";
import { descendOctaves, type Schedule } from "../descend-octaves.js";
import { finishedAt } from "../finished.js";
import { parseLayerWeights } from "../layer-weights.js";
import { noise } from "../noise.js";
import { type Frame, type FrameBefore, type Pictures, type RecipeContext, RecipeError } from "../recipe.js";
import { floatsOf, type Savable, type SavedState } from "../saved-state.js";
import { lossOf, tileOptions } from "../tiled-loss.js";
import { atSizes, findMask, type MaskAt } from "../where/find-mask.js";
import { MASK } from "../where/syntax.js";
import { type DreamParams, PLAIN_CHANGE } from "./definition.js";
import { deepest, type Into, intoOf } from "./into.js";
import { sightings } from "./sightings.js";

/**
 * Change of one octave at strength 1, as a sum of mean absolute steps, in grey levels of 0..255: less than without
 * momentum, where some steps undo what others did.
 *
 * Departure from the book: the steps of an octave share this amount, so that more steps refine a dream rather than
 * deepen it, and `strength` alone says how deep it goes.
 */
const CHANGE = 13.5;
/** What a step's direction counts against the next one's: a dream as deep in four fifths of the steps. */
const MOMENTUM = 0.5;

/**
 * Dreams a picture, or noise when there is none.
 *
 * For each octave, from small to large: the photo at that size plus the detail dreamt so far; steps of gradient ascent
 * on the mean square of the chosen layers (or on channels, or on likeness to a picture `guide`), each at a random
 * shift. Carrying the detail, not the picture, is the book's re-injection of lost detail: the photo's own detail is
 * always whole. Large pictures are worked on in tiles. With `where`, the gradient is masked at every octave, and what
 * is shown is the photo beyond the mask, to the last digit.
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
  const isInto = (params.into ?? params.away) !== undefined;
  const into = isInto ? intoOf(params, engine, pictures.image === undefined) : undefined;
  const objective = await dreamObjective(params, pictures, network, context, into);
  const tiles = tileOptions(params.tile, network, objective.layers, context);
  const next = random(params.seed);
  const started = await startingImage(params, pictures, next, into);
  const least = into ? leastSideToName(network) : leastSideOf(network, objective.layers);
  const source = extended(started, least);
  const isPart = (params.where ?? pictures[MASK] ?? started.cutOut) !== undefined;
  const maskAt = isPart ? await findMask(params, started, pictures, context, least) : undefined;
  const photo = context.before ? begun(context.before, source, maskAt, least) : source;
  const freshAt = context.before && freshPlaces(context.before, least);
  const done = into || context.before ? undefined : pictures[FINISHED];
  const finished = done && (await finishedAt(done, started, photo));
  const further = finished && furtherSizes(finished, photo, params.octaveScale);
  const sizes =
    into?.sizes(photo, least) ??
    further ??
    octaveSizes(photo.width, photo.height, params.octaves, params.octaveScale, least);
  const saved = resume && savedDetail(resume, sizes);
  if (saved) next.state = saved.random ?? next.state;
  let detail = saved?.detail ?? (finished && subtractRasters(finished, resize(photo, finished.width, finished.height)));
  let base = photo;
  // The book has no momentum; what goes on may be for print, where its memory would take as much as two pictures more.
  const plain = params.preset === "book" || further !== undefined;
  const smoothing = smoothingOf(params, engine.programs.runtime);
  const enlarged = into?.wraps ? resizeWrapped : resize;
  const schedule: Schedule = {
    sizes,
    done: saved?.octave ?? 0,
    steps: (octave) => into?.steps(octave) ?? params.steps,
    begin(octave, size, before) {
      // From here on, another seed draws.
      if (params.detailSeed !== undefined && octave === Math.floor(sizes.length / 2))
        next.state = random(params.detailSeed).state;
      if (before) detail = subtractRasters(before, base);
      base = resize(photo, size.width, size.height);
      detail ??= into?.first(size, next);
      const image = detail ? addRasters(base, enlarged(detail, size.width, size.height)) : base;
      const loss = lossOf(engine, objective.at(size.width, size.height), size, tiles);
      const steps = schedule.steps(octave);
      const [place, fresh] = [maskAt?.(size), freshAt?.(size)];
      const mask = place && fresh ? intersected(place, fresh) : (place ?? fresh);
      // The change of an octave is a mean over the picture: less of it is left for a part.
      const strength = params.strength * (mask ? areaOf(mask) : 1);
      const update =
        into?.update(octave, size, strength) ??
        (plain
          ? meanAbsoluteDescent((strength * PLAIN_CHANGE) / params.steps)
          : momentumDescent(size, (strength * CHANGE) / params.steps, MOMENTUM));
      const conditioned = into?.conditioned(size);
      const seen = (step: number): Transform => {
        const shifted = drawShift(params.jitter ?? into?.jitter(size), size, next);
        if (conditioned) return compose(conditioned, shifted);
        const smoothed = smoothing(size, step);
        return smoothed ? compose(shifted, smoothed) : shifted;
      };
      const view = (step: number) => {
        const transform = seen(step);
        return { loss, transform: mask ? compose(masked(mask), transform) : transform };
      };
      const taken = takeSteps({ engine, images: [image], steps, update, view }, context.signal);
      return into?.core(taken, octave, base) ?? taken;
    },
    show: (image) => middle(maskAt ? mixed(base, image, maskAt(image)) : image, started),
    savable: (image, { octave, last }) => (last ? detailSavable(octave, image, base, next) : undefined),
  };
  for await (const frame of descendOctaves(schedule, context)) {
    const last = frame.kind === "octave" && frame.octave === frame.octaves;
    yield into && last
      ? { ...frame, seen: await sightings(pictures.image && started, frame.image, engine, context) }
      : frame;
  }
}

/** Of a film's detail, what is kept from one frame to the next, and what is dreamt into it: it grows no deeper. */
const [KEPT, RENEWED] = [0.88, 0.16];

/** A frame of a film with the detail of the one before, where that is to be believed. */
function begun(before: FrameBefore, source: Raster, maskAt: MaskAt | undefined, least: number): Raster {
  // A sharper kernel would sharpen the finest lines from frame to frame, until they are a weave.
  const detail = warpAlong(subtractRasters(before.result, before.source), before.flow, { kernel: "linear" });
  const data = detail.data.map((v, i) => KEPT * (before.sure.data[i] ?? 0) * v);
  const carried = extended({ ...detail, data }, least);
  return addRasters(source, maskAt ? intersected(maskAt(source), carried) : carried);
}

/** Where a frame of a film is dreamt in as if it were the first one, and where it only goes on. */
function freshPlaces({ sure }: FrameBefore, least: number): MaskAt {
  return atSizes(extended({ ...sure, data: sure.data.map((v) => 1 - (1 - RENEWED) * v) }, least));
}

/** @param jitter the largest shift, in pixels; anywhere when left out */
function drawShift(jitter: number | undefined, size: Size, next: Random): Transform {
  return shift(jitter === undefined ? shiftAnywhere(next, size) : randomShift(next, jitter));
}

/** How a step's gradient is smoothed: coarser as the octave goes on, details first, then only what holds together. */
export function smoothingOf(
  { smoothing, steps }: Pick<DreamParams, "smoothing" | "steps">,
  { plansForShapes = false }: Pick<Runtime, "plansForShapes">,
): (size: Size, step: number) => Transform | undefined {
  // 0.5 -> 2 pixels.
  const sigma = (step: number): number => smoothing * (0.5 + 1.5 * (step / steps));
  return (size, step) =>
    smoothing === 0 ? undefined : cascade(sigma(step), size, plansForShapes ? sigma(steps) : sigma(step));
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

/** A photo at its size, or what a dream without one begins with. */
async function startingImage(
  { size }: Pick<DreamParams, "size">,
  { image, [FINISHED]: finished }: Pictures,
  next: Random,
  into: Into | undefined,
): Promise<Raster & { readonly cutOut?: CutOut }> {
  // What began with noise goes on from what it has become.
  if (!image && finished) return startingImage({ size }, { image: finished }, next, into);
  if (!image) return (into?.ground ?? noise)(size, Math.round(size * 0.75), next);
  const { width, height } = fitInside(image.width, image.height, size);
  const decoded = await image.decode(size);
  return Object.assign(resize(decoded, width, height), decoded.cutOut && { cutOut: decoded.cutOut });
}

interface DreamObjective {
  readonly layers: readonly string[];
  /** The objective for an octave of this size, in pixels. */
  at(width: number, height: number): Objective;
}

/** Longer side at which a guide is looked at, in pixels. */
const GUIDE_SIDE = 448;
/** The most likenesses of places held at once, as floats: 64 MB. */
const LIKENESSES = 16_000_000;
const [FEWEST_PLACES, MOST_PLACES] = [64, 1024];
/** Rows and columns of features that the book leaves out at the border, and how many there must be. */
const [BOOK_BORDER, ROOM] = [2, 6];
/** Weight of layers, channels or a guide beside a word. */
const ASIDE = 0.05;
/** Wakes channels that see nothing in the photo. */
const LEAK = 0.05;

/**
 * @throws RecipeError, NetworkError for a layer, look or channel that does not exist, or for wishes that exclude one
 * another
 */
async function dreamObjective(
  params: DreamParams,
  pictures: Pictures,
  network: Network,
  context: RecipeContext,
  into: Into | undefined,
): Promise<DreamObjective> {
  if (!into) return plainObjective(params, pictures, network, context);
  const { look, layers, channels, layer } = params;
  const also = [look, layers, channels, layer, pictures.guide].some((wish) => wish !== undefined);
  if (!also) return { layers: deepest(network), at: () => into.objective };
  const other = await plainObjective(params, pictures, network, context);
  return {
    layers: [...new Set([...other.layers, ...deepest(network)])],
    at: (width, height) =>
      sum([
        [into.objective, 1],
        [other.at(width, height), ASIDE],
      ]),
  };
}

async function plainObjective(
  params: DreamParams,
  pictures: Pictures,
  network: Network,
  context: RecipeContext,
): Promise<DreamObjective> {
  if (params.channels !== undefined) {
    if (pictures.guide) throw new RecipeError("dream.channels-or-guide");
    const home = params.layer ?? Object.keys(layersOf(params, network))[0];
    const terms = parseChannels(params.channels, network, home);
    const objective = channelsObjective([terms], channelsOf(network), params.preset === "book" ? 0 : LEAK);
    return { layers: [...new Set(terms.map((term) => term.layer))], at: () => objective };
  }
  const weights = layersOf(params, network);
  const layers = Object.keys(weights);
  if (pictures.guide) {
    const features = await guideFeatures(pictures.guide, layers, { programs: context.programs, network });
    return { layers, at: (width, height) => guideAt(width * height, weights, features, network) };
  }
  const coarsest = Math.max(...layers.map((name) => resolveLayer(network, name).stride));
  const spare = Math.max(ROOM * coarsest, leastSideOf(network, layers) + 2 * BOOK_BORDER * coarsest);
  // Shifted anywhere, an image has no border that stays in one place; small octaves have no rows to spare either.
  const border = (width: number, height: number): number =>
    params.preset === "book" && Math.min(width, height) >= spare ? BOOK_BORDER : 0;
  return { layers, at: (width, height) => dreamLoss(weights, border(width, height)) };
}

function layersOf({ layers, look, layer }: DreamParams, network: Network): LayerWeights {
  const weights =
    layers !== undefined ? parseLayerWeights(layers) : layer !== undefined ? { [layer]: 1 } : lookLayers(network, look);
  return Object.fromEntries(
    Object.entries(weights).map(([name, weight]) => [resolveLayer(network, name).name, weight]),
  );
}

async function guideFeatures(
  picture: NonNullable<Pictures["guide"]>,
  layers: readonly string[],
  engine: EngineContext,
): Promise<Tensors> {
  const image = await picture.decode(Math.min(GUIDE_SIDE, Math.max(picture.width, picture.height)));
  return featuresOf(engine, layers, extended(image, leastSideOf(engine.network, layers)));
}

/** The larger the dream, the fewer places of the guide: their products stay in bounds. */
function guideAt(pixels: number, weights: LayerWeights, features: Tensors, network: Network): Objective {
  const targets = Object.entries(weights).map(([layer, weight]) => {
    const map = features[layer];
    if (!map) throw new Error(`no features of ${layer}`);
    const places = pixels / resolveLayer(network, layer).stride ** 2;
    const most = Math.min(MOST_PLACES, Math.max(FEWEST_PLACES, Math.floor(LIKENESSES / places)));
    return { layer, weight, places: placesOf(map, most) };
  });
  return guide(targets);
}
