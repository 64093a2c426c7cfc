import { EventEmitter } from "node:events";
import type { Logger } from "pino";
import type { Job, JobChange, JobState } from "../domain/model.js";
import type { Checkpoint } from "../engine/process/engine.js";
import type { Reservation } from "../shared/memory-budget.js";
import type { CancelReason, QueueEvents, QueueReport } from "./queue.js";

/**
 * The states of a job, and which may follow each:
 *
 * - "waiting" is entered when the job is accepted, with its images, in the repository, and again when the program stops
 *   or is killed while the job runs. It is left when the scheduler starts the job, when a person cancels it, or when it
 *   was begun too often without progress: then it fails.
 * - "running" is entered when the scheduler starts the job, or the next start joins one that a worker has. It is left
 *   when the engine has ended it, or it is cancelled, takes too long, or the program stops. A retry after an engine's
 *   crash and a move to another worker keep it, as does a stop of the program while a worker has the job.
 * - "done" is entered when the result is in the repository. It is left only when the result was lost before it was
 *   posted: then the job fails.
 * - "failed" and "cancelled" are entered when that is in the repository, and never left.
 *
 * In the last three the job has left the queue, and is `unnotified` until its final message is posted (a transactional
 * outbox).
 */
const NEXT: Readonly<Record<JobState, readonly JobState[]>> = {
  waiting: ["running", "failed", "cancelled"],
  running: ["waiting", "done", "failed", "cancelled"],
  done: ["failed"],
  failed: [],
  cancelled: [],
};

/**
 * Changes a job's state, the only place that does. "refused", and nothing is changed, where that state may not follow.
 */
export function enterState(
  holder: { job: Job },
  state: JobState,
  change: Omit<JobChange, "state"> = {},
): "entered" | "refused" {
  const { job } = holder;
  if (!NEXT[job.state].includes(state)) return "refused";
  holder.job = { ...job, ...change, state };
  return "entered";
}

/**
 * A job that waits or runs. Its images are in the repository until it runs: those of a long queue would fill the
 * memory.
 */
export interface ActiveJob {
  job: Job;
  /** See `JobRequest`. */
  readonly address?: string | undefined;
  /**
   * Takes the job out of p-queue. Not used once it runs: p-queue would free its slot before the engine has released it.
   */
  readonly leave: AbortController;
  readonly abort: AbortController;
  progress: number;
  cancelled?: CancelReason;
  /** The program stops: the job resumes at the next start. */
  suspending?: boolean;
  checkpoint?: Checkpoint | undefined;
  /** Its checkpoint is being written, and a newer one may follow. */
  keeping?: Promise<void>;
  /** How often the engine has failed since the job last made progress. */
  crashes: number;
  /** It is on its last try, which no other job's runs beside; see `JobRunner`. */
  endLastTry?: () => void;
  reservation?: Reservation;
  /** It has been handed to the scheduler. */
  queued?: boolean;
}

export function activeJob(job: Job, address?: string): ActiveJob {
  return { job, address, leave: new AbortController(), abort: new AbortController(), progress: 0, crashes: 0 };
}

/**
 * Calls listeners when something happens to jobs. One that throws is logged, and the others are called all the same.
 */
export class QueueEmitter {
  readonly #events = new EventEmitter().setMaxListeners(0);

  constructor(private readonly logger: Logger) {}

  on<E extends keyof QueueEvents>(event: E, listener: (...args: QueueEvents[E]) => void): void {
    this.#events.on(event, listener);
  }

  off<E extends keyof QueueEvents>(event: E, listener: (...args: QueueEvents[E]) => void): void {
    this.#events.off(event, listener);
  }

  emit(...[event, ...args]: QueueReport): void {
    for (const listener of this.#events.listeners(event)) {
      try {
        listener(...args);
      } catch (error) {
        this.logger.error({ err: error, event }, "a listener of the queue failed");
      }
    }
  }
}
