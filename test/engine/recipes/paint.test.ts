import sharp from "sharp";
import { afterAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { evaluate } from "../../../src/engine/evaluate.js";
import { decode } from "../../../src/engine/images/codec.js";
import { paletteOf } from "../../../src/engine/images/palette.js";
import { random } from "../../../src/engine/images/random.js";
import { emptyRaster, type Raster } from "../../../src/engine/images/raster.js";
import { resize } from "../../../src/engine/images/resample.js";
import { bytesPerPixel } from "../../../src/engine/memory.js";
import { presetsByDepth } from "../../../src/engine/networks/looks.js";
import type { Network } from "../../../src/engine/networks/network.js";
import { randomVgg } from "../../../src/engine/networks/random-vgg.js";
import { randomFeatureCount } from "../../../src/engine/objectives/random-features.js";
import { Programs } from "../../../src/engine/programs.js";
import { type BlendParams, blendDefinition } from "../../../src/engine/recipes/blend/definition.js";
import { blend } from "../../../src/engine/recipes/blend/run.js";
import { paintingLoss } from "../../../src/engine/recipes/painting/objective.js";
import { blendTargets, gramsOf, type StyleMeasure } from "../../../src/engine/recipes/painting/targets.js";
import type { Frame, Frames, PictureInput } from "../../../src/engine/recipes/recipe.js";
import { type StylizeParams, stylizeDefinition } from "../../../src/engine/recipes/stylize/definition.js";
import { stylize } from "../../../src/engine/recipes/stylize/run.js";
import { type TextureParams, textureDefinition } from "../../../src/engine/recipes/texture/definition.js";
import { texture } from "../../../src/engine/recipes/texture/run.js";
import { onnxRuntime } from "../../../src/engine/runtimes/onnx/onnx.js";
import { Moments } from "../../../src/engine/training/moments.js";
import { drawn } from "../../support/pictures.js";

const vgg = randomVgg([
  [1, 16],
  [1, 16],
  [1, 16],
]);
const programs = new Programs(onnxRuntime({ threads: 1 }), { maxBytes: 1e8 });
afterAll(() => programs.dispose());
const context = { programs, network: async () => vgg, signal: new AbortController().signal };
const LAYERS = "block1_conv1 block2_conv1 block3_conv1";
const small = { network: "vgg", size: 128, steps: 6, styleLayers: LAYERS };

async function input(bytes: Uint8Array): Promise<PictureInput> {
  const { width = 0, height = 0 } = await sharp(bytes).metadata();
  return { width, height, decode: (side) => decode(bytes, side) };
}

/** Stripes across and down: two styles as different as can be. */
async function stripes(direction: "across" | "down"): Promise<PictureInput> {
  const side = 128;
  const data = Buffer.alloc(3 * side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const on = Math.floor((direction === "across" ? y : x) / 4) % 2 === 0;
      data.set(on ? [250, 40, 40] : [20, 20, 200], 3 * (y * side + x));
    }
  }
  return input(
    await sharp(data, { raw: { width: side, height: side, channels: 3 } })
      .png()
      .toBuffer(),
  );
}

const photo = await input(await drawn(128, 96));
const [across, down] = [await stripes("across"), await stripes("down")];

async function all(frames: Frames): Promise<{ frames: Frame[]; film: unknown }> {
  const seen: Frame[] = [];
  for (;;) {
    const next = await frames.next();
    if (next.done) return { frames: seen, film: next.value };
    seen.push(next.value);
  }
}

/** The loss is less at the end of every scale than at its beginning. */
function expectFalling(frames: readonly Frame[]): void {
  const octaves = frames.filter(({ kind }) => kind === "octave");
  expect(octaves.length).toBeGreaterThan(0);
  for (const { lossStart, lossEnd } of octaves) expect(lossEnd).toBeLessThan(lossStart);
}

async function painted(frames: Frames): Promise<Raster> {
  const last = (await all(frames)).frames.at(-1);
  if (!last) throw new Error("no picture was painted");
  return last.image;
}

const distance = (a: Raster, b: Raster): number =>
  a.data.reduce((sum, v, i) => sum + Math.abs(v - (b.data[i] ?? Number.NaN)), 0) / a.data.length;

