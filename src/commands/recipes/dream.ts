import { readLayerWeights } from "../../engine/recipes/layer-weights.js";
import type { BotOptions } from "../bot-options.js";
import { choiceOption, integerOption, numberOption, textOption } from "../parsing/options.js";
import { UserError } from "../user-error.js";
import { megapixels, networkOption, randomSeed, seedOption } from "./common.js";
import { area, megabytes } from "./memory.js";
import type { Params, Recipe } from "./recipe.js";

/** The parameters of a dream, with the bounds of this house. */
export function dreamOptions(botOptions: BotOptions) {
  const { dream } = botOptions;
  return {
    look: choiceOption({
      help: "What to dream of",
      choices: botOptions.looks.map((look) => ({ value: look.name, label: look.help })),
      default: dream.look,
    }),
    layers: textOption({
      help: "Instead of a look: layers of the network with weights",
      expected: 'layer names with weights, such as "activation_36:1.5 activation_30:1.2"',
      read: readLayerWeights,
    }),
    size: integerOption({
      help: "Longest side of the result",
      unit: "px",
      minimum: 64,
      maximum: dream.maxSize,
      default: dream.size,
    }),
    octaves: integerOption({
      help: "How many sizes to dream in, from small to large",
      minimum: 1,
      maximum: dream.maxOctaves,
      default: dream.octaves,
    }),
    octaveScale: numberOption({
      help: "How much larger each octave is",
      unit: "x",
      minimum: 1.05,
      maximum: 4,
      default: dream.octaveScale,
    }),
    steps: integerOption({ help: "Steps in each octave", minimum: 1, maximum: dream.maxSteps, default: dream.steps }),
    strength: numberOption({
      help: "How strongly to change the picture",
      minimum: 0.01,
      maximum: 20,
      default: dream.strength,
    }),
    seed: seedOption(),
    network: networkOption(botOptions, "The trained network that dreams", dream.network),
  };
}

export function dreamRecipe(botOptions: BotOptions): Recipe {
  return {
    name: "dream",
    command: "dream",
    options: dreamOptions(botOptions),
    title: (params) => {
      if (typeof params.look === "string") return `Dream of ${params.look}`;
      return params.layers === undefined ? "Dream" : "Dream in chosen layers";
    },
    defaults: () => dreamDefaults(botOptions),
    change: async ({ params, pictures }, changes) => ({ params: changeDream(botOptions, params, changes), pictures }),
    cost: dreamWork,
    memory: ({ size, network }) =>
      megabytes(botOptions, { network, manner: "dream", megapixels: area(size), tiled: true }),
    costKey: (params) => `dream ${String(params.network)} ${String(params.look ?? params.layers ?? "")}`,
  };
}

/** Parameters of a new dream, before a look is chosen. */
export function dreamDefaults({ dream }: BotOptions): Params {
  const { octaves, octaveScale, steps, strength, size, network } = dream;
  return { size, octaves, octaveScale, steps, strength, seed: randomSeed(), network };
}

/** A dream's parameters with some changed: look and layers exclude one another, and both belong to one network. */
export function changeDream(botOptions: BotOptions, params: Params, changes: Params): Params {
  if (changes.look !== undefined && changes.layers !== undefined) {
    throw new UserError("dream.look-or-layers");
  }
  const { look: oldLook, layers: oldLayers, ...rest } = { ...params, ...changes };
  const network = String(rest.network);
  const moved = params.network !== rest.network;
  // Layers belong to one network.
  const layers = changes.layers ?? (changes.look === undefined && !moved ? oldLayers : undefined);
  if (layers !== undefined) return { ...rest, layers };
  const asked = changes.look !== undefined || (!moved && oldLook !== undefined);
  const look = lookFor(botOptions, network, changes.look ?? oldLook, asked);
  return look === undefined ? rest : { look, ...rest };
}

function lookFor(botOptions: BotOptions, network: string, wanted: unknown, asked: boolean): string | undefined {
  const known = botOptions.looks.filter((look) => look.networks.includes(network)).map((look) => look.name);
  if (typeof wanted === "string" && known.includes(wanted)) return wanted;
  const [first] = known;
  // A network from a folder: only the engine knows its looks, and which of them is its default.
  if (first === undefined) return typeof wanted === "string" && asked ? wanted : undefined;
  if (asked) {
    throw new UserError("dream.look-unknown", { network, look: String(wanted), known: known.join(", "), first });
  }
  return known.includes(botOptions.dream.look) ? botOptions.dream.look : first;
}

/** Megapixels of all octaves together, times steps. */
export function dreamWork(params: Params): number {
  const [size, octaves, scale, steps] = [params.size, params.octaves, params.octaveScale, params.steps].map(Number);
  if (!size || !octaves || !scale || !steps) return 0;
  return megapixels(size, octaves, scale) * steps;
}
