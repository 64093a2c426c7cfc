import type { StoredImage } from "./images.js";

/** Where something is said: a chat's place, without knowing chats. */
export interface StoredChannel {
  readonly platform: string;
  readonly community: string;
  readonly id: string;
  readonly thread?: string;
}

/** A posted message. */
export interface StoredMessage {
  readonly channel: StoredChannel;
  readonly id: string;
}

export interface StoredUser {
  readonly id: string;
  readonly name: string;
}

/** The messages that show a job. */
export interface StoredMessages {
  readonly announcement?: StoredMessage;
  readonly thread?: StoredChannel;
  readonly progress?: StoredMessage;
  readonly frames: readonly StoredMessage[];
  readonly final?: StoredMessage;
}

/** What a message of a job shows. */
export type MessageRole = "announcement" | "progress" | "frame" | "final";

export interface StoredResult {
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  readonly network: string;
  readonly runtime: string;
  readonly seed: number;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Somebody who is named beside a result's author. */
export interface StoredCredit {
  /** "choice": who has chosen the styles' shares. */
  readonly role: "picture" | "style" | "choice";
  /** A person or an artist. */
  readonly by: string;
  /** What of theirs was used, where it has a name: a style's. */
  readonly what?: string;
}

/** Who may see a result: everybody in the community, or those in the channel where it was made. */
export type StoredAudience = "community" | "channel";

export type StoredState = "waiting" | "running" | "done" | "failed" | "cancelled";

/** A job as it is kept: what the queue's `Job` is, and what the gallery needs besides. */
export interface StoredJob {
  readonly id: string;
  readonly channel: StoredChannel;
  readonly author: StoredUser;
  readonly recipe: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Roles of the input pictures; those are at {@link Jobs.inputs}, as long as they are kept. */
  readonly pictures: readonly string[];
  readonly cost: number;
  readonly costKey: string;
  readonly priority: number;
  /** Estimated memory at its worst moment, in megabytes. */
  readonly megabytes?: number;
  readonly state: StoredState;
  /** How often the engine has begun it since it last got ahead. */
  readonly attempts: number;
  /** Milliseconds since the epoch, like the next two. */
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** Milliseconds that processes worked on it before the one that set `startedAt`. */
  readonly workedMs?: number;
  readonly messages: StoredMessages;
  readonly failure?: { readonly kind: string; readonly message: string };
  readonly result?: StoredResult;
  /** It has ended, and people have yet to be told. */
  readonly unnotified: boolean;
  /** The job this one was made from. It may have been removed since. */
  readonly from?: string;
  /** It has that job's own pictures, not its result: a variation, not a remix. */
  readonly repeats: boolean;
  /** The result picture, as long as it is kept. */
  readonly picture?: StoredImage;
  readonly credits: readonly StoredCredit[];
  /** Made from a hidden picture: shown hidden. */
  readonly spoiler: boolean;
  readonly audience: StoredAudience;
  /** Its author has taken it out of the gallery. */
  readonly hidden: boolean;
  /** How many people have it among their favourites. */
  readonly favourites: number;
}

/** A job as it comes in: seen by the whole community, unhidden and without credits unless it says otherwise. */
export type NewJob = Omit<
  StoredJob,
  "picture" | "hidden" | "favourites" | "credits" | "spoiler" | "audience" | "unnotified" | "repeats"
> &
  Partial<Pick<StoredJob, "credits" | "spoiler" | "audience" | "unnotified" | "repeats">>;

/** What may change in a job's life. */
export type StoredJobChange = Partial<
  Pick<
    StoredJob,
    "state" | "attempts" | "startedAt" | "workedMs" | "finishedAt" | "messages" | "failure" | "result" | "unnotified"
  >
>;

/** A community of a platform. */
export interface Community {
  readonly platform: string;
  readonly community: string;
}

/** One person everywhere on a platform. */
export interface UserKey {
  readonly platform: string;
  readonly user: string;
}
