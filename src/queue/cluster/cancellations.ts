import type { Redis } from "ioredis";

/** A note that a job is not wanted any more stays this long, for workers that were out of reach when it was written. */
const KEEP_MS = 3_600_000;

/** Tells workers which jobs are not wanted any more: at once by a message, and by a note for those who have missed it. */
export class Cancellations {
  constructor(
    private readonly redis: Redis,
    private readonly prefix: string,
  ) {}

  /** The channel on which they are told; messages are jobs' ids. */
  get channel(): string {
    return `${this.prefix}:cancel`;
  }

  async cancel(job: string): Promise<void> {
    await this.redis.set(this.#key(job), "1", "PX", KEEP_MS);
    await this.redis.publish(this.channel, job);
  }

  /** Those of some jobs that are not wanted any more. */
  async among(jobs: readonly string[]): Promise<readonly string[]> {
    if (jobs.length === 0) return [];
    const notes = await this.redis.mget(jobs.map((job) => this.#key(job)));
    return jobs.filter((_, index) => typeof notes[index] === "string");
  }

  async forget(job: string): Promise<void> {
    await this.redis.del(this.#key(job));
  }

  #key(job: string): string {
    return `${this.prefix}:cancelled:${job}`;
  }
}
