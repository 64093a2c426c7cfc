import type { Community, Job, JobChange, MessageRef } from "../domain/model.js";
import type { Checkpoint } from "../engine/process/engine.js";

/** A result's image or film, encoded. */
export interface JobPicture {
  readonly bytes: Uint8Array;
  /** Media type, such as "image/png". */
  readonly type: string;
}

/** A job as it is added, and as it is taken up again. */
export interface UnfinishedJob extends Job {
  /** See `JobRequest`; forgotten when the job ends. */
  readonly address?: string;
}

type Awaitable<T> = T | Promise<T>;

/**
 * Where jobs are kept, on disk the store's `Jobs`. The queue writes a job here before it is acknowledged, and every
 * change after that. What concerns a job that is not kept is ignored.
 */
export interface JobRepository {
  /** Keeps a new job with its input images. */
  add(job: UnfinishedJob, pictures: Readonly<Record<string, Uint8Array>>): Promise<void>;
  /** Changes a job. Its checkpoint goes when it ends. */
  update(id: string, change: JobChange): Awaitable<void>;
  keepResult(id: string, picture: JobPicture): Promise<void>;
  /**
   * Keeps what an unfinished job can resume from, in place of an earlier checkpoint; that of any other job is ignored.
   */
  keepCheckpoint(id: string, checkpoint: Checkpoint): Promise<void>;
  /** What an unfinished job can resume from, if anything. */
  checkpoint(id: string): Promise<Checkpoint | undefined>;
  get(id: string): Awaitable<Job | undefined>;
  /** Jobs of one community whose id begins with `prefix`, newest first, 10 at most. */
  find(where: Community & { readonly prefix: string }): Awaitable<readonly Job[]>;
  /** A person's newest job in a community. */
  latest(where: Community & { readonly author: string }): Awaitable<Job | undefined>;
  /** The job that a message was posted for, whichever of its messages it is and whatever thread it is in. */
  ofMessage(message: MessageRef): Awaitable<Job | undefined>;
  /** A job's input images by role; undefined when they are no longer kept. */
  pictures(id: string): Promise<Readonly<Record<string, Uint8Array>> | undefined>;
  /** A job's result; undefined when there is none, or it is no longer kept. */
  result(id: string): Promise<JobPicture | undefined>;
  /** Jobs that were asked for at `time` (milliseconds since the epoch) or later. */
  since(time: number): Awaitable<readonly Pick<Job, "channel" | "author" | "createdAt">[]>;
  /** Jobs that are waiting or running, oldest first: what a stop has interrupted. */
  unfinished(): Awaitable<readonly UnfinishedJob[]>;
  /** Jobs that are done, the last to end first. */
  lastDone(count: number): Awaitable<readonly Job[]>;
  /** Jobs that have ended and whose end was not posted, oldest first. */
  unnotified(): Awaitable<readonly Job[]>;
}
