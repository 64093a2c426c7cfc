import { setTimeout as delay } from "node:timers/promises";
import PQueue from "p-queue";
import type { Logger } from "pino";
import type { Engine, EngineResult } from "../engine/process/engine.js";
import { Admission, type QueueLimits } from "./admission.js";
import { QueueEmitter } from "./emitter.js";
import type { Estimator } from "./estimator.js";
import { failureOf, overtime, retryable } from "./failures.js";
import { FairLine, type FairOptions } from "./fair-line.js";
import { type Job, type JobChange, type JobMessages, type JobRequest, personKey } from "./job.js";
import { newJobId } from "./job-id.js";
import type { Journal } from "./journal.js";
import { type CancelReason, type JobQueue, QueueError, type QueueEvents, type Standing } from "./queue.js";
import { standings } from "./standings.js";

export interface LocalQueueOptions {
  readonly engine: Engine;
  readonly journal: Journal;
  readonly estimator: Estimator;
  /** Jobs that run side by side. */
  readonly concurrency: number;
  readonly limits: QueueLimits;
  /** A job that runs longer than this is ended. */
  readonly jobSeconds: number;
  readonly logger: Logger;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

/** A job that waits or runs. */
interface LiveJob {
  job: Job;
  readonly pictures: Readonly<Record<string, Uint8Array>>;
  /** Takes the job out of p-queue's line. Not used once it runs: p-queue would give its place away before the engine has let go. */
  readonly leave: AbortController;
  readonly abort: AbortController;
  progress: number;
  cancelled?: CancelReason;
}

/** Begun anew after a crash this often at most. */
const ATTEMPTS = 2;
/** A cancelled job is told as ended after this time even if the engine has not answered yet. */
const CANCEL_MS = 900;
/** On closing, an engine that has not let go of its jobs this long after they were cancelled is not waited for. */
const LET_GO_MS = 2_000;
/** What the hourly caps look back on. */
const HOUR_MS = 3_600_000;
const CLOSING = "Dreamloom is just shutting down. Please try again in a minute.";

/** The queue of one machine: p-queue starts the jobs, fairly between people, and the journal keeps them. */
export class LocalQueue implements JobQueue {
  readonly #options: LocalQueueOptions;
  readonly #now: () => number;
  readonly #events: QueueEmitter;
  readonly #admission: Admission;
  readonly #line: FairLine;
  readonly #pqueue: PQueue<FairLine, FairOptions>;
  readonly #live = new Map<string, LiveJob>();
  readonly #places = new Map<string, number>();
  /** Writes to the journal that have not ended. */
  readonly #writes = new Set<Promise<void>>();
  #closing = false;

  constructor(options: LocalQueueOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#events = new QueueEmitter(options.logger);
    this.#admission = new Admission(options.limits, this.#now);
    const line = new FairLine();
    this.#line = line;
    // p-queue makes its line itself; this class hands it ours, so that we can ask it for the order.
    const queueClass = function sharedLine() {
      return line;
    } as unknown as new () => FairLine;
    this.#pqueue = new PQueue<FairLine, FairOptions>({ concurrency: options.concurrency, queueClass });
  }

