import sharp from "sharp";
import { describe, expect, it, onTestFinished } from "vitest";
import { constant, mul, scalar } from "../../src/engine/graph/ops.js";
import { type Network, NetworkError } from "../../src/engine/networks/network.js";
import { openEngine } from "../../src/engine/open.js";
import { Programs } from "../../src/engine/programs.js";
import { RECIPES, runJob, toEngineError } from "../../src/engine/run-job.js";
import type { Runtime } from "../../src/engine/runtimes/runtime.js";
import { drawn } from "../support/pictures.js";
import { openTiny, unpadded, vgg } from "./recipes/tiny.js";

const tiny = openTiny();

describe("a result is a picture", () => {
  /** What a network of float16 weights read as float32, or one with a wrong preprocessing, gives: infinity. */
  const broken: Network = {
    ...vgg,
    id: "broken",
    build(options) {
      const built = vgg.build(options);
      return {
        ...built,
        layer: (name) => mul(mul(built.layer(name), scalar(1e38)), constant(Float32Array.of(1e38), [])),
      };
    },
  };
  const short: Record<string, unknown> = { zoom: { frames: 2, width: 48, height: 32 }, grid: { size: 48, sample: 2 } };

  it.each([...RECIPES.keys()])("of %s, or the job ends with a sentence that says why there is none", async (recipe) => {
    const photo = await drawn(48, 36);
    const params = { size: 48, steps: 2, network: "broken", ...(recipe in short ? { size: undefined } : {}) };
    const given = Object.fromEntries(Object.entries({ ...params, ...(short[recipe] as object) }).filter(([, v]) => v));
    const frames: unknown[] = [];
    const job = runJob(
      { recipe, params: given, pictures: { image: photo, style: photo } },
      { ...tiny, network: async () => broken, onFrame: (frame) => frames.push(frame) },
    );
    await expect(job).rejects.toMatchObject({ kind: "input", identifier: "descent.no-start" });
    expect(frames).toEqual([]);
  });
});

describe("what depends on the device", () => {
  it.each(["dream", "stylize"])("is asked by %s once the device is chosen, by the first job too", async (recipe) => {
    const real = openTiny().programs.runtime;
    let opened = false;
    const asked: string[] = [];
    const trait = <T>(name: string, value: T): T => {
      if (!opened) asked.push(name);
      return value;
    };
    const runtime: Runtime = {
      get name() {
        return trait("name", real.name);
      },
      get plansForShapes() {
        return trait("plansForShapes", false);
      },
      open: async () => {
        opened = true;
      },
      compile: (...program) => real.compile(...program),
    };
    const programs = new Programs(runtime, { maxBytes: 1e8 });
    onTestFinished(() => programs.dispose());
    const photo = await drawn(48, 36);
    await runJob(
      { recipe, params: { size: 48, steps: 1, network: "n" }, pictures: { image: photo, style: photo } },
      { ...tiny, programs, memoryBytes: 1e9, onFrame: () => undefined },
    );
    expect({ opened, asked }).toEqual({ opened: true, asked: [] });
  });
});

/** What makes a recipe's job short; neurons and grids are squares from noise. */
const SHORT: Record<string, Record<string, unknown>> = {
  dream: { octaves: 8 },
  zoom: { frames: 2, width: 32, height: 96, loop: "fade" },
  grid: { size: 48, sample: 2 },
  texture: { width: 32 },
};

describe("any shape", () => {
  const strips = [
    [4, 96],
    [96, 41],
    [80, 96],
  ] as const;
  const cases = [...RECIPES.keys()].flatMap((recipe) =>
    strips.slice(0, recipe === "dream" || recipe === "stylize" ? 3 : 1).map((strip) => [recipe, ...strip] as const),
  );
  const run = async (recipe: string, width: number, height: number, params: Record<string, unknown>) => {
    const photo = await drawn(width, height);
    const sizes: number[] = [];
    const result = await runJob(
      {
        recipe,
        params: { steps: 1, network: "n", ...params, ...SHORT[recipe] },
        pictures: { image: photo, style: photo },
      },
      { ...tiny, network: async () => unpadded, onFrame: (frame) => sizes.push(Math.min(frame.width, frame.height)) },
    );
    return { result, sizes };
  };

  it.each(cases)("is worked on by %s: %i x %i", async (recipe, width, height) => {
    const { result, sizes } = await run(recipe, width, height, {
      ...(recipe in { grid: 1, zoom: 1 } ? {} : { size: 96 }),
    });
    if (recipe === "dream" || recipe === "stylize") expect(result).toMatchObject({ width, height });
    // No octave but the last one is narrower than what the deepest layer needs.
    expect(sizes.slice(0, -1).every((side) => side >= 51 || recipe === "zoom")).toBe(true);
  });

  it("is a sentence for a tileable texture, which could not be cut from a larger one", async () => {
    const job = run("texture", 96, 96, { size: 96, tileable: true });
    await expect(job).rejects.toMatchObject({ kind: "input", identifier: "texture.too-small" });
  });

  const models = process.env.MODELS_PATH?.split(":").filter(Boolean) ?? [];
  it.skipIf(models.length === 0)(
    "is dreamt into by SqueezeNet, which has died of it (needs MODELS_PATH with squeezenet/)",
    async () => {
      const engine = openEngine({ modelsDir: "/nowhere", modelsPath: models, threads: 1 });
      onTestFinished(() => engine.close());
      const params = { network: "squeezenet", size: 128, octaves: 8, steps: 1, look: undefined };
      for (const [width, height] of [
        [8, 128],
        [128, 55],
      ] as const) {
        const job = { recipe: "dream", params, pictures: { image: await drawn(width, height) } };
        const signal = new AbortController().signal;
        expect(await runJob(job, { ...engine, signal, onFrame: () => undefined })).toMatchObject({ width, height });
      }
    },
  );
});

