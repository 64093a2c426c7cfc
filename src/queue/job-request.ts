import type { Job } from "../domain/model.js";

/** What those who manage a channel allow in it, besides what the installation allows; what is left out is unbounded. */
export interface JobCaps {
  /** Most jobs of one person in the channel that wait or run. */
  readonly perPerson?: number;
  /** Most jobs of one person accepted in the channel in any 60 minutes. */
  readonly perPersonHour?: number;
  /** Most jobs of the channel that wait or run. */
  readonly perChannel?: number;
  /** Most jobs of the channel accepted in any 60 minutes. */
  readonly perChannelHour?: number;
}

/** A job's peak memory in megabytes, besides the program and its networks. */
export interface JobMemory {
  readonly megabytes: number;
  /** The same job made smaller, largest first: what one would write, such as "size:512", and what it takes. */
  readonly smaller: readonly { readonly line: string; readonly megabytes: number }[];
}

type Asked = "channel" | "author" | "recipe" | "params" | "cost" | "costKey";
type Optional =
  | "id"
  | "priority"
  | "from"
  | "repeats"
  | "credits"
  | "spoiler"
  | "about"
  | "among"
  | "still"
  | "called"
  | "audience"
  | "version";

/**
 * A job that the queue is asked to run. With an `id` that was written down before, it is known after a stop in between
 * whether there is such a job; without one the queue chooses it.
 */
export interface JobRequest extends Pick<Job, Asked>, Partial<Pick<Job, Optional>> {
  /** Encoded input images by role. */
  readonly pictures: Readonly<Record<string, Uint8Array>>;
  /** The caps of its channel: checked at admission, and not kept with the job. */
  readonly caps?: JobCaps;
  /** What its author's address counts as, on platforms that know it: told to none, and kept until the job ends. */
  readonly address?: string;
  /** An estimate. What smaller versions would take is not kept either. */
  readonly memory?: JobMemory;
}
