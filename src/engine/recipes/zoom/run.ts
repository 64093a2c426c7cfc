/**
 * Zoom: a film that falls into a picture for ever, while new patterns unfold (Deep Learning Cookbook 12.2 and its movie
 * script).
 */
import type { EngineContext } from "../../evaluate.js";
import { encodeFilm, needFfmpeg, needRoom } from "../../images/animation.js";
import type { CutOut } from "../../images/codec.js";
import { steadied } from "../../images/display.js";
import { FrameStore } from "../../images/frame-store.js";
import { random, type SeededRandom } from "../../images/random.js";
import { CHANNELS, type Raster, type Size } from "../../images/raster.js";
import { cropRaster, extendedSize, middle, resize } from "../../images/resample.js";
import { warp } from "../../images/warp.js";
import { leastSideOf, leastSideToName, type Network, noClasses } from "../../networks/network.js";
import { type ChannelTerm, channels as channelsObjective } from "../../objectives/channels.js";
import { classes as classesObjective } from "../../objectives/classes.js";
import { type Objective, sum } from "../../objectives/objective.js";
import { takeSteps } from "../../optimize/steps.js";
import { channelsOf } from "../channel-terms.js";
import { descendOctaves, type Schedule } from "../descend-octaves.js";
import { weightsOf } from "../dream/into.js";
import { sightings } from "../dream/sightings.js";
import { neuronAscent } from "../neuron/ascent.js";
import { ascentOptionsOf, shown } from "../neuron/ascent-options.js";
import { clouds, startingNoise } from "../noise.js";
import { type Frame, type Frames, type Pictures, type RecipeContext, RecipeError } from "../recipe.js";
import { bytesOf, floatsOf, type SavedState } from "../saved-state.js";
import { blended, type Mix, mixes, neuronsAt, wordMixes } from "./cross-fade.js";
import { filmSize, overlapOf, type ZoomParams } from "./definition.js";
import { type Part, type PartOfFrame, partOf, within } from "./part.js";

/** Growth of the first frame: octaves and steps of each. */
const BEGIN = { octaves: 4, scale: 1.5, steps: 10, smallest: 48 } as const;

/**
 * Films an endless zoom. Each frame is the one before it, zoomed and turned about its centre by fractions of a pixel,
 * and a few steps towards the neurons of that moment. From noise, the first frame is grown through octaves (frames of
 * kind "octave"); the film's own frames are of kind "film", and stream as they are made.
 * @returns the film, encoded
 * @throws RecipeError, NetworkError, FilmError
 */
export async function* zoom(params: ZoomParams, pictures: Pictures, context: RecipeContext): Frames {
  const { frames, framesPerSecond, format, maxBytes } = params;
  const { width, height } = filmSize(params, pictures);
  // Says at once what would otherwise fail when all the work is done.
  if (format === "mp4") await needFfmpeg();
  else needRoom(width, height, params.loop === "bounce" ? 2 * frames : frames);
  const network = await context.network(params.network);
  const next = random(params.seed);
  const list = listOf(params, network, next);
  const overlap = overlapOf(params);
  const size = { width, height };
  const least = leastOf(list.flat(), network);
  const canvas = extendedSize(size, least);
  const saved = context.resume && savedFilm(context.resume, { size, canvas, overlap, last: frames + overlap });
  const picture = await begin(params, pictures, canvas, next);
  const cover = (each: Raster): Raster => covered(each, canvas.width, canvas.height);
  const part = await partOf(params, picture, cover, pictures, context);
  const image = saved?.image ?? cover(picture);
  const { programs } = context;
  const opening = saved?.opening ?? [];
  const film: FilmInProgress = { programs, network, params, list, least, size, next, part, image, overlap, opening };
  if (saved) next.state = saved.random;
  else if (!pictures.image) yield* grow(film, context);
  const store = await FrameStore.open(width, height);
  try {
    for (const frame of saved?.frames ?? []) await store.appendBytes(frame);
    for (let f = saved?.next ?? 0; f < frames + overlap; f++) {
      const frame = await filmFrame(film, f, store, context.signal);
      if (frame) yield f === frames + overlap - 1 ? await withSightings(frame, film, context) : frame;
    }
    if (params.loop === "bounce") for (let f = frames - 2; f > 0; f--) await store.appendBytes(await store.read(f));
    return await encodeFilm(store, { framesPerSecond, maxBytes, format, signal: context.signal });
  } finally {
    await store.dispose();
  }
}

/** The last frame of a film of words says what networks see in it. */
async function withSightings(frame: Frame, film: FilmInProgress, context: RecipeContext): Promise<Frame> {
  const { into, away } = film.params;
  if (into === undefined && away === undefined) return frame;
  return { ...frame, seen: await sightings(undefined, frame.image, film, context) };
}

