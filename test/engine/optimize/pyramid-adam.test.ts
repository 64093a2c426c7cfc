import { afterAll, describe, expect, it } from "vitest";
import { batchOf } from "../../../src/engine/evaluate.js";
import { input } from "../../../src/engine/graph/ops.js";
import { random } from "../../../src/engine/images/random.js";
import { CHANNELS, clampRaster, type Raster } from "../../../src/engine/images/raster.js";
import { valueInputs } from "../../../src/engine/objectives/objective.js";
import { type AdamMemory, pyramidAdam } from "../../../src/engine/optimize/pyramid-adam.js";
import { Programs } from "../../../src/engine/programs.js";
import { onnxRuntime } from "../../../src/engine/runtimes/onnx/onnx.js";
import { loadTfjsCpu } from "../../../src/engine/runtimes/tfjs/load.js";
import { tfjsRuntime } from "../../../src/engine/runtimes/tfjs/tfjs.js";
import { PyramidAdam } from "./reference-adam.js";

const [WIDTH, HEIGHT] = [33, 32];
/** Far from 0 and 255, where steps are cut. */
const MIDDLE = 128;

function picture(value: (x: number, y: number) => number, width = WIDTH, height = HEIGHT): Raster {
  const data = new Float32Array(CHANNELS * width * height);
  for (let i = 0; i < data.length; i++) data[i] = value(i % width, Math.floor(i / width) % height);
  return { width, height, data };
}

const checks = (x: number, y: number): number => ((x + y) % 2 === 0 ? 1 : -1);
const flat = (width = WIDTH, height = HEIGHT): Raster => picture(() => MIDDLE, width, height);
const meanAbsolute = (data: Float32Array): number => data.reduce((sum, v) => sum + Math.abs(v), 0) / data.length;
const onnx = new Programs(onnxRuntime({ threads: 1 }), { maxBytes: 1e8 });
afterAll(() => onnx.dispose());

type Options = Parameters<typeof pyramidAdam>[1];
const usual = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, factor: () => 1 } as const;

/** Adam's steps against the gradients of a function, as programs. */
async function stepped(
  start: Raster,
  options: Pick<Options, "rates"> & Partial<Options>,
  gradients: readonly ((image: Raster) => Raster)[],
  { before, programs = onnx }: { readonly before?: AdamMemory; readonly programs?: Programs } = {},
): Promise<{ image: Raster; move: Float32Array; memory: AdamMemory }> {
  const { width, height } = start;
  const update = pyramidAdam({ width, height }, { ...usual, ...options }, before);
  const build = () => {
    const value = valueInputs();
    const shape = [null, CHANNELS, null, null];
    const { images, memory } = update.build(input("images", shape), input("gradient", shape), value, value);
    return { images, ...memory };
  };
  let [image, moments] = [start, update.memory];
  for (const [n, gradient] of gradients.entries()) {
    const given = { images: batchOf([image]), gradient: batchOf([gradient(image)]) };
    const values = update.values({ step: n + 1, steps: gradients.length });
    const { images, ...rest } = await programs.run(update.structure, build, { ...given, ...values, ...moments });
    image = { width, height, data: images?.data ?? new Float32Array() };
    moments = rest;
  }
  const memory = { size: { width, height }, steps: (before?.steps ?? 0) + gradients.length, moments };
  return { image, move: image.data.map((v, i) => v - (start.data[i] ?? Number.NaN)), memory };
}

const runtimes: Record<string, () => Promise<Programs>> = {
  onnx: async () => onnx,
  tfjs: async () => new Programs(tfjsRuntime((await loadTfjsCpu()).tf), { maxBytes: 1e8 }),
};

describe.each(Object.entries(runtimes))("Adam on a pyramid, as nodes of a program of %s", (_name, open) => {
  it.each([
    { what: "plain", size: [45, 34], options: { rates: [2] } },
    { what: "on three levels", size: [45, 34], options: { rates: [1, 2, 4] } },
    {
      what: "along colours, without the weave",
      size: [45, 34],
      options: { rates: [2, 2, 2], basis: [1.2, 0.3, 0.1, 0.3, 0.9, 0.2, 0.1, 0.2, 0.6], unwoven: 0.8 },
    },
    { what: "on a tile", size: [24, 40], options: { rates: [3], unwoven: 0.8, border: "wrap" } },
  ] as const)("moves as it does in JavaScript: $what", async ({ size: [width, height], options }) => {
    const next = random(5);
    const start = picture(() => 90 + 70 * next(), width, height);
    const noise = Array.from({ length: 4 }, () => picture(() => 1e-6 * (next() - 0.5), width, height));
    const [cooling, time] = [(step: number) => 1 - step / 10, { beta1: 0.6, beta2: 0.9, epsilon: 1e-14 }];
    const programs = await open();
    const gradients = noise.map((gradient) => () => gradient);
    const factor = ({ step }: { readonly step: number }) => cooling(step);
    const ours = await stepped(start, { ...options, ...time, factor }, gradients, { programs });
    const adam = new PyramidAdam(width, height, { ...options, ...time });
    const theirs = { ...start, data: start.data.slice() };
    for (const [n, gradient] of noise.entries()) {
      adam.step(theirs, gradient, cooling(n + 1));
      clampRaster(theirs);
    }
    const farthest = ours.image.data.map((v, i) => Math.abs(v - (theirs.data[i] ?? Number.NaN)));
    expect(Math.max(...farthest)).toBeLessThan(0.01);
  });
});

