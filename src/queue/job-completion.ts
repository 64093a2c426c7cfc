import type { Logger } from "pino";
import { type JobChange, type JobFailure, workedMs } from "../domain/job.js";
import type { EngineResult } from "../engine/process/engine.js";
import type { ActiveJob } from "./active-job.js";
import type { QueueEmitter } from "./emitter.js";
import type { Estimator } from "./estimator.js";
import { failureOf, overtime } from "./failures.js";
import { enterState } from "./job-states.js";
import type { JobWriter } from "./job-writer.js";
import type { PositionNotifier } from "./position-notifier.js";
import type { CancelReason } from "./queue.js";

/** A final state, and what is kept with it. */
type JobEnd = Pick<JobChange, "failure" | "result"> & { readonly state: "done" | "failed" | "cancelled" };

interface JobCompletionOptions {
  readonly active: Map<string, ActiveJob>;
  readonly writer: JobWriter;
  readonly events: QueueEmitter;
  readonly positions: PositionNotifier;
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
 * The ways in which an active job ends here: done, failed, cancelled, or laid down until the next start. Each happens once; later calls (an
 * engine that answers after its job was told as cancelled) change nothing. All promises resolve when people have been told.
 */
export class JobCompletion {
  constructor(private readonly options: JobCompletionOptions) {}

  /** @param whole the run began at the beginning and was not interrupted: its time says how long such jobs take */
  succeed(active: ActiveJob, result: EngineResult, whole: boolean): Promise<void> {
    // Asked to stop in the very last moment: the person's word counts.
    if (active.abort.signal.aborted) return this.fail(active, active.abort.signal.reason);
    const { estimator, events, now } = this.options;
    const { cost: work, costKey: pace, startedAt } = active.job;
    if (whole && startedAt !== undefined) estimator.learn(pace, work, (now() - startedAt) / 1000);
    const { picture: _picture, octaves: _octaves, recipe: _recipe, type: _type, ...kept } = result;
    return this.#end(active, { state: "done", result: kept }, () => events.emit("done", active.job, result));
  }

  /** Its run has ended without a result: by an error, or because somebody has asked it to stop. */
  fail(active: ActiveJob, error: unknown): Promise<void> {
    const { cancelled } = active;
    if (cancelled) return this.cancelled(active, cancelled);
    if (active.suspending) return this.suspend(active);
    const { jobSeconds, logger } = this.options;
    const failure = active.abort.signal.aborted ? overtime(jobSeconds) : failureOf(error);
    logger.warn({ err: error, job: active.job.id, kind: failure.kind }, "job failed");
    return this.failed(active, failure);
  }

  cancelled(active: ActiveJob, reason: CancelReason): Promise<void> {
    // The name is for the next start, should this one not live to tell.
    const failure: JobFailure = { kind: "cancelled", message: reason.name };
    return this.#end(active, { state: "cancelled", failure }, () =>
      this.options.events.emit("cancelled", active.job, reason),
    );
  }

  failed(active: ActiveJob, failure: JobFailure): Promise<void> {
    return this.#end(active, { state: "failed", failure }, () =>
      this.options.events.emit("failed", active.job, failure),
    );
  }

  /** Suspends a job until the next start. */
  suspend(active: ActiveJob): Promise<void> {
    const { elsewhere, events, logger, now, writer } = this.options;
    if (!this.#leave(active)) return Promise.resolve();
    const wasRunning = active.job.state === "running";
    const goesOn = wasRunning && elsewhere;
    // Stopping is not the job's fault.
    const attempts = wasRunning && !goesOn ? Math.max(0, active.job.attempts - 1) : active.job.attempts;
    const state = goesOn ? "running" : "waiting";
    const worked = wasRunning && !goesOn ? { workedMs: workedMs(active.job, now()) } : {};
    if (state === active.job.state) active.job = { ...active.job, attempts };
    else enterState(active, state, { attempts });
    logger.info({ job: active.job.id }, goesOn ? "job left to its worker" : "job suspended");
    const written = Promise.all([active.keeping, writer.update(active.job.id, { state, attempts, ...worked })]);
    return writer.follow(written.then(() => events.emit("suspended", active.job)));
  }

  /** The repository knows before anybody is told: a job that people have seen end never runs again. */
  #end(active: ActiveJob, { state, ...change }: JobEnd, tell: () => void): Promise<void> {
    const { logger, positions, now, writer } = this.options;
    if (!this.#leave(active)) return Promise.resolve();
    // What was written with checkpoints was of this process, which has its begin and its end.
    const final = { ...change, finishedAt: now(), workedMs: active.job.workedMs ?? 0, unnotified: true };
    if (enterState(active, state, final) === "refused") return Promise.resolve();
    logger.info({ job: active.job.id, state }, "job ended");
    return writer.follow(
      writer.update(active.job.id, { state, ...final }).then(() => {
        tell();
        positions.tell();
      }),
    );
  }

  /** False when it has ended before. */
  #leave({ job: { id } }: ActiveJob): boolean {
    this.options.positions.forget(id);
    return this.options.active.delete(id);
  }
}
