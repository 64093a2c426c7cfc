/**
 * Style transfer: the content of a photo in the style of one or several pictures (Deep Learning Cookbook 12.6 and
 * 12.7).
 */
import type { EngineContext } from "../../evaluate.js";
import { luminanceOnly } from "../../images/colour.js";
import { mixed } from "../../images/masks.js";
import { colourBasis, mixPalettes, type Palette, paletteOf, withPalette } from "../../images/palette.js";
import { random, randomInteger, type SeededRandom } from "../../images/random.js";
import { fitInside, type Raster, roll, type Size } from "../../images/raster.js";
import { extended, middle, resize } from "../../images/resample.js";
import { warpAlong } from "../../images/warp.js";
import { presetsOf, resolveLayer } from "../../networks/looks.js";
import { type LayerInfo, leastSideOf } from "../../networks/network.js";
import type { Shift } from "../../transforms/see.js";
import { FINISHED, furtherSizes, GROWTH, paintingScales } from "../common-options.js";
import { finishedAt } from "../finished.js";
import { noise } from "../noise.js";
import { bookTransfer } from "../painting/book.js";
import { measureOf, VARIATION } from "../painting/measure.js";
import { type BeforeTerm, paintingLoss, type StyleTerm, tilePixels } from "../painting/objective.js";
import { paintingSteps, stepLength } from "../painting/options.js";
import { type Painting, paint, paintWithLbfgs } from "../painting/painter.js";
import { type PlacedSource, type Region, regionsOf } from "../painting/regions.js";
import { type StyleMeasure, type StyleSource, sizedFor, targetsByScale } from "../painting/targets.js";
import { type Frame, type Frames, type Pictures, type RecipeContext, RecipeError } from "../recipe.js";
import type { MaskAt } from "../where/find-mask.js";
import type { StylizeParams } from "./definition.js";

/** Weight of the content at strength 0.5, both content and style being relative errors. Chosen by looking. */
export const CONTENT = 0.1;
/** The content's weight has no end as the strength nears 0. */
const LEAST_STRENGTH = 0.01;

/**
 * What a strength means, so that it goes evenly from the photo at 0 over the usual painting at 0.5 to the style at 1:
 * `match`, how far the canvas begins in the style's colours; `detail`, share of the photo's own detail that each larger
 * scale brings; `rate`, length of the steps against the usual; `content`, weight of the photo's features.
 */
function balanceOf(strength: number): {
  readonly match: number;
  readonly detail: number;
  readonly rate: number;
  readonly content: number;
} {
  const content = (CONTENT * (1 - strength)) / Math.max(strength, LEAST_STRENGTH);
  // Beyond the usual painting steps grow half as fast: longer ones are grain.
  const rate = Math.min(2 * strength, 0.5 + strength);
  return { match: Math.min(1, 2 * strength), detail: 1 - strength ** 2, rate, content };
}

/**
 * Paints a photo in a style, or in a blend of styles.
 *
 * studio: Adam from small to large along the style's colours (painting/painter.ts), beginning with the photo in the
 * style's colours; style targets normalised by their own norms (painting/targets.ts). At each scale the steps take
 * turns among some shifts of the canvas, of less than a stride of the content's layer, so that no grid of strides shows
 * in flat skies; VGG, which has no strided convolutions, needs none. A picture `finished` is the same painting at a
 * smaller size: it goes on from there. book: L-BFGS at full size. With strength 0 both give the photo itself.
 * @throws RecipeError when a picture is missing
 */
export async function* stylize(params: StylizeParams, pictures: Pictures, context: RecipeContext): Frames {
  const transfer = await transferOf(params, pictures, context);
  if (params.strength === 0) yield unpainted(middle(transfer.photo, transfer.size));
  else if (params.preset === "book") yield* paintWithLbfgs(bookPainting(transfer), context);
  else yield* paint(studioPainting(transfer), context);
}

