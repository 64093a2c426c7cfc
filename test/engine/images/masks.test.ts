import { describe, expect, it } from "vitest";
import { guidedFilter } from "../../../src/engine/images/guided-filter.js";
import { areaOf, boxMeans, feathered, maskFrom, mixed } from "../../../src/engine/images/masks.js";
import { random } from "../../../src/engine/images/random.js";
import { emptyRaster } from "../../../src/engine/images/raster.js";
import { resize } from "../../../src/engine/images/resample.js";

const half = maskFrom(64, 48, (x) => (x < 32 ? 1 : 0));

describe("a feathered mask", () => {
  it.each([0, 1, 4, 8, 13])("goes over within %d px of its edge, evenly, and is as it was beyond", (pixels) => {
    const { data } = feathered(half, pixels);
    for (let x = 0; x < 64; x++) {
      const v = data[20 * 64 + x] ?? Number.NaN;
      if (x < 32 - pixels) expect(v).toBe(1);
      else if (x >= 32 + pixels) expect(v).toBe(0);
      else if (x > 0) expect(v).toBeLessThan(data[20 * 64 + x - 1] ?? 0);
      expect(v + (data[20 * 64 + 63 - x] ?? 0)).toBeCloseTo(1, 5);
    }
  });

  it("takes the share of the picture that it took", () => {
    expect(areaOf(half)).toBeCloseTo(0.5, 6);
    expect(areaOf(feathered(half, 9))).toBeCloseTo(0.5, 3);
  });
});

it("means are those of the pixels around, also at the border", () => {
  const next = random(1);
  const plane = Float32Array.from({ length: 9 * 7 }, () => (next() < 0.5 ? 0 : next()));
  const means = boxMeans(plane, { width: 9, height: 7 }, 2);
  for (let i = 0; i < plane.length; i++) {
    const [x, y] = [i % 9, Math.floor(i / 9)];
    const near = [...plane].filter((_, j) => Math.abs((j % 9) - x) <= 2 && Math.abs(Math.floor(j / 9) - y) <= 2);
    expect(means[i]).toBeCloseTo(near.reduce((sum, v) => sum + v, 0) / near.length, 6);
  }
});

it("two images are mixed, the outer one exactly where the mask is 0", () => {
  const next = random(2);
  const image = () => ({
    ...emptyRaster(64, 48),
    data: Float32Array.from({ length: 3 * 64 * 48 }, () => 255 * next()),
  });
  const [outside, inside] = [image(), image()];
  const { data } = mixed(outside, inside, half);
  for (let i = 0; i < data.length; i++) {
    if (i % 64 >= 32) expect(data[i]).toBe(outside.data[i]);
    else expect(data[i]).toBeCloseTo(inside.data[i] ?? Number.NaN, 3);
  }
});

it("the guided filter draws a coarse map to the picture's edges, and no others", () => {
  // A bright disc on a dark ground, with a map that is a square around it.
  const picture = maskFrom(128, 128, (x, y) => (Math.hypot(x - 60, y - 64) < 30 ? 0.8 : 0.2));
  for (let i = 0; i < picture.data.length; i++) picture.data[i] = 255 * (picture.data[i] ?? 0);
  const small = resize(picture, 64, 64);
  const coarse = Float32Array.from({ length: 64 * 64 }, (_, i) => {
    return Math.max(Math.abs((i % 64) - 30), Math.abs(Math.floor(i / 64) - 32)) < 17 ? 1 : 0;
  });
  const map = guidedFilter(coarse, small, picture, { radius: 16, epsilon: 1e-3 });
  expect(map[64 * 128 + 60]).toBeGreaterThan(0.85);
  // In the corner of the square, beside the disc.
  expect(map[37 * 128 + 34]).toBeLessThan(0.5);
  expect((map[64 * 128 + 86] ?? 0) - (map[64 * 128 + 96] ?? 0)).toBeGreaterThan(0.4);
  const flat = guidedFilter(new Float32Array(64 * 64).fill(0.3), small, picture, { radius: 16, epsilon: 1e-3 });
  for (const v of flat) expect(v).toBeCloseTo(0.3, 4);
});
