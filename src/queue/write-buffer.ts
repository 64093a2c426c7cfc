import type { Logger } from "pino";
import type { JobChange } from "../domain/model.js";
import type { Checkpoint } from "../engine/process/engine.js";
import { StoreError } from "../shared/store-error.js";
import type { JobPicture, JobRepository } from "./job-repository.js";

const RETRY_MS = 10_000;
/** Most bytes of images that wait in memory; later ones are shown in the chat only. */
const MOST_BYTES = 64e6;

/**
 * Writes changes of jobs and their results, and keeps what a full or read-only disk has refused until it takes it. What
 * waits is bounded by the jobs accepted before the disk failed, as such a disk takes no new ones either. Nothing more
 * is written of a job while its result waits.
 */
export class WriteBuffer {
  readonly #changes = new Map<string, JobChange>();
  readonly #results = new Map<string, JobPicture>();
  /** The last change of each job that is being written. */
  readonly #underWay = new Map<string, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #settling: Promise<void> | undefined;

  constructor(
    private readonly repository: JobRepository,
    private readonly logger: Logger,
    private readonly retryMs = RETRY_MS,
  ) {}

  /**
   * Writes after what is being written of the job: an older change that is refused must not come over this one later.
   * Rejects when the repository has refused the change, which may be kept all the same.
   */
  update(id: string, change: JobChange): Promise<void> {
    const write = () => this.#update(id, change);
    const written = this.#underWay.get(id)?.then(write, write) ?? write();
    this.#underWay.set(id, written);
    const done = () => {
      if (this.#underWay.get(id) === written) this.#underWay.delete(id);
    };
    written.then(done, done);
    return written;
  }

  async #update(id: string, change: JobChange): Promise<void> {
    // With what waits from before, which must not be written over this later.
    const whole = { ...this.#changes.get(id), ...change };
    this.#changes.delete(id);
    try {
      // A job that is done has its result, for those who read it meanwhile and for the start after a kill.
      await this.#keepWaiting(id);
      await this.repository.update(id, whole);
    } catch (error) {
      if (mayPass(error)) this.#changes.set(id, whole);
      this.#retryLater();
      throw error;
    }
  }

  async #keepWaiting(id: string): Promise<void> {
    const picture = this.#results.get(id);
    if (!picture) return;
    try {
      await this.repository.keepResult(id, picture);
    } catch (error) {
      if (mayPass(error)) throw error;
      // No later try would help, and other jobs' results wait behind this one.
      this.logger.error({ err: error, job: id }, "a result could not be kept");
    }
    this.#results.delete(id);
  }

  /** Rejects when the repository has refused the image, which may be kept all the same. */
  async keepResult(id: string, picture: JobPicture): Promise<void> {
    try {
      await this.repository.keepResult(id, picture);
    } catch (error) {
      const waiting = [...this.#results.values()].reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
      if (mayPass(error) && waiting + picture.bytes.byteLength <= MOST_BYTES) this.#results.set(id, picture);
      this.#retryLater();
      throw error;
    }
  }

  /** Tries to write all that was refused. Never rejects. */
  settle(): Promise<void> {
    this.#settling ??= this.#settle().finally(() => {
      this.#settling = undefined;
      this.#retryLater();
    });
    return this.#settling;
  }

  async #settle(): Promise<void> {
    if (this.#changes.size + this.#results.size === 0) return;
    const jobs = new Set([...this.#changes.keys(), ...this.#results.keys()]);
    try {
      for (const id of [...this.#results.keys()]) await this.#keepWaiting(id);
      for (const id of [...this.#changes.keys()]) await this.update(id, {});
      this.logger.info({ jobs: [...jobs] }, "what the disk had refused is written");
    } catch (error) {
      this.logger.debug({ err: error }, "the disk still refuses writes");
    }
  }

  #retryLater(): void {
    if (this.#timer || this.#changes.size + this.#results.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.settle();
    }, this.retryMs);
    this.#timer.unref();
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof StoreError && (error.kind === "full" || error.kind === "unwritable");
}

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
