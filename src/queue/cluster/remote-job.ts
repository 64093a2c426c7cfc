import {
  type Checkpoint,
  type EngineFrame,
  type EngineRequest,
  type EngineResult,
  type RunOptions,
  Suspension,
} from "../../engine/process/engine.js";
import { deferred } from "../../shared/async.js";

/** Where machines come and go all the time, people need not read of each. */
const MOVES_REPORTED = 3;

/** A job that was sent, or is to be sent, to a worker, as the bots know it. */
export class RemoteJob {
  /** It may be in Redis: an earlier process or this one has sent it. */
  sent: boolean;
  /** How often it was sent again. */
  sends = 0;
  /** Where it can be resumed, should Redis lose it. */
  checkpoint: Checkpoint | undefined;
  /** The run that has it, as last reported. */
  token: string | undefined;
  /** The id of the worker that has it, as last reported. */
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
    this.ended.catch(() => undefined);
  }

  get ended(): Promise<EngineResult> {
    return this.#end.promise;
  }

  get signal(): AbortSignal {
    return this.options.signal;
  }

  get megabytes(): number | undefined {
    return this.options.megabytes;
  }

  /** This program stops, and the job continues without it. */
  get detached(): boolean {
    return this.signal.aborted && this.signal.reason instanceof Suspension;
  }

  onFrame(frame: EngineFrame): void {
    if (frame.checkpoint) this.checkpoint = frame.checkpoint;
    this.options.onFrame(frame);
  }

  /** A worker has begun it. @param isNew false for what was reported before this process was there */
  begunBy(worker: string, token: string, isNew: boolean): void {
    const moved = this.worker !== undefined && this.worker !== worker;
    this.worker = worker;
    this.token = token;
    if (moved && isNew && ++this.#moves <= MOVES_REPORTED) this.options.onMoved?.();
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
