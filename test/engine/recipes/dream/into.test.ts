import { describe, expect, it } from "vitest";
import { classify } from "../../../../src/engine/classify.js";
import { decode } from "../../../../src/engine/images/codec.js";
import type { Raster } from "../../../../src/engine/images/raster.js";
import { Programs } from "../../../../src/engine/programs.js";
import { dreamDefinition } from "../../../../src/engine/recipes/dream/definition.js";
import { intoOf } from "../../../../src/engine/recipes/dream/into.js";
import { dream } from "../../../../src/engine/recipes/dream/run.js";
import { runJob } from "../../../../src/engine/run-job.js";
import { onnxRuntime } from "../../../../src/engine/runtimes/onnx/onnx.js";
import type { Runtime } from "../../../../src/engine/runtimes/runtime.js";
import { cameraFilm, filmFile } from "../../../support/film.js";
import { drawn } from "../../../support/pictures.js";
import { difference, lastOf, naming, openTiny, pictureOf, scene } from "../tiny.js";

const context = openTiny();
const photo = pictureOf(scene(160, 120));
const run = (params: Record<string, unknown>, pictures: Record<string, typeof photo> = { image: photo }) =>
  dream(dreamDefinition.params.parse({ network: "naming", size: 160, steps: 6, ...params }), pictures, context);
const sees = async (image: Raster, name: string) => {
  const seen = await classify({ programs: context.programs, network: naming }, image);
  return seen.find((each) => each.name === name)?.probability ?? 0;
};

