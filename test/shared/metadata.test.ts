import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { withImage } from "../../src/shared/image-process.js";
import { bareImage } from "../../src/shared/metadata/bare.js";
import { SECRET, TRAILER, tellingImage } from "../support/telling-images.js";

const limits = { name: "a.jpg", maxPixels: 1_000_000, decoding: true };
const admit = async (file: Uint8Array) => Buffer.from((await withImage("admit", file, limits)).bytes);
const pixels = (file: Uint8Array) => sharp(file, { animated: true, failOn: "none" }).autoOrient().raw().toBuffer();
const tells = (file: Uint8Array) => Buffer.from(file).includes(SECRET);
const latin = (text: string) => Buffer.from(text, "latin1");

/** What a file says beside its picture: nothing but how that is turned, and in which colours. */
async function expectBare(before: Uint8Array, after: Uint8Array): Promise<void> {
  const [was, is] = await Promise.all([sharp(before).metadata(), sharp(after).metadata()]);
  expect(tells(after)).toBe(false);
  expect(is).toMatchObject({ format: was.format, width: was.width, height: was.height });
  expect([is.xmp, is.iptc, is.comments]).toEqual([undefined, undefined, undefined]);
  expect(is.exif?.length ?? 0).toBeLessThan(40);
  expect(is.orientation ?? 1).toBe(was.orientation ?? 1);
  expect(is.icc).toEqual(was.icc);
  expect(await pixels(after)).toEqual(await pixels(before));
}

describe.each(["jpeg", "png", "webp", "avif", "tiff"] as const)("a stranger's %s", (format) => {
  it.each(["exif", "xmp", "trailer"] as const)("is taken without its %s, and is the same picture", async (kind) => {
    const file = await tellingImage[kind](format);
    const { exif, xmp, orientation } = await sharp(file).metadata();
    if (kind === "exif") expect(exif?.includes(SECRET) || tells(file)).toBe(true);
    if (kind === "exif" && format !== "avif") expect(orientation).toBe(6);
    if (kind === "xmp") expect(xmp?.includes(SECRET)).toBe(true);
    const bare = await admit(file);
    await expectBare(file, bare);
    expect(bare.includes("MotionPhoto")).toBe(false);
    // What has nothing to hide stays as it is.
    expect(await admit(bare)).toEqual(bare);
  });
});

