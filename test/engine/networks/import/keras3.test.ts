import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import type { Tensor4D } from "@tensorflow/tfjs-core";
import { File, Group, ready } from "h5wasm/node";
import { describe, expect, it } from "vitest";
import { assemble } from "../../../../src/engine/networks/import/assemble.js";
import { readKeras } from "../../../../src/engine/networks/import/keras-h5.js";
import { readTfjs } from "../../../../src/engine/networks/import/tfjs.js";
import type { Network } from "../../../../src/engine/networks/network.js";
import type { Tensor } from "../../../../src/engine/runtimes/runtime.js";
import { loadTfjsCpu } from "../../../../src/engine/runtimes/tfjs/load.js";
import { newFolder } from "../../../support/new-folder.js";
import {
  difference,
  features,
  functional,
  imageLayer,
  type KerasLayerJson,
  layer,
  PLAIN,
  picture,
  type WeightJson,
  weight,
  writeTfjs,
} from "../support/tiny.js";

/** An archive of files, deflated or stored. */
function zip(files: Readonly<Record<string, Buffer>>, deflated: boolean): Buffer {
  const parts: Buffer[] = [];
  const table: Buffer[] = [];
  let offset = 0;
  for (const [name, bytes] of Object.entries(files)) {
    const packed = deflated ? deflateRawSync(bytes) : bytes;
    const about = Buffer.alloc(22);
    about.writeUInt16LE(deflated ? 8 : 0, 4);
    about.writeUInt32LE(packed.length, 14);
    about.writeUInt32LE(bytes.length, 18);
    const names = Buffer.alloc(4);
    names.writeUInt16LE(name.length, 0);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), about, names, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    table.push(
      Buffer.concat([
        Buffer.from("PK\x01\x02\0\0"),
        about,
        names.subarray(0, 2),
        Buffer.alloc(2),
        tail,
        Buffer.from(name),
      ]),
    );
    parts.push(local);
    offset += local.length;
  }
  const contents = Buffer.concat(table);
  const end = Buffer.alloc(18);
  end.writeUInt32LE(contents.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, contents, Buffer.from("PK\x05\x06"), end]);
}

/** A Keras 3 weight file: variables by the paths of their layers. */
async function variables(weights: Readonly<Record<string, readonly WeightJson[]>>): Promise<Buffer> {
  await ready;
  const path = join(newFolder(), "model.weights.h5");
  const file = new File(path, "w");
  for (const [at, list] of Object.entries(weights)) {
    let group: Group = file;
    for (const part of `${at}/vars`.split("/")) {
      const known = group.keys().includes(part) ? group.get(part) : undefined;
      group = known instanceof Group ? known : group.create_group(part);
    }
    for (const [i, { data, shape }] of list.entries())
      group.create_dataset({ name: String(i), data: Float32Array.from(data), shape: [...shape] });
  }
  file.close();
  return readFile(path);
}

const load = async (path: string): Promise<Network> => assemble("tiny", await readKeras(path), PLAIN);

async function archive(
  model: unknown,
  weights: Buffer,
  deflated = false,
  name = "tiny.keras",
  about: unknown = {},
): Promise<string> {
  const path = join(newFolder(), name);
  const config = Buffer.from(JSON.stringify(model));
  await writeFile(
    path,
    zip(
      { "metadata.json": Buffer.from(JSON.stringify(about)), "config.json": config, "model.weights.h5": weights },
      deflated,
    ),
  );
  return path;
}

const c1 = [weight("c1/kernel", [3, 3, 3, 4]), weight("c1/bias", [4], 4)];
const c2 = [weight("c2/kernel", [3, 3, 4, 2], 5), weight("c2/bias", [2], 6)];
const model = (first = "c1", second = "c2"): unknown =>
  functional([
    imageLayer(),
    layer("Conv2D", first, ["image"], { padding: "same", activation: "relu" }),
    layer("Conv2D", second, [first], { strides: [2, 2] }),
  ]);

