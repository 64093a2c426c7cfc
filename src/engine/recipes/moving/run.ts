/** Moving pictures: a recipe for one frame after the other, each beginning with what the one before has become. */
import { encodeFilm, needFfmpeg, needRoom } from "../../images/animation.js";
import { fromInterleaved, toInterleaved } from "../../images/codec.js";
import type { FilmFormat } from "../../images/film.js";
import { FrameStore } from "../../images/frame-store.js";
import { maskFrom } from "../../images/masks.js";
import { believed, opticalFlow } from "../../images/optical-flow.js";
import { CHANNELS, fitInside, type Raster } from "../../images/raster.js";
import {
  type Frame,
  type FrameBefore,
  type FrameMasks,
  type Frames,
  type RecipeContext,
  RecipeError,
} from "../recipe.js";
import { bytesOf, floatsOf, type SavedState } from "../saved-state.js";
import { openingOf } from "./options.js";

/** A film to work on. */
interface MovingInput {
  readonly width: number;
  readonly height: number;
  /** How long each of its frames is shown, in milliseconds. */
  readonly delays: readonly number[];
  /** Whether it begins again at its end, and whether its beginning then follows its end. */
  readonly loops: boolean;
  readonly closes: boolean;
  /** A film whose sound the result has, where its format has any. */
  readonly soundOf?: Uint8Array;
  /** Its frames, at a longer side in pixels. */
  decode(side: number): Promise<(index: number) => Raster>;
}

interface MovingOptions {
  /** Longer side of the result in pixels. */
  readonly side: number;
  readonly format: FilmFormat;
  readonly maxBytes: number;
  /** Runs the recipe for one frame. */
  run(source: Raster, context: RecipeContext): Frames;
}

/**
 * Works on each frame of a film. The result of the one before is moved to where its things are now, and is what the
 * frame begins with, as far as it can be believed (Ruder, Dosovitskiy and Brox 2016). Where a film loops, some frames
 * of its end run before its beginning, and its end fades into them: its first frame follows the last one.
 * @returns the film, with the timing of the one it was made from
 */
export async function* moving(input: MovingInput, options: MovingOptions, context: RecipeContext): Frames {
  const { side, format, maxBytes, run } = options;
  const { delays, loops, closes, soundOf } = input;
  const { resume, ...within } = context;
  const { signal } = context;
  const count = delays.length;
  const { width, height } = fitInside(input.width, input.height, side);
  // Says at once what would otherwise fail when all the work is done.
  if (format === "mp4") await needFfmpeg();
  else needRoom(width, height, count);
  const sourceAt = await input.decode(side);
  const opening = closes ? openingOf(count) : 0;
  const film: FilmInProgress = { width, height, count, opening, openings: [], done: 0 };
  const saved = resume && savedFilm(resume, film);
  const store = await FrameStore.open(width, height);
  try {
    for (const frame of saved ?? []) await store.appendBytes(frame);
    for (; film.done < count + opening; film.done++) {
      const place = (film.done - opening + count) % count;
      const source = sourceAt(place);
      const before = film.last && frameBefore(film.last, source);
      const masks: FrameMasks = { before: film.last?.masks ?? new Map(), found: new Map() };
      const last = yield* oneFrame(film, run(source, { ...within, masks, ...(before && { before }) }), source);
      film.last = { source, result: last.image, masks: masks.found };
      yield await filmFrame(film, last, store);
    }
    return await encodeFilm(store, { delays, loops, maxBytes, format, signal, ...(soundOf && { soundOf }) });
  } finally {
    await store.dispose();
  }
}

interface FilmInProgress {
  readonly width: number;
  readonly height: number;
  /** Frames of the film, and those before its beginning. */
  readonly count: number;
  readonly opening: number;
  /** Frames before its beginning, as bytes. */
  readonly openings: Uint8Array[];
  /** Frames made so far, with those before the beginning. */
  done: number;
  last?: LastFrame;
}

interface LastFrame {
  readonly source: Raster;
  readonly result: Raster;
  readonly masks: ReadonlyMap<string, Raster>;
}

/** The frame before, and where its things are in this one. */
function frameBefore({ source: earlier, result }: LastFrame, source: Raster): FrameBefore {
  const forth = opticalFlow(earlier, source);
  const back = opticalFlow(source, earlier);
  return { source: earlier, result, flow: forth, sure: believed(earlier, source, forth, back) };
}

/** What a frame has nothing of, when the first one has had it: it stays as it is. */
const ABSENT: ReadonlySet<string> = new Set(
  ["not-seen", "empty", "no-colour", "transparent", "outside", "no-rest"].map((what) => `where.${what}`),
);

