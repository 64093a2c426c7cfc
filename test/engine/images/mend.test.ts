import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decode, openPicture } from "../../../src/engine/images/codec.js";
import { colourTags } from "../../../src/engine/images/colour-tags.js";
import type { Raster } from "../../../src/engine/images/raster.js";
import { inspectPicture } from "../../../src/shared/inspect-image.js";
import { chunk, drawn } from "../../support/pictures.js";

function pixel({ width, height, data }: Raster, x: number, y: number): number[] {
  return [0, 1, 2].map((c) => Math.round(data[(c * height + y) * width + x] ?? Number.NaN));
}

const plain = (
  width: number,
  height: number,
  background: string | { r: number; g: number; b: number; alpha: number },
) => sharp({ create: { width, height, channels: 4, background } });

describe("a JPEG that lacks its end", () => {
  const cut = async (share: number, orientation = 1) => {
    const photo = sharp(await drawn(160, 320)).withMetadata({ orientation });
    const bytes = await photo.jpeg({ quality: 90 }).toBuffer();
    const start = bytes.indexOf(Buffer.of(0xff, 0xda));
    return bytes.subarray(0, start + Math.round(share * (bytes.length - start)));
  };

  it("is read to its last complete line", async () => {
    const whole = await decode(await drawn(160, 320));
    for (const share of [0.5, 0.8]) {
      const { width, height } = await openPicture(await cut(share));
      expect(width).toBe(160);
      expect(Math.abs(height / 320 - share)).toBeLessThan(0.25);
      expect(height % 16).toBe(0);
      const image = await decode(await cut(share));
      for (const y of [5, height - 1])
        for (const x of [4, 155])
          expect(Math.abs((pixel(image, x, y)[1] ?? 0) - (pixel(whole, x, y)[1] ?? 0))).toBeLessThan(20);
    }
  });

  it("is whole where only the mark of its end is missing, or zeros stand for it", async () => {
    expect(await openPicture((await cut(1)).subarray(0, -2))).toMatchObject({ width: 160, height: 320 });
    expect(await openPicture(Buffer.concat([(await cut(1)).subarray(0, -2), Buffer.alloc(30)]))).toMatchObject({
      width: 160,
      height: 320,
    });
  });

  it("is turned as it says, and refused where less than a tenth is there", async () => {
    const { width, height } = await openPicture(await cut(0.6, 6));
    expect(height).toBe(160);
    expect(width).toBeLessThan(320);
    await expect(openPicture(await cut(0.03))).rejects.toMatchObject({ identifier: "image.damaged" });
  });
});

describe("an animation", () => {
  const frames = async (first: Buffer, format: "gif" | "webp") =>
    sharp([first, await drawn(40, 30)], { join: { animated: true } })
      [format]()
      .toBuffer();

  it.each(["gif", "webp"] as const)("that begins blank is its first frame that shows something: %s", async (format) => {
    for (const blank of ["#101010", { r: 0, g: 0, b: 0, alpha: 0 }]) {
      const image = await decode(await frames(await plain(40, 30, blank).png().toBuffer(), format));
      expect(pixel(image, 20, 15)[0]).toBeGreaterThan(180);
    }
  });

  it("whose first frame is smaller than its canvas has nothing around it", async () => {
    const gif = await sharp(await drawn(40, 30))
      .gif()
      .toBuffer();
    gif.writeUInt16LE(120, 6);
    gif.writeUInt16LE(80, 8);
    const image = await decode(gif);
    expect([image.width, image.height]).toEqual([120, 80]);
    expect(pixel(image, 20, 15)[0]).toBeGreaterThan(180);
    expect(pixel(image, 100, 70)).toEqual([255, 255, 255]);
    expect(image.cutOut?.alpha[0]).toBe(1);
    expect(image.cutOut?.alpha.at(-1)).toBe(0);
  });
});

/** An uncompressed TIFF of one strip. */
function tiff(width: number, height: number, pixels: Buffer, tags: Record<number, number>): Buffer {
  const all: Record<number, number> = {
    256: width,
    257: height,
    259: 1,
    273: 8,
    278: height,
    279: pixels.length,
    ...tags,
  };
  const entries = Object.entries(all).map(([tag, value]) => {
    const entry = Buffer.alloc(12);
    entry.writeUInt16LE(Number(tag), 0);
    entry.writeUInt16LE(4, 2);
    entry.writeUInt32LE(1, 4);
    entry.writeUInt32LE(value, 8);
    return entry;
  });
  const header = Buffer.from("49492a0000000000", "hex");
  header.writeUInt32LE(8 + pixels.length, 4);
  const count = Buffer.alloc(2);
  count.writeUInt16LE(entries.length);
  return Buffer.concat([header, pixels, count, ...entries, Buffer.alloc(4)]);
}

