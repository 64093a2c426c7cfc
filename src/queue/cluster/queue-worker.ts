import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import {
  type Engine,
  type EngineDownload,
  EngineError,
  type EngineFrame,
  type EngineResult,
} from "../../engine/process/engine.js";
import { MemoryBudget } from "../../shared/memory-budget.js";
import { retryWithBackoff } from "../../shared/retry.js";
import { abortable, withTimeout } from "../../shared/timeout.js";
import { version } from "../../shared/version.js";
import { overtime } from "../failures.js";
import { BlobError, type BlobStore } from "./blobs/blob-store.js";
import { BLOB_MS, blobLimits } from "./blobs/limits.js";
import { openBlobs } from "./blobs/open-blobs.js";
import { JobConsumer, RETRY_MS, type RunEnd, type TakenJob } from "./bull-queue.js";
import { Cancellations } from "./cancellations.js";
import { packCheckpoint, unpackCheckpoint } from "./checkpoint.js";
import { connect, connectBlocking, hostOf, untilReady } from "./connection.js";
import { blobKeys, type Outcome, PROTOCOL, type Report } from "./protocol.js";
import { Registry, type WorkerInfo } from "./registry.js";
import { ReportSender, SEND_AGAIN_MS } from "./report-sender.js";
import { Run, type Stop } from "./run.js";
import type { ClusterSettings } from "./settings.js";
import { WorkerMemory } from "./worker-memory.js";

export interface QueueWorkerOptions {
  readonly cluster: ClusterSettings;
  readonly engine: Engine;
  /** Jobs that it runs side by side. */
  readonly slots: number;
  /** Memory for the pictures of all jobs side by side, or, where the engine gives out places itself, of the largest; no bound if left out. */
  readonly megabytes?: number;
  /** What computes, for people who look, until the engine says it itself. */
  readonly device: string;
  readonly logger: Logger;
  /** PROTOCOL unless given. */
  readonly protocol?: number;
}

/** Longest wait for runs to let go of their jobs when the worker stops. */
const LET_GO_MS = 3_000;
const CLOSE_MS = 2_000;
/** Shortest time between two reports of a download. */
const DOWNLOAD_MS = 1_000;

interface Parts {
  readonly redis: Redis;
  readonly blocking: Redis;
  readonly listener: Redis;
  readonly blobs: BlobStore;
  readonly registry: Registry;
  readonly cancellations: Cancellations;
  readonly consumer: JobConsumer;
}

/**
 * Takes jobs from Redis, runs them on its engine, and sends frames and results back.
 *
 * BullMQ holds a lock on each job that it has and renews it from this process, which never computes. A worker whose lock is gone (it was
 * out of reach for too long) stops its run by itself, because another worker may have the job by then; BullMQ takes no result without a lock.
 */
export class QueueWorker {
  readonly #options: QueueWorkerOptions;
  readonly #lockMs: number;
  readonly #protocol: number;
  readonly #runs = new Map<string, Run>();
  readonly #memory: WorkerMemory;
  readonly #closing = new AbortController();
  readonly #startedAt = Date.now();
  readonly id = `${hostname()}-${process.pid}-${randomBytes(2).toString("hex")}`;
  #parts: Parts | undefined;
  #redis: Redis | undefined;
  #beating: Promise<void> | undefined;
  #heart: NodeJS.Timeout | undefined;
  #stopping = false;
  #foreign: string | undefined;

  constructor(options: QueueWorkerOptions) {
    this.#options = options;
    this.#lockMs = options.cluster.lockSeconds * 1000;
    this.#protocol = options.protocol ?? PROTOCOL;
    this.#memory = new WorkerMemory(options.engine.memory ?? new MemoryBudget(options.megabytes));
  }

  /** Whether Redis answers just now. */
  get reachable(): boolean {
    return this.#redis?.status === "ready";
  }

