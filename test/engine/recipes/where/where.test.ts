import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { type Evaluation, evaluate } from "../../../../src/engine/evaluate.js";
import { decode } from "../../../../src/engine/images/codec.js";
import { inverted, maskFrom } from "../../../../src/engine/images/masks.js";
import { random } from "../../../../src/engine/images/random.js";
import type { Raster } from "../../../../src/engine/images/raster.js";
import { warp } from "../../../../src/engine/images/warp.js";
import { Programs } from "../../../../src/engine/programs.js";
import { blendDefinition } from "../../../../src/engine/recipes/blend/definition.js";
import { blend } from "../../../../src/engine/recipes/blend/run.js";
import { dreamDefinition } from "../../../../src/engine/recipes/dream/definition.js";
import { dream } from "../../../../src/engine/recipes/dream/run.js";
import { neuronDefinition } from "../../../../src/engine/recipes/neuron/definition.js";
import { neuron } from "../../../../src/engine/recipes/neuron/run.js";
import { paintingLoss, type StyleTerm } from "../../../../src/engine/recipes/painting/objective.js";
import { blendTargets } from "../../../../src/engine/recipes/painting/targets.js";
import type { Frames, PictureInput, Pictures } from "../../../../src/engine/recipes/recipe.js";
import type { SavedState } from "../../../../src/engine/recipes/saved-state.js";
import { stylizeDefinition } from "../../../../src/engine/recipes/stylize/definition.js";
import { stylize } from "../../../../src/engine/recipes/stylize/run.js";
import { findMask } from "../../../../src/engine/recipes/where/find-mask.js";
import { zoomDefinition } from "../../../../src/engine/recipes/zoom/definition.js";
import { zoom } from "../../../../src/engine/recipes/zoom/run.js";
import { loadTfjsCpu } from "../../../../src/engine/runtimes/tfjs/load.js";
import { tfjsRuntime } from "../../../../src/engine/runtimes/tfjs/tfjs.js";
import { framesOf, lastOf, openTiny, pictureOf, scene, vgg } from "../tiny.js";

const context = openTiny();
const photo = scene(160, 120);
const image = pictureOf(photo);
const painting = pictureOf({ ...scene(96, 96), data: scene(96, 96).data.map((v) => 255 - v) });
const other = pictureOf({ ...scene(96, 96), data: scene(96, 96).data.map((v) => (v > 128 ? 250 : 10)) });

const RECIPES: Readonly<Record<string, (params: Record<string, unknown>, pictures?: Pictures) => Frames>> = {
  dream: (params, pictures = { image }) =>
    dream(
      dreamDefinition.params.parse({ network: "vgg", layers: "block2_conv1", size: 160, steps: 3, ...params }),
      pictures,
      context,
    ),
  "a dream into a word": (params, pictures = { image }) =>
    dream(
      dreamDefinition.params.parse({ network: "naming", into: "castle", size: 160, steps: 3, ...params }),
      pictures,
      context,
    ),
  stylize: (params, pictures = { image }) =>
    stylize(stylizeDefinition.params.parse({ ...STYLE, ...params }), { style: painting, ...pictures }, context),
  "stylize with the book's preset": (params, pictures = { image }) =>
    stylize(
      stylizeDefinition.params.parse({ ...STYLE, preset: "book", ...params }),
      { style: painting, ...pictures },
      context,
    ),
};
const STYLE = { network: "vgg", styleLayers: "block1_conv1 block2_conv1", size: 160, steps: 4 };

/** The largest difference of a result from the photo where `inside` says so, and the mean one. */
function away(result: Raster, inside: (x: number, y: number) => boolean) {
  let [largest, sum, count] = [0, 0, 0];
  for (let i = 0; i < result.data.length; i++) {
    const [x, y] = [i % result.width, Math.floor(i / result.width) % result.height];
    if (!inside(x, y)) continue;
    const difference = Math.abs((result.data[i] ?? Number.NaN) - (photo.data[i] ?? Number.NaN));
    largest = Math.max(largest, difference);
    sum += difference;
    count++;
  }
  return { largest, mean: sum / count };
}

