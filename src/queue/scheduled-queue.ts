import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { type Engine, Suspension } from "../engine/process/engine.js";
import { Room } from "../shared/memory-budget.js";
import { type LiveJob, liveJob } from "./active-job.js";
import { Admission, type QueueLimits } from "./admission.js";
import { QueueEmitter } from "./emitter.js";
import type { Estimator } from "./estimator.js";
import { type Job, type JobMessages, type JobRequest, personKey } from "./job.js";
import { Endings } from "./job-completion.js";
import { newJobId } from "./job-id.js";
import type { Journal } from "./job-repository.js";
import { JournalWriter } from "./job-writer.js";
import { Moves } from "./position-notifier.js";
import { standings } from "./positions.js";
import { type CancelReason, type JobQueue, QueueError, type QueueEvents, type Standing } from "./queue.js";
import { recover } from "./recovery.js";
import { Runs } from "./runner.js";
import { Turns } from "./scheduler.js";

export interface FairQueueOptions {
  readonly engine: Engine;
  readonly journal: Journal;
  readonly estimator: Estimator;
  /** Jobs that run side by side; see {@link FairQueue.setConcurrency}. */
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
const DRAINING =
  "Dreamloom is being prepared for maintenance and takes nothing new just now. Please try again in a while.";
const CLOSING = "Dreamloom is just shutting down. Please try again in a minute.";

/** The queue, whichever engine it has: jobs start in turn, fairly between people, and the journal keeps them. */
export class FairQueue implements JobQueue {
  readonly #options: FairQueueOptions;
  readonly #now: () => number;
  /** Jobs that wait or run, by id. */
  readonly #live = new Map<string, LiveJob>();
  readonly #events: QueueEmitter;
  readonly #admission: Admission;
  readonly #writer: JournalWriter;
  readonly #moves: Moves;
  readonly #endings: Endings;
  readonly #turns: Turns;
  #paused = false;
  #refusing = false;
  #closing = false;

  constructor(options: FairQueueOptions) {
    this.#options = options;
    const {
      concurrency,
      elsewhere = false,
      engine,
      estimator,
      journal,
      jobSeconds,
      limits,
      logger,
      now = Date.now,
    } = options;
    const live = this.#live;
    this.#now = now;
    const events = new QueueEmitter(logger);
    const writer = new JournalWriter(journal, logger);
    const moves = new Moves(
      () => this.line(),
      (standing) => events.emit("moved", standing),
    );
    const common = { events, writer, moves, logger, now };
    const endings = new Endings({ ...common, live, estimator, jobSeconds, elsewhere });
    // Other machines' memory is theirs.
    const seating = elsewhere ? new Room(undefined) : (engine.seating ?? new Room(limits.megabytes));
    const runs = new Runs({
      ...common,
      engine,
      journal,
      endings,
      seating,
      jobSeconds: elsewhere ? undefined : jobSeconds,
    });
    this.#admission = new Admission(limits, now);
    this.#turns = new Turns({
      slots: concurrency,
      mayStart: (id) => seating.fits(live.get(id)?.job.megabytes),
      run: (one, how) => runs.run(one, how),
      logger,
    });
    [this.#events, this.#writer, this.#moves, this.#endings] = [events, writer, moves, endings];
  }

  /** Jobs that run side by side from now on. With fewer than run now, the next one begins when enough of them have ended; with 0, none does. */
  setConcurrency(slots: number): void {
    if (slots === this.#turns.slots) return;
    this.#turns.setSlots(slots);
    this.#moves.tell();
  }

  /** What the largest job may take from now on, in megabytes: one that takes more is refused. Undefined sets no bound. */
  setLargest(megabytes: number | undefined): void {
    this.#admission.room = megabytes;
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
      id: rest.id ?? this.#freeId(),
      priority: priority ?? 0,
      ...(memory && { megabytes: memory.megabytes }),
      pictures: Object.keys(pictures),
      state: "waiting",
      attempts: 0,
      createdAt: this.#now(),
      messages: { frames: [] },
    };
    const live = liveJob(job);
    // Counted before the journal has answered, so that many requests at once cannot pass the bounds together.
    this.#live.set(job.id, live);
    try {
      await this.#options.journal.add(job, pictures);
    } catch (error) {
      this.#live.delete(job.id);
      undo();
      throw error;
    }
    void this.#writer.settle();
    this.#options.logger.info({ job: job.id, recipe: job.recipe, person }, "job accepted");
    accepted?.(job);
    this.#events.emit("accepted", job);
    // It came in as the doors closed: it is in the journal, and goes on at the next start.
    if (this.#closing) await this.#endings.suspend(live);
    else this.#turns.enqueue(live);
    this.#moves.tell();
    return live.job;
  }

  /** Counts in the jobs of the last hour that were accepted before the program started. Called once, before the queue takes jobs. */
  async remember(): Promise<void> {
    this.#admission.remember(await this.#options.journal.since(this.#now() - HOUR_MS));
  }

  async recover(taken: (job: Job) => void): Promise<number> {
    const { elsewhere = false, journal, logger } = this.#options;
    const parts = {
      live: this.#live,
      writer: this.#writer,
      endings: this.#endings,
      events: this.#events,
      turns: this.#turns,
    };
    const count = await recover({ ...parts, journal, elsewhere, logger }, taken);
    this.#moves.tell();
    return count;
  }

  async told(id: string): Promise<void> {
    await this.#writer.update(id, { owed: false });
  }

  cancel(id: string, reason: CancelReason): boolean {
    const live = this.#live.get(id);
    if (!live || live.cancelled || live.suspending || (live.job.state !== "waiting" && live.job.state !== "running"))
      return false;
    live.cancelled = reason;
    if (live.job.state === "waiting") {
      live.leave.abort();
      void this.#endings.cancelled(live, reason);
    } else {
      live.abort.abort(new Error("The job was cancelled."));
    }
    return true;
  }

  line(): readonly Standing[] {
    return standings({
      running: [...this.#live.values()].filter((live) => live.job.state === "running"),
      waiting: this.#turns.order().flatMap((id) => this.#live.get(id) ?? []),
      // Nobody knows when the first worker comes; times are as if there were one.
      concurrency: Math.max(1, this.#turns.slots),
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
    this.#turns.hold(this.paused);
    this.noticeChanged();
  }

  unpause(): void {
    this.#paused = false;
    this.#refusing = false;
    this.#turns.hold(this.paused);
    this.noticeChanged();
  }

  /** Whoever waits is told anew what there is to know. */
  noticeChanged(): void {
    this.#moves.tellAnew();
  }

  get paused(): boolean {
    return this.#paused || this.#closing;
  }

  get refusing(): boolean {
    return this.#refusing || this.#closing;
  }

  notice(): string | undefined {
    return this.#paused ? PAUSED : undefined;
  }

  async drain(): Promise<void> {
    await this.#turns.idle();
    await this.#writer.idle();
  }

  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    this.#turns.hold(true);
    for (const live of [...this.#live.values()]) {
      // One whose way into the journal has not ended is suspended when it has.
      if (live.job.state === "waiting" && live.queued) void this.#endings.suspend(live);
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
    await this.#writer.settle();
  }

  #freeId(): string {
    let id = newJobId();
    while (this.#live.has(id)) id = newJobId();
    return id;
  }
}
