import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decode, encode } from "../../../src/engine/images/codec.js";
import { inspectPicture, MAX_INPUT_PIXELS, PictureError } from "../../../src/shared/inspect-image.js";
import { claims, drawn } from "../../support/pictures.js";

/** Red, green, blue at a pixel. */
function pixel(
  { width, height, data }: { width: number; height: number; data: Float32Array },
  x: number,
  y: number,
): number[] {
  return [0, 1, 2].map((c) => data[(c * height + y) * width + x] ?? Number.NaN);
}

async function refusal(bytes: Uint8Array): Promise<string> {
  const error = await decode(bytes, 64).then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(PictureError);
  return (error as PictureError).message;
}

describe("decoding pictures", () => {
  it.each(["jpeg", "png", "webp", "gif", "avif", "tiff"] as const)("reads %s", async (format) => {
    const bytes = await drawn(60, 40, format);
    expect(await inspectPicture(bytes)).toMatchObject({ width: 60, height: 40 });
    const raster = await decode(bytes);
    expect([raster.width, raster.height, raster.data.length]).toEqual([60, 40, 3 * 60 * 40]);
    const [r = 0, g = 0, b = 0] = pixel(raster, 30, 20);
    // Lossy formats and GIF's palette come close only; sharp's TIFFs hold JPEG.
    expect(Math.max(Math.abs(r - 220), Math.abs(g - 40), Math.abs(b - 90))).toBeLessThan(format === "png" ? 1 : 14);
  });

  it("gives the size asked for, by the longer side", async () => {
    const bytes = await drawn(60, 40);
    expect(await decode(bytes, 30)).toMatchObject({ width: 30, height: 20 });
    expect(await decode(await drawn(40, 60), 120)).toMatchObject({ width: 80, height: 120 });
    expect(await decode(await drawn(600, 2), 32)).toMatchObject({ width: 32, height: 1 });
  });

  it("takes the first frame of an animation", async () => {
    const frame = (background: string) =>
      sharp({ create: { width: 8, height: 8, channels: 3, background } })
        .png()
        .toBuffer();
    const gif = await sharp([await frame("#ff0000"), await frame("#0000ff")], { join: { animated: true } })
      .gif()
      .toBuffer();
    expect((await sharp(gif, { animated: true }).metadata()).pages).toBe(2);
    const raster = await decode(gif);
    expect([raster.width, raster.height]).toEqual([8, 8]);
    expect(pixel(raster, 4, 4)).toEqual([255, 0, 0]);
  });

  const orientations = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((orientation) => [
    ["png", orientation] as const,
    ["jpeg", orientation] as const,
  ]);
  it.each(orientations)("turns a %s upright that says orientation %i", async (format, orientation) => {
    // The left half red, the right half blue as stored.
    const data = Buffer.alloc(3 * 32 * 16);
    for (let i = 0; i < 32 * 16; i++) data[3 * i + (i % 32 < 16 ? 0 : 2)] = 255;
    const bytes = await sharp(data, { raw: { width: 32, height: 16, channels: 3 } })
      .withMetadata({ orientation })
      [format]()
      .toBuffer();
    const raster = await decode(bytes);
    const turned = orientation >= 5;
    expect(await inspectPicture(bytes)).toMatchObject({ width: turned ? 16 : 32, height: turned ? 32 : 16 });
    expect([raster.width, raster.height]).toEqual(turned ? [16, 32] : [32, 16]);
    const near = (value: number): number => (value < 40 ? 0 : value > 215 ? 255 : value);
    const first = pixel(raster, 2, 2).map(near);
    const last = pixel(raster, raster.width - 3, raster.height - 3).map(near);
    // Orientations whose stored left side is shown on the left or at the top.
    const redFirst = [1, 4, 5, 6].includes(orientation);
    expect(first).toEqual(redFirst ? [255, 0, 0] : [0, 0, 255]);
    expect(last).toEqual(redFirst ? [0, 0, 255] : [255, 0, 0]);
  });

  it("puts transparency over white, and what is white itself over dark grey", async () => {
    const half = await sharp({
      create: { width: 4, height: 4, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0.5 } },
    })
      .png()
      .toBuffer();
    for (const value of pixel(await decode(half), 1, 1)) expect(value).toBeCloseTo(127.5, -0.5);
    const none = await sharp({
      create: { width: 4, height: 4, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0 } },
    })
      .png()
      .toBuffer();
    expect(pixel(await decode(none), 1, 1)).toEqual([255, 255, 255]);
    const [inside, outside] = [
      pixel(await decode(await sticker("#fff")), 20, 16),
      pixel(await decode(await sticker("#fff")), 1, 1),
    ];
    expect(inside).toEqual([255, 255, 255]);
    expect(outside[0]).toBeLessThan(100);
    expect(pixel(await decode(await sticker("#c03020")), 1, 1)).toEqual([255, 255, 255]);
  });

  it("makes three channels of grey, of 16 bits and of CMYK", async () => {
    const grey = await sharp(await drawn(20, 20))
      .toColourspace("b-w")
      .png()
      .toBuffer();
    const [r, g, b] = pixel(await decode(grey), 10, 10);
    expect([g, b]).toEqual([r, r]);
    const deep = await sharp(await drawn(20, 20))
      .toColourspace("rgb16")
      .png()
      .toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe("ushort");
    expect(pixel(await decode(deep), 10, 10)).toEqual([220, 40, 90]);
    const cmyk = await sharp(await drawn(20, 20))
      .toColourspace("cmyk")
      .jpeg()
      .toBuffer();
    const [red = 0, green = 255] = pixel(await decode(cmyk), 10, 10);
    expect(red).toBeGreaterThan(green + 50);
  });
});

