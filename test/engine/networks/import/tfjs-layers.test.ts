import { readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { topologicalOrder } from "../../../../src/engine/graph/node.js";
import { assemble } from "../../../../src/engine/networks/import/assemble.js";
import { CAFFE, type Preprocessing } from "../../../../src/engine/networks/import/preprocessing.js";
import { readTfjs } from "../../../../src/engine/networks/import/tfjs.js";
import type { Network } from "../../../../src/engine/networks/network.js";
import { newFolder } from "../../../support/new-folder.js";
import {
  difference,
  features,
  functional,
  imageLayer,
  type KerasLayerJson,
  layer,
  operations,
  PLAIN,
  picture,
  scoresByPlaceOf,
  scoresOf,
  type WeightJson,
  weight,
  writeTfjs,
} from "../support/tiny.js";

async function tiny(
  layers: readonly KerasLayerJson[],
  weights: readonly WeightJson[],
  preprocessing: Preprocessing = PLAIN,
  classNames?: readonly string[],
): Promise<Network> {
  const path = await writeTfjs(newFolder(), functional([imageLayer(), ...layers]), weights);
  return assemble("tiny", await readTfjs(path), preprocessing, classNames);
}

const conv = (name: string, from: string, config: Record<string, unknown> = {}) =>
  layer("Conv2D", name, [from], { padding: "same", ...config });
const kernel = (name: string, shape: readonly number[], seed = 3): WeightJson[] => [
  weight(`${name}/kernel`, shape, seed),
  weight(`${name}/bias`, shape.slice(3), seed + 1),
];
const norm = (name: string, channels: number): WeightJson[] => [
  weight(`${name}/gamma`, [channels], 11),
  weight(`${name}/beta`, [channels], 12),
  weight(`${name}/moving_mean`, [channels], 13),
  {
    name: `${name}/moving_variance`,
    shape: [channels],
    data: Float32Array.from({ length: channels }, (_, i) => 0.5 + i),
  },
];
const at = (w: WeightJson | undefined, i: number): number => w?.data[i] ?? Number.NaN;

/** A classifier of 1,000 classes over four channels. */
async function classifier(): Promise<{ network: Network; image: ReturnType<typeof picture>; dense: WeightJson[] }> {
  const dense = [weight("fc/kernel", [4, 1000], 5), weight("fc/bias", [1000], 6)];
  const network = await tiny(
    [
      conv("c", "image"),
      layer("GlobalAveragePooling2D", "pool", ["c"]),
      layer("Dense", "fc", ["pool"], { units: 1000, activation: "softmax" }),
    ],
    [...kernel("c", [3, 3, 3, 4]), ...dense],
  );
  return { network, image: picture(6, 8), dense };
}

describe("a classifier", () => {
  it("scores the mean over all places, before the softmax", async () => {
    const { network, image, dense } = await classifier();
    expect(network.classes).toBe(1000);
    expect(network.layers.map(({ name }) => name)).toEqual(["c"]);
    const map = await features(network, "c", image);
    const scores = await scoresOf(network, image);
    expect(scores.shape).toEqual([1, 1000, 1, 1]);
    const means = [0, 1, 2, 3].map((c) => map.data.slice(c * 48, c * 48 + 48).reduce((sum, v) => sum + v, 0) / 48);
    for (const k of [0, 17, 999]) {
      const expected = means.reduce((sum, mean, c) => sum + mean * at(dense[0], c * 1000 + k), at(dense[1], k));
      expect(scores.data[k]).toBeCloseTo(expected, 1);
    }
  });

  it("scores each place where that is asked for", async () => {
    const { network, image } = await classifier();
    const everywhere = await scoresByPlaceOf(network, image);
    expect(everywhere.shape).toEqual([1, 1000, 6, 8]);
    const whole = await scoresOf(network, image);
    const mean = everywhere.data.slice(0, 48).reduce((sum, v) => sum + v, 0) / 48;
    expect(mean).toBeCloseTo(whole.data[0] ?? Number.NaN, 1);
  });

  it("has classes of its own where their names are given, as many as the file's", async () => {
    const layers = [
      conv("c", "image"),
      layer("GlobalAveragePooling2D", "pool", ["c"]),
      layer("Dense", "fc", ["pool"], { units: 3, activation: "softmax" }),
    ];
    const weights = [...kernel("c", [3, 3, 3, 4]), weight("fc/kernel", [4, 3], 5), weight("fc/bias", [3], 6)];
    const network = await tiny(layers, weights, undefined, ["owl", "wren", "none"]);
    expect(network).toMatchObject({ classNames: ["owl", "wren", "none"] });
    // Those of ImageNet are other ones: no dream goes into them by this.
    expect(network.classes).toBeUndefined();
    expect((await scoresOf(network, picture(6, 8))).shape).toEqual([1, 3, 1, 1]);
    await expect(tiny(layers, weights, undefined, ["owl", "wren"])).rejects.toThrow(
      "tiny tells 3 classes apart, but its list names 2: mend `classes` in its dreamloom.yaml.",
    );
  });

  it("is none where its numbers are not the classes that are known", async () => {
    const network = await tiny(
      [conv("c", "image"), layer("GlobalAveragePooling2D", "pool", ["c"])],
      kernel("c", [3, 3, 3, 4]),
    );
    expect(network.classes).toBeUndefined();
    expect(() => network.build().scores()).toThrow("tiny cannot name things");
  });
});

describe("reading tfjs layers-models", () => {
  it("has the hard sigmoid of the Keras that wrote the model", async () => {
    const hard = functional([imageLayer(), layer("Activation", "h", ["image"], { activation: "hard_sigmoid" })]);
    const path = await writeTfjs(newFolder(), hard, []);
    const json = JSON.parse(await readFile(path, "utf8"));
    const ones = { data: Float32Array.of(1, 1, 1), shape: [1, 3, 1, 1] };
    for (const [keras_version, share] of [
      ["3.3.3", 1 / 6],
      ["2.8.0", 0.2],
    ] as const) {
      const model = { ...json, modelTopology: { ...json.modelTopology, keras_version } };
      await writeFile(path, JSON.stringify(model));
      const { data } = await features(assemble("tiny", await readTfjs(path), PLAIN), "h", ones);
      expect(data[0]).toBeCloseTo(0.5 + share, 5);
    }
  });

  it("computes a convolution with Keras's kernel order and padding", async () => {
    const weights = kernel("c", [3, 3, 3, 2]);
    const network = await tiny([conv("c", "image")], weights);
    const image = picture(4, 5);
    const result = await features(network, "c", image);
    expect(result.shape).toEqual([1, 2, 4, 5]);
    // By hand, at every place: HWIO kernel, zeros outside.
    for (let o = 0; o < 2; o++)
      for (let y = 0; y < 4; y++)
        for (let x = 0; x < 5; x++) {
          let sum = at(weights[1], o);
          for (let ky = 0; ky < 3; ky++)
            for (let kx = 0; kx < 3; kx++)
              for (let i = 0; i < 3; i++) {
                const [py, px] = [y + ky - 1, x + kx - 1];
                if (py < 0 || px < 0 || py > 3 || px > 4) continue;
                sum += (image.data[(i * 4 + py) * 5 + px] ?? 0) * at(weights[0], ((ky * 3 + kx) * 3 + i) * 2 + o);
              }
          expect(result.data[(o * 4 + y) * 5 + x]).toBeCloseTo(sum, 2);
        }
  });

  it("subtracts the mean, swaps channels and scales in the first kernel, padded or not", async () => {
    const pick = { name: "c/kernel", shape: [1, 1, 3, 1], data: Float32Array.of(1, 0, 0) };
    const weights = [pick, { name: "c/bias", shape: [1], data: Float32Array.of(0) }];
    const layers = [
      conv("c", "image"),
      layer("MaxPooling2D", "p", ["image"], { pool_size: [1, 1] }),
      layer("ZeroPadding2D", "z", ["image"], { padding: 1 }),
    ];
    const network = await tiny(layers, weights, { channels: "bgr", mean: [10, 20, 30], scale: [2, 1, 0.5] });
    const image = { data: Float32Array.of(100, 150, 200), shape: [1, 3, 1, 1] };
    expect([...(await features(network, "c", image)).data]).toEqual([(200 - 10) * 2]);
    expect([...(await features(network, "p", image)).data]).toEqual([380, 130, 35]);
    // Padding is with zeros after the mean is taken off.
    expect([...(await features(network, "z", image)).data].slice(0, 9)).toEqual([0, 0, 0, 0, 380, 0, 0, 0, 0]);
    expect(operations(network.build().layer("c"))).toEqual({ input: 1, constant: 3, sub: 1, conv2d: 1 });
  });

  it("folds batch normalisation into the convolution before it, which stays usable on its own", async () => {
    const weights = [...kernel("c", [3, 3, 3, 4]), ...norm("bn", 4)];
    const network = await tiny(
      [conv("c", "image"), layer("BatchNormalization", "bn", ["c"], { epsilon: 0.01, axis: [3] })],
      weights,
      CAFFE,
    );
    expect(operations(network.build().layer("bn"))).toEqual({ input: 1, constant: 3, sub: 1, conv2d: 1 });
    const image = picture(5, 6);
    const [before, after] = [await features(network, "c", image), await features(network, "bn", image)];
    const [, , gamma, beta, mean, variance] = weights;
    const byHand = before.data.map((x, i) => {
      const c = Math.floor(i / 30);
      return ((x - at(mean, c)) / Math.sqrt(at(variance, c) + 0.01)) * at(gamma, c) + at(beta, c);
    });
    expect(difference(after, { data: byHand, shape: after.shape })).toBeLessThan(1e-3);
  });

  it("does not fold where the convolution has another consumer", async () => {
    const layers = [conv("c", "image"), layer("BatchNormalization", "bn", ["c"]), layer("Add", "sum", ["c", "bn"])];
    const network = await tiny(layers, [...kernel("c", [1, 1, 3, 2]), ...norm("bn", 2)]);
    expect(operations(network.build().layer("sum"))).toMatchObject({ conv2d: 1, mul: 1, add: 2 });
  });

  it("folds zero padding into convolutions, and into max pooling only where nothing is negative", async () => {
    const pad = (name: string, from: string) =>
      layer("ZeroPadding2D", name, [from], {
        padding: [
          [1, 2],
          [0, 1],
        ],
      });
    const pool = (name: string, from: string) =>
      layer("MaxPooling2D", name, [from], { pool_size: [3, 3], strides: [2, 2] });
    const layers = [
      pad("z1", "image"),
      conv("c", "z1", { padding: "valid", strides: [2, 2] }),
      layer("Activation", "r", ["c"], { activation: "relu" }),
      ...[pad("z2", "c"), pool("p2", "z2"), pad("z3", "r"), pool("p3", "z3")],
    ];
    const network = await tiny(layers, kernel("c", [3, 3, 3, 2]));
    const built = network.build();
    expect(operations(built.layer("c"))).not.toHaveProperty("pad");
    expect(operations(built.layer("p2"))).toHaveProperty("pad", 1);
    expect(operations(built.layer("p3"))).not.toHaveProperty("pad");
    const image = picture(12, 13);
    const [c, z2] = [await features(network, "c", image), await features(network, "z2", image)];
    expect(z2.shape).toEqual([1, 2, 10, 7]);
    expect([z2.data[0], z2.data[7], z2.data[13], z2.data[14]]).toEqual([0, c.data[0], 0, c.data[6]]);
    expect((await features(network, "p3", image)).shape).toEqual([1, 2, 4, 3]);
    const explicit = await features(network, "z1", image);
    expect(explicit.shape).toEqual([1, 3, 15, 14]);
    expect((await features(network, "c", image)).shape).toEqual([1, 2, 7, 6]);
  });

  it("gives SAME results of ceil(size / stride), as TensorFlow's where the stride divides the size", async () => {
    const weights = [
      { name: "c/kernel", shape: [3, 3, 3, 1], data: new Float32Array(27).fill(1) },
      weight("c/bias", [1]),
    ];
    const network = await tiny([conv("c", "image", { strides: [2, 2], use_bias: false })], weights);
    const ones = (h: number, w: number) => ({ data: new Float32Array(3 * h * w).fill(1), shape: [1, 3, h, w] });
    // TensorFlow pads 0 before and 1 after for a 3x3/2 window on even sizes: only the last window reaches over the
    // edge.
    expect([...(await features(network, "c", ones(4, 4))).data]).toEqual([27, 18, 18, 12]);
    expect((await features(network, "c", ones(5, 7))).shape).toEqual([1, 1, 3, 4]);
    const single = await tiny([conv("c", "image", { strides: [2, 2] })], kernel("c", [1, 1, 3, 1]));
    expect((await features(single, "c", ones(4, 5))).shape).toEqual([1, 1, 2, 3]);
  });

  it("computes depthwise and separable convolutions as their parts", async () => {
    const depthwise = weight("d/depthwise_kernel", [3, 3, 3, 2], 5);
    const weights: WeightJson[] = [
      depthwise,
      { ...depthwise, name: "s/depthwise_kernel" },
      weight("s/pointwise_kernel", [1, 1, 6, 2], 6),
      weight("s/bias", [2], 8),
      { ...weight("after/kernel", [1, 1, 6, 2], 6) },
      weight("after/bias", [2], 8),
    ];
    const layers = [
      layer("DepthwiseConv2D", "d", ["image"], { padding: "same", depth_multiplier: 2, use_bias: false }),
      conv("after", "d", { activation: "relu" }),
      layer("SeparableConv2D", "s", ["image"], { padding: "same", activation: "relu" }),
    ];
    const network = await tiny(layers, weights, CAFFE);
    expect(network.layers.map((l) => [l.name, l.channels])).toEqual([
      ["d", 6],
      ["after", 2],
      ["s", 2],
    ]);
    const image = picture(4, 4);
    expect(difference(await features(network, "s", image), await features(network, "after", image))).toBe(0);
    // Output channel c * 2 + m reads input channel c alone.
    const one = await features(network, "d", { ...image, data: image.data.map((x, i) => (i < 16 ? x + 50 : x)) });
    const two = await features(network, "d", image);
    const changed = [0, 1, 2, 3, 4, 5].map((o) =>
      one.data.slice(o * 16, o * 16 + 16).some((x, i) => x !== two.data[o * 16 + i]),
    );
    // The red channel is the network's last.
    expect(changed).toEqual([false, false, false, false, true, true]);
  });

  it("knows activations", async () => {
    const identity = { name: "c/kernel", shape: [1, 1, 3, 1], data: Float32Array.of(1, 0, 0) };
    const act = (name: string, kind: string, config: Record<string, unknown>) => layer(kind, name, ["c"], config);
    const network = await tiny(
      [
        conv("c", "image", { use_bias: false }),
        act("relu6", "ReLU", { max_value: 6 }),
        act("leaky", "LeakyReLU", { alpha: 0.1 }),
        act("elu", "Activation", { activation: "elu" }),
        act("swish", "Activation", { activation: "swish" }),
        act("softplus", "Activation", { activation: "softplus" }),
        act("hard", "Activation", { activation: "hard_sigmoid" }),
      ],
      [identity],
    );
    const values = [-3, -0.5, 0, 0.5, 9];
    const image = { data: Float32Array.from([...values, ...new Array(10).fill(0)]), shape: [1, 3, 1, 5] };
    const of = (f: (x: number) => number) => values.map((x) => Math.fround(f(x)));
    const expected = {
      relu6: of((x) => Math.min(6, Math.max(0, x))),
      leaky: of((x) => (x > 0 ? x : 0.1 * x)),
      elu: of((x) => (x > 0 ? x : Math.exp(x) - 1)),
      swish: of((x) => x / (1 + Math.exp(-x))),
      softplus: of((x) => Math.log(1 + Math.exp(x))),
      hard: of((x) => Math.min(1, Math.max(0, 0.2 * x + 0.5))),
    };
    for (const [name, wanted] of Object.entries(expected)) {
      const { data } = await features(network, name, image);
      for (const [i, x] of wanted.entries()) expect(data[i], `${name}(${values[i]})`).toBeCloseTo(x, 5);
    }
  });

  it("reads uint8, uint16 and float16 weights", async () => {
    const q = (dtype: string, data: WeightJson["data"], scale?: number, min?: number): WeightJson => ({
      name: `${dtype}/kernel`,
      shape: [1, 1, 3, 1],
      data,
      quantization: { dtype, ...(scale !== undefined && { scale }), ...(min !== undefined && { min }) },
    });
    const weights = [
      // An odd number of bytes in front, so that what follows is not aligned.
      q("uint8", Uint8Array.of(0, 128, 255), 0.5, -10),
      q("uint16", Uint16Array.of(0, 1000, 65535), 0.001, -1),
      q("float16", Uint16Array.of(0x3c00, 0xc000, 0x3555)),
    ];
    const network = await tiny(
      ["uint8", "uint16", "float16"].map((n) => conv(n, "image", { use_bias: false })),
      weights,
    );
    const image = { data: Float32Array.of(1, 10, 100), shape: [1, 3, 1, 1] };
    const result = async (name: string) => (await features(network, name, image)).data[0];
    expect(await result("uint8")).toBeCloseTo(-10 + 540 + 11750, 2);
    expect(await result("uint16")).toBeCloseTo(-1 + 0 + 6453.5, 1);
    expect(await result("float16")).toBeCloseTo(1 - 20 + 33.325195, 3);
  });

  it("replaces max by average pooling on request", async () => {
    const network = await tiny([layer("MaxPooling2D", "p", ["image"], { pool_size: 2 })], []);
    const image = { data: Float32Array.of(1, 2, 3, 6, ...new Array(8).fill(0)), shape: [1, 3, 2, 2] };
    expect((await features(network, "p", image)).data[0]).toBe(6);
    expect((await features(network, "p", image, { pooling: "average" })).data[0]).toBe(3);
  });

  it("tells channels and strides of layers, and leaves what is after the last one out", async () => {
    const layers = [
      conv("c1", "image", { strides: [2, 2], activation: "relu" }),
      layer("AveragePooling2D", "p1", ["c1"], { pool_size: [2, 2], padding: "same" }),
      conv("c2", "p1"),
      layer("Dropout", "drop", ["c2"], { rate: 0.5 }),
      layer("Concatenate", "both", ["p1", "drop"], { axis: -1 }),
      layer("GlobalAveragePooling2D", "mean", ["both"]),
      layer("Dense", "scores", ["mean"]),
      layer("Activation", "softmax", ["scores"], { activation: "softmax" }),
    ];
    const network = await tiny(layers, [...kernel("c1", [3, 3, 3, 4]), ...kernel("c2", [1, 1, 4, 5], 8)]);
    expect(network.layers).toEqual([
      { name: "c1", kind: "Conv2D", channels: 4, stride: 2 },
      { name: "p1", kind: "AveragePooling2D", channels: 4, stride: 4 },
      { name: "c2", kind: "Conv2D", channels: 5, stride: 4 },
      { name: "drop", kind: "Dropout", channels: 5, stride: 4 },
      { name: "both", kind: "Concatenate", channels: 9, stride: 4 },
    ]);
    expect(Object.fromEntries(network.unusable ?? [])).toEqual({
      mean: "it has no height and width left",
      scores: "only class scores are left from here on, and they need pictures of one size",
      softmax: expect.stringMatching(/^it builds on scores, /),
    });
    expect(network.bytes).toBe(4 * (108 + 4 + 20 + 5));
    expect(operations(network.build().layer("p1"))).toMatchObject({ conv2d: 1 });
    expect(() => network.build().layer("scores")).toThrow('tiny has no layer "scores".');
    expect((await features(network, "both", picture(9, 9))).shape).toEqual([1, 9, 3, 3]);
  });

  it("shares constants between builds and nodes within one", async () => {
    const network = await tiny(
      [conv("c", "image"), conv("d", "c")],
      [...kernel("c", [1, 1, 3, 2]), ...kernel("d", [1, 1, 2, 2])],
    );
    const [a, b] = [network.build(), network.build()];
    const constants = ({ layer }: typeof a) =>
      topologicalOrder([layer("c"), layer("d")]).filter((n) => n.op === "constant");
    expect(constants(a).length).toBe(4);
    expect(constants(a)).toEqual(constants(b));
    expect(constants(a).every((n) => constants(b).includes(n))).toBe(true);
    expect(a.layer("d").inputs[0]).toBe(a.layer("c"));
  });

  it("reads sequential models, models within models and Keras 3's way to name inputs", async () => {
    const weights = kernel("c", [1, 1, 3, 2]);
    const inner = {
      class_name: "Sequential",
      config: { name: "inner", layers: [{ class_name: "Conv2D", config: { name: "c", padding: "same" } }] },
    };
    const keras3 = {
      class_name: "Functional",
      config: {
        layers: [
          {
            class_name: "InputLayer",
            name: "image",
            config: { name: "image", batch_shape: [null, 8, 8, 3] },
            inbound_nodes: [],
          },
          {
            class_name: "Conv2D",
            name: "c",
            config: { name: "c" },
            inbound_nodes: [
              { args: [{ class_name: "__keras_tensor__", config: { keras_history: ["image", 0, 0] } }], kwargs: {} },
            ],
          },
        ],
      },
    };
    const nested = functional([
      imageLayer(),
      { ...layer("Sequential", "inner", ["image"]), config: inner.config },
      layer("ReLU", "r", ["inner"]),
    ]);
    const image = picture(3, 3);
    const results = [];
    for (const model of [inner, keras3, nested, { class_name: "Sequential", config: inner.config.layers }]) {
      const network = assemble("tiny", await readTfjs(await writeTfjs(newFolder(), model, weights)), PLAIN);
      results.push(await features(network, "c", image));
      if (model === nested) expect(network.layers.map((l) => l.name)).toEqual(["c", "r"]);
    }
    for (const result of results) expect(difference(result, results[0] ?? result)).toBe(0);
  });
});

describe("files that cannot be used", () => {
  const weights = kernel("c", [3, 3, 3, 4]);
  const model = functional([imageLayer(), conv("c", "image")]);

  it("stops gracefully at a layer that is not known", async () => {
    const network = await tiny(
      [conv("c", "image"), layer("Attention", "a", ["c"]), layer("ReLU", "r", ["a"]), layer("ReLU", "s", ["r"])],
      weights,
    );
    expect(network.layers.map((l) => l.name)).toEqual(["c"]);
    expect(network.unusable?.get("a")).toBe("layers of the kind Attention are not known");
    expect(network.unusable?.get("s")).toBe(
      "it builds on a, which cannot be used (layers of the kind Attention are not known)",
    );
  });

  it("names missing weights of a layer", async () => {
    const network = await tiny([conv("c", "image"), conv("d", "c")], weights);
    expect(network.unusable?.get("d")).toBe("its kernel is not in the file");
    await expect(tiny([conv("d", "image")], weights)).rejects.toThrow(
      /No layer of tiny can be used: d: its kernel is not in the file/,
    );
  });

  it("reads weights when a layer needs them, and says when their file has changed meanwhile", async () => {
    const where = newFolder();
    const layers = [imageLayer(), conv("a", "image"), conv("b", "a")];
    const path = await writeTfjs(where, functional(layers), [
      ...kernel("a", [3, 3, 3, 2]),
      ...kernel("b", [3, 3, 2, 2]),
    ]);
    const network = assemble("tiny", await readTfjs(path), PLAIN);
    network.build().layer("a");
    const shards = (await readdir(where)).filter((file) => file.endsWith(".bin"));
    for (const file of shards) await truncate(join(where, file), 8);
    // What was read stays; the rest cannot be read any more.
    network.build().layer("a");
    expect(() => network.build().layer("b")).toThrow(/grew shorter/);
    for (const file of shards) await rm(join(where, file));
    expect(() => network.build().layer("b")).toThrow(/weight file shard\d+\.bin is missing/);
  });

  it("refuses missing and short shards, and shards outside the folder", async () => {
    const missing = await writeTfjs(newFolder(), model, weights);
    await rm(join(missing, "../shard2.bin"));
    await expect(readTfjs(missing)).rejects.toThrow(/weight file shard2.bin is missing/);
    const short = await writeTfjs(newFolder(), model, weights);
    await truncate(join(short, "../shard5.bin"), 10);
    await expect(readTfjs(short)).rejects.toThrow(/hold 410 bytes where 448 are expected/);
    const outside = await writeTfjs(newFolder(), model, weights);
    await writeFile(outside, (await readFile(outside, "utf8")).replace("shard1.bin", "../../shard1.bin"));
    await expect(readTfjs(outside)).rejects.toThrow(/outside its folder/);
  });

  it("refuses other JSON, no JSON and inputs that are not pictures", async () => {
    const path = join(newFolder(), "model.json");
    const write = async (text: string) => {
      await writeFile(path, text);
      return readTfjs(path);
    };
    await expect(write("{}")).rejects.toThrow(/not a tfjs model/);
    await expect(write("{")).rejects.toThrow(/cannot be read as JSON/);
    const grey = functional([
      layer("InputLayer", "image", [], { batch_input_shape: [null, 28, 28, 1] }),
      conv("c", "image"),
    ]);
    await expect(readTfjs(await writeTfjs(newFolder(), grey, weights))).rejects.toThrow(
      /takes 1 channels where a picture has three/,
    );
  });
});