async function* oneFrame(film: FilmInProgress, run: Frames, source: Raster): AsyncGenerator<Frame, Frame, void> {
  let last: Frame | undefined;
  try {
    for await (const frame of run) {
      last = frame;
      if (frame.kind === "preview") yield previewOf(film, frame);
    }
  } catch (error) {
    if (!film.last || !(error instanceof RecipeError) || !ABSENT.has(error.identifier)) throw error;
    const place = { octave: 1, octaves: 1, step: 0, steps: 0, progress: 1 };
    last = { kind: "octave", ...place, image: source, lossStart: 0, lossEnd: 0 };
  }
  if (!last) throw new Error("a frame has made no picture");
  return last;
}

/** Inside a film every frame is one part of the whole; its own octaves are previews. */
function previewOf({ count, opening, done }: FilmInProgress, { savable: _, seen: __, ...frame }: Frame): Frame {
  const octave = Math.max(1, done - opening + 1);
  return { ...frame, octave, octaves: count, progress: (done + frame.progress) / (count + opening) };
}

async function filmFrame(film: FilmInProgress, last: Frame, store: FrameStore): Promise<Frame> {
  const { count, opening, openings, done, width, height } = film;
  const { savable: _, ...made } = last;
  const place = done - opening;
  const progress = (done + 1) / (count + opening);
  let image = last.image;
  if (place < 0) openings.push(toInterleaved(image));
  else {
    const ahead = openings[place - (count - opening)];
    // The film begins after the opening, and ends by fading into it.
    if (ahead)
      image = faded(image, fromInterleaved(ahead, width, height), (place - (count - opening) + 1) / (opening + 1));
    await store.append(image);
  }
  const kind = place < 0 ? "preview" : "film";
  const lastBytes = Float32Array.BYTES_PER_ELEMENT * (2 * CHANNELS + (film.last?.masks.size ?? 0));
  const savable = {
    bytes: ((store.count + openings.length) * CHANNELS + lastBytes) * width * height,
    save: () => filmState(film, store),
  };
  return { ...made, kind, octave: Math.max(1, place + 1), octaves: count, progress, image, savable };
}

function faded(from: Raster, to: Raster, share: number): Raster {
  return { ...from, data: from.data.map((value, at) => value + share * ((to.data[at] ?? 0) - value)) };
}

/** A film goes on after the frames that it has. */
async function filmState({ last, openings, done }: FilmInProgress, store: FrameStore): Promise<SavedState> {
  const arrays: Record<string, Float32Array | Uint8Array> = {};
  if (last) Object.assign(arrays, { source: last.source.data, result: last.result.data });
  // The three planes of a mask are equal.
  for (const [word, { data }] of last?.masks ?? []) arrays[MASK_OF + word] = data.slice(0, data.length / CHANNELS);
  for (const [i, frame] of openings.entries()) arrays[`opening${i}`] = frame;
  for (let i = 0; i < store.count; i++) arrays[`frame${i}`] = await store.read(i);
  return { octave: store.count, numbers: { done: done + 1 }, arrays };
}

/** Takes up a film where a state has it; its frames so far. Undefined where the state does not fit. */
function savedFilm(state: SavedState, film: FilmInProgress): readonly Uint8Array[] | undefined {
  const { width, height, count, opening } = film;
  const length = CHANNELS * width * height;
  const { done } = state.numbers;
  const [source, result] = [floatsOf(state, "source", length), floatsOf(state, "result", length)];
  if (done === undefined || done < 1 || done >= count + opening || !source || !result) return undefined;
  const named = (name: string, wanted: number): Uint8Array[] =>
    Array.from({ length: wanted }, (_, i) => bytesOf(state, `${name}${i}`, length)).flatMap((frame) => frame ?? []);
  const [openings, frames] = [named("opening", Math.min(done, opening)), named("frame", state.octave)];
  if (openings.length !== Math.min(done, opening) || frames.length !== Math.max(0, done - opening)) return undefined;
  film.openings.push(...openings);
  film.done = done;
  film.last = {
    source: { width, height, data: source },
    result: { width, height, data: result },
    masks: savedMasks(state, width, height),
  };
  return frames;
}

/** Before what was looked for, in the names of a state's arrays. */
const MASK_OF = "mask of ";

function savedMasks(state: SavedState, width: number, height: number): ReadonlyMap<string, Raster> {
  const names = Object.keys(state.arrays).filter((name) => name.startsWith(MASK_OF));
  return new Map(
    names.flatMap((name) => {
      const plane = floatsOf(state, name, width * height);
      const mask = plane && maskFrom(width, height, (x, y) => plane[y * width + x] ?? 0);
      return mask ? [[name.slice(MASK_OF.length), mask] as const] : [];
    }),
  );
}
