import { describe, expect, it } from "vitest";
import { emptyRaster, meanAbsolute, type Raster } from "../../../src/engine/images/raster.js";
import { type Descent, descend, type Loss, type Step } from "../../../src/engine/optimize/descend.js";
import { Lbfgs, lbfgsOptimiser } from "../../../src/engine/optimize/lbfgs.js";
import { meanAbsoluteDescent, rmsDescent } from "../../../src/engine/optimize/optimiser.js";
import { shift } from "../../../src/engine/transforms/transform.js";

function filled(value: number): Raster {
  const raster = emptyRaster(4, 3);
  raster.data.fill(value);
  return raster;
}

/** Half the squared distance from 100, summed over the batch. */
const nearer: Loss = async (images) => {
  const gradient = Float32Array.from(images.flatMap(({ data }) => [...data.map((v) => v - 100)]));
  return { loss: gradient.reduce((sum, g) => sum + (g * g) / 2, 0), gradient };
};

const optimisers = {
  "mean absolute": () => meanAbsoluteDescent(2),
  rms: () => rmsDescent({ rate: 2, epsilon: 0, clamp: true, instead: () => filled(1) }),
  "L-BFGS": () => lbfgsOptimiser(new Lbfgs<Float32Array>()),
};

const descent = (more: Partial<Descent> = {}): Descent => ({
  images: [filled(90)],
  steps: 3,
  optimiser: meanAbsoluteDescent(2),
  view: () => ({ loss: nearer, transforms: [] }),
  ...more,
});

async function run(given: Descent, signal = new AbortController().signal): Promise<Step[]> {
  const steps: Step[] = [];
  for await (const step of descend(given, signal)) steps.push(step);
  return steps;
}

describe("descend", () => {
  it.each(Object.entries(optimisers))(
    "lowers the loss with %s, and leaves its start alone",
    async (_name, optimiser) => {
      const start = filled(90);
      const steps = await run(descent({ images: [start], optimiser: optimiser() }));
      const last = steps.at(-1);
      expect(start).toEqual(filled(90));
      expect((await nearer(last?.images ?? [])).loss).toBeLessThan((await nearer([start])).loss);
    },
  );

  it("takes steps of the size that is asked for, through any transform", async () => {
    for (const transforms of [[], [shift({ dx: 1, dy: 1 })]]) {
      const [step] = await run(descent({ steps: 1, view: () => ({ loss: nearer, transforms }) }));
      expect(step?.images[0]?.data).toEqual(filled(92).data);
    }
  });

  it("moves every image of a batch by its own gradient", async () => {
    const [step] = await run(descent({ images: [filled(90), filled(120)], steps: 1 }));
    expect(step?.images.map(({ data }) => data[0])).toEqual([92, 118]);
  });

  it("goes on after the steps that have been taken, and ends when there is nothing to gain", async () => {
    expect((await run(descent({ taken: 2 }))).map(({ step }) => step)).toEqual([3]);
    const steps = await run(descent({ steps: 50, optimiser: optimisers["L-BFGS"]() }));
    expect(steps.length).toBeLessThan(50);
    expect(steps.at(-1)?.converged).toBe(true);
  });

  it("follows another direction where there is no gradient", async () => {
    const optimiser = rmsDescent({ rate: 2, epsilon: 0, clamp: true, instead: () => filled(-1) });
    const [step] = await run(descent({ images: [filled(100)], steps: 1, optimiser }));
    expect(meanAbsolute(step?.images[0]?.data ?? new Float32Array())).toBe(102);
  });

  it.each([
    ["a loss that is infinite", (step: number) => ({ loss: step === 2 ? Number.NEGATIVE_INFINITY : 1, slope: 1 })],
    ["a loss that is no number", (step: number) => ({ loss: step === 2 ? Number.NaN : 1, slope: 1 })],
    ["a pixel that is none, whatever the loss", (step: number) => ({ loss: 1, slope: step === 2 ? Number.NaN : 1 })],
  ])("ends with a sentence at %s", async (_what, at) => {
    let step = 0;
    const loss: Loss = async ([image = filled(0)]) => {
      const { loss, slope } = at(++step);
      return { loss, gradient: image.data.map((_, i) => (i === 5 ? slope : 1)) };
    };
    const seen: Step[] = [];
    const stepping = async () => {
      for await (const each of descend(
        descent({ view: () => ({ loss, transforms: [] }) }),
        new AbortController().signal,
      ))
        seen.push(each);
    };
    await expect(stepping()).rejects.toMatchObject({ name: "DescentError", identifier: "descent.diverged" });
    expect(seen).toHaveLength(1);
  });

  it("ends when it is aborted, before the next gradient", async () => {
    const controller = new AbortController();
    let asked = 0;
    const loss: Loss = async (images) => {
      asked++;
      controller.abort(new Error("stop"));
      return nearer(images);
    };
    await expect(run(descent({ view: () => ({ loss, transforms: [] }) }), controller.signal)).rejects.toThrow("stop");
    expect(asked).toBe(1);
  });
});
