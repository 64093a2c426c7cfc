/** Masks as people and strangers send them: each is read as it looks, or refused in one sentence. */
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { checkImage } from "../../../../src/commands/images/check-image.js";
import { decode } from "../../../../src/engine/images/codec.js";
import { runJob } from "../../../../src/engine/run-job.js";
import { withImage } from "../../../../src/shared/image-process.js";
import { filmFile } from "../../../support/film.js";
import { openTiny, scene } from "../tiny.js";

const tiny = openTiny();
const [WIDTH, HEIGHT] = [96, 72];
const photo = await filmFile([scene(WIDTH, HEIGHT)], [100], { format: "webp" });
const PARAMS = { network: "vgg", layers: "block2_conv1", size: WIDTH, octaves: 1, steps: 3, feather: 0, where: "mask" };

/** White in the left half, black in the right one. */
function left(width = WIDTH, height = HEIGHT): Sharp {
  const bytes = Buffer.from(
    Array.from({ length: width * height }, (_, i) => (i % width < width / 2 ? [255, 255, 255] : [0, 0, 0])).flat(),
  );
  return sharp(bytes, { raw: { width, height, channels: 3 } });
}

/** How much the dream has changed the photo, on average: in its left half, and in its right one. */
async function changes(mask: Uint8Array, more: Record<string, unknown> = {}): Promise<{ left: number; right: number }> {
  const { bytes } = await withImage("admit", mask, { name: "mask.png", maxPixels: 50_000_000, decoding: true });
  const request = { recipe: "dream", params: { ...PARAMS, ...more }, pictures: { image: photo, mask: bytes } };
  const { picture } = await runJob(request, { ...tiny, onFrame: () => undefined });
  const [result, source] = [await decode(picture), await decode(photo)];
  const sums = { left: 0, right: 0 };
  for (const [i, value] of result.data.entries())
    sums[i % WIDTH < WIDTH / 2 ? "left" : "right"] += Math.abs(value - (source.data[i] ?? Number.NaN));
  return { left: (2 * sums.left) / result.data.length, right: (2 * sums.right) / result.data.length };
}

const alpha = (mask: Sharp): Promise<Buffer> =>
  mask
    .extractChannel(0)
    .toBuffer()
    .then((grey) =>
      sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: "#0a0" } })
        .joinChannel(grey, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } })
        .png()
        .toBuffer(),
    );

describe("a mask", () => {
  it.each<[string, () => Promise<Uint8Array>]>([
    ["of 16 bits of grey", () => left().toColourspace("grey16").png().toBuffer()],
    ["of one bit", () => left().toColourspace("b-w").png({ palette: true, colours: 2 }).toBuffer()],
    ["as a CMYK JPEG", () => left().toColourspace("cmyk").jpeg({ quality: 100 }).toBuffer()],
    [
      "of a palette with alpha",
      async () =>
        sharp(await alpha(left()))
          .png({ palette: true })
          .toBuffer(),
    ],
    [
      "as a WebP with alpha",
      async () =>
        sharp(await alpha(left()))
          .webp({ lossless: true })
          .toBuffer(),
    ],
    ["as an AVIF", () => left().avif({ quality: 90 }).toBuffer()],
    ["as a TIFF", () => left().tiff().toBuffer()],
    [
      "larger than the picture",
      () =>
        left(12 * WIDTH, 12 * HEIGHT)
          .png()
          .toBuffer(),
    ],
    [
      "a pixel higher",
      () =>
        left(WIDTH, HEIGHT + 1)
          .png()
          .toBuffer(),
    ],
    [
      "that moves, by its first frame",
      async () => {
        const frames = [await decode(await left().png().toBuffer()), scene(WIDTH, HEIGHT)];
        return filmFile(frames, [100, 100], { format: "gif" });
      },
    ],
    [
      "turned by its camera",
      async () =>
        sharp(await left().rotate(-90).toBuffer(), { raw: { width: HEIGHT, height: WIDTH, channels: 3 } })
          .jpeg({ quality: 100 })
          .withMetadata({ orientation: 6 })
          .toBuffer(),
    ],
  ])("%s is where it is white", async (_, mask) => {
    const changed = await changes(await mask());
    expect(changed.left).toBeGreaterThan(2);
    expect(changed.right).toBeLessThan(0.2);
  });

  it("that is all black, or all of it turned round, is told to leave nothing to change", async () => {
    const plain = (background: string) =>
      sharp({ create: { width: WIDTH, height: HEIGHT, channels: 4, background } })
        .png()
        .toBuffer();
    const empty = "The mask leaves nothing to change. Make it white where something should happen";
    await expect(changes(await plain("#000"))).rejects.toThrow(empty);
    await expect(changes(await plain("rgba(255,255,255,0)"))).rejects.toThrow(empty);
    await expect(changes(await plain("#fff"), { where: "not mask" })).rejects.toThrow(empty);
    const { left: one, right: other } = await changes(await plain("#fff"));
    expect(Math.min(one, other)).toBeGreaterThan(2);
  });

  it("of another shape is refused", async () => {
    for (const [width, height] of [
      [HEIGHT, WIDTH],
      [WIDTH, WIDTH],
      [1, 60],
    ] as const)
      await expect(changes(await left(width, height).png().toBuffer()), `${width} x ${height}`).rejects.toThrow(
        `The mask (${width} x ${height} px) and the picture (${WIDTH} x ${HEIGHT} px here) differ in shape`,
      );
  });

  it("of one pixel is refused in chats by its size", async () => {
    await expect(checkImage(await left(1, 1).png().toBuffer(), "mask.png")).rejects.toThrow(
      "mask.png is 1 × 1 pixels; send one of at least 16 pixels on each side.",
    );
  });
});