describe("what else a file may tell", () => {
  /** A JPEG's segment, whose length counts itself. */
  const segment = (marker: number, content: Buffer) => {
    const head = Buffer.of(0xff, marker, 0, 0);
    head.writeUInt16BE(content.length + 2, 2);
    return Buffer.concat([head, content]);
  };

  it("goes from a JPEG: MPF with its second image, thumbnails, IPTC, comments, segments of programs", async () => {
    const photo = await tellingImage.exif("jpeg");
    const telling = Buffer.concat([
      photo.subarray(0, 2),
      segment(0xe0, latin("JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01\xff\xff\xff")),
      segment(0xe0, latin(`JFXX\0\x10${SECRET}`)),
      segment(0xe2, latin(`MPF\0MM\0*${SECRET}`)),
      segment(0xed, latin(`Photoshop 3.0\0${SECRET}`)),
      segment(0xee, latin(`Adobe\0\x64\0\0\0\0\x01${SECRET}`)),
      segment(0xfe, latin(SECRET)),
      photo.subarray(2),
      photo,
    ]);
    const bare = await admit(telling);
    await expectBare(telling, bare);
    expect(bare.includes("MPF")).toBe(false);
    expect(bare.length).toBeLessThan(photo.length);
  });

  it("goes from a GIF: comments, XMP, and what follows the end; its frames stay", async () => {
    const frames = Buffer.concat([Buffer.alloc(48 * 32 * 3, 40), Buffer.alloc(48 * 32 * 3, 200)]);
    const raw = { width: 48, height: 64, channels: 3, pageHeight: 32 } as const;
    const film = await sharp(frames, { raw })
      .gif({ loop: 3, delay: [90, 110] })
      .toBuffer();
    const head = 13 + 3 * 2 ** (((film[10] ?? 0) & 7) + 1);
    const telling = Buffer.concat([
      film.subarray(0, head),
      latin(`\x21\xfe${String.fromCharCode(SECRET.length)}${SECRET}\0`),
      latin(`\x21\xff\x0bXMP DataXMP${String.fromCharCode(SECRET.length)}${SECRET}\0`),
      film.subarray(head),
      TRAILER,
    ]);
    const bare = await admit(telling);
    await expectBare(telling, bare);
    expect(await sharp(bare).metadata()).toMatchObject({ pages: 2, loop: 3, delay: [90, 110] });
  });

  it("goes from a PNG and an animated WebP: texts, chunks that no reader knows", async () => {
    const chunk = (type: string, content: string) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(content.length);
      return Buffer.concat([length, latin(type), latin(content), Buffer.alloc(4)]);
    };
    const png = await tellingImage.trailer("png");
    const telling = Buffer.concat([png.subarray(0, 33), chunk("tEXt", `Author\0${SECRET}`), png.subarray(33)]);
    await expectBare(telling, await admit(telling));

    const frames = { raw: { width: 16, height: 32, channels: 3, pageHeight: 16 } } as const;
    const film = await sharp(Buffer.alloc(16 * 32 * 3, 99).fill(9, 0, 16 * 16 * 3), frames)
      .webp({ loop: 2 })
      .withExif({ IFD0: { Artist: SECRET } })
      .toBuffer();
    const bare = await admit(film);
    await expectBare(film, bare);
    const { pages, loop, exif } = await sharp(bare).metadata();
    expect([pages, loop, exif]).toEqual([2, 2, undefined]);
  });

  it("goes from each page of a TIFF, also of a large one", async () => {
    const pages = { raw: { width: 16, height: 64, channels: 3, pageHeight: 32 } } as const;
    for (const options of [{ bigtiff: true, tile: true, tileWidth: 16, tileHeight: 16 }, { bigtiff: false }]) {
      const file = await sharp(Buffer.alloc(16 * 64 * 3, 99).fill(9, 1000), pages)
        .withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/">${SECRET}</x:xmpmeta>`)
        .tiff(options)
        .toBuffer();
      expect(tells(file)).toBe(true);
      expect((await sharp(file).metadata()).pages).toBe(2);
      const bare = await admit(file);
      await expectBare(file, bare);
      expect((await sharp(bare).metadata()).pages).toBe(2);
    }
  });

  it("goes from an AVIF's boxes of programs, and from what lies between its pictures", async () => {
    const file = await tellingImage.exif("avif");
    const box = (type: string, content: string) => {
      const head = Buffer.alloc(4);
      head.writeUInt32BE(8 + content.length);
      return Buffer.concat([head, latin(type), latin(content)]);
    };
    const telling = Buffer.concat([file, box("uuid", SECRET.padEnd(64)), box("free", SECRET), box("mpvd", SECRET)]);
    await expectBare(telling, await admit(telling));
  });
});

describe("a file that is not built as its format says", () => {
  it("is decoded and encoded again where libvips reads it, upright", async () => {
    const file = await tellingImage.exif("tiff");
    // Without the length of its pixels, which is left to be guessed: the tag becomes the next one.
    const broken = Buffer.from(file);
    broken[file.indexOf(Buffer.of(0x17, 0x01), file.readUInt32LE(4))] = 0x18;
    expect(() => bareImage(broken, "tiff", 6)).toThrow("where its pixels end");
    const bare = await admit(broken);
    expect(tells(bare)).toBe(false);
    expect(await sharp(bare).metadata()).toMatchObject({ format: "tiff", width: 32, height: 48 });
    expect(await pixels(bare)).toEqual(await pixels(broken));
  });

  it("is refused where it shows nothing", async () => {
    const file = await tellingImage.exif("webp");
    await expect(admit(file.subarray(0, 200))).rejects.toMatchObject({ name: "PictureError" });
  });
});
