import {
  type Checkpoint,
  type EngineFrame,
  type EngineRequest,
  type EngineResult,
  type RunOptions,
  Suspension,
} from "../../engine/process/engine.js";
import { deferred } from "../../shared/deferred.js";

const MOVES_TOLD = 3;

/** One job that was sent, or is to be sent, to a worker: what the bots' side knows of it. */
export class RemoteJob {
  readonly ended: Promise<EngineResult>;
  /** It may be in Redis: an earlier process or this one has sent it. */
  sent: boolean;
  /** How often it had to be sent anew. */
  sends = 0;
  /** Where it can be resumed, should Redis lose it. */
  checkpoint: Checkpoint | undefined;
  /** The run that has it, as far as it was told. */
  token: string | undefined;
  /** The id of the worker that has it, as far as it was told. */
  worker: string | undefined;
  #moves = 0;
  readonly #end = deferred<EngineResult>();
  #frames: Promise<void> = Promise.resolve();
  #look: Promise<void> | undefined;
  #again = false;

  constructor(
    readonly job: string,
    readonly request: EngineRequest,
    private readonly options: RunOptions,
  ) {
    this.sent = options.begun ?? false;
    this.checkpoint = request.resume;
    this.ended = this.#end.promise;
    this.ended.catch(() => undefined);
  }

  get signal(): AbortSignal {
    return this.options.signal;
  }

  /** What it takes, as far as it is known. */
  get megabytes(): number | undefined {
    return this.options.megabytes;
  }

  /** This program stops, and the job goes on without it. */
  get detached(): boolean {
    return this.signal.aborted && this.signal.reason instanceof Suspension;
  }

  onFrame(frame: EngineFrame): void {
    if (frame.checkpoint) this.checkpoint = frame.checkpoint;
    this.options.onFrame(frame);
  }

  /** A worker has begun it. @param isNew false for what was reported before this process was there: it is not told again */
  begunBy(worker: string, token: string, isNew: boolean): void {
    const moved = this.worker !== undefined && this.worker !== worker;
    this.worker = worker;
    this.token = token;
    // Where machines come and go all the time, people need not hear of each.
    if (moved && isNew && ++this.#moves <= MOVES_TOLD) this.options.onMoved?.();
  }

  succeed(result: EngineResult): void {
    this.#end.resolve(result);
  }

  fail(error: unknown): void {
    this.#end.reject(error);
  }

  /** Handles frames one after the other, in their order. Failures are ignored: a result does not depend on a frame. */
  handleInOrder(work: () => Promise<void>): void {
    this.#frames = this.#frames.then(work).catch(() => undefined);
  }

  /** Resolves when every frame that has come in so far is handled. */
  framesHandled(): Promise<void> {
    return this.#frames;
  }

  /** Runs one look at a time; calls that come during one are coalesced into a single look after it. */
  coalesce(look: () => Promise<void>): Promise<void> {
    if (this.#look) {
      this.#again = true;
      return this.#look;
    }
    this.#look = (async () => {
      do {
        this.#again = false;
        await look();
      } while (this.#again);
      this.#look = undefined;
    })();
    return this.#look;
  }
}
