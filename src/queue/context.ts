import type { Logger } from "pino";
import type { JobRepository } from "./job-repository.js";
import type { ActiveJob, QueueEmitter } from "./job-states.js";
import type { PositionNotifier } from "./positions.js";
import type { JobWriter } from "./write-buffer.js";

/** What the parts of a queue share. */
export interface QueueContext {
  /** Jobs that wait or run, by id. */
  readonly active: Map<string, ActiveJob>;
  readonly repository: JobRepository;
  readonly writer: JobWriter;
  readonly events: QueueEmitter;
  readonly positions: PositionNotifier;
  /** The longest a job may run. */
  readonly jobSeconds: number;
  /**
   * The engine is on other machines and outlives this process: it keeps what it has, and sees to time limits itself.
   */
  readonly elsewhere: boolean;
  readonly logger: Logger;
  /** The clock, in milliseconds since the epoch. */
  readonly now: () => number;
}
