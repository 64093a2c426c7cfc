import { describe, expect, it, vi } from "vitest";
import { packCheckpoint, unpackCheckpoint } from "../../src/engine/checkpoint.js";
import { decode } from "../../src/engine/images/codec.js";
import type { Raster } from "../../src/engine/images/raster.js";
import type { Checkpoint, EngineRequest } from "../../src/engine/process/engine.js";
import { dreamDefinition } from "../../src/engine/recipes/dream/definition.js";
import type { Frame } from "../../src/engine/recipes/recipe.js";
import { RECIPES, runJob } from "../../src/engine/run-job.js";
import { cameraFilm, filmFile } from "../support/film.js";
import { drawn } from "../support/pictures.js";
import { difference, openTiny, pictureOf } from "./recipes/tiny.js";

const context = openTiny();
const photo = await drawn(96, 72);
const painting = await drawn(64, 80);

// Every step is shown, and not only those at whose time a preview is due: what is saved between them can be looked at.
let clock = 0;
vi.spyOn(performance, "now").mockImplementation(() => {
  clock += 10_000;
  return clock;
});

/** Runs a recipe to its end, and collects the state that each of its frames offers. */
async function runRecipe({ recipe: name, params: given, pictures: encoded }: EngineRequest, resume?: Checkpoint) {
  const recipe = RECIPES.get(name);
  const params = recipe?.params.parse(given);
  const task = { recipe: name, version: recipe?.version ?? fail(), params, pictures: encoded };
  const pictures = Object.fromEntries(
    Object.entries(encoded).map(([role, bytes]) => [role, pictureOf(rasters.get(bytes) ?? fail())]),
  );
  const earlier = resume && unpackCheckpoint(task, resume);
  const run = recipe?.run(params, pictures, { ...context, ...(earlier && { resume: earlier.state }) }) ?? fail();
  const checkpoints: Checkpoint[] = [];
  let [frames, last]: [number, Frame | undefined] = [0, undefined];
  for (;;) {
    const next = await run.next();
    if (next.done) return { frames, checkpoints, film: next.value?.bytes, image: last?.image ?? fail() };
    frames++;
    last = next.value;
    if (!last.savable || last.progress === 1) continue;
    const packed = packCheckpoint(task, { state: await last.savable.save(), octaves: [], seconds: 0 });
    // As it would come out of a file.
    if (packed) checkpoints.push({ octave: packed.octave, state: new Uint8Array(packed.state) });
  }
}

const rasters = new Map<Uint8Array, Raster>([
  [photo, await decode(photo)],
  [painting, await decode(painting)],
]);

function fail(): never {
  throw new Error("not there");
}

async function runWhole(request: EngineRequest) {
  const checkpoints: Checkpoint[] = [];
  let frames = 0;
  const onFrame = ({ checkpoint }: { readonly checkpoint?: Checkpoint }) => {
    frames++;
    if (checkpoint) checkpoints.push(checkpoint);
  };
  const result = await runJob(request, { ...context, onFrame });
  return { result, checkpoints, frames, picture: Buffer.from(result.picture) };
}

const dream = {
  recipe: "dream",
  params: { network: "vgg", layers: "block2_conv1", size: 96, octaves: 4, octaveScale: 1.25, steps: 3 },
};
const style = { network: "vgg", styleLayers: "block1_conv1 block2_conv1", steps: 4 };
const neurons = { network: "vgg", layer: "block2_conv1", steps: 3 };
const pictures = { image: photo, style: painting };

const JOBS: Readonly<Record<string, EngineRequest>> = {
  dream: { ...dream, pictures: { image: photo } },
  "a dream into a word": {
    recipe: "dream",
    params: { network: "naming", into: "goldfish castle:0.5", away: "pizza", size: 224, steps: 2 },
    pictures: { image: photo },
  },
  "a dream in a part of a picture": {
    ...dream,
    params: { ...dream.params, where: "not centre", feather: 5 },
    pictures: { image: photo },
  },
  "a blend of styles in places": {
    recipe: "blend",
    pictures,
    params: {
      ...style,
      contentLayer: "block3_conv1",
      size: 320,
      steps: 2,
      styles: [
        { picture: "style", where: "top" },
        { picture: "image", where: "rest" },
      ],
    },
  },
  "a dream of noise": { ...dream, pictures: {} },
  stylize: {
    recipe: "stylize",
    params: { ...style, contentLayer: "block3_conv1", size: 320, start: "noise", steps: 2 },
    pictures,
  },
  "a book's painting": {
    recipe: "stylize",
    pictures,
    params: { ...style, contentLayer: "block3_conv1", preset: "book", size: 64, steps: 12 },
  },
  "a blend's sweep": {
    recipe: "blend",
    pictures,
    params: {
      ...style,
      contentLayer: "block3_conv1",
      size: 64,
      sweep: 4,
      styles: [{ picture: "style" }, { picture: "image" }],
    },
  },
  "a tileable texture": {
    recipe: "texture",
    params: { ...style, size: 256, tileable: true, steps: 2 },
    pictures: { style: painting },
  },
  neuron: { recipe: "neuron", params: { ...neurons, channels: "3", size: 96 }, pictures: {} },
  grid: {
    recipe: "grid",
    params: { network: "vgg", layers: "block1_conv1 block2_conv1 block3_conv1", sample: 3, size: 48, steps: 3 },
    pictures: {},
  },
  zoom: {
    recipe: "zoom",
    params: { ...neurons, channels: "1 2", width: 48, height: 40, frames: 8, fade: 2 },
    pictures: {},
  },
  "a looping zoom": {
    recipe: "zoom",
    params: { ...neurons, channels: "1 2", width: 48, height: 40, frames: 8, fade: 2, loop: "fade" },
    pictures: {},
  },
};

