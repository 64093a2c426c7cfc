import { setTimeout as delay } from "node:timers/promises";
import PQueue from "p-queue";
import type { Logger } from "pino";
import { type Checkpoint, type Engine, type EngineResult, Suspension } from "../engine/process/engine.js";
import { Admission, type QueueLimits } from "./admission.js";
import { Arrears } from "./arrears.js";
import { QueueEmitter } from "./emitter.js";
import type { Estimator } from "./estimator.js";
import { failureOf, lost, MOVED, overtime, retryable, stuck } from "./failures.js";
import { FairLine, type FairOptions } from "./fair-line.js";
import { type Job, type JobChange, type JobFailure, type JobMessages, type JobRequest, personKey } from "./job.js";
import { newJobId } from "./job-id.js";
import type { Journal } from "./journal.js";
import { type CancelReason, type JobQueue, QueueError, type QueueEvents, type Standing } from "./queue.js";
import { standings } from "./standings.js";

export interface LocalQueueOptions {
  readonly engine: Engine;
  readonly journal: Journal;
  readonly estimator: Estimator;
  /** Jobs that run side by side; see {@link LocalQueue.setConcurrency}. */
  readonly concurrency: number;
  readonly limits: QueueLimits;
  /** A job that runs longer than this is ended; an engine elsewhere sees to it itself. */
  readonly jobSeconds: number;
  /** The engine is on other machines and outlives this process: closing leaves its jobs running, and the next start joins them at once. */
  readonly elsewhere?: boolean;
  readonly logger: Logger;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: () => number;
}

/** A job that waits or runs. Its pictures are in the journal until it runs: a long line would fill the memory. */
interface LiveJob {
  job: Job;
  /** Takes the job out of p-queue's line. Not used once it runs: p-queue would give its place away before the engine has let go. */
  readonly leave: AbortController;
  readonly abort: AbortController;
  progress: number;
  cancelled?: CancelReason;
  /** The program stops: it goes on at the next start. */
  suspending?: boolean;
  checkpoint?: Checkpoint | undefined;
  /** Its checkpoint is being written, and perhaps a newer one is to follow. */
  keeping?: Promise<void>;
  /** How often the engine has failed since the job last got ahead. */
  crashes: number;
  /** Its estimated memory in megabytes, where one is known. */
  readonly megabytes?: number | undefined;
  /** It is in the line, or has been. */
  queued?: boolean;
}

/** The engine may crash this often without the job getting ahead in between. */
const CRASHES = 2;
/** A job may be begun this often without getting ahead, by this process and earlier ones: one of them may have died of it. */
const BEGINNINGS = 5;
/** A cancelled job is told as ended after this time even if the engine has not answered yet. */
const CANCEL_MS = 900;
/** On closing, an engine that has not let go of its jobs this long after they were stopped is not waited for. */
const LET_GO_MS = 2_000;
/** What the hourly caps look back on. */
const HOUR_MS = 3_600_000;
const PAUSED = "The queue is paused for maintenance; nothing that waits is lost, and it goes on by itself afterwards.";
const DRAINING = "Dreamloom is being prepared for maintenance and takes nothing new just now. Please try again in a while.";
const CLOSING = "Dreamloom is just shutting down. Please try again in a minute.";

/** The queue of one machine: p-queue starts the jobs, fairly between people, and the journal keeps them. */
export class LocalQueue implements JobQueue {
  readonly #options: LocalQueueOptions;
  readonly #now: () => number;
  readonly #events: QueueEmitter;
  readonly #admission: Admission;
  readonly #arrears: Arrears;
  readonly #line: FairLine;
  readonly #pqueue: PQueue<FairLine, FairOptions>;
  readonly #live = new Map<string, LiveJob>();
  readonly #places = new Map<string, number>();
  /** Writes to the journal that have not ended. */
  readonly #writes = new Set<Promise<void>>();
  /** Jobs that were joined while they ran elsewhere; they have slots without having waited for them. */
  readonly #joined = new Set<Promise<void>>();
  #slots: number;
  /** Megabytes of the jobs that the engine has, told as ended or not. */
  #taken = 0;
  #runs = 0;
  #paused = false;
  #refusing = false;
  #closing = false;
  #telling: NodeJS.Immediate | undefined;

