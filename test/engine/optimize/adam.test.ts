import { describe, expect, it } from "vitest";
import { Adam } from "../../../src/engine/optimize/adam.js";

describe("Adam", () => {
  it("takes the paper's first steps: each of the size of the rate, whatever the gradient's size", () => {
    for (const size of [1e-3, 1, 1e4]) {
      const x = Float64Array.of(1, -1);
      new Adam(2, { rate: 0.1, epsilon: 1e-12 }).step(x, Float64Array.of(size, -size));
      expect(x[0]).toBeCloseTo(0.9, 6);
      expect(x[1]).toBeCloseTo(-0.9, 6);
    }
  });

  it("agrees with algorithm 1 of the paper, worked out by hand for two steps", () => {
    const x = Float64Array.of(0);
    const adam = new Adam(1, { rate: 0.5, beta1: 0.9, beta2: 0.99, epsilon: 0 });
    adam.step(x, Float64Array.of(2));
    adam.step(x, Float64Array.of(-1));
    // m = 0.9 * 0.2 - 0.1 = 0.08, v = 0.99 * 0.04 + 0.01 = 0.0496; unbiased: 0.08 / 0.19, 0.0496 / 0.0199.
    const second = (0.5 * (0.08 / 0.19)) / Math.sqrt(0.0496 / 0.0199);
    expect(x[0]).toBeCloseTo(-0.5 - second, 6);
  });

  it("goes on from given moments as if it had never stopped", () => {
    const gradients = [1, -2, 0.5, 3].map((g) => Float64Array.of(g));
    const [once, twice] = [Float64Array.of(0), Float64Array.of(0)];
    const whole = new Adam(1, { rate: 0.1 });
    for (const g of gradients) whole.step(once, g);
    const first = new Adam(1, { rate: 0.1 });
    for (const g of gradients.slice(0, 2)) first.step(twice, g);
    const second = new Adam(1, { rate: 0.1 }, first.moments);
    for (const g of gradients.slice(2)) second.step(twice, g);
    expect(twice[0]).toBe(once[0]);
  });

  it("descends Rosenbrock's valley", () => {
    const x = Float64Array.of(-1.2, 1);
    const adam = new Adam(2, { rate: 0.02 });
    for (let i = 0; i < 5000; i++) {
      const [a, b] = [x[0] ?? 0, x[1] ?? 0];
      adam.step(x, Float64Array.of(-400 * a * (b - a * a) - 2 * (1 - a), 200 * (b - a * a)));
    }
    expect(x[0]).toBeCloseTo(1, 1);
    expect(x[1]).toBeCloseTo(1, 1);
  });
});
