import { setTimeout as delay } from "node:timers/promises";
import type { MemoryReservations, Reservation } from "../../shared/memory-budget.js";

/** Places may become free without anybody's leaving: a device that could not compute is tried again after a while. */
const LOOK_MS = 1_000;

/** A job's place, and how it is left. */
interface Entered {
  /** For the engine that gives out places. */
  readonly reservation: Reservation;
  leave(): void;
}

/**
 * Lets a worker's jobs in one after the other, each when its memory is there. Nobody overtakes: a large job would wait for ever behind
 * small ones.
 */
export class WorkerMemory {
  #before: Promise<void> = Promise.resolve();
  #leaving: PromiseWithResolvers | undefined;

  constructor(private readonly memory: MemoryReservations) {}

  /** Waits for a place; rejects with the signal's reason when it is aborted meanwhile. @param megabytes undefined where nothing is known */
  async enter(megabytes: number | undefined, signal: AbortSignal): Promise<Entered> {
    const before = this.#before;
    const mine = resolvers();
    this.#before = before.then(() => mine.promise);
    try {
      await unlessAborted(before, signal);
      while (!this.memory.fits(megabytes)) {
        this.#leaving ??= resolvers();
        const looking = new AbortController();
        const soon = delay(LOOK_MS, undefined, { signal: looking.signal }).catch(() => undefined);
        await unlessAborted(Promise.race([this.#leaving.promise, soon]), signal).finally(() => looking.abort());
      }
      const reservation = this.memory.take(megabytes);
      const leave = (): void => {
        reservation.release();
        this.#leaving?.resolve();
        this.#leaving = undefined;
      };
      return { reservation, leave };
    } finally {
      mine.resolve();
    }
  }
}

interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  resolve(): void;
}

function resolvers(): PromiseWithResolvers {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

async function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const aborted = resolvers();
  signal.addEventListener("abort", aborted.resolve, { once: true });
  await Promise.race([promise, aborted.promise]);
  signal.removeEventListener("abort", aborted.resolve);
  signal.throwIfAborted();
}
