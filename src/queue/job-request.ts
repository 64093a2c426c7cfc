import type { ChannelRef } from "../domain/channel.js";
import type { Credit } from "../domain/credit.js";
import type { JobAudience } from "../domain/job.js";
import type { User } from "../domain/user.js";

/** What those who manage a channel allow in it, besides what the installation allows; what is left out is not bounded. */
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

/** How much memory a job takes at its peak, in megabytes, besides the program and its networks. */
export interface JobMemory {
  readonly megabytes: number;
  /** The same job made smaller, largest first: what one would write, such as "size:512", and what it takes. */
  readonly smaller: readonly { readonly line: string; readonly megabytes: number }[];
}

/** A job that the queue is asked to run. */
export interface JobRequest {
  /**
   * A new id that was written down before, so that after a stop in between it is known whether there is such a job; left out, the queue
   * chooses.
   */
  readonly id?: string;
  readonly channel: ChannelRef;
  readonly author: User;
  readonly recipe: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Encoded input images by role. */
  readonly pictures: Readonly<Record<string, Uint8Array>>;
  readonly cost: number;
  readonly costKey: string;
  readonly priority?: number;
  readonly from?: string;
  readonly repeats?: boolean;
  readonly credits?: readonly Credit[];
  readonly spoiler?: boolean;
  readonly audience?: JobAudience;
  /** The caps of its channel: checked at admission, and not kept with the job. */
  readonly caps?: JobCaps;
  /** An estimate. What smaller versions would take is not kept either. */
  readonly memory?: JobMemory;
}
