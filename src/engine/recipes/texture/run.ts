/**
 * Texture: a surface without a scene, made from the style of a picture alone (Deep Learning Cookbook 12.4 and 12.5).
 */

import { colourBasis, paletteOf } from "../../images/palette.js";
import { type Random, random, randomInteger } from "../../images/random.js";
import { CHANNELS, emptyRaster, type Raster, type Size } from "../../images/raster.js";
import { extended, extendedSize, middle } from "../../images/resample.js";
import { resizeWrapped } from "../../images/resize-wrapped.js";
import { presetsOf } from "../../networks/looks.js";
import { leastSideOf } from "../../networks/network.js";
import { shiftAnywhere } from "../../transforms/see.js";
import { paintingScales } from "../common-options.js";
import { noise } from "../noise.js";
import { bookTexture } from "../painting/book.js";
import { measureOf, VARIATION } from "../painting/measure.js";
import { paintingLoss, tilePixels } from "../painting/objective.js";
import { stepLength } from "../painting/options.js";
import { type Painting, paint, paintWithLbfgs } from "../painting/painter.js";
import { sizedFor, targetsByScale } from "../painting/targets.js";
import { type Frames, type Pictures, type RecipeContext, RecipeError } from "../recipe.js";
import { SMALLEST_TEXTURE, type TextureParams, textureSize, textureSteps } from "./definition.js";

/** Largest roll of a texture that need not be tileable, in pixels: the strides of most layers. */
const SHIFT = 16;

/** A texture has no photo to lose: long steps. */
const RATE = 1;

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
  if (!source) throw new RecipeError("texture.no-source");
  const network = await context.network(params.network);
  const measure = { ...measureOf(network, params), means: params.means };
  const least = leastSideOf(network, Object.keys(measure.layers), { pooling: measure.pooling });
  const size = textureSize(params);
  const { width, height } = extendedSize(size, least);
  if (params.tileable && Math.min(size.width, size.height) < least)
    throw new RecipeError("texture.too-small", { network: network.id, least });
  const motif = await source.decode(Math.ceil(Math.max(width, height) * params.styleScale));
  const motifAt = (scale: Size) => [{ weight: 1, raster: extended(sizedFor(scale, params.styleScale, motif), least) }];
  const engine = { programs: context.programs, network };
  const next = random(params.seed);
  const scales = paintingScales(width, height, SMALLEST_TEXTURE, least);
  const finish = (image: Raster): Raster => middle(image, size);
  if (params.preset === "book") {
    const loss = async (scale: Size) => {
      const objective = await bookTexture({ ...engine, measure, styles: motifAt(scale), smooth: params.smooth });
      return { objective, options: { pooling: measure.pooling } };
    };
    const start = noise(width, height, next, 255);
    yield* paintWithLbfgs({ engine, start, scales, steps: () => params.steps, random: next, loss, finish }, context);
    return;
  }
  const pixels = tilePixels(context, network, Object.keys(measure.layers), measure.pooling);
  const targetsAt = targetsByScale(engine, measure, motifAt, pixels);
  const painting: Painting = {
    engine,
    start: scattered(motif, width, height, next),
    scales,
    wraps: params.tileable,
    rate: Math.max(RATE, presetsOf(network).style.rate) * stepLength(params),
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
        { styles: [{ targets: await targetsAt(scale) }], measure, variation: VARIATION * params.smooth },
        scale,
        pixels,
      ),
  };
  yield* paint(painting, context);
}
