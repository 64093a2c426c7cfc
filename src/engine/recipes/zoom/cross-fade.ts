/** Which neurons a film shows at each frame, and how one passes into the next. */
import type { Raster } from "../../images/raster.js";
import type { Network } from "../../networks/network.js";
import type { ChannelTerm } from "../../objectives/channels.js";
import { wordsOf } from "../channel-syntax.js";
import { parseChannels } from "../channel-terms.js";
import { eachWeightsOf } from "../dream/into.js";
import { termsOf } from "../neuron/run.js";
import { RecipeError } from "../recipe.js";

/** A class of the network, by its place. */
interface ClassPart {
  readonly place: number;
  readonly weight: number;
}

/** One neuron of the film's list, or one thing: channels or classes with weights. */
export type Mix = readonly (ChannelTerm | ClassPart)[];

/** Neurons that the seed chooses when none are named. */
const CHOSEN = 4;

/** The list of neurons: `4 21+25:-0.5 activation_27/10`. */
export function mixes(
  { layer, channels }: { readonly layer?: string | undefined; readonly channels?: string | undefined },
  network: Network,
  next: () => number,
): ChannelTerm[][] {
  if (channels === undefined) return Array.from({ length: CHOSEN }, () => termsOf({ layer }, network, next));
  const list = wordsOf(channels);
  if (list.length === 0) throw new RecipeError("zoom.no-channels");
  // termsOf knows the layer for channels that name none.
  const [home] = termsOf({ layer }, network, () => 0);
  return list.map((mix) => mix.split("+").flatMap((term) => parseChannels(term, network, home?.layer)));
}

/** The list of things that the film goes through one after the other: `goldfish castle`, a mix each. */
export function wordMixes(words: string, count: number): Mix[] {
  return eachWeightsOf(words, count).map((weights) => [...weights].map(([place, weight]) => ({ place, weight })));
}

interface Timing {
  readonly frames: number;
  /** Frames a fade takes. */
  readonly fade: number;
  /** The last neuron fades into the first. */
  readonly loop: boolean;
}

/**
 * The neurons of a frame, with weights. Every neuron has an equal share of the film, however short it is; in the last
 * `fade` frames of its share it gives way to the next one.
 * @param frame counted from 0; past the end a looping film starts again
 */
export function neuronsAt<T extends { readonly weight: number }>(
  list: readonly (readonly T[])[],
  frame: number,
  { frames, fade, loop }: Timing,
): readonly T[] {
  const share = frames / list.length;
  const at = loop ? frame % frames : Math.min(frame, frames - 1);
  const index = Math.min(list.length - 1, Math.floor(at / share));
  const here = list[index] ?? [];
  const after = list[index + 1] ?? (loop ? list[0] : undefined);
  if (!after || list.length === 1 || fade === 0) return here;
  const length = Math.min(fade, share);
  const t = Math.min(1, Math.max(0, (at - index * share - (share - length)) / length));
  if (t === 0) return here;
  const weighted = (mix: readonly T[], factor: number): readonly T[] =>
    mix.map((term) => ({ ...term, weight: term.weight * factor }));
  return [...weighted(here, 1 - t), ...weighted(after, t)];
}

/** An image on its way into another: t = 0 is the first, 1 the second. */
export function blended(from: Raster, to: Raster, t: number): Raster {
  return { ...from, data: from.data.map((v, i) => (1 - t) * v + t * (to.data[i] ?? 0)) };
}
