/**
 * Texture: a surface without a scene, made from the style of a picture alone (Deep Learning Cookbook 12.4 and 12.5).
 */

import type { EngineContext } from "../../evaluate.js";
import { colourBasis, paletteOf } from "../../images/palette.js";
import { type Random, random, randomInteger, type SeededRandom } from "../../images/random.js";
import { CHANNELS, emptyRaster, type Raster, type Size } from "../../images/raster.js";
import { extended, extendedSize, middle } from "../../images/resample.js";
import { resizeWrapped } from "../../images/resize-wrapped.js";
import { presetsOf } from "../../networks/looks.js";
import { leastSideOf, leastSideToName, type Network, noClasses } from "../../networks/network.js";
import { classes } from "../../objectives/classes.js";
import { type Objective, sum } from "../../objectives/objective.js";
import { totalVariation } from "../../objectives/total-variation.js";
import { shiftAnywhere } from "../../transforms/see.js";
import { paintingScales } from "../common-options.js";
import { deepest, weightsOf } from "../dream/into.js";
import { sightings } from "../dream/sightings.js";
import { noise } from "../noise.js";
import { bookTexture } from "../painting/book.js";
import { measureOf, VARIATION } from "../painting/measure.js";
import { paintingLoss, tilePixels } from "../painting/objective.js";
import { stepLength } from "../painting/options.js";
import { type Painting, paint, paintWithLbfgs } from "../painting/painter.js";
import { type StyleMeasure, sizedFor, targetsByScale } from "../painting/targets.js";
import { type Frames, type PictureInput, type Pictures, type RecipeContext, RecipeError } from "../recipe.js";
import { lossOf, tileOptions } from "../tiled-loss.js";
import { SMALLEST_TEXTURE, type TextureParams, textureSize, textureSteps } from "./definition.js";
import { textureOfWords } from "./of-words.js";

/** Largest roll of a texture that need not be tileable, in pixels: the strides of most layers. */
const SHIFT = 16;

/** A texture has no photo to lose: long steps. */
const RATE = 1;

/** Weight of words beside a style. Chosen by looking. */
const LEANING = 0.02;

/**
 * Blotches of this many pixels' width begin a texture: single pixels would be lost when the first scale shrinks them.
 */
const BLOTCH = 8;

/** Colours of a picture in random places: what has the right palette needs to find only the forms. */
function scattered(motif: Raster, width: number, height: number, next: Random): Raster {
  const blotches = emptyRaster(Math.max(2, Math.round(width / BLOTCH)), Math.max(2, Math.round(height / BLOTCH)));
  const [count, pixels] = [blotches.width * blotches.height, motif.width * motif.height];
  for (let i = 0; i < count; i++) {
    const from = randomInteger(next, 0, pixels - 1);
    for (let c = 0; c < CHANNELS; c++) blotches.data[c * count + i] = motif.data[c * pixels + from] ?? 0;
  }
  return resizeWrapped(blotches, width, height);
}

/**
 * Makes a texture from a picture (role `style`, else `image`).
 *
 * Each step looks at the canvas rolled by another random offset: no grid of strides shows, no border is ever in one
 * place. Tileable: the offset is anywhere, so that opposite sides meet inside what the network sees.
 */
export async function* texture(params: TextureParams, pictures: Pictures, context: RecipeContext): Frames {
  const source = pictures.style ?? pictures.image;
  const network = await context.network(params.network);
  const words = wordsOf(params, network);
  if (!source && !words) noSource();
  if (params.preset === "book" && words) throw new RecipeError("texture.book-words");
  if (params.preset === "book" && params.tileable) throw new RecipeError("texture.book-tileable");
  const measure = { ...measureOf(network, params), means: params.means };
  const least = Math.max(
    source ? leastSideOf(network, Object.keys(measure.layers), { pooling: measure.pooling }) : 0,
    words ? leastSideToName(network) : 0,
  );
  const size = textureSize(params);
  if (params.tileable && Math.min(size.width, size.height) < least)
    throw new RecipeError("texture.too-small", { network: network.id, least });
  const canvas = extendedSize(size, least);
  const weave: Weave = {
    params,
    engine: { programs: context.programs, network },
    measure,
    words,
    least,
    size: canvas,
    scales: paintingScales(canvas.width, canvas.height, SMALLEST_TEXTURE, least),
    pixels: tilePixels(context, network, measure, words ? deepest(network) : []),
    next: random(params.seed),
    finish: (image) => middle(image, size),
  };
  const frames = source ? ofStyle(weave, source, context) : ofWords(weave, words ?? noSource(), context);
  yield* words ? withSightings(frames, weave.engine, context) : frames;
}

