import type { Job } from "../../domain/model.js";
import { sentence } from "../../shared/sentences/sentence.js";
import type { JobRequest } from "../job-request.js";
import { QueueError } from "../queue.js";
import { ScheduledQueue, type ScheduledQueueOptions } from "../scheduled-queue.js";
import type { BotsInfo } from "./bots.js";
import { ClusterEngine, type ClusterEngineOptions } from "./cluster-engine.js";
import type { WorkerInfo } from "./registry.js";

type ClusterQueueOptions = Omit<ScheduledQueueOptions, "engine" | "concurrency" | "elsewhere"> & ClusterEngineOptions;

/** A worker as operators see it. */
export interface WorkerState extends WorkerInfo {
  /** Why it gets no jobs, in a sentence. */
  readonly problem?: string;
}

/** How long a job that comes in while the connection is being made waits for it. */
const PATIENCE_MS = 2_000;

/**
 * The queue of many machines. Admission, order and repository are those of one machine; only jobs that start go to
 * Redis, as many at a time as the workers have slots. So order stays fair, and Redis holds little.
 */
export class ClusterQueue extends ScheduledQueue {
  readonly #engine: ClusterEngine;
  readonly #options: ClusterQueueOptions;
  #absence: string | undefined;
  #met = false;

  constructor(options: ClusterQueueOptions) {
    const engine = new ClusterEngine(options);
    super({ ...options, engine, concurrency: 0, elsewhere: true });
    this.#options = options;
    this.#engine = engine;
    engine.onWorkers = (workers) => this.#meet(workers);
    // By then the repository knows how it ended.
    for (const event of ["done", "failed", "cancelled"] as const)
      this.on(event, (...[job]) => this.#engine.forget(job.id));
  }

  /** See {@link ClusterEngine.claim}. */
  claim(patienceMs: number): Promise<BotsInfo | undefined> {
    return this.#engine.claim(patienceMs);
  }

  /** Redis answers, and takes jobs. */
  get reachable(): boolean {
    return this.#engine.reachable;
  }

  /** See {@link ClusterEngine.problem}. */
  problem(): Promise<string | undefined> {
    return this.#engine.problem();
  }

  /** Redis' address, without secrets. */
  get host(): string {
    return this.#engine.host;
  }

  /** The workers of this cluster, also those who cannot take jobs; as of some seconds ago. */
  workers(): readonly WorkerState[] {
    const { protocol: bots, workers } = this.#engine;
    return workers.map((worker) =>
      worker.protocol === bots
        ? worker
        : { ...worker, problem: sentence("cluster.worker-version", { ...worker, bots }) },
    );
  }

  /** Why no worker can take jobs, in a sentence; undefined while one can. */
  get absence(): string | undefined {
    return this.#absence;
  }

  /** The id of the worker that has a job, if any. */
  workerOf(job: string): string | undefined {
    return this.#engine.workerOf(job);
  }

  override announcement(): string | undefined {
    if (!this.#engine.reachable) return sentence("queue.unreachable-now");
    return this.absence ?? super.announcement();
  }

  override async submit(request: JobRequest, accepted?: (job: Job) => void): Promise<Job> {
    if (!(await this.#engine.answers(PATIENCE_MS))) throw new QueueError("unreachable", "queue.unreachable");
    return super.submit(request, accepted);
  }

  protected override async answerable(): Promise<void> {
    if (!(await this.#engine.answers(PATIENCE_MS))) throw new QueueError("unreachable", "queue.unreachable");
    if (this.absence !== undefined) throw new QueueError("unreachable", { message: this.absence });
  }

  /** Running jobs need no time to end: their workers continue, and the next start collects what they have made. */
  override async close(_graceMs: number): Promise<void> {
    await super.close(0);
    await this.#engine.close();
  }

  #meet(workers: readonly WorkerInfo[]): void {
    const { logger } = this.#options;
    const own = this.#engine.ownWorkers;
    const slots = own.reduce((sum, worker) => sum + worker.slots, 0);
    const before = this.#absence;
    this.#absence =
      slots > 0 ? undefined : absence(workers.filter(({ protocol }) => protocol !== this.#engine.protocol));
    const changed = this.#absence !== before;
    if (changed || !this.#met) {
      if (this.#absence) logger.warn({ workers: workers.map(({ id, version }) => ({ id, version })) }, this.#absence);
      else logger.info({ workers: own.length, slots }, "workers are there");
    }
    this.#met = true;
    // Without workers, or with one that does not say, the bound is unknown.
    const largest = Math.max(...own.map(({ megabytes }) => megabytes ?? Number.POSITIVE_INFINITY));
    this.setLargest(Number.isFinite(largest) ? largest : undefined);
    this.setConcurrency(slots);
    if (changed) this.announcementChanged();
  }
}

function absence(others: readonly WorkerInfo[]): string {
  if (others.length === 0) return sentence("cluster.no-worker");
  const versions = [...new Set(others.map(({ version, protocol }) => `${version} (protocol ${protocol})`))].join(", ");
  return sentence("cluster.other-versions", { versions });
}
