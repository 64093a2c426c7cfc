/** The definition of `dream`. */

import { classTermNames, expectedClasses, readClasses, sayClassTerms } from "../class-terms.js";
import {
  channelsOption,
  FINISHED,
  fileOptions,
  LEAST_CHAT_SIDE,
  layerOption,
  networkOption,
  octaveSizes,
  presetOption,
  seedOption,
  sizesAfter,
  TYPICAL_RATIO,
  workedMegapixels,
} from "../common-options.js";
import { defineRecipe, megapixels, type ParamsOf } from "../definition.js";
import { readLayerWeights } from "../layer-weights.js";
import { morphOptions } from "../morph-options.js";
import { movingOptions } from "../moving/options.js";
import { integer, number, readName, text } from "../option.js";
import { detailSeedOption, repeatOption } from "../variation-options.js";
import { maskPicture, whereOptions } from "../where/syntax.js";
import { LIKE_EXPECTED, readLike } from "./guide.js";
import { INTO_DEFAULTS, intoSizes, intoSteps } from "./into-schedule.js";

const options = {
  preset: presetOption,
  look: text(
    {
      help: "What to dream of",
      more: "A named choice of layers; `layers` overrides it.",
      expected: "a look's name",
      read: readName,
      inChat: { default: "creatures" },
      setting: { default: "dream.look" },
      insteadOf: ["layers", "channels"],
    },
    "look",
  ),
  into: text(
    {
      help: "What the picture is to become: things that the network knows, with weights",
      more: "Written `jellyfish:0.7 castle:0.3`; negative weights push away. `look`, `layers` and `channels` mix in.",
      expected: expectedClasses,
      read: readClasses,
    },
    "classes",
  ),
  away: text(
    { help: "What the picture is not to be", more: "Written as `into`.", expected: expectedClasses, read: readClasses },
    "classes",
  ),
  layers: text({
    help: "Instead of a look: layers of the network with weights",
    more: "Written `name:weight name:weight ...`.",
    expected: 'layer names with weights, such as "activation_36:1.5 activation_30:1.2"',
    read: readLayerWeights,
    insteadOf: ["look", "channels"],
  }),
  channels: channelsOption({
    help: "Instead of whole layers: channels of them, with weights",
    more: "Written `4:1 21:-0.5`, of `layer`, or `activation_30/4 activation_27/21:-0.5`.",
    example: "activation_30/4 activation_27/21:-0.5",
    insteadOf: ["layers", "like"],
  }),
  layer: layerOption(
    "The layer of channels that name none; without channels, the one to dream in",
    "Left out, the look's first.",
  ),
  ...whereOptions,
  size: integer({
    help: "Longest side of the result",
    unit: "px",
    minimum: 32,
    maximum: 8192,
    default: 512,
    inChat: { minimum: LEAST_CHAT_SIDE, maximum: 1024, print: 4096 },
    setting: { default: "dream.size", maximum: "dream.maxSize", print: "dream.printSize" },
  }),
  octaves: integer({
    help: "How many sizes to dream in, from small to large",
    minimum: 1,
    maximum: 20,
    default: 5,
    inChat: { default: 4, maximum: 8 },
    setting: { default: "dream.octaves", maximum: "dream.maxOctaves" },
  }),
  octaveScale: number({
    help: "How much larger each octave is",
    unit: "x",
    minimum: 1.05,
    maximum: 4,
    default: 1.4,
    setting: { default: "dream.octaveScale" },
  }),
  steps: integer({
    help: "Steps in each octave",
    minimum: 1,
    maximum: 500,
    default: 16,
    inChat: { default: 8, maximum: 100 },
    setting: { default: "dream.steps", maximum: "dream.maxSteps" },
  }),
  strength: number({
    help: "How strongly to change the picture",
    more: "1 is a clear dream, 0.5 a hint, 2 a wild one.",
    minimum: 0.01,
    maximum: 20,
    default: 1,
    setting: { default: "dream.strength" },
  }),
  jitter: integer({
    help: "Largest random shift of each step; anywhere when left out",
    more: [
      "From noise into a word: an eighth of the longest side.",
      "With none the network's grid of strides shows; with a small one the picture's border is dreamt less.",
    ].join(" "),
    unit: "px",
    minimum: 0,
    maximum: 4096,
    seldom: true,
  }),
  smoothing: number({
    help: "Smoothing of the gradient against the finest patterns; 0 is none",
    more: "1 is 0.5 to 2 pixels.",
    minimum: 0,
    maximum: 10,
    default: 1,
    seldom: true,
  }),
  tile: integer({
    help: "Largest side worked on at once; as large as memory allows when left out",
    notInChat: "The machine's memory decides it, which people in a chat do not know.",
    unit: "px",
    minimum: 256,
    maximum: 8192,
  }),
  like: text({
    help: "A guide, whose features the dream borrows: a style, a link, or attached, the second picture",
    more: "What chats call the picture `guide`. It changes nothing.",
    notInCli: "--guide names its file.",
    expected: LIKE_EXPECTED,
    read: readLike,
    insteadOf: ["channels"],
  }),
  seed: seedOption,
  detailSeed: detailSeedOption,
  repeat: repeatOption,
  ...movingOptions,
  ...morphOptions,
  network: networkOption("The trained network that dreams", "dream.network"),
  ...fileOptions,
};