/** What a transfer works with. */
interface Transfer extends EngineContext {
  readonly params: StylizeParams;
  /** Extended to `least`. */
  readonly photo: Raster;
  /** Of the result. */
  readonly size: Size;
  /** The smallest side at which the layers see something, in pixels. */
  readonly least: number;
  readonly styles: readonly StyleSource[];
  /** The places of styles. */
  readonly regions: readonly Region[];
  /** All that is painted; everything when left out. */
  readonly paintedAt?: MaskAt | undefined;
  readonly measure: StyleMeasure;
  readonly contentLayer: LayerInfo;
  readonly next: SeededRandom;
  readonly start: Raster;
  /** The same painting, smaller, that is done. */
  readonly finished?: Raster | undefined;
  /** Of a film: the painting before, and how far it can be believed, both extended as the photo is. */
  readonly before?: { readonly image: Raster; readonly sure: Raster };
  /** Pixels that may be worked on at once. */
  readonly pixels: number;
}

async function transferOf(params: StylizeParams, pictures: Pictures, context: RecipeContext): Promise<Transfer> {
  const photoInput = pictures.image;
  if (!photoInput) throw new RecipeError("stylize.no-photo");
  const network = await context.network(params.network);
  const measure = measureOf(network, params);
  const contentLayer = resolveLayer(network, params.contentLayer ?? presetsOf(network).style.content);
  const layers = [...Object.keys(measure.layers), contentLayer.name];
  const least = leastSideOf(network, layers, { pooling: measure.pooling });
  const size = fitInside(photoInput.width, photoInput.height, params.size);
  const decoded = await photoInput.decode(params.size);
  const shown = Object.assign(resize(decoded, size.width, size.height), decoded.cutOut && { cutOut: decoded.cutOut });
  const photo = extended(shown, least);
  const styles = await stylesOf(params, pictures);
  const placed = await regionsOf(styles, params, shown, pictures, context, least);
  if (params.preset === "book" && placed.regions.length > 1) throw new RecipeError("where.book");
  const next = random(params.seed);
  const start = await canvas(params, photo, styles, next);
  const pixels = tilePixels(context, network, measure, [contentLayer.name]);
  const { programs, before: frame } = context;
  const before = frame && {
    image: extended(warpAlong(frame.result, frame.flow), least),
    sure: extended(frame.sure, least),
  };
  const done = frame ? undefined : pictures[FINISHED];
  const finished = done && (await finishedAt(done, shown, photo));
  const rest = { finished, photo, size, least, styles, measure, contentLayer, next, start, pixels };
  return Object.assign({ programs, network, params }, rest, placed, before && { before });
}

async function stylesOf({ styles, size, styleScale }: StylizeParams, pictures: Pictures): Promise<PlacedSource[]> {
  const sources: PlacedSource[] = [];
  for (const { picture, name, weight, where } of styles) {
    const found = pictures[picture];
    if (!found) throw new RecipeError("stylize.no-style-image", { style: name ?? picture });
    if (weight > 0) sources.push({ weight, where, raster: await found.decode(Math.ceil(size * styleScale)) });
  }
  if (sources.length === 0) throw new RecipeError("stylize.no-weight");
  return sources;
}

function stylesAt({ params, least }: Transfer, scale: Size, styles: readonly StyleSource[]): StyleSource[] {
  const sized = (raster: Raster): Raster => extended(sizedFor(scale, params.styleScale, raster), least);
  return styles.map(({ raster, weight }) => ({ weight, raster: sized(raster) }));
}

function unpainted(image: Raster): Frame {
  const losses = { lossStart: 0, lossEnd: 0 };
  return { kind: "octave", octave: 1, octaves: 1, step: 0, steps: 0, progress: 1, image, ...losses };
}

function paletteOfStyles(styles: readonly StyleSource[]): Palette {
  return mixPalettes(styles.map(({ raster, weight }) => [paletteOf(raster), weight] as const));
}

/** The canvas to begin with: each region in the colours of its styles. */
function inPalettes({ start, regions }: Transfer, amount: number): Raster {
  const palettes = regions.map(({ styles }) => paletteOfStyles(styles));
  const [region, palette] = [regions[0], palettes[0]];
  if (regions.length === 1 && palette && !region?.maskAt) return withPalette(start, palette, amount);
  const canvas = { ...start, data: start.data.slice() };
  for (const [r, { maskAt }] of regions.entries()) {
    const [mask, wanted] = [maskAt?.(start), palettes[r]];
    if (!mask || !wanted) continue;
    const { data } = withPalette(start, wanted, amount, paletteOf(start, mask));
    for (let i = 0; i < data.length; i++)
      canvas.data[i] = (canvas.data[i] ?? 0) + (mask.data[i] ?? 0) * ((data[i] ?? 0) - (start.data[i] ?? 0));
  }
  return canvas;
}

