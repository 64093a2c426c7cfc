/** The engine of a program that serves people: a process for each device that the settings name. */
import type { Logger } from "pino";
import { configuredDevices } from "../app/devices.js";
import type { Config } from "../app/settings/load-settings.js";
import type { Engine, EngineDownload } from "../engine/process/engine.js";
import { EngineHost } from "../engine/process/host.js";
import { EnginePool } from "../engine/process/pool.js";
import { engineSettings } from "./engine.js";

export interface EngineParts {
  readonly logger: Logger;
  readonly onDownload: (download: EngineDownload) => void;
  /** The script that each process runs; the engine's own unless given. */
  readonly worker?: string;
}

/** Starts nothing yet but what loads and compiles the default network, so that the first person who asks need not wait for it. */
export function startEngines(config: Config, { logger, ...parts }: EngineParts): Engine {
  const network = config.dream.network;
  const devices = configuredDevices(config);
  const [only] = devices;
  if (config.engine.devices.length === 0 || only === undefined) {
    const engine = new EngineHost({ ...engineSettings(config), logger, ...parts });
    // If it fails, the person who asks first is told why.
    engine.warmUp(network).catch((error: unknown) => logger.warn({ err: error }, "the engine could not be warmed up"));
    return engine;
  }
  const hosts = devices.map((device) => {
    const settings = { ...engineSettings(config, device), environment: device.environment };
    const host = new EngineHost({ ...settings, logger: logger.child({ device: device.name }), ...parts });
    return { name: device.name, slots: device.slots, megabytes: device.room, engine: host };
  });
  const pool = new EnginePool(hosts, logger);
  void pool.warmUp((index) => hosts[index]?.engine.warmUp(network));
  return pool;
}
