/**
 * Blend: a photo between styles, or a film that sweeps from one to the other and back (Deep Learning Cookbook 12.7).
 */
import { encodeFilm, needFfmpeg } from "../../images/animation.js";
import { fromInterleaved, toInterleaved } from "../../images/codec.js";
import { CHANNELS, type Raster } from "../../images/raster.js";
import { FINISHED } from "../common-options.js";
import { type Frame, type Frames, type Pictures, type RecipeContext, RecipeError } from "../recipe.js";
import { bytesOf, type SavedState } from "../saved-state.js";
import { stylize } from "../stylize/run.js";
import type { BlendParams } from "./definition.js";

type Styles = BlendParams["styles"];

/**
 * One style with a share below 1: the rest goes to the photo's own style. Who knows an opposite of the style names it
 * instead.
 */
function withRest(styles: Styles): Styles {
  const [only] = styles;
  return styles.length === 1 && only && only.weight < 1
    ? [only, { picture: "image", name: "the photo", weight: 1 - only.weight }]
    : styles;
}

/**
 * Paints a photo in a blend of styles. With `sweep` K, paints K pictures with shares of the second style from 0 to 1,
 * and returns them as a film that goes there and back.
 */
export async function* blend(params: BlendParams, pictures: Pictures, context: RecipeContext): Frames {
  const { sweep, framesPerSecond, format, maxBytes, ...given } = params;
  const painting = { ...given, styles: withRest(given.styles) };
  if (sweep === 0) {
    yield* stylize(painting, pictures, context);
    return;
  }
  if (painting.styles.some(({ where }) => where !== undefined)) throw new RecipeError("where.sweep");
  if (sweep < 2) throw new RecipeError("blend.sweep-short");
  const [first, second] = painting.styles;
  if (!first || !second || painting.styles.length !== 2) throw new RecipeError("blend.sweep-two");
  if (format === "mp4") await needFfmpeg();
  const { resume, ...rest } = context;
  const { [FINISHED]: _, ...sources } = pictures;
  const images = resume ? savedPictures(resume, sweep) : [];
  for (let i = images.length; i < sweep; i++) {
    const share = i / (sweep - 1);
    const styles = [
      { ...first, weight: 1 - share },
      { ...second, weight: share },
    ];
    let last: Frame | undefined;
    for await (const frame of stylize({ ...painting, styles }, sources, rest)) {
      last = frame;
      // Inside a sweep every picture is an octave of the whole; its own octaves are previews.
      const { savable: _, ...shown } = frame;
      if (frame.kind === "preview")
        yield { ...shown, octave: i + 1, octaves: sweep, progress: (i + frame.progress) / sweep };
    }
    if (!last) throw new Error("a painting made no picture");
    images.push(last.image);
    const bytes = images.length * last.image.data.length;
    const savable = { bytes, save: () => saved(images) };
    yield { ...last, kind: "octave", octave: i + 1, octaves: sweep, progress: (i + 1) / sweep, savable };
  }
  const back = images.slice(1, -1).reverse();
  return encodeFilm([...images, ...back], { framesPerSecond, maxBytes, format, signal: context.signal });
}

/** A sweep goes on after the pictures that it has, as they will be in the film. */
function saved(images: readonly Raster[]): SavedState {
  const [first] = images;
  const numbers = { width: first?.width ?? 0, height: first?.height ?? 0 };
  return {
    octave: images.length,
    numbers,
    arrays: Object.fromEntries(images.map((image, i) => [`picture${i}`, toInterleaved(image)])),
  };
}

function savedPictures(state: SavedState, sweep: number): Raster[] {
  const { width = 0, height = 0 } = state.numbers;
  const pictures = Array.from({ length: state.octave }, (_, i) =>
    bytesOf(state, `picture${i}`, CHANNELS * width * height),
  );
  if (state.octave >= sweep || width * height === 0) return [];
  const images = pictures.flatMap((bytes) => (bytes ? [fromInterleaved(bytes, width, height)] : []));
  return images.length === pictures.length ? images : [];
}
