import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import type { Checkpoint, Engine, EngineResult } from "../engine/process/engine.js";
import type { Seating } from "../shared/memory-budget.js";
import type { LiveJob } from "./active-job.js";
import type { QueueEmitter } from "./emitter.js";
import { LastTries } from "./exclusive-retry.js";
import { failureOf, lost, MOVED, retryable } from "./failures.js";
import { workedMs } from "./job.js";
import type { Endings } from "./job-completion.js";
import type { Journal } from "./job-repository.js";
import type { JournalWriter } from "./job-writer.js";
import type { Moves } from "./position-notifier.js";

export interface RunsOptions {
  readonly engine: Engine;
  readonly journal: Journal;
  readonly writer: JournalWriter;
  readonly endings: Endings;
  readonly events: QueueEmitter;
  readonly moves: Moves;
  readonly seating: Seating;
  /** A job that runs longer than this is ended; undefined where the engine sees to it itself. */
  readonly jobSeconds: number | undefined;
  readonly logger: Logger;
  /** The clock, in milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * How long a job waits, in milliseconds, after the engine has failed under it once, twice, ... without its getting ahead in between: a
 * driver that has crashed needs a moment. After one failure more than there are waits it is given up.
 */
const RETRY_MS = [250, 1_000];
/**
 * A job may be begun this often without getting ahead, by this process and earlier ones: one of them may have died of it. Twice as often
 * as one process tries, so that whoever stops the program in the middle of that costs no job.
 */
export const BEGINNINGS = 2 * (RETRY_MS.length + 1);
/** A cancelled job is told as ended after this time even if the engine has not answered yet. */
const CANCEL_MS = 900;

/** Runs jobs whose turn has come, again where the engine has failed under them, and keeps where they have got to. */
export class Runs {
  readonly #lastTries = new LastTries();

  constructor(private readonly options: RunsOptions) {}

  /**
   * Resolves when the engine has let go of the job.
   *
   * @param begun an earlier process has begun it, and it runs elsewhere
   */
  async run(live: LiveJob, { begun }: { readonly begun: boolean }): Promise<void> {
    const { events, jobSeconds, moves, now, seating } = this.options;
    // Until the engine has let go of it, which may be later than its end is told.
    live.seat = seating.take(live.job.megabytes);
    const startedAt = (begun ? live.job.startedAt : undefined) ?? now();
    live.job = { ...live.job, state: "running", startedAt };
    const timer =
      jobSeconds === undefined
        ? undefined
        : setTimeout(() => live.abort.abort(new Error("time limit")), jobSeconds * 1000);
    events.emit("started", live.job);
    moves.tell();
    try {
      await this.#attempts(live, begun);
    } finally {
      clearTimeout(timer);
      live.seat.release();
    }
  }

  async #attempts(live: LiveJob, begun: boolean): Promise<void> {
    const { endings, events, journal, logger, writer } = this.options;
    const { id } = live.job;
    const { signal } = live.abort;
    let joins = begun;
    let whole = !begun;
    for (;;) {
      if (!joins) live.job = { ...live.job, attempts: live.job.attempts + 1 };
      live.progress = 0;
      const { state, attempts, startedAt } = live.job;
      await writer.update(id, { state, attempts, ...(startedAt === undefined ? {} : { startedAt }) });
      try {
        signal.throwIfAborted();
        const pictures = await journal.pictures(id);
        if (!pictures) {
          return await endings.failed(
            live,
            lost("The picture that this was to be made from is no longer there. Please send it again."),
          );
        }
        live.checkpoint ??= await journal.checkpoint(id);
        if (live.checkpoint) whole = false;
        if (live.crashes === RETRY_MS.length) live.leaveLastTry = await this.#lastTries.enter(signal);
        const result = await this.#attempt(live, pictures, joins);
        // Before anybody is told, so that whoever presses a button under the result finds its picture.
        const { picture: bytes, type } = result;
        if (!signal.aborted) await writer.keepResult(id, { bytes, type });
        return await endings.succeed(live, result, whole);
      } catch (error) {
        [whole, joins] = [false, false];
        const wait = retryable(error) && live.job.attempts < BEGINNINGS ? RETRY_MS[live.crashes++] : undefined;
        if (signal.aborted || wait === undefined) return await endings.fail(live, error);
        logger.warn({ err: error, job: id, milliseconds: wait }, "the engine failed; trying again");
        events.emit("retrying", live.job, failureOf(error));
        // Whoever cancels or stops it meanwhile is heard at once: the next attempt ends before it begins.
        await delay(wait, undefined, { signal }).catch(() => undefined);
      } finally {
        live.leaveLastTry?.();
      }
    }
  }

  async #attempt(live: LiveJob, pictures: Readonly<Record<string, Uint8Array>>, begun: boolean): Promise<EngineResult> {
    const { endings, engine, events } = this.options;
    const { signal } = live.abort;
    signal.throwIfAborted();
    // A listener, not a race: p-queue's place is only given on when the engine has really let go of the job.
    let overdue: NodeJS.Timeout | undefined;
    const onAbort = () => {
      overdue = setTimeout(() => void endings.fail(live, signal.reason), CANCEL_MS);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      const { id, recipe, params } = live.job;
      return await engine.run(
        { job: id, recipe, params, pictures, ...(live.checkpoint && { resume: live.checkpoint }) },
        {
          ...{ megabytes: live.job.megabytes },
          ...{ signal, begun, ...(live.seat && { seat: live.seat }) },
          onMoved: () => events.emit("retrying", live.job, MOVED),
          onFrame: ({ checkpoint, ...frame }) => {
            if (signal.aborted) return;
            if (checkpoint) this.#keepCheckpoint(live, checkpoint);
            live.progress = frame.progress;
            events.emit("frame", live.job, frame);
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
    const { jobSeconds, now, writer } = this.options;
    live.checkpoint = checkpoint;
    live.crashes = 0;
    live.leaveLastTry?.();
    live.job = { ...live.job, attempts: 1 };
    // Where the engine outlives this process, the job is joined with the time at which it began.
    const worked = jobSeconds === undefined ? {} : { workedMs: workedMs(live.job, now()) };
    void writer.update(live.job.id, { attempts: 1, ...worked });
    live.keeping ??= (async () => {
      let kept: Checkpoint | undefined;
      while (live.checkpoint && live.checkpoint !== kept && live.job.finishedAt === undefined) {
        kept = live.checkpoint;
        await writer.keepCheckpoint(live.job.id, kept);
      }
      delete live.keeping;
    })();
  }
}
