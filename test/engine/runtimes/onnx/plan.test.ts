import { describe, expect, test } from "vitest";
import { gradient } from "../../../../src/engine/graph/gradient.js";
import type { Node } from "../../../../src/engine/graph/node.js";
import * as ops from "../../../../src/engine/graph/ops.js";
import { ModelProto } from "../../../../src/engine/onnx-schema.js";
import { toOnnx } from "../../../../src/engine/runtimes/onnx/onnx.js";
import { winogradKernels } from "../../../../src/engine/runtimes/onnx/winograd.js";

const kernel = (out: number, cin: number, size = 3): Node =>
  ops.constant(new Float32Array(out * cin * size * size).fill(0.1), [out, cin, size, size]);
const image = ops.input("image", [null, 128, null, null]);
const SAME = { pads: [1, 1, 1, 1] } as const;
const HALF = { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] } as const;
const layer = (x: Node, k: Node, options: ops.ConvOptions = SAME): Node =>
  ops.relu(ops.conv2d(x, k, undefined, options));

describe("which convolutions Winograd's algorithm computes", () => {
  test("those of many channels that follow one another, through ReLU and average pooling", () => {
    const [a, b, c] = [kernel(128, 128), kernel(256, 128), kernel(256, 256)];
    const y = layer(ops.avgPool(layer(layer(image, a), b), HALF), c);
    expect([...winogradKernels([y])]).toEqual([b, a, c]);
  });

  test("not one alone between 1x1 convolutions, as in ResNet50", () => {
    const y = layer(layer(layer(image, kernel(128, 128, 1), {}), kernel(128, 128)), kernel(128, 128, 1), {});
    expect(winogradKernels([y]).size).toBe(0);
  });

  test("not through max pooling, not strided, and not with few channels", () => {
    expect(winogradKernels([layer(ops.maxPool(layer(image, kernel(128, 128)), HALF), kernel(128, 128))]).size).toBe(0);
    expect(
      winogradKernels([layer(layer(image, kernel(128, 128)), kernel(128, 128), { ...SAME, strides: [2, 2] })]).size,
    ).toBe(0);
    expect(winogradKernels([layer(layer(image, kernel(64, 128)), kernel(64, 64))]).size).toBe(0);
  });

  test("on the CPU only, and without a convolution left of the run and of its gradient", () => {
    const loss = ops.sumAll(ops.square(layer(layer(image, kernel(128, 128)), kernel(128, 128))));
    const operations = (device: "cpu" | "webgpu"): string[] => {
      const model = ModelProto.toObject(ModelProto.decode(toOnnx({ gradient: gradient(loss, image) }, device).model));
      return (model as { graph: { node: { opType: string }[] } }).graph.node.map(({ opType }) => opType);
    };
    expect(operations("cpu").filter((op) => op === "Conv")).toEqual([]);
    expect(operations("webgpu")).not.toContain("FusedMatMul");
    expect(operations("webgpu").filter((op) => op === "Conv")).toHaveLength(4);
  });
});
