/** The engine of a program that serves people: a process for each device that the settings name. */
import type { Logger } from "pino";
import type { Engine, EngineDownload } from "../engine/process/engine.js";
import { EngineHost } from "../engine/process/host.js";
import { EnginePool } from "../engine/process/pool.js";
import { withoutBuild } from "../engine/runtimes/onnx/package.js";
import { configuredDevices } from "./devices.js";
import { engineSettings } from "./engine-settings.js";
import type { Config } from "./settings/load-settings.js";

/**
 * Where a program that paints cannot run at all.
 * @throws DeviceError
 */
export function refuseWithoutBuild(config: Config): void {
  const obstacle = withoutBuild();
  if (obstacle && configuredDevices(config).some(({ runtime }) => runtime !== "tfjs")) throw obstacle;
}

/**
 * Loads and compiles the default network at once, so that the first person who asks does not wait for it.
 * @param worker the script that each process runs; the engine's own if left out
 */
export function startEngines(
  config: Config,
  logger: Logger,
  onDownload: (download: EngineDownload) => void,
  worker?: string,
): Engine {
  const parts = { onDownload, ...(worker !== undefined && { worker }) };
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