  get info(): WorkerInfo {
    const { slots, engine, megabytes } = this.#options;
    const device = engine.status?.().runtime || this.#options.device;
    const running = [...this.#runs.values()].map(({ state }) => state);
    const times = { startedAt: this.#startedAt, at: Date.now() };
    const [protocol, stopping] = [this.#protocol, this.#stopping];
    return {
      id: this.id,
      host: hostname(),
      pid: process.pid,
      version,
      protocol,
      slots,
      megabytes,
      device,
      ...times,
      stopping,
      running,
    };
  }

  /** Resolves when it takes jobs; as long as Redis is away it tries again, and the log says so. Rejects when it is stopped before. */
  async start(): Promise<void> {
    const { cluster, slots, logger } = this.#options;
    const { url, prefix, heartbeatSeconds } = cluster;
    const redis = connect(url, "worker", logger);
    this.#redis = redis;
    await untilReady(redis, this.#closing.signal);
    const blobs = await openBlobs(cluster, () => connect(url, "worker-blobs", logger, BLOB_MS), blobLimits(cluster));
    const [blocking, listener] = [connectBlocking(url, "worker-jobs"), connectBlocking(url, "worker-cancel")];
    const registry = new Registry(redis, prefix, heartbeatSeconds * 1000);
    const cancellations = new Cancellations(redis, prefix);
    const consumer = new JobConsumer({
      protocol: this.#protocol,
      prefix,
      redis: blocking,
      slots,
      lockMs: this.#lockMs,
      run: (job) => this.#work(job),
      onError: (error) => logger.warn({ err: error }, "the cluster's queue reports a problem"),
      onLocksLost: (jobs) => {
        for (const job of jobs) this.#stop(job, "lost");
      },
      onLocksRenewed: (jobs) => {
        for (const job of jobs) this.#renewed(job);
      },
    });
    listener.on("message", (_channel, job) => this.#stop(job, "cancelled"));
    await listener.subscribe(cancellations.channel);
    this.#parts = { redis, blocking, listener, blobs, registry, cancellations, consumer };
    await this.#beat({ news: true });
    this.#heart = setInterval(() => {
      this.#beating ??= this.#beat({}).finally(() => {
        this.#beating = undefined;
      });
    }, heartbeatSeconds * 1000);
    void this.#takeJobs(consumer);
    logger.info({ worker: this.id, slots, redis: hostOf(url) }, "worker takes jobs");
  }

  /** Takes no more jobs, gives those that run `graceMs` to end, and hands the others back: another worker goes on from their last checkpoint. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    this.#closing.abort(new Error("The worker stops."));
    const { logger } = this.#options;
    if (this.#parts) {
      const { consumer, registry, blobs, listener, blocking } = this.#parts;
      await consumer.pause();
      await this.#beat({ news: true });
      await this.#ended(graceMs);
      if (this.#runs.size > 0) logger.info({ jobs: [...this.#runs.keys()] }, "handing jobs back");
      for (const job of this.#runs.keys()) this.#stop(job, "stopping");
      await this.#ended(LET_GO_MS);
      clearInterval(this.#heart);
      await this.#beating;
      await settled(registry.leave(this.id));
      await settled(consumer.close());
      await blobs.close();
      listener.disconnect();
      blocking.disconnect();
    }
    this.#redis?.disconnect();
    logger.info("worker stopped");
  }

  /** Takes jobs until the worker stops. Never rejects. */
  async #takeJobs(consumer: JobConsumer): Promise<void> {
    const mayPass = (error: unknown): true => {
      this.#options.logger.error({ err: error }, "taking jobs from Redis failed; trying again");
      return true;
    };
    const policy = { firstMs: RETRY_MS, longestMs: RETRY_MS, signal: this.#closing.signal, mayPass };
    await retryWithBackoff(() => consumer.run(), policy).catch(() => undefined);
  }

  /** A network is being downloaded: whoever waits for a picture that has not been begun yet is told, once a second. */
  downloading(download: EngineDownload): void {
    for (const run of this.#runs.values()) if (!run.signal.aborted) run.downloading?.(download);
  }

  async #work(taken: TakenJob): Promise<RunEnd> {
    const { task } = taken;
    const run = new Run(task.job);
    this.#runs.set(task.job, run);
    const logger = this.#options.logger.child({ job: task.job });
    const timer = setTimeout(() => run.stop("time"), task.jobSeconds * 1000);
    try {
      const outcome = await this.#run(taken, run, logger);
      logger.info({ status: outcome.status }, "run ended");
      return { end: "completed", outcome };
    } catch (error) {
      const end = await this.#afterFailure(taken, run, error, logger);
      if (end.end === "completed") logger.warn({ err: error, status: end.outcome.status }, "run ended");
      return end;
    } finally {
      clearTimeout(timer);
      if (this.#runs.get(task.job) === run) this.#runs.delete(task.job);
    }
  }

  async #run(taken: TakenJob, run: Run, logger: Logger): Promise<Outcome> {
    const { blobs, cancellations } = this.#ready();
    const { token, task } = taken;
    const { job, recipe, params, pictures: roles } = task;
    const report = async (what: Report): Promise<void> => {
      if ((await taken.report(what)) === "gone") run.stop("lost");
    };
    // One that was stopped for its protocol comes here again when its lock has run out, as long as this worker looks after its queue.
    if (this.#foreign !== undefined) run.stop("lost");
    if ((await cancellations.among([job])).length > 0) run.stop("cancelled");
    run.signal.throwIfAborted();
    // The call may take as long as Redis is away, but no longer than the run lasts.
    await abortable(report({ type: "begun", token, worker: this.id }), run.signal);
    run.signal.throwIfAborted();
    const pictures: Record<string, Uint8Array> = {};
    for (const role of roles) {
      const bytes = await blobs.get(blobKeys.input(job, role));
      if (!bytes) throw new InputMissingError(role);
      pictures[role] = bytes;
    }
    const resume = unpackCheckpoint(await blobs.get(blobKeys.checkpoint(job)));
    logger.info({ recipe, resumed: resume?.octave, begun: taken.begun }, "run begins");
    const reports = new ReportSender(run.signal, (error) => this.#sendingFailed(error, logger));
    let told = 0;
    run.downloading = (download) => {
      const now = performance.now();
      if (now - told < DOWNLOAD_MS && download.received !== download.total) return;
      told = now;
      reports.send(() => report({ type: "download", token, download }), { mayBeMissed: true });
    };
    const onFrame = ({ picture, checkpoint, ...frame }: EngineFrame): void => {
      if (run.signal.aborted) return;
      run.downloading = undefined;
      run.progress = frame.progress;
      reports.send(
        async () => {
          const blob = blobKeys.frame(job, frame);
          if (checkpoint) await blobs.put(blobKeys.checkpoint(job), packCheckpoint(checkpoint));
          await blobs.put(blob, picture);
          await report({ type: "frame", token, frame, blob, checkpoint: checkpoint !== undefined });
        },
        { mayBeMissed: frame.kind !== "octave" && checkpoint === undefined },
      );
    };
    const request = { job, recipe, params, pictures, ...(resume && { resume }) };
    // What came before an engine failed is sent as well: the next try goes on from there.
    const { reservation, leave } = await this.#memory.enter(task.megabytes, run.signal);
    let result: EngineResult;
    try {
      result = await this.#options.engine.run(request, { signal: run.signal, reservation, onFrame });
    } finally {
      leave();
      await reports.idle();
    }
    run.signal.throwIfAborted();
    return this.#deliver(result, blobKeys.result(job, token), run, logger);
  }

  async #deliver({ picture, ...result }: EngineResult, blob: string, run: Run, logger: Logger): Promise<Outcome> {
    await retryWithBackoff(() => this.#ready().blobs.put(blob, picture), {
      firstMs: SEND_AGAIN_MS,
      longestMs: SEND_AGAIN_MS,
      signal: run.signal,
      mayPass: (error) => this.#sendingFailed(error, logger) === "again",
    });
    run.signal.throwIfAborted();
    return { status: "done", worker: this.id, blob, result };
  }

  #sendingFailed(error: unknown, logger: Logger): "again" | "never" {
    logger.warn({ err: error }, "something could not be sent to the bots");
    return error instanceof BlobError && error.kind === "too-large" ? "never" : "again";
  }

