import { describe, expect, it } from "vitest";
import { octaveSizes, paintingScales, SMALLEST_OCTAVE } from "../../../src/engine/recipes/common-options.js";

describe("scales of a painting", () => {
  it("grow by the square root of 2 from about 160 pixels, and end at the size itself", () => {
    expect(paintingScales(512, 384).map(({ width }) => width)).toEqual([181, 256, 362, 512]);
    expect(paintingScales(362, 271).at(-1)).toEqual({ width: 362, height: 271 });
  });

  it("are never narrower than the network sees, but for the size itself", () => {
    const narrow = paintingScales(512, 37, 160, 16);
    expect(narrow.map(({ height }) => height)).toEqual([18, 26, 37]);
    expect(paintingScales(512, 10, 160, 16)).toEqual([{ width: 512, height: 10 }]);
  });

  it("are one for a small picture", () => {
    expect(paintingScales(100, 80)).toEqual([{ width: 100, height: 80 }]);
  });
});

describe("octaves", () => {
  it("shrink by the scale, with the proportions of the picture", () => {
    expect(octaveSizes(360, 270, 3, 1.5)).toEqual([
      { width: 160, height: 120 },
      { width: 240, height: 180 },
      { width: 360, height: 270 },
    ]);
  });

  it("leave out those narrower than the network sees, as of a panorama", () => {
    expect(octaveSizes(420, 180, 8, 1.4, 31).map(({ height }) => height)).toEqual([33, 47, 66, 92, 129, 180]);
    expect(octaveSizes(16, 256, 8, 1.4, 31)).toEqual([{ width: 16, height: 256 }]);
  });

  it("leave out those too small to see anything in", () => {
    const sizes = octaveSizes(100, 50, 10, 1.4);
    expect(sizes.every(({ width }) => width >= SMALLEST_OCTAVE)).toBe(true);
    expect(sizes.at(-1)).toEqual({ width: 100, height: 50 });
  });
});