describe("a dream into a word", () => {
  it.each(["goldfish", "castle", "lion"])(
    "makes the network see more of it: %s, and says what it saw",
    async (word) => {
      const before = await sees(await photo.decode(160), word);
      const { image, seen = [] } = await lastOf(run({ into: word }));
      expect(await sees(image, word)).toBeGreaterThan(1.02 * before);
      const best = { name: expect.any(String), probability: expect.any(Number) };
      expect(seen).toEqual([{ network: "naming", before: best, after: best }]);
    },
  );

  it("opens two programs: its step's, and one for all that it looks for, whatever the sizes", async () => {
    const opened: string[] = [];
    const device = onnxRuntime({ threads: 1 });
    const runtime: Runtime = {
      ...device,
      compile(outputs, ...rest) {
        opened.push(Object.keys(outputs).join(" "));
        return device.compile(outputs, ...rest);
      },
    };
    const programs = new Programs(runtime, { maxBytes: 1e8 });
    const params = dreamDefinition.params.parse({ network: "naming", size: 160, steps: 6, into: "lion" });
    const { seen } = await lastOf(dream(params, { image: photo }, { ...context, programs }));
    expect(seen).toHaveLength(1);
    expect(opened).toEqual([expect.stringMatching(/^loss images /), "scores evidence"]);
    await programs.dispose();
  });

  it("begins with noise where there is no picture, of which nothing was seen before", async () => {
    const { image, seen } = await lastOf(run({ into: "castle" }, {}));
    const { image: other } = await lastOf(run({ into: "pizza" }, {}));
    expect(await sees(image, "castle")).toBeGreaterThan(await sees(other, "castle"));
    expect(await sees(other, "pizza")).toBeGreaterThan(await sees(image, "pizza"));
    expect(seen?.[0]).not.toHaveProperty("before");
  });

  it("shifts noise by an eighth at most, so that a thing keeps its place, and a photo anywhere", async () => {
    const made = async (params: Record<string, unknown>, pictures?: Record<string, typeof photo>) =>
      (await lastOf(run({ into: "castle", octaves: 1, ...params }, pictures))).image;
    expect(difference(await made({}, {}), await made({ jitter: 20 }, {}))).toBe(0);
    expect(difference(await made({}, {}), await made({ jitter: 0 }, {}))).toBeGreaterThan(0.1);
    expect(difference(await made({}), await made({ jitter: 20 }))).toBeGreaterThan(0.1);
  });

  it("mixes several, and pushes away", async () => {
    const start = await photo.decode(160);
    const both = await lastOf(run({ into: "goldfish castle" }));
    for (const word of ["goldfish", "castle"])
      expect(await sees(both.image, word)).toBeGreaterThan(await sees(start, word));
    const away = await lastOf(run({ away: "castle" }));
    expect(await sees(away.image, "castle")).toBeLessThan(0.99 * (await sees(start, "castle")));
  });

  it.each<[string, Record<string, unknown>, Record<string, typeof photo>]>([
    ["a guide", {}, { guide: pictureOf(scene(96, 128)) }],
    ["channels", { channels: "5", layer: "block3_conv1" }, {}],
    ["layers", { layers: "block2_conv1" }, {}],
  ])("is seen more of than without the word, beside %s; without it nothing is said", async (_, wish, pictures) => {
    const given = { image: photo, ...pictures };
    const [word, plain] = [await lastOf(run({ ...wish, into: "lion" }, given)), await lastOf(run(wish, given))];
    expect(await sees(word.image, "lion")).toBeGreaterThan(1.02 * (await sees(plain.image, "lion")));
    expect(word.seen).toHaveLength(1);
    expect(plain).not.toHaveProperty("seen");
  });

  it("says of a moving picture what was seen in its last frame", async () => {
    const film = await filmFile(cameraFilm(await decode(await drawn(96, 64)), 3, 64), [80, 80, 80]);
    const params = { network: "naming", into: "lion", size: 64, steps: 1, octaves: 1 };
    const job = { ...context, onFrame: () => undefined };
    const { seen } = await runJob({ recipe: "dream", params, pictures: { image: film } }, job);
    const best = { name: expect.any(String), probability: expect.any(Number) };
    expect(seen).toEqual([{ network: "naming", before: best, after: best }]);
  });

  it("mixes with layers, and with a group of classes", async () => {
    const plain = await lastOf(run({ into: "dogs" }));
    const mixed = await lastOf(run({ into: "dogs", layers: "block2_conv1" }));
    expect(difference(plain.image, mixed.image)).toBeGreaterThan(0.1);
  });

  it("keeps the detail where the thing is, and a part of it elsewhere; from a photo's first octave all", async () => {
    const image = scene(96, 72);
    const base = { ...image, data: image.data.map((v) => v - 50) };
    const kept = async (fromNoise: boolean, octave: number, asked: Record<string, unknown>) => {
      const params = dreamDefinition.params.parse({ network: "naming", ...asked });
      const into = intoOf(params, { programs: context.programs, network: naming }, fromNoise);
      const last = into?.steps(octave) ?? 0;
      async function* taken() {
        yield { step: last, loss: 0, images: async () => [image], memory: async () => ({}) };
      }
      for await (const step of into?.core(taken(), octave, base) ?? []) {
        const [cored] = await step.images();
        return [...(cored?.data ?? [])].map((v, i) => (v - (base.data[i] ?? 0)) / 50);
      }
      return [];
    };
    for (const [fromNoise, octave, floor] of [[true, 0, 0.45] as const, [false, 1, 0.3] as const]) {
      const shares = await kept(fromNoise, octave, { into: "lion" });
      const [least, most] = [Math.min(...shares), Math.max(...shares)];
      expect(least).toBeGreaterThan(floor - 0.001);
      expect(least).toBeLessThan(0.9);
      expect(most).toBeCloseTo(1, 3);
    }
    expect(Math.min(...(await kept(false, 0, { into: "lion" })))).toBeCloseTo(1, 3);
    expect(Math.min(...(await kept(true, 0, { away: "lion" })))).toBeCloseTo(1, 3);
  });

  it("is refused in words where the network names nothing, or the word means nothing", async () => {
    const request = (params: Record<string, unknown>) => ({ recipe: "dream", params, pictures: {} });
    const job = { ...context, onFrame: () => undefined };
    await expect(runJob(request({ network: "vgg", into: "goldfish" }), job)).rejects.toMatchObject({
      message: expect.stringContaining("random-vgg cannot name things"),
    });
    await expect(runJob(request({ network: "naming", into: "wwwww" }), job)).rejects.toMatchObject({
      kind: "input",
      message: "The network knows nothing called wwwww; try goldfish, castle or dogs.",
    });
    await expect(runJob(request({ network: "naming", into: "peakock" }), job)).rejects.toMatchObject({
      message: "The network knows nothing called peakock. Did you mean peacock?",
    });
  });

  it("tells in its result what was seen", async () => {
    const request = { recipe: "dream", params: { network: "naming", into: "lion", size: 112, steps: 2 } };
    const pictures = { image: await drawn(112, 84) };
    const { seen, params } = await runJob({ ...request, pictures }, { ...context, onFrame: () => undefined });
    expect(seen).toHaveLength(1);
    expect(params).toMatchObject({ octaves: 8, octaveScale: 1.5, steps: 2 });
  });
});
