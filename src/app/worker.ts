/** A worker of a cluster: takes the bots' jobs from Redis and runs them on this machine's devices. */
import type { EngineDownload } from "../engine/process/engine.js";
import { Operation } from "../ops/operations.js";
import { hostOf } from "../queue/cluster/connection.js";
import { QueueWorker } from "../queue/cluster/queue-worker.js";
import { collectEarly } from "./collect-early.js";
import { configuredDevices, configuredSlots, largestBudget } from "./devices.js";
import { refuseWithoutBuild, startEngines, warmUp } from "./engines.js";
import { Lifecycle } from "./lifecycle.js";
import { configuredLogger } from "./log.js";
import { closeFolders, writePrivately } from "./private-folders.js";
import type { Config } from "./settings/load-settings.js";
import { CLOSE_MS, shutDownInOrder } from "./shutdown.js";

/** `dreamloom worker`: runs until it is told to stop. */
export async function startWorker(config: Config): Promise<void> {
  collectEarly();
  refuseWithoutBuild(config);
  const logger = configuredLogger(config);
  writePrivately(config);
  closeFolders(config, [config.models.dir], logger);
  const lifecycle = new Lifecycle(logger);
  const operation = new Operation({
    settings: config.ops,
    folder: config.models.dir,
    process: "worker",
    logger: logger.child({ part: "operation" }),
  });
  lifecycle.onStop("operation", () => operation.close());
  const onDownload = (download: EngineDownload) => worker.downloading(download);
  const engine = startEngines(config, logger.child({ part: "engine" }), onDownload);
  lifecycle.onStop("engine", () => engine.close());
  const worker = new QueueWorker({
    cluster: config.cluster,
    engine,
    slots: configuredSlots(config),
    megabytes: largestBudget(config),
    device: configuredDevices(config)
      .map(({ name }) => name)
      .join(", "),
    logger: logger.child({ part: "worker" }),
  });
  operation.watchEngine(engine);
  operation.watchWorker(worker, hostOf(config.cluster.url));
  await operation.listen();
  const graceMs = config.queue.shutdownSeconds * 1000;
  lifecycle.onStop("worker", () => worker.stop(graceMs));
  lifecycle.onStop("operation", () => operation.stopping());
  const stop = () => lifecycle.stop();
  const stopping = shutDownInOrder({ what: "the worker", stop, logger, limitMs: graceMs + CLOSE_MS });
  try {
    await worker.start();
    operation.started();
    void warmUp(config, engine, logger.child({ part: "engine" }));
  } catch (error) {
    if (!stopping()) throw error;
  }
}
