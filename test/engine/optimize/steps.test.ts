import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { batchOf, evaluate } from "../../../src/engine/evaluate.js";
import { mul, sub, sumAll } from "../../../src/engine/graph/ops.js";
import { random } from "../../../src/engine/images/random.js";
import { emptyRaster, type Raster } from "../../../src/engine/images/raster.js";
import { randomVgg } from "../../../src/engine/networks/random-vgg.js";
import { channels } from "../../../src/engine/objectives/channels.js";
import { dream } from "../../../src/engine/objectives/dream.js";
import { number, type Objective } from "../../../src/engine/objectives/objective.js";
import { naturalColours } from "../../../src/engine/optimize/pyramid.js";
import { type Descent, type Loss, takeSteps } from "../../../src/engine/optimize/steps.js";
import { meanAbsoluteDescent, rmsDescent } from "../../../src/engine/optimize/update.js";
import { Programs } from "../../../src/engine/programs.js";
import { neuronAscent } from "../../../src/engine/recipes/neuron/ascent.js";
import { ascentOptionsOf } from "../../../src/engine/recipes/neuron/ascent-options.js";
import { neuronDefinition } from "../../../src/engine/recipes/neuron/definition.js";
import { onnxRuntime } from "../../../src/engine/runtimes/onnx/onnx.js";
import { loadTfjsCpu } from "../../../src/engine/runtimes/tfjs/load.js";
import { tfjsRuntime } from "../../../src/engine/runtimes/tfjs/tfjs.js";
import { randomMove } from "../../../src/engine/transforms/move.js";
import { cascade, compose, shift, shiftAnywhere } from "../../../src/engine/transforms/see.js";
import { gaussianBlur } from "../../support/blur.js";
import {
  byMeanAbsolute,
  byRms,
  cascaded,
  composed,
  conditioned,
  equalised,
  loop,
  moved,
  shifted,
  type Through,
} from "./loop.js";

const network = randomVgg([
  [1, 8],
  [1, 12],
]);
const [WIDTH, HEIGHT, STEPS] = [45, 34, 3];
const size = { width: WIDTH, height: HEIGHT };
const signal = new AbortController().signal;

function noise(seed: number): Raster {
  const next = random(seed);
  return { ...size, data: Float32Array.from({ length: 3 * WIDTH * HEIGHT }, () => 60 + 130 * next()) };
}

async function taken(descent: Descent): Promise<{ losses: number[]; images: readonly Raster[] }> {
  const losses: number[] = [];
  let images = descent.images;
  for await (const step of takeSteps(descent, signal)) {
    losses.push(step.loss);
    images = await step.images();
  }
  return { losses, images };
}

const farthest = (a: Raster | undefined, b: Raster | undefined): number =>
  Math.max(...(a?.data ?? [Number.NaN]).map((v, i) => Math.abs(v - (b?.data[i] ?? Number.NaN))));

/** The steps as programs of a runtime, and as the loop of the reference, whose gradients the same runtime computes. */
async function compare(
  programs: Programs,
  objective: Objective,
  images: readonly Raster[],
  program: Pick<Descent, "update" | "view">,
  reference: { through(step: number): Through[]; move: Parameters<typeof loop>[0]["move"] },
): Promise<void> {
  const engine = { programs, network };
  const ours = await taken({ engine, images, steps: STEPS, ...program });
  const loss = (seen: readonly Raster[]) => evaluate(programs, network, objective, batchOf(seen));
  const theirs = await loop({ images, steps: STEPS, loss, ...reference });
  for (const [n, image] of theirs.images.entries()) expect(farthest(ours.images[n], image)).toBeLessThan(0.05);
  for (const [i, value] of theirs.losses.entries())
    expect(Math.abs((ours.losses[i] ?? Number.NaN) - value)).toBeLessThan(1e-4 * Math.abs(value));
}

