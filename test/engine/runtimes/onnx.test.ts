import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { onnxRuntime } from "../../../src/engine/runtimes/onnx/onnx.js";
import { WIDE_CHAIN } from "../graph/chains.js";
import { conformance } from "./conformance.js";
import { OBJECTIVE_CASES } from "./objective-cases.js";

describe("the suite itself", () => {
  test("every module of objectives has a case", () => {
    const modules = readdirSync(new URL("../../../src/engine/objectives", import.meta.url)).map((file) =>
      file.replace(/\.ts$/, ""),
    );
    const covered = new Set(OBJECTIVE_CASES.map((c) => c.module));
    expect(modules.filter((module) => !covered.has(module))).toEqual([]);
  });
});

conformance("onnx on the CPU", () => onnxRuntime({ device: "cpu", threads: 2 }), { random: 60, more: [WIDE_CHAIN] });

// What is done with many channels only, done with few: sums over thousands of products would take the float64 reference
// minutes.
conformance(
  "onnx with Winograd's algorithm wherever it fits",
  () => onnxRuntime({ device: "cpu", threads: 2, winograd: { runs: 1, alone: [{ channels: 1, pixels: 1 }] } }),
  {
    random: 5,
    // Not those of residual blocks of 32 channels: one activation lies so near zero that float32 may see it on the
    // other side.
    only: /^a run|without a ReLU|VGG|block of (5|16)|pooling, 16|avgPool|dream|gram/,
  },
);

// What is written otherwise for WebGPU, on the CPU: GPUs are rare where tests run.
conformance("onnx as written for WebGPU", () => onnxRuntime({ device: "cpu", threads: 2, writtenFor: "webgpu" }), {
  random: 10,
  only: /Pool|stem|inception|dream/,
});
