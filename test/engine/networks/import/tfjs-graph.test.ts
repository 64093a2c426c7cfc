/** Graph-models that are written here, against what TensorFlow.js's own reader makes of them. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { type GraphModel, loadGraphModel } from "@tensorflow/tfjs-converter";
import { beforeAll, describe, expect, it } from "vitest";
import { assemble } from "../../../../src/engine/networks/import/assemble.js";
import { readTfjs } from "../../../../src/engine/networks/import/tfjs.js";
import type { Tensor } from "../../../../src/engine/runtimes/runtime.js";
import { newFolder } from "../../../support/new-folder.js";
import { image } from "../support/onnx-file.js";
import { difference, features, numbers, PLAIN, scoresOf } from "../support/tiny.js";

type Attribute =
  | { s: string }
  | { i: string }
  | { f: number }
  | { b: boolean }
  | { list: unknown }
  | { shape: unknown }
  | { type: string };
interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, Attribute>>;
}
interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype?: "int32";
  readonly data: Float32Array | Int32Array;
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const word = (text: string): Attribute => ({ s: base64(text) });
const int = (i: number): Attribute => ({ i: String(i) });
const listOf = (...i: number[]): Attribute => ({ list: { i: i.map(String) } });
const steps = (...names: string[]): Attribute => ({ list: { s: names.map(base64) } });
const node = (op: string, name: string, input: readonly string[], attr: GraphNode["attr"] = {}): GraphNode => ({
  name,
  op,
  input,
  attr: { T: { type: "DT_FLOAT" }, ...attr },
});
const weight = (name: string, shape: readonly number[], seed = 3, make = (x: number) => x): Weight => ({
  name,
  shape,
  data: numbers(
    shape.reduce((a, b) => a * b, 1),
    seed,
  ).map(make),
});
const ints = (name: string, list: readonly number[], shape = [list.length]): Weight => ({
  name,
  shape,
  dtype: "int32",
  data: Int32Array.from(list),
});
const window = (stride = 1, padding = "SAME"): Readonly<Record<string, Attribute>> => ({
  strides: listOf(1, stride, stride, 1),
  dilations: listOf(1, 1, 1, 1),
  padding: word(padding),
  data_format: word("NHWC"),
});
const pooling = (size: number, stride: number, padding = "SAME") => ({
  ...window(stride, padding),
  ksize: listOf(1, size, size, 1),
});

const PLACEHOLDER: GraphNode = {
  name: "data",
  op: "Placeholder",
  attr: { shape: { shape: { dim: ["-1", "-1", "-1", "3"].map((size) => ({ size })) } } },
};

/** Writes model.json and its shard; every weight is a Const of the graph. */
async function write(nodes: readonly GraphNode[], weights: readonly Weight[]): Promise<string> {
  const at = newFolder();
  const bytes = weights.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  await writeFile(join(at, "shard.bin"), Buffer.concat(bytes));
  const model = {
    format: "graph-model",
    modelTopology: {
      versions: { producer: 1 },
      node: [...weights.map(({ name }) => ({ name, op: "Const" })), PLACEHOLDER, ...nodes],
    },
    weightsManifest: [
      { paths: ["shard.bin"], weights: weights.map(({ data: _, dtype = "float32", ...rest }) => ({ ...rest, dtype })) },
    ],
  };
  await writeFile(join(at, "model.json"), JSON.stringify(model));
  return join(at, "model.json");
}

const read = async (path: string) => assemble("tiny", await readTfjs(path), PLAIN);

/** What TensorFlow.js makes of it, as [N, C, H, W]; numbers for the whole picture as [N, C, 1, 1]. */
async function truth(path: string, layer: string, { data, shape }: Tensor): Promise<Tensor> {
  const json = JSON.parse(await readFile(path, "utf8"));
  const bytes = new Uint8Array(await readFile(join(path, "../shard.bin"))).buffer;
  const model: GraphModel = await loadGraphModel(
    tf.io.fromMemory({ ...json, weightSpecs: json.weightsManifest[0].weights, weightData: bytes }),
  );
  const [, c = 3, h = 1, w = 1] = shape;
  const input = tf.transpose(tf.tensor(data, [1, c, h, w]), [0, 2, 3, 1]);
  const result = (await model.executeAsync({ data: input }, layer)) as tf.Tensor;
  const map = result.rank === 4 ? tf.transpose(result, [0, 3, 1, 2]) : tf.reshape(result, [...result.shape, 1, 1]);
  return { data: (await map.data()) as Float32Array, shape: map.shape };
}

