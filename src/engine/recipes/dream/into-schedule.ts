/** Octaves and steps of a dream into a word: they are known before anything is loaded. */
import type { Size } from "../../images/raster.js";
import { octaveSizes } from "../common-options.js";

/** Longer side of the first octave, in pixels, or little more: a thing must fit into what the network sees at once. */
const FIRST_SIDE = 100;
/** Steps of each octave against the number that is asked for; later octaves have the last one's. */
const STEPS = [28 / 18, 1, 10 / 18, 6 / 18];

/** What holds of a dream into a word where a person says nothing else. */
export const INTO_DEFAULTS = { octaves: 8, octaveScale: 1.5, steps: 18 };

interface Asked {
  readonly octaves: number;
  readonly octaveScale: number;
  readonly steps: number;
}

export function intoSizes({ width, height }: Size, { octaves, octaveScale }: Asked, least = 1): Size[] {
  const sizes = octaveSizes(width, height, octaves, octaveScale, least);
  const large = sizes.filter((size) => Math.max(size.width, size.height) >= FIRST_SIDE);
  return large.length > 0 ? large : sizes.slice(-1);
}

export function intoSteps({ steps }: Asked, octave: number): number {
  return Math.max(1, Math.round(steps * ofOctave(STEPS, octave)));
}

/** The value of an octave, counted from 0; the last one holds of all that follow. */
export function ofOctave(values: readonly number[], octave: number): number {
  return values[Math.min(octave, values.length - 1)] ?? 1;
}
