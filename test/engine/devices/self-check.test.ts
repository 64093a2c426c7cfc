import { describe, expect, test } from "vitest";
import { AGREEMENT, disagreement, timeStep } from "../../../src/engine/devices/self-check.js";
import { onnxRuntime } from "../../../src/engine/runtimes/onnx/onnx.js";
import type { Runtime } from "../../../src/engine/runtimes/runtime.js";

const cpu = onnxRuntime();

/** The CPU with something done to its results. */
const spoilt = (spoil: (data: Float32Array) => void): Runtime => ({
  name: "spoilt",
  async compile(outputs) {
    const program = await cpu.compile(outputs);
    return {
      bytes: program.bytes,
      dispose: () => program.dispose(),
      advance: (inputs) => program.advance(inputs),
      async run(inputs) {
        const results = await program.run(inputs);
        for (const { data } of Object.values(results)) spoil(data);
        return results;
      },
    };
  },
});

describe("the self-check", () => {
  test("finds the CPU right, and times it", async () => {
    expect(await disagreement(cpu, cpu)).toBe(0);
    expect(await timeStep(cpu)).toBeGreaterThan(0);
  });

  test("finds zeros, wrong scales and what is no number", async () => {
    expect(
      await disagreement(
        spoilt((data) => data.fill(0)),
        cpu,
      ),
    ).toBeCloseTo(1);
    expect(
      await disagreement(
        spoilt((data) => data.set(data.map((v) => v * 1.01))),
        cpu,
      ),
    ).toBeGreaterThan(AGREEMENT);
    expect(
      (await disagreement(
        spoilt((data) => data.fill(Number.NaN, 0, 1)),
        cpu,
      )) <= AGREEMENT,
    ).toBe(false);
  });
});
