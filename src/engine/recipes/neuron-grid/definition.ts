/** The definition of `grid`, a sheet of neurons. */
import { wordsOf } from "../channel-syntax.js";
import { expectedClasses, readClasses, sayClassTerms } from "../class-terms.js";
import { channelsOption, fileOptions, networkOption, presetOption, seedOption } from "../common-options.js";
import { defineRecipe, megapixels, type ParamsOf } from "../definition.js";
import { ascentOptions, BOOK_ASCENT, displayOption } from "../neuron/ascent-definition.js";
import { integer, readName, text } from "../option.js";

/** Largest batch: more would only take memory. */
export const BATCH = 16;
/** Layers shown where none are named. */
export const USUAL_ROWS = 5;
const MAX_CHAT_ROWS = 8;

const options = {
  layers: text({
    help: "Layers, a row each; five from shallow to deep when left out",
    more: "Their names with spaces between them.",
    positional: true,
    expected: `up to ${MAX_CHAT_ROWS} layers' names with spaces between them`,
    read: (typed) => {
      const names = wordsOf(typed);
      return names.length <= MAX_CHAT_ROWS && names.every((name) => readName(name) === name)
        ? names.join(" ")
        : undefined;
    },
    insteadOf: ["find"],
  }),
  channels: channelsOption({
    help: "These channels; the seed draws some when left out",
    more: "`4 7 21` of every layer, or `block5_conv1/4 block3_conv1/7`.",
    example: "4 7 21",
    insteadOf: ["find"],
  }),
  find: text(
    {
      help: "Channels that stand for something: peacock; instead of layers and channels",
      more: "Of the one layer whose channels the classifier reads, those whose weights to it stand out most.",
      expected: expectedClasses,
      read: readClasses,
      insteadOf: ["layers", "channels"],
    },
    "classes",
  ),
  preset: presetOption,
  sample: integer({
    help: "Channels drawn of each layer",
    more: "The best `columns` of them are shown.",
    minimum: 1,
    maximum: 128,
    default: 12,
    inChat: { maximum: 32, default: 8 },
  }),
  columns: integer({
    help: "The best that are shown, in a row",
    minimum: 1,
    maximum: 32,
    default: 8,
    inChat: { maximum: 16, default: 6 },
  }),
  size: integer({
    help: "Side of each picture",
    more: "An eighth is cut off on every side.",
    unit: "px",
    minimum: 48,
    maximum: 512,
    default: 128,
    inChat: { maximum: 256, default: 96 },
  }),
  steps: integer({
    help: "Steps of each channel",
    minimum: 1,
    maximum: 500,
    default: 16,
    inChat: { default: 12, maximum: 100 },
    setting: { default: "neuron.steps", maximum: "neuron.maxSteps" },
  }),
  ...ascentOptions,
  display: displayOption,
  seed: seedOption,
  network: networkOption("The trained network that is looked into", "neuron.network"),
  ...fileOptions,
};

export const gridDefinition = defineRecipe({
  name: "grid",
  command: "neurons",
  version: 3,
  help: "Show many neurons of some layers on one sheet",
  doing: "looking",
  examples: [
    "/neurons",
    '/neurons layers:"activation_21 activation_36" columns:4',
    '/neurons activation_30 channels:"4 7 21"',
    "/neurons find:peacock",
  ],
  options,
  presets: {
    // The book's values (12.1).
    book: {
      ...BOOK_ASCENT,
      layers: "block1_conv1 block2_conv1 block3_conv2 block4_conv2 block5_conv3",
      size: 128,
      steps: 20,
      blur: 0,
    },
    studio: {},
  },
  pictures: {},
  title: ({ network, find }) =>
    find === undefined ? `Neurons of ${network}` : `Neurons of ${network} for ${sayClassTerms(find)}`,
  deed: ({ network }) => ({ does: "neurons", network }),
  film: () => false,
  cost: ({ layers, sample, size, steps, find, columns }) => {
    if (find !== undefined) return columns * megapixels(size) * steps;
    const rows = layers === undefined ? USUAL_ROWS : wordsOf(layers).length;
    return rows * sample * megapixels(size) * steps;
  },
  footprint: ({ channels, find, sample, size, network }) => {
    const batch = channels === undefined && find === undefined ? Math.min(sample, BATCH) : BATCH;
    return { network, kind: "dream", megapixels: batch * megapixels(size), tiled: false };
  },
  paceOf: [],
});

export type GridParams = ParamsOf<typeof options>;
