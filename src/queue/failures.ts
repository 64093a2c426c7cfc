import type { JobFailure } from "../domain/job.js";
import { EngineError } from "../engine/process/engine.js";

/** May the same job succeed when it is begun anew? */
export function retryable(error: unknown): boolean {
  return error instanceof EngineError && (error.kind === "crashed" || error.kind === "memory");
}

/** What people are told of an engine's error; the log has its cause. */
export function failureOf(error: unknown): JobFailure {
  if (error instanceof EngineError) return { kind: error.kind, message: error.message };
  return { kind: "internal", message: "Something went wrong inside the painter. It has been written to the log." };
}

/** A job that has gone from one machine to another: the first one was stopped, or died. */
export const MOVED: JobFailure = {
  kind: "moved",
  message: "The machine that worked on this has stopped; another one goes on with it.",
};

/** A job whose pictures are gone. */
export function lost(message: string): JobFailure {
  return { kind: "lost", message };
}

/** A job that was begun again and again without getting ahead: perhaps it brings the whole program down. */
export function stuck(attempts: number): JobFailure {
  return {
    kind: "interrupted",
    message: `Dreamloom was stopped ${attempts} times while it worked on this, so I have given it up. A smaller size may help.`,
  };
}

/** A job that ran for longer than it may. */
export function overtime(jobSeconds: number): JobFailure {
  const minutes = Math.max(1, Math.round(jobSeconds / 60));
  const limit = minutes === 1 ? "1 minute" : `${minutes} minutes`;
  return {
    kind: "time",
    message: `This took more than ${limit}, the longest a job may take. Try a smaller size or fewer steps.`,
  };
}
