/** The engine of a program that serves people: a process for each device that the settings name. */
import type { Logger } from "pino";
import { type Engine, type EngineDownload, isClosing } from "../engine/process/engine.js";
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
 * The engine that the settings describe; its processes start with the first job or warm-up.
 * @param worker the script that each process runs; the engine's own if left out
 */
export function startEngines(
  config: Config,
  logger: Logger,
  onDownload: (download: EngineDownload) => void,
  worker?: string,
): Engine {
  const parts = { onDownload, ...(worker !== undefined && { worker }) };
  const devices = configuredDevices(config);
  const [only] = devices;
  if (config.engine.devices.length === 0 || only === undefined) {
    return new EngineHost({ ...engineSettings(config), logger, ...parts });
  }
  const hosts = devices.map((device) => {
    const settings = { ...engineSettings(config, device), environment: device.environment };
    const host = new EngineHost({ ...settings, logger: logger.child({ device: device.name }), ...parts });
    return { name: device.name, slots: device.slots, megabytes: device.room, engine: host };
  });
  return new EnginePool(hosts, logger);
}

/**
 * Has the default network loaded and compiled, unless the settings say otherwise, so that the first person who asks
 * does not wait for it. Nothing waits for this: where it fails, the log says so, and who asks first is told why.
 */
export async function warmUp({ engine: { warm }, dream }: Config, engine: Engine, logger: Logger): Promise<void> {
  if (!warm || !engine.warmUp) return;
  const since = performance.now();
  try {
    await engine.warmUp(dream.network);
    const seconds = Math.round(performance.now() - since) / 1000;
    logger.info({ network: dream.network, seconds }, "the engine is warm");
  } catch (err) {
    if (!isClosing(err)) logger.warn({ err }, "the engine could not be warmed up");
  }
}