  async submit(request: JobRequest, accepted?: (job: Job) => void): Promise<Job> {
    if (this.#closing) throw new QueueError("closing", CLOSING);
    const person = personKey(request);
    const undo = this.#admission.admit(
      request,
      [...this.#live.values()].map((live) => live.job),
    );
    const { pictures, priority, caps: _caps, ...rest } = request;
    const job: Job = {
      ...rest,
      id: this.#freeId(),
      priority: priority ?? 0,
      pictures: Object.keys(pictures),
      state: "waiting",
      attempts: 0,
      createdAt: this.#now(),
      messages: { frames: [] },
    };
    const live: LiveJob = { job, pictures, leave: new AbortController(), abort: new AbortController(), progress: 0 };
    // Counted before the journal has answered, so that many requests at once cannot pass the bounds together.
    this.#live.set(job.id, live);
    try {
      await this.#options.journal.add(job, pictures);
    } catch (error) {
      this.#live.delete(job.id);
      undo();
      throw error;
    }
    if (live.cancelled) throw new QueueError("closing", CLOSING);
    this.#options.logger.info({ job: job.id, recipe: job.recipe, person }, "job accepted");
    accepted?.(job);
    this.#events.emit("accepted", job);
    this.#enqueue(live);
    this.#tellMoves();
    return live.job;
  }

  /** Counts in the jobs of the last hour that were accepted before the program started. Called once, before the queue takes jobs. */
  async remember(): Promise<void> {
    this.#admission.remember(await this.#options.journal.since(this.#now() - HOUR_MS));
  }

  cancel(id: string, reason: CancelReason): boolean {
    const live = this.#live.get(id);
    if (!live || live.cancelled || (live.job.state !== "waiting" && live.job.state !== "running")) return false;
    live.cancelled = reason;
    if (live.job.state === "waiting") {
      live.leave.abort();
      this.#end(live, { state: "cancelled" }, () => this.#events.emit("cancelled", live.job, reason));
    } else {
      live.abort.abort(new Error("The job was cancelled."));
    }
    return true;
  }

  line(): readonly Standing[] {
    return standings({
      running: [...this.#live.values()].filter((live) => live.job.state === "running"),
      waiting: this.#line.order().flatMap((id) => this.#live.get(id) ?? []),
      concurrency: this.#options.concurrency,
      estimator: this.#options.estimator,
      now: this.#now(),
    });
  }

  standing(id: string): Standing | undefined {
    return this.line().find((standing) => standing.job.id === id);
  }

  async keepMessages(id: string, messages: JobMessages): Promise<void> {
    const live = this.#live.get(id);
    if (live) live.job = { ...live.job, messages };
    await this.#update(id, { messages });
  }

  on<E extends keyof QueueEvents>(event: E, listener: (...args: QueueEvents[E]) => void): void {
    this.#events.on(event, listener);
  }

  off<E extends keyof QueueEvents>(event: E, listener: (...args: QueueEvents[E]) => void): void {
    this.#events.off(event, listener);
  }

  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    const shutdown: CancelReason = { by: "shutdown" };
    for (const live of [...this.#live.values()]) if (live.job.state === "waiting") this.cancel(live.job.id, shutdown);
    const hurry = setTimeout(() => {
      for (const live of [...this.#live.values()]) this.cancel(live.job.id, shutdown);
    }, graceMs);
    const given = new AbortController();
    const patience = delay(graceMs + LET_GO_MS, undefined, { signal: given.signal }).catch(() => undefined);
    const written = async () => {
      await this.#pqueue.onIdle();
      while (this.#writes.size > 0) await Promise.all(this.#writes);
    };
    await Promise.race([written(), patience]);
    given.abort();
    clearTimeout(hurry);
  }

  #enqueue(live: LiveJob): void {
    const { job } = live;
    this.#pqueue
      .add(() => this.#run(live), { id: job.id, person: personKey(job), priority: job.priority, signal: live.leave.signal })
      .catch((error: unknown) => {
        // Leaving the line rejects too; that has been told already.
        if (!live.leave.signal.aborted) this.#options.logger.error({ err: error, job: job.id }, "a job ended in an unforeseen way");
      });
  }

  async #run(live: LiveJob): Promise<void> {
    live.job = { ...live.job, state: "running", startedAt: this.#now() };
    const timer = setTimeout(() => live.abort.abort(new Error("time limit")), this.#options.jobSeconds * 1000);
    this.#events.emit("started", live.job);
    this.#tellMoves();
    try {
      await this.#attempts(live);
    } finally {
      clearTimeout(timer);
    }
  }

  async #attempts(live: LiveJob): Promise<void> {
    for (;;) {
      live.job = { ...live.job, attempts: live.job.attempts + 1 };
      live.progress = 0;
      const { state, attempts, startedAt } = live.job;
      await this.#update(live.job.id, { state, attempts, ...(startedAt === undefined ? {} : { startedAt }) });
      try {
        const result = await this.#attempt(live);
        // Before anybody is told, so that whoever presses a button under the result finds its picture.
        const { picture: bytes, type } = result;
        if (!live.abort.signal.aborted) await this.#write(live.job.id, (journal, id) => journal.keepResult(id, { bytes, type }));
        this.#succeed(live, result);
        return;
      } catch (error) {
        if (live.abort.signal.aborted || !retryable(error) || live.job.attempts >= ATTEMPTS) {
          this.#fail(live, error);
          return;
        }
        this.#options.logger.warn({ err: error, job: live.job.id }, "the engine failed; trying once more");
        this.#events.emit("retrying", live.job, failureOf(error));
      }
    }
  }

  async #attempt(live: LiveJob): Promise<EngineResult> {
    const { signal } = live.abort;
    signal.throwIfAborted();
    // A listener, not a race: p-queue's place is only given on when the engine has really let go of the job.
    let overdue: NodeJS.Timeout | undefined;
    const onAbort = () => {
      overdue = setTimeout(() => this.#fail(live, signal.reason), CANCEL_MS);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      const { id, recipe, params } = live.job;
      return await this.#options.engine.run(
        { job: id, recipe, params, pictures: live.pictures },
        {
          signal,
          onFrame: (frame) => {
            if (signal.aborted) return;
            live.progress = frame.progress;
            this.#events.emit("frame", live.job, frame);
          },
        },
      );
    } finally {
      clearTimeout(overdue);
      signal.removeEventListener("abort", onAbort);
    }
  }

  #succeed(live: LiveJob, result: EngineResult): void {
    // Asked to stop in the very last moment: the person's word counts.
    if (live.abort.signal.aborted) {
      this.#fail(live, live.abort.signal.reason);
      return;
    }
    const { work, pace, startedAt } = live.job;
    const finishedAt = this.#now();
    if (live.job.attempts === 1 && startedAt !== undefined) this.#options.estimator.learn(pace, work, (finishedAt - startedAt) / 1000);
    const { picture: _picture, octaves: _octaves, recipe: _recipe, type: _type, ...kept } = result;
    this.#end(live, { state: "done", result: kept }, () => this.#events.emit("done", live.job, result));
  }

  #fail(live: LiveJob, error: unknown): void {
    const { cancelled } = live;
    if (cancelled) {
      this.#end(live, { state: "cancelled" }, () => this.#events.emit("cancelled", live.job, cancelled));
      return;
    }
    const failure = live.abort.signal.aborted ? overtime(this.#options.jobSeconds) : failureOf(error);
    this.#options.logger.warn({ err: error, job: live.job.id, kind: failure.kind }, "job failed");
    this.#end(live, { state: "failed", failure }, () => this.#events.emit("failed", live.job, failure));
  }

  /** Ends a job once; later calls (an engine that answers after its job was told as cancelled) change nothing. */
  #end(live: LiveJob, change: JobChange, tell: () => void): void {
    if (!this.#live.delete(live.job.id)) return;
    this.#places.delete(live.job.id);
    const final = { ...change, finishedAt: this.#now() };
    live.job = { ...live.job, ...final };
    void this.#update(live.job.id, final);
    this.#options.logger.info({ job: live.job.id, state: live.job.state }, "job ended");
    tell();
    this.#tellMoves();
  }

  #tellMoves(): void {
    for (const standing of this.line()) {
      const { id } = standing.job;
      if (this.#places.get(id) === standing.place) continue;
      const isNew = !this.#places.has(id);
      this.#places.set(id, standing.place);
      if (!isNew && standing.place > 0) this.#events.emit("moved", standing);
    }
  }

  #update(id: string, change: JobChange): Promise<void> {
    return this.#write(id, (journal) => journal.update(id, change));
  }

  /** The journal is not worth a job: a failed write is logged, and the job goes on. */
  async #write(id: string, work: (journal: Journal, id: string) => Promise<void>): Promise<void> {
    const write = work(this.#options.journal, id).catch((error: unknown) => {
      this.#options.logger.error({ err: error, job: id }, "the journal could not be written");
    });
    this.#writes.add(write);
    await write;
    this.#writes.delete(write);
  }

  #freeId(): string {
    let id = newJobId();
    while (this.#live.has(id)) id = newJobId();
    return id;
  }
}
