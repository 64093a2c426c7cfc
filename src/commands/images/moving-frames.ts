/** How many frames of a moving picture a job works on, or what is offered where they are too many. */
import { MOST_FRAMES } from "../../engine/recipes/moving/options.js";
import { withImage } from "../../shared/image-process.js";
import { MAX_INPUT_PIXELS, PictureError } from "../../shared/inspect-image.js";
import {
  canOpen,
  chosenFrames,
  EVERY,
  type Excerpt,
  type MovingFacts,
  readExcerpt,
  sayExcerpt,
} from "../../shared/moving.js";
import type { BotOptions } from "../bot-options.js";
import { UserError } from "../user-error.js";

type FilmLimits = Pick<BotOptions["pictures"], "filmFrames" | "filmSeconds">;

/** Longer sides of a film in pixels: as it is asked for, and the installation's default. */
interface FilmSides {
  readonly side: number;
  readonly usual: number;
}

/** Smaller sides that are offered are multiples of this in pixels, and none is smaller than twice as much. */
const SIDE_STEP = 64;

/**
 * Undefined for a still, and where one is wanted.
 * @param typed the part that is meant; all of it when left out
 * @param limits the most frames at the usual size: a smaller film may have as many as cost the same
 * @throws UserError for what is too long, with parts and sizes that are not
 */
export async function movingFrames(
  bytes: Uint8Array,
  typed: unknown,
  limits: FilmLimits,
  sides: FilmSides,
): Promise<number | undefined> {
  const excerpt = readExcerpt(typeof typed === "string" ? typed : "all");
  if (!excerpt || excerpt.still) return undefined;
  const facts = await factsOf(bytes);
  if (!facts) return undefined;
  const { places, delays } = chosenFrames(facts, excerpt);
  if (places.length < 2) return undefined;
  const allowed = limitsAt(sides.side, limits, sides);
  if (fits(facts, excerpt, allowed)) return places.length;
  const seconds = delays.reduce((sum, delay) => sum + delay, 0) / 1000;
  const { filmFrames: most, filmSeconds: mostSeconds } = allowed;
  const parts = partsOf(facts, allowed).map(sayExcerpt);
  const smaller = smallerOf(facts, excerpt, limits, sides);
  const asked = { frames: places.length, seconds, side: sides.side, most, mostSeconds };
  throw new UserError("moving.too-long", { ...asked, parts, smaller });
}

/** What holds for a film of a side. */
function limitsAt(side: number, { filmFrames, filmSeconds }: FilmLimits, { usual }: FilmSides): FilmLimits {
  const asMany = side < usual ? Math.floor(filmFrames * (usual / side) ** 2) : filmFrames;
  return { filmFrames: Math.max(filmFrames, Math.min(MOST_FRAMES, asMany)), filmSeconds };
}

/** All that is asked for in the largest size that takes it; else as much of its beginning as half the usual one. */
function smallerOf(
  facts: MovingFacts,
  asked: Excerpt,
  limits: FilmLimits,
  sides: FilmSides,
): { readonly side: number; readonly part?: string } | undefined {
  const at = (side: number): FilmLimits => limitsAt(side, limits, sides);
  const largest = Math.min(sides.side, sides.usual) - 1;
  const steps = Math.floor(largest / SIDE_STEP) - 1;
  const all = Array.from({ length: Math.max(0, steps) }, (_, i) => (steps + 1 - i) * SIDE_STEP);
  const side = all.find((each) => fits(facts, asked, at(each)));
  if (side !== undefined) return { side, ...(sayExcerpt(asked) !== "all" && { part: sayExcerpt(asked) }) };
  const half = all.find((each) => each <= sides.usual / 2);
  const first = half === undefined ? undefined : firstOf(facts, asked.every, at(half));
  return half === undefined || !first ? undefined : { side: half, part: sayExcerpt(first) };
}

/** Whether a file has several frames. @throws UserError where it cannot be read */
export async function hasFrames(bytes: Uint8Array): Promise<boolean> {
  return (await factsOf(bytes)) !== undefined;
}

async function factsOf(bytes: Uint8Array): Promise<MovingFacts | undefined> {
  try {
    return await withImage("moving", bytes, { name: "", maxPixels: MAX_INPUT_PIXELS });
  } catch (error) {
    if (error instanceof PictureError) throw new UserError(error);
    throw error;
  }
}

function fits(facts: MovingFacts, excerpt: Excerpt, { filmFrames, filmSeconds }: FilmLimits): boolean {
  const { places, delays } = chosenFrames(facts, excerpt);
  const ms = delays.reduce((sum, delay) => sum + delay, 0);
  const opened = (places.at(-1) ?? 0) + 1;
  return places.length <= filmFrames && ms <= filmSeconds * 1000 + 1 && canOpen(facts, opened);
}

/** All of it in fewer frames, and as much of its beginning as may be: in all frames, and in half of them. */
function partsOf(facts: MovingFacts, limits: FilmLimits): Excerpt[] {
  const share = EVERY.find((every) => fits(facts, { still: false, every }, limits));
  const whole = share === undefined ? undefined : { still: false, every: share };
  return [whole, firstOf(facts, 1, limits), firstOf(facts, 2, limits)].filter((part) => part !== undefined);
}

/** As much of a film's beginning as may be, to half a second; undefined where that is all of it. */
function firstOf(facts: MovingFacts, every: number, limits: FilmLimits): Excerpt | undefined {
  const times = Array.from({ length: Math.floor(2 * limits.filmSeconds) }, (_, i) => limits.filmSeconds - i / 2);
  const framesOf = (excerpt: Excerpt): number => chosenFrames(facts, excerpt).places.length;
  const parts = times.map((seconds) => ({ still: false, every, seconds }));
  const first = parts.find((part) => framesOf(part) > 1 && fits(facts, part, limits));
  return first && framesOf(first) < framesOf({ still: false, every }) ? first : undefined;
}
