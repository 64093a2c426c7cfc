import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Matrix,
  PIXELS,
  padded,
  REACH,
  RESULTS,
  squared,
  TILE,
  turnedIn,
  turnedOut,
  WEIGHTS,
} from "../../../../src/engine/runtimes/onnx/winograd.js";

const times = (m: Matrix, v: readonly number[]): number[] =>
  m.map((row) => row.reduce((sum, x, i) => sum + x * (v[i] ?? 0), 0));
const product = (a: readonly number[], b: readonly number[]): number[] => a.map((x, i) => x * (b[i] ?? 0));
const numbers = (length: number) => fc.array(fc.integer({ min: -9, max: 9 }), { minLength: length, maxLength: length });

/** A convolution of a tile with a kernel, straight from its definition. */
function direct(tile: readonly number[], kernel: readonly number[]): number[] {
  return Array.from({ length: TILE * TILE }, (_, place) => {
    const [y, x] = [Math.floor(place / TILE), place % TILE];
    return kernel.reduce((sum, k, i) => sum + k * (tile[(y + Math.floor(i / 3)) * REACH + x + (i % 3)] ?? 0), 0);
  });
}

const expectNear = (got: readonly number[], expected: readonly number[]): void => {
  expect(got.length).toBe(expected.length);
  for (const [i, v] of expected.entries()) expect(got[i]).toBeCloseTo(v, 8);
};

describe("the transforms of F(4x4, 3x3)", () => {
  test("give a tile's convolution", () => {
    fc.assert(
      fc.property(numbers(REACH * REACH), numbers(9), (tile, kernel) => {
        const products = product(times(squared(PIXELS), tile), times(squared(WEIGHTS), kernel));
        expectNear(times(squared(RESULTS), products), direct(tile, kernel));
      }),
    );
  });

  test("turned, give the convolution with the turned kernel, whose weights are the same", () => {
    fc.assert(
      fc.property(numbers(REACH * REACH), numbers(9), (tile, kernel) => {
        const products = product(times(squared(turnedIn(PIXELS)), tile), times(squared(WEIGHTS), kernel));
        expectNear(times(squared(turnedOut(RESULTS)), products), direct(tile, [...kernel].reverse()));
      }),
    );
  });
});

test("padding adds rows of zeros", () => {
  expect(padded([[1, 2]], 2)).toEqual([
    [1, 2],
    [0, 0],
    [0, 0],
  ]);
});
