import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import sharp from "sharp";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { decode } from "../../../../src/engine/images/codec.js";
import { openMoving } from "../../../../src/engine/images/moving-picture.js";
import { believed, opticalFlow } from "../../../../src/engine/images/optical-flow.js";
import { emptyRaster, type Raster } from "../../../../src/engine/images/raster.js";
import { warpAlong } from "../../../../src/engine/images/warp.js";
import type { EngineFrame } from "../../../../src/engine/process/engine.js";
import { runJob } from "../../../../src/engine/run-job.js";
import { cameraFilm, filmFile } from "../../../support/film.js";
import { movie, NO_FILMS, streamsOf, WITH_FILMS } from "../../../support/movie.js";
import { newFolder } from "../../../support/new-folder.js";
import { drawn, sample } from "../../../support/pictures.js";
import { openTiny } from "../tiny.js";

const tiny = openTiny();
const COUNT = 8;
const DELAYS = [80, 80, 120, 80, 80, 200, 80, 80];
const sources = cameraFilm(await decode(sample(), 160), COUNT, 96);
const film = await filmFile(sources, DELAYS, { format: "webp" });
const style = await drawn(64, 80);
const other = await sharp(style).negate().png().toBuffer();

const JOBS = {
  dream: { network: "vgg", layers: "block2_conv1", size: 96, octaves: 2, steps: 4 },
  stylize: {
    network: "vgg",
    size: 96,
    steps: 6,
    styleLayers: "block1_conv1 block2_conv1",
    contentLayer: "block3_conv1",
    styles: [{ picture: "style", weight: 1 }],
  },
  blend: {
    network: "vgg",
    size: 96,
    steps: 6,
    styleLayers: "block1_conv1 block2_conv1",
    contentLayer: "block3_conv1",
    styles: [
      { picture: "style", weight: 0.5 },
      { picture: "other", weight: 0.5 },
    ],
  },
} as const;

async function made(recipe: keyof typeof JOBS, image: Uint8Array, more: Record<string, unknown> = {}) {
  const frames: EngineFrame[] = [];
  const pictures = { image, ...(recipe !== "dream" && { style }), ...(recipe === "blend" && { other }) };
  const request = { recipe, params: { ...JOBS[recipe], ...more }, pictures };
  const result = await runJob(request, { ...tiny, onFrame: (frame) => frames.push(frame) });
  const filmed = frames.filter(({ kind }) => kind === "film");
  return { result, frames, filmed, rasters: await Promise.all(filmed.map(({ picture }) => decode(picture))) };
}

/** Mean difference of frames to the one before, moved to where its things are now, where that is known. */
function unrest(frames: readonly Raster[], from = 1): number {
  let [sum, weight] = [0, 0];
  for (let i = from; i < frames.length; i++) {
    const at = (list: readonly Raster[], place: number): Raster => list[(place + COUNT) % COUNT] ?? fail();
    const [before, source] = [at(sources, i - 1), at(sources, i)];
    const forth = opticalFlow(before, source);
    const sure = believed(before, source, forth, opticalFlow(source, before));
    const { data } = warpAlong(at(frames, i - 1), forth);
    for (const [p, value] of at(frames, i).data.entries()) {
      sum += (sure.data[p] ?? 0) * Math.abs(value - (data[p] ?? 0));
      weight += sure.data[p] ?? 0;
    }
  }
  return sum / weight;
}

function fail(): never {
  throw new Error("not there");
}

describe.each(["dream", "stylize", "blend"] as const)("%s of a moving picture", (recipe) => {
  it("is a film of the same frames, timing and loop, in which what is made goes with the things it is on", async () => {
    const whole = await made(recipe, film, { filmFrames: COUNT });
    expect(whole.result).toMatchObject({ type: "image/webp", width: 96, height: sources[0]?.height });
    expect(whole.filmed.map(({ octave, octaves }) => [octave, octaves])).toEqual(
      Array.from({ length: COUNT }, (_, i) => [i + 1, COUNT]),
    );
    const { pages, delay, loop } = await sharp(whole.result.picture, { animated: true }).metadata();
    expect({ pages, delay, loop }).toEqual({ pages: COUNT, delay: DELAYS, loop: 0 });
    const alone: Raster[] = [];
    for (const source of sources) {
      const still = await made(recipe, await pngOf(source));
      alone.push(await decode(still.result.picture));
    }
    const [coherent, loose] = [unrest(whole.rasters), unrest(alone)];
    // What the film itself has of it is no one's fault.
    const own = unrest(sources);
    expect(coherent - own).toBeLessThan((loose - own) / 2);
    // The first frame goes on from the last one.
    const ends = unrest([whole.rasters[0] ?? fail(), ...whole.rasters.slice(1)], 0) * COUNT - coherent * (COUNT - 1);
    expect(ends).toBeLessThan(loose);
    // It is as strong at its end as at its beginning.
    const strength = (i: number) => apart(whole.rasters[i] ?? fail(), sources[i] ?? fail());
    const usual = apart(alone[COUNT - 1] ?? fail(), sources[COUNT - 1] ?? fail());
    expect(strength(COUNT - 1)).toBeGreaterThan(0.5 * usual);
    expect(strength(COUNT - 1)).toBeLessThan(1.6 * usual);
  });
});

