import { type Job, workedMs } from "../domain/model.js";
import type { Checkpoint, Engine, EngineFrame, EngineResult } from "../engine/process/engine.js";
import { abortableDelay, Mutex } from "../shared/async.js";
import type { MemoryReservations } from "../shared/memory-budget.js";
import { sentence } from "../shared/sentences/sentence.js";
import type { QueueContext } from "./context.js";
import { failureOf, retryable } from "./failures.js";
import type { JobCompletion } from "./job-completion.js";
import { type ActiveJob, enterState } from "./job-states.js";
import { JudgedFrames, type PictureFilter } from "./picture-filter.js";

interface RunnerParts {
  readonly engine: Engine;
  readonly completion: JobCompletion;
  readonly memory: MemoryReservations;
  /** What results and frames must pass before anybody sees them. */
  readonly filter: PictureFilter | undefined;
}

/**
 * Milliseconds before another try, after the engine has failed under a job once, twice, ... without progress in
 * between: a driver that has crashed needs a moment. After one failure more the job fails.
 */
const RETRY_MS = [250, 1_000];
/**
 * Most attempts without progress, by this process and earlier ones: one of them may have died of the job. Twice as many
 * as one process makes, so that stopping the program in between costs no job.
 */
export const MOST_ATTEMPTS = 2 * (RETRY_MS.length + 1);
/**
 * Results that are being written while the engine goes on, and their bytes: with more it waits for the disk. So many
 * bridge a second in which the disk is slow and thirty jobs end. With eight the engine waited before most jobs of a
 * long line (`bench/crowd.ts`); with far more, people would wait for ends while the engine runs ahead.
 */
const MOST_ENDING = { results: 32, bytes: 64e6 };
/** A cancelled job is reported as ended after this time even if the engine has not answered. */
const CANCEL_MS = 900;

/** Runs jobs, again where the engine has failed under them, and keeps their checkpoints. */
export class JobRunner {
  /**
   * A dying engine takes all its jobs with it, and which of them is to blame is unknown. So last tries run one at a
   * time: the job that kills engines fails, and those that ran beside it do not.
   */
  readonly #lastTry = new Mutex();
  /** What is done after the engine has released a job, and the bytes that it keeps until then. */
  readonly #ending = new Map<Promise<void>, number>();

  constructor(
    private readonly context: QueueContext,
    private readonly parts: RunnerParts,
  ) {}

  /**
   * Resolves when the engine has released the job, which may be before its end is reported.
   *
   * @param begun an earlier process has begun it, and it runs elsewhere
   */
  async run(active: ActiveJob, { begun }: { readonly begun: boolean }): Promise<void> {
    const { elsewhere, events, jobSeconds, positions, now } = this.context;
    const startedAt = (begun ? active.job.startedAt : undefined) ?? now();
    if (enterState(active, "running", { startedAt }) === "refused") return;
    // Held until the engine has released the job, which may be later than its end is reported.
    active.reservation = this.parts.memory.take(active.job.megabytes);
    const timer = elsewhere ? undefined : setTimeout(() => active.abort.abort(), jobSeconds * 1000);
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
    const { events, repository, logger, writer } = this.context;
    const { completion } = this.parts;
    const { id } = active.job;
    const { signal } = active.abort;
    let joins = begun;
    let whole = !begun;
    for (;;) {
      if (!joins) active.job = { ...active.job, attempts: active.job.attempts + 1 };
      active.progress = 0;
      // In the file at once, and on the disk soon: the engine need not wait for that.
      void writer.update(id, startOf(active.job));
      try {
        signal.throwIfAborted();
        const pictures = await repository.pictures(id);
        if (!pictures) return await completion.failed(active, { kind: "lost", message: sentence("job.input-lost") });
        active.checkpoint ??= await repository.checkpoint(id);
        if (active.checkpoint) whole = false;
        if (active.crashes === RETRY_MS.length) active.endLastTry = await this.#lastTry.acquire(signal);
        const result = await this.#attempt(active, pictures, joins);
        await this.parts.filter?.checkResult(result.picture, signal);
        return await this.#goOn(this.#succeed(active, result, whole), result.picture.byteLength);
      } catch (error) {
        [whole, joins] = [false, false];
        const mayRetry = retryable(error) && active.job.attempts < MOST_ATTEMPTS;
        const waitMs = mayRetry ? RETRY_MS[active.crashes++] : undefined;
        if (signal.aborted || waitMs === undefined) return await completion.fail(active, error);
        logger.warn({ err: error, job: id, milliseconds: waitMs }, "the engine failed; trying again");
        events.emit("retrying", active.job, failureOf(error));
        // Abort is honoured during the wait: the next attempt ends before it begins.
        await abortableDelay(waitMs, signal).catch(() => undefined);
      } finally {
        active.endLastTry?.();
      }
    }
  }

