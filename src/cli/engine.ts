/** The engine for a command line: in this process, with the settings that the bots use too. */
import { type Command, Option } from "commander";
import { engineSettings } from "../app/engine-settings.js";
import type { Config } from "../app/settings/load-settings.js";
import type { Network } from "../engine/networks/network.js";
import { type OpenEngine, openEngine } from "../engine/open.js";
import { RUNTIME_CHOICES, type RuntimeChoice } from "../engine/runtimes/choose.js";
import { downloadBar } from "./download-bar.js";

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
