import { describe, expect, it } from "vitest";
import { evaluate } from "../../../../src/engine/evaluate.js";
import { random } from "../../../../src/engine/images/random.js";
import type { Raster } from "../../../../src/engine/images/raster.js";
import { channels } from "../../../../src/engine/objectives/channels.js";
import { channelsOf } from "../../../../src/engine/recipes/channel-terms.js";
import { neuronDefinition, neuronSizes } from "../../../../src/engine/recipes/neuron/definition.js";
import { neuron } from "../../../../src/engine/recipes/neuron/run.js";
import { clouds, startingNoise } from "../../../../src/engine/recipes/noise.js";
import { difference, framesOf, lastOf, openTiny, vgg } from "../tiny.js";

const context = openTiny();
const small = { network: "vgg", layer: "block3_conv1", channels: "5", size: 80, octaves: 2, steps: 6 };
const run = (params: Record<string, unknown>) =>
  neuron(neuronDefinition.params.parse({ ...small, ...params }), {}, context);

/** Mean of a channel over an image. */
async function value(image: Raster, channel: number): Promise<number> {
  const objective = channels([[{ layer: "block3_conv1", channel, weight: 1 }]], channelsOf(vgg));
  return -(await evaluate(context.programs, vgg, objective, image)).loss;
}

describe("neuron", () => {
  it("makes its channel see more and more, in both presets", async () => {
    for (const preset of [
      { preset: "studio" },
      { preset: "book", layer: "block3_conv1", channels: "5", startSize: 48, octaves: 3, steps: 8 },
    ]) {
      const { frames } = await framesOf(run({ ...preset, display: "plain" }));
      const octaves = frames.filter((f) => f.kind === "octave");
      const [first, last] = [octaves[0], octaves.at(-1)];
      expect(octaves.length).toBeGreaterThan(1);
      for (const octave of octaves) expect(octave.lossEnd).toBeLessThan(octave.lossStart);
      if (!first || !last) throw new Error("no octaves");
      const start = preset.preset === "book" ? startingNoise("plain", 64, 64, random(1)) : clouds(64, 64, random(1));
      expect(await value(last.image, 5)).toBeGreaterThan(2 * (await value(start, 5)));
      expect(last.progress).toBeCloseTo(1);
    }
  });

  it("makes the same bytes of one seed, others of another", async () => {
    const [a, b, c] = [await lastOf(run({ seed: 3 })), await lastOf(run({ seed: 3 })), await lastOf(run({ seed: 4 }))];
    expect(a.image).toEqual(b.image);
    expect(difference(a.image, c.image)).toBeGreaterThan(5);
  });

  it("mixes channels: a negative weight keeps one down", async () => {
    const display = "plain";
    const alone = await lastOf(run({ channels: "5", display }));
    const against = await lastOf(run({ channels: "5:1 block3_conv1/2:-2", display }));
    expect(await value(against.image, 2)).toBeLessThan(await value(alone.image, 2));
  });

  it("lets the seed choose a channel when none is named", async () => {
    const [a, b] = [
      await lastOf(run({ channels: undefined, seed: 1 })),
      await lastOf(run({ channels: undefined, seed: 2 })),
    ];
    expect(difference(a.image, b.image)).toBeGreaterThan(5);
  });

  it.each([{ into: "castle" }, { away: "castle", channels: "5" }])("says what is seen in %o", async (words) => {
    const { frames } = await framesOf(run({ network: "naming", channels: undefined, ...words, size: 64, steps: 2 }));
    const after = { name: expect.any(String), probability: expect.any(Number) };
    expect(frames.at(-1)?.seen).toEqual([{ network: "naming", after }]);
    expect(frames.filter(({ seen }) => seen)).toHaveLength(1);
  });

  it("says of a channel nothing that is seen", async () => {
    expect(await lastOf(run({ network: "naming", octaves: 1, steps: 1 }))).not.toHaveProperty("seen");
  });

  it("wakes a channel that sees nothing yet", async () => {
    const { lossStart, lossEnd } = await lastOf(run({ octaves: 1, steps: 10, channels: "9" }));
    expect(lossEnd).toBeLessThan(lossStart);
  });

  it("has the book's sizes: 64 to 375 in 20 octaves of 1.1", () => {
    const book = neuronDefinition.params.parse({ preset: "book" });
    const sizes = neuronSizes(book);
    expect(sizes).toEqual([
      64, 70, 77, 84, 92, 101, 111, 122, 134, 147, 161, 177, 194, 213, 234, 257, 282, 310, 341, 375,
    ]);
    expect(book).toMatchObject({
      layer: "block5_conv1",
      channels: "4",
      steps: 10,
      step: 1,
      blur: 2,
      display: "standard",
    });
  });

  it("ends at the size asked for, and leaves out octaves too small to see anything", () => {
    expect(neuronSizes({ size: 301, octaves: 4, octaveScale: 1.4, startSize: undefined })).toEqual([
      110, 154, 215, 301,
    ]);
    expect(neuronSizes({ size: 64, octaves: 4, octaveScale: 1.4, startSize: undefined })).toEqual([64]);
    expect(() => neuronSizes({ size: 64, octaves: 60, octaveScale: 1.2, startSize: 64 })).toThrow(
      /the most is 4096\. Take fewer\./,
    );
  });

  it("stops when aborted", async () => {
    const stop = new AbortController();
    const frames = neuron(
      neuronDefinition.params.parse({ ...small, steps: 500 }),
      {},
      { ...context, signal: stop.signal },
    );
    stop.abort(new Error("enough"));
    await expect(framesOf(frames)).rejects.toThrow("enough");
  });
});
