import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { FileParts } from "../../src/shared/file-parts.js";
import { withImage } from "../../src/shared/image-process.js";
import { MAKER, type Mark, parseMark, printMark } from "../../src/shared/metadata/mark.js";
import { markedParts, withMark } from "../../src/shared/metadata/with-mark.js";
import { movie, NO_FILMS, remade, WITH_FILMS } from "../support/movie.js";
import { newFolder } from "../support/new-folder.js";
import { tellingImage } from "../support/telling-images.js";

const mark: Mark = {
  line: '/dream into:"peacock:0.5 owl" size:512 seed:7',
  job: "7KQ4M9XA",
  seed: "7",
  network: "resnet50",
  version: "2",
  pictures: "image mask",
  credits: `Picture by "Ben" & <Zoë>'s 🦉`,
};
const limits = { name: "a.png", maxPixels: 1_000_000, decoding: true };
const admit = (file: Uint8Array, keepsMark = false) => withImage("admit", file, { ...limits, keepsMark });
const pixels = (file: Uint8Array) => sharp(file, { animated: true }).raw().toBuffer();

/** Files of every kind that results have: with an alpha channel, as films, in WebP's three forms. */
async function files(): Promise<readonly (readonly [string, Uint8Array])[]> {
  const still = () => sharp({ create: { width: 61, height: 37, channels: 3, background: "#48c" } });
  const clear = () => sharp({ create: { width: 61, height: 37, channels: 4, background: "#48c8" } });
  const film = () =>
    sharp(Buffer.alloc(16 * 48 * 3, 99).fill(9, 0, 16 * 16 * 3), {
      raw: { width: 16, height: 48, channels: 3, pageHeight: 16 },
    });
  return Promise.all(
    (
      [
        ["image/png", still().png()],
        ["image/png", clear().png()],
        ["image/jpeg", still().jpeg()],
        ["image/webp", still().webp()],
        ["image/webp", clear().webp({ lossless: true })],
        ["image/webp", still().webp({ lossless: true })],
        ["image/webp", clear().webp()],
        ["image/webp", film().webp({ loop: 3, delay: [40, 50, 60] })],
        ["image/gif", film().gif({ loop: 3 })],
      ] as const
    ).map(async ([type, file]) => [type, new Uint8Array(await file.toBuffer())] as const),
  );
}

