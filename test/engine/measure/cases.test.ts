import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { input, relu, scalar, sub } from "../../../src/engine/graph/ops.js";
import { evaluateCases } from "../../../src/engine/measure/cases.js";
import { type Network, noClasses } from "../../../src/engine/networks/network.js";
import { Programs } from "../../../src/engine/programs.js";
import { onnxRuntime } from "../../../src/engine/runtimes/onnx/onnx.js";
import { newFolder } from "../../support/new-folder.js";

/** What of an image is brighter than 100: at 100 itself the gradient goes either way. */
const bright: Network = {
  id: "bright",
  bytes: 0,
  layers: [{ name: "bright", kind: "ReLU", channels: 3, stride: 1 }],
  build({ image = input("image", [null, 3, null, null]) } = {}) {
    const map = relu(sub(image, scalar(100)));
    const scores = () => noClasses("bright");
    return { image, layer: () => map, scores, scoresByPlace: scores };
  },
};
const programs = new Programs(onnxRuntime({ threads: 1 }), { maxBytes: 1e6 });
afterAll(() => programs.dispose());

const PIXELS = 16;

/** The errors of the mean of the first channel, whose gradient a file says. */
async function errors(image: readonly number[], gradient: (i: number) => number) {
  const folder = newFolder();
  const floats = (value: (i: number) => number) => Float32Array.from({ length: 3 * PIXELS }, (_, i) => value(i));
  writeFileSync(
    join(folder, "at.f32"),
    floats((i) => image[i] ?? 0),
  );
  writeFileSync(join(folder, "gradient.f32"), floats(gradient));
  const loss = image.reduce((sum, v) => sum + Math.max(0, v - 100), 0) / PIXELS;
  const terms = [{ layer: "bright", channel: 0 }];
  const test = {
    name: "one",
    network: "bright",
    kind: "channels",
    terms,
    at: "at.f32",
    loss,
    gradient: "gradient.f32",
  };
  writeFileSync(join(folder, "cases.json"), JSON.stringify({ shape: [1, 3, 4, 4], cases: [test] }));
  const engine = { programs, network: async () => bright };
  return (await evaluateCases(join(folder, "cases.json"), engine)).cases[0];
}

const image: readonly number[] = Array.from({ length: PIXELS }, (_, i) => (i % 2 === 0 ? 150 : 50));
const rising = (i: number) => (i < PIXELS && i % 2 === 0 ? 1 / PIXELS : 0);

describe("cases with known gradients", () => {
  it("agree", async () => {
    const found = await errors(image, rising);
    expect(found?.lossError).toBeLessThan(1e-6);
    expect(found?.gradientError).toBeLessThan(1e-6);
  });

  it("agree where rounding decides which way a gradient goes", async () => {
    const tied = image.with(1, 100);
    const eitherWay = (i: number) => (i === 1 ? 1 / PIXELS : rising(i));
    expect((await errors(tied, rising))?.gradientError).toBeLessThan(1e-6);
    expect((await errors(tied, eitherWay))?.gradientError).toBeLessThan(1e-6);
  });

  it("are off where the gradient is another one, however often it is asked for", async () => {
    expect((await errors(image, (i) => 1.01 * rising(i)))?.gradientError).toBeCloseTo(0.0099, 3);
    const oneMore = (i: number) => (i === 1 ? 1 / PIXELS : rising(i));
    expect((await errors(image, oneMore))?.gradientError).toBeGreaterThan(0.3);
  });
});
