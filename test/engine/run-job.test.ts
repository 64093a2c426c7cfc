import { describe, expect, it } from "vitest";
import { constant, mul, scalar } from "../../src/engine/graph/ops.js";
import { type Network, NetworkError } from "../../src/engine/networks/network.js";
import { RECIPES } from "../../src/engine/recipes/registry.js";
import { runJob, toEngineError } from "../../src/engine/run-job.js";
import { drawn } from "../support/pictures.js";
import { openTiny, vgg } from "./recipes/tiny.js";

const tiny = openTiny();

describe("a result is a picture", () => {
  /** What a network of float16 weights read as float32, or one with a wrong preprocessing, gives: infinity. */
  const broken: Network = {
    ...vgg,
    id: "broken",
    build(options) {
      const built = vgg.build(options);
      return {
        ...built,
        layer: (name) => mul(mul(built.layer(name), scalar(1e38)), constant(Float32Array.of(1e38), [])),
      };
    },
  };
  const short: Record<string, unknown> = { zoom: { frames: 2, width: 48, height: 32 }, grid: { size: 48, sample: 2 } };

  it.each([...RECIPES.keys()])("of %s, or the job ends with a sentence that says why there is none", async (recipe) => {
    const photo = await drawn(48, 36);
    const params = { size: 48, steps: 2, network: "broken", ...(recipe in short ? { size: undefined } : {}) };
    const given = Object.fromEntries(Object.entries({ ...params, ...(short[recipe] as object) }).filter(([, v]) => v));
    const frames: unknown[] = [];
    const job = runJob(
      { recipe, params: given, pictures: { image: photo, style: photo } },
      { ...tiny, network: async () => broken, onFrame: (frame) => frames.push(frame) },
    );
    await expect(job).rejects.toMatchObject({ kind: "input", identifier: "descent.no-start" });
    expect(frames).toEqual([]);
  });
});

describe("the kind of a failure", () => {
  it.each(["std::bad_alloc", "Failed to allocate memory for requested buffer", "Array buffer allocation failed"])(
    "is memory where a library says: %s",
    (text) => expect(toEngineError(new Error(text)).kind).toBe("memory"),
  );

  it("is what its class and its own kind say otherwise, with the sentence's identifier", () => {
    const unknown = new NetworkError("unknown", "layer.none", { network: "vgg", layer: "x" });
    expect(toEngineError(unknown)).toMatchObject({ kind: "input", identifier: "layer.none" });
    expect(toEngineError(new NetworkError("corrupt", "model.empty")).kind).toBe("network");
    expect(toEngineError(new Error("x")).kind).toBe("internal");
  });
});
