import { describe, expect, it } from "vitest";
import { colourBasis, mixPalettes, paletteOf, withPalette } from "../../../src/engine/images/palette.js";
import { gaussian, random } from "../../../src/engine/images/random.js";
import { emptyRaster, type Raster } from "../../../src/engine/images/raster.js";

/** Normally distributed colours: brightness and, less, blue against red. */
function coloured(seed: number, mean: readonly number[], brightness: number, blueness: number): Raster {
  const [next, raster, pixels] = [random(seed), emptyRaster(64, 48), 64 * 48];
  for (let i = 0; i < pixels; i++) {
    const [light, blue] = [brightness * gaussian(next), blueness * gaussian(next)];
    for (let c = 0; c < 3; c++) raster.data[c * pixels + i] = (mean[c] ?? 0) + light + (c - 1) * blue;
  }
  return raster;
}

const photo = coloured(1, [60, 70, 80], 12, 3);
const painting = coloured(2, [150, 140, 100], 18, 9);

function expectNear(a: readonly number[], b: readonly number[], tolerance: number): void {
  for (const [i, v] of a.entries()) expect(Math.abs(v - (b[i] ?? Number.NaN))).toBeLessThan(tolerance);
}

describe("an image in the colours of another", () => {
  it("has their mean and covariance", () => {
    const [mapped, wanted] = [paletteOf(withPalette(photo, paletteOf(painting))), paletteOf(painting)];
    expectNear(mapped.mean, wanted.mean, 0.01);
    // One grey level is added to the variances of both.
    expectNear(mapped.covariance, wanted.covariance, 12);
    expect(Math.max(...wanted.covariance)).toBeGreaterThan(300);
  });

  it("is the image itself by none of the way, and half its mean's way by half", () => {
    expectNear([...withPalette(photo, paletteOf(painting), 0).data], [...photo.data], 1e-3);
    const half = paletteOf(withPalette(photo, paletteOf(painting), 0.5));
    expectNear(
      half.mean,
      mixPalettes([
        [paletteOf(photo), 1],
        [paletteOf(painting), 1],
      ]).mean,
      0.01,
    );
  });

  it("moves no colour farther than it must: the map is symmetric, so light stays light", () => {
    const pixels = photo.width * photo.height;
    const mapped = withPalette(photo, paletteOf(painting));
    const light =
      ({ data }: Raster) =>
      (i: number) =>
        (data[i] ?? 0) + (data[pixels + i] ?? 0) + (data[2 * pixels + i] ?? 0);
    const order = Array.from({ length: pixels }, (_, i) => i).sort((a, b) => light(photo)(a) - light(photo)(b));
    const [dark, bright] = [order.slice(0, 100), order.slice(-100)].map((some) =>
      some.reduce((sum, i) => sum + light(mapped)(i), 0),
    );
    expect(dark).toBeLessThan(bright ?? 0);
  });

  it("is finite where either has one colour only", () => {
    const grey = emptyRaster(8, 8);
    grey.data.fill(128);
    for (const [from, to] of [
      [grey, painting],
      [photo, grey],
      [grey, grey],
    ] as const)
      expect(withPalette(from, paletteOf(to)).data.every((v) => v >= 0 && v <= 255)).toBe(true);
  });
});

describe("several palettes", () => {
  it("are mixed by their shares", () => {
    const [a, b] = [paletteOf(photo), paletteOf(painting)];
    const mixed = mixPalettes([
      [a, 1],
      [b, 3],
    ]);
    expectNear(
      mixed.mean,
      a.mean.map((v, i) => v / 4 + (3 * (b.mean[i] ?? 0)) / 4),
      1e-9,
    );
    expectNear(
      mixed.covariance,
      a.covariance.map((v, i) => v / 4 + (3 * (b.covariance[i] ?? 0)) / 4),
      1e-9,
    );
  });
});

describe("a basis of colours", () => {
  it("is the fourth root of the covariance, scaled as the identity", () => {
    const { mean, covariance } = paletteOf(painting);
    const root = colourBasis({ mean, covariance });
    const times = (a: readonly number[], b: readonly number[]): number[] =>
      Array.from({ length: 9 }, (_, i) =>
        [0, 1, 2].reduce((sum, k) => sum + (a[3 * Math.floor(i / 3) + k] ?? 0) * (b[3 * k + (i % 3)] ?? 0), 0),
      );
    const square = times(root, root);
    const fourth = times(square, square);
    const factor = (covariance[0] ?? 0) / (fourth[0] ?? 1);
    expectNear(
      fourth.map((v) => v * factor),
      covariance,
      0.01 * (covariance[0] ?? 0),
    );
    expect(root.reduce((sum, v) => sum + v * v, 0)).toBeCloseTo(3, 6);
    expect(root[1]).toBeCloseTo(root[3] ?? 0, 9);
  });
});
