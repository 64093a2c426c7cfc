import type { Logger } from "pino";
import type { Job } from "../domain/job.js";
import { type ActiveJob, activeJob } from "./active-job.js";
import type { QueueEmitter } from "./emitter.js";
import { lost, stuck } from "./failures.js";
import type { JobCompletion } from "./job-completion.js";
import type { JobRepository } from "./job-repository.js";
import { enterState } from "./job-states.js";
import type { JobWriter } from "./job-writer.js";
import { BEGINNINGS } from "./runner.js";
import type { Scheduler } from "./scheduler.js";

interface RecoveryOptions {
  readonly active: Map<string, ActiveJob>;
  readonly repository: JobRepository;
  readonly writer: JobWriter;
  readonly completion: JobCompletion;
  readonly events: QueueEmitter;
  readonly scheduler: Scheduler;
  /** What was running may still run: the engine has outlived the process. */
  readonly elsewhere: boolean;
  readonly logger: Logger;
}

/** Takes up what an earlier process left behind, however it ended; see `JobQueue.recover`. */
export async function recover(options: RecoveryOptions, taken: (job: Job) => void): Promise<number> {
  const { elsewhere, completion, events, repository, active, logger, scheduler } = options;
  const owed = await repository.unnotified();
  const unfinished = (await repository.unfinished()).filter(({ id }) => !active.has(id));
  for (const job of owed) {
    taken(job);
    await tellAgain(job, options);
  }
  const resumed = unfinished.map((job) => {
    const one = activeJob(job);
    return { wasRunning: enterState(one, "waiting") === "entered", one };
  });
  // All of them are there before the first one starts, so that everybody's place is known.
  for (const { one } of resumed) active.set(one.job.id, one);
  // Those that were running had their turn.
  for (const { one, wasRunning } of [
    ...resumed.filter((each) => each.wasRunning),
    ...resumed.filter((each) => !each.wasRunning),
  ]) {
    taken(one.job);
    if (one.job.attempts >= BEGINNINGS) {
      logger.error({ job: one.job.id, attempts: one.job.attempts }, "a job was begun too often without getting ahead");
      void completion.failed(one, stuck(one.job.attempts));
      continue;
    }
    events.emit("resumed", one.job);
    if (wasRunning && elsewhere) scheduler.join(one);
    else scheduler.enqueue(one);
  }
  const count = owed.length + resumed.length;
  if (count > 0)
    logger.info(
      { resumed: resumed.map(({ one }) => one.job.id), untold: owed.map(({ id }) => id) },
      "jobs taken up again",
    );
  return count;
}

/** Tells how a job of an earlier process has ended. */
async function tellAgain(job: Job, { events, repository, writer }: RecoveryOptions): Promise<void> {
  if (job.state === "failed" && job.failure) events.emit("failed", job, job.failure);
  else if (job.state === "cancelled")
    events.emit("cancelled", job, { by: "person", name: job.failure?.message ?? job.author.name });
  else if (job.state === "done" && job.result) {
    const picture = await repository.result(job.id);
    if (picture) {
      const result = { ...job.result, picture: picture.bytes, type: picture.type, recipe: job.recipe, octaves: [] };
      events.emit("done", job, result);
      return;
    }
    const failure = lost("This was made, but its picture was lost before it could be shown. Please make it again.");
    const ended = { job };
    enterState(ended, "failed", { failure });
    await writer.update(job.id, { state: "failed", failure });
    events.emit("failed", ended.job, failure);
  }
}
