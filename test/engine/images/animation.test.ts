import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, describe, expect, it } from "vitest";
import { delays, encodeFilm, needRoom } from "../../../src/engine/images/animation.js";
import { hasFfmpeg } from "../../../src/engine/images/ffmpeg.js";
import { FilmError } from "../../../src/engine/images/film.js";
import { FrameStore } from "../../../src/engine/images/frame-store.js";
import { random } from "../../../src/engine/images/random.js";
import { emptyRaster, type Raster } from "../../../src/engine/images/raster.js";
import { movingFacts } from "../../../src/shared/moving.js";
import { newFolder } from "../../support/new-folder.js";

const WIDTH = 33;
const HEIGHT = 27;

/** Frames of one colour each. */
function colours(count: number, width = WIDTH, height = HEIGHT): Raster[] {
  return Array.from({ length: count }, (_, i) => {
    const frame = emptyRaster(width, height);
    const plane = width * height;
    frame.data.fill(220, 0, plane);
    frame.data.fill(i * 20, plane, 2 * plane);
    frame.data.fill(30, 2 * plane);
    return frame;
  });
}

function noisy(count: number, side: number): Raster[] {
  const next = random(3);
  return colours(count, side, side).map((frame) => ({ ...frame, data: frame.data.map(() => 255 * next()) }));
}

const ffmpeg = await hasFfmpeg();
const path = process.env.PATH;
afterEach(() => {
  process.env.PATH = path;
});

