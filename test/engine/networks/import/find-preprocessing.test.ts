import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { random } from "../../../../src/engine/images/random.js";
import { addNetwork } from "../../../../src/engine/networks/add-network.js";
import { loadNetwork } from "../../../../src/engine/networks/catalogue.js";
import { findPreprocessing } from "../../../../src/engine/networks/import/find-preprocessing.js";
import type { LayerGraph, Step } from "../../../../src/engine/networks/import/layer-graph.js";
import {
  CAFFE,
  type Preprocessing,
  RAW,
  SIGNED,
  TORCH,
  UNIT,
} from "../../../../src/engine/networks/import/preprocessing.js";
import { decodeModel, encodeModel, type OnnxNode, type OnnxTensor } from "../../../../src/engine/onnx-schema.js";
import { newFolder } from "../../../support/new-folder.js";
import { encode, floats, node, scalar } from "../support/onnx-file.js";

/** A picture with large, soft shapes, as photographs have: R, G and B of 0..255 by row and column. */
function landscape(seed: number, side: number): Float64Array[] {
  const next = random(seed);
  const waves = Array.from({ length: 24 }, (_, i) => {
    const reach = 2 ** (i / 5);
    const [angle, phase, tint] = [next() * Math.PI, next() * 2 * Math.PI, [next(), next(), next()]];
    return {
      fx: (Math.cos(angle) * reach) / side,
      fy: (Math.sin(angle) * reach) / side,
      phase,
      high: 55 / reach ** 0.6,
      tint,
    };
  });
  const light = (next() - 0.5) * 110;
  return [123.7, 116.3, 103.5].map((mean, c) =>
    Float64Array.from({ length: side * side }, (_, i) => {
      const [x, y] = [i % side, Math.floor(i / side)];
      const sum = waves.reduce(
        (s, w) =>
          s + w.high * (0.85 + 0.3 * (w.tint[c] ?? 0)) * Math.sin(2 * Math.PI * (w.fx * x + w.fy * y) + w.phase),
        mean + light,
      );
      return Math.min(Math.max(sum, 0), 255);
    }),
  );
}

/** What a kernel's answers average to over pictures prepared in a way, by computing them. */
function met(kernel: Float32Array, outputs: number, size: number, { channels, mean, scale }: Preprocessing) {
  const side = 48;
  const answers = Array.from({ length: outputs }, (): number[] => []);
  const by = typeof scale === "number" ? [scale, scale, scale] : scale;
  for (let seed = 1; seed <= 12; seed++) {
    const rgb = landscape(seed, side);
    const seen = (channels === "bgr" ? [2, 1, 0] : [0, 1, 2]).map((from, c) =>
      (rgb[from] ?? new Float64Array()).map((v) => (v - (mean[c] ?? 0)) * (by[c] ?? 1)),
    );
    for (let o = 0; o < outputs; o++)
      for (let y = 0; y + size <= side; y += 5)
        for (let x = 0; x + size <= side; x += 5) {
          let sum = 0;
          for (let c = 0; c < 3; c++)
            for (let p = 0; p < size * size; p++)
              sum +=
                (kernel[(o * 3 + c) * size * size + p] ?? 0) *
                (seen[c]?.[(y + Math.floor(p / size)) * side + x + (p % size)] ?? 0);
          answers[o]?.push(sum);
        }
  }
  const average = (list: readonly number[]) => list.reduce((a, b) => a + b, 0) / list.length;
  const means = answers.map(average);
  const variances = answers.map((list, o) => average(list.map((v) => (v - (means[o] ?? 0)) ** 2)));
  return { mean: Float32Array.from(means), variance: Float32Array.from(variances) };
}

/** A network that was trained on pictures prepared in a way: a convolution and the normalisation that met them. */
function trained(preprocessing: Preprocessing): LayerGraph {
  const [outputs, size] = [24, 5];
  const next = random(7);
  const data = Float32Array.from({ length: outputs * 3 * size * size }, () => (next() + next() + next() - 1.35) / 10);
  const conv: Step = {
    type: "conv",
    kernel: { layout: "OIHW", shape: [outputs, 3, size, size], data: () => data },
    strides: [1, 1],
    pads: [0, 0, 0, 0],
    dilations: [1, 1],
    groups: 1,
  };
  const norm: Step = {
    type: "affine",
    length: outputs,
    values: () => ({ scale: new Float32Array(outputs), shift: new Float32Array(outputs) }),
    statistics: () => met(data, outputs, size, preprocessing),
  };
  return {
    layers: [
      { name: "image", kind: "Input", inputs: [], step: { type: "input" } },
      { name: "conv", kind: "Conv", inputs: ["image"], step: conv },
      { name: "bn", kind: "BatchNormalization", inputs: ["conv"], step: norm },
    ],
    bytes: 0,
  };
}

const WAYS = { CAFFE, TORCH, UNIT, SIGNED, RAW, "RAW, BGR": { ...RAW, channels: "bgr" } } as const;

