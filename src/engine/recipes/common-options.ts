/** Options that most recipes have. */
import { z } from "zod";
import { fitInside, type Size } from "../images/raster.js";
import { workedPixels } from "../tiles.js";
import { readChannelText } from "./channel-syntax.js";
import { type Choice, choice, flag, integer, type RecipeOption, readName, type SettingKey, text } from "./option.js";

/**
 * Photos are mostly 4:3 or 3:2: the height of a picture whose longer side is 1, for what is estimated before it is
 * seen.
 */
export const TYPICAL_RATIO = 0.7;

/** Seeds are whole numbers below 2^31. */
export const MAX_SEED = 2 ** 31 - 1;
/** The least side in chats, in pixels: smaller results show nothing there. */
export const LEAST_CHAT_SIDE = 64;

export const seedOption = integer({
  help: "The same number makes the same picture again",
  minimum: 0,
  maximum: MAX_SEED,
  default: 1,
});

export function networkOption(help: string, setting: SettingKey): RecipeOption<z.ZodDefault<z.ZodString>> {
  return {
    kind: "network",
    help,
    setting: { default: setting },
    more: "The id of a network of the catalogue, or a path.",
    default: "resnet50",
    schema: z.string().default("resnet50"),
  };
}

const PRESETS = [
  { value: "studio", label: "The best known now" },
  { value: "book", label: "The Deep Learning Cookbook's" },
] as const satisfies readonly Choice[];
const PRESET_HELP = "A set of defaults";

/** A preset may be left out, which is "studio". */
export const presetOption = choice({ help: PRESET_HELP, choices: PRESETS });

/** Of paintings: it is written down even when it was left out. */
const [STUDIO, BOOK] = PRESETS;
export const paintingPresetOption = choice({
  help: PRESET_HELP,
  choices: [STUDIO, { value: "quality", label: "Nearer to the style, in more than twice the time" }, BOOK],
  default: "studio",
});

export function layerOption(help: string, more?: string) {
  return text({ help, more, expected: "a layer's name, such as activation_36", read: readName });
}

export function channelsOption(description: {
  readonly help: string;
  readonly more?: string;
  readonly example: string;
  readonly positional?: boolean;
  readonly insteadOf?: readonly string[];
  readonly read?: (typed: string) => string | undefined;
}) {
  const { example, read = readChannelText, ...rest } = description;
  return text({ ...rest, expected: `channels such as "${example}"`, read });
}

/** What a result's file says of its making. */
export const fileOptions = {
  bare: flag({
    help: "Leave out of the picture's file how it was made",
    notInCli: "The shell writes nothing of it into files.",
  }),
};

/** The role of a finished result from which a larger one goes on. */
export const FINISHED = "finished";

/** Bytes that a film may take where nothing else is said: larger ones take long to load. */
export const FILM_BYTES = 8_000_000;

export const formatOption = choice({
  help: "The film's format",
  notInCli: "The ending of the output's name is the format.",
  more: "mp4 needs ffmpeg on the PATH; made of a film with sound, it has that sound.",
  choices: [
    { value: "webp", label: "Animated WebP" },
    { value: "gif", label: "GIF: larger, with fewer colours" },
    { value: "mp4", label: "MP4" },
  ],
  default: "webp",
});

export function maxBytesOption(minimum: number) {
  return integer({
    help: "Most bytes of the film: it is made smaller until it fits",
    notInChat: "The platform's own limit is taken.",
    minimum,
    maximum: Number.MAX_SAFE_INTEGER,
    default: FILM_BYTES,
  });
}

/** Megapixels of some sizes together. */
export function megapixelsOf(sizes: readonly Size[]): number {
  return sizes.reduce((sum, { width, height }) => sum + (width * height) / 1e6, 0);
}

/** Pixels of an image per pixel of the layers that most looks dream in. */
const USUAL_STRIDE = 16;

/** Megapixels that a step works on at some sizes together, with the margins of tiles. */
export function workedMegapixels(sizes: readonly Size[], atOnce: number = Number.POSITIVE_INFINITY): number {
  const tiles = { stride: USUAL_STRIDE, pixels: atOnce };
  return sizes.reduce((sum, size) => sum + workedPixels(size, tiles) / 1e6, 0);
}

/** How much larger each scale of a painting is than the one before. */
export const GROWTH = Math.SQRT2;

/**
 * Sizes with the longer side growing by sqrt(2) from about `smallest` to the size itself, smallest first.
 *
 * Source: style-transfer-pytorch (Katherine Crowson), which grows by the same factor from 128 pixels. Departure: from
 * 160; what smaller ones find is lost again, and with it some of the photo.
 * @param least scales whose shorter side is below are left out
 */
export function paintingScales(width: number, height: number, smallest = 160, least = 1): Size[] {
  const scales: Size[] = [{ width, height }];
  for (let side = Math.max(width, height) / GROWTH; side >= smallest / 1.1; side /= GROWTH)
    scales.unshift(fitInside(width, height, side));
  return scales.filter((size, i) => i === scales.length - 1 || sees(size, least));
}

const sees = ({ width, height }: Size, least: number): boolean => Math.min(width, height) >= least;

/** Sizes after one that is done, each about `scale` times the one before, ending at width x height. */
export function furtherSizes(done: Size, { width, height }: Size, scale: number): Size[] {
  const growth = Math.max(width, height) / Math.max(done.width, done.height);
  if (growth <= 1) return [];
  const count = Math.max(1, Math.round(Math.log(growth) / Math.log(scale)));
  return Array.from({ length: count }, (_, i) =>
    i === count - 1
      ? { width, height }
      : fitInside(width, height, Math.max(width, height) / growth ** (1 - (i + 1) / count)),
  );
}

/** Sizes that are still worked on after a finished one of this longer side; all where nothing is done, or as large. */
export function sizesAfter(done: number | undefined, all: readonly Size[], scale: number): readonly Size[] {
  const whole = all.at(-1);
  if (done === undefined || !whole) return all;
  const further = furtherSizes(fitInside(whole.width, whole.height, done), whole, scale);
  return further.length > 0 ? further : all;
}

/** The smallest side an octave is worked at, in pixels: below it deep layers see nothing but their own padding. */
export const SMALLEST_OCTAVE = 48;

/**
 * Sizes of the octaves, smallest first, each `scale` times the one before, ending at width x height.
 *
 * Octaves whose longer side would fall below {@link SMALLEST_OCTAVE}, or the shorter one below `least`, are left out,
 * so a small or narrow image gets fewer.
 */
export function octaveSizes(width: number, height: number, octaves: number, scale: number, least = 1): Size[] {
  const longer = Math.max(width, height);
  const sizes: Size[] = [];
  for (let i = octaves - 1; i >= 0; i--) {
    const side = longer / scale ** i;
    const size = i === 0 ? { width, height } : fitInside(width, height, side);
    if (i === 0 || (side >= SMALLEST_OCTAVE && sees(size, least))) sizes.push(size);
  }
  return sizes;
}
