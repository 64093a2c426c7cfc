import type { Logger } from "pino";
import type { Job, JobMessages } from "../../domain/job.js";
import type { EngineDownload } from "../../engine/process/engine.js";
import type { QueueLimits } from "../admission.js";
import type { Estimator } from "../estimator.js";
import type { JobRepository } from "../job-repository.js";
import type { JobRequest } from "../job-request.js";
import { type CancelReason, type JobQueue, QueueError, type QueueEvents, type QueuePosition } from "../queue.js";
import { ScheduledQueue } from "../scheduled-queue.js";
import { ClusterEngine } from "./cluster-engine.js";
import type { WorkerInfo } from "./registry.js";
import type { ClusterSettings } from "./settings.js";

interface ClusterQueueOptions {
  readonly cluster: ClusterSettings;
  readonly repository: JobRepository;
  readonly estimator: Estimator;
  readonly limits: QueueLimits;
  /** A job that runs longer than this is ended by its worker. */
  readonly jobSeconds: number;
  readonly logger: Logger;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
  /** A job waits for a network that its worker downloads. */
  readonly onDownload?: (job: string, download: EngineDownload) => void;
  /** What it speaks to workers; this version's own unless given. */
  readonly protocol?: number;
}

/** A worker as operators see it. */
export interface WorkerState extends WorkerInfo {
  /** Why it gets no jobs, in a sentence. */
  readonly problem?: string;
}

/** A job that comes in while the connection is being made waits for it this long. */
const PATIENCE_MS = 2_000;

/**
 * The queue of many machines. Who is next, what is admitted and what the repository holds is decided here, by the same code as on one
 * machine; only what has its turn goes to Redis, as many jobs at a time as the workers have slots. So turns stay fair, and Redis holds
 * little.
 */
export class ClusterQueue implements JobQueue {
  readonly #engine: ClusterEngine;
  readonly #scheduler: ScheduledQueue;
  readonly #logger: Logger;
  #announcement: string | undefined;
  #joined = false;

  constructor(options: ClusterQueueOptions) {
    const { cluster, repository, estimator, limits, jobSeconds, logger, now, protocol, onDownload } = options;
    this.#logger = logger;
    const onWorkers = (workers: readonly WorkerInfo[]) => this.#meet(workers);
    this.#engine = new ClusterEngine({
      cluster,
      jobSeconds,
      logger,
      onWorkers,
      onDownload,
      ...(protocol !== undefined && { protocol }),
    });
    const turns = { engine: this.#engine, concurrency: 0, elsewhere: true };
    this.#scheduler = new ScheduledQueue({
      ...turns,
      repository,
      estimator,
      limits,
      jobSeconds,
      logger,
      ...(now && { now }),
    });
    // By then the repository knows how it ended.
    for (const event of ["done", "failed", "cancelled"] as const)
      this.#scheduler.on(event, (...[job]) => this.#engine.forget(job.id));
  }

  /** Redis answers. */
  get reachable(): boolean {
    return this.#engine.reachable;
  }

  /** Where Redis is, without secrets. */
  get host(): string {
    return this.#engine.host;
  }

  /** Everybody who works for this cluster, also those who cannot; as of some seconds ago. */
  workers(): readonly WorkerState[] {
    const { protocol } = this.#engine;
    return this.#engine.workers.map((worker) =>
      worker.protocol === protocol
        ? worker
        : {
            ...worker,
            problem: `It speaks protocol ${worker.protocol} (Dreamloom ${worker.version}) and the bots ${protocol}; update the older one.`,
          },
    );
  }

  /** Why nobody is there to work, in a sentence; undefined while somebody is. */
  get absence(): string | undefined {
    return this.#announcement;
  }

  /** The id of the worker that has a job; undefined while nobody has it. */
  workerOf(job: string): string | undefined {
    return this.#engine.workerOf(job);
  }

  announcement(): string | undefined {
    if (!this.#engine.reachable)
      return "The queue cannot be reached just now. What it has is not lost; it goes on when it is back.";
    return this.absence ?? this.#scheduler.announcement();
  }

  async submit(request: JobRequest, accepted?: (job: Job) => void): Promise<Job> {
    if (!(await this.#engine.answers(PATIENCE_MS))) throw new QueueError("unreachable", "queue.unreachable");
    return this.#scheduler.submit(request, accepted);
  }

  remember(): Promise<void> {
    return this.#scheduler.remember();
  }

  recover(taken: (job: Job) => void): Promise<number> {
    return this.#scheduler.recover(taken);
  }

  markNotified(id: string): Promise<void> {
    return this.#scheduler.markNotified(id);
  }

  cancel(id: string, reason: CancelReason): boolean {
    return this.#scheduler.cancel(id, reason);
  }

  positions(): readonly QueuePosition[] {
    return this.#scheduler.positions();
  }

  position(id: string): QueuePosition | undefined {
    return this.#scheduler.position(id);
  }

  keepMessages(id: string, messages: JobMessages): Promise<void> {
    return this.#scheduler.keepMessages(id, messages);
  }

  on<E extends keyof QueueEvents>(event: E, listener: (...args: QueueEvents[E]) => void): void {
    this.#scheduler.on(event, listener);
  }

  off<E extends keyof QueueEvents>(event: E, listener: (...args: QueueEvents[E]) => void): void {
    this.#scheduler.off(event, listener);
  }

  pause(how?: { readonly refusing?: boolean }): void {
    this.#scheduler.pause(how);
  }

  unpause(): void {
    this.#scheduler.unpause();
  }

  get paused(): boolean {
    return this.#scheduler.paused;
  }

  get refusing(): boolean {
    return this.#scheduler.refusing;
  }

  drain(): Promise<void> {
    return this.#scheduler.drain();
  }

  /** Running jobs need no time to end: their workers go on with them, and the next start collects what they have made. */
  async close(_graceMs: number): Promise<void> {
    await this.#scheduler.close(0);
    await this.#engine.close();
  }

  #meet(workers: readonly WorkerInfo[]): void {
    const own = this.#engine.ownWorkers;
    const slots = own.reduce((sum, worker) => sum + worker.slots, 0);
    const notice =
      slots > 0 ? undefined : absence(workers.filter(({ protocol }) => protocol !== this.#engine.protocol));
    if (notice !== this.#announcement || !this.#joined) {
      if (notice) this.#logger.warn({ workers: workers.map(({ id, version }) => ({ id, version })) }, notice);
      else this.#logger.info({ workers: own.length, slots }, "workers are there");
    }
    const news = notice !== this.#announcement;
    this.#joined = true;
    this.#announcement = notice;
    // Where nobody is, or somebody does not say, nobody knows what may come.
    const rooms = own.map(({ megabytes }) => megabytes ?? Number.POSITIVE_INFINITY);
    const largest = Math.max(...rooms);
    this.#scheduler.setLargest(Number.isFinite(largest) ? largest : undefined);
    this.#scheduler.setConcurrency(slots);
    if (news) this.#scheduler.announcementChanged();
  }
}

function absence(others: readonly WorkerInfo[]): string {
  if (others.length === 0) return "No worker is there just now; jobs wait until one comes.";
  const versions = [...new Set(others.map(({ version, protocol }) => `${version} (protocol ${protocol})`))].join(", ");
  return `Only workers of another version are there: ${versions}. Jobs wait until one of this version comes.`;
}
