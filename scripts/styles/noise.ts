/** Smooth noise to draw with. */
import type { Random } from "../../src/engine/images/random.js";

/** A value of about -1..1 at a place; the picture is 0..1 both ways. */
export type Noise = (u: number, v: number) => number;

/** Noise with `cells` bumps across the picture, and finer ones on them. */
export function noise(cells: number, next: Random, octaves = 3): Noise {
  const layers = Array.from({ length: octaves }, (_, octave) => {
    const count = cells * 2 ** octave;
    return {
      count,
      weight: 0.5 ** octave,
      lattice: Float32Array.from({ length: (count + 2) ** 2 }, () => 2 * next() - 1),
    };
  });
  return (u, v) => {
    let sum = 0;
    for (const { count, weight, lattice } of layers) {
      const x = inside(u) * count;
      const y = inside(v) * count;
      const i = Math.floor(x);
      const j = Math.floor(y);
      const s = smooth(x - i);
      const row = j * (count + 2) + i;
      const top = (lattice[row] ?? 0) * (1 - s) + (lattice[row + 1] ?? 0) * s;
      const bottom = (lattice[row + count + 2] ?? 0) * (1 - s) + (lattice[row + count + 3] ?? 0) * s;
      sum += weight * (top + (bottom - top) * smooth(y - j));
    }
    return sum;
  };
}

/** The same at every pixel of a square. */
export function noisePixels(side: number, cells: number, next: Random): Float32Array {
  const at = noise(cells, next);
  const values = new Float32Array(side * side);
  for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) values[y * side + x] = at(x / side, y / side);
  return values;
}

/** Marks may begin a little outside the picture. */
const inside = (t: number): number => Math.min(1, Math.max(0, t));

const smooth = (t: number): number => t * t * (3 - 2 * t);
