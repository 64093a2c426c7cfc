import sharp, { type OverlayOptions } from "sharp";
import { describe, expect, it } from "vitest";
import { type SquareBounds, squareCuts } from "../../src/shared/square-cut.js";
import { movie, NO_FILMS, WITH_FILMS } from "../support/movie.js";

const limits = { maxPixels: 1_000_000, seconds: 15 };
const still: SquareBounds = { side: 64, maxBytes: 100_000 };
const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;

function canvas(width: number, height: number, background: string, laid: OverlayOptions[] = []) {
  return sharp({ create: { width, height, channels: 4, background } }).composite(laid);
}

const patch = (width: number, height: number, background: string): Promise<Buffer> =>
  canvas(width, height, background).png().toBuffer();

const noisy = (width: number, height: number): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: "#000", noise } })
    .png()
    .toBuffer();

async function cut(bytes: Uint8Array, bounds: SquareBounds) {
  const [one] = await squareCuts(bytes, [bounds], limits);
  if (!one) throw new Error("no cut");
  const { pages = 1, pageHeight, ...facts } = await sharp(one.bytes).metadata();
  const { data, info } = await sharp(one.bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number): number[] => [
    ...data.subarray((y * info.width + x) * 4, (y * info.width + x) * 4 + 4),
  ];
  return { ...one, ...facts, pages, height: pageHeight ?? facts.height, at };
}

async function film(count: number, delay: number, side = 80, width = side): Promise<Buffer> {
  const frames = await Promise.all(
    Array.from(
      { length: count },
      async () =>
        await sharp(await noisy(width, side))
          .raw()
          .toBuffer(),
    ),
  );
  const raw = { width, height: side * count, channels: 3, pageHeight: side } as const;
  return sharp(Buffer.concat(frames), { raw })
    .webp({ lossless: true, loop: 0, delay: Array(count).fill(delay) })
    .toBuffer();
}

describe("a square cut of a still", () => {
  it("is taken where the eye goes first, not in the middle", async () => {
    const eye = {
      input: await sharp(await noisy(60, 60))
        .tint("#f40")
        .png()
        .toBuffer(),
      left: 230,
      top: 20,
    };
    const wide = await canvas(300, 100, "#789", [eye]).removeAlpha().png().toBuffer();
    const right = await cut(wide, { ...still, side: 100 });
    expect([right.width, right.height, right.type, right.hasAlpha]).toEqual([100, 100, "image/png", false]);
    // All of the eye: the ground is seen on its left side within the square.
    expect(right.at(2, 50).slice(0, 3)).toEqual([0x77, 0x88, 0x99]);
    const detail = Array.from({ length: 50 }, (_, x) => right.at(45 + x, 50)[0]);
    expect(new Set(detail).size).toBeGreaterThan(10);
    const high = await sharp(wide).rotate(90).toBuffer();
    expect((await cut(high, { ...still, side: 100 })).at(50, 2).slice(0, 3)).toEqual([0x77, 0x88, 0x99]);
  });

  it("keeps all of a transparent one, in the middle, with nothing around it", async () => {
    const disc = { input: await patch(80, 40, "#e02020"), left: 200, top: 10 };
    const sticker = await canvas(300, 100, "#0000", [disc]).webp({ lossless: true }).toBuffer();
    const { at, width, height, hasAlpha } = await cut(sticker, { ...still, side: 160 });
    expect([width, height, hasAlpha]).toEqual([160, 160, true]);
    expect(at(2, 80)).toEqual([0xe0, 0x20, 0x20, 255]);
    expect(at(157, 80)).toEqual([0xe0, 0x20, 0x20, 255]);
    for (const y of [2, 36, 123, 157]) expect(at(80, y)[3]).toBe(0);
    for (const y of [44, 115]) expect(at(80, y)[3]).toBe(255);
  });

  it("reaches beyond the picture where what is there touches its edge", async () => {
    const bar = { input: await patch(20, 100, "#20e020"), left: 0, top: 0 };
    const { at } = await cut(await canvas(60, 100, "#0000", [bar]).png().toBuffer(), { ...still, side: 100 });
    expect([at(30, 50)[3], at(50, 50)[3], at(70, 50)[3], at(50, 1)[3], at(50, 98)[3]]).toEqual([0, 255, 0, 255, 255]);
  });

  it("is made of an empty one and a single pixel, and larger of a small one", async () => {
    for (const tiny of [await patch(3, 1, "#0000"), await patch(1, 1, "#f00")]) {
      const { width, height } = await cut(tiny, still);
      expect([width, height]).toEqual([64, 64]);
    }
  });

  it("has fewer colours where it would have too many bytes", async () => {
    const bytes = await noisy(320, 320);
    const full = await cut(bytes, { side: 320, maxBytes: 1_000_000 });
    expect(full.bytes.byteLength).toBeGreaterThan(120_000);
    const small = await cut(bytes, { side: 320, maxBytes: 120_000 });
    expect(small.bytes.byteLength).toBeLessThanOrEqual(120_000);
    expect([small.width, small.type]).toEqual([320, "image/png"]);
  });
});

