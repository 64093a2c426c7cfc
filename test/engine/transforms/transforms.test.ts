import { describe, expect, it } from "vitest";
import { random } from "../../../src/engine/images/random.js";
import { emptyRaster, type Raster } from "../../../src/engine/images/raster.js";
import { dot } from "../../../src/engine/optimize/vector.js";
import { randomRotateScale, rotateScale } from "../../../src/engine/transforms/rotate-scale.js";
import {
  compose,
  precondition,
  randomShift,
  shift,
  shiftAnywhere,
  type Transform,
} from "../../../src/engine/transforms/transform.js";

/** Noise, or where it should be smooth, waves. */
function drawn(width: number, height: number, seed: number, smooth = false): Raster {
  const raster = emptyRaster(width, height);
  const next = random(seed);
  for (let i = 0; i < raster.data.length; i++)
    raster.data[i] = smooth ? Math.sin((6.3 * (i % width)) / width + seed) : next() - 0.5;
  return raster;
}

/** <forward(x), y> against <x, backward(y)>, as a share of the former. */
async function mismatch(transform: Transform, x: Raster, y: Raster): Promise<number> {
  const there = dot(transform.forward(x).data, y.data);
  return Math.abs(there - dot(x.data, (await transform.backward(y)).data)) / Math.abs(there);
}

describe("a shift", () => {
  it("has its own reverse as the adjoint", async () => {
    expect(await mismatch(shift({ dx: 5, dy: -3 }), drawn(16, 12, 1), drawn(16, 12, 2))).toBeLessThan(1e-9);
  });

  it("is drawn within its jitter, or anywhere", () => {
    const next = random(1);
    for (let i = 0; i < 100; i++) {
      const { dx, dy } = randomShift(next, 4);
      expect(Math.max(Math.abs(dx), Math.abs(dy))).toBeLessThanOrEqual(4);
      const anywhere = shiftAnywhere(next, { width: 3, height: 2 });
      expect([0, 1, 2]).toContain(anywhere.dx);
      expect([0, 1]).toContain(anywhere.dy);
    }
  });
});

describe("rotation and scale", () => {
  it("have their inverse as the adjoint, up to a factor", async () => {
    const [x, y] = [drawn(48, 48, 1, true), drawn(48, 48, 1.2, true)];
    expect(await mismatch(rotateScale({ degrees: 4, zoom: 1.03 }), x, y)).toBeLessThan(0.15);
  });

  it("are drawn within their limits", () => {
    const next = random(1);
    for (let i = 0; i < 100; i++) {
      const { degrees, zoom } = randomRotateScale(next, 5, 0.05);
      expect(Math.abs(degrees)).toBeLessThanOrEqual(5);
      expect(Math.abs(zoom - 1)).toBeLessThanOrEqual(0.05);
    }
  });
});

describe("a composition", () => {
  it("takes gradients back in reverse order; a preconditioner touches gradients only", async () => {
    const image = drawn(8, 6, 3);
    const order: string[] = [];
    const noted = (name: string) =>
      precondition((gradient) => {
        order.push(name);
        return gradient;
      });
    const transform = compose(noted("first"), shift({ dx: 1, dy: 2 }), noted("last"));
    expect((await transform.backward(transform.forward(image))).data).toEqual(image.data);
    expect(order).toEqual(["last", "first"]);
  });
});
