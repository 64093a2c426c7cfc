/** Groups of directions. */
import { type Random, randomInteger } from "../images/random.js";
import { dot } from "../optimize/vector.js";

/** Unit vectors, row by row, each with how much it counts. */
export interface Directions {
  readonly count: number;
  readonly dimensions: number;
  readonly data: Float32Array;
  readonly weights: Float32Array;
}

export interface Clusters {
  /** Unit vectors, row by row; as many as there are clusters with members. */
  readonly centres: readonly Float32Array[];
  /** The cluster of each direction. */
  readonly of: Int32Array;
}

const ROUNDS = 15;

const row = ({ data, dimensions }: Directions, i: number): Float32Array =>
  data.subarray(i * dimensions, (i + 1) * dimensions);

/** First centres far from one another (k-means++, Arthur and Vassilvitskii 2007, with 1 - cosine as the distance). */
function firstCentres(directions: Directions, k: number, next: Random): Float32Array[] {
  const centres = [row(directions, randomInteger(next, 0, directions.count - 1)).slice()];
  const far = new Float32Array(directions.count).fill(Number.POSITIVE_INFINITY);
  while (centres.length < k) {
    const newest = centres[centres.length - 1] as Float32Array;
    let total = 0;
    for (let i = 0; i < directions.count; i++) {
      far[i] = Math.min(far[i] as number, Math.max(0, 1 - dot(row(directions, i), newest)));
      total += (far[i] as number) * (directions.weights[i] as number);
    }
    let at = next() * total;
    let chosen = 0;
    for (let i = 0; i < directions.count && at > 0; i++) {
      at -= (far[i] as number) * (directions.weights[i] as number);
      chosen = i;
    }
    centres.push(row(directions, chosen).slice());
  }
  return centres;
}

/**
 * Spherical k-means: each direction belongs to the centre that it points to most (Dhillon and Modha 2001).
 * @param k at most so many clusters
 */
export function cluster(directions: Directions, k: number, next: Random): Clusters {
  const { count, dimensions, weights } = directions;
  const of = new Int32Array(count);
  let centres = firstCentres(directions, Math.min(k, count), next);
  for (let round = 0; round < ROUNDS; round++) {
    let moved = 0;
    for (let i = 0; i < count; i++) {
      let [best, nearest] = [Number.NEGATIVE_INFINITY, 0];
      for (const [c, centre] of centres.entries()) {
        const likeness = dot(row(directions, i), centre);
        if (likeness > best) [best, nearest] = [likeness, c];
      }
      if (of[i] !== nearest) moved++;
      of[i] = nearest;
    }
    const sums = centres.map(() => new Float32Array(dimensions));
    for (let i = 0; i < count; i++) {
      const sum = sums[of[i] as number] as Float32Array;
      const member = row(directions, i);
      for (let j = 0; j < dimensions; j++) sum[j] = (sum[j] as number) + (member[j] as number) * (weights[i] as number);
    }
    centres = sums.map((sum, c) => {
      const length = Math.sqrt(dot(sum, sum));
      return length > 0 ? sum.map((v) => v / length) : (centres[c] as Float32Array);
    });
    if (round > 0 && moved === 0) break;
  }
  const used = [...new Set(of)].sort((a, b) => a - b);
  return { centres: used.map((c) => centres[c] as Float32Array), of: of.map((c) => used.indexOf(c)) };
}
