/** `dreamloom evaluate CASES.json`: is this engine right? */
import type { Command } from "commander";
import { loadConfig } from "../app/settings/load-settings.js";
import { evaluateCases, TOLERANCE } from "../engine/measure/cases.js";
import type { RuntimeChoice } from "../engine/runtimes/choose.js";
import { openCliEngine, runtimeOption } from "./engine.js";

export function addEvaluate(program: Command): void {
  runtimeOption(program.command("evaluate"))
    .description(
      `compares losses and gradients with those of a file; exit 1 past ${TOLERANCE.loss} or ${TOLERANCE.gradient} (relative)`,
    )
    .argument("<cases>", "a cases.json with the files it names beside it")
    .option("--json", "print one JSON object")
    .action(async (path: string, options: { json?: boolean; runtime?: RuntimeChoice }) => {
      // Newer NVIDIA cards multiply with ten bits unless told otherwise: enough for pictures, not for comparing.
      process.env.NVIDIA_TF32_OVERRIDE ??= "0";
      const engine = openCliEngine(loadConfig(), options.json ?? false, options.runtime);
      try {
        const report = await evaluateCases(path, engine);
        if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
        else {
          for (const { name, lossError, gradientError } of report.cases) {
            process.stdout.write(
              `${name.padEnd(28)} loss ${lossError.toExponential(1)}  gradient ${gradientError.toExponential(1)}\n`,
            );
          }
        }
        const good = report.worstLossError <= TOLERANCE.loss && report.worstGradientError <= TOLERANCE.gradient;
        if (!good) process.exitCode = 1;
      } finally {
        await engine.close();
      }
    });
}
