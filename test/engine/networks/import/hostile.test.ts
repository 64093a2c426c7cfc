import { describe, expect, it } from "vitest";
import { describeLayers } from "../../../../src/engine/networks/layer-table.js";
import { lookLayers, presetsOf, resolveLayer } from "../../../../src/engine/networks/looks.js";
import type { OnnxNode } from "../../../../src/engine/onnx-schema.js";
import { encode, floats, image, ints, node, read } from "../support/onnx-file.js";
import { features } from "../support/tiny.js";

const NAMES = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"];
const weights = [floats("w", [4, 3, 3, 3])];
const relu = node("Relu", ["data"], "r");

/** Nodes whose result "x" cannot be used, and why. */
const ABSURD: Readonly<Record<string, readonly [OnnxNode, RegExp]>> = {
  "a stride of 0": [node("Conv", ["data", "w"], "x", { strides: [0, 0] }), /its strides cannot be 0/],
  "a negative stride": [node("Conv", ["data", "w"], "x", { strides: [-1, 1] }), /its strides cannot be -1/],
  "a dilation of 0": [node("Conv", ["data", "w"], "x", { dilations: [0, 1] }), /its dilations cannot be 0/],
  "no groups": [node("Conv", ["data", "w"], "x", { group: 0 }), /its group cannot be 0/],
  "pads of a billion": [node("Conv", ["data", "w"], "x", { pads: [1e9, 0, 0, 0] }), /its pads cannot be 1000000000/],
  "a window of a billion": [node("MaxPool", ["data"], "x", { kernel_shape: [1e9, 1] }), /its kernel cannot be/],
  "a pooling of stride 0": [
    node("AveragePool", ["data"], "x", { kernel_shape: [2, 2], strides: [0, 1] }),
    /its strides cannot be 0/,
  ],
  "reflected pads of a billion": [node("Pad", ["data", "far"], "x", { mode: "reflect" }), /its pads cannot be/],
  "zeros around it without end": [node("Pad", ["data", "far"], "x"), /its pads cannot be/],
  "a scale of a million": [node("Upsample", ["data", "million"], "x"), /its scale cannot be/],
  "blocks of a million": [node("DepthToSpace", ["data"], "x", { blocksize: 1e6 }), /its settings cannot be read/],
  "a slice of step 0": [node("Slice", ["data", "one", "one", "one", "zero"], "x"), /cuts in a way/],
  "channels that are not there": [node("Gather", ["data", "far"], "x", { axis: 1 }), /channels that are not among/],
  ...Object.fromEntries(
    NAMES.map((name) => [`an operation called ${name}`, [node(name, ["data"], "x"), /operation .* is not known/]]),
  ),
};

describe("files with absurd settings and names", () => {
  for (const [name, [made, reason]] of Object.entries(ABSURD))
    it(`says of ${name} what is wrong`, async () => {
      const constants = [
        ints("far", [0, 0, 1e9, 0, 0, 0, 0, 0]),
        ints("one", [1]),
        ints("zero", [0]),
        { name: "million", dims: [4], dataType: 1, floatData: [1, 1, 1e6, 1e6] },
      ];
      const network = await read(encode([relu, made], [...weights, ...constants]));
      expect(network.unusable?.get("x")).toMatch(reason);
      expect((await features(network, "r", image(4, 4))).shape).toEqual([1, 3, 4, 4]);
    });

  it("dreams in layers called like what every object has", async () => {
    const nodes = NAMES.map((name, i) =>
      node("Conv", [NAMES[i - 1] ?? "data", i === 0 ? "w" : "v"], name, { pads: [1, 1, 1, 1] }),
    );
    const network = await read(encode(nodes, [...weights, floats("v", [4, 4, 3, 3])]));
    expect(network.layers.map((l) => l.name)).toEqual(NAMES);
    expect(describeLayers(network).layers).toHaveLength(NAMES.length);
    for (const name of NAMES) {
      expect(resolveLayer(network, name).channels).toBe(4);
      expect((await features(network, name, image(5, 5))).shape).toEqual([1, 4, 5, 5]);
      expect(() => lookLayers(network, name)).toThrow(/look/);
    }
    expect(Object.keys(presetsOf(network).style.layers).length).toBeGreaterThan(1);
  });

  it("stops where a file doubles channels, or sizes, again and again", async () => {
    const channels = Array.from({ length: 40 }, (_, i) => node("Concat", [`c${i}`, `c${i}`], `c${i + 1}`, { axis: 1 }));
    const start = node("Relu", ["data"], "c0");
    const wide = await read(encode([start, ...channels], []));
    expect(wide.unusable?.get("c20")).toMatch(/count of channels cannot be/);
    const sizes = Array.from({ length: 40 }, (_, i) => node("Upsample", [`c${i}`, "twice"], `c${i + 1}`));
    const twice = { name: "twice", dims: [4], dataType: 1, floatData: [1, 1, 2, 2] };
    const large = await read(encode([start, ...sizes], [twice]));
    expect(large.unusable?.get("c5")).toMatch(/its scale cannot be 32/);
  });
});
