import type { BotOptions } from "../bot-options.js";
import { choiceOption, integerOption, numberOption } from "../parsing/options.js";
import { channelsOption, networkOption, randomSeed, seedOption, TYPICAL_AREA } from "./common.js";
import { filmBytes, formatOption } from "./film.js";
import { area, megabytes } from "./memory.js";
import { layerOption } from "./neuron.js";
import type { Recipe } from "./recipe.js";

/** A film's pictures are on disk, but it is encoded from all of them twice, in bytes: half of what as many in float32 take. */
const OF_FRAMES = 1 / 2;

/** A film that falls into a picture for ever, from one neuron to the next. */
export function zoomRecipe(botOptions: BotOptions): Recipe {
  const { film, neuron } = botOptions;
  return {
    name: "zoom",
    command: "zoom",
    options: {
      channels: {
        ...channelsOption({
          help: "Neurons one after the other; the seed chooses four when left out",
          example: "activation_36/7 activation_27/10",
        }),
        positional: true,
      },
      layer: layerOption("The layer of neurons that name none"),
      frames: integerOption({
        help: "Pictures of the film",
        minimum: 2,
        maximum: film.maxFrames,
        default: film.frames,
      }),
      framesPerSecond: numberOption({ help: "Pictures a second", minimum: 1, maximum: 50, default: 16 }),
      width: integerOption({
        help: "Width of the film",
        unit: "px",
        minimum: 64,
        maximum: film.maxWidth,
        default: film.width,
      }),
      zoom: numberOption({
        help: "How much each picture grows: 0.02 is 2 %; below 0 the film goes back",
        minimum: -0.2,
        maximum: 0.5,
        default: 0.02,
      }),
      rotate: numberOption({ help: "Turn of each picture, in degrees", minimum: -45, maximum: 45, default: 0.4 }),
      fade: integerOption({
        help: "Pictures over which one neuron fades into the next",
        minimum: 0,
        maximum: 1000,
        default: 16,
      }),
      loop: choiceOption({
        help: "How the film ends",
        choices: [
          { value: "none", label: "It begins again with a jump" },
          { value: "fade", label: "The end fades into the beginning" },
          { value: "bounce", label: "Back the way it came" },
        ],
        default: "none",
      }),
      steps: integerOption({ help: "Steps of each picture", minimum: 0, maximum: 20, default: 3 }),
      format: formatOption(),
      seed: seedOption(),
      network: networkOption(botOptions, "The trained network that is filmed", neuron.network),
    },
    title: () => "Endless zoom",
    defaults: () => ({ frames: film.frames, width: film.width, steps: 3, seed: randomSeed(), network: neuron.network }),
    change: async ({ params, pictures }, changes, scope) => ({
      params: { ...params, ...changes, ...filmBytes(scope) },
      pictures,
    }),
    cost: ({ frames, width, steps }) =>
      (Number(frames) * Number(width) ** 2 * TYPICAL_AREA * Math.max(1, Number(steps))) / 1e6,
    memory: ({ frames, width, network, loop }) => {
      const pictures = Number(frames) * (loop === "bounce" ? 2 : 1) * OF_FRAMES;
      return megabytes(botOptions, { network, manner: "dream", megapixels: area(width), tiled: false, pictures });
    },
    costKey: ({ network }) => `zoom ${String(network)}`,
  };
}
