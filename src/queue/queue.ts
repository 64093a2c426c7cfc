import type { Job, JobFailure, JobMessages } from "../domain/model.js";
import type { EngineFrame, EngineResult } from "../engine/process/engine.js";
import { KindError, type Said } from "../shared/sentences/sentence-error.js";
import type { Seen } from "../shared/sighting.js";
import type { JobRequest } from "./job-request.js";
import type { Verdict } from "./picture-filter.js";

/** A job's position in the queue. Times are estimates in seconds. */
export interface QueuePosition {
  readonly job: Job;
  /** 1 for the next to start; 0 while it runs. */
  readonly position: number;
  /** Until it starts. */
  readonly waitSeconds: number;
  /** From its start (or from now, while it runs) to its end. */
  readonly runSeconds: number;
  /** From 0 to 1; 0 as long as it waits. */
  readonly progress: number;
}

/** Who ended a job early. */
export interface CancelReason {
  readonly by: "person";
  readonly name: string;
}

/** What a network is asked about a picture. */
export interface ClassifyRequest {
  /** Encoded. */
  readonly picture: Uint8Array;
  readonly network: string;
  /** Who asks: one person's questions are few at a time. */
  readonly person: string;
  /** Frames of a moving picture that are looked at; default: the first alone. */
  readonly frames?: number;
  /** How many labels are wanted; a few by default. */
  readonly labels?: number;
}

/** What the queue reports, in the order in which it happens to a job. Listeners return quickly and do not throw. */
export interface QueueEvents {
  accepted: [job: Job];
  /** A job that an earlier process left unfinished waits again. */
  resumed: [job: Job];
  /** What {@link JobQueue.position} said of a waiting job holds no more, as far as it is told; or the announcement. */
  moved: [position: QueuePosition];
  started: [job: Job];
  frame: [job: Job, frame: EngineFrame];
  /** The engine has failed in a way that may pass, or the job's machine has gone; the job is begun once more. */
  retrying: [job: Job, failure: JobFailure];
  done: [job: Job, result: EngineResult];
  failed: [job: Job, failure: JobFailure];
  cancelled: [job: Job, reason: CancelReason];
  /** The program stops. The job is in the repository, and resumes at the next start. */
  suspended: [job: Job];
}

/** One of the events with what it says. */
type Reported<E extends keyof QueueEvents> = { [K in E]: readonly [K, ...QueueEvents[K]] }[E];
export type QueueReport = Reported<keyof QueueEvents>;
/** How a job has ended. */
export type JobEnding = Reported<"done" | "failed" | "cancelled">;

export interface JobQueue {
  /**
   * Accepts a job, or rejects with a {@link QueueError}. `accepted` is called with the new job before any of its
   * events, so that its presenter misses none.
   */
  submit(request: JobRequest, accepted?: (job: Job) => void): Promise<Job>;
  /**
   * Takes up what an earlier process left behind; called once, when the listeners are set. `taken` is called for each
   * job before any of its events:
   * - jobs that were waiting or running are "resumed" and run again in their old order, those that were running first.
   *   A job that was begun too often without progress fails instead;
   * - jobs whose end was not posted (see {@link markNotified}) are "done", "failed" or "cancelled" once more.
   *
   * Resolves with how many there were.
   */
  recover(taken: (job: Job) => void): Promise<number>;
  /**
   * What a network sees in a picture: its best labels, the most probable first. No job: it is answered beside them, and
   * nothing of it is kept. Rejects with a {@link QueueError} or an EngineError.
   */
  classify(request: ClassifyRequest): Promise<readonly Seen[]>;
  /** Whether a picture may be shown here; every one where no filter is set. Never rejects. */
  judge(picture: Uint8Array): Promise<Verdict>;
  /** A job's end is posted: the next start does not report it again. */
  markNotified(id: string): Promise<void>;
  /**
   * How a job has ended whose end is not posted yet, with its picture; "unwritten" while the repository does not have
   * it, undefined when nothing is to be posted. Nothing is reported.
   */
  untold(id: string): Promise<JobEnding | "unwritten" | undefined>;
  /** Ends a waiting job at once and a running one within a second; false when there is no such unfinished job. */
  cancel(id: string, reason: CancelReason): boolean;
  /** Running jobs first, then the waiting ones in the order in which they will start. */
  positions(): readonly QueuePosition[];
  position(id: string): QueuePosition | undefined;
  /** What counts against the caps of a person, of a channel, and of that person there. */
  counts(of: Pick<Job, "channel" | "author">): Readonly<Record<"person" | "channel" | "both", JobCounts>>;
  /** Keeps which messages show the job. */
  keepMessages(id: string, messages: JobMessages): Promise<void>;
  on<E extends keyof QueueEvents>(event: E, listener: (...args: QueueEvents[E]) => void): void;
  off<E extends keyof QueueEvents>(event: E, listener: (...args: QueueEvents[E]) => void): void;
  /**
   * From now on no job starts; running ones continue. New ones are accepted and wait; with `refusing` they are refused
   * (QueueError "draining"), so that the program can be stopped for longer. Waiting jobs resume at the next start, or
   * after {@link unpause}.
   */
  pause(how?: { readonly refusing?: boolean }): void;
  unpause(): void;
  readonly paused: boolean;
  /** It is paused, and takes nothing new. */
  readonly refusing: boolean;
  /** Resolves when no job runs; of use with {@link pause}, for maintenance. */
  drain(): Promise<void>;
  /** What everybody who waits should know, in a sentence: for instance that no worker is there. */
  announcement?(): string | undefined;
  /**
   * Takes no more jobs and starts none. Running ones have `graceMs` to end; after that they are "suspended", as waiting
   * ones are at once, and resume from their last checkpoint at the next start. Resolves when all of it is in the
   * repository.
   */
  close(graceMs: number): Promise<void>;
}

/** Jobs as caps count them. */
export interface JobCounts {
  /** Those that wait or run. */
  readonly open: number;
  /** Those that were accepted within the last hour, whatever has become of them. */
  readonly started: number;
}

type QueueErrorKind =
  | "unreachable"
  | "full"
  | "person-waiting"
  | "person-hour"
  | "address-waiting"
  | "channel-waiting"
  | "channel-hour"
  | "memory"
  | "draining"
  | "closing";

/** Why a job was not accepted, in a sentence for the person who asked. */
export class QueueError<S extends Said = Said> extends KindError<QueueErrorKind, S> {
  override readonly name = "QueueError";
}
