import { describe, expect, it } from "vitest";
import { Estimator } from "../../src/queue/estimator.js";

const SIZES = [0.05, 0.4, 3.6, 1.4, 0.1, 2.8, 0.7, 0.2, 1.8, 0.06];
const near = (told: number, taken: number) => expect(Math.abs(told / taken - 1)).toBeLessThan(0.15);

describe("the estimator", () => {
  it("guesses from the settings, and of a new pace what its recipe has taken", () => {
    const estimator = new Estimator({ dream: 2 });
    expect(estimator.seconds("dream resnet50 creatures", 1.5)).toBe(3);
    for (const cost of SIZES) estimator.learn("dream resnet50 creatures", cost, cost / 2, "onnx-cpu");
    near(estimator.seconds("dream resnet50 creatures", 1), 0.5);
    near(estimator.seconds("dream googlenet patterns", 1), 0.5);
    for (const cost of SIZES) estimator.learn("dream googlenet patterns", cost, 4 * cost, "onnx-cpu");
    near(estimator.seconds("dream googlenet patterns", 1), 4);
    near(estimator.seconds("dream resnet50 creatures", 1), 0.5);
  });

  it("finds the constant part and the part that grows, from ten jobs of mixed sizes", () => {
    const estimator = new Estimator({ stylize: 20 });
    for (const cost of SIZES) estimator.learn("stylize x", cost, 0.8 + 3 * cost, "onnx-cpu");
    for (const cost of [0.03, 0.3, 1, 5]) near(estimator.seconds("stylize x", cost), 0.8 + 3 * cost);
  });

  it("is not thrown by odd jobs and nonsense, and follows a change", () => {
    const estimator = new Estimator({ dream: 100 });
    for (const [n, cost] of SIZES.entries())
      estimator.learn("dream x", cost, n === 3 ? 300 : 0.1 + 2 * cost, "onnx-cpu");
    estimator.learn("dream x", 0, 6, "onnx-cpu");
    estimator.learn("dream x", 1, Number.NaN, "onnx-cpu");
    near(estimator.seconds("dream x", 2), 4.1);
    for (const cost of [...SIZES, ...SIZES]) estimator.learn("dream x", cost, 0.1 + 6 * cost, "onnx-cpu");
    near(estimator.seconds("dream x", 2), 12.1);
  });

  it("learns each device by itself, and tells by how much each does", () => {
    const estimator = new Estimator({ dream: 2 });
    for (const cost of SIZES) estimator.learn("dream x", cost, cost / 10, "onnx-cuda");
    near(estimator.seconds("dream x", 2), 0.2);
    for (const cost of SIZES) estimator.learn("dream x", cost, cost * 2, "onnx-cpu");
    const told = estimator.seconds("dream x", 2);
    expect(told).toBeGreaterThan(0.5);
    expect(told).toBeLessThan(3.5);
    for (let round = 0; round < 4; round++)
      for (const cost of SIZES) estimator.learn("dream x", cost, cost * 2, "onnx-cpu");
    near(estimator.seconds("dream x", 2), 4);
  });
});
