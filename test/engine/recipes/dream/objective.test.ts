import { describe, expect, it, vi } from "vitest";
import { evaluate, featureOf } from "../../../../src/engine/evaluate.js";
import { channels } from "../../../../src/engine/objectives/channels.js";
import { channelsOf } from "../../../../src/engine/recipes/channel-terms.js";
import { dreamDefinition } from "../../../../src/engine/recipes/dream/definition.js";
import { dream } from "../../../../src/engine/recipes/dream/run.js";
import { runJob } from "../../../../src/engine/run-job.js";
import { difference, framesOf, lastOf, openTiny, pictureOf, scene, vgg } from "../tiny.js";

const context = openTiny();
const photo = pictureOf(scene(80, 60));
const small = { network: "vgg", layers: "block3_conv1", size: 80, octaves: 2, steps: 3 };
const run = (params: Record<string, unknown>, pictures = {}) =>
  dream(dreamDefinition.params.parse({ ...small, ...params }), { image: photo, ...pictures }, context);

describe("dreams", () => {
  it("of one channel make it see more", async () => {
    const of = async (raster: Parameters<typeof evaluate>[3]) =>
      -(
        await evaluate(
          context.programs,
          vgg,
          channels([[{ layer: "block3_conv1", channel: 5, weight: 1 }]], channelsOf(vgg)),
          raster,
        )
      ).loss;
    const dreamt = await lastOf(run({ channels: "5" }));
    expect(await of(dreamt.image)).toBeGreaterThan(1.2 * (await of(await photo.decode(80))));
    const other = await lastOf(run({ channels: "block2_conv1/5" }));
    expect(difference(other.image, dreamt.image)).toBeGreaterThan(1);
  });

  it("with a guide come nearer to it, and differ from guide to guide", async () => {
    const stripes = scene(64, 64);
    for (let i = 0; i < stripes.data.length; i++) stripes.data[i] = (i >> 2) % 2 === 0 ? 240 : 10;
    const [guided, plain, other] = [
      await lastOf(run({}, { guide: pictureOf(stripes) })),
      await lastOf(run({})),
      await lastOf(run({}, { guide: pictureOf(scene(90, 90)) })),
    ];
    expect(guided.lossEnd).toBeLessThan(guided.lossStart);
    expect(difference(guided.image, plain.image)).toBeGreaterThan(1);
    expect(difference(guided.image, other.image)).toBeGreaterThan(1);
    await expect(framesOf(run({ channels: "1" }, { guide: pictureOf(stripes) }))).rejects.toThrow(
      "channels or a guide, not both",
    );
  });

  it("take a guide also after a painting by the same layer, whose program is kept", async () => {
    await featureOf({ programs: context.programs, network: vgg }, "block3_conv1", scene(64, 64));
    const guided = await lastOf(run({}, { guide: pictureOf(scene(90, 90)) }));
    expect(guided.lossEnd).toBeLessThan(guided.lossStart);
  });

  it("are as coarse as the smoothing says", async () => {
    const roughness = async (smoothing: number): Promise<number> => {
      const { image } = await lastOf(run({ smoothing, octaves: 1 }));
      return image.data.reduce((sum, v, i) => sum + Math.abs(v - (image.data[i + 1] ?? v)), 0);
    };
    expect(await roughness(0)).toBeGreaterThan(1.2 * (await roughness(1)));
    expect(await roughness(1)).toBeGreaterThan(await roughness(3));
  });

  it.each([
    [undefined, "momentum"],
    ["book", "mean absolute"],
  ])("go on with momentum but for the book's preset: %s, by %s", async (preset, update) => {
    const spy = vi.spyOn(context.programs, "advance");
    await lastOf(run({ ...(preset && { preset }), octaves: 1, steps: 2 }));
    const keys = spy.mock.calls.map(([key]) => key);
    spy.mockRestore();
    expect(keys).toHaveLength(2);
    for (const key of keys) expect(key).toContain(update);
  });

  it("take the book's step in its preset: a mean of 0.1 grey levels", async () => {
    const book = dreamDefinition.params.parse({ preset: "book" });
    const step = 0.1 * (0.01 / book.strength) * book.steps;
    const { image } = await lastOf(run({ preset: "book", octaves: 1, steps: 1, strength: 0.01 }));
    expect(difference(image, await photo.decode(80))).toBeCloseTo(step, 2);
    expect(book).toMatchObject({ octaves: 5, octaveScale: 1.4, steps: 20, jitter: 0, smoothing: 0 });
  });

  it("in tiles are the same dream, without seams", async () => {
    const large = pictureOf(scene(480, 352));
    const dreamt = (params: Record<string, unknown>) =>
      lastOf(
        dream(
          dreamDefinition.params.parse({ ...small, size: 480, octaves: 1, steps: 3, ...params }),
          { image: large },
          context,
        ),
      );
    const [whole, tiled] = [await dreamt({}), await dreamt({ tile: 256 })];
    expect(difference(whole.image, await large.decode(480))).toBeGreaterThan(2);
    expect(difference(whole.image, tiled.image)).toBeLessThan(0.05);
  });

  it("stay within the engine's memory", async () => {
    const sizes: number[] = [];
    const counting = {
      runtime: context.programs.runtime,
      advance: context.programs.advance.bind(context.programs),
      run: (...args: Parameters<typeof context.programs.run>) => {
        const [, , height = 0, width = 0] = args[2].image?.shape ?? [];
        sizes.push(height * width);
        return context.programs.run(...args);
      },
    };
    const large = pictureOf(scene(480, 352));
    const params = dreamDefinition.params.parse({ ...small, size: 480, octaves: 1, steps: 1 });
    const bounded = { ...context, programs: counting as unknown as typeof context.programs, memoryBytes: 12e6 };
    await framesOf(dream(params, { image: large }, bounded));
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBeLessThan(480 * 352);
  });

  it("report a wrong channel to the person who asked", async () => {
    const request = { recipe: "dream", params: { ...small, channels: "77" }, pictures: {} };
    await expect(runJob(request, { ...context, onFrame: () => undefined })).rejects.toMatchObject({
      kind: "input",
      message: "block1_conv1 of random-vgg has channels 0 to 7; there is no 77."
        .replace("block1_conv1", "block3_conv1")
        .replace("0 to 7", "0 to 15"),
    });
  });
});
