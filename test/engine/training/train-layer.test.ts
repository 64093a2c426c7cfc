import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { observe } from "../../../src/engine/evaluate.js";
import type { Raster } from "../../../src/engine/images/raster.js";
import { NetworkError } from "../../../src/engine/networks/network.js";
import { randomVgg } from "../../../src/engine/networks/random-vgg.js";
import type { Programs } from "../../../src/engine/programs.js";
import { dreamDefinition } from "../../../src/engine/recipes/dream/definition.js";
import { dream } from "../../../src/engine/recipes/dream/run.js";
import { meanSquareResponse } from "../../../src/engine/training/responses.js";
import {
  layerToTrain,
  type TrainingResult,
  type TrainOptions,
  trainLayer,
} from "../../../src/engine/training/train-layer.js";
import { encodeTrainedLayer, type TrainedLayer } from "../../../src/engine/training/trained-layer.js";
import { withTrainedLayers } from "../../../src/engine/training/with-trained-layers.js";
import { examples, LAYER, makePrograms, type Texture, texture, tinyNetwork } from "./textures.js";

const network = tinyNetwork();
let programs: Programs;
beforeAll(() => {
  programs = makePrograms();
});
afterAll(() => programs.dispose());

const trainedOn = (kind: Texture, given: Partial<TrainOptions> = {}): Promise<TrainingResult> =>
  trainLayer({
    programs,
    network,
    layer: LAYER,
    examples: examples(kind, 14),
    name: kind,
    channels: 6,
    seed: 3,
    ...given,
  });

async function response(layer: TrainedLayer, picture: Raster): Promise<number> {
  const { features } = await observe(
    programs,
    network,
    "test features",
    (s) => ({ features: s.layer(LAYER) }),
    picture,
  );
  if (!features) throw new Error("no features");
  return meanSquareResponse(layer, features);
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Responses to images of a kind that nothing was trained from. */
const toUnseen = (layer: TrainedLayer, kind: Texture): Promise<number[]> =>
  Promise.all([101, 102, 103, 104, 105, 106].map((seed) => response(layer, texture(kind, seed))));

describe("teach", () => {
  it.each([
    ["across", "down"],
    ["down", "across"],
  ] as const)("answers unseen lines %s more than lines %s, and more than nothing", async (kind, other) => {
    const { layer, preference, keptBack } = await trainedOn(kind);
    const [own, foreign] = [await toUnseen(layer, kind), await toUnseen(layer, other)];
    expect(mean(own)).toBeGreaterThan(1.5 * mean(foreign));
    expect(keptBack).toBe(2);
    expect(preference).toBeGreaterThan(1.5);
  });

  it("makes the same bytes of the same seed, others of another", async () => {
    const [a, b, c] = [await trainedOn("down"), await trainedOn("down"), await trainedOn("down", { seed: 4 })];
    expect(Buffer.from(encodeTrainedLayer(a.layer)).equals(Buffer.from(encodeTrainedLayer(b.layer)))).toBe(true);
    expect(Buffer.from(encodeTrainedLayer(a.layer)).equals(Buffer.from(encodeTrainedLayer(c.layer)))).toBe(false);
  });

  it("each channel answers about 1 to its own places, and the layer says what it came from", async () => {
    const { layer } = await trainedOn("across", { examples: examples("across", 5) });
    expect(layer).toMatchObject({ version: 1, network: network.id, layer: LAYER, inputs: 24, pictures: 5, seed: 3 });
    expect(layer.channels).toBeGreaterThanOrEqual(1);
    expect(layer.channels).toBeLessThanOrEqual(6);
    expect(layer.weights).toHaveLength(layer.channels * 24);
    expect(await response(layer, texture("across", 2))).toBeLessThan(10);
  });

  it("a dream in a taught look shows more of what was taught", async () => {
    const { layer } = await trainedOn("down");
    const trained = withTrainedLayers(network, { edition: "1", kept: [{ name: "down", layer }] });
    const params = dreamDefinition.params.parse({ look: "down", size: 64, octaves: 1, steps: 5 });
    const context = { programs, network: async () => trained, signal: new AbortController().signal };
    const start = texture("across", 300, 64);
    const pictures = { image: { width: 64, height: 64, decode: async () => start } };
    let last = start;
    for await (const { image } of dream(params, pictures, context)) last = image;
    expect(await response(layer, last)).toBeGreaterThan(2 * (await response(layer, start)));
  });

  it("tells how far it is, up to the end", async () => {
    const shares: number[] = [];
    await trainedOn("down", { examples: examples("down", 5), onProgress: (share) => shares.push(share) });
    expect(shares.every((share, i) => share > (shares[i - 1] ?? 0))).toBe(true);
    expect(shares.at(-1)).toBeCloseTo(1);
  });

  it("stops when it is aborted", async () => {
    const stop = new AbortController();
    const reason = new Error("stopped");
    const onProgress = (): void => stop.abort(reason);
    await expect(trainedOn("down", { signal: stop.signal, onProgress })).rejects.toBe(reason);
  });

  it("refuses too few pictures and layers that are not there", async () => {
    await expect(trainedOn("down", { examples: examples("down", 4) })).rejects.toThrow(
      "Give 5 pictures or more to learn from; there are 4.",
    );
    await expect(trainedOn("down", { layer: "block9_conv1" })).rejects.toThrow(NetworkError);
    const { layer } = await trainedOn("down", { examples: examples("down", 5) });
    const trained = withTrainedLayers(network, { edition: "1", kept: [{ name: "down", layer }] });
    await expect(trainedOn("down", { network: trained, layer: "taught/down" })).rejects.toThrow(
      "is a taught layer itself",
    );
  });

  it("names a layer to teach over: the deepest of stride 8, or else one in the middle", () => {
    expect(
      layerToTrain(
        randomVgg([
          [1, 2],
          [1, 2],
          [1, 2],
          [2, 2],
          [1, 2],
        ]),
      ),
    ).toBe("block4_conv2");
    expect(layerToTrain(network)).toBe("block2_conv1");
  });

  it("learns from pictures of one grey without failing", async () => {
    const grey: Raster = { width: 64, height: 64, data: new Float32Array(3 * 64 * 64).fill(128) };
    const { layer } = await trainedOn("down", {
      examples: Array.from({ length: 5 }, () => ({ decode: async () => grey })),
    });
    expect([...layer.weights, ...layer.biases].every(Number.isFinite)).toBe(true);
  });
});
