import type { JobFailure } from "../domain/job.js";
import { EngineError } from "../engine/process/engine.js";
import { sentence } from "../shared/sentences/sentence.js";

/** May the same job succeed when it is begun anew? */
export function retryable(error: unknown): boolean {
  return error instanceof EngineError && (error.kind === "crashed" || error.kind === "memory");
}

/** What people are told of an engine's error; the log has its cause. */
export function failureOf(error: unknown): JobFailure {
  if (error instanceof EngineError) return { kind: error.kind, message: error.message };
  return { kind: "internal", message: sentence("job.failed") };
}

/** A job that has gone from one machine to another: the first one was stopped, or died. */
export function moved(): JobFailure {
  return { kind: "moved", message: sentence("job.moved") };
}

/** A job whose pictures are gone. */
export function lost(message: string): JobFailure {
  return { kind: "lost", message };
}

/** A job that was begun again and again without progress: perhaps it brings the whole program down. */
export function stuck(attempts: number): JobFailure {
  return {
    kind: "interrupted",
    message: sentence("job.interrupted", { attempts }),
  };
}

/** A job that ran for longer than it may. */
export function overtime(jobSeconds: number): JobFailure {
  const minutes = Math.max(1, Math.round(jobSeconds / 60));
  return {
    kind: "time",
    message: sentence("job.overtime", { minutes }),
  };
}
