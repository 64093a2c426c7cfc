/** Options that the verbs of neurons share. */
import type { Command } from "commander";
import { number } from "./run-recipe.js";

/** How to climb to neurons. */
export function ascentFlags(command: Command, { step }: { readonly step: number }): Command {
  return command
    .option("--step <levels>", "size of a step, in grey levels", number, step)
    .option("--blur <px>", "Gaussian that smooths the gradient", number)
    .option("--gradient <kind>", "pyramid (large and small shapes alike) or plain")
    .option("--colours <kind>", "natural (those of photos) or plain")
    .option("--display <kind>", "toned, standard (the book's) or plain");
}
