import type { Logger } from "pino";
import type { EngineResult } from "../engine/process/engine.js";
import type { LiveJob } from "./active-job.js";
import type { QueueEmitter } from "./emitter.js";
import type { Estimator } from "./estimator.js";
import { failureOf, overtime } from "./failures.js";
import { type JobChange, type JobFailure, workedMs } from "./job.js";
import type { JournalWriter } from "./job-writer.js";
import type { Moves } from "./position-notifier.js";
import type { CancelReason } from "./queue.js";

export interface EndingsOptions {
  readonly live: Map<string, LiveJob>;
  readonly writer: JournalWriter;
  readonly events: QueueEmitter;
  readonly moves: Moves;
  readonly estimator: Estimator;
  /** The longest a job may run. */
  readonly jobSeconds: number;
  /** The engine outlives this process, and goes on with what it has. */
  readonly elsewhere: boolean;
  readonly logger: Logger;
  /** The clock, in milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * The ways in which a live job ends here: done, failed, cancelled, or laid down until the next start. Each happens once; later calls (an
 * engine that answers after its job was told as cancelled) change nothing. All promises resolve when people have been told.
 */
export class Endings {
  constructor(private readonly options: EndingsOptions) {}

  /** @param whole the run began at the beginning and was not interrupted: its time says how long such jobs take */
  succeed(live: LiveJob, result: EngineResult, whole: boolean): Promise<void> {
    // Asked to stop in the very last moment: the person's word counts.
    if (live.abort.signal.aborted) return this.fail(live, live.abort.signal.reason);
    const { estimator, events, now } = this.options;
    const { work, pace, startedAt } = live.job;
    if (whole && startedAt !== undefined) estimator.learn(pace, work, (now() - startedAt) / 1000);
    const { picture: _picture, octaves: _octaves, recipe: _recipe, type: _type, ...kept } = result;
    return this.#end(live, { state: "done", result: kept }, () => events.emit("done", live.job, result));
  }

  /** Its run has ended without a result: by an error, or because somebody has asked it to stop. */
  fail(live: LiveJob, error: unknown): Promise<void> {
    const { cancelled } = live;
    if (cancelled) return this.cancelled(live, cancelled);
    if (live.suspending) return this.suspend(live);
    const { jobSeconds, logger } = this.options;
    const failure = live.abort.signal.aborted ? overtime(jobSeconds) : failureOf(error);
    logger.warn({ err: error, job: live.job.id, kind: failure.kind }, "job failed");
    return this.failed(live, failure);
  }

  cancelled(live: LiveJob, reason: CancelReason): Promise<void> {
    // The name is for the next start, should this one not live to tell.
    const failure: JobFailure = { kind: "cancelled", message: reason.name };
    return this.#end(live, { state: "cancelled", failure }, () =>
      this.options.events.emit("cancelled", live.job, reason),
    );
  }

  failed(live: LiveJob, failure: JobFailure): Promise<void> {
    return this.#end(live, { state: "failed", failure }, () => this.options.events.emit("failed", live.job, failure));
  }

  /** Lays a job down until the next start. */
  suspend(live: LiveJob): Promise<void> {
    const { elsewhere, events, logger, now, writer } = this.options;
    if (!this.#leave(live)) return Promise.resolve();
    const wasRunning = live.job.state === "running";
    const goesOn = wasRunning && elsewhere;
    // Stopping is not the job's fault.
    const attempts = wasRunning && !goesOn ? Math.max(0, live.job.attempts - 1) : live.job.attempts;
    const state = goesOn ? "running" : "waiting";
    const worked = wasRunning && !goesOn ? { workedMs: workedMs(live.job, now()) } : {};
    live.job = { ...live.job, state, attempts };
    logger.info({ job: live.job.id }, goesOn ? "job left to its worker" : "job suspended");
    const written = Promise.all([live.keeping, writer.update(live.job.id, { state, attempts, ...worked })]);
    return writer.follow(written.then(() => events.emit("suspended", live.job)));
  }

  /** The journal knows before anybody is told: a job that people have seen end never runs again. */
  #end(live: LiveJob, change: JobChange, tell: () => void): Promise<void> {
    const { logger, moves, now, writer } = this.options;
    if (!this.#leave(live)) return Promise.resolve();
    // What was written with checkpoints was of this process, which has its begin and its end.
    const final = { ...change, finishedAt: now(), workedMs: live.job.workedMs ?? 0, owed: true };
    live.job = { ...live.job, ...final };
    logger.info({ job: live.job.id, state: live.job.state }, "job ended");
    return writer.follow(
      writer.update(live.job.id, final).then(() => {
        tell();
        moves.tell();
      }),
    );
  }

  /** False when it has ended before. */
  #leave({ job: { id } }: LiveJob): boolean {
    this.options.moves.forget(id);
    return this.options.live.delete(id);
  }
}
