import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { fitMessage } from "../../../src/commands/presenting/deliver.js";
import type { Picture } from "../../../src/port/messages.js";

async function fitImage(picture: Picture, maxBytes: number): Promise<Picture> {
  const { pictures } = await fitMessage({ text: "", pictures: [picture] }, maxBytes);
  return pictures?.[0] ?? picture;
}

/** Noise, which no format makes small. */
async function film(frames: number, type: "webp" | "gif", width = 64, height = 48) {
  let state = 1;
  const data = Buffer.alloc(width * height * frames * 3).map(() => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return state >> 16;
  });
  const image = sharp(data, { raw: { width, height: height * frames, channels: 3, pageHeight: height } });
  const delay = Array.from({ length: frames }, () => 80);
  const bytes = await (type === "webp" ? image.webp({ delay, quality: 90 }) : image.gif({ delay })).toBuffer();
  return { bytes: new Uint8Array(bytes), name: `film.${type}`, type: `image/${type}` };
}

describe("a film that is too large for its chat", () => {
  it.each(["webp", "gif"] as const)("is made smaller and still moves, as %s, for as long as before", async (type) => {
    const picture = await film(8, type);
    const limit = Math.round(picture.bytes.byteLength / 6);
    const fitted = await fitImage(picture, limit);
    expect(fitted.bytes.byteLength).toBeLessThanOrEqual(limit);
    expect(fitted).toMatchObject({ name: `film.${type}`, type: `image/${type}` });
    const { pages = 1, delay = [], width } = await sharp(fitted.bytes).metadata();
    expect(pages).toBeGreaterThan(1);
    expect(width).toBeLessThanOrEqual(64);
    expect(delay.reduce((sum, each) => sum + each, 0)).toBe(8 * 80);
  });

  it("is one picture of it, and the message says so, where nothing else fits", async () => {
    const picture = await film(6, "webp", 200, 150);
    const message = await fitMessage({ text: "Your film", pictures: [picture] }, 150);
    expect(message.text).toMatch(/^Your film\n.*too large for this chat/);
    expect(message.pictures?.[0]).toMatchObject({ name: "film.jpg", type: "image/jpeg" });
    const whole = { text: "Your film", pictures: [picture] };
    expect(await fitMessage(whole, 10_000_000)).toBe(whole);
  });
});

async function noisy(width: number, height: number): Promise<Uint8Array> {
  const channels = 3;
  let state = 1;
  const noise = Buffer.alloc(channels * width * height).map(() => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return state >> 16;
  });
  return new Uint8Array(await sharp(noise, { raw: { width, height, channels } }).png().toBuffer());
}

describe("a picture that is too large for its chat", () => {
  it("stays transparent where it is", async () => {
    let state = 1;
    const noise = Buffer.alloc(4 * 200 * 200).map((_, i) => {
      state = (state * 1103515245 + 12345) & 0x7fffffff;
      if (i % 4 < 3) return state >> 16;
      return i % 800 < 400 ? 0 : 255;
    });
    const bytes = await sharp(noise, { raw: { width: 200, height: 200, channels: 4 } })
      .png()
      .toBuffer();
    const fitted = await fitImage({ bytes: new Uint8Array(bytes), name: "a.png", type: "image/png" }, 30_000);
    expect(fitted).toMatchObject({ name: "a.webp", type: "image/webp" });
    expect(fitted.bytes.byteLength).toBeLessThanOrEqual(30_000);
    const { data, info } = await sharp(fitted.bytes).raw().toBuffer({ resolveWithObject: true });
    expect([info.channels, data[3], data[4 * (info.width - 1) + 3]]).toEqual([4, 0, 255]);
  });

  it("is sent in the largest form that fits, and the message of a result says so", async () => {
    const bytes = await noisy(400, 300);
    const picture = { bytes, name: "dream-7KQ4M9XA.png", type: "image/png" };
    const { text, pictures } = await fitMessage({ text: "Done", pictures: [picture] }, 30_000);
    const { width, height } = await sharp(pictures?.[0]?.bytes).metadata();
    expect(text).toMatch(/^Done\n\*The original, 400 x 300 px in 0\.\d MB, is more than this chat takes/);
    expect(text).toContain(`this is a JPEG of ${width} x ${height} px`);
    // A preview is replaced soon.
    const preview = { ...picture, name: "dream-7KQ4M9XA-octave-1.png" };
    expect((await fitMessage({ text: "Octave 1", pictures: [preview] }, 30_000)).text).toBe("Octave 1");
  });

  it("stays as it is where it cannot be read, so that the chat says what is the matter", async () => {
    const picture = { bytes: new Uint8Array(20_000), name: "broken.png", type: "image/png" };
    expect(await fitImage(picture, 10_000)).toBe(picture);
  });
});
