import type { Logger } from "pino";
import type { JobFailure } from "./job.js";
import type { Journal } from "./journal.js";

const INTERRUPTED: JobFailure = {
  kind: "interrupted",
  message: "Dreamloom was stopped before this was done. Make it again with the same parameters, or with others.",
};

/**
 * Ends the jobs that were waiting or running when the program last stopped without a word (a power cut, a kill): nobody works on
 * them any more. Called once, before the queue takes jobs. Returns how many there were.
 */
export async function endInterrupted(journal: Journal, logger: Logger, now: () => number = Date.now): Promise<number> {
  const jobs = await journal.unfinished();
  for (const { id } of jobs) await journal.update(id, { state: "failed", failure: INTERRUPTED, finishedAt: now() });
  if (jobs.length > 0) {
    logger.warn({ jobs: jobs.map(({ id }) => id) }, "these jobs were interrupted when the program last stopped; they can be made again");
  }
  return jobs.length;
}
