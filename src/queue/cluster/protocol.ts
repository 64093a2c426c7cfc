/** What bots and workers say to each other through Redis. Whoever changes anything here that the other side reads raises PROTOCOL. */

import type { EngineDownload, EngineErrorKind, EngineFrame, EngineResult } from "../../engine/process/engine.js";
import type { Relayed } from "../../shared/sentences/sentence-error.js";

/**
 * Part of the queue's name, so that a worker never sees jobs of another protocol. The registry of workers and the note of what the bots
 * speak (`registry.ts`) are outside of it and stay as they are for ever: they are how different versions recognise each other.
 */
export const PROTOCOL = 2;

/** BullMQ's queue: its keys begin with `<prefix>:<name>:`. */
export function queueName(protocol: number): string {
  return `jobs-v${protocol}`;
}

/** BullMQ takes no ids that are numbers, and ours may consist of digits. */
export function ticketOf(job: string): string {
  return `job-${job}`;
}

export function jobOf(ticket: string): string {
  return ticket.replace(/^job-/, "");
}

/** What a worker is asked to do. The pictures lie in the blob store. */
export interface Task {
  readonly job: string;
  readonly recipe: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Roles of the input pictures. */
  readonly pictures: readonly string[];
  /** Its estimated memory at its worst moment; left out where nothing is known of it. */
  readonly megabytes?: number;
  /** The longest it may run, in seconds. */
  readonly jobSeconds: number;
}

/** Keys in the blob store. */
export const blobKeys = {
  input: (job: string, role: string): string => `jobs/${job}/input-${role}`,
  /** Where the job can be resumed; the newest replaces the one before. */
  checkpoint: (job: string): string => `jobs/${job}/checkpoint`,
  /** Octaves are all kept until they are fetched; of what may be missed there is one at a time. */
  frame: (job: string, { kind, octave }: Pick<EngineFrame, "kind" | "octave">): string =>
    `jobs/${job}/${kind === "octave" ? `octave-${octave}` : kind}`,
  /** Each run has its own, so that a worker that has lost a job does not touch the result of the next one. */
  result: (job: string, token: string): string => `jobs/${job}/result-${token.replace(/[^\w-]/g, "-")}`,
} as const;

/** What a worker tells while it works; the same as BullMQ's "progress". */
export type Report =
  | { readonly type: "begun"; readonly token: string; readonly worker: string }
  /** The job waits for a network that is being downloaded; bytes. */
  | { readonly type: "download"; readonly token: string; readonly download: EngineDownload }
  | {
      readonly type: "frame";
      readonly token: string;
      readonly frame: Omit<EngineFrame, "picture" | "checkpoint">;
      readonly blob: string;
      /** There is a new checkpoint. */
      readonly checkpoint: boolean;
    };

/** How a run ended; the same as BullMQ's "return value". */
export type Outcome =
  | {
      readonly status: "done";
      readonly worker: string;
      readonly blob: string;
      readonly result: Omit<EngineResult, "picture">;
    }
  | ({ readonly status: "failed"; readonly worker: string; readonly kind: EngineErrorKind } & Relayed)
  | { readonly status: "cancelled"; readonly worker: string };