  constructor(options: LocalQueueOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#events = new QueueEmitter(options.logger);
    this.#admission = new Admission(options.limits, this.#now);
    this.#arrears = new Arrears(options.journal, options.logger);
    const line = new FairLine((id) => this.#fits(this.#live.get(id)));
    this.#line = line;
    // p-queue makes its line itself; this class hands it ours, so that we can ask it for the order.
    const queueClass = function sharedLine() {
      return line;
    } as unknown as new () => FairLine;
    this.#slots = options.concurrency;
    this.#pqueue = new PQueue<FairLine, FairOptions>({ concurrency: Math.max(1, options.concurrency), queueClass });
    // p-queue starts one job for each that ends; where a large one has ended, several small ones may fit.
    this.#pqueue.on("next", () => this.#regulate());
    this.#regulate();
  }

  /** Jobs that run side by side from now on. With fewer than run now, the next one begins when enough of them have ended; with 0, none does. */
  setConcurrency(slots: number): void {
    if (slots === this.#slots) return;
    this.#slots = slots;
    this.#regulate();
    this.#tellMoves();
  }

  async submit(request: JobRequest, accepted?: (job: Job) => void): Promise<Job> {
    if (this.#closing) throw new QueueError("closing", CLOSING);
    if (this.#refusing) throw new QueueError("draining", DRAINING);
    const person = personKey(request);
    const undo = this.#admission.admit(
      request,
      [...this.#live.values()].map((live) => live.job),
    );
    const { pictures, priority, caps: _caps, memory, ...rest } = request;
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
    const live = liveJob(job, memory?.megabytes);
    // Counted before the journal has answered, so that many requests at once cannot pass the bounds together.
    this.#live.set(job.id, live);
    try {
      await this.#options.journal.add(job, pictures);
    } catch (error) {
      this.#live.delete(job.id);
      undo();
      throw error;
    }
    void this.#arrears.settle();
    this.#options.logger.info({ job: job.id, recipe: job.recipe, person }, "job accepted");
    accepted?.(job);
    this.#events.emit("accepted", job);
    // It came in as the doors closed: it is in the journal, and goes on at the next start.
    if (this.#closing) await this.#suspend(live);
    else this.#enqueue(live);
    this.#tellMoves();
    return live.job;
  }

  /** Counts in the jobs of the last hour that were accepted before the program started. Called once, before the queue takes jobs. */
  async remember(): Promise<void> {
    this.#admission.remember(await this.#options.journal.since(this.#now() - HOUR_MS));
  }

  async recover(taken: (job: Job) => void): Promise<number> {
    const { journal, logger } = this.#options;
    const owed = await journal.owed();
    const unfinished = (await journal.unfinished()).filter(({ id }) => !this.#live.has(id));
    for (const job of owed) {
      taken(job);
      await this.#tellAgain(job);
    }
    const lives = unfinished.map((job) => ({ wasRunning: job.state === "running", live: liveJob({ ...job, state: "waiting" }) }));
    // All of them are there before the first one starts, so that everybody's place is known.
    for (const { live } of lives) this.#live.set(live.job.id, live);
    // Those that were running had their turn.
    for (const { live, wasRunning } of [...lives.filter((one) => one.wasRunning), ...lives.filter((one) => !one.wasRunning)]) {
      taken(live.job);
      if (live.job.attempts >= BEGINNINGS) {
        logger.error({ job: live.job.id, attempts: live.job.attempts }, "a job was begun too often without getting ahead");
        void this.#endFailed(live, stuck(live.job.attempts));
        continue;
      }
      this.#events.emit("resumed", live.job);
      if (wasRunning && this.#options.elsewhere) this.#join(live);
      else this.#enqueue(live);
    }
    this.#tellMoves();
    const count = owed.length + lives.length;
    if (count > 0) logger.info({ resumed: lives.map(({ live }) => live.job.id), untold: owed.map(({ id }) => id) }, "jobs taken up again");
    return count;
  }

  async told(id: string): Promise<void> {
    await this.#update(id, { owed: false });
  }

  cancel(id: string, reason: CancelReason): boolean {
    const live = this.#live.get(id);
    if (!live || live.cancelled || live.suspending || (live.job.state !== "waiting" && live.job.state !== "running")) return false;
    live.cancelled = reason;
    if (live.job.state === "waiting") {
      live.leave.abort();
      void this.#endCancelled(live, reason);
    } else {
      live.abort.abort(new Error("The job was cancelled."));
    }
    return true;
  }

  line(): readonly Standing[] {
    return standings({
      running: [...this.#live.values()].filter((live) => live.job.state === "running"),
      waiting: this.#line.order().flatMap((id) => this.#live.get(id) ?? []),
      // Nobody knows when the first worker comes; times are as if there were one.
      concurrency: Math.max(1, this.#slots),
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

  pause({ refusing = false }: { readonly refusing?: boolean } = {}): void {
    this.#paused = true;
    this.#refusing = refusing;
    this.#regulate();
  }

  unpause(): void {
    this.#paused = false;
    this.#refusing = false;
    this.#regulate();
  }

  get refusing(): boolean {
    return this.#refusing || this.#closing;
  }

  get paused(): boolean {
    return this.#paused || this.#closing;
  }

  notice(): string | undefined {
    return this.#paused ? PAUSED : undefined;
  }

  async drain(): Promise<void> {
    await this.#pqueue.onPendingZero();
    while (this.#joined.size > 0) await Promise.all(this.#joined);
    while (this.#writes.size > 0) await Promise.all(this.#writes);
  }

  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    this.#regulate();
    for (const live of [...this.#live.values()]) {
      // One whose way into the journal has not ended is suspended when it has.
      if (live.job.state === "waiting" && live.queued) void this.#suspend(live);
    }
    const hurry = setTimeout(() => {
      for (const live of this.#live.values()) {
        if (live.job.state !== "running" || live.cancelled) continue;
        live.suspending = true;
        live.abort.abort(new Suspension("The program stops."));
      }
    }, graceMs);
    const given = new AbortController();
    const patience = delay(graceMs + LET_GO_MS, undefined, { signal: given.signal }).catch(() => undefined);
    await Promise.race([this.drain(), patience]);
    given.abort();
    clearTimeout(hurry);
    await this.#arrears.settle();
  }

  /** Lets p-queue start as many as there are slots that nobody has. */
  #regulate(): void {
    const free = this.#slots - this.#joined.size;
    const open = free > 0 && !this.#paused && !this.#closing;
    if (!open) this.#pqueue.pause();
    this.#pqueue.concurrency = Math.max(1, free);
    if (open) this.#pqueue.start();
  }

  /** Goes on with a job that runs elsewhere, or has ended there meanwhile. */
  #join(live: LiveJob): void {
    const run = this.#run(live, { begun: true }).catch((error: unknown) => {
      this.#options.logger.error({ err: error, job: live.job.id }, "a job ended in an unforeseen way");
    });
    this.#joined.add(run);
    this.#regulate();
    void run.then(() => {
      this.#joined.delete(run);
      this.#regulate();
    });
  }

  #enqueue(live: LiveJob): void {
    const { job } = live;
    live.queued = true;
    this.#pqueue
      .add(() => this.#run(live), { id: job.id, person: personKey(job), priority: job.priority, signal: live.leave.signal })
      .catch((error: unknown) => {
        // Leaving the line rejects too; that has been told already.
        if (!live.leave.signal.aborted) this.#options.logger.error({ err: error, job: job.id }, "a job ended in an unforeseen way");
      });
  }

  /**
   * Whether a job's memory is there now. One of which nothing is known (it was taken up again after a start) may be as large as any, so it
   * has the machine for itself; and alone every job may run, whatever is thought of it.
   */
  #fits(live: LiveJob | undefined): boolean {
    const room = this.#options.limits.megabytes;
    if (room === undefined || this.#options.elsewhere || this.#runs === 0) return true;
    return this.#taken + (live?.megabytes ?? room) <= room;
  }

  async #run(live: LiveJob, { begun = false }: { readonly begun?: boolean } = {}): Promise<void> {
    const { elsewhere, jobSeconds, limits } = this.#options;
    const megabytes = live.megabytes ?? limits.megabytes ?? 0;
    // Until the engine has let go of it, which may be later than its end is told.
    this.#taken += megabytes;
    this.#runs++;
    const startedAt = (begun ? live.job.startedAt : undefined) ?? this.#now();
    live.job = { ...live.job, state: "running", startedAt };
    const timer = elsewhere ? undefined : setTimeout(() => live.abort.abort(new Error("time limit")), jobSeconds * 1000);
    this.#events.emit("started", live.job);
    this.#tellMoves();
    try {
      await this.#attempts(live, begun);
    } finally {
      clearTimeout(timer);
      this.#taken -= megabytes;
      this.#runs--;
    }
  }

  /** @param begun an earlier process has begun the first of them */
  async #attempts(live: LiveJob, begun: boolean): Promise<void> {
    const { journal } = this.#options;
    let joins = begun;
    let whole = !begun;
    for (;;) {
      if (!joins) live.job = { ...live.job, attempts: live.job.attempts + 1 };
      live.progress = 0;
      const { state, attempts, startedAt } = live.job;
      await this.#update(live.job.id, { state, attempts, ...(startedAt === undefined ? {} : { startedAt }) });
      try {
        const pictures = await journal.pictures(live.job.id);
        if (!pictures) {
          return await this.#endFailed(live, lost("The picture that this was to be made from is no longer there. Please send it again."));
        }
        live.checkpoint ??= await journal.checkpoint(live.job.id);
        if (live.checkpoint) whole = false;
        const result = await this.#attempt(live, pictures, joins);
        // Before anybody is told, so that whoever presses a button under the result finds its picture.
        const { picture: bytes, type } = result;
        if (!live.abort.signal.aborted) await this.#write(live.job.id, (id) => this.#arrears.keepResult(id, { bytes, type }));
        return await this.#succeed(live, result, whole);
      } catch (error) {
        [whole, joins] = [false, false];
        if (live.abort.signal.aborted || !retryable(error) || ++live.crashes >= CRASHES || live.job.attempts >= BEGINNINGS) {
          return await this.#fail(live, error);
        }
        this.#options.logger.warn({ err: error, job: live.job.id }, "the engine failed; trying once more");
        this.#events.emit("retrying", live.job, failureOf(error));
      }
    }
  }

  async #attempt(live: LiveJob, pictures: Readonly<Record<string, Uint8Array>>, begun: boolean): Promise<EngineResult> {
    const { signal } = live.abort;
    signal.throwIfAborted();
    // A listener, not a race: p-queue's place is only given on when the engine has really let go of the job.
    let overdue: NodeJS.Timeout | undefined;
    const onAbort = () => {
      overdue = setTimeout(() => void this.#fail(live, signal.reason), CANCEL_MS);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      const { id, recipe, params } = live.job;
      return await this.#options.engine.run(
        { job: id, recipe, params, pictures, ...(live.checkpoint && { resume: live.checkpoint }) },
        {
          ...{ signal, begun },
          onMoved: () => this.#events.emit("retrying", live.job, MOVED),
          onFrame: ({ checkpoint, ...frame }) => {
            if (signal.aborted) return;
            if (checkpoint) this.#keepCheckpoint(live, checkpoint);
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

  /** Keeps where the job has got to: one write at a time, and what a newer one has overtaken is never written. */
  #keepCheckpoint(live: LiveJob, checkpoint: Checkpoint): void {
    live.checkpoint = checkpoint;
    live.crashes = 0;
    const ahead = live.job.attempts > 1;
    live.job = { ...live.job, attempts: 1 };
    if (ahead) void this.#update(live.job.id, { attempts: 1 });
    live.keeping ??= (async () => {
      let kept: Checkpoint | undefined;
      while (live.checkpoint && live.checkpoint !== kept && live.job.finishedAt === undefined) {
        const newest = live.checkpoint;
        await this.#write(live.job.id, (id) => this.#options.journal.keepCheckpoint(id, newest));
        kept = newest;
      }
      delete live.keeping;
    })();
  }

  #succeed(live: LiveJob, result: EngineResult, whole: boolean): Promise<void> {
    // Asked to stop in the very last moment: the person's word counts.
    if (live.abort.signal.aborted) return this.#fail(live, live.abort.signal.reason);
    const { work, pace, startedAt } = live.job;
    const finishedAt = this.#now();
    if (whole && startedAt !== undefined) this.#options.estimator.learn(pace, work, (finishedAt - startedAt) / 1000);
    const { picture: _picture, octaves: _octaves, recipe: _recipe, type: _type, ...kept } = result;
    return this.#end(live, { state: "done", result: kept }, () => this.#events.emit("done", live.job, result));
  }

  #fail(live: LiveJob, error: unknown): Promise<void> {
    const { cancelled } = live;
    if (cancelled) return this.#endCancelled(live, cancelled);
    if (live.suspending) return this.#suspend(live);
    const failure = live.abort.signal.aborted ? overtime(this.#options.jobSeconds) : failureOf(error);
    this.#options.logger.warn({ err: error, job: live.job.id, kind: failure.kind }, "job failed");
    return this.#endFailed(live, failure);
  }

  #endCancelled(live: LiveJob, reason: CancelReason): Promise<void> {
    // The name is for the next start, should this one not live to tell.
    const failure: JobFailure = { kind: "cancelled", message: reason.name };
    return this.#end(live, { state: "cancelled", failure }, () => this.#events.emit("cancelled", live.job, reason));
  }

  #endFailed(live: LiveJob, failure: JobFailure): Promise<void> {
    return this.#end(live, { state: "failed", failure }, () => this.#events.emit("failed", live.job, failure));
  }

  /**
   * Ends a job once; later calls (an engine that answers after its job was told as cancelled) change nothing. The journal knows before
   * anybody is told: a job that people have seen end never runs again.
   */
  #end(live: LiveJob, change: JobChange, tell: () => void): Promise<void> {
    if (!this.#live.delete(live.job.id)) return Promise.resolve();
    this.#places.delete(live.job.id);
    const final = { ...change, finishedAt: this.#now(), owed: true };
    live.job = { ...live.job, ...final };
    this.#options.logger.info({ job: live.job.id, state: live.job.state }, "job ended");
    const told = this.#update(live.job.id, final).then(() => {
      tell();
      this.#tellMoves();
      this.#writes.delete(told);
    });
    this.#writes.add(told);
    return told;
  }

  /** Lays a job down until the next start. */
  #suspend(live: LiveJob): Promise<void> {
    if (!this.#live.delete(live.job.id)) return Promise.resolve();
    this.#places.delete(live.job.id);
    const wasRunning = live.job.state === "running";
    const goesOn = wasRunning && this.#options.elsewhere === true;
    // Stopping is not the job's fault.
    const attempts = wasRunning && !goesOn ? Math.max(0, live.job.attempts - 1) : live.job.attempts;
    const state = goesOn ? "running" : "waiting";
    live.job = { ...live.job, state, attempts };
    this.#options.logger.info({ job: live.job.id }, goesOn ? "job left to its worker" : "job suspended");
    const suspended = Promise.all([live.keeping, this.#update(live.job.id, { state, attempts })]).then(() => {
      this.#events.emit("suspended", live.job);
      this.#writes.delete(suspended);
    });
    this.#writes.add(suspended);
    return suspended;
  }

  /** Tells how a job of an earlier process has ended. */
  async #tellAgain(job: Job): Promise<void> {
    if (job.state === "failed" && job.failure) this.#events.emit("failed", job, job.failure);
    else if (job.state === "cancelled")
      this.#events.emit("cancelled", job, { by: "person", name: job.failure?.message ?? job.author.name });
    else if (job.state === "done" && job.result) {
      const picture = await this.#options.journal.result(job.id);
      if (picture) {
        const result = { ...job.result, picture: picture.bytes, type: picture.type, recipe: job.recipe, octaves: [] };
        this.#events.emit("done", job, result);
        return;
      }
      const failure = lost("This was made, but its picture was lost before it could be shown. Please make it again.");
      const failed: Job = { ...job, state: "failed", failure };
      await this.#update(job.id, { state: "failed", failure });
      this.#events.emit("failed", failed, failure);
    }
  }

  /** Once for all that happens in one turn of the event loop: reckoning the whole line takes a while when it is long. */
  #tellMoves(): void {
    this.#telling ??= setImmediate(() => {
      this.#telling = undefined;
      this.#tellMovesNow();
    });
  }

  #tellMovesNow(): void {
    for (const standing of this.line()) {
      const { id } = standing.job;
      if (this.#places.get(id) === standing.place) continue;
      const isNew = !this.#places.has(id);
      this.#places.set(id, standing.place);
      if (!isNew && standing.place > 0) this.#events.emit("moved", standing);
    }
  }

  #update(id: string, change: JobChange): Promise<void> {
    return this.#write(id, () => this.#arrears.update(id, change));
  }

  /** The journal is not worth a job: a failed write is logged, and the job goes on. */
  async #write(id: string, work: (id: string) => Promise<void>): Promise<void> {
    const write = work(id).catch((error: unknown) => {
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

function liveJob(job: Job, megabytes?: number): LiveJob {
  return { job, megabytes, leave: new AbortController(), abort: new AbortController(), progress: 0, crashes: 0 };
}
