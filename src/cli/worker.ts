/** `dreamloom worker`: works on the bots' jobs, on this machine's device. */
import type { Command } from "commander";
import { configuredDevices, configuredSlots, largestBudget } from "../app/devices.js";
import { configuredLogger } from "../app/log.js";
import { type Config, loadConfig } from "../app/settings/load-settings.js";
import { shutDownInOrder } from "../app/shutdown.js";
import type { EngineDownload } from "../engine/process/engine.js";
import { Operation } from "../ops/operations.js";
import { hostOf } from "../queue/cluster/connection.js";
import { QueueWorker } from "../queue/cluster/queue-worker.js";
import { startEngines } from "./engines.js";
import { UsageError } from "./usage-error.js";

async function work(config: Config): Promise<void> {
  const logger = configuredLogger(config);
  const onDownload = (download: EngineDownload) => worker.downloading(download);
  const engine = startEngines(config, { logger: logger.child({ part: "engine" }), onDownload });
  const devices = configuredDevices(config);
  const parts = {
    slots: configuredSlots(config),
    megabytes: largestBudget(config),
    device: devices.map(({ name }) => name).join(", "),
  };
  const worker = new QueueWorker({
    cluster: config.cluster,
    engine,
    ...parts,
    logger: logger.child({ part: "worker" }),
  });
  const operation = new Operation({
    ...{
      settings: config.ops,
      folder: config.models.dir,
      process: "worker",
      logger: logger.child({ part: "operation" }),
    },
  });
  operation.watchEngine(engine);
  operation.watchWorker(worker, hostOf(config.cluster.url));
  await operation.listen();
  const stop = async () => {
    operation.stopping();
    await worker.stop(config.queue.shutdownSeconds * 1000);
    await engine.close();
    await operation.close();
  };
  const stopping = shutDownInOrder({ what: "the worker", stop, logger });
  try {
    await worker.start();
    operation.started();
  } catch (error) {
    if (!stopping()) throw error;
  }
}

export function addWorker(program: Command): void {
  program
    .command("worker")
    .description("works on the bots' jobs, which come through Redis (REDIS_URL), on this machine's device")
    .action(async () => {
      const config = loadConfig();
      if (config.cluster.url === "") {
        throw new UsageError(
          "A worker takes its jobs from Redis: set REDIS_URL to the bots' own, for instance redis://127.0.0.1:6379.",
        );
      }
      await work(config);
    });
}
