import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { Engine, EngineDownload } from "../../engine/process/engine.js";
import { retryWithBackoff, withTimeout } from "../../shared/async.js";
import { LastingTrouble } from "../../shared/lasting-trouble.js";
import { MemoryBudget } from "../../shared/memory-budget.js";
import { version } from "../../shared/version.js";
import type { BlobStore } from "./blobs/blob-store.js";
import { openBlobs } from "./blobs/open-blobs.js";
import { JobConsumer, RETRY_MS, type RunEnd, type TakenJob } from "./bull-queue.js";
import { Cancellations } from "./cancellations.js";
import { type ClusterSettings, connect, connectBlocking, hostOf, untilReady } from "./connection.js";
import { PROTOCOL } from "./protocol.js";
import { refusalOf } from "./refusals.js";
import { Registry, type WorkerInfo } from "./registry.js";
import { Run, type Stop } from "./run.js";
import { LONGEST_RETRY_MS, Trial } from "./trial.js";
import { WorkerMemory } from "./worker-memory.js";

export interface QueueWorkerOptions {
  readonly cluster: ClusterSettings;
  readonly engine: Engine;
  /** Jobs that it runs side by side. */
  readonly slots: number;
  /**
   * Memory for the images of all jobs side by side or, where the engine reserves memory itself, of the largest; no
   * bound if left out.
   */
  readonly megabytes?: number;
  /** What computes, for people, until the engine says it itself. */
  readonly device: string;
  readonly logger: Logger;
  /** Default: PROTOCOL. */
  readonly protocol?: number;
}

/** Longest wait for runs to end that were stopped. */
const RELEASE_MS = 2_000;
/** Longest wait for Redis when the worker stops. */
const CLOSE_MS = 1_000;

interface Parts {
  readonly redis: Redis;
  readonly blocking: Redis;
  readonly listener: Redis;
  readonly blobs: BlobStore;
  readonly registry: Registry;
  readonly cancellations: Cancellations;
  readonly consumer: JobConsumer;
  readonly trial: Trial;
}

/**
 * Takes jobs from Redis, runs them on its engine, and sends frames and results back.
 *
 * BullMQ holds a lock on each job and renews it from this process, which never computes. A worker that has lost a lock
 * (it was out of reach for too long) stops that run, because another worker may have the job; BullMQ takes no result
 * without a lock.
 */
export class QueueWorker {
  readonly #options: QueueWorkerOptions;
  readonly #protocol: number;
  readonly #runs = new Map<string, { readonly run: Run; readonly ended: Promise<unknown> }>();
  readonly #memory: WorkerMemory;
  readonly #closing = new AbortController();
  readonly #trouble: LastingTrouble;
  readonly #startedAt = Date.now();
  readonly id = `${hostname()}-${process.pid}-${randomBytes(2).toString("hex")}`;
  #parts: Parts | undefined;
  #redis: Redis | undefined;
  #beating: Promise<void> | undefined;
  #heart: NodeJS.Timeout | undefined;
  #foreign: string | undefined;

  constructor(options: QueueWorkerOptions) {
    this.#options = options;
    this.#protocol = options.protocol ?? PROTOCOL;
    this.#trouble = new LastingTrouble(options.logger);
    this.#memory = new WorkerMemory(options.engine.memory ?? new MemoryBudget(options.megabytes));
  }

  /** Redis answers. */
  get reachable(): boolean {
    return this.#redis?.status === "ready";
  }

  /** What keeps jobs from coming here and going back, in a sentence; found by a trial. */
  async problem(): Promise<string | undefined> {
    return this.#parts?.trial.problem();
  }

  get info(): WorkerInfo {
    const { slots, engine, megabytes, device } = this.#options;
    return {
      id: this.id,
      host: hostname(),
      pid: process.pid,
      version,
      protocol: this.#protocol,
      slots,
      megabytes,
      device: engine.status?.().runtime || device,
      startedAt: this.#startedAt,
      at: Date.now(),
      stopping: this.#closing.signal.aborted,
      running: [...this.#runs.values()].map(({ run }) => run.state),
    };
  }

  /**
   * Resolves when it takes jobs; while Redis is away or refuses something it retries, and the log says so. Rejects when
   * it is stopped first.
   */
  async start(): Promise<void> {
    const { cluster, slots, logger } = this.#options;
    const { url, prefix, heartbeatSeconds } = cluster;
    const redis = connect(url, "worker", logger);
    this.#redis = redis;
    await untilReady(redis, this.#closing.signal);
    const blobs = await openBlobs(cluster, "worker-blobs", logger);
    const [blocking, listener] = [connectBlocking(url, "worker-jobs"), connectBlocking(url, "worker-cancel")];
    const registry = new Registry(redis, prefix, heartbeatSeconds * 1000);
    const cancellations = new Cancellations(redis, prefix);
    const consumer = new JobConsumer({
      protocol: this.#protocol,
      prefix,
      redis: blocking,
      slots,
      lockMs: cluster.lockSeconds * 1000,
      run: (job) => this.#work(job),
      onError: (error) => this.#tell(error),
      untilWell: () => this.#untilWell(),
      onLocksLost: (jobs) => {
        for (const job of jobs) this.#stop(job, "lost");
      },
      onLocksRenewed: (jobs) => {
        for (const { run } of this.#runs.values()) if (jobs.includes(run.job)) run.renewedAt = performance.now();
      },
    });
    listener.on("message", (_channel, job) => this.#stop(job, "cancelled"));
    const also = () => listener.subscribe(cancellations.channel);
    const trial = new Trial({ redis, blobs, host: hostOf(url), prefix, also });
    this.#parts = { redis, blocking, listener, blobs, registry, cancellations, consumer, trial };
    await this.#untilWell();
    await this.#beat({ news: true });
    this.#heart = setInterval(() => {
      this.#beating ??= this.#beat({}).finally(() => {
        this.#beating = undefined;
      });
    }, heartbeatSeconds * 1000);
    void this.#takeJobs(consumer);
    logger.info({ worker: this.id, slots, redis: hostOf(url) }, "worker takes jobs");
  }

