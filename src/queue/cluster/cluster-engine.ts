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
import { abortableDelay, timeLimit, withTimeout } from "../../shared/async.js";
import { LastingTrouble } from "../../shared/lasting-trouble.js";
import { version } from "../../shared/version.js";
import { BlobError, type BlobStore } from "./blobs/blob-store.js";
import { openBlobs } from "./blobs/open-blobs.js";
import { BotsClaim, type BotsInfo } from "./bots.js";
import { JobProducer, type RemoteState } from "./bull-queue.js";
import { Cancellations } from "./cancellations.js";
import { type ClusterSettings, connect, connectBlocking, dataAge, hostOf, redisNow, untilReady } from "./connection.js";
import { EarlyReports } from "./early-reports.js";
import {
  blobKeys,
  type Outcome,
  PROTOCOL,
  packCheckpoint,
  type Report,
  type Task,
  unpackCheckpoint,
} from "./protocol.js";
import { refusalOf } from "./refusals.js";
import { MISSED, Registry, type WorkerInfo } from "./registry.js";
import { RemoteJob } from "./remote-job.js";
import { Trial } from "./trial.js";

export interface ClusterEngineOptions {
  readonly cluster: ClusterSettings;
  /** The longest a job may run, in seconds; its worker sees to it. */
  readonly jobSeconds: number;
  readonly logger: Logger;
  /** A job waits for a network that its worker downloads. */
  readonly onDownload?: ((job: string, download: EngineDownload) => void) | undefined;
  /** Default: PROTOCOL. */
  readonly protocol?: number | undefined;
  /** The data folder of this program, and an id that it keeps; see {@link ClusterEngine.claim}. */
  readonly data?: Pick<BotsInfo, "id" | "folder"> | undefined;
  /** Another bots program works here, and was there first. */
  readonly onRival?: ((rival: BotsInfo) => void) | undefined;
}

interface Parts {
  readonly producer: JobProducer;
  readonly blobs: BlobStore;
  readonly trial: Trial;
}

/** Most times that a job is sent whose input or result has vanished. */
const SENDS = 3;
/** Beyond the lock's time: what a worker needs to notice that it has lost a lock, and to stop. */
const STOPPING_MS = 1_500;
/** Longest wait for connections that are busy. */
const CLOSE_MS = 2_000;
const SWEEP_MS = 3_600_000;

/**
 * An engine on other machines: hands jobs to workers through Redis and waits for what they send.
 *
 * Nothing depends on a single message: an event is only a reason to look at the job in Redis at once, and all jobs are
 * looked at periodically. So a lost message, a lost connection and a restart of Redis cost time and no job. A job's id
 * is its key in Redis, so that one that an earlier process sent, or whose sending was not answered, is not sent twice.
 */
export class ClusterEngine implements Engine {
  readonly protocol: number;
  /** Workers have come or gone, or announce something new. */
  onWorkers: (workers: readonly WorkerInfo[]) => void = () => undefined;
  readonly #options: ClusterEngineOptions;
  readonly #redis: Redis;
  readonly #listener: Redis;
  readonly #eventsRedis: Redis;
  readonly #registry: Registry;
  readonly #cancellations: Cancellations;
  readonly #claim: BotsClaim | undefined;
  #place: Promise<BotsInfo | undefined> | undefined;
  /** The start waits for the claim. */
  #asked = false;
  #told = false;
  readonly #jobs = new Map<string, RemoteJob>();
  /** Of jobs that this process has not joined yet; the flag as in {@link ClusterEngine.#reported}. */
  readonly #early = new EarlyReports<readonly [Report, boolean]>();
  /** Jobs that are over and still in Redis, with the keys of their blobs. */
  readonly #over = new Map<string, readonly string[]>();
  readonly #closed = new AbortController();
  #workers: readonly WorkerInfo[] = [];
  readonly #trouble: LastingTrouble;
  #blobs: Promise<BlobStore> | undefined;
  #parts: Parts | undefined;
  #opening: Promise<void> | undefined;
  /** What Redis refused in the last round, in a sentence. */
  #refusal: string | undefined;
  #rounds: Promise<void>;
  #sweptAt = performance.now();

