/**
 * What bots and workers send each other through Redis. A change of anything that the other side reads raises WIRE.
 */

import { createHash } from "node:crypto";
import type {
  Checkpoint,
  EngineDownload,
  EngineErrorKind,
  EngineFrame,
  EngineResult,
} from "../../engine/process/engine.js";
import { JOB_DEFINITIONS } from "../../engine/recipes/definitions.js";
import type { Relayed } from "../../shared/sentences/sentence-error.js";

const WIRE = 4;

/**
 * Part of the queue's name, so that a worker never sees jobs of another protocol. The registry (`registry.ts`) is
 * outside of it and keeps its form for ever: by it different versions recognise each other. Each version of a recipe is
 * a protocol too, or it would depend on the worker what an image looks like.
 */
export const PROTOCOL = protocolOf(JOB_DEFINITIONS);

/** @param recipes with their versions: a worker that has others must not paint these bots' jobs */
export function protocolOf(recipes: readonly { readonly name: string; readonly version: number }[]): number {
  const text = recipes.map(({ name, version }) => `${name} ${version}`).join();
  return WIRE * 100_000 + createHash("sha256").update(text).digest().readUInt16BE();
}

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

/** What a worker is asked to do. The images are in the blob store. */
export interface Task {
  readonly job: string;
  readonly recipe: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Roles of the input images. */
  readonly pictures: readonly string[];
  /** Its estimated peak memory; left out where that is unknown. */
  readonly megabytes?: number;
  /** The longest it may run, in seconds. */
  readonly jobSeconds: number;
}

/** Keys in the blob store. */
export const blobKeys = {
  input: (job: string, role: string): string => `jobs/${job}/input-${role}`,
  /** Where the job can be resumed; the newest replaces the one before. */
  checkpoint: (job: string): string => `jobs/${job}/checkpoint`,
  /** Octaves are all kept until they are fetched; of previews and frames of a film only the newest is. */
  frame: (job: string, { kind, octave }: Pick<EngineFrame, "kind" | "octave">): string =>
    `jobs/${job}/${kind === "octave" ? `octave-${octave}` : kind}`,
  /** Each run has its own, so that a worker that has lost a job does not touch the result of the next one. */
  result: (job: string, token: string): string => `jobs/${job}/result-${token.replace(/[^\w-]/g, "-")}`,
} as const;

/** What a worker reports while it works; BullMQ's "progress". */
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

/** How a run ended; BullMQ's "return value". */
export type Outcome =
  | {
      readonly status: "done";
      readonly worker: string;
      readonly blob: string;
      readonly result: Omit<EngineResult, "picture">;
    }
  | ({ readonly status: "failed"; readonly worker: string; readonly kind: EngineErrorKind } & Relayed)
  | { readonly status: "cancelled"; readonly worker: string };

/** A checkpoint as bytes: the octave in four bytes, then its state. */
export function packCheckpoint({ octave, state }: Checkpoint): Uint8Array {
  const bytes = new Uint8Array(4 + state.byteLength);
  new DataView(bytes.buffer).setUint32(0, octave);
  bytes.set(state, 4);
  return bytes;
}

/** Undefined when it is none: the job starts over. */
export function unpackCheckpoint(bytes: Uint8Array | undefined): Checkpoint | undefined {
  if (bytes === undefined || bytes.byteLength < 4) return undefined;
  const octave = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
  return { octave, state: bytes.subarray(4) };
}
