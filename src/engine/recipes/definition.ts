/** What a recipe is called, takes and costs: all that can be known of it without the engine. */
import { z } from "zod";
import type { Deed } from "../../shared/deed.js";
import { MORPH_FRAMES, MORPH_SIDE } from "./morph-options.js";
import { laterParams, openingOf } from "./moving/options.js";
import type { RecipeOption, RecipeOptions } from "./option.js";
import { framesOf, isMorph, variationsOf } from "./outcome.js";

type Shape<O extends RecipeOptions> = { -readonly [K in keyof O]: O[K] extends RecipeOption<infer S> ? S : never };
type Schema<O extends RecipeOptions> = z.ZodObject<Shape<O>, z.core.$strict>;
/** A recipe's parameters, defaults filled in. */
export type ParamsOf<O extends RecipeOptions> = z.output<Schema<O>>;

/** Named sets of defaults. */
type Presets<S extends z.ZodObject> = Readonly<Record<string, Partial<z.input<S>>>>;

/** A picture that a recipe takes. */
export interface PictureRole {
  readonly help: string;
  /** What happens without it, where that is possible. */
  readonly without?: string;
  /** In chats it is a second picture beside the one to work on. */
  readonly second?: boolean;
  /** What of it is transparent is so in the result, unless that is a film. */
  readonly cutOut?: true;
  /** Why the command line does not take it. */
  readonly notInCli?: string;
}

