import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { pino } from "pino";
import sharp from "sharp";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { ImageProcess, type ImageProcessOptions, openImagesIn, withImage } from "../../src/shared/image-process.js";
import { PictureError } from "../../src/shared/inspect-image.js";

const logger = pino({ level: "silent" });
const limits = { name: "a.png", maxPixels: 1_000_000 };
const file = (text: string) => Buffer.from(text);
/** Every task in one process. */
const all = (images: ImageProcess) => ({
  inspect: images,
  admit: images,
  moving: images,
  still: images,
  smaller: images,
  square: images,
});
const flat = (width = 60, height = 40) =>
  sharp({ create: { width, height, channels: 3, background: "#345" } }).keepMetadata();

describe("the process that opens strangers' images", () => {
  const images = new ImageProcess({ logger });
  afterEach(() => openImagesIn(undefined));
  afterAll(() => images.close());

  test("answers as this one would", async () => {
    const bytes = await flat()
      .withExif({ IFD0: { Artist: "Ann" } })
      .jpeg()
      .toBuffer();
    const here = await withImage("inspect", bytes, limits);
    openImagesIn(all(images));
    expect(await withImage("inspect", bytes, limits)).toEqual(here);
    const { bytes: bare, ...facts } = await withImage("admit", bytes, limits);
    expect(facts).toEqual(here);
    expect((await sharp(bare).metadata()).exif).toBeUndefined();
    const still = await withImage("still", bytes, { ...limits, side: 30, format: "webp", quality: 80 });
    expect(await sharp(still).metadata()).toMatchObject({ format: "webp", width: 30, height: 20 });
    const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
    const large = await sharp({ create: { width: 200, height: 200, channels: 3, noise, background: "#000" } })
      .png()
      .toBuffer();
    const smaller = await withImage("smaller", large, { ...limits, maxBytes: 30_000 });
    expect(smaller).toMatchObject({ type: "image/jpeg", extension: "jpg" });
    expect(smaller.bytes.byteLength).toBeLessThan(30_000);
  });

  test("is busy where it cannot be started, as no other can be, and is started later", async () => {
    const program = fileURLToPath(new URL("./no-room.ts", import.meta.url));
    const line = 'ulimit -n 96; exec "$0" --import tsx "$1"';
    const { stdout } = await promisify(execFile)("sh", ["-c", line, process.execPath, program]);
    expect(JSON.parse(stdout)).toEqual({
      probed: false,
      during: ["PictureError image.busy", "PictureError image.busy", "EngineError engine.crashed", "ProgramError "],
      after: ["done", "EngineError network.unknown", "done"],
    });
  });

  test("keeps a photo upright that is made smaller", async () => {
    const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
    const large = await sharp({ create: { width: 200, height: 100, channels: 3, noise, background: "#000" } })
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100 })
      .toBuffer();
    const { bytes } = await withImage("smaller", large, { ...limits, maxBytes: 20_000 });
    const { width, height, orientation } = await sharp(bytes).metadata();
    expect([width, height, orientation]).toEqual([100, 200, undefined]);
  });

  test("refuses in the same sentences", async () => {
    openImagesIn(all(images));
    const large = await flat(1200, 1000).png().toBuffer();
    const refused = [withImage("inspect", file("no"), limits), withImage("inspect", large, limits)];
    await expect(refused[0]).rejects.toMatchObject({ name: "PictureError", identifier: "image.unreadable" });
    await expect(refused[1]).rejects.toMatchObject({ identifier: "image.megapixels", params: { most: 1 } });
  });

  test("has no decoder but those of the formats that are taken, whatever a file begins with", async () => {
    const drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';
    const still = { ...limits, side: 30, format: "webp", quality: 80 } as const;
    for (const disguised of [drawing, `GIF8${drawing}`, `%PDF-1.4 ${drawing}`]) {
      await expect(withImage("inspect", file(disguised), limits)).rejects.toBeInstanceOf(PictureError);
      await expect(images.run("still", file(disguised), still)).rejects.toBeInstanceOf(PictureError);
    }
    // Compressed, too, which has no mark that could be looked for.
    for (const other of [file(drawing), gzipSync(drawing)]) {
      await expect(images.run("still", other, still)).rejects.toMatchObject({ identifier: "image.unreadable" });
      // This process, where strangers' files are not opened, has it: captions are drawn so.
      expect(await withImage("still", other, still)).toBeInstanceOf(Uint8Array);
    }
  });

  test("takes fewer pixels of what costs more", async () => {
    const photo = flat(800, 700);
    expect(await withImage("inspect", await photo.webp().toBuffer(), limits)).toMatchObject({ width: 800 });
    const costly = withImage("inspect", await photo.avif({ effort: 0 }).toBuffer(), limits);
    await expect(costly).rejects.toMatchObject({ identifier: "image.megapixels", params: { most: 0.5 } });
  });
});