describe.each(Object.entries(RECIPES))("%s, in a part of the picture", (_, run) => {
  it("changes that, and beyond the feather nothing, in no frame", async () => {
    const { frames } = await framesOf(run({ where: "left", feather: 6 }));
    const last = frames.at(-1)?.image ?? photo;
    expect(away(last, (x) => x >= 80 + 6).largest).toBe(0);
    expect(away(last, (x) => x < 80 - 6).mean).toBeGreaterThan(1);
    const edge = away(last, (x) => x >= 80 && x < 86).mean;
    expect(edge).toBeGreaterThan(0);
    expect(edge).toBeLessThan(away(last, (x) => x >= 74 && x < 80).mean);
  });

  it("takes the rest with not, and an exact edge without a feather", async () => {
    const { image: result } = await lastOf(run({ where: "not left", feather: 0 }));
    expect(away(result, (x) => x < 80).largest).toBe(0);
    expect(away(result, (x) => x >= 80).mean).toBeGreaterThan(0.5);
  });
});

it("a dream in a part is as strong there as one of the whole picture", async () => {
  const run = RECIPES.dream ?? fail();
  const whole = await lastOf(run({}));
  const part = await lastOf(run({ where: "top left", feather: 4 }));
  const inside = (x: number, y: number) => x < 70 && y < 50;
  const ratio = away(part.image, inside).mean / away(whole.image, inside).mean;
  expect(ratio).toBeGreaterThan(0.6);
  expect(ratio).toBeLessThan(1.8);
});

it("a dream in tiles leaves the rest as it is, too", async () => {
  const params = { network: "vgg", layers: "block2_conv1", size: 640, octaves: 1, steps: 1, tile: 256, where: "left" };
  const { image: result } = await lastOf(
    dream(dreamDefinition.params.parse({ ...params, feather: 3 }), { image }, context),
  );
  const large = await image.decode(640);
  const differs = (from: number, to: number) =>
    result.data.some((v, i) => i % 640 >= from && i % 640 < to && v !== large.data[i]);
  expect([differs(0, 320), differs(323, 640)]).toEqual([true, false]);
});

it("a picture that is smaller than the network sees is masked at its own place", async () => {
  const { image: result } = await lastOf((RECIPES.dream ?? fail())({ where: "left", feather: 0, size: 40 }));
  expect(result.width).toBe(40);
  const small = await image.decode(40);
  for (let i = 0; i < result.data.length; i++) if (i % 40 >= 20) expect(result.data[i]).toBe(small.data[i]);
});

