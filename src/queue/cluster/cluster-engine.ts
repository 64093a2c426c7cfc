import { setTimeout as delay } from "node:timers/promises";
import { Queue, QueueEvents, type Job as Ticket } from "bullmq";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import {
  type Engine,
  type EngineDownload,
  EngineError,
  type EngineRequest,
  type EngineResult,
  type RunOptions,
} from "../../engine/process/engine.js";
import { version } from "../../shared/version.js";
import { BlobError, type BlobStore } from "./blobs/blob-store.js";
import { BLOB_MS, blobLimits } from "./blobs/limits.js";
import { openBlobs } from "./blobs/open-blobs.js";
import { Cancellations } from "./cancellations.js";
import { packCheckpoint, unpackCheckpoint } from "./checkpoint.js";
import { connect, connectBlocking, hostOf, untilReady } from "./connection.js";
import { dataAge } from "./generation.js";
import { blobKeys, jobOf, type Outcome, PROTOCOL, queueName, type Report, type Task, ticketOf } from "./protocol.js";
import { Registry, type WorkerInfo } from "./registry.js";
import { RemoteJob } from "./remote-job.js";
import type { ClusterSettings } from "./settings.js";

export interface ClusterEngineOptions {
  readonly cluster: ClusterSettings;
  /** The longest a job may run, in seconds; its worker sees to it. */
  readonly jobSeconds: number;
  readonly logger: Logger;
  /** Workers have come or gone, or say something new of themselves. */
  readonly onWorkers: (workers: readonly WorkerInfo[]) => void;
  /** A job waits for a network that its worker downloads. */
  readonly onDownload?: ((job: string, download: EngineDownload) => void) | undefined;
  /** PROTOCOL unless given. */
  readonly protocol?: number;
}

interface Parts {
  readonly queue: Queue<Task, Outcome>;
  readonly events: QueueEvents;
  readonly blobs: BlobStore;
}

/** A run that BullMQ itself could not end well (a full Redis, a mistake) is begun this often by it. */
const TRIES = 4;
/** A job whose input or result has vanished is sent anew this often. */
const SENDS = 3;
/** Beyond the lock's time: what a worker needs to notice that its lock is gone, and to stop. */
const STOPPING_MS = 1_500;
/** Connections that are in the middle of something are not waited for longer than this. */
const CLOSE_MS = 2_000;
const SWEEP_MS = 3_600_000;

/**
 * An engine that is somewhere else: hands jobs to workers through Redis and waits for what they send.
 *
 * Nothing depends on a single message: whatever events say is only a reason to look at the job in Redis at once, and all jobs are looked
 * at again and again. So a lost message, a lost connection and a restart of Redis cost time and no job. A job is known in Redis by its id,
 * so that one that was sent by an earlier process, or whose sending was not answered, is found and not sent twice.
 */
export class ClusterEngine implements Engine {
  readonly #options: ClusterEngineOptions;
  readonly #protocol: number;
  readonly #redis: Redis;
  readonly #listener: Redis;
  readonly #eventsRedis: Redis;
  readonly #registry: Registry;
  readonly #cancellations: Cancellations;
  readonly #errands = new Map<string, RemoteJob>();
  /** Jobs that are over and still in Redis, with the keys of their blobs. */
  readonly #over = new Map<string, readonly string[]>();
  readonly #closed = new AbortController();
  #workers: readonly WorkerInfo[] = [];
  #parts: Parts | undefined;
  #opening: Promise<void> | undefined;
  #rounds: Promise<void>;
  #sweptAt = performance.now();

  constructor(options: ClusterEngineOptions) {
    this.#options = options;
    this.#protocol = options.protocol ?? PROTOCOL;
    const { cluster, logger } = options;
    const { url, prefix, heartbeatSeconds } = cluster;
    this.#redis = connect(url, "bots", logger);
    this.#listener = connectBlocking(url, "bots-news");
    this.#eventsRedis = connectBlocking(url, "bots-events");
    this.#registry = new Registry(this.#redis, prefix, heartbeatSeconds * 1000);
    this.#cancellations = new Cancellations(this.#redis, prefix);
    this.#redis.on("ready", () => void this.#round());
    this.#listener.on("message", () => void this.#meetWorkers().catch(() => undefined));
    this.#listener.subscribe(this.#registry.news).catch(() => undefined);
    this.#rounds = this.#goRounds();
  }

