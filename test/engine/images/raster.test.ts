import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decode, toInterleaved } from "../../../src/engine/images/codec.js";
import { gaussian, random, randomInteger } from "../../../src/engine/images/random.js";
import {
  addRasters,
  clampRaster,
  emptyRaster,
  fitInside,
  meanAbsolute,
  type Raster,
  roll,
  subtractRasters,
} from "../../../src/engine/images/raster.js";
import { resize } from "../../../src/engine/images/resample.js";
import { gaussianBlur } from "../../support/blur.js";
import { drawn } from "../../support/pictures.js";

/** Three planes, the second and third ten and a hundred times the first. */
const planes = (width: number, height: number, values: readonly number[]): Raster => ({
  width,
  height,
  data: Float32Array.from([1, 10, 100].flatMap((f) => values.map((v) => f * v))),
});
const firstPlane = ({ width, height, data }: Raster): number[] => [...data.subarray(0, width * height)];
const noisy = (width: number, height: number, seed = 1): Raster => {
  const next = random(seed);
  return { width, height, data: Float32Array.from({ length: 3 * width * height }, () => 255 * next()) };
};
const mean = (values: Float32Array): number => values.reduce((a, b) => a + b, 0) / values.length;

describe("resizing", () => {
  it("doubles as bilinear interpolation does, pixel centres at halves", () => {
    const out = resize(planes(2, 1, [0, 4]), 4, 1);
    expect(firstPlane(out)).toEqual([0, 1, 3, 4]);
    expect([...out.data.subarray(8)]).toEqual([0, 100, 300, 400]);
  });

  it("halves with a triangle twice as wide, so that nothing aliases", () => {
    // Weights 1/8 3/8 3/8 1/8 in the middle; at the border the outer one is missing and the rest share.
    const out = firstPlane(resize(planes(6, 1, [0, 0, 8, 0, 0, 0]), 3, 1));
    expect(out[1]).toBeCloseTo(3);
    expect(out[0]).toBeCloseTo(8 / 7);
    expect(out[2]).toBeCloseTo(0);
  });

  it("keeps flat pictures flat and the brightness of others, for any sizes", () => {
    const side = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(side, side, side, side, (w, h, toW, toH) => {
        const flat = resize({ width: w, height: h, data: new Float32Array(3 * w * h).fill(77) }, toW, toH);
        expect([flat.width, flat.height, flat.data.length]).toEqual([toW, toH, 3 * toW * toH]);
        expect(flat.data.every((v) => Math.abs(v - 77) < 1e-3)).toBe(true);
        const some = noisy(w, h);
        const out = resize(some, toW, toH);
        expect(Math.min(...out.data)).toBeGreaterThanOrEqual(Math.min(...some.data) - 1e-3);
        expect(Math.max(...out.data)).toBeLessThanOrEqual(Math.max(...some.data) + 1e-3);
      }),
      { numRuns: 60 },
    );
  });

  it("agrees with libvips's linear kernel when shrinking a photo-like picture", async () => {
    const bytes = await drawn(120, 90);
    const raster = await decode(bytes);
    const ours = resize(raster, 50, 37);
    const theirs = await sharp(toInterleaved(raster), { raw: { width: 120, height: 90, channels: 3 } })
      .resize(50, 37, { fit: "fill", kernel: "linear", fastShrinkOnLoad: false })
      .raw()
      .toBuffer();
    const error = toInterleaved(ours).reduce((sum, v, i) => sum + Math.abs(v - (theirs[i] ?? 0)), 0) / theirs.length;
    expect(error).toBeLessThan(1);
  });

  it("gives a copy when the size is the same", () => {
    const raster = noisy(3, 2);
    const same = resize(raster, 3, 2);
    expect(same).toEqual(raster);
    expect(same.data).not.toBe(raster.data);
  });
});

