import { expect, it } from "vitest";
import { resize } from "../../../src/engine/images/resample.js";
import { bytesPerPixel } from "../../../src/engine/memory.js";
import { blendDefinition } from "../../../src/engine/recipes/blend/definition.js";
import { blend } from "../../../src/engine/recipes/blend/run.js";
import type { Pictures, RecipeContext } from "../../../src/engine/recipes/recipe.js";
import type { SavedState } from "../../../src/engine/recipes/saved-state.js";
import { stylizeDefinition } from "../../../src/engine/recipes/stylize/definition.js";
import { stylize } from "../../../src/engine/recipes/stylize/run.js";
import { difference, framesOf, lastOf, openTiny, pictureOf, scene, vgg } from "./tiny.js";

const context = openTiny();
const LAYERS = ["block1_conv1", "block2_conv1", "block3_conv1"];
const image = pictureOf(scene(400, 300));
const style = pictureOf(scene(90, 120));
const small = { network: "vgg", steps: 5, seed: 4, styleLayers: LAYERS.join(" "), contentLayer: "block2_conv1" };
const paramsOf = (params: Record<string, unknown>) => stylizeDefinition.params.parse({ ...small, ...params });

function painted(params: Record<string, unknown>, more: Pictures = {}, within: Partial<RecipeContext> = {}) {
  return stylize(paramsOf(params), { image, style, ...more }, { ...context, ...within });
}

const octavesOf = async (frames: ReturnType<typeof painted>) =>
  (await framesOf(frames)).frames.filter(({ kind }) => kind === "octave");

it("a larger painting goes on from the finished one at the next larger scales, as its cost says", async () => {
  const { image: done } = await lastOf(painted({ size: 128, strength: 0.9 }));
  const octaves = await octavesOf(painted({ size: 256 }, { finished: pictureOf(done) }));
  expect(octaves.map((frame) => frame.image.width)).toEqual([181, 256]);
  const cost = octaves.reduce((sum, frame) => sum + (frame.image.width * frame.image.height * frame.steps) / 1e6, 0);
  const typical = 0.7 / 0.75;
  expect(stylizeDefinition.cost(paramsOf({ size: 256 }), 128)).toBeCloseTo(cost * typical, 2);
  expect(stylizeDefinition.cost(paramsOf({ size: 256 }), 256)).toBe(stylizeDefinition.cost(paramsOf({ size: 256 })));
  // Painted from the start it is another picture.
  const { image: again } = await lastOf(painted({ size: 256 }));
  const back = (of: typeof done) => difference(resize(of, 128, 96), done);
  expect(back(octaves.at(-1)?.image ?? done)).toBeLessThan(0.85 * back(again));
});

it("it brings the photo's own detail of its size, not an enlarged picture's", async () => {
  const { image: done } = await lastOf(painted({ size: 128 }));
  const { image: large } = await lastOf(painted({ size: 256, steps: 1 }, { finished: pictureOf(done) }));
  const photo = await image.decode(256);
  const blurred = resize(resize(photo, 128, 96), 256, 192);
  const detail = photo.data.map((v, i) => v - (blurred.data[i] ?? 0));
  const along = (of: { readonly data: Float32Array }) => of.data.reduce((sum, v, i) => sum + v * (detail[i] ?? 0), 0);
  const whole = detail.reduce((sum, v) => sum + v * v, 0);
  expect(along(large)).toBeGreaterThan(along(resize(done, 256, 192)) + 0.3 * whole);
});

it("it goes on after a stop, to the same bytes", async () => {
  const { image: done } = await lastOf(painted({ size: 128 }));
  const finished = pictureOf(done);
  let state: SavedState | undefined;
  let whole = done;
  for await (const frame of painted({ size: 256 }, { finished })) {
    whole = frame.image;
    if (frame.kind === "octave") state ??= await frame.savable?.save();
  }
  const resumed = await octavesOf(painted({ size: 256 }, { finished }, state && { resume: state }));
  expect(resumed.map(({ octave }) => octave)).toEqual([2]);
  expect(resumed[0]?.image.data).toEqual(whole.data);
});

it("it goes on in tiles nearly as at once", async () => {
  const { image: done } = await lastOf(painted({ size: 320, steps: 1 }));
  const finished = pictureOf(done);
  const params = { size: 452, steps: 1 };
  const memoryBytes = 256 * 256 * bytesPerPixel(vgg, LAYERS);
  const [tiled, whole] = [
    await lastOf(painted(params, { finished }, { memoryBytes })),
    await lastOf(painted(params, { finished })),
  ];
  expect(difference(tiled.image, whole.image)).toBeGreaterThan(0);
  expect(difference(tiled.image, whole.image)).toBeLessThan(3);
});

it("one in the photo's own colours keeps them", async () => {
  const { image: done } = await lastOf(painted({ size: 128, keepColours: true }));
  const { image: large } = await lastOf(painted({ size: 256, keepColours: true }, { finished: pictureOf(done) }));
  const photo = await image.decode(256);
  const plane = photo.width * photo.height;
  const hue = (of: typeof large, i: number) => (of.data[i] ?? 0) - (of.data[2 * plane + i] ?? 0);
  let apart = 0;
  for (let i = 0; i < plane; i++) apart += Math.abs(hue(large, i) - hue(photo, i)) / plane;
  expect(apart).toBeLessThan(12);
});

it("what the book's preset painted, and what is no smaller, is painted from the start", async () => {
  const { image: done } = await lastOf(painted({ size: 64 }));
  const finished = pictureOf(done);
  const book = { size: 96, preset: "book", steps: 2 };
  expect((await lastOf(painted(book, { finished }))).image.data).toEqual((await lastOf(painted(book))).image.data);
  expect(stylizeDefinition.goesOn?.(paramsOf(book))).toBe(false);
  expect(stylizeDefinition.goesOn?.(paramsOf({}))).toBe(true);
  const same = await lastOf(painted({ size: 64 }, { finished }));
  expect(same.image.data).toEqual(done.data);
});

it("a blend goes on too; the pictures of a sweep each begin for themselves", async () => {
  const styles = [
    { picture: "style", weight: 0.5 },
    { picture: "image", weight: 0.5 },
  ];
  const run = (params: Record<string, unknown>, more: Pictures = {}) =>
    blend(blendDefinition.params.parse({ ...small, styles, ...params }), { image, style, ...more }, context);
  const { image: done } = await lastOf(run({ size: 128 }));
  const finished = pictureOf(done);
  const { frames } = await framesOf(run({ size: 256 }, { finished }));
  expect(frames.filter(({ kind }) => kind === "octave").map((frame) => frame.image.width)).toEqual([181, 256]);
  const sweep = { size: 256, sweep: 2, steps: 1 };
  const [first, fresh] = [await lastOf(run(sweep, { finished })), await lastOf(run(sweep))];
  expect(first.image.data).toEqual(fresh.image.data);
});
