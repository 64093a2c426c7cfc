/** Neurons: pictures, made from noise, of what a network's channels look for (Deep Learning Cookbook 12.1 and 12.2). */
import { z } from "zod";
import { random } from "../../images/random.js";
import { CHANNELS, type Raster } from "../../images/raster.js";
import { resize } from "../../images/resample.js";
import { lookLayers } from "../../networks/looks.js";
import type { Network } from "../../networks/network.js";
import { type ChannelTerm, channels as channelsObjective } from "../../objectives/channels.js";
import { channelsOf, parseChannels } from "../channel-terms.js";
import { descendOctaves, type Schedule } from "../descend-octaves.js";
import { bookNoise, clouds } from "../noise.js";
import { type Frame, type Pictures, type RecipeContext, RecipeError } from "../recipe.js";
import { floatsOf, type SavedState } from "../saved-state.js";
import { withPresets } from "../with-presets.js";
import { neuronAscent } from "./ascent.js";
import { ascentOptionsOf, displayField, mannerFields, seedField, shown } from "./ascent-options.js";

const MAX_SIDE = 4096;

const Schema = z.strictObject({
  preset: z.enum(["book", "studio"]).optional(),
  network: z.string().default("resnet50"),
  /** The layer of channels that name none. */
  layer: z.string().optional(),
  /** `4:1 21:-0.5`, or with layers `block5_conv1/4 block4_conv1/21:-0.5`; left out, the seed chooses one. */
  channels: z.string().optional(),
  /** Side of the result in pixels, unless `startSize` says where to begin. */
  size: z.number().int().min(32).max(MAX_SIDE).default(384),
  /** Side of the first octave in pixels; the result's then follows from the octaves. */
  startSize: z.number().int().min(16).max(MAX_SIDE).optional(),
  octaves: z.number().int().min(1).max(100).default(4),
  octaveScale: z.number().min(1).max(4).default(1.4),
  /** Steps an octave. */
  steps: z.number().int().min(1).max(500).default(12),
  ...mannerFields,
  display: displayField,
  seed: seedField,
});

/** The book's values (12.2): 64 px to 375 px in 20 octaves, sigma 2. */
const BOOK = {
  network: "vgg16",
  layer: "block5_conv1",
  channels: "4",
  startSize: 64,
  octaves: 20,
  octaveScale: 1.1,
  steps: 10,
  step: 1,
  blur: 2,
  blurDecay: 0,
  gradient: "plain",
  colours: "plain",
  leak: 0,
  jitter: 0,
  turn: 0,
  wobble: 0,
  display: "standard",
} as const;

export const NeuronParams = withPresets(Schema, { book: BOOK, studio: {} });
export type NeuronParams = z.output<typeof NeuronParams>;

/**
 * Shows what channels look for: gradient ascent on their spatial mean, at growing sizes.
 *
 * Departure from the book: its network sees the picture as it is; here the mean of the network's training is always taken off.
 * @throws RecipeError, NetworkError for channels or layers that do not exist
 */
export async function* neuron(
  params: NeuronParams,
  _pictures: Pictures,
  context: RecipeContext,
): AsyncGenerator<Frame, void, void> {
  const { programs, resume } = context;
  const network = await context.network(params.network);
  const next = random(params.seed);
  const terms = termsOf(params, network, next);
  const objective = channelsObjective([terms], channelsOf(network), params.leak);
  const sides = neuronSizes(params);
  const saved = resume && savedImage(resume, sides);
  const [side = params.size] = sides;
  const first = saved?.image ?? startingNoise(side, params, next);
  if (saved) next.state = saved.random;
  const schedule: Schedule = {
    sizes: sides.map((side) => ({ width: side, height: side })),
    done: saved?.octave ?? 0,
    steps: () => params.steps,
    begin: (octave, { width, height }, before = first) => ({
      image: resize(before, width, height),
      ...neuronAscent({ programs, network }, objective, [next], ascentOptionsOf(params, octave)),
    }),
    show: (image) => shown(image, params.display),
    savable: ({ data }, { octave, last }) =>
      last
        ? { bytes: data.byteLength, save: () => ({ octave, numbers: { random: next.state }, arrays: { image: data } }) }
        : undefined,
  };
  yield* descendOctaves(schedule, context);
}

function savedImage(
  state: SavedState,
  sizes: readonly number[],
): { octave: number; image: Raster; random: number } | undefined {
  const side = state.octave < sizes.length ? sizes[state.octave - 1] : undefined;
  const data = side && floatsOf(state, "image", CHANNELS * side * side);
  const { random: place } = state.numbers;
  return data && place !== undefined
    ? { octave: state.octave, image: { width: side, height: side, data }, random: place }
    : undefined;
}

/**
 * Sides of the octaves in pixels.
 * @example neuronSizes({ startSize: 64, octaves: 20, octaveScale: 1.1 }) // 64, 70, 77, ... 375, as in the book
 * @throws RecipeError when they would grow past what can be worked on
 */
export function neuronSizes({
  size,
  startSize,
  octaves,
  octaveScale,
}: Pick<NeuronParams, "size" | "startSize" | "octaves" | "octaveScale">): number[] {
  if (startSize === undefined) {
    const sides = Array.from({ length: octaves }, (_, i) => Math.round(size / octaveScale ** (octaves - 1 - i)));
    return sides.filter((side, i) => i === octaves - 1 || side >= SMALLEST);
  }
  const sides = [startSize];
  // The book cuts each side to whole pixels before the next grows from it.
  while (sides.length < octaves) sides.push(Math.floor((sides[sides.length - 1] ?? startSize) * octaveScale + 1e-9));
  const last = sides[sides.length - 1] ?? startSize;
  if (last > MAX_SIDE)
    throw new RecipeError(
      `From ${startSize} px, ${octaves} octaves end at ${last} px; the most is ${MAX_SIDE}. Take fewer.`,
    );
  return sides;
}

/** The smallest side that an octave starts from, in pixels. */
const SMALLEST = 48;

/** The channels asked for, or one that the seed chooses in the layer. */
export function termsOf(
  { layer, channels }: { readonly layer?: string | undefined; readonly channels?: string | undefined },
  network: Network,
  next: () => number,
): ChannelTerm[] {
  const home = layer ?? Object.keys(lookLayers(network))[0];
  if (channels !== undefined) return parseChannels(channels, network, home);
  const [term] = parseChannels("0", network, home);
  if (!term) return [];
  return [{ ...term, channel: Math.floor(next() * channelsOf(network)(term.layer)) }];
}

function startingNoise(side: number, { gradient }: NeuronParams, next: () => number): Raster {
  return gradient === "plain" ? bookNoise(side, side, next) : clouds(side, side, next);
}
