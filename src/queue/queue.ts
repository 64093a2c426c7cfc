import type { EngineFrame, EngineResult } from "../engine/process/engine.js";
import type { Job, JobFailure, JobMessages, JobRequest } from "./job.js";

/** Where a job stands. Times are estimates in seconds. */
export interface Standing {
  readonly job: Job;
  /** 1 for the next to start; 0 while it runs. */
  readonly place: number;
  /** Until it starts. */
  readonly waitSeconds: number;
  /** From its start (or from now, while it runs) to its end. */
  readonly runSeconds: number;
}

/** Who or what ended a job early. */
export type CancelReason = { readonly by: "person"; readonly name: string } | { readonly by: "shutdown" };

/** What the queue reports, in the order in which it happens to a job. Each listener returns quickly and does not throw. */
export interface QueueEvents {
  accepted: [job: Job];
  /** A waiting job has another place in line than before. */
  moved: [standing: Standing];
  started: [job: Job];
  frame: [job: Job, frame: EngineFrame];
  /** The engine has failed in a way that may not happen again; the job is begun once more. */
  retrying: [job: Job, failure: JobFailure];
  done: [job: Job, result: EngineResult];
  failed: [job: Job, failure: JobFailure];
  cancelled: [job: Job, reason: CancelReason];
}

export interface JobQueue {
  /**
   * Accepts a job, or rejects with a {@link QueueError}. `accepted` is called with the new job before any of its events,
   * so that whoever shows the job misses none.
   */
  submit(request: JobRequest, accepted?: (job: Job) => void): Promise<Job>;
  /** Ends a waiting job at once and a running one within a second; false when there is no such unfinished job. */
  cancel(id: string, reason: CancelReason): boolean;
  /** Running jobs first, then the waiting ones in the order of their turns. */
  line(): readonly Standing[];
  standing(id: string): Standing | undefined;
  /** Keeps which messages show the job. */
  keepMessages(id: string, messages: JobMessages): Promise<void>;
  on<E extends keyof QueueEvents>(event: E, listener: (...args: QueueEvents[E]) => void): void;
  off<E extends keyof QueueEvents>(event: E, listener: (...args: QueueEvents[E]) => void): void;
  /** Takes no more jobs, ends the waiting ones, gives running ones `graceMs` and then cancels them; resolves when all have ended. */
  close(graceMs: number): Promise<void>;
}

export type QueueErrorKind = "full" | "person-waiting" | "person-hour" | "channel-waiting" | "channel-hour" | "closing";

/** Why a job was not accepted, in a sentence for the person who asked. */
export class QueueError extends Error {
  override readonly name = "QueueError";
  constructor(
    readonly kind: QueueErrorKind,
    message: string,
  ) {
    super(message);
  }
}
