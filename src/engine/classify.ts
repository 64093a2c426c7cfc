/** What a network sees in a picture: the classes that it was trained to tell apart, with their probabilities. */

import type { Seen } from "../shared/sighting.js";
import { classNames } from "./classes.js";
import { type EngineContext, observe } from "./evaluate.js";
import { fitInside, type Raster } from "./images/raster.js";
import { extended, resize } from "./images/resample.js";
import { leastSideToName, type Network, noClasses } from "./networks/network.js";
import type { PictureInput } from "./recipes/recipe.js";

/** The longer side, in pixels, at which pictures are looked at. */
export const SEEN_SIDE = 256;

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
  const { scores } = await observe(programs, network, "scores", (scope) => ({ scores: scope.scores() }), seen);
  const found = scores?.data ?? new Float32Array();
  const highest = found.reduce((most, v) => Math.max(most, v), Number.NEGATIVE_INFINITY);
  const weights = Array.from(found, (score) => Math.exp(score - highest));
  const total = weights.reduce((sum, v) => sum + v, 0);
  const all = names.map((name, i) => ({ name, probability: (weights[i] ?? 0) / total }));
  return all.sort((a, b) => b.probability - a.probability);
}

/** A picture of any size as it is looked at. */
export async function pictureToSee(picture: PictureInput): Promise<Raster> {
  const { width, height } = fitInside(picture.width, picture.height, SEEN_SIDE);
  return resize(await picture.decode(SEEN_SIDE), width, height);
}