describe("Adam on a pyramid", () => {
  it("moves an even gradient by the sum of the rates, and the finest pattern by the finest rate", async () => {
    const rates = [1, 2, 4];
    const even = await stepped(flat(), { rates, epsilon: 1e-14 }, [() => picture(() => 1e-6)]);
    for (const v of even.move) expect(v).toBeCloseTo(-7, 3);
    // What halving lets through of a checkerboard is rounding and borders, far below epsilon here.
    const coarse = { epsilon: 1e1 };
    const fine = await stepped(flat(), { rates, ...coarse }, [() => picture(checks)]);
    const alone = await stepped(flat(), { rates: [1], ...coarse }, [() => picture(checks)]);
    expect(meanAbsolute(fine.move) / meanAbsolute(alone.move)).toBeCloseTo(1, 0);
  });

  it("finds the least squares picture, its finest detail too", async () => {
    const wanted = picture((x, y) => 128 + 60 * Math.sin(x / 5) + 20 * checks(x, y));
    const left = (image: Raster): Raster => ({
      ...image,
      data: image.data.map((v, i) => v - (wanted.data[i] ?? 0)),
    });
    const steps = Array.from({ length: 200 }, () => left);
    const { image } = await stepped(flat(), { rates: [1, 2, 2], beta2: 0.99 }, steps);
    expect(meanAbsolute(left(image).data)).toBeLessThan(meanAbsolute(left(flat()).data) / 20);
  });

  it("takes the moments of another size on", async () => {
    const halves = (width: number, height: number): Raster => picture((x) => (x < width / 2 ? 1 : -1), width, height);
    const rates = [1, 1];
    const ten = Array.from({ length: 10 }, () => () => halves(16, 12));
    const { memory: before } = await stepped(flat(16, 12), { rates }, ten);
    // With no gradient any more, it coasts on as it went before.
    const none = [() => picture(() => 0, 32, 24)];
    const coasting = await stepped(flat(32, 24), { rates }, none, { before });
    const fresh = await stepped(flat(32, 24), { rates }, none);
    expect(fresh.move.every((v) => v === 0)).toBe(true);
    expect(coasting.move[0]).toBeLessThan(-0.5);
    expect(coasting.move[31]).toBeGreaterThan(0.5);
  });

  it("steps along the colours of a basis: equally far along each of its columns", async () => {
    const grey = [1, 1, 1].map((v) => v / Math.sqrt(3));
    // Symmetric: 2 along grey, 0.5 along every other colour.
    const basis = Array.from({ length: 9 }, (_, i) => {
      const [row, column] = [Math.floor(i / 3), i % 3];
      return 1.5 * (grey[row] ?? 0) * (grey[column] ?? 0) + (row === column ? 0.5 : 0);
    });
    const plane = WIDTH * HEIGHT;
    const red = { ...flat(), data: flat().data.map((_, i) => (i < plane ? 1 : 0)) };
    const { move } = await stepped(flat(), { rates: [1], basis, epsilon: 1e-14 }, [() => red]);
    // R^T g is the basis's first row, whose values are all positive: Adam moves by -1 along each column.
    for (let c = 0; c < CHANNELS; c++) expect(move[c * plane]).toBeCloseTo(-2, 4);
  });

  it("leaves out the finest lines along the axes, and neither an even field nor diagonals", async () => {
    /** What is left of a pattern in the middle of a step; epsilon so large that Adam scales the gradient. */
    const left = async (value: (x: number, y: number) => number): Promise<number> => {
      const step = async (unwoven: number): Promise<number> => {
        const { move } = await stepped(flat(), { rates: [100], unwoven, epsilon: 1e1 }, [() => picture(value)]);
        return Math.hypot(...move.filter((_, i) => i % WIDTH > 4 && i % WIDTH < 28));
      };
      return (await step(0.8)) / (await step(0));
    };
    expect(await left((x) => (x % 2 === 0 ? 1 : -1))).toBeCloseTo(0.2, 2);
    expect(await left((_, y) => (y % 2 === 0 ? 1 : -1))).toBeCloseTo(0.2, 2);
    expect(await left(() => 1)).toBeCloseTo(1, 3);
    // Diagonal lines as far apart as the finest along the axes that are hardly touched.
    expect(await left((x, y) => Math.sin((2 * Math.PI * (x + y)) / 3))).toBeGreaterThan(0.85);
    expect(await left((x) => Math.sin((2 * Math.PI * x) / 8))).toBeGreaterThan(0.95);
  });

  it("has no more levels than a small picture allows", async () => {
    const ones = [() => picture(() => 1, 17, 17)];
    const { move } = await stepped(flat(17, 17), { rates: [1, 1, 1, 1], epsilon: 1e-14 }, ones);
    for (const v of move) expect(v).toBeCloseTo(-2, 3);
  });
});