describe("a square cut of a film", () => {
  const moving: SquareBounds = { side: 64, maxBytes: 128_000, moving: {} };

  it("moves with its own times where it fits", async () => {
    const one = await cut(await film(6, 120, 60, 90), moving);
    expect(one).toMatchObject({ type: "image/gif", film: "moves", pages: 6, width: 64, delay: Array(6).fill(120) });
    expect([one.height, one.loop]).toEqual([64, 0]);
  });

  it("has as many frames as there is room for, and stays lively", async () => {
    const one = await cut(await film(30, 100), { ...moving, maxBytes: 40_000 });
    expect(one.film).toBe("faster");
    expect(one.bytes.byteLength).toBeLessThanOrEqual(40_000);
    expect(one.pages).toBeGreaterThan(3);
    expect(one.pages).toBeLessThan(20);
    expect(Math.max(...(one.delay ?? []))).toBeLessThanOrEqual(200);
  });

  it("has no more frames and seconds than are taken", async () => {
    const many = await film(30, 100, 16);
    expect((await cut(many, { ...moving, moving: { frames: 10 } })).pages).toBe(10);
    const short = await cut(many, { ...moving, moving: { seconds: 1.5 } });
    expect(short.film).toBe("faster");
    expect(short.delay?.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(1_500);
    expect(short.pages).toBeGreaterThan(10);
  });

  it("is its first frame where only that is taken, or no film is small enough", async () => {
    const moves = await film(4, 100);
    for (const bounds of [still, { ...moving, maxBytes: 6_000 }]) {
      const one = await cut(moves, bounds);
      expect(one).toMatchObject({ type: "image/png", film: "still", pages: 1 });
      expect(one.bytes.byteLength).toBeLessThanOrEqual(bounds.maxBytes);
    }
  });

  it("keeps what is there in any frame of a transparent one", async () => {
    const at = async (left: number): Promise<Buffer> =>
      canvas(100, 40, "#0000", [{ input: await patch(20, 20, "#2020e0"), left, top: 10 }])
        .raw()
        .toBuffer();
    const raw = { width: 100, height: 80, channels: 4, pageHeight: 40 } as const;
    const bytes = await sharp(Buffer.concat([await at(0), await at(60)]), { raw })
      .webp({ lossless: true })
      .toBuffer();
    const one = await cut(bytes, { ...moving, side: 80 });
    expect([one.pages, one.hasAlpha]).toEqual([2, true]);
    // The first frame has it at the left, and room at the right for the second one.
    expect([one.at(2, 40)[3], one.at(78, 40)[3], one.at(2, 10)[3]]).toEqual([255, 0, 0]);
  });
});

describe.skipIf(NO_FILMS)(`a square cut of MP4 and WebM${WITH_FILMS}`, () => {
  const moving: SquareBounds = { side: 64, maxBytes: 128_000, moving: {} };

  it("moves as the film does, cut in the same place in all of its frames", async () => {
    const one = await cut(await movie({ seconds: 1, rate: 10, size: "128x96" }), moving);
    expect(one).toMatchObject({ type: "image/gif", film: "moves", pages: 10, width: 64, height: 64 });
    expect([one.delay, one.loop]).toEqual([Array(10).fill(100), 0]);
    const coding = ["-c:v", "libvpx", "-b:v", "400k"];
    const webm = await cut(await movie({ seconds: 1, rate: 5, coding, extension: "webm" }), moving);
    expect(webm).toMatchObject({ type: "image/gif", film: "moves", pages: 5 });
  });

  it("is bounded in frames, bytes and time; where only stills are taken it is the first frame", async () => {
    const long = await movie({ seconds: 8, rate: 25, size: "640x480" });
    const { seconds, frames } = { seconds: 5, frames: 20 };
    const one = await cut(long, { ...moving, moving: { seconds, frames } });
    expect(one.film).toBe("faster");
    expect(one.pages).toBeLessThanOrEqual(frames);
    expect(one.pages).toBeGreaterThan(5);
    expect((one.delay ?? []).reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(seconds * 1000);
    expect(one.bytes.byteLength).toBeLessThanOrEqual(moving.maxBytes);
    expect(await cut(long, still)).toMatchObject({ type: "image/png", film: "still", pages: 1 });
  });
});
