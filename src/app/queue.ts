/** The queue, and what works on its jobs: an engine in this program, or the workers of a cluster. */
import type { Logger } from "pino";
import type { Engine, EngineDownload } from "../engine/process/engine.js";
import type { AdminWorker } from "../port/admin.js";
import type { ClusterQueue, WorkerState } from "../queue/cluster/cluster-queue.js";
import { Estimator } from "../queue/estimator.js";
import type { JobRepository } from "../queue/job-repository.js";
import type { JobQueue } from "../queue/queue.js";
import { ScheduledQueue } from "../queue/scheduled-queue.js";
import { configuredSlots, largestBudget } from "./devices.js";
import type { Config } from "./settings/load-settings.js";

interface QueueParts {
  readonly repository: JobRepository;
  readonly logger: Logger;
  /** Made where this program computes itself. */
  readonly engine: () => Engine;
  /** A job waits for a network that a worker downloads. */
  readonly onDownload: (job: string, download: EngineDownload) => void;
}

export interface Work {
  readonly queue: JobQueue;
  /** Undefined with a cluster: other machines do the work. */
  readonly engine?: Engine;
  readonly cluster?: ClusterQueue;
}

/** The queue that the settings describe. Redis' packages are loaded only with a cluster. */
export async function openQueue(config: Config, parts: QueueParts): Promise<Work> {
  const { repository, logger, onDownload } = parts;
  const { length, perPerson, perHour, perChannel, perChannelHour, estimate } = config.queue;
  const limits = { length, waitingPerPerson: perPerson, perHourPerPerson: perHour, perChannel, perChannelHour };
  const { jobSeconds } = config.engine;
  const common = { repository, estimator: new Estimator(estimate), jobSeconds, logger };
  if (config.cluster.url !== "") {
    const { ClusterQueue } = await import("../queue/cluster/cluster-queue.js");
    const cluster = new ClusterQueue({ ...common, limits, cluster: config.cluster, onDownload });
    await cluster.remember();
    return { queue: cluster, cluster };
  }
  const engine = parts.engine();
  const queue = new ScheduledQueue({
    ...common,
    limits: { ...limits, megabytes: largestBudget(config) },
    engine,
    concurrency: configuredSlots(config),
  });
  await queue.remember();
  return { queue, engine };
}

/** A worker as the admin page shows it. */
export function shownWorker({ id, version, device, running, slots, at, problem }: WorkerState): AdminWorker {
  const state = { name: id, version, runtime: device, running: running.length, slots, seenAt: at };
  return problem === undefined ? state : { ...state, problem };
}
