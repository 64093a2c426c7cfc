/** `dreamloom worker`: works on the bots' jobs, on this machine's device. */
import type { Command } from "commander";
import { type Config, loadConfig } from "../config.js";
import type { EngineDownload } from "../engine/process/engine.js";
import { EngineHost } from "../engine/process/host.js";
import { configuredLogger } from "../log.js";
import { Operation } from "../operation/operation.js";
import { hostOf } from "../queue/cluster/connection.js";
import { QueueWorker } from "../queue/cluster/queue-worker.js";
import { shutDownInOrder } from "../shutdown.js";
import { engineSettings } from "./engine.js";
import { UsageError } from "./mistake.js";

async function work(config: Config): Promise<void> {
  const logger = configuredLogger(config);
  const onDownload = (download: EngineDownload) => worker.downloading(download);
  const engine = new EngineHost({ ...engineSettings(config), logger: logger.child({ part: "engine" }), onDownload });
  const { concurrency: slots, runtime: device } = config.engine;
  const worker = new QueueWorker({ cluster: config.cluster, engine, slots, device, logger: logger.child({ part: "worker" }) });
  const operation = new Operation({ settings: config.ops, folder: config.data.dir, logger: logger.child({ part: "operation" }) });
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
  // The first person whose job comes here should not wait for loading and compiling.
  engine.warmUp(config.dream.network).catch((error: unknown) => logger.warn({ err: error }, "the engine could not be warmed up"));
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
        throw new UsageError("A worker takes its jobs from Redis: set REDIS_URL to the bots' own, for instance redis://127.0.0.1:6379.");
      }
      await work(config);
    });
}
