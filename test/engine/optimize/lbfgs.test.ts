import { describe, expect, it } from "vitest";
import { Lbfgs } from "../../../src/engine/optimize/lbfgs.js";
import { strongWolfe } from "../../../src/engine/optimize/line-search.js";
import { dot, type Oracle } from "../../../src/engine/optimize/vector.js";

/** The chained Rosenbrock function, with its minimum 0 at (1, ..., 1). */
const rosenbrock: Oracle<Float64Array> = async (x) => {
  let loss = 0;
  const gradient = new Float64Array(x.length);
  for (let i = 0; i + 1 < x.length; i++) {
    const [a, b] = [x[i] ?? 0, x[i + 1] ?? 0];
    loss += 100 * (b - a * a) ** 2 + (1 - a) ** 2;
    gradient[i] = (gradient[i] ?? 0) - 400 * a * (b - a * a) - 2 * (1 - a);
    gradient[i + 1] = (gradient[i + 1] ?? 0) + 200 * (b - a * a);
  }
  return { loss, gradient };
};

/** sum(k * x_k^2), k = 1..n: curvatures from 2 to 2n. */
const bowl: Oracle<Float64Array> = async (x) => ({
  loss: x.reduce((sum, v, i) => sum + (i + 1) * v * v, 0),
  gradient: x.map((v, i) => 2 * (i + 1) * v),
});

/** The usual start of the published tables (Moré, Garbow and Hillstrom 1981, problem 1). */
const START = [-1.2, 1];

describe("L-BFGS", () => {
  it("reaches the minimum of Rosenbrock's valley, where f(-1.2, 1) = 24.2, in fewer than 60 evaluations", async () => {
    const x = Float64Array.from(START);
    expect((await rosenbrock(x)).loss).toBeCloseTo(24.2, 12);
    const report = await new Lbfgs<Float64Array>().minimise(x, rosenbrock, { iterations: 60 });
    expect(report.converged).toBe(true);
    expect(report.loss).toBeLessThan(1e-16);
    expect(report.evaluations).toBeLessThan(60);
    expect([...x].map((v) => Math.abs(v - 1) < 1e-8)).toEqual([true, true]);
  });

  it("solves a hundred variables with a history of five", async () => {
    const x = Float64Array.from({ length: 100 }, (_, i) => START[i % 2] ?? 0);
    const report = await new Lbfgs<Float64Array>({ history: 5 }).minimise(x, rosenbrock, { iterations: 1000 });
    expect(report.loss).toBeLessThan(1e-12);
  });

  it("keeps its history across calls: many short calls take the same path as one long one", async () => {
    const [once, often] = [Float64Array.from(START), Float64Array.from(START)];
    await new Lbfgs<Float64Array>().minimise(once, rosenbrock, { iterations: 20 });
    const lbfgs = new Lbfgs<Float64Array>();
    for (let i = 0; i < 20; i++) await lbfgs.minimise(often, rosenbrock, { iterations: 1 });
    expect([...often]).toEqual([...once]);
  });

  it("remembers no more than its history", async () => {
    const lbfgs = new Lbfgs<Float64Array>({ history: 3 });
    await lbfgs.minimise(Float64Array.from(START), rosenbrock, { iterations: 12 });
    expect(lbfgs.remembered).toBe(3);
  });

  it("is better with its history than steepest descent, which is what a history of nothing leaves", async () => {
    const run = async (history: number): Promise<number> => {
      const x = Float64Array.from({ length: 30 }, () => 1);
      return (await new Lbfgs<Float64Array>({ history }).minimise(x, bowl, { iterations: 20 })).loss;
    };
    expect(await run(10)).toBeLessThan((await run(0)) / 100);
  });

  it("stops at once where there is nothing to gain", async () => {
    const report = await new Lbfgs<Float64Array>().minimise(Float64Array.of(1, 1), rosenbrock, { iterations: 10 });
    expect(report).toMatchObject({ iterations: 0, evaluations: 1, converged: true });
  });

  it.each([1e-8, 1, 1e8])("works on pictures in float32 whatever the loss's scale: times %s", async (scale) => {
    const wanted = (i: number): number => 128 + 40 * Math.sin(i);
    const curvature = (i: number): number => scale * (1 + (i % 7));
    const oracle: Oracle<Float32Array> = async (x) => ({
      loss: Math.fround(x.reduce((sum, v, i) => sum + curvature(i) * (v - wanted(i)) ** 2, 0)),
      gradient: x.map((v, i) => 2 * curvature(i) * (v - wanted(i))),
    });
    const x = new Float32Array(100).fill(128);
    const { loss: before } = await oracle(x);
    const { loss, evaluations } = await new Lbfgs<Float32Array>().minimise(x, oracle, { iterations: 15 });
    expect(loss).toBeLessThan(before / 1e6);
    expect(evaluations).toBeLessThan(40);
  });

  it("leaves x at the best point when a step gives no number", async () => {
    const cliff: Oracle<Float64Array> = async (x) => {
      const v = x[0] ?? 0;
      return v > 2
        ? { loss: Number.NaN, gradient: Float64Array.of(Number.NaN) }
        : { loss: -v, gradient: Float64Array.of(-1) };
    };
    const x = Float64Array.of(0);
    await new Lbfgs<Float64Array>().minimise(x, cliff, { iterations: 10 });
    expect(x[0]).toBeGreaterThan(0);
    expect(x[0]).toBeLessThanOrEqual(2);
  });
});

describe("the line search", () => {
  for (const first of [1e-4, 0.1, 1, 50]) {
    it(`finds a strong-Wolfe step along Rosenbrock's slope, beginning with ${first}`, async () => {
      const x = Float64Array.from(START);
      const start = await rosenbrock(x);
      const direction = start.gradient.map((g) => -g / 100);
      const found = await strongWolfe(rosenbrock, x, direction, start, first);
      const slope = dot(start.gradient, direction);
      expect(found.loss).toBeLessThanOrEqual(start.loss + 1e-4 * found.step * slope);
      expect(Math.abs(dot(found.gradient, direction))).toBeLessThanOrEqual(-0.9 * slope);
      expect(found.evaluations).toBeLessThanOrEqual(25);
    });
  }
});