function studioPainting(transfer: Transfer): Painting {
  const { params, network, photo, least, regions, measure, contentLayer, next, pixels } = transfer;
  const { rate, shifts } = presetsOf(network).style;
  const balance = balanceOf(params.strength);
  const { finished } = transfer;
  const scales = finished
    ? furtherSizes(finished, photo, GROWTH)
    : paintingScales(photo.width, photo.height, undefined, least);
  const places = regions.map(({ styles, maskAt }) => {
    const targetsAt = targetsByScale(transfer, measure, (scale) => stylesAt(transfer, scale, styles), pixels);
    return async (scale: Size, { dx, dy }: Shift): Promise<StyleTerm> => {
      const targets = await targetsAt(scale);
      return maskAt ? { targets, mask: roll(maskAt(scale), dx, dy) } : { targets };
    };
  });
  return {
    ...shared(transfer),
    start: begun(transfer, inPalettes(transfer, balance.match)),
    // What was shown in the photo's colours is painted in the style's.
    finished: finished && params.keepColours ? inPalettes({ ...transfer, start: finished }, balance.match) : finished,
    basis: colourBasis(paletteOfStyles(transfer.styles)),
    // What is painted already keeps its strokes.
    detail: transfer.before ? 1 : balance.detail,
    scales,
    steps: (scale) => paintingSteps(params, scale, scales.length),
    rate: rate * balance.rate * stepLength(params),
    shifts: () => shiftsWithin(shifts, contentLayer.stride, next),
    async loss(scale, by) {
      const seen = roll(resize(photo, scale.width, scale.height), by.dx, by.dy);
      const content = { layer: contentLayer.name, photo: seen, weight: balance.content };
      const styles: StyleTerm[] = [];
      for (const place of places) styles.push(await place(scale, by));
      const before = beforeTerm(transfer, scale, by);
      const variation = VARIATION * params.smooth;
      return paintingLoss(transfer, { styles, measure, content, variation, before }, seen, pixels);
    },
  };
}

/** Weight of staying near the painting before. Chosen by looking. */
const BEFORE = 60;

/** The canvas to begin with: of a film, the painting before where that can be believed. */
function begun({ before }: Transfer, canvas: Raster): Raster {
  return before ? mixed(canvas, before.image, before.sure) : canvas;
}

function beforeTerm({ before }: Transfer, { width, height }: Size, { dx, dy }: Shift): BeforeTerm | undefined {
  if (!before) return undefined;
  const seen = (raster: Raster): Raster => roll(resize(raster, width, height), dx, dy);
  return { image: seen(before.image), share: seen(before.sure), weight: BEFORE };
}

function bookPainting(transfer: Transfer): Painting {
  const { params, programs, network, photo, measure, contentLayer } = transfer;
  const { smooth, strength } = params;
  return {
    ...shared(transfer),
    start: begun(transfer, transfer.start),
    scales: [{ width: photo.width, height: photo.height }],
    steps: () => params.steps,
    async loss(scale) {
      const objective = await bookTransfer({
        programs,
        network,
        measure,
        styles: stylesAt(transfer, scale, transfer.styles),
        smooth,
        strength,
        contentLayer: contentLayer.name,
        photo: resize(photo, scale.width, scale.height),
      });
      return { objective, options: { pooling: measure.pooling } };
    },
  };
}

function shared(transfer: Transfer): Pick<Painting, "engine" | "random" | "finish" | "within"> {
  const { params, photo, size, next, paintedAt: maskAt } = transfer;
  return {
    engine: transfer,
    random: next,
    ...(maskAt && { within: { maskAt, photo } }),
    finish(image) {
      const original = () => resize(photo, image.width, image.height);
      const coloured = params.keepColours ? luminanceOnly(image, original()) : image;
      return middle(maskAt ? mixed(original(), coloured, maskAt(image)) : coloured, size);
    },
  };
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
