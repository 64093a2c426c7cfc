/** What a network sees in a picture, as a job of the engine: its one frame is the picture as it was looked at. */
import type { z } from "zod";
import { canOpen, MOST_FILM_PIXELS } from "../../../shared/moving.js";
import type { Seen } from "../../../shared/sighting.js";
import { classify, imageToSee, pictureToSee, sideToOpen } from "../../classify.js";
import type { Raster } from "../../images/raster.js";
import type { Network } from "../../networks/network.js";
import {
  type Frames,
  type PictureInput,
  type Pictures,
  type Recipe,
  type RecipeContext,
  RecipeError,
} from "../recipe.js";
import { SEE, seeParams } from "./definition.js";

/** The picture, or so many of its frames, evenly apart: of a file too large to be opened whole, of its beginning. */
async function imagesToSee(
  network: Network,
  picture: PictureInput,
  count: number,
): Promise<readonly [Raster, ...Raster[]]> {
  const moving = count > 1 ? await picture.moving?.() : undefined;
  if (!moving) return [await pictureToSee(network, picture)];
  const all = moving.delays.length;
  const there = canOpen(moving, all) ? all : Math.max(1, Math.floor(MOST_FILM_PIXELS / (moving.width * moving.height)));
  const every = Math.max(1, Math.floor(there / count));
  const places = Array.from({ length: Math.min(count, there) }, (_, i) => i * every);
  // Of a film those places alone are opened, of other files all up to the last; none larger than it is.
  const opened = moving.framesPerSecond === undefined ? there : places.length;
  const side = Math.min(sideToOpen(network, moving, opened), Math.max(moving.width, moving.height));
  const frame = await moving.decode({ places }, side);
  const [first = 0, ...others] = places.map((_, i) => i);
  const seen = (place: number): Raster => imageToSee(network, frame(place));
  return [seen(first), ...others.map(seen)];
}

/** @throws NetworkError of a network that names nothing */
async function* see(
  { network: id, labels, frames }: z.output<typeof seeParams>,
  { image: picture }: Pictures,
  context: RecipeContext,
): Frames {
  if (!picture) throw new RecipeError("see.no-image");
  const network = await context.network(id);
  const images = await imagesToSee(network, picture, frames);
  const highest = new Map<string, Seen>();
  for (const image of images)
    for (const each of await classify({ programs: context.programs, network }, image))
      if (each.probability >= (highest.get(each.name)?.probability ?? 0)) highest.set(each.name, each);
  const seen = [...highest.values()].sort((a, b) => b.probability - a.probability);
  const [image] = images;
  const only = { kind: "octave", octave: 1, octaves: 1, step: 1, steps: 1, progress: 1 } as const;
  yield { ...only, image, lossStart: 0, lossEnd: 0, labels: seen.slice(0, labels) };
}

export const seeRecipe: Recipe<typeof seeParams> = { name: SEE, version: 2, params: seeParams, run: see };
