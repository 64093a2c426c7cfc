import { afterAll, describe, expect, it } from "vitest";
import { emptyRaster, type Raster } from "../../../src/engine/images/raster.js";
import { resize } from "../../../src/engine/images/resample.js";
import { equalise, naturalColours, towardsNaturalColours } from "../../../src/engine/optimize/pyramid.js";
import { Programs } from "../../../src/engine/programs.js";
import { onnxRuntime } from "../../../src/engine/runtimes/onnx/onnx.js";
import { apply } from "../transforms/apply.js";

const programs = new Programs(onnxRuntime({ threads: 1 }), { maxBytes: 1e6 });
afterAll(() => programs.dispose());

/** Waves of two lengths: 32 pixels, faint, and 2 pixels, strong. */
function waves(width: number, height: number): Raster {
  const raster = emptyRaster(width, height);
  for (let i = 0; i < raster.data.length; i++) {
    const x = i % width;
    raster.data[i] = 0.01 * Math.sin((2 * Math.PI * x) / 32) + (x % 2 === 0 ? 1 : -1);
  }
  return raster;
}

const rms = ({ data }: Raster): number => Math.sqrt(data.reduce((sum, v) => sum + v * v, 0) / data.length);
/** How much of an image is in large shapes. */
const coarse = (raster: Raster): number =>
  rms(resize(raster, Math.round(raster.width / 8), Math.round(raster.height / 8))) / rms(raster);

describe("equalise", () => {
  it.each([
    [64, 64],
    [97, 51],
  ])("gives the large shapes of %i x %i the same say as the small", async (width, height) => {
    const before = waves(width, height);
    const after = await apply(programs, equalise(before), "back", before);
    expect([after.width, after.height]).toEqual([width, height]);
    expect(coarse(before)).toBeLessThan(0.05);
    expect(coarse(after)).toBeGreaterThan(0.3);
  });

  it("makes nothing of nothing", async () => {
    const nothing = emptyRaster(40, 40);
    expect(rms(await apply(programs, equalise(nothing), "back", nothing))).toBe(0);
  });
});

describe("natural colours", () => {
  it("favour brightness, then warm and cold, over other colours", () => {
    const strength = (rgb: readonly number[]): number => {
      const { data } = naturalColours({ width: 1, height: 1, data: Float32Array.from(rgb) });
      return Math.hypot(...data) / Math.hypot(...rgb);
    };
    expect(strength([1, 1, 1])).toBeGreaterThan(4 * strength([1, 0, -1]));
    expect(strength([1, 0, -1])).toBeGreaterThan(2 * strength([1, -2, 1]));
  });

  it("never turn a gradient around", async () => {
    for (const rgb of [
      [1, 0, 0],
      [0, -1, 0],
      [0.3, -0.6, 0.3],
    ]) {
      const { data } = naturalColours({ width: 1, height: 1, data: Float32Array.from(rgb) });
      expect(rgb.reduce((sum, v, i) => sum + v * (data[i] ?? 0), 0)).toBeGreaterThan(0);
      const colour = { width: 1, height: 1, data: Float32Array.from(rgb) };
      const turned = await apply(programs, towardsNaturalColours(), "back", colour);
      for (const [i, value] of data.entries()) expect(turned.data[i]).toBeCloseTo(value, 6);
    }
  });
});
