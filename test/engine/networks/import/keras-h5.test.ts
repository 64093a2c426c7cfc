import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { File, Group, ready } from "h5wasm/node";
import { describe, expect, it } from "vitest";
import { assemble } from "../../../../src/engine/networks/import/assemble.js";
import { readKeras } from "../../../../src/engine/networks/import/keras-h5.js";
import { readTfjs } from "../../../../src/engine/networks/import/tfjs.js";
import { newFolder } from "../../../support/new-folder.js";
import {
  difference,
  features,
  functional,
  imageLayer,
  layer,
  PLAIN,
  picture,
  type WeightJson,
  weight,
  writeTfjs,
} from "../support/tiny.js";

interface H5Layer {
  name: string;
  weights: readonly WeightJson[];
}

/** Writes a Keras h5 file. Weight names are relative to their layer's group. */
async function writeH5(layers: readonly H5Layer[], config?: unknown, version?: string): Promise<string> {
  await ready;
  const path = join(newFolder(), "tiny.h5");
  const file = new File(path, "w");
  if (config !== undefined) file.create_attribute("model_config", JSON.stringify(config));
  if (version) file.create_attribute("keras_version", version);
  const root = config === undefined ? file : file.create_group("model_weights");
  root.create_attribute(
    "layer_names",
    layers.map((l) => l.name),
  );
  for (const { name, weights } of layers) {
    const group = root.create_group(name);
    if (weights.length > 0) {
      group.create_attribute(
        "weight_names",
        weights.map((w) => w.name),
      );
    }
    for (const { name: dataset, data, shape } of weights) {
      const parts = dataset.split("/");
      let at = group;
      for (const part of parts.slice(0, -1)) {
        const known = at.keys().includes(part) ? at.get(part) : undefined;
        at = known instanceof Group ? known : at.create_group(part);
      }
      at.create_dataset({ name: parts.at(-1) ?? "", data: Float32Array.from(data), shape: [...shape] });
    }
  }
  file.close();
  return path;
}

const load = async (path: string) => assemble("tiny", await readKeras(path), PLAIN);

/** VGG of two channels a layer: the architecture is the table's, the sizes are the file's. */
function tinyVgg(
  depths: readonly number[],
  name = (_: string, part: string, n: number) => `${part === "kernel" ? "W" : "b"}_${n}`,
): H5Layer[] {
  const layers: H5Layer[] = [{ name: "input_1", weights: [] }];
  let channels = 3;
  for (const [b, depth] of depths.entries()) {
    for (let c = 1; c <= depth; c++) {
      const conv = `block${b + 1}_conv${c}`;
      const n = layers.length;
      layers.push({
        name: conv,
        weights: [weight(name(conv, "kernel", n), [3, 3, channels, 2], n), weight(name(conv, "bias", n), [2], n + 40)],
      });
      channels = 2;
    }
    layers.push({ name: `block${b + 1}_pool`, weights: [] });
  }
  return layers;
}

