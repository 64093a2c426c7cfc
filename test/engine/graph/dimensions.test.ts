import { describe, expect, test } from "vitest";
import { Dimensions, leastSide } from "../../../src/engine/graph/dimensions.js";
import { gradient } from "../../../src/engine/graph/gradient.js";
import { type Node, topologicalOrder } from "../../../src/engine/graph/node.js";
import * as ops from "../../../src/engine/graph/ops.js";
import { convolutionWork } from "../../../src/engine/measure/step.js";
import { numbersOf, programOf } from "./case.js";
import { CASES } from "./cases.js";
import { CHAINS } from "./chains.js";
import { interpret } from "./reference.js";

const image = ops.input("image", [null, 3, null, null]);
const kernel = (out: number, cin: number, size: number) =>
  ops.constant(new Float32Array(out * cin * size * size), [out, cin, size, size]);
const halved = { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] } as const;

/** Holds names against sizes: nodes whose dimensions have one name must have one size, and numbers must be right. */
function hold(
  name: string,
  outputs: Readonly<Record<string, Node>>,
  sizesOf: (nodes: Record<string, Node>) => Record<string, { shape: readonly number[] }>,
): void {
  const dimensions = new Dimensions();
  const nodes = Object.fromEntries(topologicalOrder(Object.values(outputs)).map((node, i) => [String(i), node]));
  const results = sizesOf(nodes);
  const meaning = new Map<string, number>();
  for (const [i, node] of Object.entries(nodes)) {
    const real = results[i]?.shape ?? [];
    const named = dimensions.of(node);
    expect(named.length, `${name}: rank of ${node.op}`).toBe(real.length);
    for (const [axis, d] of named.entries()) {
      const size = real[axis] ?? Number.NaN;
      if (typeof d === "string") {
        expect(meaning.get(d) ?? size, `${name}: "${d}" of ${node.op}`).toBe(size);
        meaning.set(d, size);
      } else expect(d, `${name}: axis ${axis} of ${node.op}`).toBe(size);
    }
  }
}

describe("names of dimensions", () => {
  test("equal names mean equal sizes, in every case, forward and backward", () => {
    for (const c of [...CASES, ...CHAINS]) {
      const built = programOf(c);
      // The last run's sizes are the least alike.
      const run = c.runs.at(-1) ?? {};
      hold(c.name, built.outputs, (nodes) => interpret(nodes, numbersOf(c, built, run)));
    }
  });

  test("known sizes of inputs give numbers", () => {
    const y = ops.maxPool(ops.conv2d(image, kernel(8, 3, 3), undefined, { pads: [1, 1, 1, 1] }), halved);
    expect(new Dimensions({ image: [2, 3, 33, 48] }).of(y)).toEqual([2, 8, 16, 24]);
    expect(new Dimensions().of(y).slice(0, 2)).toEqual(["image_0", 8]);
  });

  test("a gradient has the dimensions of what it is the gradient of", () => {
    const dimensions = new Dimensions();
    const features = ops.relu(ops.conv2d(image, kernel(16, 3, 3), undefined, { pads: [1, 1, 1, 1] }));
    const g = gradient(
      ops.sumAll(ops.square(ops.crop(ops.maxPool(features, halved), [0, 0, 2, 2], [0, 0, 2, 2]))),
      image,
    );
    expect(dimensions.of(g)).toEqual(dimensions.of(image));
  });

  test("what is cropped off and put back gives the name it had", () => {
    const dimensions = new Dimensions();
    const cropped = ops.crop(image, [0, 0, 1, 2], [0, 0, 1, 0]);
    expect(dimensions.of(ops.pad(cropped, [0, 0, 0, 1], [0, 0, 2, 1]))).toEqual(dimensions.of(image));
    expect(dimensions.of(cropped)).not.toEqual(dimensions.of(image));
  });
});

test("the arithmetic of convolutions is counted", () => {
  const y = ops.conv2d(ops.conv2d(image, kernel(8, 3, 3), undefined, { pads: [1, 1, 1, 1] }), kernel(4, 8, 1));
  expect(convolutionWork([y], { image: [1, 3, 10, 12] })).toBe(10 * 12 * (8 * 27 + 4 * 8));
});

describe("the least side of a network's images", () => {
  const valid = (x: Node, channels: number) =>
    ops.maxPool(ops.conv2d(x, kernel(4, channels, 3), undefined, { strides: [2, 2] }), { ...halved, kernel: [3, 3] });

  test("is what its windows need, one inside the other, and what an objective cuts off", () => {
    const once = valid(image, 3);
    expect(leastSide([image])).toBe(1);
    expect(leastSide([once])).toBe(7);
    expect(leastSide([valid(once, 4)])).toBe(31);
    expect(leastSide([ops.crop(once, [0, 0, 2, 2], [0, 0, 2, 2])])).toBe(7 + 4 * 4);
  });

  test("is 1 where padding gives every window its place, or where no image comes in", () => {
    const same = ops.conv2d(image, kernel(4, 3, 3), undefined, { strides: [2, 2], pads: [1, 1, 1, 1] });
    expect(leastSide([same])).toBe(1);
    expect(leastSide([ops.relu(ops.input("weights", [4]))])).toBe(1);
  });

  test("is the same with the gradient, whatever the image is called", () => {
    const seen = ops.input("images", [null, 3, null, null]);
    const loss = ops.sumAll(ops.square(valid(seen, 3)));
    expect(leastSide([loss, gradient(loss, seen)])).toBe(7);
  });
});
