/** GIFs, animated PNGs and WebPs such as no program writes: each is as browsers show it, or refused in words. */
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { movingFrames } from "../../src/commands/images/moving-frames.js";
import { toInterleaved } from "../../src/engine/images/codec.js";
import { openMoving } from "../../src/engine/images/moving-picture.js";
import { withImage } from "../../src/shared/image-process.js";
import { movingFacts } from "../../src/shared/moving.js";
import { scene } from "../engine/recipes/tiny.js";
import { type ApngPart, apng } from "../support/apng.js";
import { filmFile } from "../support/film.js";
import { gif } from "../support/gif.js";

const SIDE = 8;
const limits = { name: "a.gif", maxPixels: 50_000_000, decoding: true };
const WHOLE = [0, 0, SIDE, SIDE] as const;
const MIDDLE = [2, 2, 4, 4] as const;

/** The colours in a corner and in the middle of each frame, once the file has come in. */
async function coloursOf(file: Uint8Array): Promise<(string | undefined)[]> {
  const { bytes } = await withImage("admit", file, limits);
  const moving = await openMoving(bytes);
  const places = Array.from({ length: moving?.delays.length ?? 0 }, (_, i) => i);
  const frameAt = await moving?.decode({ places }, SIDE);
  return places.map((place) => {
    const frame = frameAt?.(place) ?? expect.fail();
    const data = toInterleaved(frame);
    const at = (x: number, y: number) => {
      const [red = 0, green = 0] = data.subarray(3 * (y * SIDE + x));
      return red > 200 && green > 200 ? "none" : red > 200 ? "red" : green > 200 ? "green" : "blue";
    };
    return `${at(0, 0)} ${at(4, 4)}`;
  });
}

describe("a GIF", () => {
  it("whose frames take back what was before them shows that again", async () => {
    const file = gif(SIDE, [
      { colour: "red", at: WHOLE },
      { colour: "blue", at: MIDDLE, dispose: "previous" },
      { colour: "green", at: [0, 0, 1, 1] },
      { colour: "blue", at: MIDDLE, dispose: "background" },
      { colour: "none", at: [0, 0, 1, 1] },
    ]);
    expect(await coloursOf(file)).toEqual(["red red", "red blue", "green red", "green blue", "green none"]);
  });

  it("whose frames are larger than its canvas shows all of its first one, and of others what has room", async () => {
    const file = gif(SIDE, [
      { colour: "red", at: [0, 0, 2 * SIDE, 2 * SIDE] },
      { colour: "blue", at: [4, 4, 3 * SIDE, 3 * SIDE] },
      { colour: "green", at: [0, 0, 2, 2] },
    ]);
    expect(await movingFacts(file)).toMatchObject({ width: 2 * SIDE, height: 2 * SIDE });
    expect(await coloursOf(file)).toEqual(["red red", "red blue", "green blue"]);
  });

  it("whose frames say no time has that of browsers", async () => {
    const file = gif(SIDE, [
      { colour: "red", at: WHOLE, delay: 0 },
      { colour: "blue", at: WHOLE, delay: 0 },
    ]);
    expect((await movingFacts(file))?.delays).toEqual([100, 100]);
  });
});

describe("an animated PNG", () => {
  const parts: ApngPart[] = [
    { colour: [255, 0, 0, 255], at: [...WHOLE] },
    { colour: [0, 0, 255, 255], at: [...MIDDLE] },
  ];

  it.each([0, 1, 0xffffffff])("that counts %i frames has those that are there", async (count) => {
    const file = Buffer.from(apng(parts));
    file.writeUInt32BE(count, file.indexOf("acTL") + 4);
    // Its sum is of what it said before.
    file.writeUInt32BE(0, file.indexOf("acTL") + 12);
    expect((await movingFacts(file))?.delays).toEqual([50, 50]);
  });

  it("of more frames than are counted is offered in parts, and never taken for a still", async () => {
    const many = apng(
      Array.from({ length: 10_500 }, (_, i): ApngPart => ({ colour: [i & 255, 0, 0, 255], at: [...WHOLE] })),
    );
    await expect(
      movingFrames(many, undefined, { filmFrames: 48, filmSeconds: 12 }, { side: 512, usual: 512 }),
    ).rejects.toThrow(/^This film has 10001 frames in [\d.]+ s, and at 512 px I take 48 in 12 s\. Say which part:/);
    expect(await movingFrames(many, "1s", { filmFrames: 48, filmSeconds: 12 }, { side: 512, usual: 512 })).toBe(20);
  });
});

describe("an animated WebP", () => {
  /** A canvas of another size than its frames. */
  async function canvas(width: number, height: number): Promise<Buffer> {
    const frames = [scene(32, 24), scene(32, 24)].map((frame, i) => ({
      ...frame,
      data: frame.data.map((v) => v * (1 - i / 2)),
    }));
    const file = Buffer.from(await filmFile(frames, [100, 100], { format: "webp" }));
    expect(file.toString("latin1", 12, 16)).toBe("VP8X");
    file.writeUIntLE(width - 1, 24, 3);
    file.writeUIntLE(height - 1, 27, 3);
    return file;
  }

  it("whose canvas has sixteen thousand pixels a side is refused by its size", async () => {
    await expect(withImage("admit", await canvas(16_383, 16_383), limits)).rejects.toThrow(
      "a.gif has more than 50 megapixels",
    );
  });

  it("whose canvas is larger than its frames is as large; where it is too large a still is offered", async () => {
    const file = await canvas(64, 48);
    const { bytes } = await withImage("admit", file, limits);
    expect(await movingFacts(bytes)).toMatchObject({ width: 64, height: 48, delays: [100, 100] });
    expect((await sharp(bytes, { pages: -1 }).metadata()).pages).toBe(2);
    const large = await canvas(7200, 6900);
    await expect(
      movingFrames(large, undefined, { filmFrames: 48, filmSeconds: 12 }, { side: 512, usual: 512 }),
    ).resolves.toBe(2);
    await expect(
      movingFrames(await canvas(8000, 6400), undefined, { filmFrames: 48, filmSeconds: 12 }, { side: 512, usual: 512 }),
    ).rejects.toThrow();
  });
});
