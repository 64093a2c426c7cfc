import type { BotOptions } from "../bot-options.js";
import { integerOption, textOption } from "../parsing/options.js";
import { channelsOption, networkOption, randomSeed, seedOption } from "./common.js";
import { area, megabytes } from "./memory.js";
import type { Recipe } from "./recipe.js";

/** Layers shown when none are named: the engine chooses five. */
const USUAL_LAYERS = 5;
/** Channels that the engine climbs to in one batch, at most. */
const BATCH = 16;

/** A sheet of what many channels of some layers look for. */
export function neuronsRecipe(botOptions: BotOptions): Recipe {
  const { neuron } = botOptions;
  return {
    name: "grid",
    command: "neurons",
    options: {
      layers: {
        ...textOption({
          help: "Layers, a row each; five from shallow to deep when left out",
          expected: "up to 8 layers' names with spaces between them",
          read: (typed) => {
            const names = typed.trim().split(/[\s,]+/u);
            return names.length <= 8 && names.every((name) => /^[\w./:-]{1,100}$/u.test(name))
              ? names.join(" ")
              : undefined;
          },
        }),
        positional: true,
      },
      channels: channelsOption({ help: "These channels; the seed draws some when left out", example: "4 7 21" }),
      sample: integerOption({ help: "Channels drawn of each layer", minimum: 1, maximum: 32, default: 8 }),
      columns: integerOption({ help: "The best that are shown, in a row", minimum: 1, maximum: 16, default: 6 }),
      size: integerOption({ help: "Side of each picture", unit: "px", minimum: 48, maximum: 256, default: 96 }),
      steps: integerOption({ help: "Steps of each", minimum: 1, maximum: neuron.maxSteps, default: neuron.steps }),
      seed: seedOption(),
      network: networkOption(botOptions, "The trained network that is looked into", neuron.network),
    },
    title: ({ network }) => `Neurons of ${String(network)}`,
    defaults: () => ({
      sample: 8,
      columns: 6,
      size: 96,
      steps: neuron.steps,
      seed: randomSeed(),
      network: neuron.network,
    }),
    change: async ({ params, pictures }, changes) => ({ params: { ...params, ...changes }, pictures }),
    cost: ({ layers, sample, size, steps }) => {
      const rows = typeof layers === "string" ? layers.split(" ").length : USUAL_LAYERS;
      return (rows * Number(sample) * Number(size) ** 2 * Number(steps)) / 1e6;
    },
    memory: ({ channels, sample, size, network }) => {
      const batch = channels === undefined ? Math.min(Number(sample), BATCH) : BATCH;
      return megabytes(botOptions, { network, manner: "dream", megapixels: batch * area(size), tiled: false });
    },
    costKey: ({ network }) => `grid ${String(network)}`,
  };
}
