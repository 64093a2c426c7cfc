import type { Job } from "../domain/job.js";
import type { Checkpoint } from "../engine/process/engine.js";
import type { Reservation } from "../shared/memory-budget.js";
import type { CancelReason } from "./queue.js";

/** A job that waits or runs. Its pictures are in the repository until it runs: a long line would fill the memory. */
export interface ActiveJob {
  job: Job;
  /** Takes the job out of p-queue's queue. Not used once it runs: p-queue would give its place away before the engine has let go. */
  readonly leave: AbortController;
  readonly abort: AbortController;
  progress: number;
  cancelled?: CancelReason;
  /** The program stops: it goes on at the next start. */
  suspending?: boolean;
  checkpoint?: Checkpoint | undefined;
  /** Its checkpoint is being written, and perhaps a newer one is to follow. */
  keeping?: Promise<void>;
  /** How often the engine has failed since the job last made progress. */
  crashes: number;
  /** It is on its last try, and others wait with theirs until it has ended or made progress; see `ExclusiveRetry`. */
  leaveLastTry?: () => void;
  /** Where it sits, while it runs. */
  reservation?: Reservation;
  /** It is in the line, or has been. */
  queued?: boolean;
}

export function activeJob(job: Job): ActiveJob {
  return { job, leave: new AbortController(), abort: new AbortController(), progress: 0, crashes: 0 };
}
