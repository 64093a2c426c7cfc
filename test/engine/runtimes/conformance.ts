/** The conformance suite: what every runtime must compute, for every operation, forward and backward. */
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { gradient, OPERATIONS } from "../../../src/engine/graph/gradient.js";
import { type Operation, topologicalOrder } from "../../../src/engine/graph/node.js";
import { input, mul, scalar, sumAll } from "../../../src/engine/graph/ops.js";
import type { Runtime } from "../../../src/engine/runtimes/runtime.js";
import { type Case, numbersOf, programOf } from "../graph/case.js";
import { CASES, convCase, poolCase } from "../graph/cases.js";
import { CHAINS } from "../graph/chains.js";
import { alongDirections } from "../graph/directions.js";
import { distinct, relativeError, toTensor } from "../graph/numbers.js";
import { interpret } from "../graph/reference.js";
import { OBJECTIVE_CASES } from "./objective-cases.js";

/** Relative errors that float32 keeps below. */
const FORWARD = 2e-5;
const BACKWARD = 1e-4;
const mapValues = <A, B>(record: Readonly<Record<string, A>>, f: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value)]));

/**
 * Runs a case at all its sizes and compares result and gradients with the float64 reference, and gradients with finite
 * differences.
 */
async function check(runtime: Runtime, test: Case): Promise<void> {
  const built = programOf(test);
  const program = await runtime.compile(built.outputs);
  try {
    for (const run of test.runs) {
      const numbers = numbersOf(test, built, run);
      const expected = interpret(built.outputs, numbers);
      const got = await program.run(mapValues(numbers, toTensor));
      for (const [name, { data, shape }] of Object.entries(expected)) {
        const where = `${name} at ${JSON.stringify(run)}`;
        expect(got[name]?.shape, where).toEqual(shape);
        expect(relativeError(got[name]?.data ?? [], data), where).toBeLessThan(name === "y" ? FORWARD : BACKWARD);
      }
      for (const name of built.by) {
        const ours = got[`by:${name}`]?.data ?? new Float32Array();
        expect(
          alongDirections(built.loss, numbers, name, ours),
          `finite differences by ${name} at ${JSON.stringify(run)}`,
        ).toBeLessThan(BACKWARD);
      }
    }
  } finally {
    await program.dispose();
  }
}

/** Operations without a gradient, and why. */
const NO_GRADIENT: readonly Operation[] = [
  "input",
  "constant",
  // Steps: their gradient is zero wherever there is one.
  "greater",
  "greaterOrEqual",
  "equal",
  "count",
  "stopGradient",
  // They refuse; gradient.test.ts holds that.
  "reduceMax",
  "maxPoolGradient",
  "sample",
];

function coverage(): { forward: Set<Operation>; backward: Set<Operation> } {
  const [forward, backward] = [new Set<Operation>(), new Set<Operation>()];
  for (const test of [...CASES, ...CHAINS]) {
    const { y, by } = programOf(test);
    const order = topologicalOrder([y]);
    const depends = new Set(order.filter((node) => node.op === "input" && by.includes(node.attributes.name)));
    for (const node of order) {
      forward.add(node.op);
      if (!node.inputs.some((x) => depends.has(x)) || NO_GRADIENT.includes(node.op)) continue;
      depends.add(node);
      backward.add(node.op);
    }
  }
  return { forward, backward };
}

const size = fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 7, max: 13 }), fc.integer({ min: 7, max: 13 }));
const side = fc.integer({ min: 0, max: 2 });
const pads = fc.tuple(side, side, side, side);
const pair = (max: number) => fc.tuple(fc.integer({ min: 1, max }), fc.integer({ min: 1, max }));

const convolutions = fc
  .record({
    groups: fc.constantFrom(1, 1, 2, 4),
    inputs: fc.constantFrom(1, 2, 4, 8),
    outputs: fc.constantFrom(1, 2, 4, 8),
    kernel: pair(4),
    strides: pair(3),
    dilations: fc.oneof(fc.constant<[number, number]>([1, 1]), pair(2)),
    pads,
    bias: fc.boolean(),
    sizes: fc.array(size, { minLength: 1, maxLength: 2 }),
  })
  .map(({ groups, inputs, outputs, ...rest }) =>
    convCase({ channels: [inputs * groups, outputs * groups], groups, ...rest }),
  );

const pools = fc
  .record({
    op: fc.constantFrom("maxPool", "avgPool"),
    kernel: pair(4),
    strides: pair(3),
    pads,
    channels: fc.constantFrom(1, 16),
    at: size,
  })
  .map(({ op, kernel, strides, pads, channels, at }) => {
    // A window must reach into the image wherever it lies.
    const inside = pads.map((p, i) => Math.min(p, (kernel[i % 2] ?? 1) - 1)) as [number, number, number, number];
    return poolCase(op, { kernel, strides, pads: inside }, channels, [at]);
  });