describe("a TIFF", () => {
  it("of floating point is read from 0 to 1 as from 0 to 255", async () => {
    for (const white of [1, 255]) {
      const numbers = Float32Array.from({ length: 20 * 20 }, (_, i) => (white * (i % 20)) / 19);
      const bytes = tiff(20, 20, Buffer.from(numbers.buffer), { 258: 32, 262: 1, 277: 1, 339: 3 });
      const image = await decode(bytes);
      expect([0, 10, 19].map((x) => pixel(image, x, 3)[1])).toEqual([0, 134, 255]);
    }
  });

  it("of CIE L*a*b* is read in its colours", async () => {
    // In sRGB by the code of CSS Color 4.
    const pixels = Buffer.alloc(3 * 20 * 20);
    for (let i = 0; i < 400; i++) pixels.set(i % 20 < 10 ? [127, 60, 40] : [179, 256 - 40, 30], 3 * i);
    const bytes = tiff(20, 20, pixels, { 258: 8, 262: 8, 277: 3 });
    expect(await inspectPicture(bytes)).toMatchObject({ width: 20, height: 20, format: "tiff" });
    const image = await decode(bytes);
    const [red, green] = [pixel(image, 2, 2), pixel(image, 17, 2)];
    for (const [c, v] of [213, 60, 55].entries()) expect(Math.abs((red[c] ?? 0) - v)).toBeLessThan(4);
    for (const [c, v] of [102, 190, 114].entries()) expect(Math.abs((green[c] ?? 0) - v)).toBeLessThan(4);
  });
});

describe("colours that a file tells by numbers", () => {
  /** A PNG of one colour with further chunks behind its header. */
  const tagged = async (colour: readonly number[], chunks: Record<string, Buffer>) => {
    const data = Buffer.alloc(3 * 20 * 20);
    for (let i = 0; i < 400; i++) data.set(colour, 3 * i);
    const png = await sharp(data, { raw: { width: 20, height: 20, channels: 3 } })
      .png()
      .toBuffer();
    const more = Object.entries(chunks).map(([name, body]) => chunk(name, body));
    return Buffer.concat([png.subarray(0, 33), ...more, png.subarray(33)]);
  };
  const seen = async (colour: readonly number[], chunks: Record<string, Buffer>) =>
    pixel(await decode(await tagged(colour, chunks)), 10, 10);
  const numbers = (...values: number[]) => {
    const out = Buffer.alloc(4 * values.length);
    for (const [i, v] of values.entries()) out.writeUInt32BE(Math.round(v * 100_000), 4 * i);
    return out;
  };
  const near = (found: readonly number[], wanted: readonly number[]) => {
    for (const [c, v] of wanted.entries()) expect(Math.abs((found[c] ?? Number.NaN) - v), `${found}`).toBeLessThan(3);
  };
  const P3 = [0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06];

  it("are left alone where they are sRGB's, or where a profile tells", async () => {
    const colour = [200, 100, 50];
    near(
      await seen(colour, { gAMA: numbers(0.45455), cHRM: numbers(0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06) }),
      colour,
    );
    near(await seen(colour, { cICP: Buffer.of(1, 13, 0, 1) }), colour);
    near(await seen(colour, { sRGB: Buffer.of(0), gAMA: numbers(1) }), colour);
  });

  it("are a gamma of 1: twice the number is twice the light", async () => {
    near(await seen([128, 64, 255], { gAMA: numbers(1) }), [188, 137, 255]);
    near(await seen([128, 64, 255], { cICP: Buffer.of(1, 8, 0, 1) }), [188, 137, 255]);
  });

  it("are Display P3's, by cICP or by cHRM", async () => {
    // By the matrix of CSS Color 4.
    const wanted = [215, 93, 31];
    near(await seen([200, 100, 50], { cICP: Buffer.of(12, 13, 0, 1) }), wanted);
    near(await seen([200, 100, 50], { gAMA: numbers(0.45455), cHRM: numbers(...P3) }), wanted);
  });

  it("are HDR's: white stays below what is brighter, grey grey, and hues hues", async () => {
    for (const transfer of [16, 18]) {
      const hdr = { cICP: Buffer.of(9, transfer, 0, 1) };
      const greys = [];
      for (const v of [60, 110, 148, 180, 192]) greys.push(await seen([v, v, v], hdr));
      const levels = greys.map(([r = 0]) => r);
      expect(levels, `${levels}`).toEqual([...levels].sort((a, b) => a - b));
      expect(new Set(levels).size).toBe(levels.length);
      for (const [r = 0, g, b] of greys) near([g ?? 0, b ?? 0], [r, r]);
      const [r = 0, g = 0, b = 0] = await seen([190, 140, 120], hdr);
      expect(r > g && g > b).toBe(true);
    }
    const [white = 0] = await seen([148, 148, 148], { cICP: Buffer.of(9, 16, 0, 1) });
    expect(white).toBeGreaterThan(170);
    expect(white).toBeLessThan(240);
  });

  it("are an AVIF's, by its nclx box where it has no profile", () => {
    const box = (type: string, ...numbers: number[]) =>
      Buffer.concat([
        Buffer.from(`....ftypavif....colr${type}`, "latin1"),
        Buffer.of(...numbers.flatMap((n) => [0, n])),
      ]);
    expect(colourTags(box("nclx", 9, 16, 9), "heif")?.curve(0.5807)).toBeCloseTo(1, 2);
    expect(colourTags(box("nclx", 1, 13, 1), "heif")).toBeUndefined();
    expect(colourTags(Buffer.concat([box("nclx", 9, 16, 9), box("prof")]), "heif")).toBeUndefined();
  });
});