  constructor(options: ClusterEngineOptions) {
    this.#options = options;
    this.protocol = options.protocol ?? PROTOCOL;
    const { cluster, logger } = options;
    const { url, prefix, heartbeatSeconds } = cluster;
    this.#redis = connect(url, "bots", logger);
    this.#listener = connectBlocking(url, "bots-news");
    this.#eventsRedis = connectBlocking(url, "bots-events");
    this.#registry = new Registry(this.#redis, prefix, heartbeatSeconds * 1000);
    this.#cancellations = new Cancellations(this.#redis, prefix);
    this.#claim = options.data && new BotsClaim(this.#redis, prefix, heartbeatSeconds * 1000, options.data);
    this.#trouble = new LastingTrouble(logger);
    this.#redis.on("ready", () => void this.#round());
    this.#listener.on("message", () => void this.#meetWorkers().catch(() => undefined));
    this.#rounds = this.#goRounds();
  }

  /** Redis answers, and takes jobs. */
  get reachable(): boolean {
    return this.#connected && this.#refusal === undefined;
  }

  get #connected(): boolean {
    return this.#parts !== undefined && this.#redis.status === "ready";
  }

  /** What keeps jobs from coming through Redis while it answers, in a sentence; found by a trial. */
  async problem(): Promise<string | undefined> {
    if (this.#redis.status !== "ready") return undefined;
    return this.#refusal ?? this.#parts?.trial.problem();
  }

  /** Whether it answers, waiting for a first connection no longer than `patienceMs`. */
  async answers(patienceMs: number): Promise<boolean> {
    if (this.reachable || this.#parts) return this.reachable;
    const patience = AbortSignal.any([timeLimit(patienceMs), this.#closed.signal]);
    await untilReady(this.#redis, patience).catch(() => undefined);
    await this.#round();
    return this.reachable;
  }

  /**
   * Resolves with another bots program that works on this Redis under this prefix, or with undefined when this one is
   * alone, or that cannot be known because Redis does not answer for `patienceMs`, or refuses it: then it shows in a
   * later round.
   */
  async claim(patienceMs: number): Promise<BotsInfo | undefined> {
    const patience = AbortSignal.any([timeLimit(patienceMs), this.#closed.signal]);
    await untilReady(this.#redis, patience).catch(() => undefined);
    if (this.#redis.status !== "ready") return undefined;
    this.#asked = true;
    try {
      return await this.#takePlace();
    } catch (error) {
      this.#asked = false;
      this.#options.logger.debug({ err: error }, "the place of these bots could not be claimed");
      return undefined;
    }
  }

  #takePlace(): Promise<BotsInfo | undefined> {
    this.#place ??= (this.#claim?.take(this.#closed.signal) ?? Promise.resolve(undefined)).catch((error: unknown) => {
      this.#place = undefined;
      throw error;
    });
    return this.#place;
  }

  /** False when another bots program has the place; told once, unless {@link claim} tells it. */
  async #isAlone(): Promise<boolean> {
    const first = await this.#takePlace();
    const rival = first ?? (await this.#claim?.hold());
    if (rival && !(first && this.#asked) && !this.#told) {
      this.#told = true;
      this.#options.onRival?.(rival);
    }
    return rival === undefined;
  }

  /** Redis' address, without secrets. */
  get host(): string {
    return hostOf(this.#options.cluster.url);
  }

  /** Workers of every version, as of the last look. */
  get workers(): readonly WorkerInfo[] {
    return this.#workers;
  }

  /** Those that can take our jobs. */
  get ownWorkers(): readonly WorkerInfo[] {
    return this.#workers.filter(({ protocol, stopping }) => protocol === this.protocol && !stopping);
  }

  /** The id of the worker that has a job: as it was reported, or as the workers announce. */
  workerOf(job: string): string | undefined {
    const announced = this.#workers.find(({ running }) => running.some((run) => run.job === job));
    return this.#jobs.get(job)?.worker ?? announced?.id;
  }

  run(request: EngineRequest, options: RunOptions): Promise<EngineResult> {
    const { signal } = options;
    const { job } = request;
    signal.throwIfAborted();
    if (job === undefined) throw new Error("a job without its id");
    const remoteJob = new RemoteJob(job, request, options);
    this.#jobs.set(job, remoteJob);
    const onAbort = () => (remoteJob.detached ? remoteJob.fail(signal.reason) : void this.#look(remoteJob));
    signal.addEventListener("abort", onAbort, { once: true });
    const early = this.#early.take(job);
    // Those of an earlier try say nothing of this one.
    if (options.begun) for (const [report, isNew] of early) this.#reported(job, report, isNew);
    void this.#look(remoteJob);
    return remoteJob.ended.finally(() => {
      if (this.#jobs.get(job) === remoteJob) this.#jobs.delete(job);
    });
  }

  /** A job is over, and the repository knows: nothing of it is needed in Redis. */
  forget(job: string): void {
    this.#early.take(job);
    if (!this.#over.has(job)) this.#over.set(job, []);
    void this.#clear(job).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    const left = this.#redis.status === "ready" ? this.#claim?.leave() : undefined;
    await withTimeout(Promise.allSettled([left]), CLOSE_MS, () => undefined);
    for (const redis of [this.#redis, this.#listener, this.#eventsRedis]) redis.disconnect();
    const closed = [this.#rounds, this.#parts?.producer.close(), this.#blobs?.then((blobs) => blobs.close())];
    await withTimeout(Promise.allSettled(closed), CLOSE_MS, () => undefined);
  }

  async #goRounds(): Promise<void> {
    const beatMs = this.#options.cluster.heartbeatSeconds * 1000;
    let waitMs = beatMs;
    while (!this.#closed.signal.aborted) {
      await this.#round();
      // Soon enough that the place of these bots does not count as free meanwhile.
      waitMs = this.#refusal === undefined ? beatMs : Math.min(2 * waitMs, (MISSED - 1) * beatMs);
      await abortableDelay(waitMs, this.#closed.signal).catch(() => undefined);
    }
  }

  /**
   * Looks at everything once. Never rejects: what is out of reach is looked at in the next round. What fails keeps
   * nothing else from being done: what is fetched from a full Redis makes room there.
   */
  async #round(): Promise<void> {
    if (this.#redis.status !== "ready" || this.#closed.signal.aborted) return;
    const errors: unknown[] = [];
    const attempt = (work: () => Promise<unknown> | undefined) =>
      Promise.resolve(work()).catch((error: unknown) => void errors.push(error));
    let alone: boolean | undefined;
    await attempt(async () => {
      alone = await this.#isAlone();
    });
    if (alone === false) return;
    if (alone) await attempt(() => (this.#opening ??= this.#open()));
    if (this.#parts) {
      await attempt(() => this.#registry.speak({ protocol: this.protocol, version }));
      await attempt(() => dataAge(this.#redis, this.#options.cluster.prefix, this.protocol));
      await attempt(() => this.#meetWorkers());
      for (const remoteJob of [...this.#jobs.values()]) await this.#look(remoteJob);
      for (const job of [...this.#over.keys()]) await attempt(() => this.#clear(job));
      await attempt(() => this.#sweep());
    }
    this.#judge(errors);
  }

  async #sweep(): Promise<void> {
    if (performance.now() - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = performance.now();
    await this.#parts?.blobs.sweep();
  }

  /** Tells what Redis has refused in a round. */
  #judge(errors: readonly unknown[]): void {
    if (this.#closed.signal.aborted) return;
    for (const error of errors) this.#options.logger.debug({ err: error }, "a look at the cluster failed");
    const { host } = this;
    const { prefix } = this.#options.cluster;
    const [refusal] = errors.flatMap((error) => refusalOf(error, { host, prefix }) ?? []);
    // An error that is none says nothing new: the connection is lost, and tells that itself.
    if (refusal === undefined && errors.length > 0) return;
    this.#refusal = refusal;
    if (refusal !== undefined) this.#trouble.say(refusal);
    else this.#trouble.over(`jobs come through Redis at ${host} again`);
  }

  async #open(): Promise<void> {
    const { cluster, logger } = this.#options;
    try {
      this.#blobs ??= openBlobs(cluster, "bots-blobs", logger);
      const blobs = await this.#blobs;
      const also = () => this.#listener.subscribe(this.#registry.news);
      const trial = new Trial({ redis: this.#redis, blobs, host: this.host, prefix: cluster.prefix, also });
      await trial.run();
      const openedMs = await redisNow(this.#redis);
      const producer = await JobProducer.open({
        protocol: this.protocol,
        prefix: cluster.prefix,
        redis: this.#redis,
        eventsRedis: this.#eventsRedis,
        onReport: (job, report, at) => this.#reported(job, report, at >= openedMs),
        onChange: (job) => {
          const remoteJob = this.#jobs.get(job);
          if (remoteJob) void this.#look(remoteJob);
        },
      });
      this.#parts = { producer, blobs, trial };
      producer.follow();
      logger.info(`jobs go to workers through Redis at ${this.host}`);
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  async #meetWorkers(): Promise<void> {
    this.#workers = await this.#registry.workers();
    this.onWorkers(this.#workers);
  }

  /** @param isNew it was reported after this process had opened the queue */
  #reported(job: string, report: Report, isNew: boolean): void {
    const remoteJob = this.#jobs.get(job);
    if (!remoteJob) this.#early.keep(job, [report, isNew]);
    if (!remoteJob || remoteJob.signal.aborted) return;
    if (report.type === "begun") {
      remoteJob.begunBy(report.worker, report.token, isNew);
      this.#options.logger.info({ job: remoteJob.job, worker: report.worker }, "a worker has the job");
      return;
    }
    // A worker may not have noticed yet that it has lost the job.
    if (remoteJob.token !== undefined && remoteJob.token !== report.token) return;
    if (report.type === "download") {
      if (isNew) this.#options.onDownload?.(remoteJob.job, report.download);
      return;
    }
    remoteJob.handleInOrder(async () => {
      const { blobs } = this.#ready();
      const picture = await blobs.get(report.blob);
      const checkpoint = report.checkpoint
        ? unpackCheckpoint(await blobs.get(blobKeys.checkpoint(remoteJob.job)))
        : undefined;
      // It was fetched, or it was a preview that a newer one has replaced.
      if (!picture || remoteJob.signal.aborted) return;
      await blobs.delete([report.blob]);
      remoteJob.onFrame({ ...report.frame, picture, ...(checkpoint && { checkpoint }) });
    });
  }

  /** Looks at a job in Redis, and acts on its state. One look at a time for each job; never rejects. */
  #look(remoteJob: RemoteJob): Promise<void> {
    return remoteJob.coalesce(async () => {
      if (!this.#connected || this.#jobs.get(remoteJob.job) !== remoteJob) return;
      try {
        await this.#lookOnce(remoteJob);
      } catch (error) {
        if (error instanceof BlobError && error.kind === "too-large") remoteJob.fail(new EngineError("input", error));
        else this.#options.logger.debug({ err: error, job: remoteJob.job }, "a look at a job failed");
      }
    });
  }

  async #lookOnce(remoteJob: RemoteJob): Promise<void> {
    const found = await this.#ready().producer.find(remoteJob.job);
    // This program stops: its worker goes on with it, and the next start collects what it makes.
    if (remoteJob.detached) return;
    if (found.state === "gone") return this.#missing(remoteJob);
    remoteJob.sent = true;
    if (found.state === "completed") return this.#completed(remoteJob, found.outcome);
    if (found.state === "failed") return this.#failed(remoteJob, found);
    if (!remoteJob.signal.aborted) return;
    await this.#cancellations.cancel(remoteJob.job);
    // A worker that has it reacts to the message itself.
    if (found.state === "waiting" && (await this.#remove(remoteJob))) remoteJob.fail(remoteJob.signal.reason);
  }

  /**
   * False while a worker holds the job's lock: the next look tries again. False, too, for a job that the next start of
   * this program continues with.
   */
  async #remove(remoteJob: RemoteJob): Promise<boolean> {
    return !remoteJob.detached && (await this.#ready().producer.remove(remoteJob.job)) === "removed";
  }

  async #missing(remoteJob: RemoteJob): Promise<void> {
    const { cluster } = this.#options;
    if (remoteJob.signal.aborted) return remoteJob.fail(remoteJob.signal.reason);
    if (remoteJob.sent) {
      const age = await dataAge(this.#redis, cluster.prefix, this.protocol);
      if (age < cluster.lockSeconds * 1000 + STOPPING_MS) return;
      this.#options.logger.warn({ job: remoteJob.job }, "Redis has lost a job; sending it again");
    }
    await this.#send(remoteJob);
  }

  async #send(remoteJob: RemoteJob): Promise<void> {
    const { producer, blobs } = this.#ready();
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
    remoteJob.sent = true;
    // One that was over may be tried again under the same id.
    await this.#cancellations.forget(job);
    await producer.send(task, Math.ceil(cluster.keepHours * 3600));
  }

  async #completed(remoteJob: RemoteJob, outcome: Outcome): Promise<void> {
    const { blobs } = this.#ready();
    const keys = this.#keysOf(remoteJob, outcome);
    if (outcome.status === "done" && !remoteJob.signal.aborted) {
      const picture = await blobs.get(outcome.blob);
      if (!picture) return this.#sendAgain(remoteJob, "its result");
      await remoteJob.framesHandled();
      if (remoteJob.detached) return;
      this.#over.set(remoteJob.job, keys);
      return remoteJob.succeed({ ...outcome.result, picture });
    }
    await remoteJob.framesHandled();
    // Removed before the end is reported, so that another try is not mistaken for this one.
    if (!(await this.#remove(remoteJob))) return;
    await blobs.delete(keys);
    if (remoteJob.signal.aborted) remoteJob.fail(remoteJob.signal.reason);
    else if (outcome.status === "failed") remoteJob.fail(new EngineError(outcome.kind, outcome));
    else remoteJob.fail(new EngineError("crashed", "job.worker-failed"));
  }

  async #failed(remoteJob: RemoteJob, { cause, reason }: RemoteState & { readonly state: "failed" }): Promise<void> {
    const { signal, job } = remoteJob;
    if (!signal.aborted) {
      this.#options.logger.warn({ job, reason }, "a worker could not end a job");
      if (cause === "input-missing") return this.#sendAgain(remoteJob, "an input");
    }
    if (!(await this.#remove(remoteJob))) return;
    if (signal.aborted) remoteJob.fail(signal.reason);
    else if (cause === "workers-vanished") remoteJob.fail(new EngineError("crashed", "job.workers-gone"));
    else remoteJob.fail(new EngineError("internal", "job.worker-failed"));
  }

  async #sendAgain(remoteJob: RemoteJob, missing: string): Promise<void> {
    this.#options.logger.warn({ job: remoteJob.job }, `${missing} is no longer there; sending the job again`);
    if (!(await this.#remove(remoteJob))) return;
    remoteJob.sent = false;
    if (++remoteJob.sends >= SENDS) remoteJob.fail(new EngineError("internal", "job.worker-failed"));
    else await this.#send(remoteJob);
  }

  async #clear(job: string): Promise<void> {
    if (!this.#connected) return;
    const { producer, blobs } = this.#ready();
    const keys = this.#over.get(job) ?? [];
    // A worker that does not know yet that the job is over keeps it locked; the next round removes it.
    if ((await producer.remove(job)) === "locked") return this.#cancellations.cancel(job);
    await blobs.delete(keys);
    this.#over.delete(job);
  }

  #keysOf({ job, request }: RemoteJob, outcome: Outcome): readonly string[] {
    const inputs = Object.keys(request.pictures).map((role) => blobKeys.input(job, role));
    const passing = (["preview", "film"] as const).map((kind) => blobKeys.frame(job, { kind, octave: 0 }));
    return [...inputs, ...passing, blobKeys.checkpoint(job), ...(outcome.status === "done" ? [outcome.blob] : [])];
  }

  #ready(): Parts {
    if (!this.#parts) throw new Error("not open yet");
    return this.#parts;
  }
}
