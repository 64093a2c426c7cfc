import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { type Job as Ticket, UnrecoverableError, WaitingError, Worker } from "bullmq";
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
import { version } from "../../shared/version.js";
import { overtime } from "../failures.js";
import { BlobError, type BlobStore } from "./blobs/blob-store.js";
import { BLOB_MS, blobLimits } from "./blobs/limits.js";
import { openBlobs } from "./blobs/open-blobs.js";
import { Cancellations } from "./cancellations.js";
import { packCheckpoint, unpackCheckpoint } from "./checkpoint.js";
import { connect, connectBlocking, hostOf, untilReady } from "./connection.js";
import { blobKeys, jobOf, type Outcome, PROTOCOL, queueName, type Report, type Task } from "./protocol.js";
import { Registry, type WorkerInfo } from "./registry.js";
import { ReportSender } from "./report-sender.js";
import { Run, type Stop } from "./run.js";
import type { ClusterSettings } from "./settings.js";
import { WorkerMemory } from "./worker-memory.js";

export interface QueueWorkerOptions {
  readonly cluster: ClusterSettings;
  readonly engine: Engine;
  /** Jobs that it runs side by side. */
  readonly slots: number;
  /** Memory for the pictures of all jobs side by side, or, where the engine gives out places itself, of the largest; no bound unless told. */
  readonly megabytes?: number;
  /** What computes, for people who look, until the engine says it itself. */
  readonly device: string;
  readonly logger: Logger;
  /** PROTOCOL unless given. */
  readonly protocol?: number;
}

/**
 * How often a job goes on by itself on another worker when its own has vanished. The next time it counts as an engine's crash: the bots try
 * it again from its last checkpoint, as long as it gets ahead, and in the end give it up, as it may be what kills workers.
 */
const VANISHED = 1;
/** Longest wait for runs to let go of their jobs when the worker stops. */
const LET_GO_MS = 3_000;
const CLOSE_MS = 2_000;
/** Before the loop that takes jobs is begun again, and before BullMQ asks for the next job after a failure. */
const RUN_AGAIN_MS = 500;
/** Shortest time between two reports of a download. */
const DOWNLOAD_MS = 1_000;

