import type { Job, JobChange } from "../domain/job.js";
import type { MessageRef } from "../domain/message.js";
import type { Checkpoint } from "../engine/process/engine.js";

/** A result's picture or film, encoded. */
export interface JobPicture {
  readonly bytes: Uint8Array;
  /** Media type, such as "image/png". */
  readonly type: string;
}

/** Where jobs are kept. The queue writes a job here before it is acknowledged, and every change after that. */
export interface JobRepository {
  /** Keeps a new job with its input pictures. */
  add(job: Job, pictures: Readonly<Record<string, Uint8Array>>): Promise<void>;
  /** Changes a job; a job that is no longer kept is passed over. Its checkpoint goes when it ends. */
  update(id: string, change: JobChange): Promise<void>;
  /** Keeps a job's result picture; that of a job that is no longer kept is passed over. */
  keepResult(id: string, picture: JobPicture): Promise<void>;
  /** Keeps what an unfinished job can go on from, in place of an earlier checkpoint; that of any other job is passed over. */
  keepCheckpoint(id: string, checkpoint: Checkpoint): Promise<void>;
  /** What an unfinished job can go on from; undefined when it has to begin anew. */
  checkpoint(id: string): Promise<Checkpoint | undefined>;
  get(id: string): Promise<Job | undefined>;
  /** Jobs of one community whose id begins with `prefix`, newest first, 10 at most. */
  find(where: {
    readonly platform: string;
    readonly community: string;
    readonly prefix: string;
  }): Promise<readonly Job[]>;
  /** A person's newest job in a community. */
  latest(where: {
    readonly platform: string;
    readonly community: string;
    readonly author: string;
  }): Promise<Job | undefined>;
  /** The job that a message was posted for, whichever of its messages it is; the thread that the message is in does not matter. */
  ofMessage(message: MessageRef): Promise<Job | undefined>;
  /** A job's input pictures by role; undefined when they are no longer kept. */
  pictures(id: string): Promise<Readonly<Record<string, Uint8Array>> | undefined>;
  /** A job's result picture; undefined when there is none, or it is no longer kept. */
  result(id: string): Promise<JobPicture | undefined>;
  /** Jobs that were asked for at `time` (milliseconds since the epoch) or later. */
  since(time: number): Promise<readonly Pick<Job, "channel" | "author" | "createdAt">[]>;
  /** Jobs that are waiting or running, oldest first: what a stop has interrupted. */
  unfinished(): Promise<readonly Job[]>;
  /** Jobs that have ended without anybody having been told, oldest first. */
  unnotified(): Promise<readonly Job[]>;
}
