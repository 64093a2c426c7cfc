// `dreamloom worker` as it is built, with another engine than the real one. Run by fleet.ts, and killed by it.

import { configuredLogger } from "../../dist/app/log.js";
import { loadConfig } from "../../dist/app/settings/load-settings.js";
import { shutDownInOrder } from "../../dist/app/shutdown.js";
import { EngineHost } from "../../dist/engine/process/host.js";
import { QueueWorker } from "../../dist/queue/cluster/queue-worker.js";

const config = loadConfig();
const logger = configuredLogger(config);
const host = new EngineHost({ worker: process.env.FAULT_ENGINE, logger });
const engine = {
  // As a job does that takes all the memory of its machine.
  run: (request, options) =>
    request.params.seed === 666 ? process.kill(process.pid, "SIGKILL") : host.run(request, options),
  status: () => host.status(),
  close: () => host.close(),
};
const { concurrency: slots, runtime: device } = config.engine;
const worker = new QueueWorker({ cluster: config.cluster, engine, slots, device, logger });
const stop = async () => {
  await worker.stop(config.queue.shutdownSeconds * 1000);
  await engine.close();
};
shutDownInOrder({ what: "the worker", stop, logger });
process.on("disconnect", () => process.exit(1));

let pid;
setInterval(() => {
  if (host.pid === pid) return;
  pid = host.pid;
  process.send({ engine: pid });
}, 10).unref();
await worker.start();
process.send({ id: worker.id });
