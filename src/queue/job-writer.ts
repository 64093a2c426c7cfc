import type { Logger } from "pino";
import type { JobChange } from "../domain/job.js";
import type { Checkpoint } from "../engine/process/engine.js";
import type { JobPicture, JobRepository } from "./job-repository.js";
import { WriteBuffer } from "./write-buffer.js";

/**
 * Writes what happens to jobs into the repository. A failed write is logged, and the job continues: it is worth more
 * than its record.
 */
export class JobWriter {
  readonly #buffer: WriteBuffer;
  readonly #pending = new Set<Promise<void>>();

  constructor(
    private readonly repository: JobRepository,
    private readonly logger: Logger,
  ) {
    this.#buffer = new WriteBuffer(repository, logger);
  }

  update(id: string, change: JobChange): Promise<void> {
    return this.#write(id, this.#buffer.update(id, change));
  }

  keepResult(id: string, picture: JobPicture): Promise<void> {
    return this.#write(id, this.#buffer.keepResult(id, picture));
  }

  keepCheckpoint(id: string, checkpoint: Checkpoint): Promise<void> {
    return this.#write(id, this.repository.keepCheckpoint(id, checkpoint));
  }

  /** Has {@link idle} wait for what follows from a write, too. `work` must not reject. */
  follow(work: Promise<void>): Promise<void> {
    const followed = work.then(() => {
      this.#pending.delete(followed);
    });
    this.#pending.add(followed);
    return followed;
  }

  /** Tries to write what a full disk has refused. Never rejects. */
  settle(): Promise<void> {
    return this.#buffer.settle();
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  #write(id: string, work: Promise<void>): Promise<void> {
    return this.follow(
      work.catch((error: unknown) => this.logger.error({ err: error, job: id }, "a job could not be written")),
    );
  }
}