interface Parts {
  readonly redis: Redis;
  readonly blocking: Redis;
  readonly listener: Redis;
  readonly blobs: BlobStore;
  readonly registry: Registry;
  readonly cancellations: Cancellations;
  readonly worker: Worker<Task, Outcome>;
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
  readonly #entrance: WorkerMemory;
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
    this.#entrance = new WorkerMemory(options.engine.memory ?? new MemoryBudget(options.megabytes));
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
    const worker = new Worker<Task, Outcome>(
      queueName(this.#protocol),
      (ticket, token = "") => this.#work(ticket, token),
      {
        connection: blocking,
        ...{ prefix, autorun: false, concurrency: slots, maxStalledCount: VANISHED },
        ...{ lockDuration: this.#lockMs, stalledInterval: this.#lockMs / 2, runRetryDelay: RUN_AGAIN_MS },
      },
    );
    worker.on("error", (error) => logger.warn({ err: error }, "the cluster's queue reports a problem"));
    worker.on("lockRenewalFailed", (tickets) => {
      for (const ticket of tickets) this.#stop(jobOf(ticket), "lost");
    });
    worker.on("locksRenewed", ({ jobIds }) => {
      for (const ticket of jobIds) this.#renewed(jobOf(ticket));
    });
    listener.on("message", (_channel, job) => this.#stop(job, "cancelled"));
    await listener.subscribe(cancellations.channel);
    this.#parts = { redis, blocking, listener, blobs, registry, cancellations, worker };
    await this.#beat({ news: true });
    this.#heart = setInterval(() => {
      this.#beating ??= this.#beat({}).finally(() => {
        this.#beating = undefined;
      });
    }, heartbeatSeconds * 1000);
    void this.#takeJobs(worker);
    logger.info({ worker: this.id, slots, redis: hostOf(url) }, "worker takes jobs");
  }

  /** Takes no more jobs, gives those that run `graceMs` to end, and hands the others back: another worker goes on from their last checkpoint. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    this.#closing.abort(new Error("The worker stops."));
    const { logger } = this.#options;
    if (this.#parts) {
      const { worker, registry, blobs, listener, blocking } = this.#parts;
      await worker.pause(true);
      await this.#beat({ news: true });
      await this.#ended(graceMs);
      if (this.#runs.size > 0) logger.info({ jobs: [...this.#runs.keys()] }, "handing jobs back");
      for (const job of this.#runs.keys()) this.#stop(job, "stopping");
      await this.#ended(LET_GO_MS);
      clearInterval(this.#heart);
      await this.#beating;
      await within(CLOSE_MS, registry.leave(this.id));
      await within(CLOSE_MS, worker.close(true));
      await blobs.close();
      listener.disconnect();
      blocking.disconnect();
    }
    this.#redis?.disconnect();
    logger.info("worker stopped");
  }

  /** BullMQ's loop outlives a loss of Redis once it goes, but not one while it begins. Never rejects. */
  async #takeJobs(worker: Worker<Task, Outcome>): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        return await worker.run();
      } catch (error) {
        this.#options.logger.error({ err: error }, "taking jobs from Redis failed; trying again");
        await delay(RUN_AGAIN_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** A network is being downloaded: whoever waits for a picture that has not been begun yet is told, once a second. */
  downloading(download: EngineDownload): void {
    for (const run of this.#runs.values()) if (!run.signal.aborted) run.downloading?.(download);
  }

  async #work(ticket: Ticket<Task, Outcome>, token: string): Promise<Outcome> {
    const { data: task } = ticket;
    const run = new Run(task.job);
    this.#runs.set(task.job, run);
    const logger = this.#options.logger.child({ job: task.job });
    const timer = setTimeout(() => run.stop("time"), task.jobSeconds * 1000);
    try {
      const outcome = await this.#run(ticket, token, run, logger);
      logger.info({ status: outcome.status }, "run ended");
      return outcome;
    } catch (error) {
      const outcome = await this.#afterFailure(ticket, token, run, error, logger);
      logger.warn({ err: error, status: outcome.status }, "run ended");
      return outcome;
    } finally {
      clearTimeout(timer);
      if (this.#runs.get(task.job) === run) this.#runs.delete(task.job);
    }
  }

  async #run(ticket: Ticket<Task, Outcome>, token: string, run: Run, logger: Logger): Promise<Outcome> {
    const { blobs, cancellations } = this.#ready();
    const { job, recipe, params, pictures: roles } = ticket.data;
    const report = (what: Report) => ticket.updateProgress(what);
    // One that was stopped for its protocol comes here again when its lock has run out, as long as this worker looks after its queue.
    if (this.#foreign !== undefined) run.stop("lost");
    if ((await cancellations.among([job])).length > 0) run.stop("cancelled");
    run.signal.throwIfAborted();
    await unlessStopped(run, report({ type: "begun", token, worker: this.id }));
    const pictures: Record<string, Uint8Array> = {};
    for (const role of roles) {
      const bytes = await blobs.get(blobKeys.input(job, role));
      // The bots send the job again, with its pictures.
      if (!bytes) throw new UnrecoverableError(`the input ${role} is missing`);
      pictures[role] = bytes;
    }
    const resume = unpackCheckpoint(await blobs.get(blobKeys.checkpoint(job)));
    logger.info({ recipe, resumed: resume?.octave, begun: ticket.attemptsStarted }, "run begins");
    const outbox = new ReportSender(run.signal, (error) => this.#sendingFailed(error, run, logger));
    let told = 0;
    run.downloading = (download) => {
      const now = performance.now();
      if (now - told < DOWNLOAD_MS && download.received !== download.total) return;
      told = now;
      outbox.send(() => report({ type: "download", token, download }), { mayBeMissed: true });
    };
    const onFrame = ({ picture, checkpoint, ...frame }: EngineFrame): void => {
      if (run.signal.aborted) return;
      run.downloading = undefined;
      run.progress = frame.progress;
      outbox.send(
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
    const { reservation, leave } = await this.#entrance.enter(ticket.data.megabytes, run.signal);
    let result: EngineResult;
    try {
      result = await this.#options.engine.run(request, { signal: run.signal, reservation, onFrame });
    } finally {
      leave();
      await outbox.idle();
    }
    run.signal.throwIfAborted();
    return this.#deliver(result, blobKeys.result(job, token), run, logger);
  }

  async #deliver({ picture, ...result }: EngineResult, blob: string, run: Run, logger: Logger): Promise<Outcome> {
    let refused: unknown;
    const outbox = new ReportSender(run.signal, (error) => {
      const answer = this.#sendingFailed(error, run, logger);
      if (answer === "never") refused = error;
      return answer;
    });
    outbox.send(() => this.#ready().blobs.put(blob, picture));
    await outbox.idle();
    run.signal.throwIfAborted();
    if (refused) throw refused;
    return { status: "done", worker: this.id, blob, result };
  }

  #sendingFailed(error: unknown, run: Run, logger: Logger): "again" | "never" {
    logger.warn({ err: error }, "something could not be sent to the bots");
    if (error instanceof BlobError && error.kind === "too-large") return "never";
    // BullMQ's words for a job that is no longer there: Redis has lost it, or it was taken back.
    if (error instanceof Error && /missing key/i.test(error.message)) run.stop("lost");
    return "again";
  }

  async #afterFailure(
    ticket: Ticket<Task, Outcome>,
    token: string,
    run: Run,
    error: unknown,
    logger: Logger,
  ): Promise<Outcome> {
    const worker = this.id;
    switch (run.stopped) {
      case "cancelled":
        return { status: "cancelled", worker };
      case "time":
        return { status: "failed", worker, ...overtime(ticket.data.jobSeconds), kind: "time" };
      case "lost":
        logger.warn("the job is not ours any more; its run was stopped");
        throw new WaitingError();
      case "stopping":
        await ticket.moveToWait(token);
        logger.info("job handed back");
        throw new WaitingError();
    }
    if (error instanceof EngineError) {
      const { kind, message, identifier, params } = error;
      return { status: "failed", worker, kind, message, identifier, params };
    }
    if (error instanceof BlobError && error.kind === "too-large")
      return { status: "failed", worker, kind: "input", message: error.message };
    // BullMQ begins it again a little later, here or elsewhere.
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

/** Waits for a call that may take as long as Redis is away, but no longer than the run lasts. */
async function unlessStopped(run: Run, call: Promise<void>): Promise<void> {
  call.catch(() => undefined);
  await Promise.race([
    call,
    new Promise<void>((resolve) => run.signal.addEventListener("abort", () => resolve(), { once: true })),
  ]);
  run.signal.throwIfAborted();
}

async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const enough = new AbortController();
  await Promise.race([
    work.catch(() => undefined),
    delay(milliseconds, undefined, { signal: enough.signal }).catch(() => undefined),
  ]);
  enough.abort();
}