describe("a picture's mark", () => {
  it("is sent with a file that is read from the disk again, whole or a stretch of it", async () => {
    const path = join(newFolder(), "result");
    for (const [type, file] of await files()) {
      writeFileSync(path, file);
      const parts = new FileParts(path, file, markedParts(file, type, mark));
      const marked = withMark(file, type, mark);
      expect(parts.size).toBe(marked.byteLength);
      expect(new Uint8Array(await buffer(parts.read(0, parts.size)))).toEqual(marked);
      const ends = [1, 13, 40, 500, parts.size - 30];
      for (const [start, end] of ends.flatMap((from) => ends.map((to) => [from, to] as const)))
        if (start < end)
          expect(new Uint8Array(await buffer(parts.read(start, end)))).toEqual(marked.subarray(start, end));
      // All of the picture comes from the disk.
      rmSync(path);
      await expect(buffer(parts.read(0, parts.size))).rejects.toMatchObject({ code: "ENOENT" });
    }
  });

  it("is read back from every format of results, whose pixels stay as they are", async () => {
    for (const [type, file] of await files()) {
      const marked = withMark(file, type, mark);
      expect(marked.byteLength).toBeGreaterThan(file.byteLength);
      expect(await pixels(marked)).toEqual(await pixels(file));
      const [before, after] = await Promise.all([sharp(file).metadata(), sharp(marked).metadata()]);
      const { width, height, pages, loop, delay, hasAlpha } = before;
      expect(after).toMatchObject({ width, height, hasAlpha, ...(pages && { pages, loop, delay }) });
      const admitted = await admit(marked);
      expect(admitted.mark).toEqual(mark);
      expect(Buffer.from(admitted.bytes).includes("dreamloom:")).toBe(false);
      // Where it is kept, all else goes all the same.
      const kept = await admit(marked, true);
      expect((await admit(kept.bytes)).mark).toEqual(mark);
    }
  });

  it("is XMP that other programs know: made by a trained network, from nothing or of a picture", async () => {
    const [, file] = (await files())[0] ?? expect.fail();
    const { xmp, comments } = await sharp(withMark(file, "image/png", mark)).metadata();
    const type = "http://cv.iptc.org/newscodes/digitalsourcetype/";
    expect(xmp?.toString()).toContain(`DigitalSourceType="${type}compositeWithTrainedAlgorithmicMedia"`);
    expect(printMark({ ...mark, pictures: undefined })).toContain(`DigitalSourceType="${type}trainedAlgorithmicMedia"`);
    expect(Object.fromEntries((comments ?? []).map(({ keyword, text }) => [keyword, text]))).toMatchObject({
      Software: MAKER,
      Comment: expect.stringContaining(mark.line),
    });
  });

  it("stays with a picture that is made smaller, and with a film", async () => {
    const noise = { width: 600, height: 400, channels: 3, background: "#000", noise: { type: "gaussian", mean: 128 } };
    const large = await sharp({ create: noise as never })
      .png()
      .toBuffer();
    const small = await withImage("smaller", withMark(large, "image/png", mark), { ...limits, maxBytes: 40_000 });
    expect([small.type, small.bytes.byteLength <= 40_000]).toEqual(["image/jpeg", true]);
    expect((await admit(small.bytes)).mark).toEqual(mark);
  });

  it("is read from elements and other quotes, as other programs write them", () => {
    const own = printMark(mark);
    const quoted = own.replace(/dreamloom:seed="7"/, "dreamloom:seed = '7'");
    const elements = own
      .replace(/ dreamloom:job="7KQ4M9XA"/, "")
      .replace("/>", "><dreamloom:job>7KQ4M9XA</dreamloom:job>");
    expect(parseMark(quoted)).toEqual(mark);
    expect(parseMark(elements)).toEqual(mark);
    expect(parseMark(own.replace("peacock", "pea&#99;&#x6f;ck"))?.line).toBe(mark.line.replace("peacock", "peacock"));
  });

  it("of a stranger is taken whole or not at all", async () => {
    const own = printMark(mark);
    const forged = (change: Partial<Record<keyof Mark, string>>) => parseMark(printMark({ ...mark, ...change }));
    expect(forged({ job: "../../etc" })).toBeUndefined();
    expect(forged({ seed: "1e9" })).toBeUndefined();
    expect(forged({ line: "rm -rf" })).toBeUndefined();
    expect(forged({ line: `/dream ${"a".repeat(8000)}` })).toBeUndefined();
    expect(forged({ pictures: "image <b>" })).toBeUndefined();
    expect(forged({ credits: "x".repeat(2_001) })).toBeUndefined();
    expect(parseMark(own.replace(/dreamloom:line="[^"]*"/, ""))).toBeUndefined();
    expect(parseMark(own.replace("urn:dreamloom:picture#", "urn:other#"))).toBeUndefined();
    expect(parseMark(own.padEnd(60_001))).toBeUndefined();
    // No line breaks, and nothing that turns the direction of what is read.
    expect(forged({ credits: "a\u202Eb\nc" })?.credits).toBe("a b c");
    expect(parseMark(own.replace("peacock", "&#9999999;"))?.line).toContain("&#9999999;");
    const telling = await tellingImage.xmp("jpeg");
    expect((await admit(telling)).mark).toBeUndefined();
  });

  it("is not written where the file is not built as its type says, or it is too long", async () => {
    const odd = Uint8Array.of(1, 2, 3);
    for (const type of ["image/png", "image/jpeg", "image/webp", "image/gif", "video/mp4"])
      expect(withMark(odd, type, mark)).toBe(odd);
    const [type, file] = (await files())[2] ?? expect.fail();
    expect(withMark(file, type, { ...mark, line: `/dream ${"&".repeat(20_000)}` })).toBe(file);
  });
});

describe.skipIf(NO_FILMS)(`the mark of an MP4${WITH_FILMS}`, () => {
  const type = "video/mp4";

  it("is XMP in a box beside the film's own, which stay as they are, and is read back", async () => {
    const film = await movie({ sound: true });
    const marked = withMark(film, type, mark);
    expect(Buffer.from(marked.subarray(0, film.length)).equals(film)).toBe(true);
    const [box, xmp] = [marked.subarray(film.length), printMark(mark)];
    // The length, the kind, XMP's identifier, the text.
    expect(Buffer.from(box).readUInt32BE(0)).toBe(box.length);
    expect(Buffer.from(box.subarray(4, 24)).toString("hex")).toBe("75756964be7acfcb97a942e89c71999491e3afac");
    expect(Buffer.from(box.subarray(24)).toString()).toBe(xmp);
    const admitted = await admit(marked);
    expect(admitted).toMatchObject({ mark, type, width: 64, height: 48 });
    expect(Buffer.from(admitted.bytes).includes("dreamloom:")).toBe(false);
    const kept = await admit(marked, true);
    expect((await admit(kept.bytes)).mark).toEqual(mark);
    expect(await withImage("moving", kept.bytes, limits)).toMatchObject({ framesPerSecond: 10, sound: true });
  });

  it("goes with the still that a film too large for a chat becomes", async () => {
    const film = withMark(await movie({ size: "320x240" }), type, mark);
    const small = await withImage("smaller", film, { ...limits, maxBytes: 15_000 });
    expect(small.type).toBe("image/jpeg");
    expect(small.bytes.byteLength).toBeLessThanOrEqual(15_000);
    expect((await admit(small.bytes)).mark).toEqual(mark);
  });

  it("of a stranger is not believed where its boxes are not whole, and goes from what is no MP4", async () => {
    const film = await movie();
    const marked = Buffer.from(withMark(film, type, mark));
    const longer = Buffer.from(marked);
    longer.writeUInt32BE(longer.readUInt32BE(film.length) + 1, film.length);
    const endless = Buffer.from(marked);
    endless.writeUInt32BE(0, film.length);
    for (const odd of [longer, endless]) expect((await admit(odd)).mark).toBeUndefined();
    // Behind a box that goes to the end of the file there is no room.
    expect(withMark(endless, type, mark)).toBe(endless);
    const forged = Buffer.from(marked.toString("latin1").replace("/dream into", "rm -rf into"), "latin1");
    expect((await admit(forged)).mark).toBeUndefined();
    const mkv = await remade(marked, ["-i", "FROM", "-c", "copy"], "mkv");
    expect((await admit(mkv)).mark).toBeUndefined();
  });
});
