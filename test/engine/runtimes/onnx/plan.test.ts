import { describe, expect, test } from "vitest";
import { gradient } from "../../../../src/engine/graph/gradient.js";
import type { Node } from "../../../../src/engine/graph/node.js";
import * as ops from "../../../../src/engine/graph/ops.js";
import { random } from "../../../../src/engine/images/random.js";
import { ModelProto } from "../../../../src/engine/onnx-schema.js";
import { onnxRuntime, toOnnx } from "../../../../src/engine/runtimes/onnx/onnx.js";
import { WINOGRAD, winogradKernels } from "../../../../src/engine/runtimes/onnx/winograd.js";

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
    const { runs, alone } = winogradKernels([y], { image: [1, 128, 64, 64] });
    expect([...runs]).toEqual([b, a, c]);
    expect(alone.size).toBe(0);
  });

  test("one alone between 1x1 convolutions, as in ResNet50, where its map is large enough for its channels", () => {
    const between = (channels: number, height: number, width: number): number => {
      const first = layer(ops.input("x", [null, channels, null, null]), kernel(channels, channels, 1), {});
      const y = layer(layer(first, kernel(channels, channels)), kernel(channels, channels, 1), {});
      const { runs, alone } = winogradKernels([y], { x: [1, channels, height, width] });
      expect(runs.size).toBe(0);
      return alone.size;
    };
    for (const { channels, pixels } of WINOGRAD.alone) {
      expect(between(channels, 8, pixels / 8)).toBe(1);
      expect(between(channels, 8, pixels / 8 - 1)).toBe(0);
      expect(between(channels - 16, 8, pixels / 8)).toBe(0);
    }
  });

  test("none alone where sizes are not known", () => {
    expect(winogradKernels([layer(image, kernel(256, 128))]).alone.size).toBe(0);
  });

  test("not through max pooling, not strided, and not with few channels", () => {
    expect(
      winogradKernels([layer(ops.maxPool(layer(image, kernel(128, 128)), HALF), kernel(128, 128))]).runs.size,
    ).toBe(0);
    expect(
      winogradKernels([layer(layer(image, kernel(128, 128)), kernel(128, 128), { ...SAME, strides: [2, 2] })]).runs
        .size,
    ).toBe(0);
    expect(winogradKernels([layer(layer(image, kernel(64, 128)), kernel(64, 64))]).runs.size).toBe(0);
  });

  test("on the CPU only, and without a convolution left of the run and of its gradient", () => {
    const loss = ops.sumAll(ops.square(layer(layer(image, kernel(128, 128)), kernel(128, 128))));
    const operations = (device: "cpu" | "webgpu"): string[] => {
      const outputs = { gradient: gradient(loss, image) };
      const chosen = device === "cpu" ? winogradKernels(Object.values(outputs)) : undefined;
      const model = ModelProto.toObject(ModelProto.decode(toOnnx(outputs, device, chosen).model));
      return (model as { graph: { node: { opType: string }[] } }).graph.node.map(({ opType }) => opType);
    };
    expect(operations("cpu").filter((op) => op === "Conv")).toEqual([]);
    expect(operations("webgpu")).not.toContain("FusedMatMul");
    expect(operations("webgpu").filter((op) => op === "Conv")).toHaveLength(4);
  });
});

describe("a program that runs seldom", () => {
  test("computes directly what others transform, and holds no transformed kernels", async () => {
    const y = layer(layer(image, kernel(128, 128)), kernel(128, 128));
    const data = Float32Array.from({ length: 128 * 144 }, (_, i) => Math.sin(i));
    const inputs = { image: { data, shape: [1, 128, 12, 12] } };
    const runtime = onnxRuntime({ threads: 1 });
    const [often, seldom, direct] = await Promise.all([
      runtime.compile({ y }),
      runtime.compile({ y }, [], { seldom: true }),
      onnxRuntime({ threads: 1, winograd: { runs: 1000, alone: [] } }).compile({ y }),
    ]);
    const [a, b, c] = await Promise.all([often.run(inputs), seldom.run(inputs), direct.run(inputs)]);
    expect(b.y?.data).toEqual(c.y?.data);
    expect(b.y?.data).not.toEqual(a.y?.data);
    expect(often.bytes).toBeGreaterThan(3 * seldom.bytes);
    await Promise.all([often, seldom, direct].map((program) => program.dispose()));
  });
});

