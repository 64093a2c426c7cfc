/** Real networks against losses and gradients that are known: a folder with a cases.json, and the networks it names. */
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { evaluateCases, TOLERANCE } from "../../../src/engine/measure/cases.js";
import { type OpenEngine, openEngine } from "../../../src/engine/open.js";
import { onnxRuntime } from "../../../src/engine/runtimes/onnx/onnx.js";
import type { Runtime } from "../../../src/engine/runtimes/runtime.js";
import { loadTfjsCpu } from "../../../src/engine/runtimes/tfjs/load.js";
import { tfjsRuntime } from "../../../src/engine/runtimes/tfjs/tfjs.js";
import { newFolder } from "../../support/new-folder.js";
import { models, resnet50Missing } from "../../support/resnet50.js";

const { REFERENCE_PATH } = process.env;
const cases = REFERENCE_PATH === undefined ? undefined : join(REFERENCE_PATH, "cases.json");
const missing =
  cases !== undefined && existsSync(cases) ? await resnet50Missing() : "needs REFERENCE_PATH with a cases.json";

interface Tried {
  readonly open: () => Promise<Runtime>;
  readonly choose: (file: string) => string;
}

const RUNTIMES: Readonly<Record<string, Tried>> = {
  "onnx on the CPU": { open: async () => onnxRuntime(), choose: (file) => file },
  "tfjs on its plain CPU backend": { open: async () => tfjsRuntime((await loadTfjsCpu()).tf), choose: quickCases },
};

/** The file's cases but those of VGG19, which take plain JavaScript minutes: the other networks have every kind too. */
function quickCases(file: string): string {
  const folder = newFolder();
  for (const name of readdirSync(join(file, ".."))) symlinkSync(join(file, "..", name), join(folder, name));
  const { cases: all, ...rest } = JSON.parse(readFileSync(file, "utf8")) as { cases: { network: string }[] };
  const quick = join(folder, "quick.json");
  writeFileSync(quick, JSON.stringify({ ...rest, cases: all.filter(({ network }) => network !== "vgg19") }));
  return quick;
}

describe.skipIf(missing !== undefined)(`known losses and gradients (${missing ?? "REFERENCE_PATH"})`, () => {
  test.each(Object.entries(RUNTIMES))("%s agrees", { timeout: 600_000 }, async (_, { open, choose }) => {
    const engine: OpenEngine = openEngine({ modelsDir: models.dir, modelsPath: models.path }, await open());
    try {
      const report = await evaluateCases(choose(cases ?? ""), engine);
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
