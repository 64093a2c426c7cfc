import { type JobChange, type JobFailure, workedMs } from "../domain/model.js";
import type { EngineResult } from "../engine/process/engine.js";
import type { QueueContext } from "./context.js";
import type { Estimator } from "./estimator.js";
import { failureOf, overtime } from "./failures.js";
import { type ActiveJob, enterState } from "./job-states.js";
import type { CancelReason } from "./queue.js";

/** A final state, and what is kept with it. */
type JobEnd = Pick<JobChange, "failure" | "result"> & { readonly state: "done" | "failed" | "cancelled" };

/**
 * The ways in which an active job ends: done, failed, cancelled, or suspended until the next start. Each happens once:
 * an engine that answers after its job was reported as cancelled changes nothing. All promises resolve when listeners
 * have been called.
 */
export class JobCompletion {
  constructor(
    private readonly context: QueueContext,
    private readonly estimator: Estimator,
  ) {}

  /** @param whole the run began at the beginning and was not interrupted: its time says how long such jobs take */
  succeed(active: ActiveJob, result: EngineResult, whole: boolean): Promise<void> {
    // A cancellation in the last moment counts.
    if (active.abort.signal.aborted) return this.fail(active, active.abort.signal.reason);
    const { events, now } = this.context;
    const { cost, costKey, startedAt } = active.job;
    if (whole && startedAt !== undefined)
      this.estimator.learn(costKey, cost, (now() - startedAt) / 1000, result.runtime);
    const { picture: _picture, octaves: _octaves, recipe: _recipe, type: _type, ...kept } = result;
    return this.#end(active, { state: "done", result: kept }, () => events.emit("done", active.job, result));
  }

  /** Its run has ended without a result: by an error, a cancellation, or a stop of the program. */
  fail(active: ActiveJob, error: unknown): Promise<void> {
    const { cancelled } = active;
    if (cancelled) return this.cancelled(active, cancelled);
    if (active.suspending) return this.suspend(active);
    const { jobSeconds, logger } = this.context;
    const failure = active.abort.signal.aborted ? overtime(jobSeconds) : failureOf(error);
    logger.warn({ err: error, job: active.job.id, kind: failure.kind }, "job failed");
    return this.failed(active, failure);
  }

  cancelled(active: ActiveJob, reason: CancelReason): Promise<void> {
    const { events } = this.context;
    // The name is for the next start, should this process end before listeners are called.
    const failure: JobFailure = { kind: "cancelled", message: reason.name };
    return this.#end(active, { state: "cancelled", failure }, () => events.emit("cancelled", active.job, reason));
  }

  failed(active: ActiveJob, failure: JobFailure): Promise<void> {
    const { events } = this.context;
    return this.#end(active, { state: "failed", failure }, () => events.emit("failed", active.job, failure));
  }

  suspend(active: ActiveJob): Promise<void> {
    const { elsewhere, events, logger, now, writer } = this.context;
    if (!this.#leave(active)) return Promise.resolve();
    const wasRunning = active.job.state === "running";
    const continues = wasRunning && elsewhere;
    // Stopping is not the job's fault.
    const attempts = wasRunning && !continues ? Math.max(0, active.job.attempts - 1) : active.job.attempts;
    const state = continues ? "running" : "waiting";
    const worked = wasRunning && !continues ? { workedMs: workedMs(active.job, now()) } : {};
    if (state === active.job.state) active.job = { ...active.job, attempts };
    else enterState(active, state, { attempts });
    logger.info({ job: active.job.id }, continues ? "job left to its worker" : "job suspended");
    const written = Promise.all([active.keeping, writer.update(active.job.id, { state, attempts, ...worked })]);
    return writer.follow(written.then(() => events.emit("suspended", active.job)));
  }

  /** The repository has it before anybody sees it: a job that people have seen end never runs again. */
  #end(active: ActiveJob, { state, ...change }: JobEnd, report: () => void): Promise<void> {
    const { logger, positions, now, writer } = this.context;
    if (!this.#leave(active)) return Promise.resolve();
    // What was written with checkpoints was this process's work, which startedAt and finishedAt cover.
    const final = { ...change, finishedAt: now(), workedMs: active.job.workedMs ?? 0, unnotified: true };
    if (enterState(active, state, final) === "refused") return Promise.resolve();
    logger.info({ job: active.job.id, state }, "job ended");
    return writer.follow(
      writer.update(active.job.id, { state, ...final }).then(() => {
        report();
        positions.tell();
      }),
    );
  }

  /** False when it has ended before. */
  #leave({ job: { id } }: ActiveJob): boolean {
    this.context.positions.forget(id);
    return this.context.active.delete(id);
  }
}
