import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Kernel, phases, rotate } from "../../../../src/engine/runtimes/onnx/kernels.js";

const counting = (shape: Kernel["shape"]): Kernel => ({
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
  shape,
});

describe("rotate", () => {
  test("turns each kernel by 180 degrees and swaps input and output channels", () => {
    const { data, shape } = rotate(counting([1, 2, 2, 2]), 1);
    expect(shape).toEqual([2, 1, 2, 2]);
    expect([...data]).toEqual([3, 2, 1, 0, 7, 6, 5, 4]);
  });

  test("swaps channels inside each group only", () => {
    const { data, shape } = rotate(counting([4, 1, 1, 1]), 2);
    expect(shape).toEqual([2, 2, 1, 1]);
    expect([...data]).toEqual([0, 1, 2, 3]);
  });

  test("twice is as if never", () => {
    const side = fc.integer({ min: 1, max: 3 });
    fc.assert(
      fc.property(side, side, side, side, side, (groups, outputs, inputs, h, w) => {
        const kernel = counting([groups * outputs, inputs, h, w]);
        const back = rotate(rotate(kernel, groups), groups);
        expect(back.shape).toEqual(kernel.shape);
        expect([...back.data]).toEqual([...kernel.data]);
      }),
    );
  });
});

describe("phases", () => {
  test("every s-th weight, reversed, with zeros where the kernel ends", () => {
    const { data, shape } = phases(counting([1, 1, 1, 3]), 1, 2);
    expect(shape).toEqual([4, 1, 1, 2]);
    // Rows: phase (0, 0): weights 2, 0. (0, 1): weight 1 alone. Row phase 1: a kernel of one row has none.
    expect([...data]).toEqual([2, 0, 0, 1, 0, 0, 0, 0]);
  });

  test("holds every weight once", () => {
    const side = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(
        side,
        side,
        side,
        side,
        fc.integer({ min: 1, max: 2 }),
        fc.integer({ min: 2, max: 3 }),
        (outputs, inputs, h, w, groups, stride) => {
          const kernel = counting([outputs * groups, inputs, h, w]);
          const { data, shape } = phases(kernel, groups, stride);
          expect(shape).toEqual([inputs * groups * stride ** 2, outputs, Math.ceil(h / stride), Math.ceil(w / stride)]);
          expect([...data].filter((v) => v > 0).sort((a, b) => a - b)).toEqual([...kernel.data].slice(1));
        },
      ),
    );
  });
});
