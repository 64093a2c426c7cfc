/**
 * BullMQ, and the only file that knows it: its exceptions and numbers become typed outcomes here. The bots send jobs
 * through a {@link JobProducer}, workers take them through a {@link JobConsumer}.
 */
import { randomUUID } from "node:crypto";
import {
  Job as BullJob,
  ErrorCode,
  type JobJson,
  Queue,
  QueueEvents,
  UnrecoverableError,
  WaitingError,
  Worker,
} from "bullmq";
import type { Redis } from "ioredis";
import { abortableDelay } from "../../shared/async.js";
import { jobOf, type Outcome, queueName, type Report, type Task, ticketOf } from "./protocol.js";

/**
 * How often a job moves by itself to another worker when its own has vanished. The next time it counts as an engine's
 * crash: the bots try it again from its last checkpoint as long as it makes progress, as it may be what kills workers.
 */
const MOST_VANISHED = 1;
/** Attempts at a run that could not be ended well: a full Redis, an error of the program. */
const ATTEMPTS = 4;
/** Milliseconds between these, and before BullMQ asks for the next job after a failure. */
export const RETRY_MS = 500;
/** Longest rest between two failures, and how long after one the next begins with a short one again. */
const LONGEST_REST_MS = 30_000;
const CALM_MS = 60_000;
/** BullMQ would ask INFO for the version, which Redis' user may not have the right to. */
const UNASKED = { skipVersionCheck: true } as const;
/** BullMQ's name for having no lock, where none is needed. */
const NO_LOCK = "0";

/** A job's state in Redis. */
export type RemoteState =
  | { readonly state: "gone" | "waiting" | "active" }
  | { readonly state: "completed"; readonly outcome: Outcome }
  | {
      readonly state: "failed";
      readonly cause: "input-missing" | "workers-vanished" | "error";
      readonly reason: string;
    };

interface JobProducerOptions {
  readonly protocol: number;
  readonly prefix: string;
  /** For commands, and for events, which block. */
  readonly redis: Redis;
  readonly eventsRedis: Redis;
  /** A worker reports; `at` is when, in milliseconds by Redis' clock. */
  readonly onReport: (job: string, report: Report, at: number) => void;
  /** A job may have another state than before. */
  readonly onChange: (job: string) => void;
}

/** The bots' side of the queue in Redis. */
export class JobProducer {
  private constructor(
    private readonly queue: Queue<Task, Outcome>,
    private readonly events: QueueEvents,
  ) {}

  /** Rejects when Redis fails meanwhile: BullMQ's objects do not recover from a failure while they open. */
  static async open(options: JobProducerOptions): Promise<JobProducer> {
    const { protocol, prefix, redis, eventsRedis, onReport, onChange } = options;
    const name = queueName(protocol);
    const queue = new Queue<Task, Outcome>(name, { connection: redis, prefix, ...UNASKED });
    queue.on("error", () => undefined);
    // From the beginning: frames that came while no bots were there are worth showing. What has been fetched is gone,
    // so nothing is shown twice.
    const reading = { lastEventId: "0", autorun: false } as const;
    const events = new QueueEvents(name, { connection: eventsRedis, prefix, ...reading, ...UNASKED });
    events.on("error", () => undefined);
    // An event's id begins with its time.
    events.on("progress", ({ jobId, data }, id) => onReport(jobOf(jobId), data as Report, Number.parseInt(id, 10)));
    for (const event of ["completed", "failed", "waiting", "removed"] as const) {
      events.on(event, ({ jobId }: { readonly jobId: string }) => onChange(jobOf(jobId)));
    }
    const producer = new JobProducer(queue, events);
    try {
      await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
      return producer;
    } catch (error) {
      void producer.close();
      throw error;
    }
  }

  /** Reports and changes are told from here on. */
  follow(): void {
    // Where it is closed meanwhile there is nothing to tell.
    this.events.run().catch(() => undefined);
  }

  /** Sends a job; one that is there stays as it is. @param keepSeconds how long it is kept after its end */
  async send(task: Task, keepSeconds: number): Promise<void> {
    await this.queue.add(task.recipe, task, {
      jobId: ticketOf(task.job),
      attempts: ATTEMPTS,
      backoff: { type: "fixed", delay: RETRY_MS },
      removeOnComplete: { age: keepSeconds },
      removeOnFail: { age: keepSeconds },
    });
  }