/**
 * What the film shows in turn: neurons or things, pushed away from others throughout.
 * @throws RecipeError for neurons and things together, NetworkError for words in a network that names nothing
 */
function listOf(params: ZoomParams, network: Network, next: () => number): Mix[] {
  const { into, away, channels } = params;
  if (into === undefined && away === undefined) return mixes(params, network, next);
  if (into !== undefined && channels !== undefined) throw new RecipeError("zoom.into-or-channels");
  const count = network.classes ?? noClasses(network.id);
  const list = into === undefined ? mixes(params, network, next) : wordMixes(into, count);
  const pushed = [...weightsOf({ into: undefined, away }, count)].map(([place, weight]) => ({ place, weight }));
  return list.map((mix) => [...mix, ...pushed]);
}

const isChannel = (part: Mix[number]): part is ChannelTerm => "layer" in part;

function leastOf(parts: Mix, network: Network): number {
  const layers = [...new Set(parts.filter(isChannel).map(({ layer }) => layer))];
  const named = parts.some((part) => !isChannel(part));
  return Math.max(layers.length > 0 ? leastSideOf(network, layers) : 0, named ? leastSideToName(network) : 0);
}

function objectiveOf(mix: Mix, { network, params }: Pick<FilmInProgress, "network" | "params">): Objective {
  const channels = mix.filter(isChannel);
  const weights = new Map<number, number>();
  for (const part of mix) if (!isChannel(part)) weights.set(part.place, (weights.get(part.place) ?? 0) + part.weight);
  const neurons = channelsObjective([channels], channelsOf(network), params.leak);
  if (weights.size === 0) return neurons;
  const things = classesObjective(weights, network.classes ?? noClasses(network.id));
  if (channels.length === 0) return things;
  return sum([
    [neurons, 1],
    [things, 1],
  ]);
}

/** A film while it is made. */
interface FilmInProgress extends EngineContext {
  readonly params: ZoomParams;
  /** The neurons or things that it shows in turn. */
  readonly list: readonly Mix[];
  /** The smallest side at which their layers see something, in pixels. */
  readonly least: number;
  /** Of the film; the image that is optimised may be larger. */
  readonly size: Size;
  readonly next: SeededRandom;
  /** Where the film happens; everywhere when left out. */
  readonly part: Part | undefined;
  /** The newest frame, as it is optimised. */
  image: Raster;
  /** Frames of its end that fade into its beginning. */
  readonly overlap: number;
  /** The frames before its beginning, into which its end fades. */
  readonly opening: Raster[];
}

/** Makes frame `f` and stores it; undefined for one of the opening, which is not part of the film. */
async function filmFrame(
  film: FilmInProgress,
  f: number,
  store: FrameStore,
  signal: AbortSignal,
): Promise<Frame | undefined> {
  const { params, overlap, opening, next } = film;
  const { frames, fade, steps } = params;
  const part = film.part?.at(f);
  if (f > 0) film.image = within(moved(film), part);
  const terms = neuronsAt(film.list, f, { frames, fade, loop: params.loop === "fade" });
  const loss = await ascend(film, terms, part, signal);
  let image = visible(film, part);
  if (f < overlap) {
    opening.push(image);
    return undefined;
  }
  // The film begins after the opening, and ends by fading into it: its first frame follows the last one.
  const start = opening[f - frames];
  if (f >= frames && start) image = blended(image, start, (f - frames + 1) / (overlap + 1));
  await store.append(image);
  return {
    kind: "film",
    octave: store.count,
    octaves: frames,
    step: steps,
    steps,
    progress: (f + 1) / (frames + overlap),
    image,
    lossStart: loss.start,
    lossEnd: loss.end,
    savable: {
      bytes: (store.count + 4 * (1 + overlap)) * CHANNELS * image.width * image.height,
      save: () => filmState(f + 1, film.image, next.state, opening, store),
    },
  };
}

function visible({ image, params, size }: FilmInProgress, part: PartOfFrame | undefined): Raster {
  return within(shown(middle(image, size), params.display), part);
}

/** A film goes on after the frames that it has. */
async function filmState(
  next: number,
  { data }: Raster,
  place: number,
  opening: readonly Raster[],
  store: FrameStore,
): Promise<SavedState> {
  const arrays: Record<string, Float32Array | Uint8Array> = { image: data };
  for (const [i, frame] of opening.entries()) arrays[`opening${i}`] = frame.data;
  for (let i = 0; i < store.count; i++) arrays[`frame${i}`] = await store.read(i);
  return { octave: store.count, numbers: { next, random: place }, arrays };
}

interface SavedFilm {
  readonly next: number;
  readonly random: number;
  readonly image: Raster;
  readonly opening: Raster[];
  readonly frames: readonly Uint8Array[];
}

