/** Texture: a surface without a scene, made from the style of a picture alone (Deep Learning Cookbook 12.4 and 12.5). */
import { z } from "zod";
import { random, randomInteger } from "../images/random.js";
import { fitInside } from "../images/raster.js";
import { resize } from "../images/resample.js";
import { gramLoss } from "../objectives/gram.js";
import { sum } from "../objectives/objective.js";
import { totalVariation } from "../objectives/total-variation.js";
import { paintingScales, type Scale } from "../optimize/scales.js";
import { noise } from "./noise.js";
import { bookTexture } from "./paint/book.js";
import { type Painting, paint, paintWithLbfgs } from "./paint/painter.js";
import { measureOf, paintingParams, STEPS, VARIATION } from "./paint/params.js";
import { blendTargets } from "./paint/targets.js";
import { type Frames, type Pictures, type RecipeContext, RecipeError } from "./recipe.js";

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

/** Steps whose shifts differ, for a tileable texture: enough that no seam is ever at the same place for long. */
const SHIFTS = 16;

/**
 * Makes a texture from a picture (role `style`, else `image`).
 *
 * Tileable: each step looks at the canvas rolled by another random offset, so its sides meet inside what the network sees; padding
 * never falls on the same seam twice.
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
  let last: { readonly scale: Scale; readonly targets: ReturnType<typeof blendTargets> } | undefined;
  const painting: Painting = {
    network,
    pooling: measure.pooling,
    start: noise(width, height, next, params.preset === "book" ? 255 : 96),
    scales: paintingScales(width, height),
    steps: (scale) => (scale === 0 && params.preset === "studio" ? 3 * steps : steps),
    shifts: (scale) =>
      Array.from({ length: params.tileable ? SHIFTS : 4 }, (_, i) => {
        const [across, down] = params.tileable ? [scale.width, scale.height] : [16, 16];
        return i === 0 ? { dx: 0, dy: 0 } : { dx: randomInteger(next, 0, across - 1), dy: randomInteger(next, 0, down - 1) };
      }),
    async goal(scale) {
      if (last?.scale !== scale) last = { scale, targets: blendTargets(programs, network, measure, motifAt(scale)) };
      return sum([
        [gramLoss(await last.targets, measure.delta, measure.means), 1],
        [totalVariation(1 / (scale.width * scale.height)), VARIATION * params.smooth],
      ]);
    },
  };
  if (params.preset === "studio") {
    yield* paint(painting, context);
    return;
  }
  const goal = (scale: Scale) => bookTexture({ programs, network, measure, styles: motifAt(scale), smooth: params.smooth });
  yield* paintWithLbfgs({ ...painting, goal }, context);
}