describe("a blend of styles in places", () => {
  const placed = (first: string | undefined, second: string | undefined, more: Record<string, unknown> = {}) => {
    const styles = [
      { picture: "style1", weight: 1, where: first },
      { picture: "style2", weight: 1, where: second },
    ];
    const params = blendDefinition.params.parse({ ...STYLE, styles, feather: 0, ...more });
    return lastOf(blend(params, { image, style1: painting, style2: other }, context));
  };
  const alone = async (style: PictureInput) =>
    (await lastOf(stylize(stylizeDefinition.params.parse(STYLE), { image, style }, context))).image;

  it("is near to each style alone in its own place", async () => {
    const { image: both } = await placed("left", "rest");
    const [first, second] = [await alone(painting), await alone(other)];
    const distance = (to: Raster, left: boolean) => {
      const part = both.data.filter((_, i) => i % 160 < 70 === left && Math.abs((i % 160) - 80) > 10);
      const wanted = to.data.filter((_, i) => i % 160 < 70 === left && Math.abs((i % 160) - 80) > 10);
      return part.reduce((sum, v, i) => sum + Math.abs(v - (wanted[i] ?? 0)), 0) / part.length;
    };
    expect(distance(first, true)).toBeLessThan(0.7 * distance(second, true));
    expect(distance(second, false)).toBeLessThan(0.7 * distance(first, false));
  });

  it("leaves the photo where no style is", async () => {
    const { image: both } = await placed("top left", "bottom left");
    expect(away(both, (x) => x >= 80).largest).toBe(0);
    expect(away(both, (x) => x < 80).mean).toBeGreaterThan(1);
  });

  it.each([
    ["left", "right", "rest", {}, /leave no rest/],
    ["top", "bottom", "rest", { feather: undefined }, /leave no rest/],
    ["rest", "right", "rest", { where: "left" }, /Nothing of right is within/],
    ["right", "rest", "rest", { where: "right" }, /leave no rest/],
  ])("says which style has no place left: %s, %s and %s of %j", async (first, second, third, more, sentence) => {
    const styles = [first, second, third].map((where, i) => ({ picture: `style${(i % 2) + 1}`, weight: 1, where }));
    const params = blendDefinition.params.parse({ ...STYLE, styles, feather: 0, ...more });
    const made = lastOf(blend(params, { image, style1: painting, style2: other }, context));
    await expect(made).rejects.toThrow(sentence);
  });

  it("is painted by the others where a frame of a film has nothing of one's place", async () => {
    const { width, height } = photo;
    const still = new Float32Array(width * height);
    const flow = { width, height, dx: still, dy: still };
    const before = { source: photo, result: photo, flow, sure: maskFrom(width, height, () => 0) };
    const styles = ["left", "right", "rest"].map((where) => ({ picture: "style1", weight: 1, where }));
    const params = blendDefinition.params.parse({ ...STYLE, styles, feather: 0 });
    const { image: result } = await lastOf(blend(params, { image, style1: painting }, { ...context, before }));
    expect(result.data.every(Number.isFinite)).toBe(true);
    expect(away(result, () => true).mean).toBeGreaterThan(1);
  });

  it("says that a place is transparent where nothing of it is there", async () => {
    const alpha = Float32Array.from({ length: 160 * 120 }, (_, i) => (i % 160 < 80 ? 0 : 1));
    const cutOut = { width: 160, height: 120, alpha, matte: 0 };
    const sticker: PictureInput = { ...image, decode: async (side) => ({ ...(await image.decode(side)), cutOut }) };
    for (const run of [RECIPES.dream, RECIPES.stylize]) {
      const made = lastOf((run ?? fail())({ where: "left", feather: 0 }, { image: sticker }));
      await expect(made).rejects.toThrow(/All of left is transparent/);
    }
  });

  /** Two styles that share a canvas of noise: where pixels are alike, a maximum's gradient goes to any of them. */
  async function twoStyles(randomFeatures: boolean) {
    const measure = { layers: { block1_conv1: 1, block3_conv1: 1 }, delta: 0, pooling: "max", randomFeatures } as const;
    const next = random(3);
    const canvas = { width: 448, height: 336, data: Float32Array.from({ length: 3 * 448 * 336 }, () => 255 * next()) };
    const { programs } = context;
    const left = maskFrom(canvas.width, canvas.height, (x) => (x < 200 ? 1 : 0.25));
    const term = async (style: PictureInput, mask: Raster) => ({
      targets: await blendTargets(programs, vgg, measure, [{ raster: await style.decode(96), weight: 1 }]),
      mask,
    });
    const terms = [await term(painting, left), await term(other, inverted(left))];
    const lossOf = (styles: readonly StyleTerm[], tilePixels?: number) =>
      paintingLoss({ programs, network: vgg }, { styles, measure, variation: 0 }, canvas, tilePixels);
    const atOnce = async (styles: readonly StyleTerm[], on: Programs = programs) => {
      const whole = await lossOf(styles);
      if (typeof whole === "function") throw new Error("in tiles, though there is room");
      return evaluate(on, vgg, whole.objective, canvas, whole.options);
    };
    const inTiles = async (styles: readonly StyleTerm[]) => {
      const tiled = await lossOf(styles, 448 * 180);
      if (typeof tiled !== "function") throw new Error("not in tiles as expected");
      return tiled(canvas);
    };
    const off = ({ gradient: a }: Evaluation, { gradient: b }: Evaluation, keep = (_y: number): boolean => true) => {
      let [sum, size] = [0, 0];
      for (const [i, v] of b.entries()) {
        if (!keep(Math.floor(i / canvas.width) % canvas.height)) continue;
        sum += ((a[i] ?? 0) - v) ** 2;
        size += v ** 2;
      }
      return Math.sqrt(sum / size);
    };
    return { terms, atOnce, inTiles, off };
  }

  it("has the loss and gradient of the reference's runtime", async () => {
    const tfjs = new Programs(tfjsRuntime((await loadTfjsCpu()).tf), { maxBytes: 1e8 });
    const { terms, atOnce, off } = await twoStyles(false);
    const [ours, theirs] = [await atOnce(terms), await atOnce(terms, tfjs)];
    expect(theirs.loss / ours.loss).toBeCloseTo(1, 4);
    expect(off(theirs, ours)).toBeLessThan(5e-3);
    await tfjs.dispose();
  });

  it.each([
    ["Gram matrices", false],
    ["those of random features too", true],
  ])("has in tiles the whole's loss and gradient, but near their borders: %s", async (_, randomFeatures) => {
    const { terms, atOnce, inTiles, off } = await twoStyles(randomFeatures);
    const everywhere = terms.slice(0, 1).map(({ targets }) => ({ targets }));
    const [whole, parts] = [await atOnce(terms), await inTiles(terms)];
    const [plain, plainParts] = [await atOnce(everywhere), await inTiles(everywhere)];
    // Two tiles of 168 rows. Features at their borders see padding, which the styles' matrices have in them; masks make
    // that no worse.
    const inside = (y: number) => Math.abs(y - 168) > 24;
    expect(Math.abs(parts.loss / whole.loss - 1)).toBeLessThan(Math.abs(plainParts.loss / plain.loss - 1) * 1.1);
    expect(off(parts, whole, inside)).toBeLessThan(off(plainParts, plain, inside) * 1.1);
  });

  it("says what cannot be: a sweep, the book's preset, a place that is none", async () => {
    await expect(placed("left", "rest", { sweep: 2 })).rejects.toThrow("Leave sweep out");
    await expect(placed("left", "rest", { preset: "book" })).rejects.toThrow("Leave preset out");
    await expect(placed("leftish", "rest")).rejects.toThrow("leftish is no region");
  });
});