describe("films", () => {
  it.each(["webp", "gif"] as const)("hold every frame, their order, colours and speed as %s", async (format) => {
    const film = await encodeFilm(colours(7), { framesPerSecond: 12.5, maxBytes: 1e6, format });
    expect(film).toMatchObject({
      type: `image/${format}`,
      width: WIDTH,
      height: HEIGHT,
      frames: 7,
      framesPerSecond: 12.5,
    });
    const metadata = await sharp(film.bytes, { animated: true }).metadata();
    expect(metadata).toMatchObject({
      format,
      pages: 7,
      width: WIDTH,
      pageHeight: HEIGHT,
      loop: 0,
      delay: Array(7).fill(80),
    });
    for (let page = 0; page < 7; page++) {
      const { data, info } = await sharp(film.bytes, { page })
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      const at = (10 * info.width + 10) * 3;
      // Red is red: the order of channels is kept. A few levels are the format's own loss.
      for (const [c, v] of [220, page * 20, 30].entries()) expect(Math.abs((data[at + c] ?? -99) - v)).toBeLessThan(9);
    }
  });

  it.each([
    ["gif", Array(12).fill(1000 / 60), 6],
    ["gif", [11, 100, 100, 11, 11, 100], 6],
    ["webp", [...Array(5).fill(10.4), 60], 6],
    ["webp", Array(12).fill(1000 / 60), 12],
  ] as const)("are as long for browsers as they are, at any speed, as %s", async (format, times, frames) => {
    const film = await encodeFilm(noisy(times.length, 24), { delays: times, maxBytes: 1e6, format });
    const shown = (await movingFacts(film.bytes))?.delays ?? [];
    expect(shown).toHaveLength(frames);
    const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);
    expect(Math.abs(sum(shown) - sum(times))).toBeLessThanOrEqual(5);
    expect(film.frames / film.framesPerSecond).toBeCloseTo(sum(times) / 1000, 2);
  });

  it("of one frame are films too", async () => {
    expect(await encodeFilm(colours(1), { framesPerSecond: 5, maxBytes: 1e6 })).toMatchObject({ frames: 1 });
  });

  it("shrink until they fit, and last as long as before", async () => {
    const frames = noisy(16, 96);
    const whole = await encodeFilm(frames, { framesPerSecond: 10, maxBytes: 1e9 });
    const sizes: number[] = [];
    for (const share of [0.7, 0.25, 0.04]) {
      const maxBytes = Math.floor(whole.bytes.length * share);
      const film = await encodeFilm(frames, { framesPerSecond: 10, maxBytes });
      expect(film.bytes.length).toBeLessThanOrEqual(maxBytes);
      expect(film.frames / film.framesPerSecond).toBeCloseTo(1.6, 0);
      sizes.push(film.width * film.height * film.frames);
    }
    // First the quality goes, the size and the frames only when that is not enough.
    expect(sizes[0]).toBe(16 * 96 * 96);
    expect(sizes[2]).toBeLessThan(sizes[1] ?? 0);
  });

  it("say so when nothing fits", async () => {
    const made = encodeFilm(noisy(16, 64), { framesPerSecond: 10, maxBytes: 200 });
    await expect(made).rejects.toThrow(
      /^The film takes at least \d+ kB, more than 1 kB\. Take fewer frames, or allow more\.$/,
    );
    await expect(made).rejects.toBeInstanceOf(FilmError);
    await expect(encodeFilm([], { framesPerSecond: 10, maxBytes: 1e6 })).rejects.toThrow("at least one frame");
  });

  it("are refused before sharp would run out of memory", () => {
    expect(() => needRoom(1000, 1000, 100)).not.toThrow();
    expect(() => needRoom(1000, 1000, 101)).toThrow("a WebP or GIF holds 100 frames");
  });

  it("leave no files behind", async () => {
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith("dreamloom-film-"));
    const store = await FrameStore.open(4, 4);
    await store.append(colours(1, 4, 4)[0] ?? emptyRaster(4, 4));
    await expect(store.append(emptyRaster(5, 4))).rejects.toThrow("a frame of 5 x 4");
    expect(existsSync(store.path)).toBe(true);
    await store.dispose();
    expect(existsSync(store.folder)).toBe(false);
    await encodeFilm(colours(2), { framesPerSecond: 5, maxBytes: 1e6 });
    expect(
      (await readdir(tmpdir())).filter((name) => name.startsWith("dreamloom-film-") && !before.includes(name)),
    ).toEqual([]);
  });

  it("tell when there is no ffmpeg for MP4", async () => {
    const empty = newFolder();
    process.env.PATH = empty;
    expect(await hasFfmpeg()).toBe(false);
    await expect(encodeFilm(colours(2), { framesPerSecond: 5, maxBytes: 1e6, format: "mp4" })).rejects.toThrow(
      "MP4 needs ffmpeg on the PATH. Install it, or take webp or gif.",
    );
  });

  it.skipIf(!ffmpeg && process.env.CI !== "true")(
    `are MP4 through ffmpeg, also at odd sizes${ffmpeg ? "" : " (skipped: apt-get install ffmpeg)"}`,
    async () => {
      const film = await encodeFilm(colours(9), { framesPerSecond: 25, maxBytes: 1e6, format: "mp4" });
      expect(film).toMatchObject({ type: "video/mp4", width: 32, height: 26, frames: 9, framesPerSecond: 25 });
      const folder = newFolder();
      writeFileSync(join(folder, "film.mp4"), film.bytes);
      const rgb = execFileSync("ffmpeg", [
        "-v",
        "error",
        "-i",
        join(folder, "film.mp4"),
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-",
      ]);
      expect(rgb.length).toBe(9 * 32 * 26 * 3);
      const last = rgb.subarray(8 * 32 * 26 * 3);
      for (const [c, v] of [220, 160, 30].entries())
        expect(Math.abs((last[(10 * 32 + 10) * 3 + c] ?? -99) - v)).toBeLessThan(12);
    },
  );
});

describe("delays", () => {
  it("add up to the film's length, in steps that the format has", () => {
    const gif = delays(Array(30).fill(1000 / 24), 10);
    expect(gif.reduce((a, b) => a + b)).toBe(1250);
    expect(new Set(gif)).toEqual(new Set([40, 50]));
    expect(delays(Array(3).fill(40), 1)).toEqual([40, 40, 40]);
  });
});
