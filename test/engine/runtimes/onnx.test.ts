import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { onnxRuntime } from "../../../src/engine/runtimes/onnx/onnx.js";
import { conformance } from "./conformance.js";
import { OBJECTIVE_CASES } from "./objective-cases.js";

describe("the suite itself", () => {
  test("every module of objectives has a case", () => {
    const modules = readdirSync(new URL("../../../src/engine/objectives", import.meta.url)).map((file) => file.replace(/\.ts$/, ""));
    const covered = new Set(OBJECTIVE_CASES.map((c) => c.module));
    expect(modules.filter((module) => !covered.has(module))).toEqual([]);
  });
});

conformance("onnx on the CPU", () => onnxRuntime({ device: "cpu", threads: 2 }), { random: 60 });

// What is written otherwise for WebGPU, on the CPU: GPUs are rare where tests run.
conformance("onnx as written for WebGPU", () => onnxRuntime({ device: "cpu", threads: 2, writtenFor: "webgpu" }), {
  random: 10,
  only: /Pool|stem|inception|dream/,
});
