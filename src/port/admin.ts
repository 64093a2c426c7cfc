/**
 * The port's part for operators: what they may see and do in a chat of their own. Plain data, so that it can be sent to
 * a page. The moderators of that chat see jobs of all platforms and all channels.
 */
import type { ChannelRef, Member } from "../domain/model.js";

/** A job that runs or waits. Times are seconds. */
export interface AdminJob {
  readonly id: string;
  /** In plain words, such as "Dream of creatures". */
  readonly title: string;
  readonly recipe: string;
  readonly person: string;
  readonly platform: string;
  /** As people call it, such as "#art". */
  readonly channel: string;
  readonly state: "waiting" | "running";
  /** 1 for the next to start; 0 while it runs. */
  readonly place: number;
  /** 0..1. */
  readonly progress: number;
  /** Since it was accepted, until it began. */
  readonly waited: number;
  /** Since it began; 0 while it waits. */
  readonly ran: number;
  /** Expected until it begins; 0 while it runs. */
  readonly startsIn: number;
  /** Expected from its begin, or from now while it runs, to its end. */
  readonly takes: number;
  /** How often it has been begun. */
  readonly attempts: number;
  /** The machine that works on it, where there are several. */
  readonly worker?: string;
}

export interface AdminFailure {
  readonly job: string;
  readonly title: string;
  readonly person: string;
  readonly platform: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly kind: string;
  /** The sentence that the user saw. */
  readonly message: string;
}

export interface AdminEngine {
  readonly state: string;
  /** What computes, such as "onnx-cpu". */
  readonly runtime?: string;
  readonly pid?: number;
  readonly starts: number;
  readonly crashes: number;
  readonly memoryBytes?: number;
  /** Where there are several. */
  readonly devices?: readonly {
    readonly name: string;
    readonly state: string;
    readonly running: number;
    readonly slots: number;
  }[];
}

/** A process that takes jobs for several bots. */
export interface AdminWorker {
  readonly name: string;
  readonly version: string;
  readonly runtime: string;
  /** Jobs it works on, and how many it takes at a time. */
  readonly running: number;
  readonly slots: number;
  /** Milliseconds since the epoch. */
  readonly seenAt: number;
  /** Why it gets no jobs, such as another version; undefined when all is well. */
  readonly problem?: string;
}

export interface AdminChat {
  readonly platform: string;
  readonly connected: boolean;
  readonly detail?: string;
}

/**
 * What the queue does: "open": takes jobs and begins them; "paused": takes them and begins none; "draining": takes none
 * and begins none. Running ones go on in any of them. What waits is on disk: it goes on when the queue is open again,
 * or the program is started again.
 */
export type AdminMode = "open" | "paused" | "draining";

/** The program at one moment. */
export interface AdminOverview {
  /** Milliseconds since the epoch, like the next one. */
  readonly at: number;
  readonly startedAt: number;
  readonly version: string;
  readonly node: string;
  readonly mode: AdminMode;
  readonly waiting: number;
  readonly running: number;
  /** Running ones first, then in the order of their turns; the first 200. */
  readonly jobs: readonly AdminJob[];
  /** The newest first, 20 at most. */
  readonly failures: readonly AdminFailure[];
  readonly engine?: AdminEngine;
  readonly workers: readonly AdminWorker[];
  readonly chats: readonly AdminChat[];
  /** Of the bots' process, and of the machine. */
  readonly memory: { readonly botsBytes: number; readonly freeBytes: number; readonly totalBytes: number };
  readonly disk: { readonly freeBytes: number; readonly low: boolean };
  /** Parts that do not work, each with a sentence. */
  readonly problems: readonly { readonly part: string; readonly problem: string }[];
}

/** What moderators may ask for. For other users every call rejects with a ChatError "forbidden". */
export interface ChatAdmin {
  overview(user: Member): Promise<AdminOverview>;
  /** Cancels any user's job. Rejects with a ChatError "gone" when it has ended. */
  cancel(user: Member, job: string): Promise<void>;
  /** Cancels all that waits or runs in a channel and its threads. Resolves with how many jobs. */
  cancelIn(user: Member, channel: ChannelRef): Promise<number>;
  /** Those jobs that run go on in any mode: when none does, the program can be stopped without haste. */
  setMode(user: Member, mode: AdminMode): Promise<void>;
  /**
   * Calls back whenever the overview may have changed, until the returned function is called. Throws for others, too.
   */
  watch(user: Member, changed: () => void): () => void;
}