function noSource(): never {
  throw new RecipeError("texture.no-source");
}

/** What a texture is made with, from a picture or not. */
interface Weave {
  readonly params: TextureParams;
  readonly engine: EngineContext;
  readonly measure: StyleMeasure;
  readonly words: Objective | undefined;
  readonly least: number;
  readonly size: Size;
  readonly scales: readonly Size[];
  /** See {@link tilePixels}. */
  readonly pixels: number;
  readonly next: SeededRandom;
  finish(image: Raster): Raster;
}

/** @throws NetworkError where the network names nothing, RecipeError for words that mean nothing */
function wordsOf(params: TextureParams, network: Network): Objective | undefined {
  if (params.into === undefined && params.away === undefined) return undefined;
  const count = network.classes ?? noClasses(network.id);
  return classes(weightsOf(params, count), count);
}

function ofWords({ params, engine, scales, next, finish }: Weave, words: Objective, context: RecipeContext): Frames {
  const tiles = tileOptions(undefined, engine.network, deepest(engine.network), context);
  const smooth = VARIATION * params.smooth;
  const objective = (size: Size): Objective => {
    if (smooth === 0) return words;
    // A mean over what is worked on at once, as the score of a class is.
    const pixels = Math.min(size.width * size.height, tiles.pixels);
    return sum([
      [words, 1],
      [totalVariation(1 / pixels), smooth],
    ]);
  };
  return textureOfWords(
    {
      engine,
      sizes: scales,
      random: next,
      steps: (scale) => textureSteps(params, scale),
      loss: (size) => lossOf(engine, objective(size), size, tiles),
      finish,
    },
    context,
  );
}

async function* ofStyle(weave: Weave, source: PictureInput, context: RecipeContext): Frames {
  const { params, engine, measure, words, least, scales, pixels, next, finish } = weave;
  const { width, height } = weave.size;
  const motif = await source.decode(Math.ceil(Math.max(width, height) * params.styleScale));
  const motifAt = (scale: Size) => [{ weight: 1, raster: extended(sizedFor(scale, params.styleScale, motif), least) }];
  if (params.preset === "book") {
    const loss = async (scale: Size) => {
      const objective = await bookTexture({ ...engine, measure, styles: motifAt(scale), smooth: params.smooth });
      return { objective, options: { pooling: measure.pooling } };
    };
    const start = noise(width, height, next, 255);
    yield* paintWithLbfgs({ engine, start, scales, steps: () => params.steps, random: next, loss, finish }, context);
    return;
  }
  const targetsAt = targetsByScale(engine, measure, motifAt, pixels);
  const painting: Painting = {
    engine,
    start: scattered(motif, width, height, next),
    scales,
    wraps: params.tileable,
    rate: Math.max(RATE, presetsOf(engine.network).style.rate) * stepLength(params),
    basis: colourBasis(paletteOf(motif)),
    steps: (scale) => textureSteps(params, scale),
    random: next,
    finish,
    shifts: (scale) => {
      const within = params.tileable ? scale : { width: SHIFT, height: SHIFT };
      return Array.from({ length: textureSteps(params, 0) }, () => shiftAnywhere(next, within));
    },
    loss: async (scale) =>
      paintingLoss(
        engine,
        {
          styles: [{ targets: await targetsAt(scale) }],
          measure,
          words: words && { objective: words, weight: LEANING },
          variation: VARIATION * params.smooth,
        },
        scale,
        pixels,
      ),
  };
  yield* paint(painting, context);
}

/** The last frame says what networks see in the texture. */
async function* withSightings(frames: Frames, engine: EngineContext, context: RecipeContext): Frames {
  for await (const frame of frames) {
    const last = frame.kind === "octave" && frame.octave === frame.octaves;
    yield last ? { ...frame, seen: await sightings(undefined, frame.image, engine, context) } : frame;
  }
}
