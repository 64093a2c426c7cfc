import { LRUCache } from "lru-cache";

/** Jobs remembered of each cost key, and how much a job counts for beside the next one. */
const SAMPLES = 24;
const FADING = 0.9;
/** Cost keys remembered; the least recently learnt are forgotten. */
const REMEMBERED = 500;
/** What is thought beforehand counts as much as this share of a job, at each of these costs. */
const PRIOR = { weight: 0.1, costs: [0.05, 1] } as const;
/**
 * Relative error (of the logarithm) beyond which a job counts for less: it waited for a download, or the machine did
 * something else.
 */
const ODD = 0.3;
const ROUNDS = 5;
/** Seconds per megapixel-step of a recipe of which nothing is said. */
const USUAL = 2;

interface Sample {
  readonly device: string;
  readonly cost: number;
  readonly seconds: number;
}

/** Seconds of a job: a constant part, and one for each megapixel-step. */
interface TimeModel {
  readonly constant: number;
  readonly perCost: number;
}

/**
 * Learns how long jobs take from how long others took: a line over their megapixel-steps, for each cost key ("dream
 * resnet50 creatures") and device. Of a key that is new, what its recipe (the key's first word) has taken is thought;
 * until that is known, what the settings guess.
 *
 * @example
 * const estimator = new Estimator({ dream: 2 });
 * estimator.seconds("dream resnet50 creatures", 1.8); // 3.6
 */
export class Estimator {
  /** By cost key and by recipe, the newest last. */
  readonly #jobs = new LRUCache<string, readonly Sample[]>({ max: REMEMBERED });
  /** What follows from them, by cost key, until something is learnt: a long queue asks for each of its jobs. */
  readonly #known = new LRUCache<string, readonly SharedModel[]>({ max: REMEMBERED });

  /** @param guesses seconds per megapixel-step by recipe, before anything has been learnt */
  constructor(private readonly guesses: Readonly<Record<string, number>>) {}

  /** Seconds that `cost` megapixel-steps will take: on whichever device, by how many of the last jobs each has done. */
  seconds(costKey: string, cost: number): number {
    const models = this.#known.get(costKey) ?? this.#modelsOf(costKey);
    this.#known.set(costKey, models);
    return models.reduce((sum, { share, model }) => sum + share * at(model, cost), 0);
  }

  #modelsOf(costKey: string): readonly SharedModel[] {
    const recipe = recipeOf(costKey);
    const guess: TimeModel = { constant: 0, perCost: this.guesses[recipe] ?? USUAL };
    const ofRecipe = this.#jobs.peek(recipe) ?? [];
    const jobs = this.#jobs.peek(costKey) ?? ofRecipe;
    if (jobs.length === 0) return [{ share: 1, model: guess }];
    const byDevice = new Map(jobs.map(({ device }) => [device, jobs.filter((job) => job.device === device)]));
    return [...byDevice].map(([device, done]) => {
      const before = fitModel(
        ofRecipe.filter((job) => job.device === device),
        guess,
      );
      return { share: done.length / jobs.length, model: fitModel(done, before) };
    });
  }

  /** A job of `cost` megapixel-steps has taken `seconds` on a device. */
  learn(costKey: string, cost: number, seconds: number, device: string): void {
    if (!(cost > 0) || !(seconds > 0) || !Number.isFinite(seconds)) return;
    this.#known.clear();
    for (const key of new Set([costKey, recipeOf(costKey)]))
      this.#jobs.set(key, [...(this.#jobs.peek(key) ?? []), { device, cost, seconds }].slice(-SAMPLES));
  }
}

/** The model of one device, and its share of the last jobs. */
interface SharedModel {
  readonly share: number;
  readonly model: TimeModel;
}

const recipeOf = (costKey: string): string => costKey.split(" ", 1)[0] ?? costKey;

function at({ constant, perCost }: TimeModel, cost: number): number {
  return constant + perCost * cost;
}

/**
 * The line with the least relative errors, newer jobs counting for more and odd ones for less: iteratively reweighted
 * least squares from the usual model. Neither part is negative.
 */
function fitModel(samples: readonly Sample[], before: TimeModel): TimeModel {
  const points = [
    ...PRIOR.costs.map((cost) => ({ cost, seconds: at(before, cost), weight: PRIOR.weight })),
    ...samples.map(({ cost, seconds }, n) => ({ cost, seconds, weight: FADING ** (samples.length - 1 - n) })),
  ];
  let model: TimeModel = { constant: 0, perCost: medianRate(points) };
  for (let round = 0; round < ROUNDS; round++) {
    const told = model;
    model = fitLine(
      points.map((point) => {
        const expected = at(told, point.cost);
        const error = Math.log(point.seconds / expected) / ODD;
        return { ...point, weight: point.weight / (1 + error ** 2) / expected ** 2 };
      }),
    );
  }
  return model;
}

interface Point {
  readonly cost: number;
  readonly seconds: number;
  readonly weight: number;
}

/** The weighted median of seconds per megapixel-step. */
function medianRate(points: readonly Point[]): number {
  const sorted = points
    .map(({ cost, seconds, weight }) => ({ rate: seconds / cost, weight }))
    .sort((one, other) => one.rate - other.rate);
  let above = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  for (const { rate, weight } of sorted) {
    above -= weight;
    if (above <= 0) return rate;
  }
  return USUAL;
}

/** Weighted least squares. */
function fitLine(points: readonly Point[]): TimeModel {
  let [one, x, xx, y, xy] = [0, 0, 0, 0, 0];
  for (const { cost, seconds, weight } of points) {
    one += weight;
    x += weight * cost;
    xx += weight * cost ** 2;
    y += weight * seconds;
    xy += weight * cost * seconds;
  }
  const determinant = one * xx - x ** 2;
  const [constant, perCost] = [(xx * y - x * xy) / determinant, (one * xy - x * y) / determinant];
  if (!(constant >= 0)) return { constant: 0, perCost: xy / xx };
  return perCost >= 0 ? { constant, perCost } : { constant: y / one, perCost: 0 };
}