/** What the same weights compute as a tfjs layers-model. */
async function twin(layers: readonly KerasLayerJson[], weights: readonly WeightJson[]): Promise<Network> {
  const path = await writeTfjs(newFolder(), functional([imageLayer(), ...layers]), weights);
  return assemble("twin", await readTfjs(path), PLAIN);
}

describe("reading Keras 3 archives", () => {
  it("computes what a layers-model of the same weights computes, stored and deflated, whatever its name", async () => {
    const weights = await variables({ "layers/c1": c1, "layers/c2": c2 });
    const tfjs = await writeTfjs(newFolder(), model(), [...c1, ...c2]);
    const expected = await features(assemble("twin", await readTfjs(tfjs), PLAIN), "c2", picture(9, 8));
    for (const deflated of [false, true])
      for (const name of ["tiny.keras", "tiny.h5"]) {
        const network = await load(await archive(model(), weights, deflated, name));
        expect(difference(await features(network, "c2", picture(9, 8)), expected)).toBe(0);
      }
  });

  it("finds weights by the kinds of layers, as Keras stores names that it made up, in inner models too", async () => {
    const weights = await variables({ "layers/conv2d": c1, "layers/functional/layers/conv2d": c2 });
    const inner = {
      ...layer("Functional", "tail", ["conv2d_1"]),
      config: {
        name: "tail",
        layers: [layer("InputLayer", "in", [], {}), layer("Conv2D", "conv2d_2", ["in"], { strides: [2, 2] })],
        output_layers: [["conv2d_2", 0, 0]],
      },
    };
    const outer = functional([
      imageLayer(),
      layer("Conv2D", "conv2d_1", ["image"], { padding: "same", activation: "relu" }),
      inner,
    ]);
    const network = await load(await archive(outer, weights));
    const expected = await load(await archive(model(), await variables({ "layers/c1": c1, "layers/c2": c2 })));
    const [ours, theirs] = [features(network, "conv2d_2", picture(9, 8)), features(expected, "c2", picture(9, 8))];
    expect(difference(await ours, await theirs)).toBe(0);
  });

  it("says what is wrong with archives cut short, empty or of gigabytes, and with weights alone", async () => {
    const weights = await variables({ "layers/c1": c1, "layers/c2": c2 });
    const path = join(newFolder(), "short.keras");
    const whole = await readFile(await archive(model(), weights));
    await writeFile(path, whole.subarray(0, whole.length - 40));
    await expect(readKeras(path)).rejects.toThrow(/not a whole \.keras file/);
    await writeFile(path, zip({ "other.txt": Buffer.from("x") }, false));
    await expect(readKeras(path)).rejects.toThrow(/holds no Keras layers/);
    await writeFile(path, zip({ "config.json": Buffer.from("{}") }, false));
    await expect(readKeras(path)).rejects.toThrow(/model\.weights\.h5 is missing/);
    await writeFile(path, zip({ "config.json": Buffer.alloc(50_000_000) }, true));
    await expect(readKeras(path)).rejects.toThrow(/not a whole \.keras file/);
    const alone = join(newFolder(), "model.weights.h5");
    await writeFile(alone, weights);
    await expect(readKeras(alone)).rejects.toThrow(/holds weights only/);
  });

  it("has the slope that the file says, and its Keras's hard sigmoid", async () => {
    const weights = await variables({ "layers/c": [weight("c/kernel", [1, 1, 3, 2], 4)] });
    const described = functional([
      imageLayer(),
      layer("Conv2D", "c", ["image"], { use_bias: false }),
      layer("LeakyReLU", "l", ["c"], { negative_slope: 0.1 }),
      layer("Activation", "within", ["c"], {
        activation: { class_name: "LeakyReLU", config: { negative_slope: 0.1 } },
      }),
      layer("Activation", "h", ["c"], { activation: "hard_sigmoid" }),
    ]);
    const image = { ...picture(4, 5), data: picture(4, 5).data.map((x) => x / 64 - 2) };
    for (const [version, share] of [
      ["3.8.0", 1 / 6],
      ["2.15.0", 0.2],
    ] as const) {
      const network = await load(await archive(described, weights, true, "a.keras", { keras_version: version }));
      const { data } = await features(network, "c", image);
      const leaky = data.map((x) => (x < 0 ? 0.1 * x : x));
      const hard = data.map((x) => Math.min(Math.max(share * x + 0.5, 0), 1));
      const of = async (name: string) => (await features(network, name, image)).data;
      for (const name of ["l", "within"])
        for (const [i, x] of (await of(name)).entries()) expect(x).toBeCloseTo(leaky[i] ?? Number.NaN, 5);
      for (const [i, x] of (await of("h")).entries()) expect(x).toBeCloseTo(hard[i] ?? Number.NaN, 5);
    }
  });

  it("says what it cannot use of Keras 3's layer normalisation", async () => {
    const weights = await variables({ "layers/n": [weight("n/gamma", [3])] });
    const described = functional([
      imageLayer(),
      layer("Activation", "a", ["image"], { activation: "relu" }),
      layer("LayerNormalization", "n", ["a"], { rms_scaling: true, center: false }),
    ]);
    const network = await load(await archive(described, weights));
    expect(network.unusable?.get("n")).toBe("its rms_scaling cannot be true");
  });

  it("reads weights of half precision", async () => {
    // Made with h5py: kernel (i - 27) / 16 for i = 0 .. 53 of shape [3, 3, 3, 2], bias 0.5 and -1 / 3, as float16.
    const network = await load(fileURLToPath(new URL("../files/half.h5", import.meta.url)));
    const kernel = {
      ...weight("c/kernel", [3, 3, 3, 2]),
      data: Float32Array.from({ length: 54 }, (_, i) => (i - 27) / 16),
    };
    const bias = { ...weight("c/bias", [2]), data: Float32Array.of(0.5, -1365 / 4096) };
    const expected = await twin([layer("Conv2D", "c", ["image"], { padding: "same" })], [kernel, bias]);
    const image = picture(6, 5);
    expect(difference(await features(network, "c", image), await features(expected, "c", image))).toBe(0);
  });
});

