/** `dreamloom bench`: how fast this machine is; `dreamloom evaluate`: whether its engine is right. */
import type { Command } from "commander";
import { evaluateCases, TOLERANCE } from "../engine/measure/cases.js";
import { measureStep, STEP_NETWORK } from "../engine/measure/step.js";
import { sentence } from "../shared/sentences/sentence.js";
import { type EngineFlags, runtimeOption, withEngine } from "./engine.js";
import { printJson } from "./output.js";
import { numberWithin } from "./usage.js";

interface BenchFlags extends EngineFlags {
  readonly network: string;
  readonly size: number;
}

export function addBench(program: Command): void {
  const bench = program.command("bench").description("Measure how fast this machine is");
  const network = `Network of the catalogue, or a folder; ${STEP_NETWORK} has random weights and needs no download`;
  runtimeOption(bench.command("step"))
    .description("Time one style-transfer step: loss and gradient of one square picture, median of five")
    .option("--network <id>", network, STEP_NETWORK)
    .option("--size <px>", "Side of the picture", numberWithin(32, 4096, { whole: true }), 512)
    .option("--json", "Print one JSON object")
    .action(async (flags: BenchFlags) => {
      const result = await withEngine(flags, (engine) => measureStep(engine, flags));
      if (flags.json) printJson(result);
      else process.stdout.write(`${sentence("cli.step", { ...result, network: flags.network })}\n`);
    });
}

export function addEvaluate(program: Command): void {
  const { loss, gradient } = TOLERANCE;
  runtimeOption(program.command("evaluate"))
    .description(`Compare losses and gradients with those in a file; exit 1 past ${loss} or ${gradient} (relative)`)
    .argument("<cases>", "A cases.json with the files it names beside it")
    .option("--json", "Print one JSON object")
    .action(async (path: string, flags: EngineFlags) => {
      // Newer NVIDIA cards multiply with ten bits by default: enough for pictures, not for comparing.
      process.env.NVIDIA_TF32_OVERRIDE ??= "0";
      const report = await withEngine(flags, (engine) => evaluateCases(path, engine));
      if (flags.json) printJson(report);
      else {
        for (const { name, lossError, gradientError } of report.cases) {
          const errors = { loss: lossError.toExponential(1), gradient: gradientError.toExponential(1) };
          process.stdout.write(`${sentence("cli.case", { name: name.padEnd(28), ...errors })}\n`);
        }
      }
      // NaN is within no tolerance.
      const good = report.worstLossError <= loss && report.worstGradientError <= gradient;
      if (!good) process.exitCode = 1;
    });
}
