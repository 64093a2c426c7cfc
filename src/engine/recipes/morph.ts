/** A morph: a job's own octaves as a short film that goes there and back, in a loop. */
import { encodeFilm, needFfmpeg } from "../images/animation.js";
import type { CutOut } from "../images/codec.js";
import type { Film, FilmFormat } from "../images/film.js";
import { fitInside, type Raster } from "../images/raster.js";
import { resize } from "../images/resample.js";
import { MORPH_FRAMES, MORPH_SIDE } from "./morph-options.js";
import type { Frame, Frames, PictureInput, RecipeContext } from "./recipe.js";

const FRAMES_PER_SECOND = 15;
/** How many frames the beginning and the end are shown for. */
const HELD = 8;
/** How much smaller an image is that one begins with where there is no other. */
const BLUR = 16;
/** The share of the work that is done when octaves that were kept are open: the rest is the film's file. */
const OPENED = 0.2;

interface MorphOptions {
  readonly format: FilmFormat;
  readonly maxBytes: number;
  /** What the octaves began with, where that is an image. */
  start?(side: number): Promise<Raster & { readonly cutOut?: CutOut }>;
  /** Its octaves, where they were kept of an earlier run: it is not run again. */
  readonly kept?: readonly PictureInput[];
}

/** A film of the ends of octaves: of those that were kept, else of a recipe's run, whose frames are passed on. */
export async function* morph(
  run: (context: RecipeContext) => Frames,
  { format, maxBytes, start, kept = [] }: MorphOptions,
  // Octaves from before a restart are gone: it starts over, and offers no state to resume from.
  { resume: _, ...context }: RecipeContext,
): AsyncGenerator<Frame, Film, void> {
  if (format === "mp4") await needFfmpeg();
  const octaves = yield* kept.length > 0 ? opened(kept, start) : painted(run(context));
  const last = octaves.at(-1);
  if (!last) throw new Error("a morph has no octave");
  const first = await start?.(Math.max(last.width, last.height));
  // What is made from noise in one octave comes into focus.
  const before = first ?? (octaves.length === 1 ? blurred(last) : undefined);
  const stills = [...(before ? [before] : []), ...octaves].map((image) => resize(image, last.width, last.height));
  const there = faded(stills);
  const back = there.slice(1, -1).reverse();
  const held = (image: Raster | undefined): Raster[] => (image ? Array<Raster>(HELD).fill(image) : []);
  const frames = [...held(there[0]), ...there, ...held(there.at(-1)), ...back];
  return encodeFilm(frames, { framesPerSecond: FRAMES_PER_SECOND, maxBytes, format, signal: context.signal });
}

async function* painted(frames: Frames): AsyncGenerator<Frame, Raster[]> {
  const octaves: Raster[] = [];
  for await (const { savable: _state, ...frame } of frames) {
    if (frame.kind === "octave") octaves.push(small(frame.image));
    yield frame;
  }
  return octaves;
}

/** Where they are transparent they lie on what the picture lies on that they began with. */
async function* opened(kept: readonly PictureInput[], start: MorphOptions["start"]): AsyncGenerator<Frame, Raster[]> {
  const side = ({ width, height }: PictureInput): number => Math.min(MORPH_SIDE, Math.max(width, height));
  const photo = await start?.(Math.max(...kept.map(side)));
  const octaves = await Promise.all(kept.map((octave) => octave.decode(side(octave), photo?.cutOut?.matte)));
  const count = octaves.length;
  const [image] = octaves.slice(-1);
  const [place, unknown] = [
    { octave: count, octaves: count, step: 1, steps: 1 },
    { lossStart: 0, lossEnd: 0 },
  ];
  if (image) yield { kind: "film", ...place, progress: OPENED, image, ...unknown };
  return octaves;
}

function blurred(image: Raster): Raster {
  return resize(image, Math.ceil(image.width / BLUR), Math.ceil(image.height / BLUR));
}

function small(image: Raster): Raster {
  const { width, height } = fitInside(image.width, image.height, MORPH_SIDE);
  return width < image.width ? resize(image, width, height) : image;
}

/** Each image fades into the next one; all of them with about {@link MORPH_FRAMES} frames. */
function faded(stills: readonly Raster[]): Raster[] {
  const steps = Math.max(1, Math.round(MORPH_FRAMES / Math.max(1, stills.length - 1)));
  return stills.flatMap((image, index) => {
    const next = stills[index + 1];
    return next ? Array.from({ length: steps }, (_, step) => mixed(image, next, step / steps)) : [image];
  });
}

function mixed(from: Raster, to: Raster, share: number): Raster {
  if (share === 0) return from;
  return { ...from, data: from.data.map((value, at) => value + share * ((to.data[at] ?? 0) - value)) };
}
