import { describe, expect, it } from "vitest";
import { CHANNELS, type Raster } from "../../../src/engine/images/raster.js";
import { Adam } from "../../../src/engine/optimize/adam.js";
import { PyramidAdam } from "../../../src/engine/optimize/pyramid-adam.js";

const [WIDTH, HEIGHT] = [33, 32];

function picture(value: (x: number, y: number) => number, width = WIDTH, height = HEIGHT): Raster {
  const data = new Float32Array(CHANNELS * width * height);
  for (let i = 0; i < data.length; i++) data[i] = value(i % width, Math.floor(i / width) % height);
  return { width, height, data };
}

const checks = (x: number, y: number): number => ((x + y) % 2 === 0 ? 1 : -1);
const meanAbsolute = ({ data }: Raster): number => data.reduce((sum, v) => sum + Math.abs(v), 0) / data.length;

describe("Adam on a pyramid", () => {
  it("is Adam where there is one level", () => {
    const gradient = picture((x, y) => Math.sin(x) * Math.cos(y));
    const [canvas, plain] = [picture(() => 100), picture(() => 100)];
    const [pyramid, adam] = [new PyramidAdam(WIDTH, HEIGHT, { rates: [2] }), new Adam(plain.data.length, { rate: 2 })];
    for (let step = 0; step < 3; step++) {
      pyramid.step(canvas, gradient);
      adam.step(plain.data, gradient.data);
    }
    expect(canvas.data).toEqual(plain.data);
  });

  it("moves an even gradient by the sum of the rates, and the finest pattern by the finest rate", () => {
    const even = picture(() => 0);
    new PyramidAdam(WIDTH, HEIGHT, { rates: [1, 2, 4], epsilon: 1e-14 }).step(
      even,
      picture(() => 1e-6),
    );
    for (const v of even.data) expect(v).toBeCloseTo(-7, 4);
    const fine = picture(() => 0);
    // What halving lets through of a checkerboard is rounding and borders, far below epsilon here.
    new PyramidAdam(WIDTH, HEIGHT, { rates: [1, 2, 4], epsilon: 1e3 }).step(fine, picture(checks));
    const alone = picture(() => 0);
    new PyramidAdam(WIDTH, HEIGHT, { rates: [1], epsilon: 1e3 }).step(alone, picture(checks));
    expect(meanAbsolute(fine) / meanAbsolute(alone)).toBeCloseTo(1, 0);
  });

  it("finds the least squares picture, its finest detail too", () => {
    const wanted = picture((x, y) => 128 + 60 * Math.sin(x / 5) + 20 * checks(x, y));
    const canvas = picture(() => 128);
    const adam = new PyramidAdam(WIDTH, HEIGHT, { rates: [1, 2, 2], beta1: 0.9, beta2: 0.99 });
    const left = (): Raster => ({ ...canvas, data: canvas.data.map((v, i) => v - (wanted.data[i] ?? 0)) });
    const before = meanAbsolute(left());
    for (let step = 0; step < 200; step++) adam.step(canvas, left());
    expect(meanAbsolute(left())).toBeLessThan(before / 20);
  });

  it("takes the moments of another size on", () => {
    const gradient = (width: number, height: number): Raster => picture((x) => (x < width / 2 ? 1 : -1), width, height);
    const small = new PyramidAdam(16, 12, { rates: [1, 1] });
    for (let step = 0; step < 10; step++) {
      small.step(
        picture(() => 0, 16, 12),
        gradient(16, 12),
      );
    }
    // With no gradient any more, it coasts on as it went before.
    const [coasting, fresh] = [picture(() => 0, 32, 24), picture(() => 0, 32, 24)];
    const none = picture(() => 0, 32, 24);
    new PyramidAdam(32, 24, { rates: [1, 1] }, small.moments).step(coasting, none);
    new PyramidAdam(32, 24, { rates: [1, 1] }).step(fresh, none);
    expect(fresh.data.every((v) => v === 0)).toBe(true);
    expect(coasting.data[0]).toBeLessThan(-0.5);
    expect(coasting.data[31]).toBeGreaterThan(0.5);
  });

  it("steps along the colours of a basis: equally far along each of its columns", () => {
    const grey = [1, 1, 1].map((v) => v / Math.sqrt(3));
    // Symmetric: 2 along grey, 0.5 along every other colour.
    const basis = Array.from({ length: 9 }, (_, i) => {
      const [row, column] = [Math.floor(i / 3), i % 3];
      return 1.5 * (grey[row] ?? 0) * (grey[column] ?? 0) + (row === column ? 0.5 : 0);
    });
    const [canvas, plane] = [picture(() => 0), WIDTH * HEIGHT];
    new PyramidAdam(WIDTH, HEIGHT, { rates: [1], basis, epsilon: 1e-14 }).step(canvas, {
      ...picture(() => 0),
      data: picture(() => 0).data.map((_, i) => (i < plane ? 1 : 0)),
    });
    // R^T g is the basis's first row, whose values are all positive: Adam moves by -1 along each column.
    for (let c = 0; c < CHANNELS; c++) expect(canvas.data[c * plane]).toBeCloseTo(-2, 5);
  });

  it("leaves out the finest lines along the axes, and neither an even field nor diagonals", () => {
    /** What is left of a pattern in the middle of a step; epsilon so large that Adam scales the gradient. */
    const left = (value: (x: number, y: number) => number): number => {
      const step = (unwoven: number): number => {
        const canvas = picture(() => 0);
        new PyramidAdam(WIDTH, HEIGHT, { rates: [1], unwoven, epsilon: 1e3 }).step(canvas, picture(value));
        return Math.hypot(...canvas.data.filter((_, i) => i % WIDTH > 4 && i % WIDTH < 28));
      };
      return step(0.8) / step(0);
    };
    expect(left((x) => (x % 2 === 0 ? 1 : -1))).toBeCloseTo(0.2, 2);
    expect(left((_, y) => (y % 2 === 0 ? 1 : -1))).toBeCloseTo(0.2, 2);
    expect(left(() => 1)).toBeCloseTo(1, 3);
    // Diagonal lines as far apart as the finest along the axes that are hardly touched.
    expect(left((x, y) => Math.sin((2 * Math.PI * (x + y)) / 3))).toBeGreaterThan(0.85);
    expect(left((x) => Math.sin((2 * Math.PI * x) / 8))).toBeGreaterThan(0.95);
  });

  it("has no more levels than a small picture allows", () => {
    const canvas = picture(() => 0, 17, 17);
    new PyramidAdam(17, 17, { rates: [1, 1, 1, 1], epsilon: 1e-14 }).step(
      canvas,
      picture(() => 1, 17, 17),
    );
    for (const v of canvas.data) expect(v).toBeCloseTo(-2, 4);
  });
});
