import { expect, it, vi } from "vitest";
import { resize } from "../../../../src/engine/images/resample.js";
import { furtherSizes } from "../../../../src/engine/recipes/common-options.js";
import { dreamDefinition } from "../../../../src/engine/recipes/dream/definition.js";
import { dream } from "../../../../src/engine/recipes/dream/run.js";
import type { Pictures } from "../../../../src/engine/recipes/recipe.js";
import type { SavedState } from "../../../../src/engine/recipes/saved-state.js";
import { difference, framesOf, lastOf, openTiny, pictureOf, scene } from "../tiny.js";

const context = openTiny();
const image = pictureOf(scene(400, 300));
const dreamt = (params: Record<string, unknown>, pictures: Pictures = { image }) =>
  dream(
    dreamDefinition.params.parse({ network: "vgg", layers: "block2_conv1", steps: 3, seed: 4, ...params }),
    pictures,
    context,
  );

it("grows in even octaves from what is done", () => {
  const sides = (done: number, to: number, scale: number) =>
    furtherSizes({ width: done, height: done / 2 }, { width: to, height: to / 2 }, scale).map(({ width }) => width);
  expect(sides(512, 768, 1.4)).toEqual([768]);
  expect(sides(1024, 4096, 1.4)).toEqual([1448, 2048, 2896, 4096]);
  expect(sides(768, 768, 1.4)).toEqual([]);
});

it("goes on from a finished dream: the same picture, larger, with no small octave once more", async () => {
  const { image: small } = await lastOf(dreamt({ size: 128 }));
  const spy = vi.spyOn(context.programs, "advance");
  const { frames } = await framesOf(dreamt({ size: 256, strength: 0.2 }, { image, finished: pictureOf(small) }));
  // What momentum remembers would count twice at a print's size.
  expect(spy.mock.calls.every(([key]) => key.includes("mean absolute"))).toBe(true);
  spy.mockRestore();
  const octaves = frames.filter(({ kind }) => kind === "octave").map((frame) => frame.image.width);
  expect(octaves).toEqual([181, 256]);
  const large = frames.at(-1)?.image ?? small;
  const again = await lastOf(dreamt({ size: 256, strength: 0.2 }));
  const back = (of: typeof large) => difference(resize(of, 128, 96), small);
  // Dreamt from the start, the same seed leads elsewhere.
  expect(back(large)).toBeLessThan(0.6 * back(again.image));
  // The photo's own detail is that of its size, not an enlarged picture's.
  const photo = await image.decode(256);
  const blurred = resize(resize(photo, 128, 96), 256, 192);
  const enlarged = resize(small, 256, 192);
  const detail = photo.data.map((v, i) => v - (blurred.data[i] ?? 0));
  const along = (of: { readonly data: Float32Array }) => of.data.reduce((sum, v, i) => sum + v * (detail[i] ?? 0), 0);
  expect(along(large)).toBeGreaterThan(along(enlarged) + 0.5 * detail.reduce((sum, v) => sum + v * v, 0));
});

it("dreams from the start where what is finished is no smaller", async () => {
  const { image: same } = await lastOf(dreamt({ size: 128 }));
  const { frames } = await framesOf(dreamt({ size: 128 }, { image, finished: pictureOf(same) }));
  expect(frames.at(-1)?.image.data).toEqual(same.data);
});

it("goes on from noise, and after a stop", async () => {
  const { image: small } = await lastOf(dreamt({ size: 128 }, {}));
  const pictures = { finished: pictureOf(small) };
  const params = { size: 256, strength: 0.2 };
  let state: SavedState | undefined;
  let whole = small;
  for await (const frame of dreamt(params, pictures)) {
    whole = frame.image;
    if (frame.kind === "octave") state ??= await frame.savable?.save();
  }
  expect(difference(resize(whole, 128, 96), small)).toBeLessThan(12);
  const parsed = dreamDefinition.params.parse({ network: "vgg", layers: "block2_conv1", steps: 3, seed: 4, ...params });
  const resumed = await framesOf(dream(parsed, pictures, { ...context, ...(state && { resume: state }) }));
  expect(resumed.frames.filter(({ kind }) => kind === "octave")).toHaveLength(1);
  expect(resumed.frames.at(-1)?.image.data).toEqual(whole.data);
});

it("goes on in tiles as it does at once, but for the edges of what tiles see", async () => {
  const { image: small } = await lastOf(dreamt({ size: 320, steps: 1 }));
  const pictures = { image, finished: pictureOf(small) };
  const params = { size: 640, octaveScale: 2, steps: 1 };
  const [tiled, whole] = [
    await lastOf(dreamt({ ...params, tile: 256 }, pictures)),
    await lastOf(dreamt(params, pictures)),
  ];
  expect(difference(tiled.image, whole.image)).toBeLessThan(0.5);
});