const MEASURE: StyleMeasure = {
  layers: { block1_conv1: 1, block2_conv1: 1, block3_conv1: 1 },
  delta: 0,
  pooling: "max",
};

/** The same, and random features. */
const RANDOM: StyleMeasure = { ...MEASURE, randomFeatures: true };

/** How far an image's Gram matrices are from a style's, relative, summed over layers. */
async function styleDistance(image: Raster, style: PictureInput, measure = MEASURE): Promise<number> {
  const targets = await blendTargets(programs, vgg, measure, [{ raster: await style.decode(image.width), weight: 1 }]);
  const grams = await gramsOf(programs, vgg, targets, measure, image);
  return targets.reduce((sum, { target, weight }, t) => {
    const gram = grams[t]?.data ?? new Float32Array();
    return sum + weight * gram.reduce((total, g, i) => total + (g - (target.data[i] ?? 0)) ** 2, 0);
  }, 0);
}

describe("stylize", () => {
  const run = (params: Partial<StylizeParams> = {}, style = across) =>
    stylize(stylizeDefinition.params.parse({ ...small, ...params }), { image: photo, style }, context);

  it("brings the photo nearer to the style, and its loss down at every scale", async () => {
    const { frames } = await all(run({ steps: 50, strength: 0.8 }));
    const last = frames.at(-1);
    expect(last?.image).toMatchObject({ width: 128, height: 96 });
    expectFalling(frames);
    const before = await styleDistance(await photo.decode(128), across);
    expect(await styleDistance(last?.image ?? emptyRaster(1, 1), across)).toBeLessThan(before / 2);
  });

  it("is nearer to the photo with less strength, and to the style with more", async () => {
    const original = resize(await photo.decode(128), 128, 96);
    const [weak, strong] = [await painted(run({ strength: 0.05 })), await painted(run({ strength: 0.95 }))];
    expect(distance(weak, original)).toBeLessThan(distance(strong, original));
    expect(await styleDistance(strong, across)).toBeLessThan(await styleDistance(weak, across));
  });

  it("is the photo itself with strength 0, in every preset", async () => {
    const original = resize(await photo.decode(128), 128, 96);
    for (const preset of ["studio", "book"] as const) {
      const image = await painted(run({ strength: 0, preset, start: "noise" }));
      expect(image.data).toEqual(original.data);
    }
  });

  it.each([
    ["stripes across", across],
    ["stripes down", down],
    ["its own style", photo],
  ] as const)("goes evenly from the photo to %s as the strength grows", async (_, style) => {
    const original = resize(await photo.decode(64), 64, 48);
    const away: number[] = [];
    for (const strength of [0, 0.02, 0.25, 0.5, 0.75, 1])
      away.push(distance(await painted(run({ strength, size: 64, steps: 14 }, style)), original));
    const [none, hint, ...rest] = away;
    expect(none).toBe(0);
    // It leaves the photo without a jump.
    expect(hint).toBeLessThan((away.at(-1) ?? 0) / 10);
    for (const [i, far] of rest.entries()) expect(far).toBeGreaterThan(away[i + 1] ?? Number.NaN);
  });

  it("begins in the style's colours, and in the photo's own where the style is the photo's", async () => {
    const first = async (style: PictureInput) => painted(run({ steps: 1, size: 64 }, style));
    const [red, green, blue] = paletteOf(await first(across)).mean;
    const wanted = paletteOf(await across.decode(64)).mean;
    for (const [i, v] of [red, green, blue].entries()) expect(Math.abs((v ?? 0) - (wanted[i] ?? 0))).toBeLessThan(20);
    const original = resize(await photo.decode(64), 64, 48);
    expect(Math.abs((green ?? 0) - (paletteOf(original).mean[1] ?? 0))).toBeGreaterThan(20);
    expect(distance(await first(photo), original)).toBeLessThan(distance(await first(across), original) / 2);
  });

  it("is reckoned to cost half as much again at scales that are worked on in tiles", () => {
    const params = stylizeDefinition.params.parse({ size: 256 });
    const whole = stylizeDefinition.cost(params);
    // Of the scales, 181 and 256 pixels, only the larger one.
    const last = stylizeDefinition.cost(params, undefined, 181 * 127);
    expect(whole).toBeLessThan(last);
    expect(last).toBeLessThan(1.5 * whole);
    expect(stylizeDefinition.cost(params, undefined, 1)).toBeCloseTo(1.5 * whole);
  });

  it("takes the steps that its cost is reckoned from, most of them at the full size", async () => {
    const wide = await input(await drawn(100, 70));
    const params = stylizeDefinition.params.parse({ ...small, size: 256, steps: 7 });
    const { frames } = await all(stylize(params, { image: wide, style: across }, context));
    const scales = frames.filter(({ kind }) => kind === "octave");
    const cost = scales.reduce((sum, { image, steps }) => sum + (image.width * image.height * steps) / 1e6, 0);
    expect(stylizeDefinition.cost(params)).toBeCloseTo(cost, 2);
    expect(scales.map(({ steps }) => steps)).toEqual([6, 7]);
  });

  it("makes the same bytes of the same seed", async () => {
    expect((await painted(run({ seed: 5 }))).data).toEqual((await painted(run({ seed: 5 }))).data);
  });

  it("keeps the photo's colours when asked: only light and dark change", async () => {
    const original = resize(await photo.decode(128), 128, 96);
    const kept = await painted(run({ keepColours: true }));
    const pixels = 128 * 96;
    for (let i = 0; i < pixels; i += 97) {
      const change = [0, 1, 2].map((c) => (kept.data[c * pixels + i] ?? 0) - (original.data[c * pixels + i] ?? 0));
      expect(change[0]).toBeCloseTo(change[1] ?? 0, 2);
      expect(change[1]).toBeCloseTo(change[2] ?? 0, 2);
    }
  });

  for (const start of ["noise", "style"] as const) {
    it(`begins with ${start}`, async () => {
      const image = await painted(run({ start, strength: 0.5 }));
      expect(image).toMatchObject({ width: 128, height: 96 });
      expect(image.data.every((v) => v >= 0 && v <= 255)).toBe(true);
    });
  }

  it("paints as the book does, with L-BFGS at full size", async () => {
    const { frames } = await all(run({ preset: "book", steps: 8, size: 96 }));
    const last = frames.at(-1);
    expect(last).toMatchObject({ kind: "octave", octave: 1, octaves: 1 });
    expect(last?.lossEnd).toBeLessThan((last?.lossStart ?? 0) / 2);
  });

  it("goes away from the style in a layer whose weight is negative, also where weights sum to 0", async () => {
    const away = await painted(run({ styleLayers: "block2_conv1:-1", strength: 0.9 }));
    const towards = await painted(run({ styleLayers: "block2_conv1:1", strength: 0.9 }));
    const before = await styleDistance(await photo.decode(128), across);
    expect(await styleDistance(away, across)).toBeGreaterThan(before);
    expect(await styleDistance(towards, across)).toBeLessThan(before);
    const both = await painted(run({ styleLayers: "block1_conv1:1 block3_conv1:-1" }));
    expect(both.data.every((v) => v >= 0 && v <= 255)).toBe(true);
    await expect(all(run({ styleLayers: "block1_conv1:-1", preset: "book" }))).rejects.toThrow(/negative/);
  });

  it("says what is missing", async () => {
    const params = stylizeDefinition.params.parse(small);
    await expect(all(stylize(params, { style: across }, context))).rejects.toThrow(/no photo/);
    await expect(all(stylize(params, { image: photo }, context))).rejects.toThrow(/no picture/);
    await expect(all(run({ styles: [{ picture: "style", weight: 0 }] }))).rejects.toThrow(/weight 0/);
    await expect(all(run({ styleLayers: "block9_conv1" }))).rejects.toThrow(/block9_conv1/);
  });

  it("stops at the next step when aborted", async () => {
    const stop = new AbortController();
    const frames = stylize(
      stylizeDefinition.params.parse({ ...small, steps: 1000 }),
      { image: photo, style: across },
      { ...context, signal: stop.signal },
    );
    const ended = all(frames);
    stop.abort(new Error("enough"));
    await expect(ended).rejects.toThrow("enough");
  });
});

