/** The engine for a command line: in this process, with the settings that the bots use too. */
import { type Command, Option } from "commander";
import type { ConfiguredDevice } from "../app/devices.js";
import { memoryForMaps } from "../app/machine-memory.js";
import type { Config } from "../app/settings/load-settings.js";
import type { Network } from "../engine/networks/network.js";
import { type EngineSettings, type OpenEngine, openEngine } from "../engine/open.js";
import { RUNTIME_CHOICES, type RuntimeChoice } from "../engine/runtimes/choose.js";
import { downloadBar } from "./download-bar.js";

const MEGABYTE = 1e6;

/**
 * The part of the settings that an engine needs.
 * @param device one of several; what `engine.runtime` says unless given
 */
export function engineSettings(config: Config, device?: ConfiguredDevice): EngineSettings {
  const { models, engine } = config;
  const { runtime, threads, maps } = device ?? { ...engine, maps: memoryForMaps(config) };
  return {
    modelsDir: models.dir,
    modelsPath: models.path,
    runtime,
    ...(threads > 0 && { threads }),
    ...(Number.isFinite(maps) && { memoryBytes: maps * MEGABYTE }),
  };
}

/** Adds `--runtime`. */
export function runtimeOption(command: Command): Command {
  const option = new Option("--runtime <runtime>", "what computes, instead of the settings' engine.runtime");
  return command.addOption(option.choices([...RUNTIME_CHOICES]));
}

/**
 * Opens an engine whose downloads show a progress bar on a terminal.
 * @param runtime instead of the settings' own
 */
export function openCliEngine(config: Config, quiet: boolean, runtime?: RuntimeChoice): OpenEngine {
  const engine = openEngine({ ...engineSettings(config), ...(runtime !== undefined && { runtime }) });
  return { ...engine, network: (id) => withDownloadBar(engine, id, quiet) };
}

async function withDownloadBar(engine: OpenEngine, id: string, quiet: boolean): Promise<Network> {
  const bar = downloadBar(id, quiet);
  try {
    return await engine.network(id, bar.show);
  } finally {
    bar.end();
  }
}