function apart(a: Raster, b: Raster): number {
  return a.data.reduce((sum, v, i) => sum + Math.abs(v - (b.data[i] ?? 0)), 0) / a.data.length;
}

async function pngOf({ width, height, data }: Raster): Promise<Uint8Array> {
  const bytes = Buffer.from(
    Uint8Array.from({ length: 3 * width * height }, (_, i) =>
      Math.min(255, Math.max(0, Math.round(data[(i % 3) * width * height + Math.floor(i / 3)] ?? 0))),
    ),
  );
  return sharp(bytes, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

describe("a part of a moving picture", () => {
  it("has every second frame of the first half second, for as long", async () => {
    const { result } = await made("dream", film, { filmFrames: 60, moving: "half 0.5s", steps: 1, octaves: 1 });
    const { pages, delay } = await sharp(result.picture, { animated: true }).metadata();
    expect({ pages, delay }).toEqual({ pages: 3, delay: [160, 200, 80] });
  });

  it("is a still where no frames are asked for", async () => {
    const { result, frames } = await made("dream", film, { steps: 1, octaves: 1 });
    expect(result.type).toBe("image/png");
    expect(frames.at(-1)?.kind).toBe("octave");
  });
});

describe("where a film is dreamt in a part", () => {
  it("leaves the rest of every frame as it was, to the last digit", async () => {
    const { rasters } = await made("dream", film, { filmFrames: COUNT, where: "left", feather: 2, steps: 2 });
    const moving = await openMoving(film);
    const sourceAt = await moving?.decode({ places: sources.map((_, i) => i) }, 96);
    let [right, left] = [0, 0];
    for (const [i, frame] of rasters.entries()) {
      const source = sourceAt?.(i) ?? fail();
      for (const [at, value] of frame.data.entries()) {
        const change = Math.abs(value - (source.data[at] ?? 0));
        const x = (at % frame.width) / frame.width;
        if (x > 0.6) right = Math.max(right, change);
        if (x < 0.4) left = Math.max(left, change);
      }
    }
    expect(right).toBe(0);
    expect(left).toBeGreaterThan(20);
  });
});

it("a film in two styles has each in its own part, and is as it was elsewhere", async () => {
  const both = [
    { picture: "style", weight: 1, where: "top left" },
    { picture: "other", weight: 1, where: "bottom left" },
  ];
  const only = (place: string) => [{ picture: "style", weight: 1, where: place }];
  const painted = async (styles: readonly object[]) =>
    (await made("blend", film, { filmFrames: 3, moving: "0.3s", feather: 2, styles })).rasters;
  const [together, above, below] = [
    await painted(both),
    await painted(only("top left")),
    await painted(only("bottom left")),
  ];
  expect(together).toHaveLength(3);
  const { width, height } = together[0] ?? fail();
  /** Mean difference of two films inside a part. */
  const apartIn = (a: readonly Raster[], b: readonly Raster[], inside: (x: number, y: number) => boolean) => {
    const list = a.flatMap((frame, i) =>
      Array.from(frame.data, (value, at) =>
        inside(at % width, Math.floor(at / width) % height) ? [Math.abs(value - (b[i]?.data[at] ?? Number.NaN))] : [],
      ).flat(),
    );
    return list.reduce((sum, each) => sum + each, 0) / list.length;
  };
  const left = (x: number) => x < 0.4 * width;
  const top = (x: number, y: number) => left(x) && y < 0.4 * height;
  const bottom = (x: number, y: number) => left(x) && y > 0.6 * height;
  expect(apartIn(together, below, (x) => x > 0.6 * width)).toBe(0);
  // Above it is the first style, below not: the same style there gives another picture.
  expect(apartIn(together, above, top)).toBeLessThan(0.5 * apartIn(together, below, top));
  expect(apartIn(together, below, bottom)).toBeGreaterThan(5);
});

it("a frame that has nothing of where the film is dreamt in stays as it is", async () => {
  const blue = { ...emptyRaster(64, 48) };
  blue.data.fill(200, 2 * 64 * 48);
  const half = { ...blue, data: blue.data.map((v, i) => (i % 64 < 32 ? 255 * ((i >> 3) & 1) : v)) };
  const plain = { ...blue, data: blue.data.map((_, i) => 90 + 60 * ((i >> 3) & 1)) };
  const file = await filmFile([half, plain, half], [80, 80, 80], { format: "webp" });
  const { rasters } = await made("dream", file, { filmFrames: 3, where: "#0000c8", size: 64, steps: 2 });
  expect(rasters).toHaveLength(3);
  expect(apart(rasters[1] ?? fail(), plain)).toBeLessThan(1);
  expect(apart(rasters[2] ?? fail(), half)).toBeGreaterThan(1);
});

it.each([{ morph: true }, { repeat: 2 }])("what makes something else of one picture is refused: %j", async (also) => {
  await expect(made("dream", film, { filmFrames: COUNT, ...also })).rejects.toMatchObject({
    identifier: "moving.or-other",
  });
});

it("a film that is cancelled ends after the frame that it is at, and leaves no frames behind", async () => {
  vi.stubEnv("TMPDIR", newFolder());
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const aborter = new AbortController();
  const seen: number[] = [];
  const onFrame = ({ kind, octave }: EngineFrame) => {
    if (kind !== "film") return;
    seen.push(octave);
    if (octave === 3) {
      expect(readdirSync(tmpdir())).toHaveLength(1);
      aborter.abort(new Error("enough"));
    }
  };
  const request = { recipe: "dream", params: { ...JOBS.dream, filmFrames: COUNT }, pictures: { image: film } };
  await expect(runJob(request, { ...tiny, signal: aborter.signal, onFrame })).rejects.toThrow("enough");
  expect(seen).toEqual([1, 2, 3]);
  expect(readdirSync(tmpdir())).toEqual([]);
});

it("of a film that plays once the end does not run before the beginning", async () => {
  const once = await filmFile(sources.slice(0, 4), [80, 80, 80, 80], { format: "webp", loop: 1 });
  const { result, frames } = await made("dream", once, { filmFrames: 4, steps: 1, octaves: 1 });
  expect((await sharp(result.picture, { animated: true }).metadata()).loop).toBe(1);
  expect(frames.filter(({ kind }) => kind === "preview")).toEqual([]);
});

describe.skipIf(NO_FILMS)(`a film of an MP4${WITH_FILMS}`, () => {
  it("is an MP4 of the same speed and length, with its sound; half of its frames last as long", async () => {
    const image = await movie({ seconds: 1, rate: 12, size: "96x64", sound: true });
    const params = { format: "mp4", filmFrames: 12, steps: 1, octaves: 1 };
    const { result } = await made("dream", image, params);
    expect(result).toMatchObject({ type: "video/mp4", film: { frames: 12 } });
    const [picture, sound] = await streamsOf(result.picture);
    expect(picture).toMatchObject({ kind: "video", codec: "h264", rate: "12/1", frames: 12 });
    expect(sound).toMatchObject({ kind: "audio", codec: "aac" });
    expect(sound?.seconds).toBeCloseTo(1, 0);
    const half = await made("dream", image, { ...params, filmFrames: 6, moving: "half" });
    const [shorter] = await streamsOf(half.result.picture);
    expect(shorter).toMatchObject({ rate: "6/1", frames: 6 });
  });

  it("is as silent as the MP4, and a WebP where that is asked for", async () => {
    const image = await movie({ seconds: 0.5, rate: 8, size: "96x64" });
    const silent = await made("dream", image, { format: "mp4", filmFrames: 4, steps: 1, octaves: 1 });
    expect((await streamsOf(silent.result.picture)).map(({ kind }) => kind)).toEqual(["video"]);
    const webp = await made("dream", image, { filmFrames: 4, steps: 1, octaves: 1 });
    const { pages, delay, loop } = await sharp(webp.result.picture).metadata();
    // It is shown once, as the MP4 is.
    expect({ pages, delay, loop }).toEqual({ pages: 4, delay: [125, 125, 125, 125], loop: 1 });
  });

  it("is where a picture is wanted its first frame", async () => {
    const image = await movie({ size: "96x64" });
    const { result } = await made("dream", image, { steps: 1, octaves: 1 });
    expect(result).toMatchObject({ type: "image/png", width: 96, height: 64 });
  });
});