  /**
   * Takes no more jobs, gives those that run `graceMs` to end, and hands the others back: another worker resumes them
   * from their last checkpoint.
   */
  async stop(graceMs: number): Promise<void> {
    this.#closing.abort();
    const { logger } = this.#options;
    if (this.#parts) {
      const { consumer, registry, blobs, listener, blocking } = this.#parts;
      await consumer.pause();
      await Promise.all([settled(this.#beat({ news: true })), this.#ended(graceMs)]);
      if (this.#runs.size > 0) logger.info({ jobs: [...this.#runs.keys()] }, "handing jobs back");
      for (const job of this.#runs.keys()) this.#stop(job, "stopping");
      await this.#ended(RELEASE_MS);
      clearInterval(this.#heart);
      const left = Promise.resolve(this.#beating).then(() => registry.leave(this.id));
      await settled(left);
      await settled(Promise.all([consumer.close(), blobs.close()]));
      listener.disconnect();
      blocking.disconnect();
    }
    this.#redis?.disconnect();
    logger.info("worker stopped");
  }

  /** Takes jobs until the worker stops. Never rejects. */
  async #takeJobs(consumer: JobConsumer): Promise<void> {
    const mayPass = (error: unknown): true => {
      this.#tell(error);
      return true;
    };
    const policy = { firstMs: RETRY_MS, longestMs: LONGEST_RETRY_MS, signal: this.#closing.signal, mayPass };
    await retryWithBackoff(() => consumer.run(), policy).catch(() => undefined);
  }

  /** Resolves when a job can come and go. Rejects when the worker stops. */
  async #untilWell(): Promise<void> {
    const { trial } = this.#ready();
    await trial.untilPassed(this.#closing.signal, (error) => this.#tell(error));
    this.#trouble.over(`jobs come through Redis at ${hostOf(this.#options.cluster.url)} again`);
  }

  /** Of a lost connection, that connection tells itself. */
  #tell(error: unknown): void {
    const { url, prefix } = this.#options.cluster;
    const refusal = refusalOf(error, { host: hostOf(url), prefix });
    if (refusal !== undefined) this.#trouble.say(refusal);
    else if (this.reachable)
      this.#trouble.say(`the cluster's queue reports a problem: ${messageOf(error)}`, { err: error });
  }

  /** A network is being downloaded. */
  downloading(download: EngineDownload): void {
    for (const { run } of this.#runs.values()) run.downloading(download);
  }

  async #work(taken: TakenJob): Promise<RunEnd> {
    const { engine, logger } = this.#options;
    const { blobs, cancellations } = this.#ready();
    const parts = { worker: this.id, engine, memory: this.#memory, blobs, cancellations, logger };
    const run = new Run({ ...parts, trouble: (error) => this.#tell(error) }, taken);
    // A job that was stopped for its protocol comes again when its lock has expired.
    if (this.#foreign !== undefined) run.stop("lost");
    const ended = run.execute();
    this.#runs.set(run.job, { run, ended });
    return ended.finally(() => {
      if (this.#runs.get(run.job)?.run === run) this.#runs.delete(run.job);
    });
  }

  #stop(job: string, why: Stop): void {
    this.#runs.get(job)?.run.stop(why);
  }

  /** Announces itself, and looks for what it may have missed. Never rejects: the next beat tries again. */
  async #beat(options: { readonly news?: boolean }): Promise<void> {
    const { registry, cancellations } = this.#ready();
    const lockMs = this.#options.cluster.lockSeconds * 1000;
    for (const { run } of this.#runs.values()) if (performance.now() - run.renewedAt > lockMs) run.stop("lost");
    try {
      await registry.announce(this.info, options);
      for (const job of await cancellations.among([...this.#runs.keys()])) this.#stop(job, "cancelled");
      const speech = await registry.speech();
      const foreign =
        speech && speech.protocol !== this.#protocol ? `${speech.protocol} (Dreamloom ${speech.version})` : undefined;
      if (foreign !== this.#foreign) this.#logVersions(foreign);
      this.#foreign = foreign;
      // Bots of another protocol begin these again.
      if (foreign !== undefined) for (const job of this.#runs.keys()) this.#stop(job, "lost");
    } catch (error) {
      this.#options.logger.debug({ err: error }, "no heartbeat");
      if (!this.#closing.signal.aborted) this.#tell(error);
    }
  }

  #logVersions(foreign: string | undefined): void {
    const { logger } = this.#options;
    const own = `${this.#protocol} (Dreamloom ${version})`;
    if (foreign === undefined) logger.info(`the bots speak protocol ${own} again; this worker takes their jobs`);
    else
      logger.error(
        `the bots speak protocol ${foreign}, this worker ${own}: it takes no jobs until the older one is updated`,
      );
  }

  /** Waits until no job runs, for `milliseconds` at most. */
  async #ended(milliseconds: number): Promise<void> {
    const all = async () => {
      while (this.#runs.size > 0) await Promise.allSettled([...this.#runs.values()].map(({ ended }) => ended));
    };
    await withTimeout(all(), milliseconds, () => undefined);
  }

  #ready(): Parts {
    if (!this.#parts) throw new Error("not started");
    return this.#parts;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Waits until something ends, however it ends, for CLOSE_MS at most. */
async function settled(work: Promise<unknown>): Promise<void> {
  await withTimeout(Promise.allSettled([work]), CLOSE_MS, () => undefined);
}
