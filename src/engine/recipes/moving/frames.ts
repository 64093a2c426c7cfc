/** A recipe on each frame of the picture to work on. */
import { chosenFrames, type Excerpt, readExcerpt } from "../../../shared/moving.js";
import type { FilmFormat } from "../../images/film.js";
import { fitInside } from "../../images/raster.js";
import { resize } from "../../images/resample.js";
import { FILM_BYTES } from "../common-options.js";
import { framesOf, isMorph, variationsOf } from "../outcome.js";
import { type Frames, type Pictures, type RecipeContext, RecipeError } from "../recipe.js";
import { laterParams } from "./options.js";
import { moving } from "./run.js";

const EVERY_FRAME: Excerpt = { still: false, every: 1 };

/**
 * A film of the picture to work on where it has frames; else what the recipe makes of it.
 * @throws RecipeError for what makes a film or a sheet of one picture
 */
export async function* movingFrames<P extends Readonly<Record<string, unknown>>>(
  params: P,
  pictures: Pictures,
  run: (params: P, pictures: Pictures, context: RecipeContext) => Frames,
  context: RecipeContext,
): Frames {
  const film = await pictures.image?.moving?.();
  if (!film) return yield* run(params, pictures, context);
  if (isMorph(params) || variationsOf(params) > 1 || Number(params.sweep ?? 0) > 0)
    throw new RecipeError("moving.or-other");
  const excerpt = readExcerpt(String(params.moving ?? "all")) ?? EVERY_FRAME;
  const { places, delays } = chosenFrames(film, excerpt);
  const count = framesOf(params);
  const { format = "webp", maxBytes = FILM_BYTES, size, steps } = params;
  // A part of a film has no end that its beginning follows.
  const whole = excerpt.seconds === undefined && places.length <= count;
  const input = {
    width: film.width,
    height: film.height,
    delays: delays.slice(0, count),
    loops: film.loops,
    closes: film.loops && whole,
    decode: (side: number) => film.decode({ places: places.slice(0, count) }, side, context.signal),
    ...(film.soundOf && { soundOf: film.soundOf }),
  };
  const options = {
    side: Number(size),
    format: format as FilmFormat,
    maxBytes: Number(maxBytes),
    run(source: Parameters<typeof resize>[0], within: RecipeContext) {
      const { width, height } = source;
      const decode = async (side: number) => {
        const { width: across, height: down } = fitInside(width, height, side);
        return resize(source, across, down);
      };
      const used = within.before ? { ...params, ...laterParams({ steps: Number(steps) }) } : params;
      return run(used, { ...pictures, image: { width, height, decode } }, within);
    },
  };
  return yield* moving(input, options, context);
}