const film = await filmFile(cameraFilm(await decode(photo), 5, 48), Array(5).fill(80), { format: "webp" });
const MOVING: Readonly<Record<string, EngineRequest>> = {
  "a dream of a film": {
    recipe: "dream",
    params: { network: "vgg", layers: "block2_conv1", size: 48, octaves: 2, steps: 2, filmFrames: 5 },
    pictures: { image: film },
  },
  "a dream where something is seen in a film": {
    recipe: "dream",
    params: { network: "naming", layers: "block2_conv1", size: 48, octaves: 2, steps: 2, filmFrames: 5, where: "dogs" },
    pictures: { image: film },
  },
  "a painting of a film": {
    recipe: "stylize",
    pictures: { image: film, style: painting },
    params: { ...style, contentLayer: "block3_conv1", size: 48, filmFrames: 5, styles: [{ picture: "style" }] },
  },
};

describe("a film that is taken up again", () => {
  it.each(Object.entries(MOVING))(
    "%s: is the same as without a stop, after each of its frames",
    async (_n, request) => {
      const whole = await runWhole(request);
      // One of the end before the beginning, and all of the film's own but the last, after which nothing comes.
      expect(whole.checkpoints).toHaveLength(5);
      for (const [done, resume] of whole.checkpoints.entries()) {
        const again = await runWhole({ ...request, resume });
        expect(again.picture.equals(whole.picture)).toBe(true);
        expect(again.checkpoints).toHaveLength(4 - done);
      }
    },
  );
});

describe("a job that is taken up again", () => {
  it.each(Object.entries(JOBS))(
    "%s: the result is the same as without a stop, from every place where it can be",
    async (_name, request) => {
      const whole = await runRecipe(request);
      expect(whole.checkpoints.length).toBeGreaterThan(1);
      for (const resume of whole.checkpoints) {
        const again = await runRecipe(request, resume);
        expect(again.frames).toBeLessThan(whole.frames);
        expect(difference(again.image, whole.image), `from ${resume.octave}`).toBe(0);
        expect(again.film).toEqual(whole.film);
      }
    },
  );

  it("is whole: its result counts every octave and all of the time", async () => {
    const request = { ...dream, pictures: { image: photo } };
    const whole = await runWhole(request);
    const resume = whole.checkpoints.at(-1) ?? fail();
    const again = await runWhole({ ...request, resume });
    expect(again.picture.equals(whole.picture)).toBe(true);
    expect(again.frames).toBeLessThan(whole.frames);
    expect(again.result.octaves.map(({ octave }) => octave)).toEqual(whole.result.octaves.map(({ octave }) => octave));
    expect(again.result.seconds).toBeGreaterThan(
      unpackCheckpoint({ ...request, version: dreamDefinition.version, params: whole.result.params }, resume)
        ?.seconds ?? fail(),
    );
  });

  it("starts over from what is damaged, of other parameters, of another picture or of another recipe", async () => {
    const request = { ...dream, pictures: { image: photo } };
    const whole = await runWhole(request);
    const first = whole.checkpoints[0] ?? fail();
    const damaged = [
      { ...first, state: new Uint8Array() },
      { ...first, state: first.state.subarray(0, first.state.length - 8) },
      { ...first, state: first.state.map((byte, i) => (i < 30 ? 0x7b : byte)) },
    ];
    for (const resume of damaged) {
      const again = await runWhole({ ...request, resume });
      expect([again.frames, again.picture.equals(whole.picture)]).toEqual([whole.frames, true]);
    }
    for (const other of [
      { ...request, params: { ...dream.params, seed: 2 } },
      { ...request, pictures: { image: painting } },
    ]) {
      const [fresh, tried] = [await runWhole(other), await runWhole({ ...other, resume: first })];
      expect([tried.frames, tried.picture.equals(fresh.picture)]).toEqual([fresh.frames, true]);
    }
  });
});

describe("a checkpoint", () => {
  const task = { recipe: "dream", version: 1, params: { size: 3 }, pictures: {} };
  const state = {
    octave: 2,
    numbers: { random: -5, loss: 1 / 3 },
    arrays: { a: new Float32Array([1.5, -2, Number.NaN]), b: new Uint8Array([1, 2, 3]) },
  };
  const octaves = [{ octave: 1, width: 3, height: 2, steps: 4, lossStart: Number.NaN, lossEnd: 0.1 }];

  it("comes back as it went, also from bytes that lie anywhere", () => {
    const packed = packCheckpoint(task, { state, octaves, seconds: 1.25 });
    if (!packed) throw new Error("nothing was packed");
    const moved = new Uint8Array(packed.state.length + 3);
    moved.set(packed.state, 3);
    expect(unpackCheckpoint(task, { octave: 2, state: moved.subarray(3) })).toEqual({ state, octaves, seconds: 1.25 });
    expect(unpackCheckpoint({ ...task, recipe: "zoom" }, packed)).toBeUndefined();
    expect(unpackCheckpoint({ ...task, version: 2 }, packed)).toBeUndefined();
  });

  it("is not made of more than may be kept", () => {
    const arrays = { a: new Float32Array(16_000_001) };
    expect(packCheckpoint(task, { state: { ...state, arrays }, octaves, seconds: 1 })).toBeUndefined();
  });
});
