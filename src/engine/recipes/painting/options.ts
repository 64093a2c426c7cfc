/** Options that the painting recipes share, and what follows from them without the engine. */
import { z } from "zod";
import type { Size } from "../../images/raster.js";
import {
  fileOptions,
  GROWTH,
  LEAST_CHAT_SIDE,
  megapixelsOf,
  networkOption,
  paintingPresetOption,
  paintingScales,
  seedOption,
  sizesAfter,
} from "../common-options.js";
import { type Footprint, megapixels } from "../definition.js";
import { readLayerWeights } from "../layer-weights.js";
import { choice, flag, integer, number, type RecipeOption, readName, text } from "../option.js";
import { whereOptions } from "../where/syntax.js";

/** The name of a style that was sent as a picture of its own. */
export const ATTACHED = "attached";
/** The name of the photo's own style. */
export const PHOTO = "photo";

/** The names of those styles that have one. */
export function namedStyles(styles: readonly { readonly name?: string | undefined }[]): string[] {
  return styles.flatMap(({ name }) => (name === undefined || name === ATTACHED ? [] : [name]));
}

/** The most that sizes may be, in pixels. */
export const MAX_SIDE = 4096;
export const MAX_CHAT_SIDE = 1024;
/** For print. */
export const MAX_PRINT_SIDE = 4096;

const USUAL_STEPS = 11;
/** Up to so many steps each is of full length. */
const FULL_LENGTH_STEPS = 14;
/** Steps of a smaller scale, as a share of those at the full size. With less, large swirls are lost. */
const LAYING_OUT = 6 / 7;

export const paintingOptions = {
  preset: paintingPresetOption,
  size: integer({
    help: "Longest side of the result",
    unit: "px",
    minimum: 32,
    maximum: MAX_SIDE,
    default: 512,
    inChat: { minimum: LEAST_CHAT_SIDE, maximum: MAX_CHAT_SIDE, print: MAX_PRINT_SIDE, default: 384 },
    setting: { default: "paint.size", maximum: "paint.maxSize", print: "paint.printSize" },
  }),
  steps: integer({
    help: "Steps at the full size",
    more: "Smaller scales take fewer. In the book's preset, iterations of L-BFGS.",
    minimum: 1,
    maximum: 2000,
    default: USUAL_STEPS,
    inChat: { maximum: 200 },
    setting: { default: "paint.steps", maximum: "paint.maxSteps" },
  }),
  smooth: number({
    help: "More is smoother, 0 is rough",
    more: "The weight of total variation: with 1 it is plain to see.",
    minimum: 0,
    maximum: 1000,
    default: 0,
  }),
  styleScale: number({
    help: "Size of the strokes",
    more: "1 shows the style as large as the result, 2 twice as large.",
    unit: "x",
    minimum: 0.1,
    maximum: 4,
    default: 1,
  }),
  styleLayers: text({
    help: "Layers of the network that see the style, with weights",
    more:
      "Their Gram matrices are the style. A weight below 0 leads away from it; the book's preset takes none. " +
      "The network's own choice when left out.",
    expected: 'layer names with weights, such as "activation_9:1 activation_21:0.5"',
    read: readLayerWeights,
  }),
  seed: seedOption,
  network: networkOption("The trained network that paints", "paint.network"),
  ...fileOptions,
};

/** The book takes 100 iterations of L-BFGS, and its total variation. */
export const PAINTING_PRESETS = { studio: {}, quality: { steps: 25 }, book: { steps: 100, smooth: 1 } };

export type PaintingPreset = keyof typeof PAINTING_PRESETS;

/** One of the styles to paint in. */
const styleShare = z.strictObject({
  /** The role of its picture in the job's pictures; "image" is the photo itself. */
  picture: z.string(),
  /** What people call it. */
  name: z.string().optional(),
  weight: z.number().min(0).max(1000).default(1),
  /** Where it is painted, as `where` says it, or what the other styles leave; everywhere when left out. */
  where: z.string().optional(),
});

export function stylesOption({ several, help }: { readonly several: boolean; readonly help: string }) {
  const usual = [{ picture: "style", weight: 1 }];
  const schema = z.array(styleShare).min(1).max(16).default(usual);
  const option: RecipeOption<typeof schema> = {
    kind: "styles",
    help,
    flag: "style",
    more:
      'Each has a weight and the role of its picture, of which "image" is the photo\'s own style, and perhaps a ' +
      "`where` of its own; `rest` is what the others leave.",
    several,
    default: usual,
    schema,
  };
  return option;
}

