/** Where jobs sit while the engine has them: how many fit side by side, by their memory. */

/** Memory held by one job, from its start until the engine has released it. */
export interface Reservation {
  release(): void;
}

/** Gives out places; asked before a job begins. */
export interface MemoryReservations {
  /** Whether a job may begin now. @param megabytes what it takes; undefined where nothing is known of it */
  fits(megabytes: number | undefined): boolean;
  take(megabytes: number | undefined): Reservation;
}

/**
 * The room of one device. A job of which nothing is known (an older version has taken it in) may be as large as any, so
 * it has the room for itself; and alone every job may run, whatever is thought of it.
 */
export class MemoryBudget implements MemoryReservations {
  #taken = 0;
  #jobs = 0;

  /** @param megabytes for the pictures of all jobs side by side; undefined sets no bound */
  constructor(readonly megabytes: number | undefined) {}

  get jobs(): number {
    return this.#jobs;
  }

  fits(megabytes: number | undefined): boolean {
    if (this.megabytes === undefined || this.#jobs === 0) return true;
    return this.#taken + (megabytes ?? this.megabytes) <= this.megabytes;
  }

  take(megabytes: number | undefined): Reservation {
    const taken = megabytes ?? this.megabytes ?? 0;
    this.#taken += taken;
    this.#jobs++;
    let released = false;
    return {
      release: () => {
        if (released) return;
        released = true;
        this.#taken -= taken;
        this.#jobs--;
      },
    };
  }
}
