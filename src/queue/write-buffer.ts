import type { Logger } from "pino";
import type { JobChange } from "../domain/job.js";
import { StoreError } from "../store/errors.js";
import type { JobPicture, JobRepository } from "./job-repository.js";

/** How long after a failure it is tried again, in milliseconds. */
const AGAIN_MS = 10_000;
/** Pictures that wait take no more memory than this, in bytes; later ones are shown in the chat only. */
const MOST_BYTES = 64e6;

/**
 * Writes what becomes of jobs, and remembers what a full or read-only disk has not taken, until it does. No more can wait than there are
 * jobs that were accepted before the trouble began: a disk that takes nothing takes no new jobs either.
 */
export class WriteBuffer {
  readonly #changes = new Map<string, JobChange>();
  readonly #results = new Map<string, JobPicture>();
  #timer: NodeJS.Timeout | undefined;
  #settling: Promise<void> | undefined;

  constructor(
    private readonly repository: JobRepository,
    private readonly logger: Logger,
    private readonly againMs = AGAIN_MS,
  ) {}

  /** Rejects when the repository has not taken the change; it may be remembered all the same. */
  async update(id: string, change: JobChange): Promise<void> {
    // With what is owed from before, which must not be written over this later.
    const whole = { ...this.#changes.get(id), ...change };
    this.#changes.delete(id);
    try {
      await this.repository.update(id, whole);
    } catch (error) {
      if (mayPass(error)) this.#changes.set(id, { ...whole, ...this.#changes.get(id) });
      this.#tryLater();
      throw error;
    }
  }

  /** Rejects when the repository has not taken the picture; it may be remembered all the same. */
  async keepResult(id: string, picture: JobPicture): Promise<void> {
    try {
      await this.repository.keepResult(id, picture);
    } catch (error) {
      const waiting = [...this.#results.values()].reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
      if (mayPass(error) && waiting + picture.bytes.byteLength <= MOST_BYTES) this.#results.set(id, picture);
      this.#tryLater();
      throw error;
    }
  }

  /** Tries to write all that was not taken. Never rejects. */
  settle(): Promise<void> {
    this.#settling ??= this.#settle().finally(() => {
      this.#settling = undefined;
      this.#tryLater();
    });
    return this.#settling;
  }

  async #settle(): Promise<void> {
    if (this.#changes.size + this.#results.size === 0) return;
    const jobs = new Set([...this.#changes.keys(), ...this.#results.keys()]);
    try {
      for (const [id, picture] of [...this.#results]) {
        await this.repository.keepResult(id, picture);
        this.#results.delete(id);
      }
      for (const id of [...this.#changes.keys()]) await this.update(id, {});
      this.logger.info({ jobs: [...jobs] }, "what the disk had not taken is written now");
    } catch (error) {
      this.logger.debug({ err: error }, "the disk still takes nothing");
    }
  }

  #tryLater(): void {
    if (this.#timer || this.#changes.size + this.#results.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.settle();
    }, this.againMs);
    this.#timer.unref();
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof StoreError && (error.kind === "full" || error.kind === "unwritable");
}