test("a program that waits for a file does not end before it, and an idle process keeps none from ending", async () => {
  const script = `
    import { ImageProcess } from ${JSON.stringify(new URL("../../src/shared/image-process.ts", import.meta.url).href)};
    const silent = { warn() {}, error() {} };
    const images = new ImageProcess({ logger: silent });
    const bytes = Buffer.from("no picture");
    const options = { name: "a.png", maxPixels: 1 };
    console.log(await images.run("inspect", bytes, options).catch(({ identifier }) => identifier));
  `;
  const run = promisify(execFile)(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script]);
  expect((await run).stdout.trim()).toBe("image.unreadable");
});

test.runIf(process.platform === "linux")("the asking process makes no copy of a file on its way", async () => {
  const imageProcess = new URL("../../src/shared/image-process.ts", import.meta.url).href;
  const script = `
    const { readFileSync, writeFileSync } = await import("node:fs");
    const { pino } = await import("pino");
    const { ImageProcess } = await import(${JSON.stringify(imageProcess)});
    const images = new ImageProcess({ logger: pino({ level: "silent" }) });
    const options = { name: "a.png", maxPixels: 1 };
    const ask = (bytes) => images.run("inspect", bytes, options).catch(({ identifier }) => identifier);
    await ask(Buffer.from("no picture"));
    const bytes = Buffer.alloc(64e6, 1);
    const status = () => readFileSync("/proc/self/status", "utf8");
    const resident = (name) => Number(new RegExp(name + ":\\\\s+(\\\\d+)").exec(status())[1]);
    writeFileSync("/proc/self/clear_refs", "5");
    const before = resident("VmRSS");
    const answer = await ask(bytes);
    console.log(answer, (resident("VmHWM") - before) / 1e3);
    await images.close();
  `;
  const run = promisify(execFile)(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script]);
  const [answer, megabytes] = (await run).stdout.trim().split(" ");
  expect(answer).toBe("image.unreadable");
  expect(Number(megabytes)).toBeLessThan(32);
});

describe("a file that ends the process", () => {
  const worker = fileURLToPath(new URL("misbehaving-image-worker.mjs", import.meta.url));
  const open: ImageProcess[] = [];
  const images = (options: Partial<ImageProcessOptions> = {}) => {
    const made = new ImageProcess({ logger, worker, ...options });
    open.push(made);
    return made;
  };
  afterEach(async () => void (await Promise.all(open.splice(0).map((each) => each.close()))));

  const run = (images: ImageProcess, text: string) => images.run("inspect", file(text), { ...limits, name: text });
  const guilty = (name: string) => ({ identifier: "image.too-costly", params: { name } });

  test("is refused, and the next one is opened by another process", async () => {
    const one = images();
    const before = await run(one, "fine");
    await expect(run(one, "dies")).rejects.toMatchObject(guilty("dies"));
    expect(await run(one, "fine")).not.toBe(before);
  });

  test("is the only one that is refused of those that were open", async () => {
    const one = images();
    const [waits, dies, fine] = await Promise.allSettled([run(one, "waits"), run(one, "dies"), run(one, "fine")]);
    expect(waits).toMatchObject({ status: "fulfilled" });
    expect(dies).toMatchObject({ status: "rejected", reason: guilty("dies") });
    expect(fine).toMatchObject({ status: "fulfilled" });
  });

  test("may take so long", async () => {
    const one = images({ milliseconds: 1_000 });
    await expect(run(one, "stays")).rejects.toMatchObject(guilty("stays"));
  });

  test.runIf(process.platform === "linux")("may take so much memory", async () => {
    const one = images({ memoryBytes: 300_000_000 });
    await expect(run(one, "hungry")).rejects.toMatchObject(guilty("hungry"));
    await run(one, "fine");
  });

  test("is refused at once where too many wait, and when the program stops", async () => {
    const one = images();
    const waiting = Array.from({ length: 140 }, () => run(one, "stays").catch((error: unknown) => error));
    expect(await Promise.race(waiting.slice(-4))).toMatchObject({ identifier: "image.busy" });
    await one.close();
    await Promise.all(waiting);
    await expect(run(one, "fine")).rejects.toMatchObject({ identifier: "image.busy" });
  });
});
