import type { Logger } from "pino";
import { type Job, type JobMessages, newJobId, userKey } from "../domain/model.js";
import { type Engine, Suspension } from "../engine/process/engine.js";
import { withTimeout } from "../shared/async.js";
import { defined } from "../shared/defined.js";
import { MemoryBudget } from "../shared/memory-budget.js";
import { sentence } from "../shared/sentences/sentence.js";
import type { Seen } from "../shared/sighting.js";
import { HOUR_MS } from "../shared/time.js";
import { Admission, type QueueLimits } from "./admission.js";
import { Classifier } from "./classifier.js";
import type { QueueContext } from "./context.js";
import type { Estimator } from "./estimator.js";
import { JobCompletion } from "./job-completion.js";
import type { JobRepository } from "./job-repository.js";
import type { JobRequest } from "./job-request.js";
import { activeJob, QueueEmitter } from "./job-states.js";
import { type FilterSettings, PictureFilter, type Verdict } from "./picture-filter.js";
import { PositionNotifier, positions, secondsLeft } from "./positions.js";
import {
  type CancelReason,
  type ClassifyRequest,
  type JobEnding,
  type JobQueue,
  QueueError,
  type QueueEvents,
  type QueuePosition,
} from "./queue.js";
import { recover, untold } from "./recovery.js";
import { JobRunner } from "./runner.js";
import { Scheduler } from "./scheduler.js";
import { JobWriter } from "./write-buffer.js";

export interface ScheduledQueueOptions {
  readonly engine: Engine;
  readonly repository: JobRepository;
  readonly estimator: Estimator;
  /** Jobs that run side by side; see {@link ScheduledQueue.setConcurrency}. */
  readonly concurrency: number;
  readonly limits: QueueLimits;
  /** The longest a job may run; an engine elsewhere sees to it itself. */
  readonly jobSeconds: number;
  /**
   * The engine is on other machines and outlives this process: closing leaves its jobs running, and the next start
   * joins them at once.
   */
  readonly elsewhere?: boolean;
  /** What no one is to see here; nothing is filtered unless given. */
  readonly filter?: FilterSettings | undefined;
  readonly logger: Logger;
  /** The clock, in milliseconds since the epoch. */
  readonly now?: (() => number) | undefined;
}

/** How long closing waits for an engine to release jobs that were stopped. */
const RELEASE_MS = 2_000;
/** Jobs of before that say how long jobs take. */
const REMEMBERED = 200;

/** Pictures that wait for the filter; more are not let in. */
const MOST_JUDGED = 100;
/** Of a moving picture. */
const JUDGED_FRAMES = 12;
/** More than any network has. */
const ALL_LABELS = 10_000;

/** The queue, whichever engine it has: jobs start in turn, fairly between communities and users. */
export class ScheduledQueue implements JobQueue {
  readonly #context: QueueContext;
  readonly #estimator: Estimator;
  readonly #admission: Admission;
  readonly #completion: JobCompletion;
  readonly #scheduler: Scheduler;
  readonly #classifier: Classifier;
  /** Asks for the filter, which has a line of its own: people's questions do not take its places. */
  readonly #filtering: Classifier;
  readonly #filter: PictureFilter | undefined;
  #paused = false;
  #refusing = false;
  #closing = false;

