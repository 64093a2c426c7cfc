import { execFileSync } from "node:child_process";
import { readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { bareFilm, filmFacts, filmFrames, filmSound } from "../../src/shared/films/film-file.js";
import { stillOf } from "../../src/shared/films/film-still.js";
import { filmKind } from "../../src/shared/films/kind.js";
import { withImage } from "../../src/shared/image-process.js";
import { movingFacts } from "../../src/shared/moving.js";
import { movie, NO_FILMS, remade, streamsOf, WITH_FILMS } from "../support/movie.js";
import { claimsFrames, elsewhere } from "../support/movie-boxes.js";
import { newFolder } from "../support/new-folder.js";
import { drawn } from "../support/pictures.js";

const limits = { name: "a.mp4", maxPixels: 50_000_000 };
const admit = (film: Uint8Array) => withImage("admit", film, { ...limits, decoding: true });
const file = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

describe("what a film is", () => {
  it("is told by its first bytes: no playlist, script or picture is one", async () => {
    expect(filmKind(file("\0\0\0\x18ftypisom\0\0\0\0isomiso2"))).toBe("mp4");
    expect(filmKind(file("\0\0\0\x14ftypqt  \0\0\0\0qt  "))).toBe("mp4");
    expect(filmKind(file("\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm"))).toBe("webm");
    for (const text of [
      "#EXTM3U\n#EXTINF:1,\n/etc/passwd\n",
      "ffconcat version 1.0\nfile a.mp4\n",
      "\0\0\0\x18ftypavif\0\0\0\0",
    ])
      expect(filmKind(file(text.padEnd(64)))).toBeUndefined();
    expect(filmKind(file("\x1a\x45\xdf\xa3\x9f\x42\x82\x84notweb.."))).toBeUndefined();
    expect(filmKind(await drawn(20, 20, "avif"))).toBeUndefined();
  });

  it("is not taken where the programs for it are missing, and that is said", async () => {
    vi.stubEnv("PATH", "/nowhere");
    onTestFinished(() => void vi.unstubAllEnvs());
    const film = file(`\0\0\0\x18ftypisom\0\0\0\0isomiso2${"\0".repeat(100)}`);
    await expect(admit(film)).rejects.toThrow(
      "a.mp4 is a film, and the program that reads films is missing here. Send it as GIF or animated WebP.",
    );
  });
});

describe.skipIf(NO_FILMS)(`films that people send${WITH_FILMS}`, () => {
  const vp9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"];

  it.each([
    ["mp4", undefined, "video/mp4"],
    ["mov", undefined, "video/mp4"],
    ["mkv", undefined, "video/mp4"],
    ["webm", vp9, "video/webm"],
  ] as const)("%s come in, with their size, speed and sound", async (extension, coding, type) => {
    const film = await movie({ seconds: 1, rate: 10, sound: true, extension, ...(coding && { coding }) });
    const { bytes, ...facts } = await admit(film);
    expect(facts).toMatchObject({ type, width: 64, height: 48 });
    const moving = await movingFacts(bytes);
    expect(moving).toMatchObject({ width: 64, height: 48, loops: false, sound: true });
    expect(moving?.framesPerSecond).toBeCloseTo(10, 1);
    expect(Math.abs((moving?.delays.length ?? 0) - 10)).toBeLessThanOrEqual(1);
    // Nothing is lost when it is admitted again, as when it is taken from a chat that has admitted it.
    const again = await admit(bytes);
    expect(again).toMatchObject(facts);
    expect((await streamsOf(again.bytes)).map(({ codec, frames }) => ({ codec, frames }))).toEqual(
      (await streamsOf(bytes)).map(({ codec, frames }) => ({ codec, frames })),
    );
  });

  it("lose what is no picture and no sound: titles, places, subtitles, attached files", async () => {
    const told = ["-metadata", "title=Ada Lovelace", "-metadata", "location=+51.5-0.1/"];
    const streams = ["-i", "FROM", "-i", "words.srt", "-map", "0", "-map", "1", "-c", "copy", "-c:s", "srt"];
    const attached = ["-attach", "words.srt", "-metadata:s:t:0", "mimetype=text/plain"];
    const film = await remade(await movie({ sound: true }), [...streams, ...attached, ...told], "mkv");
    expect(Buffer.from(film).includes("Ada Lovelace")).toBe(true);
    const { bytes } = await admit(film);
    for (const word of ["Ada", "Lovelace", "51.5", "x264"]) expect(Buffer.from(bytes).includes(word)).toBe(false);
    expect((await streamsOf(bytes)).map(({ kind }) => kind)).toEqual(["video", "audio"]);
  });

  it("that were held upright are upright", async () => {
    const film = await remade(await movie(), ["-i", "FROM", "-c", "copy", "-metadata:s:v", "rotate=90"], "mp4");
    expect(await admit(film)).toMatchObject({ width: 48, height: 64 });
    const { width, height } = await sharp(await stillOf((await admit(film)).bytes)).metadata();
    expect({ width, height }).toEqual({ width: 48, height: 64 });
  });

  it("give the frames that are asked for, in their order", async () => {
    // It becomes lighter from frame to frame.
    const lighter = "color=c=black,geq=lum=20*N:cb=128:cr=128,scale";
    const film = await movie({
      drawn: "nullsrc",
      rate: 10,
      seconds: 1,
      coding: ["-vf", lighter.split(",")[1] ?? "", "-c:v", "libx264"],
    });
    const wanted = { width: 64, height: 48, framesPerSecond: 10 };
    const means = async (every: number, count: number) =>
      (await filmFrames(film, { ...wanted, every, count })).map(
        (frame) => frame.reduce((sum, v) => sum + v, 0) / frame.length,
      );
    const all = await means(1, 10);
    expect(all).toHaveLength(10);
    for (let i = 1; i < 10; i++) expect(all[i]).toBeGreaterThan(all[i - 1] ?? 0);
    const half = await means(2, 5);
    for (const [i, mean] of half.entries()) expect(Math.abs(mean - (all[2 * i] ?? 0))).toBeLessThan(2);
  });

  it("begin with a picture that shows something where the first one is black", async () => {
    const late = ["-vf", "fade=t=in:st=0.5:d=0.2", "-c:v", "libx264"];
    const still = await stillOf(await movie({ seconds: 2, coding: late }));
    const { channels } = await sharp(still).stats();
    expect(Math.max(...channels.map(({ stdev }) => stdev))).toBeGreaterThan(10);
  });
});

describe.skipIf(NO_FILMS)(`hostile films${WITH_FILMS}`, () => {
  it("open no other file: samples in another one are not read", async () => {
    const folder = newFolder();
    const path = join(folder, "inside.mp4");
    const film = elsewhere(Buffer.from(await movie()), path);
    writeFileSync(path, await movie({ drawn: "color=c=magenta" }));
    utimesSync(path, new Date(0), new Date());
    await expect(admit(film)).rejects.toThrow("is not a film I can read");
    expect(statSync(path).atimeMs).toBe(0);
    // What would happen without the guards.
    writeFileSync(join(folder, "film"), film);
    execFileSync("ffprobe", ["-v", "quiet", "-enable_drefs", "1", "-use_absolute_path", "1", join(folder, "film")]);
    expect(statSync(path).atimeMs).toBeGreaterThan(0);
  });

  it("that count a billion frames have those that are there", async () => {
    const { bytes } = await admit(claimsFrames(Buffer.from(await movie({ rate: 10, seconds: 1 })), 0x3fffffff));
    expect((await movingFacts(bytes))?.delays.length).toBeLessThanOrEqual(11);
  });

  it("of frames too large, of a codec that is not listed, and of sound alone are refused in words", async () => {
    const large = movie({ coding: ["-c:v", "mpeg4"], size: "8000x8000", seconds: 0.1, drawn: "color" });
    await expect(admit(await large)).rejects.toThrow(
      "a.mp4 has more than 9 megapixels. Make it smaller and try again.",
    );
    const codec = "a.mp4 contains a kind of video that I cannot read. Save it as MP4 with H.264 and try again.";
    await expect(admit(await movie({ coding: ["-c:v", "mjpeg"], extension: "mov" }))).rejects.toThrow(codec);
    const sound = movie({ sound: true, coding: ["-vn", "-c:a", "aac"] });
    await expect(admit(await sound)).rejects.toThrow("is not a film I can read");
  });

  it("that were cut off are refused, or are as long as what is there", async () => {
    const mp4 = await movie({ sound: true });
    await expect(admit(mp4.subarray(0, mp4.length / 2))).rejects.toThrow("is not a film I can read");
    const webm = await movie({ seconds: 2, extension: "webm", coding: ["-c:v", "libvpx"] });
    const { bytes } = await admit(webm.subarray(0, webm.length / 2));
    expect((await filmFacts(bytes)).seconds).toBeLessThan(2);
  });

  it("that last longer than ten minutes are refused, and a long one of large frames is admitted unseen", async () => {
    const second = await movie({ size: "1920x1080", rate: 30, seconds: 1 });
    const long = (times: number) => remade(second, ["-stream_loop", `${times}`, "-i", "FROM", "-c", "copy"], "mp4");
    await expect(admit(await long(700))).rejects.toThrow("a.mp4 is longer than 10 minutes. Cut it and try again.");
    const { bytes } = await admit(await long(300));
    expect((await movingFacts(bytes))?.delays.length).toBeGreaterThan(8000);
  });

  it("end at once when no one waits for them any longer, and leave nothing behind", async () => {
    const film = await movie({ size: "1280x720", rate: 30, seconds: 20 });
    vi.stubEnv("TMPDIR", newFolder());
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const aborter = new AbortController();
    const wanted = { width: 1280, height: 720, framesPerSecond: 30, every: 1, count: 600, signal: aborter.signal };
    const frames = filmFrames(film, wanted);
    setImmediate(() => aborter.abort(new Error("enough")));
    await expect(frames).rejects.toThrow("enough");
    await expect(filmSound(film, 1, AbortSignal.abort(new Error("no more")))).rejects.toThrow("no more");
    await bareFilm(film);
    expect(readdirSync(tmpdir())).toEqual([]);
  });
});
