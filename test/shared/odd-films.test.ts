/** Films such as no camera makes, and such as a stranger makes: each is as it shows, or refused in one sentence. */
import { statSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { movingFrames } from "../../src/commands/images/moving-frames.js";
import { toInterleaved } from "../../src/engine/images/codec.js";
import { openMoving } from "../../src/engine/images/moving-picture.js";
import { ImageProcess } from "../../src/shared/image-process.js";
import { movie, NO_FILMS, remade, streamsOf, WITH_FILMS } from "../support/movie.js";
import * as boxes from "../support/movie-boxes.js";
import { newFolder } from "../support/new-folder.js";

const limits = { name: "a.mp4", maxPixels: 50_000_000 };
const UNREADABLE = "a.mp4 is not a film I can read. Save it as MP4 with H.264, or as GIF, and try again.";
/** Its limits of time and memory hold for every case: what breaks them is refused as too costly, which none may be. */
const images = new ImageProcess({ logger: pino({ level: "silent" }) });
afterAll(() => images.close());

/** All that is done with a film that comes in: it is taken, looked at, and its first frames are opened. */
async function opened(film: Uint8Array, most = 40) {
  const { bytes, width, height } = await images.run("admit", film, { ...limits, decoding: true });
  const facts = await images.run("moving", bytes, limits);
  const moving = await openMoving(bytes);
  const places = Array.from({ length: Math.min(most, facts?.delays.length ?? 0) }, (_, i) => i);
  const frameAt = await moving?.decode({ places }, Math.max(width, height));
  const frames = places.map((place) => frameAt?.(place) ?? expect.fail());
  const seconds = (facts?.delays ?? []).reduce((sum, ms) => sum + ms, 0) / 1000;
  return { bytes, size: [width, height], count: facts?.delays.length, seconds, frames };
}

/** The colours of frames at places, in shares of their sides, as the strongest of red, green and blue. */
function coloursOf(frames: Awaited<ReturnType<typeof opened>>["frames"], ...at: (readonly [number, number])[]) {
  return frames.map((frame) => {
    const bytes = toInterleaved(frame);
    const pixel = ([x, y]: readonly [number, number]) => {
      const from = 3 * (Math.floor(y * frame.height) * frame.width + Math.floor(x * frame.width));
      const [red = 0, green = 0, blue = 0] = bytes.subarray(from, from + 3);
      return red > green && red > blue ? "red" : green > blue ? "green" : "blue";
    };
    return at.map(pixel).join(" ");
  });
}

const whole = async (more: Parameters<typeof movie>[0] = {}) => Buffer.from(await movie(more));
const VP9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"];
const H264 = ["-c:v", "libx264", "-preset", "ultrafast"];

/** A film whose left half is red and whose right half is blue. */
const halves = (coding: readonly string[], more: Parameters<typeof movie>[0] = {}) => {
  const boxes = "format=yuv444p,drawbox=t=fill:c=red,drawbox=x=iw/2:w=iw/2:h=ih:t=fill:c=blue";
  const draw = ["-vf", boxes];
  return movie({ coding: [...draw, ...coding], ...more });
};

describe.skipIf(NO_FILMS)(`films that claim much${WITH_FILMS}`, () => {
  it("of hundreds of tracks are refused", async () => {
    const film = await whole();
    await expect(opened(boxes.withTracks(film, 500))).rejects.toThrow(UNREADABLE);
    expect((await opened(boxes.withTracks(film, 2))).count).toBe(10);
  });

  it("that show their beginning a million times are refused; twice is taken", async () => {
    const film = await whole();
    for (const times of [1_000_000, 2000])
      await expect(opened(boxes.repeatsBeginning(film, times, 100))).rejects.toThrow(UNREADABLE);
    expect((await opened(boxes.repeatsBeginning(film, 2, 500))).frames.length).toBeGreaterThan(4);
  });

  it("of one frame that lasts ten hours are refused as too long; one of a minute is offered in parts", async () => {
    const film = await whole({ rate: 1, seconds: 1 });
    await expect(opened(boxes.claimsSeconds(film, 36_000))).rejects.toThrow("a.mp4 is longer than 10 minutes.");
    const { bytes, seconds } = await opened(boxes.claimsSeconds(film, 60));
    expect(Math.abs(seconds - 60)).toBeLessThanOrEqual(1);
    await expect(
      movingFrames(bytes, undefined, { filmFrames: 48, filmSeconds: 12 }, { side: 512, usual: 512 }),
    ).rejects.toThrow("This film has 60 frames in 60 s, and at 512 px I take 48 in 12 s. Say which part:");
  });

  it.each([1_000_000, 0x3fffffff])("of %i samples of a byte are refused", async (count) => {
    await expect(opened(boxes.claimsSamples(await whole(), count))).rejects.toThrow(UNREADABLE);
  });
});

describe.skipIf(NO_FILMS)(`films that lead elsewhere${WITH_FILMS}`, () => {
  it("by an address or a path in place of their samples open neither", async () => {
    const folder = newFolder();
    const path = join(folder, "inside.mp4");
    writeFileSync(path, await movie({ drawn: "color=c=magenta" }));
    utimesSync(path, new Date(0), new Date());
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const film = await whole({ drawn: "color=c=green" });
    for (const url of [`http://127.0.0.1:${port}/a.mp4`, `file://${path}`, path]) {
      const { frames } = await opened(boxes.elsewhereByUrl(film, url));
      expect(coloursOf(frames, [0.5, 0.5])).toEqual(Array(10).fill("green"));
    }
    expect([statSync(path).atimeMs, connections]).toEqual([0, 0]);
  });

  it("by Matroska's ordered chapters are as they are, without chapters and attached files", async () => {
    const film = await remade(
      await whole({ sound: true }),
      ["-i", "FROM", "-c", "copy", "-attach", "words.srt", "-metadata:s:t:0", "mimetype=font/ttf", "-live", "1"],
      "mkv",
    );
    const { bytes, count } = await opened(Buffer.concat([film, boxes.orderedChapters()]));
    expect(count).toBe(10);
    expect((await streamsOf(bytes)).map(({ kind }) => kind)).toEqual(["video", "audio"]);
    expect(Buffer.from(bytes).includes("Lovelace")).toBe(false);
  });

  it("without a length, as browsers record them, are as long as what is there", async () => {
    const live = await remade(await whole(), ["-i", "FROM", "-c", "copy", "-live", "1"], "mkv");
    const { count, seconds } = await opened(live);
    expect([count, seconds]).toEqual([10, 1]);
  });

  it("with subtitles and streams of data have their picture and sound alone", async () => {
    const words = ["-i", "FROM", "-i", "words.srt", "-map", "0", "-map", "1", "-c", "copy", "-c:s", "mov_text"];
    const film = await remade(await whole({ sound: true }), [...words, "-timecode", "01:00:00:00"], "mov");
    expect((await streamsOf(film)).map(({ kind }) => kind).sort()).toEqual(["audio", "data", "subtitle", "video"]);
    const { bytes, count } = await opened(film);
    expect(count).toBe(10);
    expect((await streamsOf(bytes)).map(({ kind }) => kind)).toEqual(["video", "audio"]);
  });
});

describe.skipIf(NO_FILMS)(`films of odd shapes${WITH_FILMS}`, () => {
  it.each(["webm", "h264"])("whose size changes on the way (%s) keep the first one, to their end", async (kind) => {
    const [coding, extension] = kind === "webm" ? [VP9, "webm"] : [[...H264, "-pix_fmt", "yuv420p"], "h264"];
    const part = (size: string, colour: string) =>
      whole({ size, drawn: `color=c=${colour}`, coding, extension, seconds: 0.5 });
    const [first, second] = [await part("64x48", "red"), await part("160x90", "blue")];
    const list = ["-f", "concat", "-safe", "0", "-i", "list.txt", "-c", "copy"];
    const film =
      kind === "webm"
        ? await remade(first, list, "webm", { second, "list.txt": "file 'from'\nfile 'second'\n" })
        : await remade(Buffer.concat([first, second]), ["-f", "h264", "-r", "10", "-i", "FROM", "-c", "copy"], "mp4");
    const { size, frames } = await opened(film);
    expect(size).toEqual([64, 48]);
    expect(frames.every(({ width, height }) => width === 64 && height === 48)).toBe(true);
    const seen = coloursOf(frames, [0.5, 0.5]);
    expect(seen.slice(0, 4)).toEqual(Array(4).fill("red"));
    expect(seen.at(-1)).toBe("blue");
  });

  it("turned by their camera are upright in every frame", async () => {
    const turned = ["-i", "FROM", "-c", "copy", "-metadata:s:v", "rotate=90"];
    const film = await remade(await halves([...H264, "-pix_fmt", "yuv420p"]), turned, "mp4");
    const { size, frames } = await opened(film);
    expect(size).toEqual([48, 64]);
    const seen = new Set(coloursOf(frames, [0.5, 0.25], [0.5, 0.75]));
    expect(seen.size).toBe(1);
    expect([...seen][0]).toMatch(/^(red blue|blue red)$/);
  });

  it("whose frames last unevenly last as long in all, at one speed", async () => {
    const uneven = ["-vf", "setpts='if(lt(N,5),N*0.05,0.25+(N-5)*0.35)/TB'", "-vsync", "vfr", ...H264];
    const { seconds, count } = await opened(await whole({ coding: [...uneven, "-pix_fmt", "yuv420p"] }));
    expect(count).toBeGreaterThan(4);
    expect(Math.abs(seconds - 2)).toBeLessThan(0.5);
  });

  it.each(["33x47", "48x31", "2x64"])("of %s pixels are taken as they are", async (size) => {
    const { size: taken, frames } = await opened(await halves([...H264, "-pix_fmt", "yuv444p"], { size }));
    expect(taken.join("x")).toBe(size);
    expect(new Set(coloursOf(frames, [0.2, 0.5], [0.9, 0.5]))).toEqual(new Set(["red blue"]));
  });

  it("one pixel wide are refused by their size", async () => {
    const film = await movie({ size: "1x64", coding: ["-c:v", "libx264", "-pix_fmt", "yuv444p"] });
    expect((await opened(film)).size).toEqual([1, 64]);
  });

  it.each([
    ["H.264 of 10 bits", [...H264, "-pix_fmt", "yuv420p10le"], "mp4"],
    ["VP9 of 10 bits", [...VP9, "-pix_fmt", "yuv420p10le", "-profile:v", "2"], "webm"],
    ["VP9 with alpha", [...VP9, "-pix_fmt", "yuva420p"], "webm"],
    ["H.264 of 4:4:4", [...H264, "-pix_fmt", "yuv444p"], "mp4"],
  ] as const)("%s has its colours", async (_, coding, extension) => {
    const { frames, count } = await opened(await halves(coding, { extension }));
    expect(count).toBe(10);
    expect(new Set(coloursOf(frames, [0.25, 0.5], [0.75, 0.5]))).toEqual(new Set(["red blue"]));
  });
});
