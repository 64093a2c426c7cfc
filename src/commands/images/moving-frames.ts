/** How many frames of a moving picture a job works on, or what is offered where they are too many. */
import { withImage } from "../../shared/image-process.js";
import { MAX_INPUT_PIXELS, PictureError } from "../../shared/inspect-image.js";
import {
  canOpen,
  chosenFrames,
  EVERY,
  type Excerpt,
  type MovingFacts,
  mayMove,
  readExcerpt,
  sayExcerpt,
} from "../../shared/moving.js";
import type { BotOptions } from "../bot-options.js";
import { UserError } from "../user-error.js";

type FilmLimits = Pick<BotOptions["pictures"], "filmFrames" | "filmSeconds">;

/**
 * Undefined for a still, and where one is wanted.
 * @param typed the part that is meant; all of it when left out
 * @throws UserError for what is too long, with parts that are not
 */
export async function movingFrames(bytes: Uint8Array, typed: unknown, limits: FilmLimits): Promise<number | undefined> {
  const excerpt = readExcerpt(typeof typed === "string" ? typed : "all");
  if (!excerpt || excerpt.still || !mayMove(bytes)) return undefined;
  const facts = await factsOf(bytes);
  if (!facts) return undefined;
  const { places, delays } = chosenFrames(facts, excerpt);
  if (places.length < 2) return undefined;
  if (fits(facts, excerpt, limits)) return places.length;
  const seconds = delays.reduce((sum, delay) => sum + delay, 0) / 1000;
  const { filmFrames: most, filmSeconds: mostSeconds } = limits;
  const parts = partsOf(facts, limits).map(sayExcerpt);
  throw new UserError("moving.too-long", { frames: places.length, seconds, most, mostSeconds, parts });
}

/** Whether a file has several frames. @throws UserError where it cannot be read */
export async function hasFrames(bytes: Uint8Array): Promise<boolean> {
  return mayMove(bytes) && (await factsOf(bytes)) !== undefined;
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
  const first = (every: number): Excerpt | undefined => {
    const times = Array.from({ length: Math.floor(2 * limits.filmSeconds) }, (_, i) => limits.filmSeconds - i / 2);
    const seconds = times.find((each) => {
      const excerpt = { still: false, every, seconds: each };
      return chosenFrames(facts, excerpt).places.length > 1 && fits(facts, excerpt, limits);
    });
    return seconds === undefined ? undefined : { still: false, every, seconds };
  };
  const whole = share === undefined ? undefined : { still: false, every: share };
  return [whole, first(1), first(2)].filter((part) => part !== undefined);
}
