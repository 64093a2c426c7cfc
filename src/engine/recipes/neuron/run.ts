/** Neurons: pictures, made from noise, of what a network's channels look for (Deep Learning Cookbook 12.1 and 12.2). */

import { random } from "../../images/random.js";
import { CHANNELS, type Raster } from "../../images/raster.js";
import { middle, resize } from "../../images/resample.js";
import { lookLayers } from "../../networks/looks.js";
import { leastSideOf, type Network } from "../../networks/network.js";
import { type ChannelTerm, channels as channelsObjective } from "../../objectives/channels.js";
import { takeSteps } from "../../optimize/steps.js";
import { channelsOf, parseChannels } from "../channel-terms.js";
import { descendOctaves, type Schedule } from "../descend-octaves.js";
import { startingNoise } from "../noise.js";
import type { Frame, Pictures, RecipeContext } from "../recipe.js";
import { floatsOf, type SavedState } from "../saved-state.js";
import { neuronAscent } from "./ascent.js";
import { ascentOptionsOf, shown } from "./ascent-options.js";
import { type NeuronParams, neuronSizes } from "./definition.js";

/**
 * Shows what channels look for: gradient ascent on their spatial mean, at growing sizes.
 *
 * Departure from the book: its network sees the picture as it is; here the mean of the network's training is always
 * taken off.
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
  const least = leastSideOf(network, [...new Set(terms.map(({ layer }) => layer))]);
  const given = neuronSizes(params);
  const size = given.at(-1) ?? params.size;
  const sides = [...given.slice(0, -1).filter((side) => side >= least), Math.max(size, least)];
  const saved = resume && savedImage(resume, sides);
  const [side = params.size] = sides;
  const first = saved?.image ?? startingNoise(params.gradient, side, side, next);
  if (saved) next.state = saved.random;
  const schedule: Schedule = {
    sizes: sides.map((side) => ({ width: side, height: side })),
    done: saved?.octave ?? 0,
    steps: () => params.steps,
    begin(octave, at, before = first) {
      const ascent = neuronAscent({ programs, network }, objective, [next], ascentOptionsOf(params, octave), at);
      const images = [resize(before, at.width, at.height)];
      return takeSteps({ ...ascent, images, steps: params.steps }, context.signal);
    },
    show: (image) => shown(middle(image, { width: size, height: size }), params.display),
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
