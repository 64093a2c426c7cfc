import { LRUCache } from "lru-cache";

/** How strongly the newest job counts: about the last five jobs make the estimate. */
const WEIGHT = 0.3;
/** Cost keys remembered; the least recently learnt are forgotten. */
const REMEMBERED = 500;

/**
 * Learns how long jobs take, in seconds per megapixel-step, for each cost key ("dream resnet50 creatures") and, as a
 * fallback, for each recipe (the key's first word). Until something has been learnt, it guesses from the settings.
 *
 * @example
 * const estimator = new Estimator({ dream: 2 });
 * estimator.seconds("dream resnet50 creatures", 1.8); // 3.6
 */
export class Estimator {
  readonly #learnt = new LRUCache<string, number>({ max: REMEMBERED });

  /** @param guesses seconds per megapixel-step by recipe, before anything has been learnt */
  constructor(private readonly guesses: Readonly<Record<string, number>>) {}

  /** Seconds that `cost` megapixel-steps will take. */
  seconds(costKey: string, cost: number): number {
    const recipe = recipeOf(costKey);
    return cost * (this.#learnt.peek(costKey) ?? this.#learnt.peek(recipe) ?? this.guesses[recipe] ?? 2);
  }

  /** A job of `cost` megapixel-steps has taken `seconds`. */
  learn(costKey: string, cost: number, seconds: number): void {
    if (!(cost > 0) || !(seconds >= 0)) return;
    for (const key of new Set([costKey, recipeOf(costKey)])) {
      const before = this.#learnt.peek(key) ?? seconds / cost;
      this.#learnt.set(key, before + WEIGHT * (seconds / cost - before));
    }
  }
}

const recipeOf = (costKey: string): string => costKey.split(" ", 1)[0] ?? costKey;
