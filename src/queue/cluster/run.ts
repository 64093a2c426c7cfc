import type { EngineDownload } from "../../engine/process/engine.js";
import type { WorkerInfo } from "./registry.js";

/**
 * Why a run ends before its picture is done: a person wants no more of it; its lock is gone, so another worker may have it; this worker
 * stops and hands it back; or it has taken too long.
 */
export type Stop = "cancelled" | "lost" | "stopping" | "time";

/** What a run's signal is aborted with. */
class StopError extends Error {
  override readonly name = "StopError";
  constructor(readonly why: Stop) {
    super(`The run ends early: ${why}.`);
  }
}

/** One job while a worker has it. */
export class Run {
  readonly #abort = new AbortController();
  /** When the lock was last known to be ours, by performance.now(). */
  renewedAt = performance.now();
  progress = 0;
  /** Tells the bots that the job waits for a download; not there before it can wait for one, nor when it paints. */
  downloading: ((download: EngineDownload) => void) | undefined;

  constructor(readonly job: string) {}

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get stopped(): Stop | undefined {
    const { aborted, reason } = this.signal;
    return aborted && reason instanceof StopError ? reason.why : undefined;
  }

  /** The first reason counts. */
  stop(why: Stop): void {
    if (!this.signal.aborted) this.#abort.abort(new StopError(why));
  }

  get state(): WorkerInfo["running"][number] {
    return { job: this.job, progress: this.progress };
  }
}
