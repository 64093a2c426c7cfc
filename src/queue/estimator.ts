import { LRUCache } from "lru-cache";

/** How strongly the newest job counts: about the last five jobs make the estimate. */
const WEIGHT = 0.3;
/** Paces remembered; the least recently learnt are forgotten. */
const REMEMBERED = 500;

/**
 * Learns how long jobs take, in seconds per megapixel-step, for each pace ("dream resnet50 creatures") and for each recipe (the pace's
 * first word) as a fallback. Until something has been learnt, it guesses from the settings.
 *
 * @example
 * const estimator = new Estimator({ dream: 2 });
 * estimator.seconds("dream resnet50 creatures", 1.8); // 3.6
 */
export class Estimator {
  readonly #learnt = new LRUCache<string, number>({ max: REMEMBERED });
  readonly #guesses: Readonly<Record<string, number>>;

  /** @param guesses seconds per megapixel-step by recipe, before anything has been learnt. */
  constructor(guesses: Readonly<Record<string, number>>) {
    this.#guesses = guesses;
  }

  /** Seconds that `work` megapixel-steps will take. */
  seconds(pace: string, work: number): number {
    const recipe = recipeOf(pace);
    return work * (this.#learnt.peek(pace) ?? this.#learnt.peek(recipe) ?? this.#guesses[recipe] ?? 2);
  }

  /** Tells it that a job has taken `seconds`. */
  learn(pace: string, work: number, seconds: number): void {
    if (!(work > 0) || !(seconds >= 0)) return;
    for (const key of new Set([pace, recipeOf(pace)])) this.#learnOne(key, seconds / work);
  }

  #learnOne(key: string, rate: number): void {
    const before = this.#learnt.peek(key);
    this.#learnt.set(key, before === undefined ? rate : before + WEIGHT * (rate - before));
  }
}

function recipeOf(pace: string): string {
  return pace.split(" ", 1)[0] ?? pace;
}