  async find(job: string): Promise<RemoteState> {
    const found: BullJob<Task, Outcome> | undefined = await this.queue.getJob(ticketOf(job));
    if (!found) return { state: "gone" };
    const state = await found.getState();
    if (state === "completed") return { state, outcome: found.returnvalue };
    if (state === "failed") return { state, cause: causeOf(found), reason: found.failedReason };
    return { state: state === "active" ? "active" : "waiting" };
  }

  /** Removes a job, "locked" while a worker has it. One that is not there counts as removed. */
  async remove(job: string): Promise<"removed" | "locked"> {
    return (await this.queue.remove(ticketOf(job))) === 0 ? "locked" : "removed";
  }

  /** Never rejects. */
  async close(): Promise<void> {
    await Promise.allSettled([this.queue.close(), this.events.close()]);
  }
}

function causeOf({ stalledCounter, failedReason }: BullJob): "input-missing" | "workers-vanished" | "error" {
  // BullMQ calls a job stalled whose worker no longer renews its lock.
  if (stalledCounter > MOST_VANISHED) return "workers-vanished";
  return INPUT_MISSING.test(failedReason) ? "input-missing" : "error";
}

/** Our own reason for a failure, as workers of this protocol write it; see {@link endOf}. */
const INPUT_MISSING = /^the input .* is missing$/;

/** How a worker's run ends; a run that rejects is begun again a little later, here or elsewhere. */
export type RunEnd =
  | { readonly end: "completed"; readonly outcome: Outcome }
  /** The job is no longer this worker's: it was handed back, or its lock is lost. */
  | { readonly end: "not-ours" }
  /** The bots send the job again, with its images. */
  | { readonly end: "input-missing"; readonly role: string };

/** A job that a worker has taken. */
export interface TakenJob {
  readonly task: Task;
  /** This run's name, under which BullMQ holds the lock. */
  readonly token: string;
  /** Runs that were begun, this one included. */
  readonly begun: number;
  /** "gone": Redis has lost the job, or it was taken back. */
  report(report: Report): Promise<"sent" | "gone">;
  /** Back to those that wait, for another worker. */
  handBack(): Promise<"handed-back" | "lock-lost">;
}

interface JobConsumerOptions {
  readonly protocol: number;
  readonly prefix: string;
  readonly redis: Redis;
  /** Jobs side by side. */
  readonly slots: number;
  /** How long a lock lasts that is not renewed, in milliseconds. */
  readonly lockMs: number;
  readonly run: (job: TakenJob) => Promise<RunEnd>;
  readonly onError: (error: Error) => void;
  /** Resolves when it is worth asking Redis again; rejects when the worker stops. */
  readonly untilWell: () => Promise<void>;
  readonly onLocksRenewed: (jobs: readonly string[]) => void;
  readonly onLocksLost: (jobs: readonly string[]) => void;
}

