/**
 * The engine as the rest of the program sees it: jobs in, frames and a result out. The recipes run in a process of
 * their own.
 */

import type { MemoryReservations, Reservation } from "../../shared/memory-budget.js";
import { KindError, type Said } from "../../shared/sentences/sentence-error.js";
import type { ChannelMeanings, Seen, Sighting } from "../../shared/sighting.js";

/** What to run. Plain data: it crosses a process border and is stored with the job. */
export interface EngineRequest {
  /** The recipe's name, for instance "dream". */
  readonly recipe: string;
  /** The recipe's parameters, checked by its zod schema inside the engine. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Encoded input images by role, for instance `{ image: <JPEG bytes> }`. */
  readonly pictures: Readonly<Record<string, Uint8Array>>;
  /** The job's id: every line that is logged about it names it. */
  readonly job?: string;
  /**
   * The checkpoint of an earlier attempt at the same request. One that cannot be read is ignored: the job starts over.
   */
  readonly resume?: Checkpoint;
}

/** What a job resumes from after its process has died. */
export interface Checkpoint {
  /** The octave (scale, image of a sweep, frame of a film) after which it was taken. */
  readonly octave: number;
  /** The recipe's own state, opaque to everybody else. */
  readonly state: Uint8Array;
}

/** An image on the way to the result. */
export interface EngineFrame {
  readonly kind: "octave" | "preview" | "film";
  /** 1-based; of a film, its frame. */
  readonly octave: number;
  readonly octaves: number;
  /** 1-based step inside the octave. */
  readonly step: number;
  readonly steps: number;
  /** Share of the whole job that is done, 0..1. */
  readonly progress: number;
  readonly width: number;
  readonly height: number;
  /** Encoded image (JPEG for previews, PNG for octaves and frames of a film). */
  readonly picture: Uint8Array;
  /** Media type of `picture`. */
  readonly type: string;
  /** Comes with the frames after which the job can be taken up again. */
  readonly checkpoint?: Checkpoint;
}

/** A network on its way to the machine that needs it; bytes. */
export interface EngineDownload {
  readonly network: string;
  readonly received: number;
  /** Unknown where the server does not say. */
  readonly total: number | undefined;
}

export interface OctaveSummary {
  readonly octave: number;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly lossStart: number;
  readonly lossEnd: number;
}

/** What was taught, as it crosses borders and is kept with a job. */
interface TaughtLayer {
  /** The file of `training/trained-layer.ts` in base64, some 100 kB. */
  readonly file: string;
  /** How much stronger it answers to pictures of its motifs than to pictures of nothing. */
  readonly preference: number;
}

export interface EngineResult {
  readonly picture: Uint8Array;
  /** Media type of `picture`: image/png; of a film image/webp, image/gif or video/mp4. */
  readonly type: string;
  /** Only where the result is a film. */
  readonly film?: { readonly frames: number; readonly framesPerSecond: number };
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  readonly recipe: string;
  /** The recipe's version; default: 1. */
  readonly version?: number;
  readonly network: string;
  readonly runtime: string;
  readonly seed: number;
  readonly octaves: readonly OctaveSummary[];
  /** What networks see in it, where it was dreamt into a word: first the one that dreamt. */
  readonly seen?: readonly Sighting[];
  /** What the channels stand for that it shows, where its network's classifier reads one layer's. */
  readonly meanings?: ChannelMeanings;
  /** What its network sees in the picture, the most probable first, where that was the question. */
  readonly labels?: readonly Seen[];
  /** The layer that was taught, where that was asked for. */
  readonly taught?: TaughtLayer;
  /** Every parameter as used, defaults filled in: enough to make the image again. */
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * What a run's signal is aborted with when the program stops and the job is to go on later: an engine elsewhere need
 * not stop.
 */
export class Suspension extends Error {
  override readonly name = "Suspension";
}

export interface RunOptions {
  readonly signal: AbortSignal;
  /** An earlier process has begun this job: an engine elsewhere may be at it still, or have done it. */
  readonly begun?: boolean;
  onFrame(frame: EngineFrame): void;
  /** The job's estimated memory at its worst moment, for engines on other machines, which see to their own. */
  readonly megabytes?: number | undefined;
  /** The job's place, where the engine gives out places. */
  readonly reservation?: Reservation;
  /** An engine elsewhere tells that the machine that had the job has gone, and another one goes on with it. */
  onMoved?(): void;
}

/** One device of several. */
export interface DeviceStatus extends Omit<EngineStatus, "devices"> {
  /** Such as "cuda:0". */
  readonly name: string;
  /** Jobs that it runs side by side. */
  readonly slots: number;
}

/** How an engine is doing, for operators. */
export interface EngineStatus {
  /**
   * "idle": it has no process, the next job starts one; "silent": it has not answered for a while; "failing": its
   * process has ended several times in a row before it could take jobs.
   */
  readonly state: "idle" | "starting" | "ready" | "silent" | "failing" | "closed";
  readonly pid?: number;
  /** Processes started so far, and those among them that ended unasked. */
  readonly starts: number;
  readonly crashes: number;
  /** Jobs inside. */
  readonly running: number;
  /** Resident memory of its process, as last reported. */
  readonly memoryBytes?: number;
  /** What computes, such as "onnx-cpu"; the setting until the first program has been compiled. */
  readonly runtime?: string;
  /** Where there are several: what was said above is of all together. */
  readonly devices?: readonly DeviceStatus[];
}

/** Runs jobs one after the other or side by side; the queue decides how many. */
export interface Engine {
  /**
   * Runs one job. Rejects with the signal's reason when aborted (within a second), with an {@link EngineError}
   * otherwise.
   */
  run(request: EngineRequest, options: RunOptions): Promise<EngineResult>;
  /** Decides what fits side by side, where the engine has several devices; then each job comes with its seat. */
  readonly memory?: MemoryReservations;
  /** Loads and compiles a network, so that the first job is quick; a job that comes ends it. */
  warmUp?(network: string): Promise<void>;
  /** Answers at once, from what is known. */
  status?(): EngineStatus;
  close(): Promise<void>;
}

export type EngineErrorKind = "input" | "network" | "device" | "memory" | "crashed" | "time" | "internal";

/**
 * Why a job failed, in a sentence for the person who asked. "device" is the operator's to mend: what was asked to
 * compute cannot. "crashed" and "memory" may be tried again; "time" comes from an engine elsewhere, which keeps the
 * time limit itself.
 */
export class EngineError<S extends Said = Said> extends KindError<EngineErrorKind, S> {
  override readonly name = "EngineError";
}

/** Whether an engine has refused or ended something because it is being closed. */
export function isClosing(error: unknown): boolean {
  return error instanceof EngineError && error.identifier === "engine.closing";
}
