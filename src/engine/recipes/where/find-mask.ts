/** From what was typed and sent to the mask of a picture. */
import { classify } from "../../classify.js";
import type { CutOut } from "../../images/codec.js";
import { areaOf, feathered, intersected, inverted, maskFrom } from "../../images/masks.js";
import type { Raster, Size } from "../../images/raster.js";
import { extended, resize } from "../../images/resample.js";
import { warpAlong } from "../../images/warp.js";
import { catalogue } from "../../networks/catalogue-file.js";
import { type Network, noClasses } from "../../networks/network.js";
import { type FrameBefore, type PictureInput, type Pictures, type RecipeContext, RecipeError } from "../recipe.js";
import { colourMask, regionMask } from "./areas.js";
import { classMask } from "./class-mask.js";
import { MASK, parseWhere, type Where } from "./syntax.js";

interface Asked {
  readonly where?: string | undefined;
  readonly feather?: number | undefined;
  readonly network: string;
}

/** Where a picture is worked on, at any size. */
export type MaskAt = (size: Size) => Raster;

/** Shares of the longest side that edges are softened by where nothing else is said: things have their own edges. */
const [FEATHER, REGION_FEATHER] = [1 / 64, 1 / 12];
/** A thing that is nowhere more probable than this is not seen. */
const SEEN = 0.1;
/** So many things that are seen are named in the place of one that is not. */
const NAMED = 3;
/** A mask with less of the picture than this is none. */
const LEAST_AREA = 0.001;
/** Whether a mask lets so little through that nothing can be done, or measured, there. */
export const isEmpty = (mask: Raster): boolean => areaOf(mask) < LEAST_AREA;

/** Of a thing's mask, what is kept from one frame of a film to the next. */
const KEPT = 0.75;
/** What is looked for in a picture, and is nowhere in noise. */
const LOOKED_FOR: ReadonlySet<Where["kind"]> = new Set<Where["kind"]>(["colour", "class", "opaque"]);
/** How far the proportions of a mask may be from the picture's. */
const OUT_OF_SHAPE = 1.03;

/**
 * The mask of a picture: where it was asked for, and never more than what of it is there; undefined where all of it is
 * meant.
 * @param image the picture at the size of the result, and what of it is transparent
 * @param least sides that are shorter are continued, as `extended` does
 * @throws RecipeError for what is not understood, or is not in the picture
 */
export async function findMask(
  asked: Asked,
  image: Raster & { readonly cutOut?: CutOut },
  pictures: Pictures,
  context: RecipeContext,
  least = 1,
): Promise<MaskAt | undefined> {
  const { where, feather } = asked;
  const drawn = pictures[MASK];
  if (where === undefined && !drawn) return ownMask(image, least);
  const parsed = parseWhere(where ?? MASK);
  if (!parsed) throw new RecipeError("where.unreadable", { where: where ?? "" });
  if (!pictures.image && LOOKED_FOR.has(parsed.kind)) throw new RecipeError("where.no-picture", { where: parsed.text });
  let mask = await maskOf(parsed, asked, image, drawn, context);
  if (parsed.not) mask = inverted(mask);
  if (drawn && parsed.kind !== MASK) mask = intersected(mask, await drawnMask(drawn, image));
  if (isEmpty(mask))
    throw parsed.kind === MASK
      ? new RecipeError("where.mask-empty")
      : new RecipeError("where.empty", { where: parsed.text });
  const side = Math.max(image.width, image.height);
  const soft = feathered(mask, feather ?? Math.round(side * (parsed.kind === "region" ? REGION_FEATHER : FEATHER)));
  // What is not there is worked on least of all.
  const shown = image.cutOut ? intersected(soft, opaque(image.cutOut, image)) : soft;
  if (isEmpty(shown)) throw new RecipeError("where.transparent", { where: parsed.text });
  return atSizes(extended(shown, least));
}

/** Of a picture that is transparent somewhere: what of it is there, with the edges that it has. */
function ownMask(image: Raster & { readonly cutOut?: CutOut }, least: number): MaskAt | undefined {
  const mask = image.cutOut && opaque(image.cutOut, image);
  return mask && !isEmpty(mask) ? atSizes(extended(mask, least)) : undefined;
}

