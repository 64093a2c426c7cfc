/** How many frames of a moving picture a verb works on. */
import { MOST_FRAMES } from "../engine/recipes/moving/options.js";
import { chosenFrames, movingFacts, readExcerpt } from "../shared/moving.js";
import { readPicture } from "./output.js";
import { UsageError } from "./usage.js";

/**
 * Undefined for a still, and where one is wanted.
 * @param typed the part of it that is meant
 * @throws UsageError for what is no part, or has too many frames
 */
export async function framesIn(path: string | undefined, typed = "all"): Promise<number | undefined> {
  const excerpt = readExcerpt(typed);
  if (!excerpt) throw new UsageError("cli.moving", { typed });
  if (path === undefined || excerpt.still) return undefined;
  // What cannot be read at all is told by the recipe.
  const facts = await movingFacts(await readPicture(path)).catch(() => undefined);
  if (!facts) return undefined;
  const frames = chosenFrames(facts, excerpt).places.length;
  if (frames > MOST_FRAMES) throw new UsageError("cli.many-frames", { path, frames, most: MOST_FRAMES });
  return frames > 1 ? frames : undefined;
}
