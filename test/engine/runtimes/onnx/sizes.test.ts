import { describe, expect, test } from "vitest";
import { gradient } from "../../../../src/engine/graph/gradient.js";
import * as ops from "../../../../src/engine/graph/ops.js";
import { ModelProto } from "../../../../src/engine/onnx-schema.js";
import { toOnnx } from "../../../../src/engine/runtimes/onnx/onnx.js";

const image = ops.input("image", [null, 3, null, null]);
const kernel = (out: number, cin: number, size: number, value = 0.1) =>
  ops.constant(new Float32Array(out * cin * size * size).fill(value), [out, cin, size, size]);
const SAME = { pads: [1, 1, 1, 1] } as const;

interface Written {
  readonly op: string;
  readonly inputs: readonly string[];
}

function written(outputs: Parameters<typeof toOnnx>[0]): Written[] {
  const model = ModelProto.toObject(ModelProto.decode(toOnnx(outputs).model)) as {
    graph: { node: { opType: string; input: string[] }[] };
  };
  return model.graph.node.map(({ opType, input }) => ({ op: opType, inputs: input }));
}

describe("sizes of feature maps", () => {
  test("are computed from the picture's own, never taken from a map in the blocked layout", () => {
    let x = ops.relu(ops.conv2d(image, kernel(16, 3, 7), undefined, { strides: [2, 2], pads: [3, 3, 3, 3] }));
    x = ops.relu(ops.conv2d(x, kernel(16, 16, 3), undefined, { strides: [2, 2], ...SAME }));
    x = ops.maxPool(ops.relu(ops.conv2d(x, kernel(16, 16, 3), undefined, SAME)), {
      kernel: [2, 2],
      strides: [2, 2],
      pads: [0, 0, 0, 0],
    });
    const loss = ops.sumAll(ops.square(ops.conv2d(x, kernel(16, 16, 3), undefined, SAME)));
    const shapes = written({ gradient: gradient(loss, image) }).filter(({ op }) => op === "Shape");
    expect(shapes.filter(({ inputs }) => inputs[0] === "image")).toHaveLength(1);
    expect(shapes.filter(({ inputs }) => /^(Relu|MaxPool)_/.test(inputs[0] ?? ""))).toEqual([]);
  });

  test("a map that is as large as another is measured once", () => {
    const features = ops.relu(ops.conv2d(image, kernel(16, 3, 3), undefined, SAME));
    const strided = (seed: number) =>
      ops.conv2d(features, kernel(16, 16, 3, seed), undefined, { strides: [2, 2], ...SAME });
    const loss = ops.sumAll(ops.add(strided(0.1), strided(0.2)));
    const nodes = written({ gradient: gradient(loss, image) });
    expect(nodes.filter(({ op, inputs }) => op === "Shape" && inputs[0] === "image")).toHaveLength(1);
    expect(nodes.filter(({ op }) => op === "DepthToSpace")).toHaveLength(2);
  });
});

describe("what is written", () => {
  test("the same weights are stored once", () => {
    const shared = kernel(16, 3, 3);
    const both = { a: ops.conv2d(image, shared), b: ops.conv2d(ops.mul(image, ops.scalar(2)), shared) };
    expect(toOnnx(both).bytes).toBeLessThan(16 * 27 * 4 + 64);
  });

  test("the gradient of a block of convolutions has no Where and no transposed convolution", () => {
    const x = ops.relu(ops.conv2d(image, kernel(16, 3, 3), undefined, SAME));
    const y = ops.relu(
      ops.add(
        ops.conv2d(ops.relu(ops.conv2d(x, kernel(16, 16, 3), undefined, SAME)), kernel(16, 16, 3), undefined, SAME),
        x,
      ),
    );
    const found = new Set(written({ gradient: gradient(ops.sumAll(ops.square(y)), image) }).map(({ op }) => op));
    expect([...found].filter((op) => ["Where", "Greater", "ConvTranspose"].includes(op))).toEqual([]);
  });
});
