/**
 * What the bots' process and the engine's process say to each other. Sent with structured cloning, so bytes stay bytes.
 */
import type { Relayed } from "../../shared/sentences/sentence-error.js";
import type { EngineSettings } from "../open.js";
import type { EngineDownload, EngineErrorKind, EngineFrame, EngineRequest, EngineResult } from "./engine.js";

export type ToWorker =
  | { readonly type: "open"; readonly settings: EngineSettings }
  | { readonly type: "run"; readonly id: number; readonly request: EngineRequest }
  | { readonly type: "abort"; readonly id: number }
  | { readonly type: "warm"; readonly id: number; readonly network: string }
  | { readonly type: "ping"; readonly id: number }
  | { readonly type: "close" };

/** How the worker is doing. */
interface Vitals {
  /** Resident memory of its process. */
  readonly memoryBytes: number;
  /** What computes, such as "onnx-cpu"; the setting until the first program has been compiled. */
  readonly runtime: string;
}

export type FromWorker =
  | ({ readonly type: "ready" } & Vitals)
  | ({ readonly type: "pong"; readonly id: number } & Vitals)
  | { readonly type: "frame"; readonly id: number; readonly frame: EngineFrame }
  | { readonly type: "result"; readonly id: number; readonly result: EngineResult }
  | { readonly type: "warmed"; readonly id: number }
  | { readonly type: "aborted"; readonly id: number }
  | ({
      readonly type: "failed";
      readonly id: number;
      readonly kind: EngineErrorKind;
      readonly cause: string;
    } & Relayed)
  /** A line for the log, which only the parent writes. */
  | {
      readonly type: "log";
      readonly level: "debug" | "info" | "warn";
      readonly text: string;
      readonly fields: Readonly<Record<string, unknown>>;
    }
  | ({ readonly type: "download" } & EngineDownload);
