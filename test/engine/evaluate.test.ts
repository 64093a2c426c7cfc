import { describe, expect, it } from "vitest";
import { evaluate, evaluateTiles } from "../../src/engine/evaluate.js";
import { classes } from "../../src/engine/objectives/classes.js";
import { dream } from "../../src/engine/objectives/dream.js";
import { dot } from "../../src/engine/optimize/vector.js";
import { worksOf } from "../../src/engine/tiles.js";
import { naming, openTiny, scene, vgg } from "./recipes/tiny.js";

const { programs, signal } = openTiny();

describe("tiles", () => {
  const options = { stride: 4, pixels: 250 * 250, signal };

  it("cover a picture once, with regions on the grid of strides that hold their margins", () => {
    const size = { width: 701, height: 530 };
    const works = worksOf(size, options);
    const covered = new Uint8Array(size.width * size.height);
    for (const { tile, region } of works) {
      for (let y = tile.y; y < tile.y + tile.height; y++) {
        for (let x = tile.x; x < tile.x + tile.width; x++)
          covered[y * size.width + x] = (covered[y * size.width + x] ?? 0) + 1;
      }
      expect([region.x % 4, region.y % 4]).toEqual([0, 0]);
      expect(tile.x - region.x).toBeGreaterThanOrEqual(Math.min(24, tile.x));
      expect(region.x + region.width).toBeGreaterThanOrEqual(Math.min(size.width, tile.x + tile.width + 24));
      expect(region.width * region.height).toBeLessThan(260 * 260);
    }
    expect(works.length).toBeGreaterThan(4);
    expect(covered.every((times) => times === 1)).toBe(true);
    expect(worksOf({ width: 250, height: 250 }, options)).toHaveLength(1);
  });

  it("have the whole picture's gradient and loss also of a class's score", async () => {
    const objective = classes(new Map([[3, 1]]), naming.classes ?? 0);
    const picture = scene(420, 300);
    const whole = await evaluate(programs, naming, objective, picture);
    const tiled = await evaluateTiles(programs, naming, objective, picture, options);
    const [a, b] = [whole.gradient, tiled.gradient];
    expect(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))).toBeGreaterThan(0.95);
    expect(Math.abs(tiled.loss / whole.loss - 1)).toBeLessThan(0.2);
  });

  it("have the whole picture's gradient", async () => {
    const picture = scene(420, 300);
    const objective = dream({ block3_conv1: 1, block1_conv1: 0.2 }, 0);
    const whole = await evaluate(programs, vgg, objective, picture);
    const tiled = await evaluateTiles(programs, vgg, objective, picture, options);
    const largest = whole.gradient.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    let worst = 0;
    for (const [i, v] of whole.gradient.entries())
      worst = Math.max(worst, Math.abs(v - (tiled.gradient[i] ?? Number.NaN)));
    expect(worst / largest).toBeLessThan(1e-3);
    expect(Math.abs(tiled.loss / whole.loss - 1)).toBeLessThan(0.2);
  });
});
