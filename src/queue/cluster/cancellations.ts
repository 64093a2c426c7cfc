import type { Redis } from "ioredis";

/** A cancellation is kept this long, for workers that were out of reach when it was published. */
const KEEP_MS = 3_600_000;

/** Tells workers which jobs are cancelled: by a message at once, and by a key for those who have missed it. */
export class Cancellations {
  constructor(
    private readonly redis: Redis,
    private readonly prefix: string,
  ) {}

  /** The channel on which they are published; messages are jobs' ids. */
  get channel(): string {
    return `${this.prefix}:cancel`;
  }

  async cancel(job: string): Promise<void> {
    await this.redis.set(this.#key(job), "1", "PX", KEEP_MS);
    await this.redis.publish(this.channel, job);
  }

  /** Those of some jobs that are cancelled. */
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
