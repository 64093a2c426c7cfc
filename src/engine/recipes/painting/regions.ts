/** Where each style of a painting is painted. */
import type { CutOut } from "../../images/codec.js";
import { inverted, maskFrom } from "../../images/masks.js";
import { CHANNELS, type Raster } from "../../images/raster.js";
import { type Pictures, type RecipeContext, RecipeError } from "../recipe.js";
import { atSizes, findMask, isEmpty, type MaskAt } from "../where/find-mask.js";
import { MASK, parseWhere, REST } from "../where/syntax.js";
import type { StyleSource } from "./targets.js";

/** A style source with its place. */
export interface PlacedSource extends StyleSource {
  /** As it is written; everywhere when left out. */
  readonly where?: string | undefined;
}

/** A part of the canvas and the styles that are blended there. */
export interface Region {
  readonly styles: readonly StyleSource[];
  /** Everywhere when left out. */
  readonly maskAt?: MaskAt | undefined;
}

interface Regions {
  readonly regions: readonly Region[];
  /** All that is painted; everything when left out. */
  readonly paintedAt?: MaskAt | undefined;
}

interface Asked {
  readonly where?: string | undefined;
  readonly feather?: number | undefined;
  readonly network: string;
}

const usesMask = (where: string | undefined): boolean => where !== undefined && parseWhere(where)?.kind === MASK;

/**
 * @param photo at the size of the result
 * @param least see `findMask`
 * @throws RecipeError for a place that is not understood, not in the photo, or of which nothing is left to a style
 */
export async function regionsOf(
  styles: readonly PlacedSource[],
  asked: Asked,
  photo: Raster & { readonly cutOut?: CutOut },
  pictures: Pictures,
  context: RecipeContext,
  least: number,
): Promise<Regions> {
  const { [MASK]: drawn, ...others } = pictures;
  // A mask that is one style's place is not the whole painting's, too.
  const taken = styles.some(({ where }) => usesMask(where)) && !usesMask(asked.where);
  const paintedAt = await findMask(asked, photo, taken ? others : pictures, context, least);
  if (styles.every(({ where }) => where === undefined)) return { regions: [{ styles, maskAt: paintedAt }], paintedAt };
  const places = [...new Set(styles.map(({ where }) => where ?? REST))];
  const masks = new Map<string, Raster>();
  for (const where of places) {
    if (where === REST) continue;
    const own = usesMask(where) ? pictures : others;
    const maskAt = await findMask({ ...asked, where }, photo, own, context, least);
    const size = { width: Math.max(photo.width, least), height: Math.max(photo.height, least) };
    if (maskAt) masks.set(where, maskAt(size));
  }
  const sum = together([...masks.values()]);
  if (places.includes(REST)) masks.set(REST, inverted(clamped(sum)));
  const full = paintedAt?.(sum);
  const within = (mask: Raster): Raster => (full ? times(mask, full) : mask);
  const regions = places.flatMap((where): Region[] => {
    const mask = masks.get(where);
    if (!mask) throw new RecipeError("where.unreadable", { where });
    const share = within(where === REST ? mask : overSum(mask, sum));
    // A frame of a film may have nothing of what the first one has.
    if (isEmpty(share)) return context.before ? [] : nothingOf(where);
    return [{ styles: styles.filter((style) => (style.where ?? REST) === where), maskAt: atSizes(share) }];
  });
  if (regions.length === 0) nothingOf(places[0] ?? REST);
  return { regions, paintedAt: places.includes(REST) ? paintedAt : atSizes(within(clamped(sum))) };
}

function nothingOf(where: string): never {
  throw where === REST ? new RecipeError("where.no-rest") : new RecipeError("where.outside", { where });
}

const times = (a: Raster, b: Raster): Raster => ({ ...a, data: a.data.map((v, i) => v * (b.data[i] ?? 0)) });
const clamped = (mask: Raster): Raster => ({ ...mask, data: mask.data.map((v) => Math.min(1, v)) });
/** Where places overlap, each has its share. */
const overSum = (mask: Raster, { data }: Raster): Raster => ({
  ...mask,
  data: mask.data.map((v, i) => v / Math.max(1, data[i] ?? 0)),
});

function together(masks: readonly Raster[]): Raster {
  const [first] = masks;
  if (!first) return maskFrom(1, 1, () => 0);
  const sum = new Float32Array(CHANNELS * first.width * first.height);
  for (const { data } of masks) for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (data[i] ?? 0);
  return { ...first, data: sum };
}