  /** Redis answers. */
  get reachable(): boolean {
    return this.#parts !== undefined && this.#redis.status === "ready";
  }

  /** Whether it answers, waiting for a first connection no longer than `patienceMs`. */
  async answers(patienceMs: number): Promise<boolean> {
    if (this.reachable || this.#parts) return this.reachable;
    const patience = AbortSignal.any([AbortSignal.timeout(patienceMs), this.#closed.signal]);
    await untilReady(this.#redis, patience).catch(() => undefined);
    await this.#round();
    return this.reachable;
  }

  /** Where it is, without secrets. */
  get host(): string {
    return hostOf(this.#options.cluster.url);
  }

  /** Workers of every version, as of the last look. */
  get workers(): readonly WorkerInfo[] {
    return this.#workers;
  }

  /** Those that can take our jobs. */
  get ownWorkers(): readonly WorkerInfo[] {
    return this.#workers.filter(({ protocol, stopping }) => protocol === this.#protocol && !stopping);
  }

  /** The id of the worker that has a job: as it was told, or as the workers themselves say. */
  workerOf(job: string): string | undefined {
    return (
      this.#errands.get(job)?.worker ?? this.#workers.find(({ running }) => running.some((run) => run.job === job))?.id
    );
  }

  get protocol(): number {
    return this.#protocol;
  }

  run(request: EngineRequest, options: RunOptions): Promise<EngineResult> {
    const { signal } = options;
    const { job } = request;
    signal.throwIfAborted();
    if (job === undefined) throw new Error("A job that goes elsewhere needs its id.");
    const remoteJob = new RemoteJob(job, request, options);
    this.#errands.set(job, remoteJob);
    signal.addEventListener("abort", () => this.#aborted(remoteJob), { once: true });
    void this.#look(remoteJob);
    return remoteJob.ended.finally(() => {
      if (this.#errands.get(job) === remoteJob) this.#errands.delete(job);
    });
  }

  /** A job is over, and the journal knows: nothing of it is needed in Redis any more. */
  forget(job: string): void {
    if (!this.#over.has(job)) this.#over.set(job, []);
    void this.#clear(job).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    for (const redis of [this.#redis, this.#listener, this.#eventsRedis]) redis.disconnect();
    const closed = [this.#rounds, this.#parts?.events.close(), this.#parts?.blobs.close()];
    const enough = new AbortController();
    await Promise.race([
      Promise.allSettled(closed),
      delay(CLOSE_MS, undefined, { signal: enough.signal }).catch(() => undefined),
    ]);
    enough.abort();
  }

  async #goRounds(): Promise<void> {
    const { heartbeatSeconds } = this.#options.cluster;
    while (!this.#closed.signal.aborted) {
      await this.#round();
      await delay(heartbeatSeconds * 1000, undefined, { signal: this.#closed.signal }).catch(() => undefined);
    }
  }

  /** Looks after everything once. Never rejects: what is out of reach is looked at in the next round. */
  async #round(): Promise<void> {
    if (this.#redis.status !== "ready" || this.#closed.signal.aborted) return;
    try {
      this.#opening ??= this.#open();
      await this.#opening;
      await this.#registry.speak({ protocol: this.#protocol, version });
      await dataAge(this.#redis, this.#options.cluster.prefix, this.#protocol);
      await this.#meetWorkers();
      for (const remoteJob of [...this.#errands.values()]) await this.#look(remoteJob);
      for (const job of [...this.#over.keys()]) await this.#clear(job);
      if (performance.now() - this.#sweptAt < SWEEP_MS) return;
      this.#sweptAt = performance.now();
      await this.#parts?.blobs.sweep();
    } catch (error) {
      this.#options.logger.debug({ err: error }, "a look at the cluster failed");
    }
  }

  async #open(): Promise<void> {
    const { cluster, logger } = this.#options;
    const { prefix, url } = cluster;
    try {
      const blobs = await openBlobs(cluster, () => connect(url, "bots-blobs", logger, BLOB_MS), blobLimits(cluster));
      const name = queueName(this.#protocol);
      const [seconds, microseconds] = await this.#redis.time();
      const openedMs = Number(seconds) * 1000 + Number(microseconds) / 1000;
      const queue = new Queue<Task, Outcome>(name, { connection: this.#redis, prefix });
      queue.on("error", () => undefined);
      // From the beginning: frames that came while no bots were there are still worth showing. What has been fetched is gone, so nothing is shown twice.
      const events = new QueueEvents(name, { connection: this.#eventsRedis, prefix, lastEventId: "0" });
      events.on("error", () => undefined);
      // An event's id begins with its time, in milliseconds by Redis' clock.
      events.on("progress", ({ jobId, data }, id) =>
        this.#reported(jobId, data as Report, Number.parseInt(id, 10) >= openedMs),
      );
      for (const event of ["completed", "failed", "waiting", "removed"] as const) {
        events.on(event, ({ jobId }: { readonly jobId: string }) => this.#happened(jobId));
      }
      // One that fails while it begins stays broken for good: then everything is opened anew in the next round.
      try {
        await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
      } catch (error) {
        void Promise.allSettled([queue.close(), events.close(), blobs.close()]);
        throw error;
      }
      this.#parts = { queue, events, blobs };
      logger.info(`jobs go to workers through Redis at ${this.host}`);
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  async #meetWorkers(): Promise<void> {
    this.#workers = await this.#registry.workers();
    this.#options.onWorkers(this.#workers);
  }

  #happened(ticket: string): void {
    const remoteJob = this.#errands.get(jobOf(ticket));
    if (remoteJob) void this.#look(remoteJob);
  }

  /** @param live it was said since this process is there */
  #reported(ticket: string, report: Report, live: boolean): void {
    const remoteJob = this.#errands.get(jobOf(ticket));
    if (!remoteJob || remoteJob.signal.aborted) return;
    if (report.type === "begun") {
      remoteJob.begunBy(report.worker, report.token, live);
      this.#options.logger.info({ job: remoteJob.job, worker: report.worker }, "a worker has the job");
      return;
    }
    // A worker that has lost the job may not know yet.
    if (remoteJob.token !== undefined && remoteJob.token !== report.token) return;
    if (report.type === "download") {
      if (live) this.#options.onDownload?.(remoteJob.job, report.download);
      return;
    }
    remoteJob.inTurn(async () => {
      const { blobs } = this.#ready();
      const picture = await blobs.get(report.blob);
      // Somebody has had it, or it was a preview that a newer one has replaced.
      if (!picture || remoteJob.signal.aborted) return;
      const checkpoint = report.checkpoint
        ? unpackCheckpoint(await blobs.get(blobKeys.checkpoint(remoteJob.job)))
        : undefined;
      await blobs.delete([report.blob]);
      remoteJob.onFrame({ ...report.frame, picture, ...(checkpoint && { checkpoint }) });
    });
  }

  #aborted(remoteJob: RemoteJob): void {
    if (remoteJob.detached) remoteJob.fail(remoteJob.signal.reason);
    else void this.#look(remoteJob);
  }

  /** Looks how a job is in Redis, and does what is to be done. One look at a time for each job; never rejects. */
  #look(remoteJob: RemoteJob): Promise<void> {
    return remoteJob.looking(async () => {
      if (!this.reachable || this.#errands.get(remoteJob.job) !== remoteJob) return;
      try {
        await this.#lookOnce(remoteJob);
      } catch (error) {
        if (error instanceof BlobError && error.kind === "too-large") remoteJob.fail(new EngineError("input", error));
        else this.#options.logger.debug({ err: error, job: remoteJob.job }, "a look at a job failed");
      }
    });
  }

  async #lookOnce(remoteJob: RemoteJob): Promise<void> {
    const { queue } = this.#ready();
    const found: Ticket<Task, Outcome> | undefined = await queue.getJob(ticketOf(remoteJob.job));
    if (!found) return this.#missing(remoteJob);
    remoteJob.sent = true;
    const state = await found.getState();
    if (state === "completed") return this.#completed(remoteJob, found);
    if (state === "failed") return this.#failed(remoteJob, found);
    if (!remoteJob.signal.aborted) return;
    await this.#cancellations.cancel(remoteJob.job);
    // Not while a worker has it: that one answers the message.
    if (state !== "active") {
      await found.remove();
      remoteJob.fail(remoteJob.signal.reason);
    }
  }

  async #missing(remoteJob: RemoteJob): Promise<void> {
    const { cluster } = this.#options;
    if (remoteJob.signal.aborted) return remoteJob.fail(remoteJob.signal.reason);
    if (remoteJob.sent) {
      const age = await dataAge(this.#redis, cluster.prefix, this.#protocol);
      if (age < cluster.lockSeconds * 1000 + STOPPING_MS) return;
      this.#options.logger.warn({ job: remoteJob.job }, "Redis has lost a job; sending it again");
    }
    await this.#send(remoteJob);
  }

  async #send(remoteJob: RemoteJob): Promise<void> {
    const { queue, blobs } = this.#ready();
    const { cluster, jobSeconds } = this.#options;
    const { job, checkpoint, megabytes } = remoteJob;
    const { recipe, params, pictures } = remoteJob.request;
    for (const [role, bytes] of Object.entries(pictures)) await blobs.put(blobKeys.input(job, role), bytes);
    if (checkpoint) await blobs.put(blobKeys.checkpoint(job), packCheckpoint(checkpoint));
    const task: Task = {
      job,
      recipe,
      params,
      pictures: Object.keys(pictures),
      ...(megabytes !== undefined && { megabytes }),
      jobSeconds,
    };
    const age = Math.ceil(cluster.keepHours * 3600);
    const options = { jobId: ticketOf(job), attempts: TRIES, backoff: { type: "fixed", delay: 500 } };
    remoteJob.sent = true;
    await queue.add(recipe, task, { ...options, removeOnComplete: { age }, removeOnFail: { age } });
  }

  async #completed(remoteJob: RemoteJob, found: Ticket<Task, Outcome>): Promise<void> {
    const { blobs } = this.#ready();
    const outcome = found.returnvalue;
    const keys = this.#keysOf(remoteJob, outcome);
    if (outcome.status === "done" && !remoteJob.signal.aborted) {
      const picture = await blobs.get(outcome.blob);
      if (!picture) return this.#sendAnew(remoteJob, found, "its result");
      await remoteJob.turns();
      this.#over.set(remoteJob.job, keys);
      return remoteJob.succeed({ ...outcome.result, picture });
    }
    await remoteJob.turns();
    // Gone before anybody is told, so that another try is not mistaken for this one.
    await found.remove();
    await blobs.delete(keys);
    if (remoteJob.signal.aborted) remoteJob.fail(remoteJob.signal.reason);
    else if (outcome.status === "failed") remoteJob.fail(new EngineError(outcome.kind, outcome));
    else remoteJob.fail(new EngineError("crashed", "job.worker-failed"));
  }

  async #failed(remoteJob: RemoteJob, found: Ticket<Task, Outcome>): Promise<void> {
    const { failedReason } = found;
    if (remoteJob.signal.aborted) {
      await found.remove();
      return remoteJob.fail(remoteJob.signal.reason);
    }
    this.#options.logger.warn({ job: remoteJob.job, reason: failedReason }, "a worker could not end a job");
    if (/^the input .* is missing$/.test(failedReason)) return this.#sendAnew(remoteJob, found, "an input");
    await found.remove();
    remoteJob.fail(
      /stalled/.test(failedReason)
        ? new EngineError("crashed", "job.workers-gone")
        : new EngineError("internal", "job.worker-failed"),
    );
  }

  async #sendAnew(remoteJob: RemoteJob, found: Ticket<Task, Outcome>, what: string): Promise<void> {
    this.#options.logger.warn({ job: remoteJob.job }, `${what} is no longer there; sending the job again`);
    await found.remove();
    remoteJob.sent = false;
    if (++remoteJob.sends >= SENDS) remoteJob.fail(new EngineError("internal", "job.worker-failed"));
    else await this.#send(remoteJob);
  }

  async #clear(job: string): Promise<void> {
    if (!this.reachable) return;
    const { queue, blobs } = this.#ready();
    const keys = this.#over.get(job) ?? [];
    const found: Ticket<Task, Outcome> | undefined = await queue.getJob(ticketOf(job));
    // A worker that has not heard yet that it may let go keeps it locked; the next round removes it.
    if (found && (await found.isActive())) return this.#cancellations.cancel(job);
    await found?.remove();
    await blobs.delete(keys);
    this.#over.delete(job);
  }

  #keysOf({ job, request }: RemoteJob, outcome: Outcome): readonly string[] {
    const inputs = Object.keys(request.pictures).map((role) => blobKeys.input(job, role));
    const passing = (["preview", "film"] as const).map((kind) => blobKeys.frame(job, { kind, octave: 0 }));
    return [...inputs, ...passing, blobKeys.checkpoint(job), ...(outcome.status === "done" ? [outcome.blob] : [])];
  }

  #ready(): Parts {
    if (!this.#parts) throw new Error("Redis has not answered yet.");
    return this.#parts;
  }
}