describe("preprocessing from what normalisation met", () => {
  for (const [name, preprocessing] of Object.entries(WAYS))
    it(`finds ${name}`, () => {
      const usual = preprocessing === CAFFE ? TORCH : CAFFE;
      expect(findPreprocessing(trained(preprocessing), undefined, usual)).toEqual({
        preprocessing,
        from: "statistics",
      });
    });

  it("guesses by the format where training met nothing that is in use", () => {
    const strange: Preprocessing = { channels: "rgb", mean: [5000, 0, -5000], scale: 1 };
    expect(findPreprocessing(trained(strange), undefined, TORCH).from).toBe("format");
  });
});

const conv = (from: string): OnnxNode => node("Conv", [from, "w"], "y");
const weights = floats("w", [4, 3, 3, 3]);
const three = (name: string, list: readonly number[]): OnnxTensor => ({
  name,
  dims: [1, 3, 1, 1],
  dataType: 1,
  floatData: list,
});
const MEAN = three("mean", [0.485, 0.456, 0.406]);
const STD = three("std", [0.229, 0.224, 0.225]);

/** A file's first operations, and what has to go in. */
const OPERATIONS: Readonly<Record<string, readonly [OnnxNode[], OnnxTensor[], Preprocessing]>> = {
  "0..255, which it divides and standardises": [
    [node("Div", ["data", "full"], "d"), node("Sub", ["d", "mean"], "s"), node("Div", ["s", "std"], "n"), conv("n")],
    [scalar("full", 255), MEAN, STD],
    RAW,
  ],
  "0..1, which it standardises": [
    [node("Sub", ["data", "mean"], "s"), node("Div", ["s", "std"], "n"), conv("n")],
    [MEAN, STD],
    UNIT,
  ],
  "0..1, which it brings to -1..1": [
    [node("Mul", ["data", "two"], "m"), node("Sub", ["m", "one"], "n"), conv("n")],
    [scalar("two", 2), scalar("one", 1)],
    UNIT,
  ],
  "what torchvision prepares, which it brings to -1..1": [
    [node("Mul", ["data", "by"], "m"), node("Add", ["m", "plus"], "n"), conv("n")],
    [three("by", [0.458, 0.448, 0.45]), three("plus", [-0.03, -0.088, -0.188])],
    TORCH,
  ],
};

/** Writes a model into a folder of its own. */
async function file(bytes: Uint8Array): Promise<string> {
  const path = join(newFolder(), "ours.onnx");
  await writeFile(path, bytes);
  return path;
}

const load = (path: string) => loadNetwork(path, { modelsDir: "", modelsPath: [] });

describe("preprocessing from the file", () => {
  for (const [name, [nodes, constants, preprocessing]] of Object.entries(OPERATIONS))
    it(`asks for ${name}`, async () => {
      const network = await load(await file(encode(nodes, [...constants, weights])));
      expect(network.preprocessing).toEqual({ preprocessing, from: "operations" });
    });

  it("reads ONNX's metadata", async () => {
    const model = decodeModel(encode([conv("data")], [weights]));
    const metadataProps = [
      { key: "Image.BitmapPixelFormat", value: "Bgr8" },
      { key: "Image.NominalPixelRange", value: "Normalized_0_1" },
    ];
    const network = await load(await file(encodeModel({ ...model, metadataProps })));
    expect(network.preprocessing).toEqual({ preprocessing: { ...UNIT, channels: "bgr" }, from: "metadata" });
  });

  it("reads what Hugging Face's and timm's files beside it say, and takes it along when it is added", async () => {
    const path = await file(encode([conv("data")], [weights]));
    expect((await load(path)).preprocessing).toEqual({ preprocessing: TORCH, from: "format" });
    const config = { pretrained_cfg: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } };
    await writeFile(join(path, "../config.json"), JSON.stringify(config));
    const signed = { channels: "rgb", mean: [127.5, 127.5, 127.5], scale: [1 / 127.5, 1 / 127.5, 1 / 127.5] };
    expect((await load(path)).preprocessing).toEqual({ preprocessing: signed, from: "metadata" });
    const better = { do_rescale: false, image_mean: [100, 110, 120], image_std: [50, 50, 50] };
    await writeFile(join(path, "../preprocessor_config.json"), JSON.stringify(better));
    const modelsDir = newFolder();
    await mkdir(modelsDir, { recursive: true });
    const { network } = await addNetwork({ path, modelsDir, tryOut: async () => undefined });
    const preprocessing = { channels: "rgb", mean: [100, 110, 120], scale: [0.02, 0.02, 0.02] };
    expect(network.preprocessing).toEqual({ preprocessing, from: "metadata" });
    expect(await readFile(join(modelsDir, "ours/dreamloom.yaml"), "utf8")).toContain("preprocessing:");
    const again = await loadNetwork("ours", { modelsDir, modelsPath: [] });
    expect(again.preprocessing).toEqual({ preprocessing, from: "notes" });
  });

  it("lets people say otherwise", async () => {
    const [nodes, constants] = OPERATIONS["0..1, which it standardises"] ?? [[], []];
    const path = await file(encode(nodes, [...constants, weights]));
    await writeFile(join(path, "../dreamloom.yaml"), "preprocessing: { channels: bgr, scale: 2 }");
    const preprocessing = { channels: "bgr", mean: [0, 0, 0], scale: 2 };
    expect((await load(path)).preprocessing).toEqual({ preprocessing, from: "notes" });
  });
});
