/** The definition of `see`, which makes no picture: chats have it as a command of its own, `commands/see.ts`. */
import { z } from "zod";

/** The engine's name for it. */
export const SEE = "see";
/** How many labels are told. */
export const LABELS = 5;
/** The most frames of a moving picture that are looked at. */
const MOST_FRAMES = 24;

export const seeParams = z.strictObject({
  network: z.string(),
  labels: z.int().min(1).default(LABELS),
  /** Of a moving picture so many frames are looked at, evenly apart: a label's probability is its highest in any. */
  frames: z.int().min(1).max(MOST_FRAMES).default(1),
});