/** What finding where a thing is costs, in steps. */
const CORE = 1;

/**
 * Change of one octave at strength 1 where there is no momentum, as a sum of mean absolute steps, in grey levels of
 * 0..255.
 */
export const PLAIN_CHANGE = 18;

/**
 * The book's values (12.3): 20 steps of 0.1 in 5 octaves of 1.4, no shifts, no smoothing. For VGG, the look "creatures"
 * has the book's layers. The strength is what makes a step 0.1.
 */
const BOOK = {
  network: "vgg16",
  octaves: 5,
  octaveScale: 1.4,
  steps: 20,
  strength: (20 * 0.1) / PLAIN_CHANGE,
  jitter: 0,
  smoothing: 0,
};

export const dreamDefinition = defineRecipe({
  name: "dream",
  command: "dream",
  version: 6,
  help: "Let a network dream in a picture: what it sees grows stronger",
  doing: "dreaming",
  examples: [
    "/dream",
    "/dream look:creatures strength:0.6",
    "/dream size:256 steps:20 seed:7",
    "/dream repeat:4",
    "/dream like:winter",
    "/dream octaves:3 octave-scale:1.6",
    '/dream layers:"activation_36:1.5 activation_30:1.2"',
    "/dream into:peacock",
    '/dream into:"jellyfish:0.7 castle:0.3" look:patterns',
    "/dream into:goldfish picture:none",
    "/dream away:alp",
    "/dream channels:activation_36/7 smoothing:0.5",
    "/dream where:mountain",
    '/dream where:"not mountain" feather:16',
    "/dream network:resnet50 picture:none",
    "/dream https://example.org/photo.jpg strength:0.6",
  ],
  options,
  presets: { book: BOOK, studio: {} },
  defaultsWith: ({ into, away }) => (into === undefined && away === undefined ? {} : INTO_DEFAULTS),
  pictures: {
    image: { help: "The picture to begin with", without: "it begins with noise", cutOut: true },
    guide: { help: "A picture whose features the dream borrows", without: "the dream follows the network alone" },
    [FINISHED]: {
      help: "A finished dream of the same picture, to go on from at larger sizes",
      without: "it begins with the smallest octave",
    },
    mask: { ...maskPicture, help: "A second picture: a mask, white where to dream; with like:attached, the guide" },
  },
  title: ({ look, layers, channels, into, away }) => {
    if (into !== undefined) return `Dream into ${sayClassTerms(into)}`;
    if (away !== undefined) return `Dream away from ${sayClassTerms(away)}`;
    if (channels !== undefined) return "Dream of chosen neurons";
    if (look !== undefined) return `Dream of ${look}`;
    return layers === undefined ? "Dream" : "Dream in chosen layers";
  },
  deed: ({ into, away, look }) => ({ does: "dream", into: classTermNames(into), away: classTermNames(away), look }),
  film: () => false,
  cost: ({ size, into, away, ...asked }, done, atOnce) => {
    const [height, { octaves, octaveScale, steps }] = [size * TYPICAL_RATIO, asked];
    if (into === undefined && away === undefined)
      return (
        steps * workedMegapixels(sizesAfter(done, octaveSizes(size, height, octaves, octaveScale), octaveScale), atOnce)
      );
    const sizes = intoSizes({ width: size, height }, asked);
    return sizes.reduce(
      (sum, of, octave) => sum + (intoSteps(asked, octave) + CORE) * workedMegapixels([of], atOnce),
      0,
    );
  },
  footprint: ({ network, size, where }) => {
    return { network, kind: "dream", megapixels: megapixels(size), tiled: true, pictures: where === undefined ? 0 : 2 };
  },
  goesOn: ({ into, away }) => into === undefined && away === undefined,
  paceOf: ["look", "layers", "channels"],
});

export type DreamParams = ParamsOf<typeof options>;
