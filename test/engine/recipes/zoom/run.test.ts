import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { Raster } from "../../../../src/engine/images/raster.js";
import { warp } from "../../../../src/engine/images/warp.js";
import { blended, mixes, neuronsAt } from "../../../../src/engine/recipes/zoom/cross-fade.js";
import { filmSize, zoomDefinition } from "../../../../src/engine/recipes/zoom/definition.js";
import { covered, zoom } from "../../../../src/engine/recipes/zoom/run.js";
import { runJob } from "../../../../src/engine/run-job.js";
import { difference, framesOf, openTiny, pictureOf, scene, vgg } from "../tiny.js";

const context = openTiny();
const small = {
  network: "vgg",
  layer: "block3_conv1",
  channels: "1 4 7",
  width: 64,
  height: 48,
  frames: 5,
  steps: 1,
  fade: 2,
};
const photo = { image: pictureOf(scene(90, 61)) };

const film = async (params: Record<string, unknown>, pictures = {}) => {
  const { frames, film } = await framesOf(
    zoom(zoomDefinition.params.parse({ ...small, ...params }), pictures, context),
  );
  if (!film) throw new Error("no film was made");
  return { octaves: frames.filter((f) => f.kind === "octave"), frames: frames.filter((f) => f.kind === "film"), film };
};