describe("blend", () => {
  const run = (weights: readonly [number, number], params: Partial<BlendParams> = {}) =>
    blend(
      blendDefinition.params.parse({
        ...small,
        strength: 0.9,
        styles: [
          { picture: "a", weight: weights[0] },
          { picture: "b", weight: weights[1] },
        ],
        ...params,
      }),
      { image: photo, a: across, b: down },
      context,
    );

  it("lies between its styles, in the order of the weights", async () => {
    const nearness = async (share: number): Promise<number> => {
      const image = await painted(run([share, 1 - share]));
      return (await styleDistance(image, down)) - (await styleDistance(image, across));
    };
    const [none, some, most] = [await nearness(0.05), await nearness(0.5), await nearness(0.95)];
    expect(none).toBeLessThan(some);
    expect(some).toBeLessThan(most);
  });

  it("gives what one share leaves to the photo's own style", async () => {
    const alone = (weight: number) => painted(run([1, 1], { styles: [{ picture: "a", weight }] }));
    const [whole, third, faint] = [await alone(1), await alone(0.3), await alone(0.05)];
    const away = async (image: Raster): Promise<number> => styleDistance(image, across);
    expect(await away(whole)).toBeLessThan(await away(third));
    expect(await away(third)).toBeLessThan(await away(faint));
  });

  it("sweeps there and back as a film", async () => {
    const { frames, film } = await all(run([1, 1], { sweep: 3, size: 64, steps: 2 }));
    expect(frames.filter((f) => f.kind === "octave")).toHaveLength(3);
    expect(film).toMatchObject({ type: "image/webp", frames: 4, width: 64, height: 48 });
  });

  it("wants exactly two styles for a sweep", async () => {
    await expect(all(run([1, 1], { sweep: 3, styles: [{ picture: "a", weight: 1 }] }))).rejects.toThrow(/two styles/);
  });

  it("balances styles of very different contrast: with equal weights neither is drowned", async () => {
    const noise = random(1);
    const make = (contrast: number): Raster => {
      const raster = emptyRaster(96, 96);
      for (let i = 0; i < raster.data.length; i++) raster.data[i] = 127.5 + contrast * (noise() - 0.5);
      return raster;
    };
    const [loud, quiet] = [make(255), make(60)];
    const only = async (raster: Raster) =>
      (await blendTargets(programs, vgg, MEASURE, [{ raster, weight: 1 }]))[0]?.target.data ?? [];
    const both = await blendTargets(programs, vgg, MEASURE, [
      { raster: loud, weight: 1 },
      { raster: quiet, weight: 1 },
    ]);
    const mixed = both[0]?.target.data ?? new Float32Array();
    const [a, b] = [await only(loud), await only(quiet)];
    const unit = (v: ArrayLike<number>): number[] => {
      const length = Math.hypot(...Array.from(v));
      return Array.from(v, (x) => x / length);
    };
    const cosine = (x: ArrayLike<number>, y: ArrayLike<number>): number =>
      unit(x).reduce((sum, v, i) => sum + v * (unit(y)[i] ?? 0), 0);
    expect(Math.abs(cosine(mixed, a) - cosine(mixed, b))).toBeLessThan(0.02);
  });
});

