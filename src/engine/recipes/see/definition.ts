/** The definition of `see`, which makes no picture: chats have it as a command of its own, `commands/see.ts`. */
import { z } from "zod";

/** The engine's name for it. */
export const SEE = "see";
/** How many labels are told. */
export const LABELS = 5;

export const seeParams = z.strictObject({
  network: z.string(),
  labels: z.int().min(1).default(LABELS),
});
