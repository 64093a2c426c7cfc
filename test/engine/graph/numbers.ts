/** Numbers for tests: seeded, free of ties and away from kinks. */
import { random } from "../../../src/engine/images/random.js";
import type { Tensor } from "../../../src/engine/runtimes/runtime.js";
import type { Array64 } from "./reference.js";

/** "any": -2..2; "positive": 0.4..2.4; "nonzero": either sign, 0.4..2.4 in size. */
export type Domain = "any" | "positive" | "nonzero";

/** Evenly spaced numbers in random order: no two alike, none at zero, all exact in float32. */
export function distinct(shape: readonly number[], seed: number, domain: Domain = "any"): Array64 {
  const next = random(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Float64Array.from({ length: size }, (_, i) => {
    // A quarter of a step beside the middle, so that neither a number nor their sum is zero.
    const evenly = (4 * (i + 0.75)) / size - 2;
    if (domain === "any") return Math.fround(evenly);
    const positive = 1.4 + evenly / 2;
    return Math.fround(domain === "nonzero" && i % 2 ? -positive : positive);
  });
  for (let i = size - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    const [a = 0, b = 0] = [data[i], data[j]];
    data[i] = b;
    data[j] = a;
  }
  return { data, shape };
}

/** Kernels and other constants, about as large as keeps a chain of layers at its scale. */
export function weights(shape: readonly number[], seed: number): Float32Array {
  const { data } = distinct(shape, seed);
  const fan = shape.slice(1).reduce((a, b) => a * b, 1);
  return Float32Array.from(data, (v) => (v * 1.2) / Math.sqrt(fan));
}

export const toTensor = ({ data, shape }: Array64): Tensor => ({ data: Float32Array.from(data), shape });

/** ||a - b|| / ||b||; infinite where the lengths differ. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let [difference, norm] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    const [x, y] = [a[i] ?? Number.NaN, b[i] ?? Number.NaN];
    difference += (x - y) ** 2;
    norm += y * y;
  }
  return norm === 0 ? Math.sqrt(difference) : Math.sqrt(difference / norm);
}