async function maskOf(
  where: Where,
  asked: Asked,
  image: Raster & { readonly cutOut?: CutOut },
  drawn: PictureInput | undefined,
  context: RecipeContext,
): Promise<Raster> {
  switch (where.kind) {
    case "region":
      return regionMask(image, where.regions);
    case "colour": {
      const mask = colourMask(image, where.colour);
      if (isEmpty(mask)) throw new RecipeError("where.no-colour", { colour: where.text });
      return mask;
    }
    case "class":
      return seenMask(where, asked.network, image, context);
    case "mask":
      if (!drawn) throw new RecipeError("where.no-mask");
      return drawnMask(drawn, image);
    case "opaque":
      if (!image.cutOut) throw new RecipeError("where.all-opaque");
      return opaque(image.cutOut, image);
  }
}

async function seenMask(
  { word, members }: Extract<Where, { kind: "class" }>,
  id: string,
  image: Raster,
  context: RecipeContext,
): Promise<Raster> {
  const { programs } = context;
  const network = await namingNetwork(id, context);
  const { mask, probability } = await classMask({ programs, network }, image, members);
  const steady = steadied(word, probability >= SEEN ? mask : undefined, context);
  if (steady) return steady;
  const others = (await classify({ programs, network }, image)).filter(({ name }) => name !== word);
  const seen = others.slice(0, NAMED).map(({ name }) => name);
  throw new RecipeError("where.not-seen", { word, network: network.id, seen });
}

/**
 * What a network sees of a thing changes more from one frame of a film to the next than the thing does: there its mask
 * goes on from the frame before, as far as that can be believed.
 * @param seen undefined where the thing is not seen in this frame
 * @returns undefined where it was not seen in the frame before either
 */
function steadied(word: string, seen: Raster | undefined, { before, masks }: RecipeContext): Raster | undefined {
  const last = masks?.before.get(word);
  const fits = before && last && last.width === before.flow.width && last.height === before.flow.height;
  const mask = fits ? moved(last, before, seen) : seen;
  if (mask) masks?.found.set(word, mask);
  return mask;
}

function moved(last: Raster, { flow, sure }: FrameBefore, seen: Raster | undefined): Raster {
  const { data } = warpAlong(last, flow, { kernel: "linear" });
  return maskFrom(last.width, last.height, (x, y) => {
    const i = y * last.width + x;
    const own = seen?.data[i] ?? 0;
    return own + KEPT * (sure.data[i] ?? 0) * ((data[i] ?? 0) - own);
  });
}

/** The job's own network where it can name things, else one that can and is on this machine. */
async function namingNetwork(id: string, context: RecipeContext): Promise<Network> {
  const own = await context.network(id);
  if (own.classes !== undefined) return own;
  for (const [other, { classifier }] of Object.entries(catalogue()))
    if (classifier && (await context.installed?.(other))) return context.network(other);
  return noClasses(own.id);
}

/**
 * A mask as somebody has drawn it: its alpha where it has one, else how light it is.
 * @throws RecipeError where it is of another shape
 */
async function drawnMask(drawn: PictureInput, { width, height }: Size): Promise<Raster> {
  const ratio = drawn.width / drawn.height / (width / height);
  // A pixel more or less is no other shape.
  const exact = Math.abs(drawn.width * height - drawn.height * width) <= Math.max(width, height, drawn.width);
  if (!exact && Math.max(ratio, 1 / ratio) > OUT_OF_SHAPE)
    throw new RecipeError("where.mask-shape", {
      mask: `${drawn.width} x ${drawn.height}`,
      picture: `${width} x ${height}`,
    });
  const decoded = await drawn.decode(Math.max(width, height));
  if (decoded.cutOut) return opaque(decoded.cutOut, { width, height });
  const pixels = decoded.width * decoded.height;
  const grey = maskFrom(decoded.width, decoded.height, (x, y) => {
    const i = y * decoded.width + x;
    return ((decoded.data[i] ?? 0) + (decoded.data[pixels + i] ?? 0) + (decoded.data[2 * pixels + i] ?? 0)) / 765;
  });
  return resize(grey, width, height);
}

function opaque({ width, height, alpha }: CutOut, size: Size): Raster {
  return resize(
    maskFrom(width, height, (x, y) => alpha[y * width + x] ?? 0),
    size.width,
    size.height,
  );
}

/** A mask at other sizes; the latest one is kept, as several ask for it. */
export function atSizes(mask: Raster): MaskAt {
  let last = mask;
  return ({ width, height }) => {
    if (last.width !== width || last.height !== height) last = resize(mask, width, height);
    return last;
  };
}
