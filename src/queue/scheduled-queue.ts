import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { type Job, type JobMessages, userKey } from "../domain/job.js";
import { type Engine, Suspension } from "../engine/process/engine.js";
import { MemoryBudget } from "../shared/memory-budget.js";
import { type ActiveJob, activeJob } from "./active-job.js";
import { Admission, type QueueLimits } from "./admission.js";
import { QueueEmitter } from "./emitter.js";
import type { Estimator } from "./estimator.js";
import { JobCompletion } from "./job-completion.js";
import { newJobId } from "./job-id.js";
import type { JobRepository } from "./job-repository.js";
import type { JobRequest } from "./job-request.js";
import { JobWriter } from "./job-writer.js";
import { PositionNotifier } from "./position-notifier.js";
import { positions } from "./positions.js";
import { type CancelReason, type JobQueue, QueueError, type QueueEvents, type QueuePosition } from "./queue.js";
import { recover } from "./recovery.js";
import { JobRunner } from "./runner.js";
import { Scheduler } from "./scheduler.js";

export interface ScheduledQueueOptions {
  readonly engine: Engine;
  readonly repository: JobRepository;
  readonly estimator: Estimator;
  /** Jobs that run side by side; see {@link ScheduledQueue.setConcurrency}. */
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

/** On closing, an engine that has not let go of its jobs this long after they were stopped is not waited for. */
const LET_GO_MS = 2_000;
/** What the hourly caps look back on. */
const HOUR_MS = 3_600_000;
const PAUSED = "The queue is paused for maintenance; nothing that waits is lost, and it goes on by itself afterwards.";

/** The queue, whichever engine it has: jobs start in turn, fairly between people, and the repository keeps them. */
export class ScheduledQueue implements JobQueue {
  readonly #options: ScheduledQueueOptions;
  readonly #now: () => number;
  /** Jobs that wait or run, by id. */
  readonly #active = new Map<string, ActiveJob>();
  readonly #events: QueueEmitter;
  readonly #admission: Admission;
  readonly #writer: JobWriter;
  readonly #positions: PositionNotifier;
  readonly #completion: JobCompletion;
  readonly #scheduler: Scheduler;
  #paused = false;
  #refusing = false;
  #closing = false;

  constructor(options: ScheduledQueueOptions) {
    this.#options = options;
    const {
      concurrency,
      elsewhere = false,
      engine,
      estimator,
      repository,
      jobSeconds,
      limits,
      logger,
      now = Date.now,
    } = options;
    const active = this.#active;
    this.#now = now;
    const events = new QueueEmitter(logger);
    const writer = new JobWriter(repository, logger);
    const positions = new PositionNotifier(
      () => this.positions(),
      (position) => events.emit("moved", position),
    );
    const common = { events, writer, positions, logger, now };
    const completion = new JobCompletion({ ...common, active, estimator, jobSeconds, elsewhere });
    // Other machines' memory is theirs.
    const memory = elsewhere ? new MemoryBudget(undefined) : (engine.memory ?? new MemoryBudget(limits.megabytes));
    const runs = new JobRunner({
      ...common,
      engine,
      repository,
      completion,
      memory,
      jobSeconds: elsewhere ? undefined : jobSeconds,
    });
    this.#admission = new Admission(limits, now);
    this.#scheduler = new Scheduler({
      slots: concurrency,
      mayStart: (id) => memory.fits(active.get(id)?.job.megabytes),
      run: (one, how) => runs.run(one, how),
      logger,
    });
    [this.#events, this.#writer, this.#positions, this.#completion] = [events, writer, positions, completion];
  }