describe("a mask", () => {
  const asked = { network: "naming", feather: 0 };
  const at = async (where: string | undefined, pictures: Pictures = {}, of: Parameters<typeof findMask>[1] = photo) =>
    (await findMask({ ...asked, where }, of, { image, ...pictures }, context))?.(of);
  const half = pictureOf({ ...maskFrom(160, 120, (x) => (x < 40 ? 1 : 0)) });
  const white: PictureInput = {
    ...half,
    decode: async (side) => {
      const { width, height, data } = await half.decode(side);
      return { width, height, data: data.map((v) => 255 * v) };
    },
  };

  it("is none where nothing is said", async () => {
    expect(await at(undefined)).toBeUndefined();
  });

  it("is a picture, white where, also with a place", async () => {
    const mask = await at(undefined, { mask: white });
    expect(mask?.data.subarray(0, 160).map((v) => Math.round(v))).toEqual(
      Float32Array.from({ length: 160 }, (_, x) => (x < 40 ? 1 : 0)),
    );
    expect((await at("not mask", { mask: white }))?.data[0]).toBe(0);
    const both = await at("top", { mask: white });
    expect([both?.data[0], both?.data[100], both?.data[160 * 119]]).toEqual([1, 0, 0]);
  });

  it("is a picture's alpha, and what of a picture is there", async () => {
    const cut = await sharp({ create: { width: 160, height: 120, channels: 4, background: "#00000000" } })
      .composite([{ input: { create: { width: 80, height: 120, channels: 4, background: "#000f" } }, left: 0, top: 0 }])
      .png()
      .toBuffer();
    const drawn: PictureInput = { width: 160, height: 120, decode: (side) => decode(cut, side) };
    const mask = await at("mask", { mask: drawn });
    expect([mask?.data[0], mask?.data[150]]).toEqual([1, 0]);
    const own = await at("opaque", {}, await drawn.decode(160));
    expect([own?.data[0], own?.data[150]]).toEqual([1, 0]);
    // What is not there is worked on nowhere.
    const top = await at("top", {}, await drawn.decode(160));
    expect([top?.data[0], top?.data[150], top?.data[160 * 119]]).toEqual([1, 0, 0]);
  });

  it("is what has a colour", async () => {
    const mask = await at("#dc2864");
    expect(mask?.data[60 * 160 + 80]).toBeGreaterThan(0.9);
    expect(mask?.data[60 * 160 + 5]).toBeLessThan(0.1);
  });

  it("is where the network sees a thing most", async () => {
    const { data } = (await at("dogs")) ?? fail();
    expect(Math.max(...data)).toBeGreaterThan(0.5);
    expect(data.every((v) => v >= 0 && v <= 1)).toBe(true);
  });

  it("of a thing goes on from a film's frame before, as far as that can be believed", async () => {
    const still = { width: 160, height: 120, dx: new Float32Array(160 * 120), dy: new Float32Array(160 * 120) };
    const sure = maskFrom(160, 120, (x) => (x < 80 ? 1 : 0));
    const before = { source: photo, result: photo, flow: still, sure };
    const next = async (where: string, last?: readonly [string, Raster]) => {
      const masks = { before: new Map(last && [last]), found: new Map<string, Raster>() };
      const found = await findMask(
        { ...asked, where },
        photo,
        { image },
        { ...context, ...(last && { before }), masks },
      );
      return { mask: found?.(photo).data ?? fail(), kept: masks.found };
    };
    const alone = await next("dogs");
    expect(alone.mask).toEqual((await at("dogs"))?.data);
    expect(alone.kept.get("dogs")?.data).toEqual(alone.mask);
    const everywhere = maskFrom(160, 120, () => 1);
    const { mask, kept } = await next("not dogs", ["dogs", everywhere]);
    for (const [i, own] of alone.mask.entries()) {
      const expected = i % 160 < 80 ? 0.25 * own + 0.75 : own;
      expect(kept.get("dogs")?.data[i]).toBeCloseTo(expected, 5);
      expect(mask[i]).toBeCloseTo(1 - expected, 5);
    }
    // What is seen no longer goes little by little; what was not seen before is missing.
    expect((await next("tench", ["tench", everywhere])).mask.slice(78, 82)).toEqual(Float32Array.of(0.75, 0.75, 0, 0));
    await expect(next("tench", ["dogs", everywhere])).rejects.toThrow("sees no tench");
  });

  it("that cannot be is told in a sentence that helps", async () => {
    await expect(at("#ff00ff")).rejects.toThrow("colour near #ff00ff");
    await expect(at("mask")).rejects.toThrow("Send one as the second picture");
    await expect(at("opaque")).rejects.toThrow("No part of the picture is transparent");
    await expect(at("sky")).rejects.toThrow("sky is no region");
    await expect(at("tench")).rejects.toThrow(/naming sees no tench in the picture; it sees .+, .+ or .+\./);
    await expect(at("not edges", { mask: pictureOf(maskFrom(160, 120, () => 0)) })).rejects.toThrow("nothing to do");
    const tall = pictureOf(maskFrom(120, 160, () => 1));
    await expect(at(undefined, { mask: tall })).rejects.toThrow(
      "The mask (120 x 160 px) and the picture (160 x 120 px here) differ in shape",
    );
    await expect(findMask({ network: "vgg", where: "castle" }, photo, { image }, context)).rejects.toThrow(
      "cannot name things",
    );
  });
});

