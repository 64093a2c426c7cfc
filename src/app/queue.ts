/** The queue, and what works on its jobs: an engine in this program, or the workers of a cluster. */
import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import type { Logger } from "pino";
import type { Engine, EngineDownload } from "../engine/process/engine.js";
import type { KeyValueStore } from "../port/adapter.js";
import type { AdminWorker } from "../port/admin.js";
import type { BotsInfo } from "../queue/cluster/bots.js";
import type { ClusterQueue, WorkerState } from "../queue/cluster/cluster-queue.js";
import { Estimator } from "../queue/estimator.js";
import type { JobRepository } from "../queue/job-repository.js";
import type { JobQueue } from "../queue/queue.js";
import { ScheduledQueue, type ScheduledQueueOptions } from "../queue/scheduled-queue.js";
import { sentence } from "../shared/sentences/sentence.js";
import { configuredSlots, largestBudget } from "./devices.js";
import { configuredFilter } from "./picture-filter.js";
import { type Config, ConfigError } from "./settings/load-settings.js";

/** How long the start waits for Redis, to learn whether other bots are there. */
const CLAIM_MS = 5_000;

interface QueueParts {
  readonly repository: JobRepository;
  /** Keeps the id of the data folder. */
  readonly keyValues: KeyValueStore;
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
  const { repository, logger } = parts;
  const { perPerson, perHour, estimate, length, perAddress, perChannel, perChannelHour } = config.queue;
  const shared = { length, perAddress, perChannel, perChannelHour };
  const limits = { ...shared, waitingPerPerson: perPerson, perHourPerPerson: perHour };
  const { jobSeconds } = config.engine;
  const common = {
    repository,
    estimator: new Estimator(estimate),
    jobSeconds,
    logger,
    filter: configuredFilter(config),
  };
  if (config.cluster.url !== "") {
    const cluster = await openCluster(config, parts, { ...common, limits });
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

/** @throws ConfigError when other bots work on the same Redis under the same prefix */
async function openCluster(
  { cluster: settings, data }: Config,
  { keyValues, logger, onDownload }: QueueParts,
  common: Omit<ScheduledQueueOptions, "engine" | "concurrency">,
): Promise<ClusterQueue> {
  const { ClusterQueue } = await import("../queue/cluster/cluster-queue.js");
  const told = (rival: BotsInfo) =>
    sentence("cluster.rival", { ...rival, prefix: settings.prefix, since: new Date(rival.startedAt).toISOString() });
  const cluster = new ClusterQueue({
    ...common,
    cluster: settings,
    data: { id: dataId(keyValues), folder: resolve(data.dir) },
    // Redis could not be asked at the start.
    onRival: (rival) => {
      logger.fatal(told(rival));
      process.kill(process.pid, "SIGTERM");
    },
    onDownload,
  });
  const rival = await cluster.claim(CLAIM_MS);
  if (!rival) return cluster;
  await cluster.close(0);
  throw new ConfigError([told(rival)]);
}

const DATA_ID = "cluster.bots";

function dataId(keyValues: KeyValueStore): string {
  const known = keyValues.get(DATA_ID);
  if (typeof known === "string") return known;
  const id = randomUUID();
  keyValues.set(DATA_ID, id);
  return id;
}

/** A worker as the admin page shows it. */
export function shownWorker({ id, version, device, running, slots, at, problem }: WorkerState): AdminWorker {
  const state = { name: id, version, runtime: device, running: running.length, slots, seenAt: at };
  return problem === undefined ? state : { ...state, problem };
}
