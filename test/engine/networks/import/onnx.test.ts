import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DataType, type OnnxNode, type OnnxTensor } from "../../../../src/engine/onnx-schema.js";
import { newFolder } from "../../../support/new-folder.js";
import { encode, floats, image, ints, node, read, scalar, truth } from "../support/onnx-file.js";
import { difference, features, operations } from "../support/tiny.js";

/** Each case: nodes that end in "y", and weights. */
const CASES: Readonly<Record<string, readonly [OnnxNode[], OnnxTensor[]]>> = {
  "Conv with groups and dilations": [
    [
      node("Conv", ["data", "w", "b"], "c", { kernel_shape: [3, 3], pads: [1, 0, 2, 1], strides: [2, 1] }),
      node("Conv", ["c", "v"], "y", { kernel_shape: [2, 2], group: 2, dilations: [2, 1] }),
    ],
    [floats("w", [4, 3, 3, 3]), floats("b", [4]), floats("v", [2, 2, 2, 2], 8)],
  ],
  "Conv with SAME_LOWER": [
    [node("Conv", ["data", "w"], "y", { kernel_shape: [4, 4], auto_pad: "SAME_LOWER" })],
    [floats("w", [2, 3, 4, 4])],
  ],
  "BatchNormalization after Conv": [
    [
      node("Conv", ["data", "w"], "c"),
      node("BatchNormalization", ["c", "g", "b", "m", "v"], "y", { epsilon: { float: 0.01 } }),
    ],
    [
      floats("w", [2, 3, 1, 1]),
      floats("g", [2], 2),
      floats("b", [2], 3),
      floats("m", [2], 4),
      floats("v", [2], 5, (x) => x * x + 0.1),
    ],
  ],
  "Mul and Add of constants after Conv": [
    [
      node("Conv", ["data", "w", "b"], "c"),
      node("Mul", ["c", "s"], "m"),
      node("Add", ["t", "m"], "a"),
      node("Sub", ["a", "one"], "d"),
      node("Div", ["d", "s"], "y"),
    ],
    [
      floats("w", [2, 3, 1, 1]),
      floats("b", [2]),
      floats("s", [2, 1, 1], 2),
      floats("t", [1, 2, 1, 1], 3),
      scalar("one", 1),
    ],
  ],
  "LRN over few channels": [
    [node("LRN", ["data"], "y", { size: 3, alpha: { float: 0.5 }, beta: { float: 0.75 }, bias: { float: 2 } })],
    [],
  ],
  "LRN over many channels": [
    [
      node("Conv", ["data", "w"], "c"),
      node("LRN", ["c"], "y", { size: 5, alpha: { float: 0.2 }, beta: { float: 0.6 } }),
    ],
    [floats("w", [8, 3, 1, 1])],
  ],
  "MaxPool with ceil_mode": [
    [node("MaxPool", ["data"], "y", { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 })],
    [],
  ],
  "MaxPool padded at the end": [
    [node("MaxPool", ["data"], "y", { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 0, 1, 1] })],
    [],
  ],
  "AveragePool without its pads": [
    [node("AveragePool", ["data"], "y", { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 1, 1, 0] })],
    [],
  ],
  "AveragePool with its pads": [
    [
      node("AveragePool", ["data"], "y", {
        kernel_shape: [3, 3],
        strides: [2, 2],
        pads: [1, 1, 1, 1],
        count_include_pad: 1,
      }),
    ],
    [],
  ],
  "Clip by inputs, Concat, Add, Sum, Mul": [
    [
      node("Clip", ["data", "zero", "six"], "c"),
      node("Relu", ["data"], "r"),
      node("Add", ["c", "r"], "s"),
      node("Sum", ["c", "r", "s"], "t"),
      node("Mul", ["s", "t"], "m"),
      node("Concat", ["m", "data", "c"], "y", { axis: 1 }),
    ],
    [scalar("zero", 0), scalar("six", 1.5)],
  ],
  "Pad before Conv": [
    [node("Pad", ["data", "pads"], "p"), node("Conv", ["p", "w"], "y", { kernel_shape: [3, 3] })],
    [ints("pads", [0, 0, 1, 2, 0, 0, 2, 1]), floats("w", [2, 3, 3, 3])],
  ],
  "activations one after the other": [
    [
      node("LeakyRelu", ["data"], "l", { alpha: { float: 0.3 } }),
      node("Elu", ["l"], "e"),
      node("PRelu", ["e", "slope"], "p"),
      node("Tanh", ["p"], "t"),
      node("Selu", ["t"], "s"),
      node("HardSigmoid", ["s"], "h"),
      node("Softplus", ["h"], "q"),
      node("Dropout", ["q"], "d"),
      node("HardSwish", ["d"], "w"),
      node("Sigmoid", ["w"], "y"),
    ],
    [floats("slope", [3, 1, 1])],
  ],
  "a squeeze-and-excite block": [
    [
      node("GlobalAveragePool", ["data"], "g"),
      node("Conv", ["g", "w"], "c"),
      node("Sigmoid", ["c"], "s"),
      node("Mul", ["data", "s"], "y"),
    ],
    [floats("w", [3, 3, 1, 1])],
  ],
};

