/** `dreamloom bench ...`: how fast this machine is. */
import { type Command, InvalidArgumentError } from "commander";
import { loadConfig } from "../app/settings/load-settings.js";
import { measureStep, STEP_NETWORK } from "../engine/measure/step.js";
import type { RuntimeChoice } from "../engine/runtimes/choose.js";
import { openCliEngine, runtimeOption } from "./engine.js";

function size(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 32 || value > 4096)
    throw new InvalidArgumentError("It takes a whole number from 32 to 4096.");
  return value;
}

export function addBench(program: Command): void {
  const bench = program.command("bench").description("measures how fast this machine is");
  runtimeOption(bench.command("step"))
    .description("times one style-transfer step: loss and gradient of one square picture, median of five")
    .option(
      "--network <id>",
      `network of the catalogue, or a folder; ${STEP_NETWORK} has random weights and needs no download`,
      STEP_NETWORK,
    )
    .option("--size <px>", "side of the picture", size, 512)
    .option("--json", "print one JSON object")
    .action(async (options: { network: string; size: number; json?: boolean; runtime?: RuntimeChoice }) => {
      const config = loadConfig();
      const engine = openCliEngine(config, options.json ?? false, options.runtime);
      try {
        const result = await measureStep(engine, options);
        if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
        else
          process.stdout.write(
            `${options.network} at ${result.size} px: ${result.median_ms} ms a step, ${result.gflops} GFLOP/s (${result.runtime}, ${result.threads} threads)\n`,
          );
      } finally {
        await engine.close();
      }
    });
}