/** Each case: nodes that end in "y", and weights. */
const CASES: Readonly<Record<string, readonly [readonly GraphNode[], readonly Weight[]]>> = {
  "convolution, normalisation, ReLU6": [
    [
      node("Conv2D", "c", ["data", "w"], window(2)),
      node("FusedBatchNormV3", "n", ["c", "g", "o", "m", "v"], { epsilon: { f: 0.01 }, data_format: word("NHWC") }),
      node("Relu6", "y", ["n"]),
    ],
    [
      weight("w", [3, 3, 3, 4]),
      weight("g", [4], 1),
      weight("o", [4], 2),
      weight("m", [4], 4),
      weight("v", [4], 5, (x) => x * x + 0.1),
    ],
  ],
  "fused convolutions, depthwise and across": [
    [
      node("_FusedConv2D", "a", ["data", "w", "b"], {
        ...window(2),
        fused_ops: steps("BiasAdd", "Relu6"),
        num_args: int(1),
      }),
      node("FusedDepthwiseConv2dNative", "d", ["a", "k", "e"], {
        ...window(1),
        fused_ops: steps("BiasAdd", "Relu"),
        num_args: int(1),
      }),
      node("_FusedConv2D", "y", ["d", "p", "q", "alpha"], {
        ...window(1, "VALID"),
        fused_ops: steps("BiasAdd", "Prelu"),
        num_args: int(2),
      }),
    ],
    [
      weight("w", [3, 3, 3, 4]),
      weight("b", [4], 2),
      weight("k", [3, 3, 4, 2], 4),
      weight("e", [8], 5),
      weight("p", [1, 1, 8, 5], 6),
      weight("q", [5], 7),
      weight("alpha", [5], 8),
    ],
  ],
  "pools, pads, joins and channels turned round": [
    [
      node("StridedSlice", "bgr", ["data", "begin", "end", "strides"], {
        ellipsis_mask: int(1),
        begin_mask: int(2),
        end_mask: int(2),
      }),
      node("ReverseV2", "rgb", ["bgr", "last"]),
      node("ConcatV2", "six", ["bgr", "rgb", "axis"], { N: int(2) }),
      node("Pad", "padded", ["six", "pads"]),
      node("MaxPool", "m", ["padded"], pooling(3, 2, "VALID")),
      node("AvgPool", "y", ["m"], pooling(3, 1)),
    ],
    [
      ints("begin", [0, 0]),
      ints("end", [0, 0]),
      ints("strides", [1, -1]),
      ints("last", [3]),
      ints("axis", [-1], []),
      ints("pads", [0, 0, 1, 2, 2, 1, 0, 0], [4, 2]),
    ],
  ],
  "arithmetic with numbers for each channel, before and after": [
    [
      node("Sub", "s", ["data", "mean"]),
      node("RealDiv", "d", ["s", "std"]),
      node("Mul", "m", ["two", "d"]),
      node("Maximum", "x", ["zero", "m"]),
      node("Minimum", "n", ["x", "two"]),
      node("AddV2", "a", ["n", "d"]),
      node("Square", "q", ["a"]),
      node("AddV2", "e", ["q", "two"]),
      node("Rsqrt", "y", ["e"]),
    ],
    [
      weight("mean", [3], 2),
      weight("std", [1, 1, 1, 3], 4, (x) => x * x + 0.5),
      weight("two", [], 1, () => 2),
      weight("zero", [], 1, () => 0),
    ],
  ],
  "squeeze and excitation, with a hard swish": [
    [
      node("Conv2D", "c", ["data", "w"], window()),
      node("Mean", "mean", ["c", "plane"], { keep_dims: { b: false } }),
      node("Reshape", "map", ["mean", "shape"]),
      node("Conv2D", "s", ["map", "v"], window()),
      node("BiasAdd", "sb", ["s", "b"], { data_format: word("NHWC") }),
      node("Sigmoid", "gate", ["sb"]),
      node("Mul", "scaled", ["c", "gate"]),
      node("AddV2", "plus", ["scaled", "three"]),
      node("Relu6", "six", ["plus"]),
      node("Mul", "times", ["scaled", "six"]),
      node("Mul", "y", ["times", "sixth"]),
    ],
    [
      weight("w", [3, 3, 3, 4]),
      ints("plane", [1, 2]),
      ints("shape", [-1, 1, 1, 4]),
      weight("v", [1, 1, 4, 4], 5),
      weight("b", [4], 6),
      weight("three", [], 1, () => 3),
      weight("sixth", [], 1, () => 1 / 6),
    ],
  ],
  "channels split and put together": [
    [
      node("Conv2D", "c", ["data", "w"], window()),
      node("Split", "halves", ["axis", "c"], { num_split: int(2) }),
      node("LeakyRelu", "l", ["halves:1"], { alpha: { f: 0.1 } }),
      node("ConcatV2", "y", ["l", "halves", "axis"], { N: int(2) }),
    ],
    [weight("w", [1, 1, 3, 4]), ints("axis", [3], [])],
  ],
  "reflected borders, channels into places": [
    [
      node("MirrorPad", "p", ["data", "pads"], { mode: word("REFLECT") }),
      node("Conv2D", "c", ["p", "w"], window(1, "VALID")),
      node("DepthToSpace", "y", ["c"], { block_size: int(2), data_format: word("NHWC") }),
    ],
    [ints("pads", [0, 0, 1, 1, 1, 1, 0, 0], [4, 2]), weight("w", [3, 3, 3, 8])],
  ],
};

