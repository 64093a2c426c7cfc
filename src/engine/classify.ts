/** What a network sees in a picture: the classes that it was trained to tell apart, with their probabilities. */

import type { Seen } from "../shared/sighting.js";
import { classNames } from "./classes.js";
import { type EngineContext, observe } from "./evaluate.js";
import { constant, mul, reduceMean, reduceSum, relu, sub } from "./graph/ops.js";
import { CHANNELS, fitInside, type Raster, type Size } from "./images/raster.js";
import { extended, resize, sample } from "./images/resample.js";
import { leastSideToName, type Network, noClasses } from "./networks/network.js";
import type { Scope } from "./objectives/objective.js";
import type { PictureInput } from "./recipes/recipe.js";

/** The longer side, in pixels, at which pictures are looked at by networks that take any size. */
const SEEN_SIDE = 256;

/** What a network's classes are called, in its order. @throws NetworkError of one that names nothing */
export function classesOf({ id, classes, classNames: own }: Network): readonly string[] {
  return own ?? classNames(classes ?? noClasses(id));
}

/**
 * All classes that a network sees in an image as it is, the most probable first.
 * @throws NetworkError of a network that names nothing
 */
export async function classify({ programs, network }: EngineContext, image: Raster): Promise<readonly Seen[]> {
  const names = classesOf(network);
  const seen = extended(image, leastSideToName(network));
  const { scores: found } =
    network.classes === undefined
      ? await scoresOf({ programs, network }, seen)
      : await look({ programs, network }, seen, new Float32Array(network.classes));
  const highest = found.reduce((most, v) => Math.max(most, v), Number.NEGATIVE_INFINITY);
  const weights = Array.from(found, (score) => Math.exp(score - highest));
  const total = weights.reduce((sum, v) => sum + v, 0);
  const all = names.map((name, i) => ({ name, probability: (weights[i] ?? 0) / total }));
  return all.sort((a, b) => b.probability - a.probability);
}

/** Of a network with classes of its own, which is asked for them often: that of a filter. */
async function scoresOf({ programs, network }: EngineContext, image: Raster): Promise<{ scores: Float32Array }> {
  const { scores } = await observe(programs, network, "scores", (scope) => ({ scores: scope.scores() }), image);
  return { scores: scores?.data ?? new Float32Array() };
}

interface Look {
  /** How much there is of each class, before the softmax. */
  readonly scores: Float32Array;
  /**
   * How much more each place of the deepest map shows of what is wanted than of the mean class: the same in each plane.
   */
  readonly evidence: Raster;
}

/**
 * What a network finds in an image: all that is asked of a look, in one program, as opening one takes longer than
 * running it.
 * @param wanted a weight for each class
 */
export async function look({ programs, network }: EngineContext, image: Raster, wanted: Float32Array): Promise<Look> {
  const shape = [1, wanted.length, 1, 1];
  const outputs = (scope: Scope) => {
    const places = scope.scoresByPlace();
    const above = mul(sub(places, reduceMean(places, [1])), scope.value("wanted", shape));
    const planes = constant(new Float32Array(CHANNELS).fill(1), [1, CHANNELS, 1, 1]);
    return { scores: scope.scores(), evidence: mul(relu(reduceSum(above, [1])), planes) };
  };
  const values = { wanted: { data: wanted, shape } };
  const { scores, evidence } = await observe(programs, network, "look", outputs, image, { values, seldom: true });
  if (!scores || !evidence) throw new Error("a look has found nothing");
  const [, , height = 1, width = 1] = evidence.shape;
  return { scores: scores.data, evidence: { width, height, data: evidence.data } };
}

/** Pixels that are opened at most to be sampled: as floats they take 100 MB. */
const MOST_OPENED = 8_000_000;

/** The longer side, in pixels, at which a network wants to have a picture opened, or each of so many of one size. */
export function sideToOpen({ square }: Pick<Network, "square">, { width, height }: Size, count = 1): number {
  if (square === undefined) return SEEN_SIDE;
  const share = Math.sqrt(MOST_OPENED / (count * width * height));
  return Math.max(1, Math.floor(Math.max(width, height) * Math.min(1, share)));
}

/** An image as a network looks at it: whole, and sampled as a square where it learnt from such. */
export function imageToSee({ square }: Pick<Network, "square">, image: Raster): Raster {
  if (square !== undefined) return sample(image, square, square);
  const { width, height } = fitInside(image.width, image.height, SEEN_SIDE);
  return resize(image, width, height);
}

/** A picture of any size as a network looks at it. */
export async function pictureToSee(network: Pick<Network, "square">, picture: PictureInput): Promise<Raster> {
  return imageToSee(network, await picture.decode(sideToOpen(network, picture)));
}
