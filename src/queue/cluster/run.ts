import type { Logger } from "pino";
import { type Engine, type EngineDownload, EngineError, type EngineFrame } from "../../engine/process/engine.js";
import { abortable, retryWithBackoff } from "../../shared/async.js";
import { overtime } from "../failures.js";
import { BlobError, type BlobStore } from "./blobs/blob-store.js";
import type { RunEnd, TakenJob } from "./bull-queue.js";
import type { Cancellations } from "./cancellations.js";
import { blobKeys, type Outcome, packCheckpoint, type Report, unpackCheckpoint } from "./protocol.js";
import type { WorkerInfo } from "./registry.js";
import { ReportSender, SEND_WAITS } from "./report-sender.js";
import type { WorkerMemory } from "./worker-memory.js";

/**
 * Why a run ends before its image is done: a person has cancelled it; its lock is lost, so that another worker may have
 * it; this worker stops and hands it back; or it has taken too long.
 */
export type Stop = "cancelled" | "lost" | "stopping" | "time";

/** What a run's signal is aborted with. */
class StopError extends Error {
  override readonly name = "StopError";
  constructor(readonly why: Stop) {
    super(why);
  }
}

/** An image that the job is made from is not in the blob store. */
class InputMissingError extends Error {
  override readonly name = "InputMissingError";
  constructor(readonly role: string) {
    super(role);
  }
}

interface RunParts {
  /** The worker's id. */
  readonly worker: string;
  readonly engine: Engine;
  readonly memory: WorkerMemory;
  readonly blobs: BlobStore;
  readonly cancellations: Cancellations;
  readonly logger: Logger;
  /** Something could not be sent to the bots; it is tried again. */
  readonly trouble: (error: unknown) => void;
}

type Failure = Omit<Extract<Outcome, { readonly status: "failed" }>, "status" | "worker">;

/** Shortest time between two reports of a download. */
const DOWNLOAD_MS = 1_000;

/** One job while a worker has it. */
export class Run {
  readonly #abort = new AbortController();
  readonly #logger: Logger;
  readonly #reports: ReportSender;
  /** When the lock was last known to be ours, by performance.now(). */
  renewedAt = performance.now();
  #progress = 0;
  /** It may wait for a download: it has its inputs, and no frame yet. */
  #mayDownload = false;
  #downloadReportedAt = 0;

  constructor(
    private readonly parts: RunParts,
    private readonly taken: TakenJob,
  ) {
    this.#logger = parts.logger.child({ job: this.job });
    this.#reports = new ReportSender(this.#signal, (error) => this.#sendingFailed(error));
  }

  get job(): string {
    return this.taken.task.job;
  }

