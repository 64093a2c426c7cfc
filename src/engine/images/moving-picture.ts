/** The frames of an animated GIF, WebP or PNG, and of an MP4 or WebM film. */
import { filmFrames } from "../../shared/films/film-file.js";
import { PictureError, saysOfFilm } from "../../shared/inspect-image.js";
import { type Apng, readApng } from "../../shared/metadata/apng.js";
import { type ChosenFrames, canOpen, MOST_FILM_PIXELS, type MovingFacts, movingFacts } from "../../shared/moving.js";
import { sharp } from "../../shared/native.js";
import { drawnFrames } from "./apng-frames.js";
import { decode, fromInterleaved } from "./codec.js";
import { CHANNELS, fitInside, type Raster, type Size } from "./raster.js";

export interface MovingPicture extends MovingFacts {
  /**
   * Some of its frames, each on the ground that a still of it lies on.
   * @param chosen of a film by their places in it at its speed, evenly apart
   * @param side their longer side in pixels
   * @throws PictureError for a file that is damaged, or has too many pixels; the signal's reason when aborted
   */
  decode(chosen: Pick<ChosenFrames, "places">, side: number, signal?: AbortSignal): Promise<(index: number) => Raster>;
  /** The file itself, where it has sound that a film made from it can have. */
  readonly soundOf?: Uint8Array;
}

/** Undefined for a still. */
export async function openMoving(bytes: Uint8Array): Promise<MovingPicture | undefined> {
  const facts = await movingFacts(bytes).catch(() => undefined);
  if (!facts) return undefined;
  if (facts.framesPerSecond === undefined)
    return { ...facts, decode: ({ places }, side) => decodeFrames(bytes, facts, places, side) };
  const film = { ...facts, framesPerSecond: facts.framesPerSecond };
  return {
    ...facts,
    ...(facts.sound && { soundOf: bytes }),
    decode: ({ places }, side, signal) =>
      decodeFilm(bytes, film, places, fitInside(film.width, film.height, side), signal),
  };
}

async function decodeFilm(
  bytes: Uint8Array,
  { framesPerSecond }: { readonly framesPerSecond: number },
  places: readonly number[],
  { width, height }: Size,
  signal?: AbortSignal,
): Promise<(index: number) => Raster> {
  const every = Math.max(1, (places[1] ?? 1) - (places[0] ?? 0));
  const wanted = { width, height, framesPerSecond, every, count: places.length, signal };
  const frames = await saysOfFilm(filmFrames(bytes, wanted));
  // What its header counts and does not have at its end is as the last one; much of that is a lie.
  if (frames.length < places.length * LEAST_THERE) throw new PictureError("image.damaged");
  return (index) => fromInterleaved(frames[Math.min(index, frames.length - 1)] ?? new Uint8Array(), width, height);
}

/** The share of the frames that must be there. */
const LEAST_THERE = 0.8;

async function decodeFrames(
  bytes: Uint8Array,
  facts: MovingFacts,
  places: readonly number[],
  side: number,
): Promise<(index: number) => Raster> {
  const pages = Math.max(0, ...places) + 1;
  if (!canOpen(facts, pages)) throw new PictureError("film.too-many-pixels", { most: MOST_FILM_PIXELS / 1e6 });
  const { width, height } = fitInside(facts.width, facts.height, side);
  const ground = (await decode(bytes, 64)).cutOut?.matte ?? 255;
  const apng = readApng(bytes);
  if (apng) return apngFrames(apng, places, { width, height }, ground);
  const film = sharp(bytes, { pages, limitInputPixels: MOST_FILM_PIXELS, failOn: "error" })
    .resize({ width, height, fit: "fill", kernel: "lanczos3" })
    .toColourspace("srgb")
    .flatten({ background: { r: ground, g: ground, b: ground } })
    .raw();
  const { data, info } = await film.toBuffer({ resolveWithObject: true }).catch((cause: unknown) => {
    throw new PictureError("image.damaged", {}, { cause });
  });
  const size = info.width * height * info.channels;
  if (info.width !== width || data.length !== size * pages) throw new PictureError("image.damaged");
  // Of what was decoded, only the frames that are wanted stay.
  const kept = places.map((place) => Uint8Array.from(data.subarray(place * size, (place + 1) * size)));
  return (index) => fromInterleaved(kept[index] ?? new Uint8Array(size), width, height, info.channels || CHANNELS);
}

async function apngFrames(
  apng: Apng,
  places: readonly number[],
  { width, height }: Size,
  ground: number,
): Promise<(index: number) => Raster> {
  const wanted = new Set(places);
  const kept = new Map<number, Uint8Array>();
  let place = 0;
  try {
    for await (const canvas of drawnFrames(apng, Math.max(0, ...places) + 1)) {
      if (wanted.has(place)) {
        const raw = { width: apng.width, height: apng.height, channels: 4 } as const;
        const frame = sharp(canvas, { raw, limitInputPixels: MOST_FILM_PIXELS })
          .resize({ width, height, fit: "fill", kernel: "lanczos3" })
          .flatten({ background: { r: ground, g: ground, b: ground } });
        kept.set(place, new Uint8Array(await frame.raw().toBuffer()));
      }
      place++;
    }
  } catch (cause) {
    throw new PictureError("image.damaged", {}, { cause });
  }
  return (index) => fromInterleaved(kept.get(places[index] ?? -1) ?? new Uint8Array(), width, height, CHANNELS);
}
