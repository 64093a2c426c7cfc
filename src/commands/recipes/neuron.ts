import type { BotOptions } from "../bot-options.js";
import { integerOption, numberOption, textOption } from "../parsing/options.js";
import { channelsOption, megapixels, networkOption, randomSeed, seedOption } from "./common.js";
import { area, megabytes } from "./memory.js";
import type { Recipe } from "./recipe.js";

const SQUARE = 1;

export function layerOption(help: string) {
  return textOption({
    help,
    expected: "a layer's name, such as activation_36",
    read: (typed) => /^[\w./:-]{1,100}$/u.exec(typed.trim())?.[0],
  });
}

/** What one channel of a network, or a mix of some, looks for. */
export function neuronRecipe(botOptions: BotOptions): Recipe {
  const { neuron } = botOptions;
  return {
    name: "neuron",
    command: "neuron",
    options: {
      channels: {
        ...channelsOption({
          help: "A channel, or a mix: 4:1 21:-0.5; the seed chooses one when left out",
          example: "activation_36/7",
        }),
        positional: true,
      },
      layer: layerOption("The layer of channels that name none"),
      size: integerOption({
        help: "Side of the result",
        unit: "px",
        minimum: 64,
        maximum: neuron.maxSize,
        default: neuron.size,
      }),
      octaves: integerOption({ help: "How many sizes, from small to large", minimum: 1, maximum: 12, default: 4 }),
      octaveScale: numberOption({
        help: "How much larger each octave is",
        unit: "x",
        minimum: 1.05,
        maximum: 4,
        default: 1.4,
      }),
      steps: integerOption({
        help: "Steps in each octave",
        minimum: 1,
        maximum: neuron.maxSteps,
        default: neuron.steps,
      }),
      blur: numberOption({
        help: "Smoothing of the finest patterns",
        unit: "px",
        minimum: 0,
        maximum: 20,
        default: 0.5,
      }),
      seed: seedOption(),
      network: networkOption(botOptions, "The trained network that is looked into", neuron.network),
    },
    title: ({ channels, layer }) =>
      typeof channels === "string" ? `Neuron ${typeof layer === "string" ? `${layer}/` : ""}${channels}` : "A neuron",
    defaults: () => ({
      size: neuron.size,
      octaves: 4,
      octaveScale: 1.4,
      steps: neuron.steps,
      seed: randomSeed(),
      network: neuron.network,
    }),
    change: async ({ params, pictures }, changes) => ({ params: { ...params, ...changes }, pictures }),
    cost: ({ size, octaves, octaveScale, steps }) =>
      megapixels(Number(size), Number(octaves), Number(octaveScale), SQUARE) * Number(steps),
    memory: ({ size, network }) =>
      megabytes(botOptions, { network, manner: "dream", megapixels: area(size), tiled: false }),
    costKey: ({ network }) => `neuron ${String(network)}`,
  };
}