function fail(): never {
  throw new Error("not there");
}

describe("a transparent picture", () => {
  /** A disc of the photo on nothing. */
  const inside = (x: number, y: number) => Math.hypot(x - 80, y - 60) < 40;
  const alpha = Float32Array.from({ length: 160 * 120 }, (_, i) => (inside(i % 160, Math.floor(i / 160)) ? 1 : 0));
  const sticker: PictureInput = {
    ...image,
    decode: async (side) =>
      Object.assign(await image.decode(side), { cutOut: { width: 160, height: 120, alpha, matte: 255 } }),
  };

  it.each(Object.entries(RECIPES))("is masked by what of it is there: %s", async (_, run) => {
    const { frames } = await framesOf(run({}, { image: sticker }));
    const last = frames.at(-1)?.image ?? photo;
    expect(away(last, (x, y) => !inside(x, y)).largest).toBe(0);
    expect(away(last, inside).mean).toBeGreaterThan(1);
  });

  it("of which nothing is there is worked on as a whole", async () => {
    const nothing = {
      ...sticker,
      decode: async (side: number) =>
        Object.assign(await image.decode(side), {
          cutOut: { width: 160, height: 120, alpha: alpha.map(() => 0), matte: 255 },
        }),
    };
    const { image: result } = await lastOf((RECIPES.dream ?? fail())({}, { image: nothing }));
    expect(away(result, () => true).mean).toBeGreaterThan(1);
  });
});