  async #succeed(active: ActiveJob, result: EngineResult, whole: boolean): Promise<void> {
    // Before its end is reported, so that buttons under the result find its image.
    const { picture: bytes, type } = result;
    if (!active.abort.signal.aborted) await this.context.writer.keepResult(active.job.id, { bytes, type });
    await this.parts.completion.succeed(active, result, whole);
  }

  /** Lets the engine have its next job while an end is written, unless too many are. */
  async #goOn(end: Promise<void>, bytes: number): Promise<void> {
    const { logger, writer } = this.context;
    const logged = end.catch((error: unknown) => logger.error({ err: error }, "the end of a job could not be told"));
    const ending = writer.follow(logged).then(() => {
      this.#ending.delete(ending);
    });
    this.#ending.set(ending, bytes);
    while (this.#isFull()) await Promise.race(this.#ending.keys());
  }

  #isFull(): boolean {
    const kept = [...this.#ending.values()].reduce((sum, bytes) => sum + bytes, 0);
    return this.#ending.size > MOST_ENDING.results || kept > MOST_ENDING.bytes;
  }

  async #attempt(
    active: ActiveJob,
    pictures: Readonly<Record<string, Uint8Array>>,
    begun: boolean,
  ): Promise<EngineResult> {
    const { events, positions } = this.context;
    const { completion, engine, filter } = this.parts;
    const { signal } = active.abort;
    signal.throwIfAborted();
    const show = (frame: EngineFrame) => events.emit("frame", active.job, frame);
    const judged = filter && new JudgedFrames(filter, show);
    // A listener, not a race: the slot is free only when the engine has released the job.
    let overdue: NodeJS.Timeout | undefined;
    const onAbort = () => {
      overdue = setTimeout(() => void completion.fail(active, signal.reason), CANCEL_MS);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      const { id, recipe, params, megabytes } = active.job;
      const { checkpoint: resume, reservation } = active;
      return await engine.run(
        { job: id, recipe, params, pictures, ...(resume && { resume }) },
        {
          signal,
          begun,
          megabytes,
          ...(reservation && { reservation }),
          onMoved: () => events.emit("retrying", active.job, { kind: "moved", message: sentence("job.moved") }),
          onFrame: ({ checkpoint, ...frame }) => {
            if (signal.aborted) return;
            if (checkpoint) this.#keepCheckpoint(active, checkpoint);
            active.progress = frame.progress;
            positions.pace();
            if (judged) judged.offer(frame);
            else show(frame);
          },
        },
      );
    } finally {
      judged?.close();
      clearTimeout(overdue);
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Keeps the newest checkpoint: one write at a time, and what a newer one has replaced meanwhile is not written. */
  #keepCheckpoint(active: ActiveJob, checkpoint: Checkpoint): void {
    const { elsewhere, now, writer } = this.context;
    active.checkpoint = checkpoint;
    active.crashes = 0;
    active.endLastTry?.();
    active.job = { ...active.job, attempts: 1 };
    // Where the engine outlives this process, the job is joined with the time at which it began.
    const worked = elsewhere ? {} : { workedMs: workedMs(active.job, now()) };
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

/** What the repository is to know before an attempt. */
function startOf({ state, attempts, startedAt }: Job) {
  return { state, attempts, ...(startedAt !== undefined && { startedAt }) };
}
