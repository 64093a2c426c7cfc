import {
  type Checkpoint,
  type EngineFrame,
  type EngineRequest,
  type EngineResult,
  type RunOptions,
  Suspension,
} from "../../engine/process/engine.js";

const MOVES_TOLD = 3;

/** One job that was sent, or is to be sent, to a worker: what the bots' side knows of it. */
export class RemoteJob {
  readonly ended: Promise<EngineResult>;
  /** It may be in Redis: an earlier process or this one has sent it. */
  sent: boolean;
  /** How often it had to be sent anew. */
  sends = 0;
  /** Where it can be taken up again, should Redis lose it. */
  checkpoint: Checkpoint | undefined;
  /** The run that has it, as far as it was told. */
  token: string | undefined;
  /** The id of the worker that has it, as far as it was told. */
  worker: string | undefined;
  #moves = 0;
  #resolve: (result: EngineResult) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #turns: Promise<void> = Promise.resolve();
  #look: Promise<void> | undefined;
  #again = false;

  constructor(
    readonly job: string,
    readonly request: EngineRequest,
    private readonly options: RunOptions,
  ) {
    this.sent = options.begun ?? false;
    this.checkpoint = request.resume;
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
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

  /** A worker has begun it. @param live it happens now; what was told before this process was there is not told again */
  begunBy(worker: string, token: string, live: boolean): void {
    const moved = this.worker !== undefined && this.worker !== worker;
    this.worker = worker;
    this.token = token;
    // Where machines come and go all the time, people need not hear of each.
    if (moved && live && ++this.#moves <= MOVES_TOLD) this.options.onMoved?.();
  }

  succeed(result: EngineResult): void {
    this.#resolve(result);
  }

  fail(error: unknown): void {
    this.#reject(error);
  }

  /** One thing after the other, so that frames come in their order. What fails is passed over: a result does not depend on a frame. */
  inTurn(work: () => Promise<void>): void {
    this.#turns = this.#turns.then(work).catch(() => undefined);
  }

  /** Resolves when all that came in so far has been dealt with. */
  turns(): Promise<void> {
    return this.#turns;
  }

  /** One look at a time; what is asked for in the middle of one follows it, once. */
  looking(look: () => Promise<void>): Promise<void> {
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
