import { describe, expect, it } from "vitest";
import { classify } from "../../../../src/engine/classify.js";
import { random } from "../../../../src/engine/images/random.js";
import type { Raster } from "../../../../src/engine/images/raster.js";
import { bytesPerPixel } from "../../../../src/engine/memory.js";
import { clouds } from "../../../../src/engine/recipes/noise.js";
import type { SavedState } from "../../../../src/engine/recipes/saved-state.js";
import { textureDefinition } from "../../../../src/engine/recipes/texture/definition.js";
import { texture } from "../../../../src/engine/recipes/texture/run.js";
import { runJob } from "../../../../src/engine/run-job.js";
import { difference, framesOf, lastOf, naming, openTiny, pictureOf, scene } from "../tiny.js";

const context = openTiny();
const style = pictureOf(scene(128, 96));
const run = (params: Record<string, unknown>, pictures = {}, given = context) =>
  texture(textureDefinition.params.parse({ network: "naming", size: 144, steps: 4, ...params }), pictures, given);
const sees = async (image: Raster, name: string) => {
  const seen = await classify({ programs: context.programs, network: naming }, image);
  return seen.find((each) => each.name === name)?.probability ?? 0;
};

describe("a texture of a word", () => {
  it("is full of it, begins with clouds, and says what was seen", async () => {
    const [castle, pizza] = [await lastOf(run({ into: "castle" })), await lastOf(run({ into: "pizza" }))];
    const start = clouds(144, 144, random(1));
    expect(await sees(castle.image, "castle")).toBeGreaterThan(1.02 * (await sees(start, "castle")));
    expect(await sees(castle.image, "castle")).toBeGreaterThan(await sees(pizza.image, "castle"));
    expect(await sees(pizza.image, "pizza")).toBeGreaterThan(await sees(castle.image, "pizza"));
    expect(castle.seen).toEqual([{ network: "naming", after: expect.any(Object) }]);
  });

  it("pushes away, and is of one seed the same", async () => {
    const [away, into] = [await lastOf(run({ away: "castle" })), await lastOf(run({ into: "castle" }))];
    expect(await sees(away.image, "castle")).toBeLessThan(await sees(into.image, "castle"));
    expect(difference((await lastOf(run({ into: "castle" }))).image, into.image)).toBe(0);
    expect(difference((await lastOf(run({ into: "castle", seed: 2 }))).image, into.image)).toBeGreaterThan(5);
  });

  it("has the size that is asked for, and goes on across its sides", async () => {
    const { image } = await lastOf(run({ into: "lion", width: 150, height: 101, steps: 6 }));
    const { width, height, data } = image;
    expect([width, height]).toEqual([150, 101]);
    let [over, inside] = [0, 0];
    for (let row = 0; row < 3 * height; row++) {
      const at = (x: number): number => data[row * width + x] ?? 0;
      over += Math.abs(at(0) - at(width - 1));
      for (let x = 1; x < width; x++) inside += Math.abs(at(x) - at(x - 1)) / (width - 1);
    }
    expect(over / inside).toBeLessThan(1.6);
  });

  it("goes on from a finished scale to the same texture", async () => {
    const params = { into: "goldfish", size: 200, steps: 1 };
    let resume: SavedState | undefined;
    let whole: Raster | undefined;
    for await (const { savable, image } of run(params)) {
      resume ??= await savable?.save();
      whole = image;
    }
    if (!resume || !whole) throw new Error("nothing to go on from");
    const { frames } = await framesOf(run(params, {}, { ...context, resume }));
    expect(frames[0]?.octave).toBe(2);
    expect(difference(frames.at(-1)?.image ?? whole, whole)).toBe(0);
    expect(frames.at(-1)?.image).not.toBe(whole);
  });

  it("is grown in tiles where the memory has no room for it at once", async () => {
    const memoryBytes = 224 * 224 * bytesPerPixel(naming, ["block3_conv1"]);
    const params = { into: "castle", size: 320, steps: 1 };
    const [tiled, whole] = [await lastOf(run(params, {}, { ...context, memoryBytes })), await lastOf(run(params))];
    expect(difference(tiled.image, whole.image)).toBeGreaterThan(0);
    const away = await lastOf(run({ away: "castle", size: 320, steps: 1 }, {}, { ...context, memoryBytes }));
    expect(await sees(tiled.image, "castle")).toBeGreaterThan(1.02 * (await sees(away.image, "castle")));
  });

  it("leans a style into it, which is still the style's", async () => {
    const [plain, leaning] = [await lastOf(run({}, { style })), await lastOf(run({ into: "lion" }, { style }))];
    expect(await sees(leaning.image, "lion")).toBeGreaterThan(await sees(plain.image, "lion"));
    expect(plain).not.toHaveProperty("seen");
    expect(leaning.seen).toHaveLength(1);
    const away = await lastOf(run({ away: "lion" }, { style }));
    expect(await sees(away.image, "lion")).toBeLessThan(await sees(leaning.image, "lion"));
  });

  it("says what cannot be", async () => {
    const job = (params: Record<string, unknown>) =>
      runJob({ recipe: "texture", params: { size: 64, ...params }, pictures: {} }, { ...context, onFrame: () => {} });
    await expect(job({ network: "naming" })).rejects.toMatchObject({ identifier: "texture.no-source" });
    await expect(job({ network: "naming", into: "lion", preset: "book" })).rejects.toMatchObject({
      identifier: "texture.book-words",
    });
    await expect(job({ network: "vgg", into: "lion" })).rejects.toMatchObject({ identifier: "network.no-classes" });
  });
});