  async #afterFailure(taken: TakenJob, run: Run, error: unknown, logger: Logger): Promise<RunEnd> {
    const worker = this.id;
    const completed = (outcome: Outcome): RunEnd => ({ end: "completed", outcome });
    const failed = (failure: Failure): RunEnd => completed({ status: "failed", worker, ...failure });
    switch (run.stopped) {
      case "cancelled":
        return completed({ status: "cancelled", worker });
      case "time":
        return failed({ ...overtime(taken.task.jobSeconds), kind: "time" });
      case "lost":
        logger.warn("the job is not ours any more; its run was stopped");
        return { end: "not-ours" };
      case "stopping":
        if ((await taken.handBack()) === "handed-back") logger.info("job handed back");
        return { end: "not-ours" };
    }
    if (error instanceof InputMissingError) return { end: "input-missing", role: error.role };
    if (error instanceof EngineError) {
      const { kind, message, identifier, params } = error;
      return failed({ kind, message, identifier, params });
    }
    if (error instanceof BlobError && error.kind === "too-large")
      return failed({ kind: "input", message: error.message });
    throw error;
  }

  #stop(job: string, why: Stop): void {
    this.#runs.get(job)?.stop(why);
  }

  #renewed(job: string): void {
    const run = this.#runs.get(job);
    if (run) run.renewedAt = performance.now();
  }

  /** Says that it is there, and looks for what it may have missed. Never rejects: what is out of reach now is tried at the next beat. */
  async #beat(options: { readonly news?: boolean }): Promise<void> {
    const { registry, cancellations } = this.#ready();
    for (const run of this.#runs.values()) if (performance.now() - run.renewedAt > this.#lockMs) run.stop("lost");
    try {
      await registry.announce(this.info, options);
      for (const job of await cancellations.among([...this.#runs.keys()])) this.#stop(job, "cancelled");
      const speech = await registry.speech();
      const foreign =
        speech && speech.protocol !== this.#protocol ? `${speech.protocol} (Dreamloom ${speech.version})` : undefined;
      if (foreign !== this.#foreign) this.#tellVersions(foreign);
      this.#foreign = foreign;
      // The bots of another protocol begin these anew.
      if (foreign !== undefined) for (const job of this.#runs.keys()) this.#stop(job, "lost");
    } catch (error) {
      this.#options.logger.debug({ err: error }, "no heartbeat");
    }
  }

  #tellVersions(foreign: string | undefined): void {
    const { logger } = this.#options;
    const own = `${this.#protocol} (Dreamloom ${version})`;
    if (foreign === undefined) logger.info(`The bots speak protocol ${own} again; this worker takes their jobs.`);
    else
      logger.error(
        `The bots speak protocol ${foreign}, this worker ${own}: it takes no jobs until both are of one version. Update the older one.`,
      );
  }

  async #ended(milliseconds: number): Promise<void> {
    const until = performance.now() + milliseconds;
    while (this.#runs.size > 0 && performance.now() < until) await delay(20);
  }

  #ready(): Parts {
    if (!this.#parts) throw new Error("The worker has not started.");
    return this.#parts;
  }
}

type Failure = Omit<Extract<Outcome, { readonly status: "failed" }>, "status" | "worker">;

/** An image that the job is made from is not in the blob store. */
class InputMissingError extends Error {
  override readonly name = "InputMissingError";
  constructor(readonly role: string) {
    super(`The input ${role} is missing.`);
  }
}

/** Waits for the end of something, however it ends, and no longer than CLOSE_MS. */
async function settled(work: Promise<unknown>): Promise<void> {
  await withTimeout(Promise.allSettled([work]), CLOSE_MS, () => undefined);
}