/** A worker's side of the queue in Redis: takes jobs, holds a lock on each, and renews it. */
export class JobConsumer {
  readonly #worker: Worker<Task, Outcome>;
  readonly #stopping = new AbortController();
  #resting = false;
  #restMs = RETRY_MS;
  #restedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: JobConsumerOptions) {
    const { protocol, prefix, redis, slots, lockMs, onError, onLocksLost, onLocksRenewed } = options;
    const run = async (job: BullJob<Task, Outcome>, token = "") => endOf(await options.run(taken(job, token)));
    this.#worker = new Worker<Task, Outcome>(queueName(protocol), run, {
      connection: redis,
      prefix,
      autorun: false,
      concurrency: slots,
      maxStalledCount: MOST_VANISHED,
      lockDuration: lockMs,
      stalledInterval: lockMs / 2,
      runRetryDelay: RETRY_MS,
      ...UNASKED,
    });
    this.#worker.on("error", (error) => {
      onError(error);
      if (!isLoss(error)) void this.#rest();
    });
    this.#worker.on("lockRenewalFailed", (tickets) => onLocksLost(tickets.map(jobOf)));
    this.#worker.on("locksRenewed", ({ jobIds }) => onLocksRenewed(jobIds.map(jobOf)));
  }

  /** Takes jobs until it is closed. Rejects when Redis is lost while it begins; outlives a loss later. */
  run(): Promise<void> {
    return this.#worker.run();
  }

  /** Takes no more jobs; those that run go on. */
  pause(): Promise<void> {
    this.#stopping.abort();
    return this.#worker.pause(true);
  }

  /** Waits for no job. */
  close(): Promise<void> {
    this.#stopping.abort();
    return this.#worker.close(true);
  }

  /**
   * Takes no jobs for a while, and longer each time. BullMQ waits by itself only while the connection is lost; after
   * any other error it asks again at once, for ever, and leaves no moment for anything else.
   */
  async #rest(): Promise<void> {
    if (this.#resting || this.#stopping.signal.aborted) return;
    this.#resting = true;
    const again = performance.now() - this.#restedAt < CALM_MS;
    this.#restMs = again ? Math.min(2 * this.#restMs, LONGEST_REST_MS) : RETRY_MS;
    try {
      await this.#worker.pause(true);
      await abortableDelay(this.#restMs, this.#stopping.signal);
      await this.options.untilWell();
      this.#restedAt = performance.now();
      this.#resting = false;
      if (!this.#stopping.signal.aborted) await this.#worker.resume();
    } catch {
      // The worker stops.
    }
  }
}

/** What BullMQ takes for a lost connection, and what ioredis says of one. */
function isLoss(error: Error): boolean {
  return error.message === "Connection is closed." || typeof codeOf(error) === "string";
}

/**
 * Sends a job through a queue that nothing else uses, takes it, and ends it, by the commands that bots and workers use.
 * Rejects with what Redis refuses.
 */
export async function tryQueue(redis: Redis, prefix: string): Promise<void> {
  const name = `trial-${randomUUID()}`;
  const queue = new Queue(name, { connection: redis, prefix, skipMetasUpdate: true, ...UNASKED });
  queue.on("error", () => undefined);
  try {
    const { id } = await queue.add(name, {});
    await redis.bzpopmin(queue.toKey("marker"), 1);
    const [json] = (await queue.getBackend().moveToActive(NO_LOCK)) as [JobJson?];
    if (!json) throw new Error("a job that was sent is not there");
    const job = BullJob.fromJSON(queue, json, id);
    await job.updateProgress(1);
    await job.moveToCompleted({}, NO_LOCK, false);
    await redis.xread("COUNT", 1, "STREAMS", queue.toKey("events"), "0");
  } finally {
    await queue.obliterate({ force: true }).catch(() => undefined);
    await queue.close();
  }
}

function endOf(end: RunEnd): Outcome {
  switch (end.end) {
    case "completed":
      return end.outcome;
    case "not-ours":
      throw new WaitingError();
    case "input-missing":
      throw new UnrecoverableError(`the input ${end.role} is missing`);
  }
}

function taken(job: BullJob<Task, Outcome>, token: string): TakenJob {
  return {
    task: job.data,
    token,
    begun: job.attemptsStarted,
    report: (report) => outcomeOf(job.updateProgress(report), "sent", GONE, "gone"),
    handBack: () => outcomeOf(job.moveToWait(token), "handed-back", LOCK_LOST, "lock-lost"),
  };
}

const GONE: ReadonlySet<unknown> = new Set([ErrorCode.JobNotExist]);
const LOCK_LOST: ReadonlySet<unknown> = new Set([
  ErrorCode.JobNotExist,
  ErrorCode.JobLockNotExist,
  ErrorCode.JobNotInState,
  ErrorCode.JobLockMismatch,
]);

/** `done` when a call resolves, `failed` when it rejects with one of BullMQ's `codes`. */
async function outcomeOf<D, F>(
  call: Promise<unknown>,
  done: D,
  codes: ReadonlySet<unknown>,
  failed: F,
): Promise<D | F> {
  try {
    await call;
    return done;
  } catch (error) {
    if (codes.has(codeOf(error))) return failed;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