interface Described<O extends RecipeOptions> {
  /** The engine's name for it, and the command line's. */
  readonly name: string;
  /** The chats' name for it. */
  readonly command: string;
  /** Raised whenever the same parameters and pictures give another picture, or a checkpoint goes on differently. */
  readonly version: number;
  /** What it does, in one line of at most 100 characters. */
  readonly help: string;
  /** What it is doing, for instance "dreaming". */
  readonly doing: string;
  /** Whole lines of a chat; tests read each of them. */
  readonly examples: readonly string[];
  /** In the order in which they are printed. */
  readonly options: O;
  readonly presets: Presets<Schema<O>>;
  /** Defaults that hold where some options are given, instead of the usual ones; a preset wins over them. */
  defaultsWith?(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  /** The pictures that it takes, by their roles; the first is the one to work on. */
  readonly pictures: Readonly<Record<string, PictureRole>>;
  /** Whether some options make it begin without the newest picture: only one that is given with them is taken. */
  beginsAlone?(given: Readonly<Record<string, unknown>>): boolean;
  /** A short name of a job in plain words, for instance "Dream of creatures". */
  title(params: ParamsOf<O>): string;
  /** What it does, for those who do not see the result. */
  deed(params: ParamsOf<O>): Deed;
  /** Whether the result is a film. */
  film(params: ParamsOf<O>): boolean;
  /**
   * Megapixel-steps of all that will be worked on.
   * @param done the longer side of the finished one that it goes on from, in pixels
   * @param atOnce pixels that are worked on at once, see {@link pixelsAtOnce}: tiles overlap
   */
  cost(params: ParamsOf<O>, done?: number, atOnce?: number): number;
  /** The longest side of the result in pixels, where it is not the largest of size, width and height. */
  side?(params: ParamsOf<O>): number;
  /** What it holds in memory at its worst moment. */
  footprint(params: ParamsOf<O>): Footprint;
  /** Whether a larger one goes on from the finished one, given as the picture `finished`; from the start otherwise. */
  goesOn?(params: ParamsOf<O>): boolean;
  /** Options that the time of a megapixel-step depends on, besides the network. */
  readonly paceOf: readonly (keyof O & string)[];
}

export interface RecipeDefinition<O extends RecipeOptions = RecipeOptions> extends Described<O> {
  /** The parameters, with defaults; the only check of them. */
  readonly params: z.ZodType<ParamsOf<O>>;
}

/**
 * A schema whose defaults a `preset` changes: what is given wins over the preset, the preset over the schema's own
 * defaults.
 *
 * The parsed parameters hold every value used, so a picture can be made again even when a preset changes later.
 * @param schema has a field `preset`
 * @example
 * const schema = z.strictObject({ preset: z.enum(["book"]).optional(), steps: z.number().default(10) });
 * withPresets(schema, { book: { steps: 20 } });
 */
export function withPresets<S extends z.ZodObject>(
  schema: S,
  presets: Presets<S>,
  defaultsWith: Described<RecipeOptions>["defaultsWith"] = () => ({}),
) {
  return z.preprocess((given) => {
    if (typeof given !== "object" || given === null) return given;
    const values = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    return { ...defaultsWith(values), ...presets[String(values.preset)], ...values };
  }, schema);
}

/** Derives the schema of the parameters from the options. */
export function defineRecipe<const O extends RecipeOptions>(described: Described<O>): RecipeDefinition<O> {
  const shape = Object.fromEntries(Object.entries(described.options).map(([key, { schema }]) => [key, schema]));
  const { presets, defaultsWith } = described;
  const params = withPresets(z.strictObject(shape) as unknown as Schema<O>, presets, defaultsWith);
  return { ...described, ...withVariants(described), params: params as unknown as z.ZodType<ParamsOf<O>> };
}

/**
 * A sheet of variations costs as much as they do one by one; those that are done are held until the last one is. A
 * morph costs no more than its image, but its frames are held. Of a moving picture each frame is made.
 */
function withVariants<O extends RecipeOptions>({
  cost,
  film,
  footprint,
  title,
}: Described<O>): Pick<Described<O>, "cost" | "film" | "footprint" | "title"> {
  return {
    film: (params) => film(params) || isMorph(params) || framesOf(params) > 1,
    cost: (params, ...how) => filmCost(params, (each) => cost(each, ...how)) * variationsOf(params),
    footprint(params) {
      const [one, count] = [footprint(params), variationsOf(params)];
      if (framesOf(params) > 1) return { ...one, pictures: (one.pictures ?? 0) + MOVING + framesOf(params) };
      const frames = isMorph(params)
        ? Math.ceil(MORPH_FRAMES * Math.min(1, megapixels(MORPH_SIDE) / one.megapixels))
        : 0;
      if (count === 1 && frames === 0) return one;
      return { ...one, pictures: (one.pictures ?? 0) + (count === 1 ? 0 : 2 * count) + frames };
    },
    title(params) {
      const [one, count] = [title(params), variationsOf(params)];
      if (framesOf(params) > 1) return `${one}, a film of ${framesOf(params)} frames`;
      if (isMorph(params)) return `${one}, a morph`;
      return count === 1 ? one : `${one}, ${count} variations`;
    },
  };
}

/** The frame before, moved, with its flow. */
const MOVING = 6;

/** A film costs what its first frame does, and less for each of the others. */
function filmCost<P>(params: P, cost: (params: P) => number): number {
  const { steps } = params as { readonly steps?: unknown };
  const frames = framesOf(params as object);
  if (frames === 1 || typeof steps !== "number") return cost(params);
  return cost(params) + (frames - 1 + openingOf(frames)) * cost({ ...params, ...laterParams({ steps }) });
}

/**
 * Parameters with defaults filled in, unchecked: stored jobs are described with them, also those that an older version
 * has made.
 */
export function completed<O extends RecipeOptions>(
  { options, presets, defaultsWith }: Pick<RecipeDefinition<O>, "options" | "presets" | "defaultsWith">,
  given: Readonly<Record<string, unknown>>,
): ParamsOf<O> {
  const defaults = Object.entries(options).map(([key, option]) => [key, option.default]);
  const values = Object.entries(given).filter(([, value]) => value !== undefined);
  const preset: object = Object.entries(presets).find(([name]) => name === given.preset)?.[1] ?? {};
  const said = Object.fromEntries(values);
  return { ...Object.fromEntries(defaults), ...defaultsWith?.(said), ...preset, ...said } as ParamsOf<O>;
}

/** What the time of a megapixel-step depends on, beginning with the recipe's name. */
export function costKey<O extends RecipeOptions>(
  definition: Pick<RecipeDefinition<O>, "name" | "options" | "presets" | "defaultsWith" | "paceOf">,
  given: Readonly<Record<string, unknown>>,
): string {
  const params: Readonly<Record<string, unknown>> = completed(definition, given);
  const further = definition.paceOf.map((key) => params[key]).filter((value) => value !== undefined);
  return [definition.name, String(params.network), ...further.map(String)].join(" ");
}

/**
 * Megabytes that a step's feature maps take for a megapixel, from docs/benchmarks.md ("Memory against size") and, where
 * nothing was measured, from the engine's own estimate of a network up to its last layers. VGG's have the tiles of
 * Winograd's algorithm in them.
 */
const MAPS: Readonly<Record<string, { readonly dream: number; readonly painting: number }>> = {
  resnet50: { dream: 1_000, painting: 1_600 },
  googlenet: { dream: 1_200, painting: 1_200 },
  vgg16: { dream: 3_500, painting: 4_000 },
  vgg19: { dream: 3_500, painting: 4_000 },
};
/** Of a network in a folder nothing is known: as much as the dearest of those above. */
const UNKNOWN = { dream: 3_500, painting: 4_000 };
/** Tiles are not cut so small that their feature maps take less, in megabytes. */
const SMALLEST_TILE = 300;
/** A picture of a megapixel in three channels of float32, in megabytes. */
const PICTURE = 12;
/**
 * Pictures of the result's size that are held at once: the input, the canvas, its gradient, the optimiser's moments,
 * frames being encoded.
 */
const PICTURES = 10;
/** What decoding and encoding take whatever the size, in megabytes. */
const BASE = 50;

export interface Footprint {
  readonly network: string;
  readonly kind: "dream" | "painting";
  /** Megapixels of what is worked on at once. Pictures are taken for squares: the most that a longest side may mean. */
  readonly megapixels: number;
  /** The recipe works on large pictures in tiles. */
  readonly tiled: boolean;
  /** Further pictures of that size that are held, as float32. */
  readonly pictures?: number;
}

/**
 * Megabytes that a job takes.
 * @param mapsMegabytes the engine's bound of a job's feature maps, beyond which it works in tiles
 */
export function megabytesOf(footprint: Footprint, mapsMegabytes: number): number {
  const { network, kind, megapixels, tiled, pictures = 0 } = footprint;
  const maps = megapixels * (MAPS[network] ?? UNKNOWN)[kind];
  const bound = tiled ? Math.max(mapsMegabytes, SMALLEST_TILE) : Number.POSITIVE_INFINITY;
  return Math.ceil(BASE + Math.min(maps, bound) + megapixels * PICTURE * (PICTURES + pictures));
}

/** Pixels that a recipe works on at once, about as many as the engine finds for the network and its layers. */
export function pixelsAtOnce({ network, kind, tiled }: Footprint, mapsMegabytes: number): number {
  if (!tiled) return Number.POSITIVE_INFINITY;
  return (1e6 * Math.max(mapsMegabytes, SMALLEST_TILE)) / (MAPS[network] ?? UNKNOWN)[kind];
}

/** Megapixels of a picture of these sides. */
export function megapixels(width: number, height: number = width): number {
  return (width * height) / 1e6;
}