const { tf } = await loadTfjsCpu();
const last = ({ data, shape: [n = 1, c = 1, h = 1, w = 1] }: Tensor): Tensor4D =>
  tf.transpose(tf.tensor4d(data, [n, c, h, w]), [0, 2, 3, 1]);
const first = (x: Tensor4D): Tensor => {
  const back = tf.transpose(x, [0, 3, 1, 2]);
  return { data: back.dataSync<"float32">(), shape: back.shape };
};
const tensor = ({ data, shape }: WeightJson) => tf.tensor(Float32Array.from(data), [...shape]);

const up = weight("up/kernel", [3, 3, 2, 3], 8);
const gamma = weight("n/gamma", [3], 9);
const beta = weight("n/beta", [3], 10);

/** A layer on the image with its weights, and the same by tfjs's functions. */
const LAYERS: Readonly<Record<string, readonly [KerasLayerJson, readonly WeightJson[], (x: Tensor4D) => Tensor4D]>> = {
  "UpSampling2D, nearest": [
    layer("UpSampling2D", "y", ["image"], { size: [2, 3] }),
    [],
    (x) => tf.image.resizeNearestNeighbor(x, [2 * (x.shape[1] ?? 0), 3 * (x.shape[2] ?? 0)]),
  ],
  "UpSampling2D, bilinear": [
    layer("UpSampling2D", "y", ["image"], { size: [2, 2], interpolation: "bilinear" }),
    [],
    (x) => tf.image.resizeBilinear(x, [2 * (x.shape[1] ?? 0), 2 * (x.shape[2] ?? 0)], false, true),
  ],
  "Conv2DTranspose, same": [
    layer("Conv2DTranspose", "up", ["image"], { strides: [2, 2], padding: "same", use_bias: false }),
    [up],
    (x) =>
      tf.conv2dTranspose(x, tensor(up) as Tensor4D, [1, 2 * (x.shape[1] ?? 0), 2 * (x.shape[2] ?? 0), 2], 2, "same"),
  ],
  LayerNormalization: [
    layer("LayerNormalization", "n", ["image"], { epsilon: 0.01 }),
    [gamma, beta],
    (x) => {
      const { mean, variance } = tf.moments(x, 3, true);
      return tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 0.01))), tensor(gamma)), tensor(beta));
    },
  ],
  "Rescaling with an offset": [
    layer("Rescaling", "y", ["image"], { scale: 1 / 127.5, offset: -1 }),
    [],
    (x) => tf.sub(tf.div(x, 127.5), 1),
  ],
  "Normalization by its settings": [
    layer("Normalization", "y", ["image"], { axis: [-1], mean: [[[[120, 110, 100]]]], variance: [[[[9, 16, 25]]]] }),
    [],
    (x) => tf.div(tf.sub(x, tf.tensor1d([120, 110, 100])), tf.tensor1d([3, 4, 5])),
  ],
  "Dense on a map": [
    layer("Dense", "d", ["image"], { activation: "sigmoid", use_bias: false }),
    [{ ...weight("d/kernel", [3, 4], 11), data: weight("d/kernel", [3, 4], 11).data.map((v) => v / 100) }],
    (x) => {
      const matrix = tf.tensor(
        weight("d/kernel", [3, 4], 11).data.map((v) => v / 100),
        [1, 1, 3, 4],
      ) as Tensor4D;
      return tf.sigmoid(tf.conv2d(x, matrix, 1, "valid"));
    },
  ],
  "Activation gelu": [
    layer("Activation", "y", ["image"], { activation: "gelu" }),
    [],
    (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.div(x, Math.SQRT2)), 1)),
  ],
};