const runtimes: Record<string, () => Promise<Programs>> = {
  onnx: async () => new Programs(onnxRuntime({ threads: 1 }), { maxBytes: 1e8 }),
  tfjs: async () => new Programs(tfjsRuntime((await loadTfjsCpu()).tf), { maxBytes: 1e8 }),
};

describe.each(Object.entries(runtimes))("a step as one program, with %s, is that of the loop", (_name, open) => {
  let programs: Programs;
  beforeAll(async () => {
    programs = await open();
  });
  afterAll(() => programs.dispose());

  it("for a dream: shifts, smoothing, steps of one mean size", async () => {
    const objective = dream({ block2_conv1: 1 }, 0);
    const next = random(3);
    const drawn = Array.from({ length: STEPS }, (_, i) => ({ by: shiftAnywhere(next, size), sigma: 0.6 + 0.5 * i }));
    const view = (step: number) => {
      const { by, sigma } = drawn[step - 1] ?? { by: { dx: 0, dy: 0 }, sigma: 1 };
      return { by, sigma };
    };
    await compare(
      programs,
      objective,
      [noise(1)],
      {
        update: meanAbsoluteDescent(3),
        view: (step) => {
          const { by, sigma } = view(step);
          return { loss: { objective }, transform: compose(shift(by), cascade(sigma, size)) };
        },
      },
      {
        through: (step) => {
          const { by, sigma } = view(step);
          return [
            composed(
              shifted(by),
              conditioned((gradient) => cascaded(gradient, sigma)),
            ),
          ];
        },
        move: byMeanAbsolute(3),
      },
    );
  });

  it.each([
    ["a neuron, a zoom", 1, "pyramid"],
    ["a batch of neurons, each with its own moves", 3, "pyramid"],
    ["the book's neuron", 1, "plain"],
  ] as const)("for %s", async (_what, count, gradient) => {
    const terms = Array.from({ length: count }, (_, channel) => [{ layer: "block2_conv1", channel, weight: 1 }]);
    const objective = channels(terms, () => 12, 0.05);
    const colours = gradient === "pyramid" ? ("natural" as const) : ("plain" as const);
    const usual = ascentOptionsOf(neuronDefinition.params.parse({}), 0);
    const options = { ...usual, step: 5, blur: 0.6, gradient, colours, jitter: 4 };
    const limits = { jitter: 4, turn: 5, scale: 0.05 };
    expect(options).toMatchObject({ turn: limits.turn });
    const randoms = () => Array.from({ length: count }, (_, n) => random(50 + n));
    const theirs = randoms();
    const back = (direction: Raster): Raster => {
      const smooth = gaussianBlur(direction, 0.6, "wrap");
      return gradient === "pyramid" ? naturalColours(equalised(smooth, 5, 1.35)) : smooth;
    };
    await compare(
      programs,
      objective,
      Array.from({ length: count }, (_, n) => noise(20 + n)),
      neuronAscent({ programs, network }, objective, randoms(), options, size),
      {
        through: () => theirs.map((next) => composed(conditioned(back), moved(randomMove(next, limits)))),
        move: byRms(5, gradient === "plain" ? 1e-5 : 0, gradient === "pyramid"),
      },
    );
  });
});