describe("texture", () => {
  const run = (params: Partial<TextureParams> = {}) =>
    texture(textureDefinition.params.parse({ ...small, steps: 8, ...params }), { style: across }, context);

  it("comes near to the style, at any size of its own", async () => {
    const image = await painted(run({ width: 150, height: 101 }));
    expect(image).toMatchObject({ width: 150, height: 101 });
    const grey = emptyRaster(150, 101);
    grey.data.fill(127);
    expect(await styleDistance(image, across)).toBeLessThan((await styleDistance(grey, across)) / 2);
  });

  it("is not tileable with the book's preset, and says so", async () => {
    const made = all(run({ tileable: true, preset: "book", steps: 1 }));
    await expect(made).rejects.toMatchObject({ identifier: "texture.book-tileable" });
  });

  it("fits together at its sides when tileable, and need not otherwise", async () => {
    /** Mean step over the seam between the last and the first column, compared with that between columns inside. */
    const seam = ({ width, height, data }: Raster): number => {
      let [over, inside] = [0, 0];
      for (let row = 0; row < 3 * height; row++) {
        const at = (x: number): number => data[row * width + x] ?? 0;
        over += Math.abs(at(0) - at(width - 1));
        for (let x = 1; x < width; x++) inside += Math.abs(at(x) - at(x - 1)) / (width - 1);
      }
      return over / inside;
    };
    expect(seam(await painted(run({ tileable: true, steps: 20 })))).toBeLessThan(1.6);
  });

  it("has a variant of mean channels", async () => {
    const { frames } = await all(run({ means: true }));
    const last = frames.at(-1);
    expect(last?.lossEnd).toBeLessThan(last?.lossStart ?? 0);
  });
});

