/** How much of the machine's memory the jobs that run have, by their estimates, and whether one more fits beside them. */
export class Room {
  #taken = 0;
  #jobs = 0;

  /** @param megabytes for all jobs together; without it, whatever comes fits */
  constructor(readonly megabytes: number | undefined) {}

  /**
   * Whether a job's memory is there now. One of which nothing is known may be as large as any, so it has the machine for itself; and alone
   * every job may run, whatever is thought of it.
   */
  fits(megabytes: number | undefined): boolean {
    if (this.megabytes === undefined || this.#jobs === 0) return true;
    return this.#taken + (megabytes ?? this.megabytes) <= this.megabytes;
  }

  /** Counts a job in. The returned function counts it out again: when the engine has let go of it, which may be later than its end is told. */
  take(megabytes: number | undefined): () => void {
    const taken = megabytes ?? this.megabytes ?? 0;
    this.#taken += taken;
    this.#jobs++;
    return () => {
      this.#taken -= taken;
      this.#jobs--;
    };
  }
}
