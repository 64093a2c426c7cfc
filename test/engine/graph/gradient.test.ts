import { describe, expect, test } from "vitest";
import { gradient, gradientOf } from "../../../src/engine/graph/gradient.js";
import { GraphError, topologicalOrder } from "../../../src/engine/graph/node.js";
import * as ops from "../../../src/engine/graph/ops.js";
import { numbersOf, programOf } from "./case.js";
import { CASES } from "./cases.js";
import { CHAINS } from "./chains.js";
import { alongDirections } from "./directions.js";
import { distinct, relativeError } from "./numbers.js";
import { finiteDifferences, interpret } from "./reference.js";

/** Inputs larger than this are differenced along random directions only. */
const FEW = 400;

describe("the gradient table, in float64", () => {
  test.each([...CASES, ...CHAINS].map((c) => [c.name, c] as const))("%s", (_, c) => {
    const built = programOf(c);
    const [run] = c.runs;
    const numbers = numbersOf(c, built, run ?? {});
    const results = interpret(built.outputs, numbers);
    const single = !CHAINS.includes(c);
    for (const name of built.by) {
      const ours = results[`by:${name}`];
      expect(ours?.shape, name).toEqual(numbers[name]?.shape);
      const data = ours?.data ?? new Float64Array();
      expect(alongDirections(built.loss, numbers, name, data), name).toBeLessThan(1e-5);
      if (single && data.length < FEW)
        expect(relativeError(data, finiteDifferences(built.loss, numbers, name)), name).toBeLessThan(1e-6);
    }
  });
});

describe("gradient", () => {
  const x = ops.input("x", [null, 3, null, null]);

  test("a loss must be one number", () => {
    expect(() => gradient(ops.square(x), x)).toThrow(/shape \[\]; this one has shape \[\?, 3, \?, \?\]/);
  });

  test("a loss that does not depend on the input is an error", () => {
    const other = ops.input("other", []);
    expect(() => gradient(ops.sumAll(other), x)).toThrow(GraphError);
    expect(() => gradient(ops.sumAll(ops.stopGradient(x)), x)).toThrow(/does not depend/);
    expect(() => gradient(ops.mul(ops.count(x, [2, 3]), ops.scalar(2)), x)).toThrow(/does not depend/);
  });

  test("what has no gradient refuses, and says what to do", () => {
    expect(() => gradient(ops.sumAll(ops.reduceMax(x, [1])), x)).toThrow(/stopGradient/);
    const pool = { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] } as const;
    const y = ops.maxPool(x, pool);
    expect(() => gradient(ops.sumAll(ops.maxPoolGradient(x, y, y, pool)), x)).toThrow(/second derivatives/);
    expect(() => gradient(ops.sumAll(ops.sample(x, x, x)), x)).toThrow(/inverse/);
  });

  test("weights and targets cost nothing: only what lies between loss and input is differentiated", () => {
    const target = ops.input("target", [null, 3, null, null]);
    const costly = ops.exp(ops.exp(target));
    const order = topologicalOrder([gradient(ops.sumAll(ops.square(ops.sub(x, costly))), x)]);
    expect(order.filter((node) => node.op === "exp")).toHaveLength(2);
    expect(order.filter((node) => node.op === "mul").some((node) => node.inputs.includes(costly))).toBe(false);
  });

  test("a map used twice collects from both uses, also through a seed of its own", () => {
    const y = ops.exp(x);
    const z = ops.mul(y, y);
    const [gy, gz] = [ops.scalar(3), ops.scalar(0.5)];
    const g = gradientOf(
      [
        { of: y, g: gy },
        { of: z, g: gz },
      ],
      x,
    );
    const value = distinct([1, 3, 2, 2], 1);
    const expected = value.data.map((v) => 3 * Math.exp(v) + 0.5 * 2 * Math.exp(2 * v));
    expect(relativeError(interpret({ g }, { x: value }).g.data, expected)).toBeLessThan(1e-12);
  });

  test("a network of thousands of layers does not overflow the stack", () => {
    let y = ops.mul(x, ops.scalar(1));
    for (let i = 0; i < 20_000; i++) y = ops.add(y, ops.scalar(1e-6));
    const g = gradient(ops.sumAll(y), x);
    expect([...interpret({ g }, { x: distinct([1, 3, 1, 1], 1) }).g.data]).toEqual([1, 1, 1]);
  });
});

describe("a factor of a whole sum", () => {
  test("is multiplied as one number: a Gram matrix's gradient passes over it once", () => {
    const features = ops.input("f", [1, 8, null]);
    const [target, weight] = [ops.input("t", [1, 8, 8]), ops.input("w", [])];
    const grams = ops.div(ops.matmul(features, features, { transposeB: true }), ops.count(features, [2]));
    const difference = ops.sub(grams, target);
    const loss = ops.mul(weight, ops.sumAll(ops.square(difference)));
    const order = topologicalOrder([gradient(loss, features)]);
    const passes = order.filter(({ op, shape }) => shape[1] === 8 && shape[2] === 8 && op !== "input");
    // One of the products is the loss's own square.
    expect(passes.map(({ op }) => op).sort()).toEqual(["add", "div", "matmul", "mul", "mul", "sub", "transpose"]);
    const numbers = {
      f: distinct([1, 8, 5], 1),
      t: distinct([1, 8, 8], 2),
      w: { data: Float64Array.of(3), shape: [] },
    };
    const found = interpret({ g: gradient(loss, features) }, numbers).g.data;
    expect(relativeError(found, finiteDifferences(loss, numbers, "f"))).toBeLessThan(1e-6);
  });
});
