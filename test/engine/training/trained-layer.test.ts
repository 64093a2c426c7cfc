import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evaluate } from "../../../src/engine/evaluate.js";
import { lookLayers, resolveLayer } from "../../../src/engine/networks/looks.js";
import { dream } from "../../../src/engine/objectives/dream.js";
import type { Programs } from "../../../src/engine/programs.js";
import {
  decodeTrainedLayer,
  encodeTrainedLayer,
  type TrainedLayer,
} from "../../../src/engine/training/trained-layer.js";
import { readTrainedLayers, saveTrainedLayer, trainedLayerPath } from "../../../src/engine/training/trained-layers.js";
import { trainedLayersOf } from "../../../src/engine/training/with-trained-layers.js";
import { newFolder } from "../../support/new-folder.js";
import { LAYER, makePrograms, texture, tinyNetwork } from "./textures.js";

const network = tinyNetwork();
let [folder, programs] = ["", undefined as Programs | undefined];
beforeAll(async () => {
  folder = newFolder();
  programs = makePrograms();
});
afterAll(() => programs?.dispose());

function layer(name: string, given: Partial<TrainedLayer> = {}): TrainedLayer {
  const weights = Float32Array.from({ length: 2 * 24 }, (_, i) => Math.sin(i));
  const about = {
    version: 1,
    network: network.id,
    layer: LAYER,
    inputs: 24,
    channels: 2,
    pictures: 30,
    seed: 1,
  } as const;
  return { ...about, name, weights, biases: Float32Array.of(0.25, -0.5), ...given };
}

describe("the file of a taught layer", () => {
  it("is read as it was written", () => {
    const written = layer("moths", { network: "räder" });
    expect(decodeTrainedLayer(encodeTrainedLayer(written), "x")).toEqual(written);
  });

  it("is refused in a sentence when it is something else, cut short, damaged or of another version", () => {
    const bytes = Buffer.from(encodeTrainedLayer(layer("moths")));
    const changed = (from: string, to: string): Buffer =>
      Buffer.from(bytes.toString("latin1").replace(from, to), "latin1");
    expect(() => decodeTrainedLayer(Buffer.from("hello"), "a.taught")).toThrow(
      "a.taught is not a taught layer; teach it again.",
    );
    expect(() => decodeTrainedLayer(changed("DLTAUGHT", "XXTAUGHT"), "a.taught")).toThrow("is not a taught layer");
    for (const length of [12, 40, bytes.length - 1]) {
      expect(() => decodeTrainedLayer(bytes.subarray(0, length), "a.taught")).toThrow(
        "a.taught is damaged or cut short",
      );
    }
    expect(() => decodeTrainedLayer(Buffer.concat([bytes, bytes]), "a.taught")).toThrow("damaged");
    expect(() => decodeTrainedLayer(changed('"channels":2', '"channels":9'), "a.taught")).toThrow("damaged");
    expect(() => decodeTrainedLayer(changed('"version":1', '"version":2'), "a.taught")).toThrow(
      "another version of Dreamloom",
    );
    const infinite = Buffer.from(bytes);
    infinite.writeFloatLE(Number.POSITIVE_INFINITY, bytes.length - 4);
    expect(() => decodeTrainedLayer(infinite, "a.taught")).toThrow("damaged");
  });
});

describe("taught layers in a network", () => {
  it("come after the layer they re-mix, each with a look, as long as their files are there", async () => {
    const bring = trainedLayersOf(folder);
    expect(await bring(network)).toBe(network);
    await saveTrainedLayer(folder, layer("moths"));
    const trained = await bring(network);
    expect(trained.layers.map(({ name }) => name).slice(-3)).toEqual([LAYER, "taught/moths", "block2_pool"]);
    expect(resolveLayer(trained, "taught/moths")).toMatchObject({ channels: 2, stride: 2 });
    expect(lookLayers(trained, "moths")).toEqual({ "taught/moths": 1 });
    // The network's own looks are still there, and its default is what it was.
    expect(lookLayers(trained)).toEqual(lookLayers(network));
    expect(await bring(network)).toBe(trained);
    expect(await readdir(join(folder, "taught"))).toEqual(["moths.taught"]);
  });

  it("are used at once when trained again, by programs that are kept", async () => {
    const bring = trainedLayersOf(folder);
    const loss = async (): Promise<number> => {
      if (!programs) throw new Error("no programs");
      return (await evaluate(programs, await bring(network), dream({ "taught/moths": 1 }, 0), texture("down", 1, 32)))
        .loss;
    };
    await saveTrainedLayer(folder, layer("moths"));
    const before = await loss();
    const twice = layer("moths");
    await saveTrainedLayer(
      folder,
      layer("moths", { weights: twice.weights.map((w) => 2 * w), biases: twice.biases.map((b) => 2 * b) }),
    );
    expect(await loss()).toBeLessThan(2 * before);
    await saveTrainedLayer(folder, twice);
    expect(await loss()).toBeCloseTo(before, 6);
  });

  it("leave out those of other networks, and say why others cannot be used", async () => {
    await saveTrainedLayer(folder, layer("foreign", { network: "another" }));
    await saveTrainedLayer(folder, layer("misfit", { inputs: 5, weights: new Float32Array(10) }));
    await writeFile(trainedLayerPath(folder, "broken"), "DLTAUGHT and then nothing");
    const trained = await trainedLayersOf(folder)(network);
    expect(() => lookLayers(trained, "foreign")).toThrow("has no look called foreign");
    expect(() => resolveLayer(trained, "taught/misfit")).toThrow(
      /cannot be used: it re-mixes 5 channels and block2_conv1 has 24/,
    );
    expect(() => resolveLayer(trained, "taught/broken")).toThrow(
      /cannot be used: .*broken\.taught is damaged or cut short/,
    );
    expect(lookLayers(trained, "broken")).toEqual({ "taught/broken": 1 });
    expect((await readTrainedLayers(folder)).kept).toHaveLength(4);
  });
});