export interface Conformance {
  /** Geometries drawn at random, of convolutions and of pooling each. */
  readonly random?: number;
  /** Only the cases whose names match. */
  readonly only?: RegExp;
  /** Cases that only this runtime has a way of its own for. */
  readonly more?: readonly Case[];
}

/** Registers the suite for a runtime. */
export function conformance(
  name: string,
  makeRuntime: () => Promise<Runtime> | Runtime,
  { random = 25, only = /(?:)/, more = [] }: Conformance = {},
): void {
  describe(`conformance of ${name}`, () => {
    let runtime: Runtime;
    beforeAll(async () => {
      runtime = await makeRuntime();
    });

    test("every operation of the closed set has a case, forward and backward", () => {
      const { forward, backward } = coverage();
      expect(OPERATIONS.filter((op) => !forward.has(op))).toEqual([]);
      expect(OPERATIONS.filter((op) => !backward.has(op) && !NO_GRADIENT.includes(op))).toEqual([]);
    });

    describe("operations", () => {
      test.each(CASES.filter((c) => only.test(c.name)).map((c) => [c.name, c] as const))("%s", (_, c) =>
        check(runtime, c),
      );
    });

    describe("chains of layers", () => {
      const chains = [...CHAINS.filter((c) => only.test(c.name)), ...more];
      test.each(chains.map((c) => [c.name, c] as const))("%s", (_, c) => check(runtime, c));
    });

    test("convolutions of any geometry", () =>
      fc.assert(
        fc.asyncProperty(convolutions, (c) => check(runtime, c)),
        { numRuns: random, seed: 12 },
      ));

    test("pooling of any geometry", () =>
      fc.assert(
        fc.asyncProperty(pools, (c) => check(runtime, c)),
        { numRuns: random, seed: 12 },
      ));

    describe("objectives", () => {
      test.each(OBJECTIVE_CASES.filter((c) => only.test(c.name)).map((c) => [c.name, c] as const))(
        "%s",
        async (_, { build }) => {
          const { loss, image, values } = build();
          const program = await runtime.compile({ loss, gradient: gradient(loss, image) });
          for (const shape of [
            [1, 3, 12, 12],
            [1, 3, 9, 15],
          ]) {
            const picture = distinct(shape, 3);
            const x = { ...picture, data: picture.data.map((v) => Math.fround(127.5 + 60 * v)) };
            const given = { ...values(shape), image: x };
            const got = await program.run(mapValues(given, toTensor));
            const expected = interpret({ loss }, given).loss.data;
            expect(relativeError(got.loss?.data ?? [], expected), "loss").toBeLessThan(BACKWARD);
            expect(alongDirections(loss, given, "image", got.gradient?.data ?? [], 1e-3), "gradient").toBeLessThan(
              1e-3,
            );
          }
          await program.dispose();
        },
      );
    });

    test("an input of another shape than declared is refused", async () => {
      const [chain] = CHAINS;
      const program = await runtime.compile(chain ? { y: programOf(chain).y } : {});
      await expect(program.run({ x: toTensor(distinct([1, 5, 8, 8], 1)) })).rejects.toThrow();
      await expect(program.run({ x: toTensor(distinct([3, 8, 8], 1)) })).rejects.toThrow();
      await program.dispose();
    });

    test("what is held goes into the next run as it is, and is read when asked for", async () => {
      const x = input("x", [null, 3, null, null]);
      const program = await runtime.compile({ y: mul(x, scalar(2)), sum: sumAll(x) }, ["y"]);
      const start = toTensor(distinct([1, 3, 4, 5], 1));
      let { held, tensors } = await program.advance({ x: start });
      for (let run = 0; run < 2; run++) {
        const before = held.y;
        if (!before) throw new Error("nothing is held");
        ({ held, tensors } = await program.advance({ x: before }));
        before.release();
      }
      expect(Object.keys(tensors)).toEqual(["sum"]);
      expect(held.y?.shape).toEqual([1, 3, 4, 5]);
      expect(
        relativeError(
          (await held.y?.read()) ?? [],
          start.data.map((v) => 8 * v),
        ),
      ).toBeLessThan(FORWARD);
      held.y?.release();
      await program.dispose();
    });

    test("an input that is missing is named", async () => {
      const { outputs } = programOf(CASES[0] as Case);
      const program = await runtime.compile(outputs);
      await expect(program.run({})).rejects.toThrow(/"a"/);
      await program.dispose();
    });
  });
}