describe("random features, where a network's paintings have them", () => {
  const style = { ...presetsByDepth(vgg.layers).style, randomFeatures: true };
  const having: Network = { ...vgg, presets: { ...presetsByDepth(vgg.layers), style } };
  const inRandom = { ...context, network: async () => having };

  it("come nearer to the style's in a texture", async () => {
    const params = textureDefinition.params.parse({ ...small, steps: 24 });
    const far = async (given: typeof context) =>
      styleDistance(await painted(texture(params, { style: photo }, given)), photo, RANDOM);
    expect(await far(inRandom)).toBeLessThan(0.8 * (await far(context)));
  });

  it("make another painting, whose loss falls at every scale", async () => {
    const params = stylizeDefinition.params.parse({ ...small, steps: 12 });
    const make = (given: typeof context) => stylize(params, { image: photo, style: across }, given);
    const [{ frames }, plain] = [await all(make(inRandom)), await painted(make(context))];
    expectFalling(frames);
    expect(distance(frames.at(-1)?.image ?? emptyRaster(1, 1), plain)).toBeGreaterThan(1);
  });

  it("leave the book's preset as it is printed", async () => {
    const params = stylizeDefinition.params.parse({ ...small, preset: "book", steps: 2 });
    const make = (given: typeof context) => stylize(params, { image: photo, style: across }, given);
    expect(distance(await painted(make(inRandom)), await painted(make(context)))).toBe(0);
  });

  it.each(["before", "after"])("of a layer work where the layer was taught %s", async (when) => {
    const own = new Programs(onnxRuntime({ threads: 1 }), { maxBytes: 1e8 });
    onTestFinished(() => own.dispose());
    const raster = await across.decode(64);
    const [layer] = Object.keys(RANDOM.layers);
    const teach = async () => {
      const moments = new Moments(16);
      await moments.add(own, vgg, layer ?? "", raster);
      return moments.mean();
    };
    const paint = () => blendTargets(own, vgg, { ...RANDOM, layers: { [layer ?? ""]: 1 } }, [{ raster, weight: 1 }]);
    const mean = when === "before" ? await teach() : undefined;
    const targets = await paint();
    for (const { target } of targets) expect(target.data.every(Number.isFinite)).toBe(true);
    expect(targets.map(({ thresholds }) => thresholds?.data.length ?? 0)).toEqual([0, randomFeatureCount(16)]);
    expect((mean ?? (await teach())).every(Number.isFinite)).toBe(true);
  });

  it("have thresholds of a blend's styles as if these were one picture, by their shares", async () => {
    const thresholds = async (shares: readonly (readonly [PictureInput, number])[]) => {
      const styles = await Promise.all(
        shares.map(async ([picture, weight]) => ({ raster: await picture.decode(96), weight })),
      );
      const targets = await blendTargets(programs, vgg, RANDOM, styles);
      return targets.flatMap((target) => Array.from(target.thresholds?.data ?? []));
    };
    const [one, other] = [await thresholds([[across, 1]]), await thresholds([[down, 1]])];
    const off = (a: readonly number[], b: readonly number[]) =>
      a.reduce((sum, v, i) => sum + Math.abs(v - (b[i] ?? 0)), 0);
    const mostly = await thresholds([
      [across, 9],
      [down, 1],
    ]);
    expect(one).toHaveLength(3 * randomFeatureCount(16));
    expect(off(mostly, one)).toBeGreaterThan(0);
    expect(off(mostly, one)).toBeLessThan(off(mostly, other));
    expect(await thresholds([[across, 5]])).toEqual(one);
  });
});

