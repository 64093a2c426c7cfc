/** Neurons: pictures, made from noise, of what a network's channels look for (Deep Learning Cookbook 12.1 and 12.2). */

import type { ChannelMeanings } from "../../../shared/sighting.js";
import { mixed } from "../../images/masks.js";
import { random } from "../../images/random.js";
import { CHANNELS, type Raster } from "../../images/raster.js";
import { middle, resize } from "../../images/resample.js";
import { labelledLayer, labelsOf } from "../../networks/channel-labels.js";
import { lookLayers } from "../../networks/looks.js";
import { leastSideOf, leastSideToName, type Network, noClasses } from "../../networks/network.js";
import { type ChannelTerm, channels as channelsObjective } from "../../objectives/channels.js";
import { classes as classesObjective } from "../../objectives/classes.js";
import { sum } from "../../objectives/objective.js";
import { takeSteps } from "../../optimize/steps.js";
import { channelsOf, parseChannels } from "../channel-terms.js";
import { descendOctaves, type Schedule } from "../descend-octaves.js";
import { weightsOf } from "../dream/into.js";
import { sightings } from "../dream/sightings.js";
import { startingNoise } from "../noise.js";
import type { Frame, Pictures, RecipeContext } from "../recipe.js";
import { floatsOf, type SavedState } from "../saved-state.js";
import { findMask } from "../where/find-mask.js";
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
  pictures: Pictures,
  context: RecipeContext,
): AsyncGenerator<Frame, void, void> {
  const { programs, resume } = context;
  const network = await context.network(params.network);
  const next = random(params.seed);
  const { terms, objective, least } = wanted(params, network, next);
  const given = neuronSizes(params);
  const size = given.at(-1) ?? params.size;
  const sides = [...given.slice(0, -1).filter((side) => side >= least), Math.max(size, least)];
  const saved = resume && savedImage(resume, sides);
  const [side = params.size] = sides;
  const noise = startingNoise(params.gradient, side, side, next);
  const first = saved?.image ?? noise;
  const ground = resize(noise, size, size);
  const maskAt = await findMask(params, ground, pictures, context, least);
  if (saved) next.state = saved.random;
  const schedule: Schedule = {
    sizes: sides.map((side) => ({ width: side, height: side })),
    done: saved?.octave ?? 0,
    steps: () => params.steps,
    begin(octave, at, before = first) {
      const how = ascentOptionsOf(params, octave);
      const ascent = neuronAscent({ programs, network }, objective, [next], how, at, maskAt?.(at));
      const images = [resize(before, at.width, at.height)];
      return takeSteps({ ...ascent, images, steps: params.steps }, context.signal);
    },
    show(image) {
      const seen = shown(middle(image, { width: size, height: size }), params.display);
      return maskAt ? mixed(resize(ground, seen.width, seen.height), seen, middle(maskAt(image), seen)) : seen;
    },
    savable: ({ data }, { octave, last }) =>
      last
        ? { bytes: data.byteLength, save: () => ({ octave, numbers: { random: next.state }, arrays: { image: data } }) }
        : undefined,
  };
  const meanings = meaningsOf(terms, network);
  const words = params.into !== undefined || params.away !== undefined;
  for await (const frame of descendOctaves(schedule, context)) {
    const last = frame.kind === "octave" && frame.octave === frame.octaves;
    const seen = last && words ? await sightings(undefined, frame.image, { programs, network }, context) : undefined;
    yield last ? { ...frame, ...(meanings && { meanings }), ...(seen && { seen }) } : frame;
  }
}

/** Weight of channels beside a word, whose scores are numbers of another size. */
const BESIDE = 1;

/** @throws RecipeError, NetworkError for what does not exist, or a word in a network that names nothing */
function wanted(params: NeuronParams, network: Network, next: () => number) {
  const words = params.into ?? params.away;
  const terms = words === undefined || params.channels !== undefined ? termsOf(params, network, next) : [];
  const channels = channelsObjective([terms], channelsOf(network), params.leak);
  if (words === undefined) return { terms, objective: channels, least: leastSide(terms, network) };
  const count = network.classes ?? noClasses(network.id);
  const classes = classesObjective(weightsOf(params, count), count);
  const objective =
    terms.length === 0
      ? classes
      : sum([
          [classes, 1],
          [channels, BESIDE],
        ]);
  return { terms, objective, least: Math.max(leastSideToName(network), leastSide(terms, network)) };
}

function leastSide(terms: readonly ChannelTerm[], network: Network): number {
  return terms.length === 0 ? 0 : leastSideOf(network, [...new Set(terms.map(({ layer }) => layer))]);
}

/** What channels stand for; undefined where none is shown, or the network's channels have no labels at all. */
export function meaningsOf(
  terms: readonly Pick<ChannelTerm, "layer" | "channel">[],
  network: Network,
): ChannelMeanings | undefined {
  const layer = labelledLayer(network);
  if (layer === undefined || terms.length === 0) return undefined;
  const own = terms.filter((term) => term.layer === layer);
  const channels = own.map(({ channel }) => ({ channel, labels: labelsOf(network, layer, channel) ?? [] }));
  return { layer, channels, others: own.length < terms.length };
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