describe("zoom", () => {
  it.each([1, 2, 5, 9])("has as many frames as asked for: %i", async (count) => {
    const { frames, film: made } = await film({ frames: count });
    expect(frames.map((f) => f.octave)).toEqual(Array.from({ length: count }, (_, i) => i + 1));
    expect(made).toMatchObject({ type: "image/webp", frames: count, framesPerSecond: 16 });
    expect((await sharp(made.bytes).metadata()).pages ?? 1).toBe(count);
    expect(frames.at(-1)?.progress).toBeCloseTo(1);
  });

  it("takes odd sizes as they are", async () => {
    const { frames, film: made } = await film({ width: 67, height: 45, frames: 3 });
    expect(frames.map(({ image }) => [image.width, image.height])).toEqual(Array(3).fill([67, 45]));
    expect(await sharp(made.bytes, { animated: true }).metadata()).toMatchObject({ width: 67, pageHeight: 45 });
  });

  it("grows its first frame from noise through octaves, but not from a photo", async () => {
    expect((await film({ frames: 1, width: 96, height: 80 })).octaves.length).toBeGreaterThan(1);
    const fromPhoto = await film(
      { frames: 2, steps: 0, noise: 0, width: undefined, height: undefined, zoom: 0, rotate: 0 },
      photo,
    );
    expect(fromPhoto.octaves).toEqual([]);
    const [first] = fromPhoto.frames;
    expect(first && [first.image.width, first.image.height]).toEqual([320, 217]);
    expect(first && difference(first.image, await photo.image.decode(320))).toBeLessThan(1);
  });

  it("really zooms, however little: a frame's share of a pixel adds up", async () => {
    // 0.1 % of 30 pixels is 1/33 of a pixel a frame, less than the script's 1/64 of an image.
    const still = { steps: 0, noise: 0, rotate: 0, gradient: "plain", display: "plain", width: 90, height: 61 };
    const { frames } = await film({ ...still, zoom: 0.001, frames: 80 }, photo);
    const [first, last] = [frames[0], frames.at(-1)];
    if (!first || !last) throw new Error("no frames");
    const apart = difference(first.image, last.image);
    expect(apart).toBeGreaterThan(2);
    expect(difference(warp(first.image, { zoom: 1.001 ** 79 }), last.image)).toBeLessThan(0.25 * apart);
  });

  it("makes the same film of one seed", async () => {
    const [a, b, c] = [await film({ seed: 2 }), await film({ seed: 2 }), await film({ seed: 3 })];
    expect(Buffer.from(a.film.bytes).equals(Buffer.from(b.film.bytes))).toBe(true);
    expect(Buffer.from(a.film.bytes).equals(Buffer.from(c.film.bytes))).toBe(false);
  });

  it("keeps red and blue where they are in the photo", async () => {
    const red = scene(64, 48);
    red.data.fill(210, 0, 64 * 48);
    red.data.fill(40, 64 * 48);
    const { film: made } = await film({ frames: 2, steps: 0, noise: 0, gradient: "plain" }, { image: pictureOf(red) });
    const { data } = await sharp(made.bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect(data[0]).toBeGreaterThan(190);
    expect(data[2]).toBeLessThan(60);
  });

  it("loops without a jump: the end fades into the beginning, or goes back", async () => {
    const calm = { frames: 12, fade: 4, channels: "3", zoom: 0.05, step: 2 };
    const jump = (frames: readonly { image: Raster }[]): { inside: number; around: number } => {
      const images = frames.map((f) => f.image);
      const steps = images.slice(1).map((image, i) => difference(image, images[i] ?? image));
      const [first, last] = [images[0], images.at(-1)];
      return { inside: Math.max(...steps), around: first && last ? difference(first, last) : Number.NaN };
    };
    const open = jump((await film({ ...calm, loop: "none" })).frames);
    expect(open.around).toBeGreaterThan(1.5 * open.inside);
    const faded = await film({ ...calm, loop: "fade" });
    expect(faded.film.frames).toBe(12);
    expect(jump(faded.frames).around).toBeLessThan(1.5 * jump(faded.frames).inside);
    expect((await film({ ...calm, loop: "bounce" })).film.frames).toBe(22);
  });

  it("ends as encoded bytes of its own type, and streams its frames", async () => {
    const seen: string[] = [];
    const request = { recipe: "zoom", params: { ...small, format: "gif", frames: 4 }, pictures: {} };
    const result = await runJob(request, { ...context, onFrame: ({ kind, type }) => seen.push(`${kind} ${type}`) });
    expect(result).toMatchObject({
      type: "image/gif",
      width: 64,
      height: 48,
      film: { frames: 4, framesPerSecond: 16 },
    });
    expect((await sharp(result.picture).metadata()).format).toBe("gif");
    expect(seen.filter((s) => s === "film image/png")).toHaveLength(4);
  });

  it.each([
    [
      { maxBytes: 1000, width: 192, height: 160, frames: 32, steps: 0, noise: 50, zoom: 0.3 },
      /^The film takes .* Take fewer frames, or allow more\.$/,
    ],
    [{ width: 2048, height: 2048, frames: 100 }, /a WebP or GIF holds 23 frames/],
    [{ channels: "" }, /^No neuron is named/],
    [{ channels: "1 99" }, /there is no 99/],
  ])("refuses %j with a sentence", async (params, sentence) => {
    const request = { recipe: "zoom", params: { ...small, ...params }, pictures: {} };
    await expect(runJob(request, { ...context, onFrame: () => undefined })).rejects.toThrow(sentence);
  });

  it("stops in the middle and leaves nothing behind", async () => {
    const stop = new AbortController();
    const frames = zoom(
      zoomDefinition.params.parse({ ...small, frames: 500 }),
      {},
      { ...context, signal: stop.signal },
    );
    await frames.next();
    stop.abort(new Error("enough"));
    await expect(framesOf(frames)).rejects.toThrow("enough");
  });
});

describe("cross-fades", () => {
  const list = mixes({ layer: "block3_conv1", channels: "1 4+5:-0.5 block2_conv1/7" }, vgg, () => 0);
  const weights = (frame: number, timing: Parameters<typeof neuronsAt>[2]): string =>
    neuronsAt(list, frame, timing)
      .map((t) => `${t.channel}:${t.weight.toFixed(2)}`)
      .join(" ");

  it("pass gently from one neuron to the next", () => {
    const timing = { frames: 30, fade: 5, loop: false };
    expect(weights(0, timing)).toBe("1:1.00");
    expect(weights(5, timing)).toBe("1:1.00");
    expect(weights(6, timing)).toBe("1:0.80 4:0.20 5:-0.10");
    expect(weights(9, timing)).toBe("1:0.20 4:0.80 5:-0.40");
    expect(weights(10, timing)).toBe("4:1.00 5:-0.50");
    expect(weights(29, timing)).toBe("7:1.00");
    expect(weights(29, { ...timing, loop: true })).toBe("7:0.20 1:0.80");
    expect(weights(30, { ...timing, loop: true })).toBe("1:1.00");
  });

  it("show every neuron even in a short film, never jumping by more than its length makes needful", () => {
    const seen = new Set<number>();
    for (let f = 0; f < 3; f++)
      for (const { channel } of neuronsAt(list, f, { frames: 3, fade: 90, loop: false })) seen.add(channel);
    expect(seen).toEqual(new Set([1, 4, 5, 7]));
    let before = 1;
    for (let f = 0; f < 60; f++) {
      const now = neuronsAt(list, f, { frames: 60, fade: 90, loop: false }).find((t) => t.channel === 1)?.weight ?? 0;
      expect(Math.abs(now - before)).toBeLessThan(0.06);
      before = now;
    }
  });

  it("choose neurons by seed when none are named", () => {
    const numbers = [0.1, 0.5, 0.9, 0.3];
    const chosen = mixes({ layer: "block3_conv1" }, vgg, () => numbers.shift() ?? 0);
    expect(chosen.flat().map((t) => t.channel)).toEqual([1, 8, 14, 4]);
  });

  it("blend pictures", () => {
    const [a, b] = [scene(4, 4), { ...scene(4, 4), data: scene(4, 4).data.map((v) => v + 40) }];
    expect(blended(a, b, 0)).toEqual(a);
    expect(difference(blended(a, b, 0.25), a)).toBeCloseTo(10, 3);
  });
});

describe("film sizes", () => {
  it("follow the photo, or are 4:3", () => {
    const tall = { image: pictureOf(scene(60, 90)) };
    expect(filmSize({}, {})).toEqual({ width: 320, height: 240 });
    expect(filmSize({ width: 101 }, {})).toEqual({ width: 101, height: 76 });
    expect(filmSize({ height: 99 }, tall)).toEqual({ width: 66, height: 99 });
    expect(filmSize({ width: 64, height: 64 }, tall)).toEqual({ width: 64, height: 64 });
    expect(filmSize({}, tall)).toEqual({ width: 213, height: 320 });
  });

  it.each([
    [90, 61, 64, 64],
    [33, 77, 51, 35],
  ])("cover %i x %i to %i x %i, the middle staying in the middle", (w, h, width, height) => {
    const cut = covered(scene(w, h), width, height);
    expect([cut.width, cut.height]).toEqual([width, height]);
    const at = Math.floor(height / 2) * width + Math.floor(width / 2);
    expect(cut.data[at]).toBeCloseTo(220, -1);
  });
});
