import { abortable, deferred, Mutex, withTimeout } from "../../shared/async.js";
import type { MemoryReservations, Reservation } from "../../shared/memory-budget.js";

/** Memory may become free without a job's leaving: a device that could not compute is tried again after a while. */
const LOOK_MS = 1_000;

/** A job's memory on a worker. */
interface Entered {
  /** For the engine, where that is what reserves memory. */
  readonly reservation: Reservation;
  leave(): void;
}

/**
 * Admits a worker's jobs one after the other, each when its memory is free. None overtakes: a large job would wait for
 * ever behind small ones.
 */
export class WorkerMemory {
  readonly #next = new Mutex();
  #left = deferred();

  constructor(private readonly memory: MemoryReservations) {}

  /**
   * Waits for memory; rejects with the signal's reason when that is aborted first.
   * @param megabytes undefined where they are unknown
   */
  async enter(megabytes: number | undefined, signal: AbortSignal): Promise<Entered> {
    const done = await this.#next.acquire(signal);
    try {
      while (!this.memory.fits(megabytes))
        await abortable(
          withTimeout(this.#left.promise, LOOK_MS, () => undefined),
          signal,
        );
      const reservation = this.memory.take(megabytes);
      const leave = (): void => {
        reservation.release();
        this.#left.resolve();
        this.#left = deferred();
      };
      return { reservation, leave };
    } finally {
      done();
    }
  }
}
