/** Style transfer: the content of a photo in the style of one or several pictures (Deep Learning Cookbook 12.6 and 12.7). */
import { z } from "zod";
import { luminanceOnly } from "../../images/colour.js";
import { random, randomInteger } from "../../images/random.js";
import { fitInside, type Raster, roll } from "../../images/raster.js";
import { resize } from "../../images/resample.js";
import { presetsOf } from "../../networks/looks.js";
import { resolveLayer } from "../../networks/resolve-layer.js";
import { paintingScales, type Scale } from "../../optimize/scales.js";
import { noise } from "../noise.js";
import { bookTransfer } from "../painting/book.js";
import { prepareObjective, tilePixels, wholeObjective } from "../painting/objective.js";
import { type Painting, paint, paintWithLbfgs, type Shift } from "../painting/painter.js";
import { measureOf, paintingParams, STEPS, VARIATION } from "../painting/params.js";
import { blendTargets, type StyleSource } from "../painting/targets.js";
import { type Frames, type PictureInput, type Pictures, type RecipeContext, RecipeError } from "../recipe.js";

/** One of the styles to paint in. */
export const StyleChoice = z.strictObject({
  /** The role of its picture in the job's pictures; "image" is the photo itself. */
  picture: z.string(),
  /** What people call it. */
  name: z.string().optional(),
  weight: z.number().min(0).max(1000).default(1),
});

export const StylizeParams = z.strictObject({
  ...paintingParams,
  /** The styles, with weights; the picture "style" when left out. */
  styles: z
    .array(StyleChoice)
    .min(1)
    .max(16)
    .default([{ picture: "style", weight: 1 }]),
  /** Balance of content (0) and style (1). */
  strength: z.number().min(0).max(1).default(0.5),
  /** Size of the style's strokes: 1 shows the style as large as the result, 2 twice as large. */
  styleScale: z.number().min(0.1).max(4).default(1),
  /** What the canvas begins with. */
  start: z.enum(["photo", "noise", "style"]).default("photo"),
  /** Keeps the photo's colours and takes only light and dark from the painting. */
  keepColours: z.boolean().default(false),
  /** Layer whose features are the content; the network's own choice when left out. */
  contentLayer: z.string().optional(),
});
export type StylizeParams = z.output<typeof StylizeParams>;

/** Weight of the content at strength 0.5, both content and style being relative errors. Chosen by looking. */
export const CONTENT = 0.1;
/** The content's weight has no end as the strength nears 0; nor does the style's as it nears 1. */
const LEAST_STRENGTH = 0.01;

/**
 * Paints a photo in a style, or in a blend of styles.
 *
 * studio: Adam from small to large (paint/painter.ts); style targets normalised by their own norms (paint/targets.ts). At each scale
 * the steps take turns among some shifts of the canvas, of less than a stride of the content's layer, so that no grid of strides
 * shows in flat skies; VGG, which has no strided convolutions, needs none. book: L-BFGS at full size.
 * @throws RecipeError when a picture is missing
 */
export async function* stylize(params: StylizeParams, pictures: Pictures, context: RecipeContext): Frames {
  const photoInput = pictures.image;
  if (!photoInput) throw new RecipeError("There is no photo to paint. Attach one, or answer a message that has one.");
  const network = await context.network(params.network);
  const measure = measureOf(network, params);
  const { rate, shifts } = presetsOf(network).style;
  const contentLayer = resolveLayer(network, params.contentLayer ?? presetsOf(network).style.content);
  const photo = await atSize(photoInput, params.size);
  const styles: { readonly raster: Raster; readonly weight: number }[] = [];
  for (const { picture, name, weight } of params.styles) {
    const found = pictures[picture];
    if (!found) throw new RecipeError(`The style ${name ?? picture} has no picture.`);
    if (weight > 0) styles.push({ weight, raster: await found.decode(Math.ceil(params.size * params.styleScale)) });
  }
  if (styles.length === 0) throw new RecipeError("Every style has weight 0. Give at least one of them some weight.");
  const next = random(params.seed);
  const { programs } = context;
  const start = await canvas(params, photo, styles, next);
  const styleWeight = Math.max(params.strength, LEAST_STRENGTH);
  const contentWeight = (CONTENT * (1 - Math.min(params.strength, 1 - LEAST_STRENGTH / 10))) / styleWeight;
  const stylesAt = (scale: Scale): StyleSource[] =>
    styles.map(({ raster, weight }) => {
      const { width, height } = fitInside(
        raster.width,
        raster.height,
        Math.max(scale.width, scale.height) * params.styleScale,
      );
      return { weight, raster: resize(raster, width, height) };
    });
  const pixels = tilePixels(context, network, [...Object.keys(measure.layers), contentLayer.name], measure.pooling);
  // A scale's style targets serve all its shifts.
  let last: { readonly scale: Scale; readonly targets: ReturnType<typeof blendTargets> } | undefined;
  const targetsAt = (scale: Scale): ReturnType<typeof blendTargets> => {
    if (last?.scale !== scale)
      last = { scale, targets: blendTargets(programs, network, measure, stylesAt(scale), pixels) };
    return last.targets;
  };
  const steps = params.steps ?? STEPS[params.preset];
  const painting: Painting = {
    start,
    scales: paintingScales(photo.width, photo.height),
    steps: () => steps,
    rate,
    shifts: () => shiftsWithin(shifts, contentLayer.stride, next),
    async objective(scale, { dx, dy }) {
      const seen = roll(resize(photo, scale.width, scale.height), dx, dy);
      return prepareObjective(
        { programs, network },
        {
          styles: await targetsAt(scale),
          measure,
          content: { layer: contentLayer.name, photo: seen, weight: contentWeight },
          variation: VARIATION * params.smooth,
        },
        seen,
        pixels,
      );
    },
    random: next,
    finish: (image) => (params.keepColours ? luminanceOnly(image, resize(photo, image.width, image.height)) : image),
  };
  if (params.preset === "studio") {
    yield* paint(painting, context);
    return;
  }
  const { strength, smooth } = params;
  const objective = async (scale: Scale) =>
    wholeObjective(
      { programs, network },
      measure.pooling,
      await bookTransfer({
        programs,
        network,
        measure,
        styles: stylesAt(scale),
        smooth,
        strength,
        contentLayer: contentLayer.name,
        photo: resize(photo, scale.width, scale.height),
      }),
    );
  yield* paintWithLbfgs({ ...painting, objective }, context);
}

async function atSize(picture: PictureInput, size: number): Promise<Raster> {
  const { width, height } = fitInside(picture.width, picture.height, size);
  return resize(await picture.decode(size), width, height);
}

async function canvas(
  { start }: StylizeParams,
  photo: Raster,
  styles: readonly StyleSource[],
  next: () => number,
): Promise<Raster> {
  const { width, height } = photo;
  switch (start) {
    case "photo":
      return photo;
    case "noise":
      return noise(width, height, next, 64);
    case "style": {
      const [heaviest] = [...styles].sort((a, b) => b.weight - a.weight);
      return resize(heaviest?.raster ?? photo, width, height);
    }
  }
}

function shiftsWithin(count: number, stride: number, next: () => number): Shift[] {
  return Array.from({ length: count }, (_, i) =>
    i === 0
      ? { dx: 0, dy: 0 }
      : { dx: randomInteger(next, 1, Math.max(1, stride - 1)), dy: randomInteger(next, 1, Math.max(1, stride - 1)) },
  );
}
