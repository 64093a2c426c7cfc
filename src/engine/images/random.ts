/** Random numbers that a seed determines, the same on every machine. */

/** A source of numbers in [0, 1). */
export type Random = () => number;

/** One whose place in its sequence can be noted, and gone back to. */
export interface SeededRandom extends Random {
  /** A whole number: all that it remembers. */
  state: number;
}

/**
 * The mulberry32 generator (Tommy Ettinger, public domain): 32 bits of state, good enough for noise and jitter.
 * @param seed any whole number; 32 bits of it count
 */
export function random(seed: number): SeededRandom {
  const next = (): number => {
    const state = (next.state + 0x6d2b79f5) | 0;
    next.state = state;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  next.state = seed | 0;
  return next;
}

/** A whole number in [low, high]. */
export function randomInteger(next: Random, low: number, high: number): number {
  return low + Math.floor(next() * (high - low + 1));
}

/** A normally distributed number, mean 0, variance 1 (Box and Muller 1958). */
export function gaussian(next: Random): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}
