/** What stylize, blend and texture share: options of paintings, and styles as the engine takes them. */
import type { ChannelRef } from "../../domain/channel.js";
import type { Credit } from "../../domain/credit.js";
import { readLayerWeights } from "../../engine/recipes/layer-weights.js";
import type { BotOptions } from "../bot-options.js";
import {
  choiceOption,
  flagOption,
  integerOption,
  kebab,
  numberOption,
  type Options,
  textOption,
} from "../parsing/options.js";
import { findStyle, type StyleLibrary, styleCredit } from "../styles/style-library.js";
import { networkOption, seedOption, TYPICAL_AREA } from "./common.js";
import { area, type Footprint, megabytes } from "./memory.js";
import type { Draft, Params } from "./recipe.js";

/** One of the engine's `styles`: which picture, what people call it, and its share. */
export interface StyleParam {
  readonly picture: string;
  readonly name: string;
  readonly weight: number;
}

/** The word for a style that was sent as a picture of its own. */
export const ATTACHED = "attached";
/** The word for the photo's own style. */
export const PHOTO = "photo";

export function paintingOptions({ paint, networks }: BotOptions) {
  return {
    size: integerOption({
      help: "Longest side of the result",
      unit: "px",
      minimum: 64,
      maximum: paint.maxSize,
      default: paint.size,
    }),
    steps: integerOption({ help: "Steps at each scale", minimum: 1, maximum: paint.maxSteps, default: paint.steps }),
    smooth: numberOption({ help: "More is smoother, 0 is rough", minimum: 0, maximum: 1000, default: 1 }),
    styleScale: numberOption({ help: "Size of the strokes", unit: "x", minimum: 0.25, maximum: 3, default: 1 }),
    styleLayers: textOption({
      help: "Layers of the network that see the style, with weights",
      expected: 'layer names with weights, such as "activation_9:1 activation_21:0.5"',
      read: readLayerWeights,
    }),
    seed: seedOption(),
    network: networkOption({ networks }, "The trained network that paints", paint.network),
  };
}

export function photoOptions(botOptions: BotOptions) {
  return {
    strength: numberOption({
      help: "From 0, the photo, to 1, the style",
      minimum: 0,
      maximum: 1,
      default: botOptions.paint.strength,
    }),
    ...paintingOptions(botOptions),
    keepColours: flagOption({ help: "Keep the photo's own colours", default: false }),
    start: choiceOption({
      help: "What the canvas begins with",
      choices: [
        { value: "photo", label: "The photo" },
        { value: "noise", label: "Noise" },
        { value: "style", label: "The style's picture" },
      ],
      default: "photo",
    }),
  };
}

/** Styles as parameters, and their pictures: those of styles that were there before are let go of. */
export async function withStyles(
  { params, pictures }: Draft,
  chosen: readonly { readonly style: string; readonly weight: number }[],
  { channel, styles: library }: { readonly channel: ChannelRef; readonly styles: StyleLibrary },
  options: Options = {},
): Promise<Draft> {
  const kept = Object.fromEntries(Object.entries(pictures).filter(([role]) => !/^style\d/.test(role)));
  const styles: StyleParam[] = [];
  const added: Record<string, Uint8Array> = {};
  const styleCredits: Credit[] = [];
  for (const [index, { style, weight }] of chosen.entries()) {
    if (style.toLowerCase() === PHOTO) {
      styles.push({ picture: "image", name: PHOTO, weight });
      continue;
    }
    const picture = `style${index + 1}`;
    if (style === ATTACHED && pictures.style1) {
      added[picture] = pictures.style1;
      styles.push({ picture, name: ATTACHED, weight });
      continue;
    }
    const found = await findStyle(library, channel, style, Object.keys(options).map(kebab));
    added[picture] = await found.picture();
    styles.push({ picture, name: found.name, weight });
    styleCredits.push(styleCredit(found));
  }
  return { params: { ...params, styles }, pictures: { ...kept, ...added }, styleCredits };
}

export function stylesOf(params: Params): readonly StyleParam[] {
  return Array.isArray(params.styles) ? (params.styles as StyleParam[]) : [];
}

/** What a painting takes: its styles are pictures of its size, times the square of their strokes' scale. */
export function paintingMemory(
  params: Params,
  botOptions: BotOptions,
  more: Partial<Pick<Footprint, "megapixels" | "pictures">> = {},
): number {
  const { megapixels = area(params.size), pictures = 0 } = more;
  const styles = Math.max(1, stylesOf(params).length) * Number(params.styleScale ?? 1) ** 2;
  return megabytes(botOptions, {
    network: params.network,
    manner: "painting",
    megapixels,
    tiled: true,
    pictures: pictures + styles,
  });
}

/** The engine's smallest scale, in pixels of the longer side, and how much larger each further one is. */
const FIRST_SCALE = 128;
const GROWTH = Math.SQRT2;

/** Megapixel-steps of a painting: scales from 128 px up, the first with twice the steps. */
export function paintingWork(params: Params, botOptions: BotOptions): number {
  const size = Number(params.size);
  const steps = Number(params.steps ?? botOptions.paint.steps);
  let work = 0;
  let scale = size;
  while (scale > FIRST_SCALE) {
    work += (scale ** 2 * TYPICAL_AREA * steps) / 1e6;
    scale /= GROWTH;
  }
  return work + (Math.min(size, FIRST_SCALE) ** 2 * TYPICAL_AREA * 2 * steps) / 1e6;
}
