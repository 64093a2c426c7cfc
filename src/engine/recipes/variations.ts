/** Several variations of an image as one sheet: each has a seed of its own, and all are one run. */
import { CHANNELS, emptyRaster, fitInside, type Raster, type Size } from "../images/raster.js";
import { pasteRaster, resize } from "../images/resample.js";
import type { Frame, Frames, RecipeContext } from "./recipe.js";
import { floatsOf, type SavedState, sizeOf } from "./saved-state.js";

/** The gap between two variations, as a share of a variation's longer side. */
const GAP = 1 / 64;
/** What is seen before the sheet is whole is small: its variations' longer side in pixels. */
const PREVIEW_SIDE = 256;
/** The page's own background. */
const BACKGROUND = [23, 21, 28] as const;

/**
 * Runs a recipe for one variation after the other. Each "octave" is one variation.
 * @param run makes a variation, counted from 0
 */
export async function* variations(
  count: number,
  run: (variation: number, context: RecipeContext) => Frames,
  { resume, ...context }: RecipeContext,
): AsyncGenerator<Frame, void, void> {
  const made: Raster[] = resume ? savedVariations(resume, count) : [];
  while (made.length < count) {
    let last: Frame | undefined;
    for await (const frame of run(made.length, context)) {
      last = frame;
      if (frame.progress < 1) yield preview(frame, made, count);
    }
    if (!last) throw new Error("a variation has no frame");
    made.push(last.image);
    const state = saved(made);
    yield {
      kind: "octave",
      octave: made.length,
      octaves: count,
      step: last.steps,
      steps: last.steps,
      progress: made.length / count,
      image: made.length < count ? sheetOf(made.map(small), count) : sheetOf(made, count),
      lossStart: last.lossStart,
      lossEnd: last.lossEnd,
      savable: { bytes: sizeOf(state.arrays), save: () => state },
    };
  }
}

function preview(frame: Frame, made: readonly Raster[], count: number): Frame {
  const { step, steps, progress, lossStart, lossEnd } = frame;
  const tiles = [...made, frame.image].map(small);
  const [first = frame.image] = tiles;
  // An early octave is smaller than the variations that are done.
  const image = sheetOf(
    tiles.map((tile) => resize(tile, first.width, first.height)),
    count,
  );
  const place = { octave: made.length + 1, octaves: count, step, steps };
  return { kind: "preview", ...place, progress: (made.length + progress) / count, image, lossStart, lossEnd };
}

function small(image: Raster): Raster {
  const { width, height } = fitInside(image.width, image.height, PREVIEW_SIDE);
  return width < image.width ? resize(image, width, height) : image;
}

/** Images of one size in rows, from left to right; places of those that are not there yet stay empty. */
function sheetOf(tiles: readonly Raster[], count: number): Raster {
  const [first] = tiles;
  if (!first) throw new Error("a sheet has no image");
  const { width, height, tile } = sheetPlaces(first, count);
  const sheet = emptyRaster(width, height);
  const plane = width * height;
  for (const [channel, level] of BACKGROUND.entries()) sheet.data.fill(level, channel * plane, (channel + 1) * plane);
  for (const [index, image] of tiles.entries()) pasteRaster(sheet, image, tile(index).x, tile(index).y);
  return sheet;
}

/** A sheet's size, and where on it each tile has its left upper corner, in pixels. */
function sheetPlaces({ width, height }: Size, count: number) {
  const columns = Math.ceil(Math.sqrt(count));
  const rows = Math.ceil(count / columns);
  const gap = Math.max(2, Math.round(Math.max(width, height) * GAP));
  const [right, down] = [width + gap, height + gap];
  return {
    width: columns * right - gap,
    height: rows * down - gap,
    tile: (index: number) => ({ x: (index % columns) * right, y: Math.floor(index / columns) * down }),
  };
}

function saved(made: readonly Raster[]): SavedState {
  const [{ width, height } = { width: 0, height: 0 }] = made;
  const arrays = Object.fromEntries(made.map(({ data }, index) => [`variation${index}`, data]));
  return { octave: made.length, numbers: { width, height }, arrays };
}

function savedVariations(state: SavedState, count: number): Raster[] {
  const { octave, numbers } = state;
  const { width = 0, height = 0 } = numbers;
  const made: Raster[] = [];
  // The last one is always made: its frame is the result.
  for (let index = 0; index < Math.min(octave, count - 1); index++) {
    const data = floatsOf(state, `variation${index}`, CHANNELS * width * height);
    if (!data) return made;
    made.push({ width, height, data });
  }
  return made;
}
