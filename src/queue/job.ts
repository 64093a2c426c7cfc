/** What a job is: plain data that can be stored, sent to another process, and read after a restart. */

/** Where a job was asked for; the same shape as a chat's place, without knowing chats. */
export interface JobChannel {
  readonly platform: string;
  readonly community: string;
  readonly id: string;
  readonly thread?: string;
}

/** A message posted for a job. */
export interface JobMessage {
  readonly channel: JobChannel;
  readonly id: string;
}

/** Every message posted for a job, so that later presses of a button find them. */
export interface JobMessages {
  /** The public answer in the channel; shows the final picture in the end. */
  readonly announcement?: JobMessage;
  readonly thread?: JobChannel;
  readonly progress?: JobMessage;
  readonly frames: readonly JobMessage[];
  readonly final?: JobMessage;
}

export interface JobAuthor {
  readonly id: string;
  readonly name: string;
}

export type JobState = "waiting" | "running" | "done" | "failed" | "cancelled";

/** Why a job has failed: `message` is a sentence for the person who asked. */
export interface JobFailure {
  readonly kind: string;
  readonly message: string;
}

/** What is kept of a result; the picture itself is in the chat. */
export interface JobResult {
  readonly width: number;
  readonly height: number;
  /** Seconds the engine worked. */
  readonly seconds: number;
  readonly network: string;
  readonly runtime: string;
  readonly seed: number;
  /** Every parameter as used, defaults filled in. */
  readonly params: Readonly<Record<string, unknown>>;
}

/** Somebody who is named beside a job's author: who made the picture or the style that it uses, or who chose. */
export interface JobCredit {
  /** "choice": who has chosen the styles' shares. */
  readonly role: "picture" | "style" | "choice";
  readonly by: string;
  /** What of theirs was used, where it has a name: a style's. */
  readonly what?: string;
}

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

/** How much memory a job takes at its worst moment, in megabytes, besides the program and its networks. */
export interface JobMemory {
  readonly megabytes: number;
  /** The same job made smaller, largest first: what one would write, such as "size:512", and what it takes. */
  readonly smaller: readonly { readonly line: string; readonly megabytes: number }[];
}

/** Who may see a result: everybody in the community, or those in its channel. */
export type JobAudience = "community" | "channel";

export interface Job {
  /** Short and readable, see {@link newJobId}. */
  readonly id: string;
  readonly channel: JobChannel;
  readonly author: JobAuthor;
  readonly recipe: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Roles of the input pictures, for instance ["image"]; the bytes are in the journal. */
  readonly pictures: readonly string[];
  /** Size of the task in megapixel-steps: what the expected time is reckoned from. */
  readonly cost: number;
  /** What the time of one megapixel-step depends on, for instance "dream resnet50 creatures". */
  readonly costKey: string;
  /** Larger goes first; 0 for what people ask. */
  readonly priority: number;
  /** Estimated memory at its worst moment, where one is known; see {@link JobMemory}. */
  readonly megabytes?: number;
  readonly state: JobState;
  /** How often the engine has begun it since it last got ahead, to a checkpoint. */
  readonly attempts: number;
  /** Milliseconds since the epoch, like the next two. */
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** Milliseconds that processes before this one worked on it, up to the checkpoint from which it went on; 0 unless told. */
  readonly workedMs?: number;
  readonly messages: JobMessages;
  readonly failure?: JobFailure;
  readonly result?: JobResult;
  /** It has ended, and people have yet to be told. */
  readonly unnotified?: boolean;
  /** The job this one repeats or works on, if any. */
  readonly from?: string;
  /** It repeats that job, from the same pictures, and does not work on its result. */
  readonly repeats?: boolean;
  readonly credits?: readonly JobCredit[];
  /** Made from a hidden picture: its frames and its result are posted hidden. */
  readonly spoiler?: boolean;
  /** "community" unless told. */
  readonly audience?: JobAudience;
}

/** What somebody asks the queue to do. */
export interface JobRequest {
  /** A new id that was written down before, so that after a stop in between it is known whether there is such a job; left out, the queue chooses. */
  readonly id?: string;
  readonly channel: JobChannel;
  readonly author: JobAuthor;
  readonly recipe: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Encoded input pictures by role. */
  readonly pictures: Readonly<Record<string, Uint8Array>>;
  readonly cost: number;
  readonly costKey: string;
  readonly priority?: number;
  readonly from?: string;
  readonly repeats?: boolean;
  readonly credits?: readonly JobCredit[];
  readonly spoiler?: boolean;
  readonly audience?: JobAudience;
  /** The caps of its channel. They are looked at when it comes in, and not kept with it. */
  readonly caps?: JobCaps;
  /** An estimate. What it would take made smaller is not kept either. */
  readonly memory?: JobMemory;
}

/** What may change in a job's life. */
export type JobChange = Partial<
  Pick<
    Job,
    "state" | "attempts" | "startedAt" | "workedMs" | "finishedAt" | "messages" | "failure" | "result" | "unnotified"
  >
>;

/** How long a job has been worked on until then, in milliseconds, by all processes together; 0 before it has begun. */
export function workedMs(
  { startedAt, workedMs: before = 0 }: Pick<Job, "startedAt" | "workedMs">,
  until: number,
): number {
  return before + (startedAt === undefined ? 0 : Math.max(0, until - startedAt));
}

/** One person everywhere on a platform: whom fairness and caps count. */
export function userKey(job: Pick<Job, "channel" | "author">): string {
  return `${job.channel.platform}:${job.author.id}`;
}