describe("hostile pictures", () => {
  it("refuses a decompression bomb before decoding it", async () => {
    const before = process.memoryUsage().rss;
    expect(await refusal(claims(60_000, 60_000))).toMatch(/more than 50 megapixels\. Make it smaller/);
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
    // A real one: 60 megapixels of nothing in a few kilobytes.
    const bomb = await sharp({
      create: { width: 10_000, height: 6_000, channels: 3, background: "#000000" },
      limitInputPixels: false,
    })
      .png()
      .toBuffer();
    expect(bomb.length).toBeLessThan(300_000);
    expect(10_000 * 6_000).toBeGreaterThan(MAX_INPUT_PIXELS);
    expect(await refusal(bomb)).toMatch(/more than 50 megapixels/);
  });

  it("refuses a picture that holds less than it claims", async () => {
    expect(await refusal(claims(600, 400))).toMatch(/damaged/);
  });

  it.each(["png", "webp", "gif", "tiff"] as const)("refuses a truncated %s", async (format) => {
    const bytes = await drawn(300, 200, format);
    expect(await refusal(bytes.subarray(0, Math.round(bytes.length * 0.6)))).toMatch(
      /damaged|not a picture I can read/,
    );
  });

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["text", Buffer.from("hello, I am a picture")],
    ["a page that calls itself GIF", Buffer.from("GIF89a<script>alert(1)</script>")],
    ["zeros", Buffer.alloc(10_000)],
    ["a zip", Buffer.from("504b0304140000000800", "hex")],
    ["the first bytes of a JPEG", Buffer.from("ffd8ffe000104a46", "hex")],
  ])("refuses %s", async (_, bytes) => {
    expect(await refusal(bytes)).toMatch(
      /(not a picture I can read|is empty|I do not read zip files)\. Use a JPEG|damaged/,
    );
  });

  it("refuses SVG, which could name other files, and PDF", async () => {
    const svg = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>',
    );
    expect(await refusal(svg)).toMatch(/not a picture I can read\. Use a JPEG/);
    expect(await refusal(Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n"))).toMatch(/Use a JPEG/);
  });
});

/** A disc of one colour on nothing. */
function sticker(colour: string): Promise<Buffer> {
  const svg = `<svg width="40" height="32"><circle cx="20" cy="16" r="11.5" fill="${colour}"/></svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}

describe("encoding pictures", () => {
  it("keeps what is transparent, and the colours of what is half so", async () => {
    const bytes = await sticker("#fff");
    const { cutOut, ...image } = await decode(bytes);
    const back = await sharp(await encode(image, "png", cutOut))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const before = await sharp(bytes).raw().toBuffer();
    expect(back.info.channels).toBe(4);
    for (let i = 0; i < before.length; i += 4) {
      expect(back.data[i + 3]).toBe(before[i + 3]);
      if ((before[i + 3] ?? 0) > 8) expect(back.data[i]).toBeGreaterThan(250);
    }
    // A preview has no transparency: nothing of what was made in the blank shows.
    image.data.fill(200);
    const preview = await decode(await encode(image, "jpeg", cutOut));
    expect(pixel(preview, 2, 2)[0]).toBeLessThan(100);
    expect(pixel(preview, 20, 16)[0]).toBeGreaterThan(180);
    // At another size its outline is the same.
    const small = await sharp(await encode(await decode(bytes, 20), "png", cutOut))
      .raw()
      .toBuffer();
    expect([small[3], small[4 * (8 * 20 + 10) + 3]]).toEqual([0, 255]);
  });

  it("keeps every value in a PNG, rounded and limited", async () => {
    const raster = {
      width: 2,
      height: 2,
      data: Float32Array.of(-5, 0.4, 0.6, 300, 10, 20, 30, 40, 254.4, 254.6, Number.NaN, 128),
    };
    const png = await encode(raster, "png");
    expect([...(await decode(png)).data]).toEqual([0, 0, 1, 255, 10, 20, 30, 40, 254, 255, 0, 128]);
  });

  it.each(["jpeg", "webp"] as const)("comes close in %s", async (format) => {
    const raster = await decode(await drawn(64, 64));
    const back = await decode(await encode(raster, format));
    const error = back.data.reduce((sum, v, i) => sum + Math.abs(v - (raster.data[i] ?? 0)), 0) / raster.data.length;
    expect(error).toBeLessThan(6);
    expect((await inspectPicture(await encode(raster, format))).format).toBe(format);
  });
});
