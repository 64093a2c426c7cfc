import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { emptyRaster, type Raster } from "../../../src/engine/images/raster.js";
import type { Checkpoint, EngineFrame } from "../../../src/engine/process/engine.js";
import { completed } from "../../../src/engine/recipes/definition.js";
import { dreamDefinition } from "../../../src/engine/recipes/dream/definition.js";
import type { Frame } from "../../../src/engine/recipes/recipe.js";
import { variations } from "../../../src/engine/recipes/variations.js";
import { runJob } from "../../../src/engine/run-job.js";
import { drawn } from "../../support/pictures.js";
import { openTiny } from "./tiny.js";

const tiny = openTiny();
const SIZE = { width: 64, height: 48 };

async function made(params: Record<string, unknown>, { recipe = "dream", resume }: Options = {}) {
  const frames: EngineFrame[] = [];
  const pictures: Record<string, Uint8Array> =
    recipe === "neuron" ? {} : { [PICTURE[recipe] ?? ""]: await drawn(64, 48) };
  const request = { recipe, params: { size: 64, steps: 2, network: "n", ...params }, pictures };
  const result = await runJob(
    { ...request, ...(resume && { resume }) },
    { ...tiny, onFrame: (frame) => frames.push(frame) },
  );
  return { result, frames };
}

interface Options {
  readonly recipe?: string;
  readonly resume?: Checkpoint;
}

const PICTURE: Record<string, string> = { dream: "image", texture: "style" };

const pixels = async (bytes: Uint8Array) => [...(await sharp(bytes).removeAlpha().raw().toBuffer())];

/** One of a sheet's variations, cut out; the gap is two pixels wide at this size. */
async function tile(sheet: Uint8Array, left: number, top: number, { width, height } = SIZE) {
  return [...(await sharp(sheet).extract({ left, top, width, height }).removeAlpha().raw().toBuffer())];
}

async function collected(frames: AsyncIterable<Frame>): Promise<Frame[]> {
  const all: Frame[] = [];
  for await (const frame of frames) all.push(frame);
  return all;
}

describe("a sheet of variations", () => {
  it("shows what each seed makes alone, in rows, and is one job", async () => {
    const { result, frames } = await made({ octaves: 2, seed: 5, repeat: 4 });
    expect(result).toMatchObject({ width: 2 * 64 + 2, height: 2 * 48 + 2, seed: 5 });
    for (const [index, [left, top]] of [
      [0, 0],
      [66, 0],
      [0, 50],
      [66, 50],
    ].entries()) {
      const alone = await made({ octaves: 2, seed: 5 + index });
      expect(await tile(result.picture, left ?? 0, top ?? 0)).toEqual(await pixels(alone.result.picture));
    }
    const octaves = frames.filter(({ kind }) => kind === "octave");
    expect(octaves.map(({ octave, octaves: all, progress }) => [octave, all, progress])).toEqual([
      [1, 4, 0.25],
      [2, 4, 0.5],
      [3, 4, 0.75],
      [4, 4, 1],
    ]);
    expect(frames.map(({ progress }) => progress)).toEqual(frames.map(({ progress }) => progress).toSorted());
    expect(result.octaves).toHaveLength(4);
  });

  it.each(["texture", "neuron"])("is made by %s too, of two in a row", async (recipe) => {
    const { result } = await made({ repeat: 2, seed: 1 }, { recipe });
    expect([result.width, result.height]).toEqual([2 * 64 + 2, 64]);
    const [first, second] = [await made({ seed: 1 }, { recipe }), await made({ seed: 2 }, { recipe })];
    const side = { width: 64, height: 64 };
    expect(await tile(result.picture, 0, 0, side)).toEqual(await pixels(first.result.picture));
    expect(await tile(result.picture, 66, 0, side)).toEqual(await pixels(second.result.picture));
  });

  it("keeps the large forms of the seed where the details have one of their own", async () => {
    const octave = async (params: Record<string, unknown>, number: number) => {
      const { frames } = await made({ octaves: 2, octaveScale: 1.3, jitter: 4, steps: 4, ...params });
      return pixels(
        frames.find(({ kind, octave: at }) => kind === "octave" && at === number)?.picture ?? new Uint8Array(),
      );
    };
    expect(await octave({ seed: 5, detailSeed: 9 }, 1)).toEqual(await octave({ seed: 5, detailSeed: 10 }, 1));
    expect(await octave({ seed: 5, detailSeed: 9 }, 2)).not.toEqual(await octave({ seed: 5, detailSeed: 10 }, 2));
    const { result } = await made({ octaves: 2, seed: 5, detailSeed: 9, repeat: 2 });
    const second = await made({ octaves: 2, seed: 5, detailSeed: 10 });
    expect(await tile(result.picture, 66, 0)).toEqual(await pixels(second.result.picture));
  });

  it("costs as many times one, and holds those that are done", () => {
    const params = (given: Record<string, unknown>) => completed(dreamDefinition, given);
    const [one, four] = [params({ size: 256 }), params({ size: 256, repeat: 4 })];
    expect(dreamDefinition.cost(four)).toBe(4 * dreamDefinition.cost(one));
    expect(dreamDefinition.footprint(four).pictures).toBeGreaterThan(dreamDefinition.footprint(one).pictures ?? 0);
    expect(dreamDefinition.title(four)).toBe(`${dreamDefinition.title(one)}, 4 variations`);
  });

  it("goes on after those that an earlier process has made", async () => {
    const context = { ...tiny, signal: new AbortController().signal };
    const image = (level: number): Raster => {
      const raster = emptyRaster(4, 2);
      raster.data.fill(level);
      return raster;
    };
    const begun: number[] = [];
    async function* run(variation: number): AsyncGenerator<Frame, void, void> {
      begun.push(variation);
      const place = { octave: 1, octaves: 1, step: 1, steps: 1, progress: 1 };
      yield { kind: "octave", ...place, image: image(variation), lossStart: 0, lossEnd: 0 };
    }
    const all = await collected(variations(3, run, context));
    const state = await all[1]?.savable?.save();
    const rest = await collected(variations(3, run, { ...context, ...(state && { resume: state }) }));
    expect(begun).toEqual([0, 1, 2, 2]);
    expect(rest.map(({ octave }) => octave)).toEqual([3]);
    expect(rest[0]?.image).toEqual(all[2]?.image);
    // One that does not fit is ignored.
    const other = { octave: 2, numbers: { width: 4, height: 2 }, arrays: { variation0: new Float32Array(3) } };
    expect(await collected(variations(3, run, { ...context, resume: other }))).toHaveLength(3);
  });
});
