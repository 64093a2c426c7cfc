import { describe, expect, it } from "vitest";
import { random } from "../../../src/engine/images/random.js";
import { CHANNELS, emptyRaster, type Raster } from "../../../src/engine/images/raster.js";
import { resize } from "../../../src/engine/images/resample.js";
import { resizeWrapped } from "../../../src/engine/images/resize-wrapped.js";

/** One wave across and one down: smooth beyond every side. */
function waves(width: number, height: number): Raster {
  const raster = emptyRaster(width, height);
  for (let i = 0; i < raster.data.length; i++) {
    const [x, y, c] = [i % width, Math.floor(i / width) % height, Math.floor(i / (width * height))];
    raster.data[i] =
      128 + 60 * Math.sin((2 * Math.PI * (x + 0.5)) / width + c) + 60 * Math.cos((2 * Math.PI * (y + 0.5)) / height);
  }
  return raster;
}

/** Largest error against the waves, at the given size, over the outermost two pixels. */
function errorAtBorders({ width, height, data }: Raster): number {
  const wanted = waves(width, height).data;
  let worst = 0;
  for (let c = 0; c < CHANNELS; c++) {
    for (let y = 0; y < height; y++) {
      for (const x of [0, 1, width - 2, width - 1]) {
        const i = (c * height + y) * width + x;
        worst = Math.max(worst, Math.abs((data[i] ?? 0) - (wanted[i] ?? 0)));
      }
    }
  }
  return worst;
}

/** Mean step from the last column to the first, against that between neighbours. */
function seam({ width, data }: Raster): number {
  let [over, inside] = [0, 0];
  for (let i = 0; i < data.length; i += width) {
    over += Math.abs((data[i] ?? 0) - (data[i + width - 1] ?? 0));
    for (let x = 1; x < width; x++) inside += Math.abs((data[i + x] ?? 0) - (data[i + x - 1] ?? 0)) / (width - 1);
  }
  return over / inside;
}

describe("resizing what goes on at its opposite side", () => {
  it.each([
    [64, 48, 91, 68],
    [64, 64, 32, 32],
    [181, 181, 256, 256],
  ])("%i x %i to %i x %i: keeps waves at the borders", (width, height, toWidth, toHeight) => {
    const resized = resizeWrapped(waves(width, height), toWidth, toHeight);
    expect(resized).toMatchObject({ width: toWidth, height: toHeight });
    expect(errorAtBorders(resized)).toBeLessThan(4);
  });

  it("leaves no seam, where plain resizing does", () => {
    const next = random(1);
    const small = emptyRaster(16, 16);
    for (let i = 0; i < small.data.length; i++) small.data[i] = 255 * next();
    expect(seam(resizeWrapped(small, 64, 64))).toBeLessThan(1.5);
    expect(seam(resize(small, 64, 64))).toBeGreaterThan(2.5);
  });
});