/** What recipes that paint a photo take besides. */
export const photoOptions = {
  strength: number({
    help: "From 0, the photo, to 1, the style",
    minimum: 0,
    maximum: 1,
    default: 0.5,
    setting: { default: "paint.strength" },
  }),
  ...whereOptions,
  ...paintingOptions,
  contentLayer: text({
    help: "The layer that sees what the photo shows",
    more: "Its features are the content. The network's own choice when left out.",
    expected: "a layer's name, such as activation_33",
    read: readName,
  }),
  keepColours: flag({
    help: "Keep the photo's own colours",
    more: "Only light and dark are taken from the painting.",
  }),
  start: choice({
    help: "What the canvas begins with",
    choices: [
      { value: "photo", label: "The photo" },
      { value: "noise", label: "Noise" },
      { value: "style", label: "The style's picture" },
    ],
    default: "photo",
  }),
};

interface Painted {
  readonly preset: PaintingPreset;
  readonly steps: number;
}

/** Steps at a scale, 0 being the smallest: most are taken where the strokes are finest. */
export function paintingSteps({ steps }: Pick<Painted, "steps">, scale: number, scales: number): number {
  return scale === scales - 1 ? steps : Math.max(1, Math.round(LAYING_OUT * steps));
}

/** The sizes that a painting is worked on at: the book's preset has but one. */
function sizesOf({ preset }: Painted, width: number, height: number, smallest?: number): Size[] {
  return preset === "book" ? [{ width, height }] : paintingScales(width, height, smallest);
}

/** Length of steps against the usual, when there are many of them. Chosen by looking. */
export function stepLength({ steps }: Pick<Painted, "steps">): number {
  return Math.min(1, Math.sqrt(FULL_LENGTH_STEPS / steps));
}

/**
 * What a step in tiles costs against one of the same pixels at once: the Gram matrices of the whole canvas come first,
 * so that the forward pass is made twice. By the processor's time, with ResNet50 at 1024 px and the smallest scales at
 * once, 1.45.
 */
const IN_TILES = 1.5;

/**
 * Megapixel-steps of a painting.
 * @param size `done`: the longer side of a finished one that it goes on from; `atOnce`: as of a definition's `cost`
 */
export function paintingCost(
  params: Painted,
  size: {
    readonly width: number;
    readonly height: number;
    readonly smallest?: number;
    readonly done?: number | undefined;
    readonly atOnce?: number | undefined;
  },
  stepsAt: (params: Painted, scale: number, scales: number) => number = paintingSteps,
): number {
  const scales = sizesAfter(size.done, sizesOf(params, size.width, size.height, size.smallest), GROWTH);
  const { atOnce = Number.POSITIVE_INFINITY } = size;
  const pace = ({ width, height }: Size): number => (width * height > atOnce ? IN_TILES : 1);
  return scales.reduce(
    (sum, scale, index) => sum + stepsAt(params, index, scales.length) * megapixelsOf([scale]) * pace(scale),
    0,
  );
}

/** The book's preset has one scale alone: it begins once more. */
export const goesOn = ({ preset }: Pick<Painted, "preset">): boolean => preset !== "book";

/** Pictures of the result's size that masks take: the mask, what is outside, and each style's region. */
export function masksOf({
  where,
  styles,
}: {
  readonly where?: string | undefined;
  readonly styles: readonly Placed[];
}) {
  const regions = styles.filter((style) => style.where !== undefined).length;
  return (where === undefined ? 0 : 2) + regions;
}

type Placed = Pick<z.output<typeof styleShare>, "where">;

/** What a painting holds: its styles are pictures of its size, times the square of their strokes' scale. */
export function paintingFootprint(
  { network, styleScale }: { readonly network: string; readonly styleScale: number },
  width: number,
  {
    height = width,
    styles = 1,
    pictures = 0,
  }: { readonly height?: number; readonly styles?: number; readonly pictures?: number } = {},
): Footprint {
  return {
    network,
    kind: "painting",
    megapixels: megapixels(width, height),
    tiled: true,
    pictures: pictures + styles * styleScale ** 2,
  };
}