  get state(): WorkerInfo["running"][number] {
    return { job: this.job, progress: this.#progress };
  }

  get #signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The first reason counts. */
  stop(why: Stop): void {
    if (!this.#signal.aborted) this.#abort.abort(new StopError(why));
  }

  /** Runs the job. Rejects when it is to be begun again a little later, here or elsewhere. */
  async execute(): Promise<RunEnd> {
    const timer = setTimeout(() => this.stop("time"), this.taken.task.jobSeconds * 1000);
    try {
      const outcome = await this.#compute();
      this.#logger.info({ status: outcome.status }, "run ended");
      return { end: "completed", outcome };
    } catch (error) {
      const end = await this.#endAfter(error);
      if (end.end === "completed") this.#logger.warn({ err: error, status: end.outcome.status }, "run ended");
      return end;
    } finally {
      clearTimeout(timer);
    }
  }

  /** A network is being downloaded: people who wait for the first frame see it, once a second. */
  downloading(download: EngineDownload): void {
    const now = performance.now();
    if (!this.#mayDownload || this.#signal.aborted) return;
    if (now - this.#downloadReportedAt < DOWNLOAD_MS && download.received !== download.total) return;
    this.#downloadReportedAt = now;
    const report = () => this.#report({ type: "download", token: this.taken.token, download });
    this.#reports.send(report, { mayBeMissed: true });
  }

  async #compute(): Promise<Outcome> {
    const { blobs, cancellations, engine, memory, worker } = this.parts;
    const { token, task, begun } = this.taken;
    const { job, recipe, params } = task;
    if ((await cancellations.among([job])).length > 0) this.stop("cancelled");
    this.#signal.throwIfAborted();
    // The call may take as long as Redis is away, but no longer than the run lasts.
    await abortable(this.#report({ type: "begun", token, worker }), this.#signal);
    const pictures = await this.#inputs();
    const resume = unpackCheckpoint(await blobs.get(blobKeys.checkpoint(job)));
    this.#logger.info({ recipe, resumed: resume?.octave, begun }, "run begins");
    this.#mayDownload = true;
    const { reservation, leave } = await memory.enter(task.megabytes, this.#signal);
    const request = { job, recipe, params, pictures, ...(resume && { resume }) };
    const onFrame = (frame: EngineFrame) => this.#onFrame(frame);
    const running = engine.run(request, { signal: this.#signal, reservation, onFrame });
    // Frames are sent after a failure as well: the next try resumes from the last one.
    const { picture, ...result } = await running.finally(leave).finally(() => this.#reports.idle());
    this.#signal.throwIfAborted();
    const blob = blobKeys.result(job, token);
    const mayPass = (error: unknown) => this.#sendingFailed(error) === "again";
    await retryWithBackoff(() => blobs.put(blob, picture), { ...SEND_WAITS, signal: this.#signal, mayPass });
    this.#signal.throwIfAborted();
    return { status: "done", worker, blob, result };
  }

  async #inputs(): Promise<Record<string, Uint8Array>> {
    const pictures: Record<string, Uint8Array> = {};
    for (const role of this.taken.task.pictures) {
      const bytes = await this.parts.blobs.get(blobKeys.input(this.job, role));
      if (!bytes) throw new InputMissingError(role);
      pictures[role] = bytes;
    }
    return pictures;
  }

  #onFrame({ picture, checkpoint, ...frame }: EngineFrame): void {
    if (this.#signal.aborted) return;
    this.#mayDownload = false;
    this.#progress = frame.progress;
    const { blobs } = this.parts;
    const send = async () => {
      const blob = blobKeys.frame(this.job, frame);
      if (checkpoint) await blobs.put(blobKeys.checkpoint(this.job), packCheckpoint(checkpoint));
      await blobs.put(blob, picture);
      const { token } = this.taken;
      await this.#report({ type: "frame", token, frame, blob, checkpoint: checkpoint !== undefined });
    };
    this.#reports.send(send, { mayBeMissed: frame.kind !== "octave" && checkpoint === undefined });
  }

  async #report(report: Report): Promise<void> {
    if ((await this.taken.report(report)) === "gone") this.stop("lost");
  }

  #sendingFailed(error: unknown): "again" | "never" {
    if (isTooLarge(error)) {
      this.#logger.warn({ err: error }, "something is too large to be sent to the bots");
      return "never";
    }
    this.parts.trouble(error);
    return "again";
  }

  async #endAfter(error: unknown): Promise<RunEnd> {
    const { worker } = this.parts;
    const completed = (outcome: Outcome): RunEnd => ({ end: "completed", outcome });
    const failed = (failure: Failure): RunEnd => completed({ status: "failed", worker, ...failure });
    const { reason } = this.#signal;
    switch (reason instanceof StopError ? reason.why : undefined) {
      case "cancelled":
        return completed({ status: "cancelled", worker });
      case "time":
        return failed(overtime(this.taken.task.jobSeconds));
      case "lost":
        this.#logger.warn("the job is no longer ours; its run was stopped");
        return { end: "not-ours" };
      case "stopping":
        if ((await this.taken.handBack()) === "handed-back") this.#logger.info("job handed back");
        return { end: "not-ours" };
    }
    if (error instanceof InputMissingError) return { end: "input-missing", role: error.role };
    if (error instanceof EngineError) {
      const { kind, message, identifier, params } = error;
      return failed({ kind, message, identifier, params });
    }
    if (isTooLarge(error)) return failed({ kind: "input", message: error.message });
    throw error;
  }
}

function isTooLarge(error: unknown): error is BlobError {
  return error instanceof BlobError && error.kind === "too-large";
}
