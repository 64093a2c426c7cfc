import type { EngineSettings } from "../engine/open.js";
import type { ConfiguredDevice } from "./devices.js";
import { memoryForMaps } from "./machine-memory.js";
import type { Config } from "./settings/load-settings.js";

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
