import { afterAll, describe, expect, it } from "vitest";
import { random } from "../../../src/engine/images/random.js";
import { emptyRaster, type Raster } from "../../../src/engine/images/raster.js";
import { dot } from "../../../src/engine/optimize/vector.js";
import { Programs } from "../../../src/engine/programs.js";
import { onnxRuntime } from "../../../src/engine/runtimes/onnx/onnx.js";
import { move, randomMove } from "../../../src/engine/transforms/move.js";
import {
  compose,
  gathered,
  precondition,
  randomShift,
  shift,
  shiftAnywhere,
  spread,
  type Transform,
} from "../../../src/engine/transforms/see.js";
import { apply } from "./apply.js";

const programs = new Programs(onnxRuntime({ threads: 1 }), { maxBytes: 1e6 });
afterAll(() => programs.dispose());

/** Noise, or where it should be smooth, waves. */
function drawn(width: number, height: number, seed: number, smooth = false): Raster {
  const raster = emptyRaster(width, height);
  const next = random(seed);
  for (let i = 0; i < raster.data.length; i++)
    raster.data[i] = smooth ? Math.sin((6.3 * (i % width)) / width + seed) : next() - 0.5;
  return raster;
}

/** <see(x), y> against <x, back(y)>, as a share of the former. */
async function mismatch(transform: Transform, x: Raster, y: Raster): Promise<number> {
  const there = dot((await apply(programs, transform, "see", x)).data, y.data);
  return Math.abs(there - dot(x.data, (await apply(programs, transform, "back", y)).data)) / Math.abs(there);
}

describe("a transform's nodes", () => {
  it("take a shift back by its reverse, its adjoint", async () => {
    expect(await mismatch(shift({ dx: 5, dy: -3 }), drawn(16, 12, 1), drawn(16, 12, 2))).toBeLessThan(1e-9);
  });

  it("take a move back by its inverse, the adjoint up to a factor", async () => {
    const [x, y] = [drawn(48, 48, 1, true), drawn(48, 48, 1.2, true)];
    const by = { dx: 6, dy: -9, degrees: 4, zoom: 1.03 };
    expect(await mismatch(move([by], x), x, y)).toBeLessThan(0.15);
  });

  it("are composed in order, and back in reverse order; a preconditioner touches gradients only", async () => {
    const image = drawn(8, 6, 3);
    const order: string[] = [];
    const noted = (name: string) =>
      precondition(name, {}, (gradient) => {
        order.push(name);
        return gradient;
      });
    const transform = compose(noted("first"), shift({ dx: 1, dy: 2 }), noted("last"));
    const seen = await apply(programs, transform, "see", image);
    expect(order).toEqual([]);
    expect((await apply(programs, transform, "back", seen)).data).toEqual(image.data);
    expect(order).toEqual(["last", "first"]);
  });
});

describe("a gradient that is four times as strong on one half", () => {
  const size = { width: 96, height: 48 };
  const gradient = drawn(size.width, size.height, 5);
  for (const i of gradient.data.keys())
    if (i % size.width < size.width / 2) gradient.data[i] = 4 * (gradient.data[i] ?? 0);
  /** Mean strength in the middle of the strong half against that of the weak one. */
  const contrast = ({ data, width }: Raster): number => {
    const strength = (from: number): number =>
      data.reduce((sum, v, i) => (i % width >= from && i % width < from + 16 ? sum + Math.abs(v) : sum), 0);
    return strength(16) / strength(64);
  };
  const through = (transform: Transform) => apply(programs, transform, "back", gradient);

  it("is gathered there, and spread to the other", async () => {
    expect(contrast(gradient)).toBeCloseTo(4, 0);
    expect(contrast(await through(gathered(4, size)))).toBeCloseTo(4 ** 1.5, 0);
    const evened = await through(spread(4, size));
    expect(contrast(evened)).toBeGreaterThan(1.2);
    expect(contrast(evened)).toBeLessThan(1.9);
    // The direction of each pixel's step stays.
    expect(evened.data.every((v, i) => Math.sign(v) === Math.sign(gradient.data[i] ?? 0))).toBe(true);
  });
});

describe("random transforms", () => {
  it("are drawn within their limits", () => {
    const next = random(1);
    for (let i = 0; i < 100; i++) {
      const { dx, dy } = randomShift(next, 4);
      expect(Math.max(Math.abs(dx), Math.abs(dy))).toBeLessThanOrEqual(4);
      const anywhere = shiftAnywhere(next, { width: 3, height: 2 });
      expect([0, 1, 2]).toContain(anywhere.dx);
      expect([0, 1]).toContain(anywhere.dy);
      const by = randomMove(next, { jitter: 2, turn: 5, scale: 0.05 });
      expect(Math.max(Math.abs(by.dx), Math.abs(by.dy))).toBeLessThanOrEqual(2);
      expect(Math.abs(by.degrees)).toBeLessThanOrEqual(5);
      expect(Math.abs(by.zoom - 1)).toBeLessThanOrEqual(0.05);
    }
  });
});