describe("constants beside a model", () => {
  test("are read while it is opened, and then no more", async () => {
    const x = ops.input("x", [null, 32, null, null]);
    const constants = [kernel(32, 32), ops.constant(new Float32Array(300).fill(2), [1, 1, 15, 20])];
    const y = ops.mul(ops.conv2d(x, constants[0] as Node, undefined, SAME), constants[1] as Node);
    const program = await onnxRuntime({ threads: 1 }).compile({ y });
    const run = async (seed: number) => {
      const next = random(seed);
      const data = Float32Array.from({ length: 32 * 300 }, () => next());
      return (await program.run({ x: { data, shape: [1, 32, 15, 20] } })).y?.data;
    };
    expect(toOnnx({ y }).model.byteLength).toBeLessThan(2_000);
    const before = await run(1);
    for (const node of constants) if (node.op === "constant") node.attributes.data.fill(Number.NaN);
    expect(before?.every(Number.isFinite)).toBe(true);
    expect(await run(1)).toEqual(before);
    await program.dispose();
  });
});

describe("one alone between others", () => {
  test("gives the direct convolution's numbers, forward and back, from the size on that the table tells", async () => {
    const next = random(7);
    const weights = (shape: readonly number[], size: number): Node => {
      const length = shape.reduce((a, b) => a * b, 1);
      return ops.constant(
        Float32Array.from({ length }, () => (next() - 0.5) / size),
        shape,
      );
    };
    const x = ops.input("x", [null, 16, null, null]);
    const bottleneck = (input: Node): Node => {
      const first = ops.relu(ops.conv2d(input, weights([32, 16, 1, 1], 2), weights([32], 4)));
      const middle = ops.relu(ops.conv2d(first, weights([32, 32, 3, 3], 8), weights([32], 4), SAME));
      return ops.relu(ops.add(ops.conv2d(middle, weights([16, 32, 1, 1], 2), weights([16], 4)), input));
    };
    const y = bottleneck(bottleneck(x));
    const outputs = { y, gradient: gradient(ops.sumAll(ops.square(y)), x) };
    const table = { runs: 1000, alone: [{ channels: 32, pixels: 200 }] };
    const program = await onnxRuntime({ threads: 1, winograd: table }).compile(outputs);
    const direct = await onnxRuntime({ threads: 1, winograd: { runs: 1000, alone: [] } }).compile(outputs);
    const held: number[] = [];
    for (const [height, width] of [
      [11, 13],
      [13, 18],
      [12, 12],
      [16, 21],
    ] as const) {
      const data = Float32Array.from({ length: 16 * height * width }, () => next() - 0.4);
      const inputs = { x: { data, shape: [1, 16, height, width] } };
      const [found, expected] = await Promise.all([program.run(inputs), direct.run(inputs)]);
      for (const name of ["y", "gradient"]) {
        const [a, b] = [found[name]?.data ?? [], expected[name]?.data ?? []];
        expect(a.length).toBe(data.length);
        expect(Math.hypot(...b.map((v, i) => v - (a[i] ?? 0))) / Math.hypot(...b)).toBeLessThan(1e-5);
      }
      held.push(program.bytes);
    }
    // Opened for small maps, and once more for large ones, whose kernels are held transformed.
    expect(held[1]).toBeGreaterThan(2 * (held[0] ?? 0));
    expect(held.slice(2)).toEqual([held[1], held[1]]);
    await Promise.all([program.dispose(), direct.dispose()]);
  });
});
