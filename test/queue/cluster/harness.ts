import { pino } from "pino";
import { onTestFinished } from "vitest";
import { type Config, loadConfig } from "../../../src/app/settings/load-settings.js";
import type {
  Engine,
  EngineFrame,
  EngineRequest,
  EngineResult,
  RunOptions,
} from "../../../src/engine/process/engine.js";
import { ClusterEngine, type ClusterEngineOptions } from "../../../src/queue/cluster/cluster-engine.js";
import { QueueWorker, type QueueWorkerOptions } from "../../../src/queue/cluster/queue-worker.js";
import type { WorkerInfo } from "../../../src/queue/cluster/registry.js";

/** A log that tests can read. */
export function recordingLogger() {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ level: "debug" }, { write: (line: string) => lines.push(JSON.parse(line)) });
  return { logger, lines, said: (pattern: RegExp) => lines.filter(({ msg }) => pattern.test(String(msg))) };
}

let prefixes = 0;

/** Settings with short times. Each call has a prefix of its own, so that tests of one Redis do not meet. */
export function clusterSettings(url: string, change: Partial<Config["cluster"]> = {}): Config["cluster"] {
  const { cluster } = loadConfig({});
  return {
    ...cluster,
    url,
    prefix: `test-${process.pid}-${++prefixes}`,
    lockSeconds: 1,
    heartbeatSeconds: 0.1,
    ...change,
  };
}

export async function startWorker(
  cluster: Config["cluster"],
  engine: Engine,
  change: Partial<QueueWorkerOptions> = {},
): Promise<QueueWorker> {
  const worker = new QueueWorker({
    cluster,
    engine,
    slots: 1,
    device: "stub",
    logger: pino({ level: "silent" }),
    ...change,
  });
  onTestFinished(() => worker.stop(0));
  await worker.start();
  return worker;
}

/** The bots' side, and a way to wait for workers. */
export function openClusterEngine(cluster: Config["cluster"], change: Partial<ClusterEngineOptions> = {}) {
  let seen: readonly WorkerInfo[] = [];
  const waiting = new Set<() => void>();
  const engine = new ClusterEngine({
    cluster,
    jobSeconds: 60,
    logger: pino({ level: "silent" }),
    ...change,
  });
  engine.onWorkers = (workers) => {
    seen = workers;
    for (const look of waiting) look();
  };
  onTestFinished(() => engine.close());
  const workersAre = (matches: (workers: readonly WorkerInfo[]) => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!matches(seen)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return { engine, workersAre };
}

/** Sends one job and follows it. */
export function send(
  engine: ClusterEngine,
  request: Partial<EngineRequest> & { readonly job: string },
  options: Partial<RunOptions> = {},
) {
  const stop = new AbortController();
  const frames: EngineFrame[] = [];
  const whole: EngineRequest = { recipe: "dream", params: { octaves: 2 }, pictures: {}, ...request };
  const outcome: Promise<EngineResult> = engine.run(whole, {
    signal: stop.signal,
    onFrame: (frame) => frames.push(frame),
    ...options,
  });
  outcome.catch(() => undefined);
  return { outcome, frames, stop };
}
