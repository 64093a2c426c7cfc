/** The engine for a command line: in this process, with the settings that the bots use too. */
import { type Command, Option } from "commander";
import { engineSettings } from "../app/engine-settings.js";
import { makePrivately } from "../app/private-folders.js";
import { type Config, loadConfig } from "../app/settings/load-settings.js";
import { type OpenEngine, openEngine } from "../engine/open.js";
import { RUNTIME_CHOICES, type RuntimeChoice } from "../engine/runtimes/choose.js";
import { ONNXRUNTIME } from "../engine/runtimes/onnx/fetch.js";
import { downloadBar } from "./progress.js";

/** The flags of verbs that use it. */
export interface EngineFlags {
  /** One JSON object is printed, and no progress bar. */
  readonly json?: boolean | undefined;
  /** Instead of the settings' own. */
  readonly runtime?: RuntimeChoice | undefined;
  /** False where networks are only read. */
  readonly computes?: boolean;
}

/** Adds `--runtime`. */
export function runtimeOption(command: Command): Command {
  const option = new Option("--runtime <runtime>", "What computes, instead of the settings' engine.runtime");
  return command.addOption(option.choices([...RUNTIME_CHOICES]));
}

/** Works with an engine, whose downloads show a progress bar on a terminal, and closes it. */
export async function withEngine<T>(
  { json = false, runtime, computes = true }: EngineFlags,
  work: (engine: OpenEngine, config: Config) => Promise<T>,
): Promise<T> {
  const config = loadConfig();
  makePrivately(config, config.models.dir);
  const engine = openEngine({ ...engineSettings(config), ...(runtime && { runtime }) });
  const network = async (id: string) => {
    const bar = downloadBar(id, json);
    return engine.network(id, bar.show).finally(bar.end);
  };
  try {
    if (computes) {
      const bar = downloadBar(ONNXRUNTIME, json);
      await engine.prepare(bar.show).finally(bar.end);
    }
    return await work({ ...engine, network }, config);
  } finally {
    await engine.close();
  }
}
