import type { Job, JobChange } from "./job.js";

/** Where jobs are kept. The queue writes a job here before it is acknowledged, and every change after that. */
export interface Journal {
  /** Keeps a new job with its input pictures. */
  add(job: Job, pictures: Readonly<Record<string, Uint8Array>>): Promise<void>;
  /** Changes a job; a job that is no longer kept is passed over. */
  update(id: string, change: JobChange): Promise<void>;
  get(id: string): Promise<Job | undefined>;
  /** Jobs of one community whose id begins with `prefix`, newest first, 10 at most. */
  find(where: { readonly platform: string; readonly community: string; readonly prefix: string }): Promise<readonly Job[]>;
  /** A person's newest job in a community. */
  latest(where: { readonly platform: string; readonly community: string; readonly author: string }): Promise<Job | undefined>;
  /** A job's input pictures by role; undefined when they are no longer kept. */
  pictures(id: string): Promise<Readonly<Record<string, Uint8Array>> | undefined>;
  /** Jobs that are waiting or running, oldest first: what a restart takes up again. */
  unfinished(): Promise<readonly Job[]>;
}
