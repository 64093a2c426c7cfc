import type { Job } from "../domain/job.js";
import type { Checkpoint } from "../engine/process/engine.js";
import type { Reservation } from "../shared/memory-budget.js";
import type { CancelReason } from "./queue.js";

/**
 * A job that waits or runs. Its images are in the repository until it runs: those of a long queue would fill the
 * memory.
 */
export interface ActiveJob {
  job: Job;
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

export function activeJob(job: Job): ActiveJob {
  return { job, leave: new AbortController(), abort: new AbortController(), progress: 0, crashes: 0 };
}