describe("a neuron", () => {
  const grown = (params: Record<string, unknown>, pictures: Pictures = {}) =>
    lastOf(
      neuron(
        neuronDefinition.params.parse({
          network: "vgg",
          channels: "block2_conv1/3",
          size: 96,
          steps: 3,
          seed: 5,
          ...params,
        }),
        pictures,
        context,
      ),
    );

  it("grows in a part of the noise that it begins with, and leaves the rest", async () => {
    const [more, less] = [
      await grown({ where: "left", feather: 4 }),
      await grown({ where: "left", feather: 4, steps: 1 }),
    ];
    const differs = (from: number, to: number) =>
      more.image.data.some((v, i) => i % 96 >= from && i % 96 < to && v !== less.image.data[i]);
    expect([differs(0, 48), differs(52, 96)]).toEqual([true, false]);
  });

  it("grows in the shape of a mask", async () => {
    const mask = maskFrom(96, 96, (x, y) => (Math.hypot(x - 48, y - 48) < 30 ? 1 : 0));
    const drawn = pictureOf({ ...mask, data: mask.data.map((v) => 255 * v) });
    const [more, less] = await Promise.all(
      [3, 1].map((steps) => grown({ where: "mask", feather: 0, steps }, { mask: drawn })),
    );
    if (!more || !less) throw new Error("nothing was made");
    const corner = (i: number) => i % 96 < 12 && Math.floor(i / 96) % 96 < 12;
    const differ = (where: (i: number) => boolean) =>
      more.image.data.some((v, i) => where(i) && v !== less.image.data[i]);
    expect([differ(corner), differ((i) => !corner(i))]).toEqual([false, true]);
  });

  it.each(["mountain", "#0080ff", "opaque"])("has no %s in it, and says what it takes", async (where) => {
    await expect(grown({ where })).rejects.toThrow(/no picture to find .* Name a region/);
  });
});

describe("a film", () => {
  const filmed = (params: Record<string, unknown>, pictures: Pictures = { image }) => {
    const asked = {
      network: "vgg",
      channels: "block2_conv1/3",
      width: 160,
      frames: 4,
      steps: 2,
      noise: 1,
      feather: 3,
      ...params,
    };
    return framesOf(zoom(zoomDefinition.params.parse({ format: "webp", ...asked }), pictures, context));
  };

  it("in a part leaves the rest of a picture that does not move, in every frame", async () => {
    const { frames } = await filmed({ where: "left", zoom: 0, rotate: 0 });
    expect(frames).toHaveLength(4);
    for (const frame of frames) {
      expect(away(frame.image, (x) => x >= 83).largest).toBe(0);
      expect(away(frame.image, (x) => x < 77).mean).toBeGreaterThan(1);
    }
  });

  it("moves the rest as the picture moves, once and not frame by frame", async () => {
    const { frames } = await filmed({ where: "top left", zoom: 0.05, rotate: 2 });
    const moved = warp(photo, { zoom: 1.05 ** 3, degrees: 6 });
    const last = frames.at(-1)?.image ?? photo;
    // The lower right corner stays far from the part, which zooms away from the middle.
    for (let c = 0; c < 3; c++) {
      const i = c * 160 * 120 + 110 * 160 + 150;
      expect(last.data[i]).toBeCloseTo(moved.data[i] ?? Number.NaN, 3);
    }
  });

  it("from noise grows in its part alone", async () => {
    const [more, less] = [
      await filmed({ where: "left", zoom: 0, rotate: 0, height: 120, steps: 3 }, {}),
      await filmed({ where: "left", zoom: 0, rotate: 0, height: 120, steps: 1 }, {}),
    ];
    const [a, b] = [more.frames.at(-1)?.image ?? photo, less.frames.at(-1)?.image ?? photo];
    const differs = (from: number, to: number) =>
      a.data.some((v, i) => i % 160 >= from && i % 160 < to && v !== b.data[i]);
    expect([differs(0, 80), differs(83, 160)]).toEqual([true, false]);
  });

  it("goes on from what was saved to the same end, in its part", async () => {
    const asked = { network: "vgg", channels: "block2_conv1/3", width: 160, frames: 4, steps: 2, noise: 1, feather: 3 };
    const params = zoomDefinition.params.parse({ ...asked, where: "left", format: "webp" });
    let state: SavedState | undefined;
    const whole: Raster[] = [];
    for await (const frame of zoom(params, { image }, context)) {
      whole.push(frame.image);
      if (whole.length === 2) state = await frame.savable?.save();
    }
    if (!state) throw new Error("nothing was saved");
    const { frames } = await framesOf(zoom(params, { image }, { ...context, resume: state }));
    expect(frames).toHaveLength(2);
    expect(frames.at(-1)?.image.data).toEqual(whole.at(-1)?.data);
  });
});