describe.each([
  ["Gram matrices", MEASURE],
  ["those of random features too", RANDOM],
])("an objective in tiles, of %s", (_, measure) => {
  it("has the loss and gradient of the whole picture, but near the tiles' borders", async () => {
    const next = random(3);
    const canvas = emptyRaster(448, 384);
    for (let i = 0; i < canvas.data.length; i++) canvas.data[i] = 255 * next();
    const objective = {
      styles: [
        { targets: await blendTargets(programs, vgg, measure, [{ raster: await across.decode(128), weight: 1 }]) },
      ],
      measure,
      content: { layer: "block3_conv1", photo: resize(await photo.decode(128), 448, 384), weight: 0.1 },
      variation: 1e-6,
    };
    const engine = { programs, network: vgg };
    const [atOnce, inTiles] = [
      await paintingLoss(engine, objective, canvas),
      await paintingLoss(engine, objective, canvas, 448 * 200),
    ];
    if (typeof atOnce === "function" || typeof inTiles !== "function") throw new Error("not in tiles as expected");
    const whole = await evaluate(programs, vgg, atOnce.objective, canvas, atOnce.options);
    const tiled = await inTiles(canvas);
    let [difference, size] = [0, 0];
    // Two tiles of 192 rows: away from the cut their gradients should be the whole's.
    for (let c = 0; c < 3; c++) {
      for (let y = 0; y < 384; y++) {
        if (Math.abs(y - 192) < 24) continue;
        for (let x = 0; x < 448; x++) {
          const i = (c * 384 + y) * 448 + x;
          difference += ((whole.gradient[i] ?? 0) - (tiled.gradient[i] ?? 0)) ** 2;
          size += (whole.gradient[i] ?? 0) ** 2;
        }
      }
    }
    // What remains is the padding at the cut, which enters the whole's Gram matrices.
    expect(Math.sqrt(difference / size)).toBeLessThan(0.15);
  });

  it("never shows the network more of photo, style or canvas than the memory has room for", async () => {
    const room = 224 * 224;
    const layers = ["block1_conv1", "block2_conv1", "block3_conv1"];
    const seen: number[] = [];
    const run = programs.run.bind(programs);
    const spy = vi.spyOn(programs, "run").mockImplementation((key, build, inputs) => {
      const [, , height = 0, width = 0] = inputs.image?.shape ?? [];
      seen.push(width * height);
      return run(key, build, inputs);
    });
    onTestFinished(() => spy.mockRestore());
    const params = stylizeDefinition.params.parse({
      ...small,
      size: 320,
      steps: 1,
      styleScale: 1.5,
      contentLayer: "block3_conv1",
    });
    const { randomFeatures = false } = measure;
    const presets = presetsByDepth(vgg.layers);
    const network: Network = { ...vgg, presets: { ...presets, style: { ...presets.style, randomFeatures } } };
    const needed = bytesPerPixel(vgg, layers, randomFeatures ? { randomFeatures: layers } : {});
    const budget = { ...context, network: async () => network, memoryBytes: room * needed };
    await all(stylize(params, { image: photo, style: across }, budget));
    expect(Math.max(...seen)).toBeLessThanOrEqual(room);
    expect(Math.max(...seen)).toBeGreaterThan(room / 3);
  });

  it("measures a style in tiles nearly as at once", async () => {
    const raster = resize(await across.decode(128), 448, 448);
    const [whole, tiled] = [
      await blendTargets(programs, vgg, measure, [{ raster, weight: 1 }]),
      await blendTargets(programs, vgg, measure, [{ raster, weight: 1 }], 224 * 224),
    ];
    for (const [i, { target }] of whole.entries()) {
      const difference = target.data.map((v, j) => v - (tiled[i]?.target.data[j] ?? Number.NaN));
      const size = (data: Float32Array): number => Math.hypot(...data);
      expect(size(difference) / size(target.data)).toBeGreaterThan(0);
      expect(size(difference) / size(target.data)).toBeLessThan(0.1);
    }
  });
});
