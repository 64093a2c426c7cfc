import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { workedMs } from "../domain/job.js";
import type { Checkpoint, Engine, EngineResult } from "../engine/process/engine.js";
import type { MemoryReservations } from "../shared/memory-budget.js";
import type { ActiveJob } from "./active-job.js";
import type { QueueEmitter } from "./emitter.js";
import { ExclusiveRetry } from "./exclusive-retry.js";
import { failureOf, lost, moved, retryable } from "./failures.js";
import type { JobCompletion } from "./job-completion.js";
import type { JobRepository } from "./job-repository.js";
import { enterState } from "./job-states.js";
import type { JobWriter } from "./job-writer.js";
import type { PositionNotifier } from "./position-notifier.js";

interface JobRunnerOptions {
  readonly engine: Engine;
  readonly repository: JobRepository;
  readonly writer: JobWriter;
  readonly completion: JobCompletion;
  readonly events: QueueEmitter;
  readonly positions: PositionNotifier;
  readonly memory: MemoryReservations;
  /** A job that runs longer than this is ended; undefined where the engine sees to it itself. */
  readonly jobSeconds: number | undefined;
  readonly logger: Logger;
  /** The clock, in milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * How long a job waits, in milliseconds, after the engine has failed under it once, twice, ... without its progress in between: a
 * driver that has crashed needs a moment. After one failure more than there are waits it is given up.
 */
const RETRY_MS = [250, 1_000];
/**
 * A job may be begun this often without progress, by this process and earlier ones: one of them may have died of it. Twice as often
 * as one process tries, so that whoever stops the program in the middle of that costs no job.
 */
export const BEGINNINGS = 2 * (RETRY_MS.length + 1);
/** A cancelled job is told as ended after this time even if the engine has not answered yet. */
const CANCEL_MS = 900;

/** Runs jobs whose turn has come, again where the engine has failed under them, and keeps where they have got to. */
export class JobRunner {
  readonly #lastTries = new ExclusiveRetry();

  constructor(private readonly options: JobRunnerOptions) {}

  /**
   * Resolves when the engine has released the job.
   *
   * @param begun an earlier process has begun it, and it runs elsewhere
   */
  async run(active: ActiveJob, { begun }: { readonly begun: boolean }): Promise<void> {
    const { events, jobSeconds, positions, now, memory } = this.options;
    const startedAt = (begun ? active.job.startedAt : undefined) ?? now();
    if (enterState(active, "running", { startedAt }) === "refused") return;
    // Held until the engine has released the job, which may be later than its end is reported.
    active.reservation = memory.take(active.job.megabytes);
    const timer =
      jobSeconds === undefined
        ? undefined
        : setTimeout(() => active.abort.abort(new Error("time limit")), jobSeconds * 1000);
    events.emit("started", active.job);
    positions.tell();
    try {
      await this.#attempts(active, begun);
    } finally {
      clearTimeout(timer);
      active.reservation.release();
    }
  }

  async #attempts(active: ActiveJob, begun: boolean): Promise<void> {
    const { completion, events, repository, logger, writer } = this.options;
    const { id } = active.job;
    const { signal } = active.abort;
    let joins = begun;
    let whole = !begun;
    for (;;) {
      if (!joins) active.job = { ...active.job, attempts: active.job.attempts + 1 };
      active.progress = 0;
      const { state, attempts, startedAt } = active.job;
      await writer.update(id, { state, attempts, ...(startedAt === undefined ? {} : { startedAt }) });
      try {
        signal.throwIfAborted();
        const pictures = await repository.pictures(id);
        if (!pictures) {
          return await completion.failed(
            active,
            lost("The picture that this was to be made from is no longer there. Please send it again."),
          );
        }
        active.checkpoint ??= await repository.checkpoint(id);
        if (active.checkpoint) whole = false;
        if (active.crashes === RETRY_MS.length) active.leaveLastTry = await this.#lastTries.enter(signal);
        const result = await this.#attempt(active, pictures, joins);
        // Before anybody is told, so that whoever presses a button under the result finds its picture.
        const { picture: bytes, type } = result;
        if (!signal.aborted) await writer.keepResult(id, { bytes, type });
        return await completion.succeed(active, result, whole);
      } catch (error) {
        [whole, joins] = [false, false];
        const wait = retryable(error) && active.job.attempts < BEGINNINGS ? RETRY_MS[active.crashes++] : undefined;
        if (signal.aborted || wait === undefined) return await completion.fail(active, error);
        logger.warn({ err: error, job: id, milliseconds: wait }, "the engine failed; trying again");
        events.emit("retrying", active.job, failureOf(error));
        // Whoever cancels or stops it meanwhile is heard at once: the next attempt ends before it begins.
        await delay(wait, undefined, { signal }).catch(() => undefined);
      } finally {
        active.leaveLastTry?.();
      }
    }
  }

  async #attempt(
    active: ActiveJob,
    pictures: Readonly<Record<string, Uint8Array>>,
    begun: boolean,
  ): Promise<EngineResult> {
    const { completion, engine, events } = this.options;
    const { signal } = active.abort;
    signal.throwIfAborted();
    // A listener, not a race: p-queue's place is only given on when the engine has really released the job.
    let overdue: NodeJS.Timeout | undefined;
    const onAbort = () => {
      overdue = setTimeout(() => void completion.fail(active, signal.reason), CANCEL_MS);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      const { id, recipe, params } = active.job;
      return await engine.run(
        { job: id, recipe, params, pictures, ...(active.checkpoint && { resume: active.checkpoint }) },
        {
          ...{ megabytes: active.job.megabytes },
          ...{ signal, begun, ...(active.reservation && { reservation: active.reservation }) },
          onMoved: () => events.emit("retrying", active.job, moved()),
          onFrame: ({ checkpoint, ...frame }) => {
            if (signal.aborted) return;
            if (checkpoint) this.#keepCheckpoint(active, checkpoint);
            active.progress = frame.progress;
            events.emit("frame", active.job, frame);
          },
        },
      );
    } finally {
      clearTimeout(overdue);
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Keeps where the job has got to: one write at a time, and what a newer one has overtaken is never written. */
  #keepCheckpoint(active: ActiveJob, checkpoint: Checkpoint): void {
    const { jobSeconds, now, writer } = this.options;
    active.checkpoint = checkpoint;
    active.crashes = 0;
    active.leaveLastTry?.();
    active.job = { ...active.job, attempts: 1 };
    // Where the engine outlives this process, the job is joined with the time at which it began.
    const worked = jobSeconds === undefined ? {} : { workedMs: workedMs(active.job, now()) };
    void writer.update(active.job.id, { attempts: 1, ...worked });
    active.keeping ??= (async () => {
      let kept: Checkpoint | undefined;
      while (active.checkpoint && active.checkpoint !== kept && active.job.finishedAt === undefined) {
        kept = active.checkpoint;
        await writer.keepCheckpoint(active.job.id, kept);
      }
      delete active.keeping;
    })();
  }
}
