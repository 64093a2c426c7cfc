import { afterAll, describe, expect, it } from "vitest";
import { random } from "../../../src/engine/images/random.js";
import { meanAbsolute, type Raster } from "../../../src/engine/images/raster.js";
import { Programs } from "../../../src/engine/programs.js";
import { smoothingOf } from "../../../src/engine/recipes/dream/run.js";
import { onnxRuntime } from "../../../src/engine/runtimes/onnx/onnx.js";
import { loadTfjsCpu } from "../../../src/engine/runtimes/tfjs/load.js";
import { tfjsRuntime } from "../../../src/engine/runtimes/tfjs/tfjs.js";
import { cascade, gaussian } from "../../../src/engine/transforms/see.js";
import { gaussianBlur } from "../../support/blur.js";
import { cascaded } from "../optimize/loop.js";
import { apply } from "./apply.js";

const programs = new Programs(onnxRuntime({ threads: 1 }), { maxBytes: 1e6 });
afterAll(() => programs.dispose());

function drawn(width: number, height: number): Raster {
  const next = random(width * height);
  return { width, height, data: Float32Array.from({ length: 3 * width * height }, () => next() - 0.5) };
}

function farthest(a: Raster, b: Raster): number {
  return a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - (b.data[i] ?? Number.NaN))), 0);
}

const smooth = (gradient: Raster, sigma: number, by = programs) =>
  apply(by, cascade(sigma, gradient), "back", gradient);

describe("smoothing", () => {
  it.each([
    [61, 47, 0.65],
    [47, 61, 2],
    // Narrower than the blur reaches: it goes round more than once.
    [5, 9, 3],
    [4, 6, 3],
    [1, 1, 1],
  ])("is three blurs one after the other: %i x %i, sigma %d", async (width, height, sigma) => {
    const gradient = drawn(width, height);
    expect(farthest(await smooth(gradient, sigma), cascaded(gradient, sigma))).toBeLessThan(2e-7);
    const one = await apply(programs, gaussian(sigma, gradient), "back", gradient);
    expect(farthest(one, gaussianBlur(gradient, sigma, "wrap"))).toBeLessThan(2e-7);
  });

  it.each([
    [61, 47],
    // Wider than the blur, but not than the widest.
    [9, 12],
  ])("is the same with filters as long as those of a wider one: %i x %i", async (width, height) => {
    const gradient = drawn(width, height);
    const even = await apply(programs, cascade(0.65, gradient, 2), "back", gradient);
    expect(farthest(even, await smooth(gradient, 0.65))).toBeLessThan(2e-7);
  });

  it("keeps the length of its filters where a new one costs a plan, and has short ones elsewhere", () => {
    const size = { width: 200, height: 90 };
    const lengths = (plansForShapes: boolean) => {
      const smoothing = smoothingOf({ smoothing: 1, steps: 10 }, { plansForShapes });
      const steps = Array.from({ length: 10 }, (_, i) => smoothing(size, i + 1)?.values ?? {});
      return new Set(steps.map((values) => JSON.stringify(Object.values(values).map(({ shape }) => shape))));
    };
    expect(lengths(true).size).toBe(1);
    expect(lengths(false).size).toBeGreaterThan(4);
    expect(lengths(false)).toContain([...lengths(true)][0]);
  });

  it("is the same in one program for all sizes, and by another runtime", async () => {
    const tfjs = new Programs(tfjsRuntime((await loadTfjsCpu()).tf), { maxBytes: 1e6 });
    for (const gradient of [drawn(20, 30), drawn(33, 12)])
      expect(farthest(await smooth(gradient, 1.2, tfjs), await smooth(gradient, 1.2))).toBeLessThan(2e-7);
    await tfjs.dispose();
  });

  it("keeps what is the same everywhere, and takes the finest pattern away", async () => {
    const even = { width: 16, height: 12, data: new Float32Array(3 * 16 * 12).fill(0.7) };
    expect(farthest(await smooth(even, 2), even)).toBeLessThan(1e-6);
    const chequered = { ...even, data: even.data.map((_, i) => ((i + Math.floor(i / 16)) % 2 === 0 ? 1 : -1)) };
    expect(meanAbsolute((await smooth(chequered, 2)).data)).toBeLessThan(0.05);
  });
});
