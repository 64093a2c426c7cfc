/** Real networks against losses and gradients that are known: a folder with a cases.json, and the networks it names. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { evaluateCases, TOLERANCE } from "../../../src/engine/measure/cases.js";
import { type OpenEngine, openEngine } from "../../../src/engine/open.js";
import { onnxRuntime } from "../../../src/engine/runtimes/onnx/onnx.js";
import type { Runtime } from "../../../src/engine/runtimes/runtime.js";
import { loadTfjsCpu } from "../../../src/engine/runtimes/tfjs/load.js";
import { tfjsRuntime } from "../../../src/engine/runtimes/tfjs/tfjs.js";
import { models, resnet50Missing } from "../../support/resnet50.js";

const { REFERENCE_PATH } = process.env;
const cases = REFERENCE_PATH === undefined ? undefined : join(REFERENCE_PATH, "cases.json");
const missing =
  cases !== undefined && existsSync(cases) ? await resnet50Missing() : "needs REFERENCE_PATH with a cases.json";

const RUNTIMES: Readonly<Record<string, () => Promise<Runtime>>> = {
  "onnx on the CPU": async () => onnxRuntime(),
  "tfjs on its plain CPU backend": async () => tfjsRuntime((await loadTfjsCpu()).tf),
};

describe.skipIf(missing !== undefined)(`known losses and gradients (${missing ?? "REFERENCE_PATH"})`, () => {
  test.each(Object.entries(RUNTIMES))("%s agrees", { timeout: 600_000 }, async (_, open) => {
    const engine: OpenEngine = openEngine({ modelsDir: models.dir, modelsPath: models.path }, await open());
    try {
      const report = await evaluateCases(cases ?? "", engine);
      for (const { name, lossError, gradientError } of report.cases) {
        expect(lossError, `loss of ${name}`).toBeLessThan(TOLERANCE.loss);
        expect(gradientError, `gradient of ${name}`).toBeLessThan(TOLERANCE.gradient);
      }
      expect(report.cases.length).toBeGreaterThan(0);
    } finally {
      await engine.close();
    }
  });
});