function savedFilm(
  state: SavedState,
  { size, canvas, overlap, last }: { size: Size; canvas: Size; overlap: number; last: number },
): SavedFilm | undefined {
  const length = CHANNELS * size.width * size.height;
  const { next, random: place } = state.numbers;
  const data = floatsOf(state, "image", CHANNELS * canvas.width * canvas.height);
  if (!data || place === undefined || next === undefined || next >= last) return undefined;
  const opening = Array.from({ length: overlap }, (_, i) => floatsOf(state, `opening${i}`, length));
  const frames = Array.from({ length: state.octave }, (_, i) => bytesOf(state, `frame${i}`, length));
  const raster = (data: Float32Array): Raster => ({ ...size, data });
  const openings = opening.flatMap((pixels) => (pixels ? [raster(pixels)] : []));
  const kept = frames.flatMap((frame) => frame ?? []);
  if (openings.length !== overlap || kept.length !== state.octave) return undefined;
  return { next, random: place, image: { ...canvas, data }, opening: openings, frames: kept };
}

async function begin(
  { gradient }: ZoomParams,
  { image }: Pictures,
  { width, height }: Size,
  next: () => number,
): Promise<Raster & { readonly cutOut?: CutOut }> {
  if (!image) return startingNoise(gradient, width, height, next);
  // Covers the film's frame; what hangs over is cut off evenly, also where the sizes are odd.
  const scale = Math.max(width / image.width, height / image.height);
  return image.decode(Math.max(1, Math.round(Math.max(image.width, image.height) * scale)));
}

/** The middle of a picture, resized to cover width x height. */
export function covered(picture: Raster, width: number, height: number): Raster {
  const scale = Math.max(width / picture.width, height / picture.height);
  const full = resize(
    picture,
    Math.max(width, Math.round(picture.width * scale)),
    Math.max(height, Math.round(picture.height * scale)),
  );
  return cropRaster(full, {
    x: Math.floor((full.width - width) / 2),
    y: Math.floor((full.height - height) / 2),
    width,
    height,
  });
}

/** Grows the first frame from noise through octaves, so that the film begins with something to see. */
async function* grow(film: FilmInProgress, context: RecipeContext): Frames {
  const { params, image, list, least, next } = film;
  if (params.steps === 0) return;
  const [first] = list;
  if (!first) throw new RecipeError("zoom.no-neuron");
  const objective = objectiveOf(first, film);
  const options = { ...ascentOptionsOf(params, 0), step: 2 * params.step };
  const { octaves, scale, steps, smallest } = BEGIN;
  const schedule: Schedule = {
    sizes: Array.from({ length: octaves }, (_, i) => scale ** (i + 1 - octaves))
      .map((s) => ({ width: Math.round(image.width * s), height: Math.round(image.height * s) }))
      .filter((size, i) => i === octaves - 1 || Math.min(size.width, size.height) >= Math.max(smallest, least)),
    steps: () => steps,
    begin(_octave, size, before = image) {
      const ascent = neuronAscent(film, objective, [next], options, size, film.part?.sized(size).mask);
      return takeSteps({ ...ascent, images: [resize(before, size.width, size.height)], steps }, context.signal);
    },
    show(grown) {
      film.image = grown;
      return visible(film, film.part?.sized(grown));
    },
  };
  for await (const frame of descendOctaves(schedule, context))
    if (frame.kind === "octave") yield { ...frame, progress: 0 };
}

/** The next frame before its steps: zoomed and rotated, with fresh noise. */
function moved({ image, next, params }: FilmInProgress): Raster {
  const { zoom, rotate, noise, gradient } = params;
  let result = warp(image, { zoom: 1 + zoom, degrees: rotate });
  if (noise > 0) {
    const fresh = clouds(image.width, image.height, next, noise);
    result = { ...result, data: result.data.map((v, i) => v + (fresh.data[i] ?? 128) - 128) };
  }
  return gradient === "plain" ? result : steadied(result);
}

/** Takes a frame's steps towards its neurons. */
async function ascend(
  film: FilmInProgress,
  terms: Mix,
  part: PartOfFrame | undefined,
  signal: AbortSignal,
): Promise<{ start: number; end: number }> {
  signal.throwIfAborted();
  const { params, next, image } = film;
  const objective = objectiveOf(terms, film);
  const ascent = neuronAscent(film, objective, [next], ascentOptionsOf(params, 0), image, part?.mask);
  const loss = { start: Number.NaN, end: Number.NaN };
  for await (const step of takeSteps({ ...ascent, images: [image], steps: params.steps }, signal)) {
    if (step.step === 1) loss.start = step.loss;
    loss.end = step.loss;
    if (step.step === params.steps) [film.image = image] = await step.images();
  }
  return loss;
}