describe("reading ONNX networks", () => {
  for (const [name, [nodes, weights]] of Object.entries(CASES)) {
    it(`computes ${name} as onnxruntime does`, async () => {
      const bytes = encode(nodes, weights);
      const network = await read(bytes);
      for (const size of [image(9, 12), image(8, 7)]) {
        expect(difference(await features(network, "y", size), await truth(bytes, "y", size))).toBeLessThan(1e-4);
      }
    });
  }

  it("folds batch normalisation and constants into convolutions", async () => {
    for (const name of ["BatchNormalization after Conv", "Mul and Add of constants after Conv"]) {
      const [nodes, weights] = CASES[name] ?? [[], []];
      const network = await read(encode(nodes, weights));
      expect(operations(network.build().layer("y"))).toEqual({ input: 1, constant: 2, conv2d: 1 });
    }
  });

  it("names layers after their nodes' first outputs and tells channels and strides", async () => {
    const nodes = [
      node("Conv", ["data", "w"], "conv1/out_1", { strides: [2, 2] }),
      node("Relu", ["conv1/out_1"], "conv1/out_2"),
      node("MaxPool", ["conv1/out_2"], "pool", { kernel_shape: [2, 2], strides: [2, 2] }),
    ];
    const network = await read(encode(nodes, [floats("w", [5, 3, 1, 1])]));
    expect(network.layers).toEqual([
      { name: "conv1/out_1", kind: "Conv", channels: 5, stride: 2 },
      { name: "conv1/out_2", kind: "Relu", channels: 5, stride: 2 },
      { name: "pool", kind: "MaxPool", channels: 5, stride: 4 },
    ]);
    expect(network.bytes).toBe(60);
  });

  it("goes as deep as it knows the operations, and names the first that it does not", async () => {
    const nodes = [
      node("Relu", ["data"], "r"),
      node("Einsum", ["r"], "e"),
      node("Relu", ["e"], "after"),
      { ...node("Gelu", ["r"], "g"), domain: "com.microsoft" },
      node("Flatten", ["r"], "f"),
      node("MaxPool", ["r"], "m", { kernel_shape: [2, 2], dilations: [2, 2] }),
    ];
    const network = await read(encode(nodes, []));
    expect(network.layers.map((l) => l.name)).toEqual(["r"]);
    expect(Object.fromEntries(network.unusable ?? [])).toMatchObject({
      e: "the operation Einsum is not known (node node of e)",
      after: "it builds on e, which cannot be used (the operation Einsum is not known (node node of e))",
      g: "the operation com.microsoft.Gelu is not known (node node of g)",
      f: expect.stringMatching(/^only class scores are left/),
      m: expect.stringMatching(/dilations/),
    });
    await expect(read(encode([node("Einsum", ["data"], "e")], []))).rejects.toThrow(
      /No layer of tiny can be used: e: the operation Einsum/,
    );
  });

  it("reads Constant nodes, float lists, float16 and pictures with channels last", async () => {
    const constant = {
      ...node("Constant", [], "k"),
      attribute: [{ name: "value", type: 4, t: { dims: [3, 1, 1], dataType: DataType.float32, floatData: [1, 2, 3] } }],
    };
    const half: OnnxTensor = {
      name: "h",
      dims: [3, 1, 1],
      dataType: DataType.float16,
      rawData: new Uint8Array(Uint16Array.of(0x3c00, 0x4000, 0xbc00).buffer),
    };
    const nodes = [
      constant,
      node("Transpose", ["data"], "t", { perm: [0, 3, 1, 2] }),
      node("Mul", ["t", "k"], "m"),
      node("Add", ["m", "h"], "y"),
    ];
    const network = await read(
      encode(nodes, [half], [{ dimValue: 1 }, { dimParam: "H" }, { dimParam: "W" }, { dimValue: 3 }]),
    );
    const result = await features(network, "y", { data: Float32Array.of(10, 20, 30), shape: [1, 3, 1, 1] });
    expect([...result.data]).toEqual([11, 42, 89]);
  });

  it("reads weights from files beside the model, but from nowhere else", async () => {
    const outer = newFolder();
    const at = join(outer, "model");
    await mkdir(at);
    const kernel = new Uint8Array(Float32Array.of(9, 9, 1, 2, 3).buffer);
    await writeFile(join(at, "weights.bin"), kernel);
    await writeFile(join(outer, "secret.bin"), kernel);
    const external = (location: string, offset = "8", length = "12"): OnnxTensor => ({
      name: "w",
      dims: [1, 3, 1, 1],
      dataType: DataType.float32,
      dataLocation: 1,
      externalData: Object.entries({ location, offset, length }).map(([key, value]) => ({ key, value })),
    });
    const use = async (tensor: OnnxTensor) => {
      const network = await read(encode([node("Conv", ["data", "w"], "y")], [tensor]), at);
      return features(network, "y", { data: Float32Array.of(1, 10, 100), shape: [1, 3, 1, 1] });
    };
    expect((await use(external("weights.bin"))).data[0]).toBe(321);
    await expect(use(external("../secret.bin"))).rejects.toThrow(/outside its folder/);
    await expect(use(external("/etc/hostname"))).rejects.toThrow(/missing|outside/);
    await expect(use(external("weights.bin", "12"))).rejects.toThrow(/too short/);
    await expect(use(external("weights.bin", "8", "8"))).rejects.toThrow(/8 bytes where 12 are expected/);
    await expect(use(external("other.bin"))).rejects.toThrow(/other.bin is missing/);
  });

  it("refuses what is not ONNX, is cut short or takes no picture", async () => {
    const bytes = encode([node("Conv", ["data", "w"], "y")], [floats("w", [8, 3, 5, 5])]);
    await expect(read(new TextEncoder().encode("not a model at all"))).rejects.toThrow(
      /not an ONNX file|holds no network/,
    );
    await expect(read(bytes.subarray(0, bytes.length / 2))).rejects.toThrow(/cut short/);
    await expect(read(encode([node("Relu", ["data"], "y")], [], [{ dimValue: 1 }, { dimValue: 10 }]))).rejects.toThrow(
      /cannot dream/,
    );
    await expect(
      read(
        encode(
          [node("Relu", ["data"], "y")],
          [],
          [{ dimValue: 1 }, { dimValue: 1 }, { dimValue: 28 }, { dimValue: 28 }],
        ),
      ),
    ).rejects.toThrow(/three channels/);
  });
});
