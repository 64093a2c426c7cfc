/** Texture: a surface without a scene, made from the style of a picture alone (Deep Learning Cookbook 12.4 and 12.5). */
import { z } from "zod";
import { type Random, random, randomInteger } from "../../images/random.js";
import { CHANNELS, emptyRaster, fitInside, type Raster } from "../../images/raster.js";
import { resize } from "../../images/resample.js";
import { resizeWrapped } from "../../images/resize-wrapped.js";
import { presetsOf } from "../../networks/looks.js";
import { paintingScales, type Scale } from "../../optimize/scales.js";
import { noise } from "../noise.js";
import { bookTexture } from "../painting/book.js";
import { prepareObjective, tilePixels, wholeObjective } from "../painting/objective.js";
import { type Painting, paint, paintWithLbfgs } from "../painting/painter.js";
import { measureOf, paintingParams, STEPS, VARIATION } from "../painting/params.js";
import { blendTargets } from "../painting/targets.js";
import { type Frames, type Pictures, type RecipeContext, RecipeError } from "../recipe.js";

export const TextureParams = z.strictObject({
  ...paintingParams,
  /** Width and height in pixels; a square of `size` when left out. */
  width: z.number().int().min(32).max(4096).optional(),
  height: z.number().int().min(32).max(4096).optional(),
  /** Left and right, top and bottom fit together. */
  tileable: z.boolean().default(false),
  /** The mean-channel variant: faster, and more regular. */
  means: z.boolean().default(false),
  /** Size of the motifs: 1 shows them as large as in a picture of the result's size. */
  styleScale: z.number().min(0.1).max(4).default(1),
});
export type TextureParams = z.output<typeof TextureParams>;

/** Largest roll of a texture that need not be tileable, in pixels: the strides of most layers. */
const SHIFT = 16;

/** A texture has no photo to lose: long steps, from small pictures. */
const RATE = 1;
const SMALLEST = 128;

/** Blotches of this many pixels' width begin a texture: single pixels would be lost when the first scale shrinks them. */
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
 * Each step looks at the canvas rolled by another random offset: no grid of strides shows, no border is ever in one place. Tileable: the
 * offset is anywhere, so that opposite sides meet inside what the network sees.
 */
export async function* texture(params: TextureParams, pictures: Pictures, context: RecipeContext): Frames {
  const source = pictures.style ?? pictures.image;
  if (!source) throw new RecipeError("There is no picture to take a texture from. Attach one, or name a style.");
  const network = await context.network(params.network);
  const measure = { ...measureOf(network, params), means: params.means };
  const { programs } = context;
  const next = random(params.seed);
  const [width, height] = [params.width ?? params.size, params.height ?? params.size];
  const longer = Math.max(width, height);
  const motif = await source.decode(Math.ceil(longer * params.styleScale));
  const motifAt = (scale: Scale) => {
    const size = fitInside(motif.width, motif.height, Math.max(scale.width, scale.height) * params.styleScale);
    return [{ weight: 1, raster: resize(motif, size.width, size.height) }];
  };
  const steps = params.steps ?? STEPS[params.preset];
  // Without a photo to begin with, the first scale lays everything out: it gets four times the steps, which are cheap there.
  const stepsAt = (scale: number): number => (scale === 0 && params.preset === "studio" ? 4 * steps : steps);
  const pixels = tilePixels(context, network, Object.keys(measure.layers), measure.pooling);
  let last: { readonly scale: Scale; readonly targets: ReturnType<typeof blendTargets> } | undefined;
  const painting: Painting = {
    start: params.preset === "book" ? noise(width, height, next, 255) : scattered(motif, width, height, next),
    scales: paintingScales(width, height, SMALLEST),
    wraps: params.tileable,
    rate: Math.max(RATE, presetsOf(network).style.rate),
    steps: stepsAt,
    random: next,
    shifts: (scale) =>
      Array.from({ length: stepsAt(0) }, () => {
        const [across, down] = params.tileable ? [scale.width, scale.height] : [SHIFT, SHIFT];
        return { dx: randomInteger(next, 0, across - 1), dy: randomInteger(next, 0, down - 1) };
      }),
    async objective(scale) {
      if (last?.scale !== scale)
        last = { scale, targets: blendTargets(programs, network, measure, motifAt(scale), pixels) };
      return prepareObjective(
        { programs, network },
        { styles: await last.targets, measure, variation: VARIATION * params.smooth },
        scale,
        pixels,
      );
    },
  };
  if (params.preset === "studio") {
    yield* paint(painting, context);
    return;
  }
  const objective = async (scale: Scale) =>
    wholeObjective(
      { programs, network },
      measure.pooling,
      await bookTexture({ programs, network, measure, styles: motifAt(scale), smooth: params.smooth }),
    );
  yield* paintWithLbfgs({ ...painting, objective }, context);
}