  constructor(options: ScheduledQueueOptions) {
    const { concurrency, elsewhere = false, engine, estimator, repository, jobSeconds, limits, logger } = options;
    const { now = Date.now } = options;
    const events = new QueueEmitter(logger);
    const notifier = new PositionNotifier(
      () => this.positions(),
      (position) => events.emit("moved", position),
    );
    const context: QueueContext = {
      active: new Map(),
      repository,
      writer: new JobWriter(repository, logger),
      events,
      positions: notifier,
      jobSeconds,
      elsewhere,
      logger,
      now,
    };
    this.#context = context;
    this.#estimator = estimator;
    const completion = new JobCompletion(context, estimator);
    // Other machines' memory is theirs.
    const memory = elsewhere ? new MemoryBudget(undefined) : (engine.memory ?? new MemoryBudget(limits.megabytes));
    const answered = () => this.#scheduler.lookAgain();
    this.#classifier = new Classifier({ engine, answered });
    this.#filtering = new Classifier({ engine, answered }, { most: MOST_JUDGED, mostEach: MOST_JUDGED });
    const { filter } = options;
    this.#filter = filter && this.#filterBy(filter, logger);
    const results = filter?.results === true ? this.#filter : undefined;
    const runner = new JobRunner(context, { engine, completion, memory, filter: results });
    this.#admission = new Admission(limits, now);
    this.#completion = completion;
    this.#scheduler = new Scheduler({
      slots: concurrency,
      mayStart: (id) => memory.fits(context.active.get(id)?.job.megabytes),
      run: (active, how) => runner.run(active, how),
      logger,
    });
  }

  #filterBy(settings: FilterSettings, logger: Logger): PictureFilter {
    const { network } = settings;
    const asked = { network, person: "filter", frames: JUDGED_FRAMES, labels: ALL_LABELS };
    const see = async (picture: Uint8Array) => {
      await this.answerable();
      return this.#filtering.classify({ ...asked, picture });
    };
    return new PictureFilter({ settings, see, logger });
  }

  /** @throws QueueError where it is known that the engine cannot be asked now */
  protected async answerable(): Promise<void> {}

  async judge(picture: Uint8Array): Promise<Verdict> {
    return this.#filter?.judge(picture) ?? { kind: "fine" };
  }

  /**
   * Jobs that run side by side from now on. With fewer than run now, the next one begins when enough of them have
   * ended; with 0, none does.
   */
  setConcurrency(slots: number): void {
    if (slots === this.#scheduler.slots) return;
    this.#scheduler.setSlots(slots);
    this.#context.positions.tell();
  }

  /** Megabytes that the largest job may take from now on: one that takes more is refused. Undefined sets no bound. */
  setLargest(megabytes: number | undefined): void {
    this.#admission.largest = megabytes;
  }

  async submit(request: JobRequest, accepted?: (job: Job) => void): Promise<Job> {
    if (this.#closing) throw new QueueError("closing", "queue.closing");
    if (this.#refusing) throw new QueueError("draining", "queue.draining");
    const { active: known, events, logger, now, positions, repository, writer } = this.#context;
    const open = [...known.values()].map(({ job: { channel, author, state }, address }) => {
      return { channel, author, state, address };
    });
    const undo = this.#admission.admit(request, open);
    const { pictures, caps: _caps, memory, address, ...rest } = request;
    const job: Job = {
      priority: 0,
      ...rest,
      id: rest.id ?? this.#freeId(),
      ...(memory && { megabytes: memory.megabytes }),
      pictures: Object.keys(pictures),
      state: "waiting",
      attempts: 0,
      createdAt: now(),
      messages: { frames: [] },
    };
    const active = activeJob(job, address);
    // Counted before the repository has answered, so that many requests at once cannot pass the bounds together.
    known.set(job.id, active);
    try {
      await repository.add({ ...job, ...defined({ address }) }, pictures);
    } catch (error) {
      known.delete(job.id);
      undo();
      throw error;
    }
    void writer.settle();
    logger.info({ job: job.id, recipe: job.recipe, person: userKey(job) }, "job accepted");
    accepted?.(job);
    events.emit("accepted", job);
    // Closing has begun meanwhile: the job is in the repository, and resumes at the next start.
    if (this.#closing) await this.#completion.suspend(active);
    else this.#scheduler.enqueue(active);
    positions.tell();
    return active.job;
  }

  async classify(request: ClassifyRequest): Promise<readonly Seen[]> {
    if (this.#closing) throw new QueueError("closing", "queue.closing");
    if (this.#paused) throw new QueueError("draining", "queue.draining");
    await this.answerable();
    return this.#classifier.classify(request);
  }

  /**
   * Counts in the jobs of the last hour, and learns from the last ones how long jobs take. Called once, before the
   * queue takes jobs.
   */
  async remember(): Promise<void> {
    const { now, repository } = this.#context;
    this.#admission.remember(await repository.since(now() - HOUR_MS));
    for (const { costKey, cost, startedAt, finishedAt, attempts, result } of [
      ...(await repository.lastDone(REMEMBERED)),
    ].reverse()) {
      // One that was interrupted took longer.
      if (attempts > 1 || startedAt === undefined || finishedAt === undefined || !result) continue;
      this.#estimator.learn(costKey, cost, (finishedAt - startedAt) / 1000, result.runtime);
    }
  }

  async recover(taken: (job: Job) => void): Promise<number> {
    const parts = { completion: this.#completion, scheduler: this.#scheduler };
    const count = await recover(this.#context, parts, taken);
    this.#context.positions.tell();
    return count;
  }

  async markNotified(id: string): Promise<void> {
    const { repository, writer } = this.#context;
    const done = (await repository.get(id))?.result;
    // What was taught is kept as a look, and goes when that goes: it is not kept a second time with its job.
    if (done?.taught === undefined) return writer.update(id, { unnotified: false });
    const { taught: _kept, ...result } = done;
    await writer.update(id, { unnotified: false, result });
  }

  untold(id: string): Promise<JobEnding | "unwritten" | undefined> {
    return untold(id, this.#context);
  }

  cancel(id: string, reason: CancelReason): boolean {
    const active = this.#context.active.get(id);
    if (!active || active.cancelled || active.suspending) return false;
    active.cancelled = reason;
    if (active.job.state === "waiting") {
      active.leave.abort();
      void this.#completion.cancelled(active, reason);
    } else {
      active.abort.abort();
    }
    return true;
  }

  counts(of: Pick<Job, "channel" | "author">): ReturnType<JobQueue["counts"]> {
    const open = [...this.#context.active.values()].map(({ job }) => job);
    return this.#admission.counts(of, open);
  }

  positions(): readonly QueuePosition[] {
    const { active, now } = this.#context;
    return positions({
      running: [...active.values()].filter(({ job }) => job.state === "running"),
      waiting: this.#scheduler.order().flatMap((id) => active.get(id) ?? []),
      // When the first worker comes is unknown; times are as if there were one.
      concurrency: Math.max(1, this.#scheduler.slots),
      estimator: this.#estimator,
      now: now(),
    });
  }

  /**
   * Of a waiting job it costs what it takes to put all in order and to time them: 2 ms of the processor with 1,000 jobs
   * that wait, 1 ms with the 200 that the settings let wait at most (`bench/queue.ts`). A tree of places would make it
   * O(log n), but the wait is told too, which depends on each job ahead. Jobs that move are told together.
   */
  position(id: string): QueuePosition | undefined {
    const running = this.#context.active.get(id);
    if (running?.job.state !== "running") {
      const waiting = this.positions().find(({ job }) => job.id === id);
      if (waiting) this.#context.positions.asked(waiting);
      return waiting;
    }
    const runSeconds = secondsLeft(running, { estimator: this.#estimator, now: this.#context.now() });
    return { job: running.job, position: 0, waitSeconds: 0, runSeconds, progress: running.progress };
  }

  async keepMessages(id: string, messages: JobMessages): Promise<void> {
    const active = this.#context.active.get(id);
    if (active) active.job = { ...active.job, messages };
    await this.#context.writer.update(id, { messages });
  }

  on<E extends keyof QueueEvents>(event: E, listener: (...args: QueueEvents[E]) => void): void {
    this.#context.events.on(event, listener);
  }

  off<E extends keyof QueueEvents>(event: E, listener: (...args: QueueEvents[E]) => void): void {
    this.#context.events.off(event, listener);
  }

  pause({ refusing = false }: { readonly refusing?: boolean } = {}): void {
    this.#setPaused(true, refusing);
  }

  unpause(): void {
    this.#setPaused(false, false);
  }

  #setPaused(paused: boolean, refusing: boolean): void {
    this.#paused = paused;
    this.#refusing = refusing;
    this.#scheduler.hold(this.paused);
    this.announcementChanged();
  }

  /** Reports waiting jobs again, with the new announcement. */
  announcementChanged(): void {
    this.#context.positions.tellAgain();
  }

  get paused(): boolean {
    return this.#paused || this.#closing;
  }

  get refusing(): boolean {
    return this.#refusing || this.#closing;
  }

  announcement(): string | undefined {
    return this.#paused ? sentence("queue.paused") : undefined;
  }

  async drain(): Promise<void> {
    await this.#scheduler.idle();
    await this.#context.writer.idle();
  }

  async close(graceMs: number): Promise<void> {
    const { active: open, writer } = this.#context;
    this.#closing = true;
    this.#classifier.close();
    this.#scheduler.hold(true);
    for (const active of [...open.values()]) {
      // One that is still being written to the repository is suspended when it is there.
      if (active.job.state === "waiting" && active.queued) void this.#completion.suspend(active);
    }
    const stop = setTimeout(() => {
      for (const active of open.values()) {
        if (active.job.state !== "running" || active.cancelled) continue;
        active.suspending = true;
        active.abort.abort(new Suspension());
      }
    }, graceMs);
    await withTimeout(this.drain(), graceMs + RELEASE_MS, () => undefined);
    clearTimeout(stop);
    // What ended meanwhile had to be judged.
    this.#filtering.close();
    await writer.settle();
  }

  #freeId(): string {
    let id = newJobId();
    while (this.#context.active.has(id)) id = newJobId();
    return id;
  }
}
