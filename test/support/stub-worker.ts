/**
 * A worker process with an engine that paints nothing: started by tests and by bench/queue.ts, with its settings as
 * JSON in STUB_WORKER.
 */
import { pino } from "pino";
import type { Config } from "../../src/app/settings/load-settings.js";
import { QueueWorker } from "../../src/queue/cluster/queue-worker.js";
import { StubEngine } from "../fakes/stub-engine.js";

export interface StubWorkerSettings {
  readonly cluster: Config["cluster"];
  readonly slots: number;
  readonly diary?: string;
  readonly logLevel?: string;
}

const settings = JSON.parse(process.env.STUB_WORKER ?? "{}") as StubWorkerSettings;
const { cluster, slots, diary, logLevel = "silent" } = settings;
const logger = pino({ level: logLevel }, pino.destination({ fd: 2, sync: true }));
const worker = new QueueWorker({ cluster, engine: new StubEngine(diary), slots, device: "stub", logger });
let stopping = false;
process.on("SIGTERM", () => {
  stopping = true;
  void worker.stop(0).then(() => process.exit(0));
});
// Its parent process may have ended: then its results are not wanted.
process.on("disconnect", () => process.exit(0));
try {
  await worker.start();
  process.send?.("ready");
} catch (error) {
  // It was stopped before it could begin.
  if (!stopping) throw error;
}
