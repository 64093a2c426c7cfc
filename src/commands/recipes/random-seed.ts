import { randomInt } from "node:crypto";

/** Random seeds are short, so that people can tell them to one another. */
const RANDOM_SEEDS = 1_000_000;

export function randomSeed(): number {
  return randomInt(1, RANDOM_SEEDS);
}