describe("a sticker", () => {
  it.each(["dream", "stylize", "blend"])(
    "keeps its transparency when it goes through %s, and changes inside",
    async (recipe) => {
      const svg = '<svg width="64" height="48"><circle cx="32" cy="24" r="18" fill="#c84"/></svg>';
      const sticker = await sharp(Buffer.from(svg)).png().toBuffer();
      const kinds: (number | undefined)[] = [];
      const result = await runJob(
        {
          recipe,
          params: { size: 64, steps: 4, network: "vgg" },
          pictures: { image: sticker, style: await drawn(48, 48) },
        },
        {
          ...tiny,
          onFrame: async ({ picture }) => kinds.push((await sharp(picture).metadata()).channels),
        },
      );
      const { data, info } = await sharp(result.picture).raw().toBuffer({ resolveWithObject: true });
      const before = await sharp(sticker).raw().toBuffer();
      expect(info.channels).toBe(4);
      let changed = 0;
      for (let i = 0; i < before.length; i += 4) {
        expect(data[i + 3]).toBe(before[i + 3]);
        if (before[i + 3] === 255 && Math.abs((data[i + 1] ?? 0) - (before[i + 1] ?? 0)) > 4) changed++;
      }
      expect(changed).toBeGreaterThan(200);
    },
  );

  /** A disc with a soft edge, of one grey. */
  async function disc(grey: number): Promise<Buffer> {
    const [width, height] = [64, 48];
    const pixels = Array.from({ length: width * height }, (_, i) => {
      const inside = 16 - Math.hypot((i % width) - 32, Math.floor(i / width) - 24);
      return [grey, grey, grey, Math.round(255 * Math.min(1, Math.max(0, inside / 4 + 0.5)))];
    });
    const raw = { width, height, channels: 4 } as const;
    return sharp(Uint8Array.from(pixels.flat()), { raw }).png().toBuffer();
  }

  it.each([
    ["dream", { layers: "block2_conv1", octaves: 1, strength: 0.01 }],
    ["stylize", { strength: 0.01, styleLayers: "block1_conv1" }],
  ])("that a light one was made darker has no fringe when it is made larger: %s", async (recipe, params) => {
    const finished = await disc(155);
    const [image, style] = [await disc(235), await drawn(48, 48)];
    const larger = async (done: Buffer) => {
      const pictures = { image, style, finished: done };
      const request = { recipe, params: { network: "vgg", size: 128, steps: 1, ...params }, pictures };
      const { picture } = await runJob(request, { ...tiny, onFrame: () => undefined });
      return sharp(picture).raw().toBuffer();
    };
    const made = await larger(finished);
    // The dark grey that so light a sticker is worked on; by itself the darker one would be on white.
    const expected = await larger(await sharp(finished).flatten({ background: "#303030" }).png().toBuffer());
    const most = made.reduce((far, v, i) => Math.max(far, Math.abs(v - (expected[i] ?? Number.NaN))), 0);
    expect(most).toBeLessThan(12);
  });

  it("keeps its ground in a morph of octaves that were kept", async () => {
    const pictures = { image: await disc(235), octave1: await disc(155) };
    const params = { network: "vgg", layers: "block2_conv1", size: 64, octaves: 1, steps: 1, morph: true };
    const { picture } = await runJob({ recipe: "dream", params, pictures }, { ...tiny, onFrame: () => undefined });
    const { pages = 0 } = await sharp(picture).metadata();
    const corner = async (page: number) => (await sharp(picture, { page }).raw().toBuffer())[0] ?? Number.NaN;
    for (const page of [0, Math.floor(pages / 4), Math.floor(pages / 2)])
      expect(Math.abs((await corner(page)) - 48), `page ${page}`).toBeLessThan(8);
  });

  it("is opaque in a film", async () => {
    const svg = '<svg width="64" height="48"><circle cx="32" cy="24" r="18" fill="#c84"/></svg>';
    const pictures = {
      image: await sharp(Buffer.from(svg)).png().toBuffer(),
      a: await drawn(48, 48),
      b: await drawn(32, 48),
    };
    const styles = [{ picture: "a" }, { picture: "b" }];
    const { picture } = await runJob(
      { recipe: "blend", params: { size: 64, steps: 1, network: "vgg", sweep: 2, styles }, pictures },
      { ...tiny, onFrame: () => undefined },
    );
    // Its container may speak of alpha all the same, by which a WebP's frame leaves what was there before.
    expect((await sharp(picture, { pages: -1 }).stats()).isOpaque).toBe(true);
  });
});

describe("the kind of a failure", () => {
  it.each(["std::bad_alloc", "Failed to allocate memory for requested buffer", "Array buffer allocation failed"])(
    "is memory where a library says: %s",
    (text) => expect(toEngineError(new Error(text)).kind).toBe("memory"),
  );

  it("is what its class and its own kind say otherwise, with the sentence's identifier", () => {
    const unknown = new NetworkError("unknown", "layer.none", { network: "vgg", layer: "x" });
    expect(toEngineError(unknown)).toMatchObject({ kind: "input", identifier: "layer.none" });
    expect(toEngineError(new NetworkError("corrupt", "model.empty")).kind).toBe("network");
    expect(toEngineError(new Error("x")).kind).toBe("internal");
  });
});
