/** The engine for a command line: in this process, with the settings that the bots use too. */
import type { Config } from "../config.js";
import type { Network } from "../engine/networks/network.js";
import { type EngineSettings, type OpenEngine, openEngine } from "../engine/open.js";
import { downloadBar } from "./download-bar.js";

const MEGABYTE = 1e6;

/** The part of the settings that the engine needs. */
export function engineSettings({ models, engine }: Config): EngineSettings {
  return {
    modelsDir: models.dir,
    modelsPath: models.path,
    ...(engine.threads > 0 && { threads: engine.threads }),
    ...(engine.memoryMegabytes > 0 && { memoryBytes: engine.memoryMegabytes * MEGABYTE }),
  };
}

/** Opens an engine whose downloads show a progress bar on a terminal. */
export function openCliEngine(config: Config, quiet: boolean): OpenEngine {
  const engine = openEngine(engineSettings(config));
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