describe("the steps", () => {
  const programs = new Programs(onnxRuntime({ threads: 1 }), { maxBytes: 1e8 });
  afterAll(() => programs.dispose());
  const engine = { programs, network };
  /** weight * the images' distance from 100, from above. */
  const slope = (weight: number): Objective => ({
    structure: "slope",
    values: { weight: number(weight) },
    build: ({ image, value }) => mul(sumAll(sub(image, value("base", []))), value("weight", [])),
  });
  const sloping = (weight: number): Objective => ({
    ...slope(weight),
    values: { weight: number(weight), base: number(100) },
  });
  const filled = (value: number): Raster => ({ width: 4, height: 3, data: emptyRaster(4, 3).data.fill(value) });
  const at = (loss: Loss, more: Partial<Descent> = {}): Descent => ({
    engine,
    images: [filled(120)],
    steps: 3,
    update: meanAbsoluteDescent(2),
    view: () => ({ loss, transform: compose() }),
    ...more,
  });

  it("have the size that is asked for, and leave their start alone", async () => {
    const start = filled(120);
    const { images, losses } = await taken(at({ objective: sloping(1) }, { images: [start] }));
    expect(start).toEqual(filled(120));
    expect(farthest(images[0], filled(114))).toBeLessThan(1e-4);
    expect(losses[0]).toBeCloseTo(36 * 20, 3);
  });

  it("are the same in tiles, where the host puts the gradient together", async () => {
    const objective = dream({ block2_conv1: 1 }, 0);
    const transform = compose(shift({ dx: 7, dy: -5 }), cascade(0.8, size));
    const parts = { engine, images: [noise(4)], steps: STEPS, update: meanAbsoluteDescent(3) };
    const whole = await taken({ ...parts, view: () => ({ loss: { objective }, transform }) });
    const loss = (seen: Raster) => evaluate(programs, network, objective, seen);
    const tiled = await taken({ ...parts, view: () => ({ loss, transform }) });
    expect(farthest(tiled.images[0], whole.images[0])).toBeLessThan(1e-3);
    expect(tiled.losses[2]).toBeCloseTo(whole.losses[2] ?? Number.NaN, 3);
  });

  it("go another way where there is no gradient, each image by itself", async () => {
    const update = rmsDescent({ rate: 2, epsilon: 0, clamp: true, instead: (_, n) => filled(n === 0 ? -1 : 100) });
    const { images } = await taken(
      at({ objective: sloping(0) }, { images: [filled(50), filled(90)], steps: 1, update }),
    );
    expect([images[0]?.data[0], images[1]?.data[0]]).toEqual([52, 0]);
  });

  it("read their images when they are asked for them, and at no other time", async () => {
    let read: readonly Raster[] = [];
    for await (const step of takeSteps(at({ objective: sloping(1) }), signal))
      if (step.step === 2) read = await step.images();
    expect(farthest(read[0], filled(116))).toBeLessThan(1e-4);
  });

  it.each([
    ["a loss that is infinite", { loss: Number.NEGATIVE_INFINITY, slope: 1 }],
    ["a loss that is no number", { loss: Number.NaN, slope: 1 }],
    ["a gradient that is none, whatever the loss", { loss: 1, slope: Number.NaN }],
  ])("end with a sentence at %s", async (_what, broken) => {
    let step = 0;
    const loss: Loss = async (image) => {
      const { loss, slope } = ++step === 2 ? broken : { loss: 1, slope: 1 };
      return { loss, gradient: image.data.map((_, i) => (i === 5 ? slope : 1)) };
    };
    const diverged = { name: "DescentError", identifier: "descent.diverged" };
    await expect(taken(at(loss))).rejects.toMatchObject(diverged);
    expect(step).toBe(2);
  });

  it("end at a pixel that is no number at the start, which ReLU would hide", async () => {
    const start = noise(5);
    start.data[7] = Number.NaN;
    const objective = channels([[{ layer: "block1_conv1", channel: 1, weight: 1 }]], () => 8, 0);
    const descent = at(
      { objective },
      { images: [start], update: rmsDescent({ rate: 1, epsilon: 1, clamp: false, instead: () => start }) },
    );
    await expect(taken(descent)).rejects.toMatchObject({ identifier: "descent.no-start" });
  });

  it("end when they are aborted, before the next gradient", async () => {
    const controller = new AbortController();
    let asked = 0;
    const loss: Loss = async ({ data }) => {
      asked++;
      controller.abort(new Error("stop"));
      return { loss: 1, gradient: data };
    };
    const steps = takeSteps(at(loss), controller.signal);
    await expect(steps.next()).resolves.toMatchObject({ done: false });
    await expect(steps.next()).rejects.toThrow("stop");
    expect(asked).toBe(1);
  });
});