  /** Jobs that run side by side from now on. With fewer than run now, the next one begins when enough of them have ended; with 0, none does. */
  setConcurrency(slots: number): void {
    if (slots === this.#scheduler.slots) return;
    this.#scheduler.setSlots(slots);
    this.#positions.tell();
  }

  /** What the largest job may take from now on, in megabytes: one that takes more is refused. Undefined sets no bound. */
  setLargest(megabytes: number | undefined): void {
    this.#admission.largest = megabytes;
  }

  async submit(request: JobRequest, accepted?: (job: Job) => void): Promise<Job> {
    if (this.#closing) throw new QueueError("closing", "queue.closing");
    if (this.#refusing) throw new QueueError("draining", "queue.draining");
    const user = userKey(request);
    const undo = this.#admission.admit(
      request,
      [...this.#active.values()].map((active) => active.job),
    );
    const { pictures, priority, caps: _caps, memory, ...rest } = request;
    const job: Job = {
      ...rest,
      id: rest.id ?? this.#freeId(),
      priority: priority ?? 0,
      ...(memory && { megabytes: memory.megabytes }),
      pictures: Object.keys(pictures),
      state: "waiting",
      attempts: 0,
      createdAt: this.#now(),
      messages: { frames: [] },
    };
    const active = activeJob(job);
    // Counted before the repository has answered, so that many requests at once cannot pass the bounds together.
    this.#active.set(job.id, active);
    try {
      await this.#options.repository.add(job, pictures);
    } catch (error) {
      this.#active.delete(job.id);
      undo();
      throw error;
    }
    void this.#writer.settle();
    this.#options.logger.info({ job: job.id, recipe: job.recipe, person: user }, "job accepted");
    accepted?.(job);
    this.#events.emit("accepted", job);
    // It came in as the doors closed: it is in the repository, and goes on at the next start.
    if (this.#closing) await this.#completion.suspend(active);
    else this.#scheduler.enqueue(active);
    this.#positions.tell();
    return active.job;
  }

  /** Counts in the jobs of the last hour that were accepted before the program started. Called once, before the queue takes jobs. */
  async remember(): Promise<void> {
    this.#admission.remember(await this.#options.repository.since(this.#now() - HOUR_MS));
  }

  async recover(taken: (job: Job) => void): Promise<number> {
    const { elsewhere = false, repository, logger } = this.#options;
    const parts = {
      active: this.#active,
      writer: this.#writer,
      completion: this.#completion,
      events: this.#events,
      scheduler: this.#scheduler,
    };
    const count = await recover({ ...parts, repository, elsewhere, logger }, taken);
    this.#positions.tell();
    return count;
  }

  async markNotified(id: string): Promise<void> {
    await this.#writer.update(id, { unnotified: false });
  }

  cancel(id: string, reason: CancelReason): boolean {
    const active = this.#active.get(id);
    if (
      !active ||
      active.cancelled ||
      active.suspending ||
      (active.job.state !== "waiting" && active.job.state !== "running")
    )
      return false;
    active.cancelled = reason;
    if (active.job.state === "waiting") {
      active.leave.abort();
      void this.#completion.cancelled(active, reason);
    } else {
      active.abort.abort(new Error("The job was cancelled."));
    }
    return true;
  }

  positions(): readonly QueuePosition[] {
    return positions({
      running: [...this.#active.values()].filter((active) => active.job.state === "running"),
      waiting: this.#scheduler.order().flatMap((id) => this.#active.get(id) ?? []),
      // Nobody knows when the first worker comes; times are as if there were one.
      concurrency: Math.max(1, this.#scheduler.slots),
      estimator: this.#options.estimator,
      now: this.#now(),
    });
  }

  position(id: string): QueuePosition | undefined {
    return this.positions().find((position) => position.job.id === id);
  }

  async keepMessages(id: string, messages: JobMessages): Promise<void> {
    const active = this.#active.get(id);
    if (active) active.job = { ...active.job, messages };
    await this.#writer.update(id, { messages });
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
    this.#scheduler.hold(this.paused);
    this.announcementChanged();
  }

  unpause(): void {
    this.#paused = false;
    this.#refusing = false;
    this.#scheduler.hold(this.paused);
    this.announcementChanged();
  }

  /** Whoever waits is told anew what there is to know. */
  announcementChanged(): void {
    this.#positions.tellAnew();
  }

  get paused(): boolean {
    return this.#paused || this.#closing;
  }

  get refusing(): boolean {
    return this.#refusing || this.#closing;
  }

  announcement(): string | undefined {
    return this.#paused ? PAUSED : undefined;
  }

  async drain(): Promise<void> {
    await this.#scheduler.idle();
    await this.#writer.idle();
  }

  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    this.#scheduler.hold(true);
    for (const active of [...this.#active.values()]) {
      // One whose way into the repository has not ended is suspended when it has.
      if (active.job.state === "waiting" && active.queued) void this.#completion.suspend(active);
    }
    const hurry = setTimeout(() => {
      for (const active of this.#active.values()) {
        if (active.job.state !== "running" || active.cancelled) continue;
        active.suspending = true;
        active.abort.abort(new Suspension("The program stops."));
      }
    }, graceMs);
    const given = new AbortController();
    const patience = delay(graceMs + LET_GO_MS, undefined, { signal: given.signal }).catch(() => undefined);
    await Promise.race([this.drain(), patience]);
    given.abort();
    clearTimeout(hurry);
    await this.#writer.settle();
  }

  #freeId(): string {
    let id = newJobId();
    while (this.#active.has(id)) id = newJobId();
    return id;
  }
}
