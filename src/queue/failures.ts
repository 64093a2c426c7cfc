import type { JobFailure } from "../domain/model.js";
import { EngineError } from "../engine/process/engine.js";
import { defined } from "../shared/defined.js";
import { sentence } from "../shared/sentences/sentence.js";
import { FilterError } from "./picture-filter.js";

/** Whether the same job may succeed when it is begun again. */
export function retryable(error: unknown): boolean {
  return error instanceof EngineError && (error.kind === "crashed" || error.kind === "memory");
}

/** What people read of an engine's error; the log has its cause. */
export function failureOf(error: unknown): JobFailure {
  if (error instanceof EngineError) return { kind: error.kind, message: error.message };
  if (error instanceof FilterError)
    return { kind: error.kind, message: error.message, ...defined({ detail: error.detail }) };
  return { kind: "internal", message: sentence("job.failed") };
}

/** A job that ran for longer than it may. */
export function overtime(jobSeconds: number) {
  const minutes = Math.max(1, Math.round(jobSeconds / 60));
  return { kind: "time", message: sentence("job.overtime", { minutes }) } as const;
}
