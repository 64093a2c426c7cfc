/** What a job whose result is the way to its image is asked with. */
import { formatOption, maxBytesOption } from "./common-options.js";
import { flag } from "./option.js";

export const morphOptions = {
  morph: flag({ help: "A short film of the way there and back, instead of the picture" }),
  format: { ...formatOption, help: "The morph's format", notInChat: "A morph is short: WebP shows it whole." },
  maxBytes: maxBytesOption(50_000),
};

/** The role of an octave that was kept of the same job, counted from 1: a morph of all of them takes no painting. */
export function octaveRole(octave: number): string {
  return `octave${octave}`;
}

/** Which octave a picture of this role is; undefined of any other picture. */
export function octaveOf(role: string): number | undefined {
  const [, octave] = /^octave([1-9]\d*)$/.exec(role) ?? [];
  return octave === undefined ? undefined : Number(octave);
}

/** The longest side of a morph in pixels, and about how many different frames it has. */
export const MORPH_SIDE = 512;
export const MORPH_FRAMES = 30;

/** What the time of a morph of kept octaves depends on: nothing of its recipe. */
export const MORPH_COST_KEY = "morph";

/** Megapixels of all frames of a morph, there and back, of a result whose longest side is `side` pixels. */
export function filmOfOctaves(side: number): number {
  return (2 * MORPH_FRAMES * Math.min(MORPH_SIDE, side) ** 2) / 1e6;
}