describe("reading Keras h5 files", () => {
  it("knows VGG16 and VGG19 from their layers, whatever their weights are called", async () => {
    const vgg16 = await load(await writeH5(tinyVgg([2, 2, 3, 3, 3])));
    expect(vgg16.layers.map((l) => l.name)).toEqual(
      [2, 2, 3, 3, 3].flatMap((n, b) => [
        ...Array.from({ length: n }, (_, c) => `block${b + 1}_conv${c + 1}`),
        `block${b + 1}_pool`,
      ]),
    );
    expect(vgg16.layers.at(-1)).toEqual({ name: "block5_pool", kind: "MaxPooling2D", channels: 2, stride: 32 });
    const vgg19 = await load(await writeH5(tinyVgg([2, 2, 4, 4, 4], (layer, part) => `${layer}/${part}:0`)));
    expect(vgg19.layers).toHaveLength(21);
    expect(vgg19.layers[10]?.name).toBe("block3_pool");
  });

  it("computes what the same network as tfjs layers-model computes", async () => {
    const layers = tinyVgg([2, 2, 3, 3, 3]);
    const network = await load(await writeH5(layers));
    const table = [imageLayer()];
    let below = "image";
    for (const { name } of layers.slice(1)) {
      table.push(
        name.endsWith("pool")
          ? layer("MaxPooling2D", name, [below])
          : layer("Conv2D", name, [below], { padding: "same", activation: "relu" }),
      );
      below = name;
    }
    const weights = layers.flatMap((l) =>
      l.weights.map((w, i) => ({ ...w, name: `${l.name}/${i === 0 ? "kernel" : "bias"}` })),
    );
    const twin = assemble("twin", await readTfjs(await writeTfjs(newFolder(), functional(table), weights)), PLAIN);
    const image = picture(33, 40);
    for (const name of ["block1_conv2", "block3_conv3"]) {
      expect(difference(await features(network, name, image), await features(twin, name, image))).toBe(0);
    }
  });

  it("reads whole models with their description, batch normalisation and nested names", async () => {
    const config = functional([
      imageLayer(),
      layer("Conv2D", "c", ["image"], { use_bias: false }),
      layer("BatchNormalization", "bn", ["c"], { scale: false, epsilon: 0 }),
    ]);
    const bn = ["beta", "moving_mean", "moving_variance"].map((name, i) => ({
      name: `bn/${name}:0`,
      shape: [1],
      data: Float32Array.of([5, 10, 4][i] ?? 0),
    }));
    const path = await writeH5(
      [
        { name: "c", weights: [{ name: "c/kernel:0", shape: [1, 1, 3, 1], data: Float32Array.of(1, 1, 1) }] },
        { name: "bn", weights: bn },
      ],
      config,
    );
    const result = await features(await load(path), "bn", { data: Float32Array.of(10, 20, 30), shape: [1, 3, 1, 1] });
    expect(result.data[0]).toBeCloseTo((60 - 10) / 2 + 5, 4);
  });

  it.each(["depthwise_kernel", "kernel"])("reads a depthwise convolution whose weight is called %s", async (word) => {
    const config = functional([
      imageLayer(),
      layer("DepthwiseConv2D", "d", ["image"], { depth_multiplier: 2, use_bias: false }),
    ]);
    const own = weight(`d/${word}`, [2, 2, 3, 2], 4);
    const network = await load(await writeH5([{ name: "d", weights: [own] }], config));
    const tfjs = await writeTfjs(newFolder(), config, [{ ...own, name: "d/depthwise_kernel" }]);
    const twin = assemble("twin", await readTfjs(tfjs), PLAIN);
    const image = picture(5, 6);
    expect(difference(await features(network, "d", image), await features(twin, "d", image))).toBe(0);
  });

  it("has the hard sigmoid of the Keras that the file names", async () => {
    const config = functional([imageLayer(), layer("Activation", "h", ["image"], { activation: "hard_sigmoid" })]);
    const of = async (path: string) =>
      (await features(await load(path), "h", { data: Float32Array.of(-2, 0, 1), shape: [1, 3, 1, 1] })).data;
    const found = [];
    for (const version of ["3.4.1", "2.9.0", undefined])
      found.push([...(await of(await writeH5([{ name: "h", weights: [] }], config, version)))]);
    const [three, two, unsaid] = found;
    expect(three?.[0]).toBeCloseTo(0.5 - 2 / 6, 5);
    expect(two?.[0]).toBeCloseTo(0.1, 5);
    expect(unsaid).toEqual(two);
  });

  it("refuses weights of architectures it does not know, and files that are not HDF5", async () => {
    const strange = await writeH5([{ name: "dense_7", weights: [weight("dense_7/kernel:0", [3, 3])] }]);
    await expect(readKeras(strange)).rejects.toThrow(/holds weights only, .*model\.save/);
    const whole = await writeH5(tinyVgg([2, 2, 3, 3, 3]));
    const short = join(newFolder(), "short.h5");
    const bytes = await readFile(whole);
    await writeFile(short, bytes.subarray(0, bytes.length - 1000));
    await expect(readKeras(short)).rejects.toThrow(/cut short/);
    const text = join(newFolder(), "x.h5");
    await writeFile(text, "this is not HDF5");
    await expect(readKeras(text)).rejects.toThrow(/is not an HDF5 file/);
    await expect(readKeras(await writeH5([]))).rejects.toThrow(/holds no Keras layers/);
  });
});
