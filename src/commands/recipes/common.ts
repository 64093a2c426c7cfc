/** Options and reckonings that several recipes share. */
import { randomInt } from "node:crypto";
import type { BotOptions } from "../bot-options.js";
import { choiceOption, textOption } from "../parsing/options.js";

/** Seeds are whole numbers below 2^31; random ones are short, so that people can tell them to one another. */
const MAX_SEED = 2_147_483_647;
const RANDOM_SEEDS = 1_000_000;

/** Photos are mostly 4:3 or 3:2: the area of a picture whose longest side is 1. */
export const TYPICAL_AREA = 0.7;

export function randomSeed(): number {
  return randomInt(1, RANDOM_SEEDS);
}

export function seedOption() {
  return textOption({
    help: "The same number makes the same picture again",
    expected: `random or a whole number from 0 to ${MAX_SEED}`,
    read: (typed) => {
      const text = typed.trim().toLowerCase();
      if (text === "random") return randomSeed();
      return /^\d{1,10}$/.test(text) && Number(text) <= MAX_SEED ? Number(text) : undefined;
    },
    default: "random",
  });
}

export function networkOption(botOptions: Pick<BotOptions, "networks">, help: string, fallback: string) {
  return choiceOption({
    help,
    choices: botOptions.networks.map(({ id, help: label }) => ({ value: id, label })),
    default: fallback,
  });
}

/** Channels of layers as the engine reads them: digits, names, weights and what joins them. */
export function channelsOption(description: { readonly help: string; readonly example: string }) {
  return textOption({
    help: description.help,
    expected: `channels such as "${description.example}"`,
    read: (typed) => {
      const text = typed.trim().replace(/[\s,]+/gu, " ");
      return /^[\w./:+ -]{1,400}$/u.test(text) && /\d/.test(text) ? text : undefined;
    },
  });
}

/** Megapixels of pictures of sides growing by `scale` to `size`, together. */
export function megapixels(size: number, octaves: number, scale: number, area = TYPICAL_AREA): number {
  let sum = 0;
  for (let octave = 0; octave < octaves; octave++) sum += ((size / scale ** octave) ** 2 * area) / 1e6;
  return sum;
}