describe("reading tfjs graph-models", () => {
  beforeAll(async () => {
    await tf.setBackend("cpu");
  });

  it.each(Object.entries(CASES))("%s", async (_, [nodes, weights]) => {
    const path = await write(nodes, weights);
    const shown = image(16, 12);
    expect(difference(await features(await read(path), "y", shown), await truth(path, "y", shown))).toBeLessThan(1e-5);
  });

  it("in any order of nodes, with orders of execution among the inputs", async () => {
    const nodes = [
      node("Relu", "y", ["c", "^idle"]),
      node("Conv2D", "c", ["data", "w"], window()),
      node("NoOp", "idle", []),
    ];
    const path = await write(nodes, [weight("w", [3, 3, 3, 2])]);
    const shown = image(8, 8);
    expect(difference(await features(await read(path), "y", shown), await truth(path, "y", shown))).toBeLessThan(1e-5);
  });

  it("finds the classifier behind an average pool of the training's size", async () => {
    const nodes = [
      node("Conv2D", "c", ["data", "w"], window()),
      node("AvgPool", "pooled", ["c"], pooling(8, 1, "VALID")),
      node("Squeeze", "row", ["pooled"], { squeeze_dims: listOf(1, 2) }),
      node("_FusedMatMul", "scores", ["row", "v", "b"], { fused_ops: steps("BiasAdd"), num_args: int(1) }),
      node("Softmax", "shares", ["scores"]),
    ];
    const path = await write(nodes, [weight("w", [3, 3, 3, 4]), weight("v", [4, 1000], 5), weight("b", [1000], 6)]);
    const shown = image(8, 8);
    const ours = await scoresOf(await read(path), shown);
    const theirs = await truth(path, "scores", shown);
    expect(difference({ data: ours.data, shape: [1000] }, { data: theirs.data, shape: [1000] })).toBeLessThan(1e-5);
  });

  it("names layers without the path that all share, and does not list the parts of one", async () => {
    const nodes = [
      node("_FusedConv2D", "Call/net/block/first", ["data", "w", "b"], {
        ...window(),
        fused_ops: steps("BiasAdd", "Relu"),
      }),
      node("Conv2D", "Call/net/second", ["Call/net/block/first", "v"], window()),
      node("Relu", "Call/out", ["Call/net/second"]),
    ];
    const path = await write(nodes, [weight("w", [1, 1, 3, 2]), weight("b", [2]), weight("v", [1, 1, 2, 2])]);
    const { layers } = await readTfjs(path);
    expect(layers.filter(({ hidden }) => !hidden).map(({ name, kind }) => [name, kind])).toEqual([
      ["data", "Placeholder"],
      ["block/first", "_FusedConv2D"],
      ["second", "Conv2D"],
      ["out", "Relu"],
    ]);
  });

  it("says of an operation that it does not know that it cannot be used, and dreams in what comes before", async () => {
    const nodes = [
      node("Conv2D", "c", ["data", "w"], window()),
      node("Cumsum", "odd", ["c", "axis"]),
      node("Relu", "y", ["odd"]),
    ];
    const path = await write(nodes, [weight("w", [1, 1, 3, 2]), ints("axis", [1], [])]);
    const network = await read(path);
    expect((await features(network, "c", image(4, 4))).shape).toEqual([1, 2, 4, 4]);
    expect(network.unusable?.get("odd")).toBe("the operation tf.Cumsum is not known");
  });

  it("refuses what goes in a circle, is empty, or takes in no picture", async () => {
    const circle = [node("Relu", "a", ["b"]), node("Relu", "b", ["a"])];
    await expect(write(circle, []).then(readTfjs)).rejects.toThrow(/Layer a takes in its own result/);
    const path = join(newFolder(), "model.json");
    await writeFile(path, '{"format":"graph-model","modelTopology":{"node":[]},"weightsManifest":[]}');
    await expect(readTfjs(path)).rejects.toThrow(/holds no network/);
    const grey = {
      ...PLACEHOLDER,
      attr: { shape: { shape: { dim: ["1", "8", "8", "1"].map((size) => ({ size })) } } },
    };
    await writeFile(
      path,
      JSON.stringify({
        format: "graph-model",
        modelTopology: { node: [grey, node("Relu", "y", ["data"])] },
        weightsManifest: [],
      }),
    );
    await expect(readTfjs(path)).rejects.toThrow(/three channels/);
  });
});
