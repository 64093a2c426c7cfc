/** The definition of `neuron`. */
import { classTermNames, expectedClasses, readClasses, sayClassTerms } from "../class-terms.js";
import {
  channelsOption,
  fileOptions,
  LEAST_CHAT_SIDE,
  layerOption,
  megapixelsOf,
  networkOption,
  presetOption,
  seedOption,
} from "../common-options.js";
import { defineRecipe, megapixels, type ParamsOf } from "../definition.js";
import { morphOptions } from "../morph-options.js";
import { integer, number, text } from "../option.js";
import { RecipeError } from "../recipe.js";
import { repeatOption } from "../variation-options.js";
import { maskPicture, whereOptions } from "../where/syntax.js";
import { ascentOptions, BOOK_ASCENT, displayOption } from "./ascent-definition.js";

const MAX_SIDE = 4096;

const options = {
  channels: channelsOption({
    help: "A channel, or a mix: 4:1 21:-0.5; the seed chooses one when left out",
    more: "Or with layers, `block5_conv1/4 block4_conv1/21:-0.5`.",
    example: "activation_36/7",
    positional: true,
  }),
  layer: layerOption("The layer of channels that name none"),
  into: text(
    {
      help: "Instead of channels, or beside them: things that the network knows, with weights",
      more: "Written `jellyfish:0.7 castle:0.3`; negative weights push away.",
      expected: expectedClasses,
      read: readClasses,
    },
    "classes",
  ),
  away: text(
    { help: "What it is not to be", more: "Written as `into`.", expected: expectedClasses, read: readClasses },
    "classes",
  ),
  preset: presetOption,
  size: integer({
    help: "Side of the result",
    more: "`startSize` counts instead where it is given.",
    unit: "px",
    minimum: 32,
    maximum: MAX_SIDE,
    default: 384,
    inChat: { minimum: LEAST_CHAT_SIDE, maximum: 1024 },
    setting: { default: "neuron.size", maximum: "neuron.maxSize" },
  }),
  startSize: integer({
    help: "Side of the first octave; the result's then follows from the octaves",
    notInChat: "The result could be larger than the channel allows.",
    unit: "px",
    minimum: 16,
    maximum: MAX_SIDE,
  }),
  octaves: integer({
    help: "How many sizes, from small to large",
    minimum: 1,
    maximum: 100,
    default: 4,
    inChat: { maximum: 20 },
  }),
  octaveScale: number({
    help: "How much larger each octave is",
    unit: "x",
    minimum: 1,
    maximum: 4,
    default: 1.4,
    inChat: { minimum: 1.05 },
  }),
  steps: integer({
    help: "Steps in each octave",
    minimum: 1,
    maximum: 500,
    default: 12,
    inChat: { maximum: 100 },
    setting: { default: "neuron.steps", maximum: "neuron.maxSteps" },
  }),
  ...whereOptions,
  ...ascentOptions,
  display: displayOption,
  seed: seedOption,
  repeat: repeatOption,
  ...morphOptions,
  network: networkOption("The trained network that is looked into", "neuron.network"),
  ...fileOptions,
};

/** The smallest side that an octave starts from, in pixels. */
const SMALLEST = 48;

/** Sides of the octaves in pixels, however large they grow. */
function sidesOf({ size, startSize, octaves, octaveScale }: Sized): number[] {
  if (startSize === undefined) {
    const sides = Array.from({ length: octaves }, (_, i) => Math.round(size / octaveScale ** (octaves - 1 - i)));
    return sides.filter((side, i) => i === octaves - 1 || side >= SMALLEST);
  }
  const sides = [startSize];
  // The book cuts each side to whole pixels before the next grows from it.
  while (sides.length < octaves) sides.push(Math.floor((sides[sides.length - 1] ?? startSize) * octaveScale + 1e-9));
  return sides;
}

/**
 * Sides of the octaves in pixels.
 * @example neuronSizes({ startSize: 64, octaves: 20, octaveScale: 1.1 }) // 64, 70, 77, ... 375, as in the book
 * @throws RecipeError when they would grow past what can be worked on
 */
export function neuronSizes(params: Sized): number[] {
  const sides = sidesOf(params);
  const { startSize = params.size, octaves } = params;
  const last = sides.at(-1) ?? startSize;
  if (last > MAX_SIDE) throw new RecipeError("neuron.too-large", { start: startSize, octaves, last, most: MAX_SIDE });
  return sides;
}

type Sized = Pick<NeuronParams, "size" | "startSize" | "octaves" | "octaveScale">;

export const neuronDefinition = defineRecipe({
  name: "neuron",
  command: "neuron",
  version: 2,
  help: "Show what a neuron of the network looks for",
  doing: "looking",
  examples: [
    "/neuron",
    "/neuron activation_36/7",
    '/neuron channels:"4:1 21:-0.5" layer:activation_30 size:256',
    "/neuron into:peacock",
    "/neuron activation_36/7 where:centre",
  ],
  options,
  presets: {
    // The book's values (12.2): 64 px to 375 px in 20 octaves, sigma 2.
    book: {
      ...BOOK_ASCENT,
      layer: "block5_conv1",
      channels: "4",
      startSize: 64,
      octaves: 20,
      octaveScale: 1.1,
      steps: 10,
      blur: 2,
      blurDecay: 0,
    },
    studio: {},
  },
  pictures: {
    mask: {
      ...maskPicture,
      help: "A picture of a mask, white where the neuron is to grow",
      without: "it grows everywhere",
    },
  },
  title: ({ channels, layer, into, away }) => {
    if (into !== undefined) return `What ${sayClassTerms(into)} looks like`;
    if (away !== undefined && channels === undefined) return `What is least like ${sayClassTerms(away)}`;
    return channels === undefined ? "A neuron" : `Neuron ${layer === undefined ? "" : `${layer}/`}${channels}`;
  },
  deed: ({ channels, layer, into }) => ({
    does: "neuron",
    into: classTermNames(into),
    neuron: channels === undefined || layer === undefined ? channels : `${layer}/${channels}`,
  }),
  film: () => false,
  side: (params) => Math.max(...sidesOf(params)),
  cost: (params) => params.steps * megapixelsOf(sidesOf(params).map((side) => ({ width: side, height: side }))),
  footprint: (params) => ({
    network: params.network,
    kind: "dream",
    megapixels: megapixels(sidesOf(params).at(-1) ?? params.size),
    tiled: false,
    pictures: params.where === undefined ? 0 : 2,
  }),
  paceOf: [],
});

export type NeuronParams = ParamsOf<typeof options>;
