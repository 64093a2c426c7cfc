import { afterAll, describe, expect, it } from "vitest";
import { decode } from "../../../../src/engine/images/codec.js";
import type { Raster } from "../../../../src/engine/images/raster.js";
import { randomVgg } from "../../../../src/engine/networks/random-vgg.js";
import { Programs } from "../../../../src/engine/programs.js";
import { type DreamParams, dreamDefinition } from "../../../../src/engine/recipes/dream/definition.js";
import { dream } from "../../../../src/engine/recipes/dream/run.js";
import type { Frame, PictureInput } from "../../../../src/engine/recipes/recipe.js";
import { onnxRuntime } from "../../../../src/engine/runtimes/onnx/onnx.js";
import { drawn } from "../../../support/pictures.js";

const vgg = randomVgg([
  [1, 8],
  [1, 12],
]);
const programs = new Programs(onnxRuntime({ threads: 1 }), { maxBytes: 1e8 });
afterAll(() => programs.dispose());

async function input(width: number, height: number): Promise<PictureInput> {
  const bytes = await drawn(width, height);
  return { width, height, decode: (side) => decode(bytes, side) };
}

const photo = await input(96, 72);

function start(
  params: Partial<DreamParams>,
  image: PictureInput | null = photo,
  signal = new AbortController().signal,
) {
  const all = dreamDefinition.params.parse({
    network: "vgg",
    layers: "block2_conv1",
    size: 96,
    octaves: 3,
    steps: 3,
    ...params,
  });
  return dream(all, image ? { image } : {}, { programs, network: async () => vgg, signal });
}

async function frames(...args: Parameters<typeof start>): Promise<Frame[]> {
  const seen: Frame[] = [];
  for await (const frame of start(...args)) seen.push(frame);
  return seen;
}

const result = async (...args: Parameters<typeof start>): Promise<Raster> => {
  const last = (await frames(...args)).at(-1);
  if (!last) throw new Error("no frame");
  return last.image;
};

const distance = (a: Raster, b: Raster): number =>
  a.data.reduce((sum, v, i) => sum + Math.abs(v - (b.data[i] ?? Number.NaN)), 0) / a.data.length;

describe("the dream recipe", () => {
  it("yields a frame an octave, from small to large, and says how far it is", async () => {
    const seen = (await frames({})).filter(({ kind }) => kind === "octave");
    expect(seen.map(({ image }) => [image.width, image.height])).toEqual([
      [49, 37],
      [69, 51],
      [96, 72],
    ]);
    expect(seen.map(({ octave, octaves, step, steps }) => [octave, octaves, step, steps])).toEqual(
      [1, 2, 3].map((o) => [o, 3, 3, 3]),
    );
    const progress = seen.map((frame) => frame.progress);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress[0]).toBeGreaterThan(0);
    expect(progress.at(-1)).toBeCloseTo(1, 10);
  });

  it("ascends: each octave ends with more of what its layer knows than it began with", async () => {
    const octaves = (await frames({ steps: 6, jitter: 0 })).filter(({ kind }) => kind === "octave");
    expect(octaves).toHaveLength(3);
    for (const { lossStart, lossEnd } of octaves) expect(lossEnd).toBeLessThan(lossStart);
  });

  it("leaves out octaves too small to see anything, and dreams small pictures in one", async () => {
    expect((await frames({ octaves: 20 })).length).toBe(3);
    expect((await frames({ size: 32 })).map(({ image }) => image.width)).toEqual([32]);
  });

  it("makes the same picture of the same seed, another of another", async () => {
    const [a, again, b] = [await result({ seed: 5 }), await result({ seed: 5 }), await result({ seed: 6 })];
    expect(Buffer.from(again.data.buffer).equals(Buffer.from(a.data.buffer))).toBe(true);
    expect(distance(a, b)).toBeGreaterThan(0.5);
  });

  it("keeps to 0..255 and to the photo: the change grows with strength, not with steps", async () => {
    const original = await photo.decode(96);
    const dreamt = await result({});
    expect(dreamt.data.every((v) => v >= 0 && v <= 255)).toBe(true);
    const [hint, plain, wild] = [await result({ strength: 0.3 }), dreamt, await result({ strength: 2 })].map((r) =>
      distance(r, original),
    );
    expect(hint).toBeLessThan(plain ?? 0);
    expect(plain).toBeLessThan(wild ?? 0);
    const patient = distance(await result({ steps: 12 }), original);
    expect(patient / (plain ?? 0)).toBeGreaterThan(0.5);
    expect(patient / (plain ?? 0)).toBeLessThan(1.5);
  });

  it("starts from noise of the seed when there is no picture", async () => {
    const bare = (seed: number) => result({ size: 64, octaves: 1, seed }, null);
    const [one, two] = [await bare(1), await bare(2)];
    expect([one.width, one.height]).toEqual([64, 48]);
    expect(distance(one, two)).toBeGreaterThan(1);
  });

  it.each([
    [200, 3],
    [3, 200],
    [33, 31],
  ])("takes a picture of %i x %i pixels", async (width, height) => {
    const image = await result({ size: 200, octaves: 2, steps: 1 }, await input(width, height));
    expect(Math.max(image.width, image.height)).toBe(200);
    expect(image.data.length).toBe(3 * image.width * image.height);
  });

  it("stops at the next step when aborted", async () => {
    const stop = new AbortController();
    const seen: Frame[] = [];
    const run = (async () => {
      for await (const frame of start({ octaves: 3 }, photo, stop.signal)) {
        seen.push(frame);
        stop.abort(new Error("enough"));
      }
    })();
    await expect(run).rejects.toThrow("enough");
    expect(seen).toHaveLength(1);
  });

  it("takes looks and layers by name, and says what there is when a name is wrong", async () => {
    await expect(frames({ layers: "block9_conv1" })).rejects.toThrow(/no layer called block9_conv1; did you mean/);
    await expect(frames({ layers: "block2_conv1:much" })).rejects.toThrow(
      /"block2_conv1:much" is not a layer with a weight/,
    );
    const [one, both] = [
      await result({ layers: "block1_conv1" }),
      await result({ layers: "block1_conv1:1 block2_pool:2" }),
    ];
    expect(distance(one, both)).toBeGreaterThan(0.5);
  });
});
