import { describe, expect, test } from "vitest";
import { gradient, lossAndGradient } from "../../../src/engine/graph/gradient.js";
import { type Node, topologicalOrder } from "../../../src/engine/graph/node.js";
import * as ops from "../../../src/engine/graph/ops.js";
import { distinct, relativeError } from "./numbers.js";
import { interpret } from "./reference.js";

const CHANNELS = 4;
const x = ops.input("x", [null, 3, null, null]);

function conv(from: Node, inputs: number, side: number, seed: number, options: ops.ConvOptions = {}): Node {
  const weights = (shape: readonly number[]) =>
    ops.constant(
      Float32Array.from(distinct(shape, seed).data, (v) => v - 0.5),
      shape,
    );
  return ops.conv2d(from, weights([CHANNELS, inputs, side, side]), weights([CHANNELS]), options);
}

/** A residual block, then the next stage's first two convolutions, of which each takes every other place. */
function stage(pads: ops.ConvOptions["pads"] = [1, 1, 1, 1]) {
  const before = ops.relu(conv(x, 3, 3, 1, { pads: [1, 1, 1, 1] }));
  const inner = ops.relu(conv(ops.relu(conv(before, CHANNELS, 1, 2)), CHANNELS, 3, 3, { pads }));
  const end = ops.relu(ops.add(conv(inner, CHANNELS, 1, 4), before));
  const strided = (seed: number) => conv(end, CHANNELS, 1, seed, { strides: [2, 2] });
  return { end, inner, next: ops.add(ops.square(strided(5)), strided(6)) };
}

const stridesOf = (node: Node) =>
  topologicalOrder([node]).flatMap((n) => (n.op === "conv2d" && n.attributes.strides[0] > 1 ? [n.attributes] : []));

describe("subsampling", () => {
  test.each([
    [8, 8],
    [7, 10],
    [5, 3],
    [1, 1],
  ])("is as early as it can be, and loss and gradient stay: %d x %d", (height, width) => {
    const loss = ops.sumAll(stage().next);
    const early = lossAndGradient(loss, x);
    const numbers = { x: distinct([2, 3, height, width], 7) };
    const [late, found] = [interpret({ loss, gradient: gradient(loss, x) }, numbers), interpret({ ...early }, numbers)];
    expect(relativeError(found.loss?.data ?? [], late.loss?.data ?? [])).toBeLessThan(1e-12);
    expect(relativeError(found.gradient?.data ?? [], late.gradient?.data ?? [])).toBeLessThan(1e-12);
    // The block's 3x3 convolution has the stride, and of what comes after it nothing is computed but what is used.
    expect(stridesOf(early.loss)).toMatchObject([{ strides: [2, 2], pads: [1, 1, 1, 1] }]);
    const sources = topologicalOrder([early.loss]).filter((n) => n.op === "subsample");
    expect(sources.map((n) => n.inputs[0]?.op)).toEqual(["relu"]);
  });

  test("leaves maps as they are that something else looks at", () => {
    const { end, inner, next } = stage();
    for (const seen of [end, inner]) {
      const { loss } = lossAndGradient(ops.add(ops.sumAll(next), ops.sumAll(ops.square(seen))), x);
      expect(topologicalOrder([loss])).toContain(seen);
      expect(stridesOf(loss)).toEqual([]);
    }
  });

  test("stops at what the loss is differentiated by", () => {
    const loss = ops.sumAll(ops.square(ops.subsample(x, [2, 2])));
    expect(lossAndGradient(loss, x).loss).toBe(loss);
  });
});