describe("blurring", () => {
  it("spreads a point as a Gaussian: symmetric, of variance sigma squared, of the same sum", () => {
    const point = emptyRaster(41, 41);
    point.data[20 * 41 + 20] = 1;
    const out = firstPlane(gaussianBlur(point, 2));
    let [sum, variance] = [0, 0];
    for (const [i, v] of out.entries()) {
      sum += v;
      variance += v * ((i % 41) - 20) ** 2;
    }
    expect(sum).toBeCloseTo(1, 4);
    // Cut at three sigma, it is a little narrower than 4.
    expect(variance).toBeGreaterThan(3.8);
    expect(variance).toBeLessThan(4.01);
    expect(out[20 * 41 + 17]).toBeCloseTo(out[17 * 41 + 20] ?? Number.NaN, 6);
    expect((out[20 * 41 + 22] ?? 0) / (out[20 * 41 + 20] ?? 1)).toBeCloseTo(Math.exp(-0.5), 4);
  });

  it.each(["mirror", "wrap"] as const)("keeps a flat picture flat up to its border (%s)", (border) => {
    for (const [w, h] of [
      [1, 1],
      [2, 5],
      [9, 4],
    ] as const) {
      const flat = { width: w, height: h, data: new Float32Array(3 * w * h).fill(50) };
      expect(gaussianBlur(flat, 3, border).data.every((v) => Math.abs(v - 50) < 1e-3)).toBe(true);
    }
  });

  it("that wraps commutes with a shift that wraps", () => {
    const raster = noisy(13, 9);
    const a = roll(gaussianBlur(raster, 1.5, "wrap"), 5, -3);
    const b = gaussianBlur(roll(raster, 5, -3), 1.5, "wrap");
    expect(Math.max(...subtractRasters(a, b).data.map(Math.abs))).toBeLessThan(1e-3);
  });

  it("of no width gives a copy", () => {
    const raster = noisy(4, 4);
    expect(gaussianBlur(raster, 0)).toEqual(raster);
    expect(gaussianBlur(raster, 0).data).not.toBe(raster.data);
  });
});

describe("shifting", () => {
  it("moves pixels right and down, and what leaves comes back on the other side", () => {
    const raster = planes(3, 2, [1, 2, 3, 4, 5, 6]);
    expect(firstPlane(roll(raster, 1, 0))).toEqual([3, 1, 2, 6, 4, 5]);
    expect(firstPlane(roll(raster, 0, 1))).toEqual([4, 5, 6, 1, 2, 3]);
    expect(firstPlane(roll(raster, -1, 3))).toEqual([5, 6, 4, 2, 3, 1]);
    expect(roll(raster, 1, 1).data[6 + 4]).toBe(10);
  });

  it("is undone by the opposite shift, for any shift", () => {
    const shift = fc.integer({ min: -1000, max: 1000 });
    fc.assert(
      fc.property(shift, shift, (dx, dy) => {
        const raster = noisy(7, 5);
        expect(roll(roll(raster, dx, dy), -dx, -dy)).toEqual(raster);
      }),
    );
  });
});

describe("raster arithmetic", () => {
  it("adds, subtracts, limits and measures", () => {
    const a = planes(2, 1, [1, -2]);
    const b = planes(2, 1, [3, 4]);
    expect(firstPlane(addRasters(a, b))).toEqual([4, 2]);
    expect(subtractRasters(addRasters(a, b), b)).toEqual(a);
    const c = planes(2, 1, [-1, 3]);
    clampRaster(c);
    expect([...c.data]).toEqual([0, 3, 0, 30, 0, 255]);
    expect(meanAbsolute(Float32Array.of(-1, 2, -3))).toBe(2);
  });

  it("fits sizes inside a longer side", () => {
    expect(fitInside(1920, 1080, 512)).toEqual({ width: 512, height: 288 });
    expect(fitInside(10, 2000, 100)).toEqual({ width: 1, height: 100 });
  });
});

describe("random numbers", () => {
  it("are the same for the same seed on every machine, and spread evenly", () => {
    // Reference values of mulberry32 with seed 1.
    const next = random(1);
    expect([next(), next(), next()]).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
    const values = Float32Array.from({ length: 20_000 }, random(5));
    expect(mean(values)).toBeCloseTo(0.5, 1.9);
    const whole = new Set(
      Array.from(
        { length: 400 },
        (
          (n) => () =>
            randomInteger(n, -2, 3)
        )(random(2)),
      ),
    );
    expect([...whole].sort((x, y) => x - y)).toEqual([-2, -1, 0, 1, 2, 3]);
  });

  it("have a normal distribution where asked", () => {
    const next = random(3);
    const values = Float32Array.from({ length: 20_000 }, () => gaussian(next));
    expect(Math.abs(mean(values))).toBeLessThan(0.03);
    expect(mean(values.map((v) => v * v))).toBeCloseTo(1, 1);
  });
});
