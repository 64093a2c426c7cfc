import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { EngineFrame } from "../../../src/engine/process/engine.js";
import { octaveRole } from "../../../src/engine/recipes/morph-options.js";
import { runJob } from "../../../src/engine/run-job.js";
import { drawn } from "../../support/pictures.js";
import { openTiny } from "./tiny.js";

const tiny = openTiny();

/** The images that each recipe takes. */
const PICTURES: Readonly<Record<string, readonly string[]>> = {
  dream: ["image"],
  stylize: ["image", "style1"],
  texture: ["style"],
  neuron: [],
};

async function made(recipe: string, params: Record<string, unknown>) {
  const photo = await drawn(64, 48);
  const pictures = Object.fromEntries((PICTURES[recipe] ?? []).map((role) => [role, photo]));
  const styles = recipe === "stylize" ? { styles: [{ picture: "style1", name: "s", weight: 1 }] } : {};
  const frames: EngineFrame[] = [];
  const request = { recipe, params: { size: 64, steps: 2, network: "n", ...styles, ...params }, pictures };
  const result = await runJob(request, { ...tiny, onFrame: (frame) => frames.push(frame) });
  return { photo, result, frames };
}

const page = async (film: Uint8Array, index: number) =>
  sharp(film, { page: index, pages: 1 }).removeAlpha().raw().toBuffer();

/** Mean difference of two images of one size, in grey levels. */
function apart(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((sum, value, at) => sum + Math.abs(value - (b[at] ?? 0)), 0) / a.length;
}

describe("a morph", () => {
  it("goes from the photo to the picture that the same job makes, and back, in a loop", async () => {
    const params = { octaves: 3, octaveScale: 1.15, seed: 5, strength: 3 };
    const [{ result, frames, photo }, alone] = [
      await made("dream", { ...params, morph: true }),
      await made("dream", params),
    ];
    expect(result).toMatchObject({ type: "image/webp", width: 64, height: 48 });
    const { pages = 0, loop } = await sharp(result.picture).metadata();
    // Those that are held are one that is shown longer.
    expect(pages).toBeGreaterThan(30);
    expect(result.film?.frames).toBeGreaterThan(pages);
    expect(loop).toBe(0);
    const end = await sharp(alone.result.picture).removeAlpha().raw().toBuffer();
    const start = await sharp(photo).removeAlpha().raw().toBuffer();
    const first = await page(result.picture, 0);
    const reached = await Promise.all(
      Array.from({ length: pages }, async (_, n) => apart(await page(result.picture, n), end)),
    );
    const nearest = reached.indexOf(Math.min(...reached));
    expect(apart(first, start)).toBeLessThan(apart(first, end));
    expect(Math.min(...reached)).toBeLessThan(apart(first, end) / 2.5);
    expect(nearest).toBeGreaterThan(pages / 4);
    // It ends next to where it begins.
    expect(apart(await page(result.picture, pages - 1), first)).toBeLessThan(apart(end, first) / 2);
    // No other work is done for it: the frames are those of the picture.
    const octaves = (all: readonly EngineFrame[]) => all.filter(({ kind }) => kind === "octave").map((f) => f.picture);
    expect(octaves(frames)).toEqual(octaves(alone.frames));
  });

  it("is made of octaves that were kept without a network, and is the same film", async () => {
    const params = {
      size: 64,
      steps: 2,
      network: "n",
      octaves: 3,
      octaveScale: 1.15,
      seed: 5,
      strength: 3,
      morph: true,
    };
    const painted = await made("dream", params);
    const kept = painted.frames.filter(({ kind }) => kind === "octave").map((frame) => frame.picture);
    expect(kept).toHaveLength(3);
    const octaves = Object.fromEntries(kept.map((octave, index) => [octaveRole(index + 1), octave]));
    const network = async () => expect.fail("no network is needed");
    const frames: EngineFrame[] = [];
    const request = { recipe: "dream", params, pictures: { image: painted.photo, ...octaves } };
    const result = await runJob(request, { ...tiny, network, onFrame: (frame) => frames.push(frame) });
    expect(result).toMatchObject({ type: "image/webp", width: 64, height: 48, film: painted.result.film });
    expect(frames.map(({ kind }) => kind)).toEqual(["film"]);
    // A PNG has whole grey levels from black to white, and the film's file loses a little more.
    const there = async (index: number) => apart(await page(result.picture, 0), await page(result.picture, index));
    for (const index of [0, 8, 16, 24, 30])
      expect(apart(await page(result.picture, index), await page(painted.result.picture, index))).toBeLessThan(4);
    expect(await there(30)).toBeGreaterThan(12);
  });

  it.each(["stylize", "texture", "neuron"])("is made by %s too, as GIF where that is asked for", async (recipe) => {
    const { result } = await made(recipe, { morph: true, format: "gif" });
    expect(result.type).toBe("image/gif");
    expect((await sharp(result.picture).metadata()).pages).toBeGreaterThan(10);
  });

  it("is no sheet of variations", async () => {
    await expect(made("dream", { morph: true, repeat: 2 })).rejects.toMatchObject({ identifier: "morph.or-repeat" });
  });
});