describe("Keras layers of today", () => {
  for (const [name, [made, weights, expected]] of Object.entries(LAYERS))
    it(`computes ${name} as tfjs does`, async () => {
      const network = await twin([made], weights);
      const image = picture(5, 6);
      const ours = await features(network, made.name ?? "", image);
      expect(difference(ours, first(expected(last(image))))).toBeLessThan(2e-3);
    });

  it("squeezes and excites through dense layers", async () => {
    const [a, b] = [weight("a/kernel", [3, 2], 5), weight("b/kernel", [2, 3], 6)];
    const layers = [
      layer("GlobalAveragePooling2D", "pool", ["image"]),
      layer("Reshape", "shape", ["pool"], { target_shape: [1, 1, 3] }),
      layer("Dense", "a", ["shape"], { activation: "relu", use_bias: false }),
      layer("Dense", "b", ["a"], { activation: "tanh", use_bias: false }),
      layer("Multiply", "y", ["image", "b"]),
    ];
    const network = await twin(layers, [a, b]);
    const image = picture(4, 5);
    const x = last(image);
    const gate = tf.tanh(tf.matMul(tf.relu(tf.matMul(tf.mean(x, [1, 2]), tensor(a) as never)), tensor(b) as never));
    const expected = tf.mul(x, tf.reshape(gate, [1, 1, 1, 3])) as Tensor4D;
    expect(difference(await features(network, "y", image), first(expected))).toBeLessThan(1e-3);
  });

  it("leaves out what only changes pictures in training, and their size", async () => {
    const layers = [
      layer("Resizing", "size", ["image"], { height: 32, width: 32 }),
      layer("RandomFlip", "flip", ["size"]),
      layer("Conv2D", "c1", ["flip"], { padding: "same" }),
    ];
    const image = picture(6, 7);
    const plain = await twin([layer("Conv2D", "c1", ["image"], { padding: "same" })], c1);
    const network = await twin(layers, c1);
    expect(difference(await features(network, "c1", image), await features(plain, "c1", image))).toBe(0);
  });
});
