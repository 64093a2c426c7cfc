/** What a job with several variations is asked with, and what makes each of them. */
import { MAX_SEED, seedOption } from "./common-options.js";
import { integer } from "./option.js";

/** Most variations of one job. */
export const MOST_VARIATIONS = 4;

export const repeatOption = integer({
  help: "Variations on one sheet, each with a seed of its own",
  more: "They have the seed that is given, and those after it.",
  minimum: 1,
  maximum: MOST_VARIATIONS,
});

/** A further seed, for what is to stay the same in all variations and what is not. */
export const detailSeedOption = integer({
  help: "A seed for the finer half of the octaves: the large forms stay those of the seed",
  minimum: 0,
  maximum: MAX_SEED,
});

/**
 * What makes one variation of a sheet: the parameters of a job that makes it alone. Where the details have a seed of
 * their own, that is what differs.
 * @param variation counted from 0
 */
export function variationParams(
  { seed = seedOption.default, detailSeed }: Readonly<Record<string, unknown>>,
  variation: number,
): { readonly seed: number } | { readonly detailSeed: number } {
  const after = (first: unknown): number => (Number(first) + variation) % (MAX_SEED + 1);
  return detailSeed === undefined ? { seed: after(seed) } : { detailSeed: after(detailSeed) };
}
