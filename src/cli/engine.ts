/** The engine for a command line: in this process, with the settings that the bots use too. */
import { Presets, SingleBar } from "cli-progress";
import type { Config } from "../config.js";
import type { Network } from "../engine/networks/network.js";
import { type EngineSettings, type OpenEngine, openEngine } from "../engine/open.js";

/** The part of the settings that the engine needs. */
export function engineSettings({ models, engine }: Config): EngineSettings {
  return { modelsDir: models.dir, modelsPath: models.path, ...(engine.threads > 0 && { threads: engine.threads }) };
}

/** Opens an engine whose downloads show a progress bar on a terminal. */
export function openCliEngine(config: Config, quiet: boolean): OpenEngine {
  const engine = openEngine(engineSettings(config));
  return { ...engine, network: (id) => withDownloadBar(engine, id, quiet) };
}

const MEGABYTE = 1e6;

async function withDownloadBar(engine: OpenEngine, id: string, quiet: boolean): Promise<Network> {
  if (quiet || !process.stderr.isTTY) return engine.network(id);
  const bar = new SingleBar(
    { stream: process.stderr, format: `${id} {bar} {value}/{total} MB`, hideCursor: true, clearOnComplete: true },
    Presets.shades_classic,
  );
  let shown = false;
  try {
    return await engine.network(id, ({ received, total }) => {
      const [now, end] = [Math.round(received / MEGABYTE), Math.round((total ?? received) / MEGABYTE)];
      if (shown) bar.update(now);
      else bar.start(end, now);
      shown = true;
      bar.setTotal(end);
    });
  } finally {
    if (shown) bar.stop();
  }
}
