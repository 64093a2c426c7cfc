import type { Job, JobFailure } from "../domain/model.js";
import { sentence } from "../shared/sentences/sentence.js";
import type { QueueContext } from "./context.js";
import type { JobCompletion } from "./job-completion.js";
import { activeJob, enterState } from "./job-states.js";
import { MOST_ATTEMPTS } from "./runner.js";
import type { Scheduler } from "./scheduler.js";

interface RecoveryParts {
  readonly completion: JobCompletion;
  readonly scheduler: Scheduler;
}

/** Takes up what an earlier process left behind, however it ended; see `JobQueue.recover`. */
export async function recover(
  context: QueueContext,
  { completion, scheduler }: RecoveryParts,
  taken: (job: Job) => void,
): Promise<number> {
  const { active, elsewhere, events, logger, repository } = context;
  const unnotified = await repository.unnotified();
  const unfinished = (await repository.unfinished()).filter(({ id }) => !active.has(id));
  for (const job of unnotified) {
    taken(job);
    await reportEnd(job, context);
  }
  const resumed = unfinished.map((job) => {
    const one = activeJob(job);
    return { wasRunning: enterState(one, "waiting") === "entered", one };
  });
  // All are known before the first one starts, so that their positions are right.
  for (const { one } of resumed) active.set(one.job.id, one);
  // Those that were running had their turn.
  for (const { one, wasRunning } of resumed.toSorted((a, b) => Number(b.wasRunning) - Number(a.wasRunning))) {
    const { job } = one;
    taken(job);
    if (job.attempts >= MOST_ATTEMPTS) {
      logger.error({ job: job.id, attempts: job.attempts }, "a job was begun too often without progress");
      const message = sentence("job.interrupted", { attempts: job.attempts });
      void completion.failed(one, { kind: "interrupted", message });
      continue;
    }
    events.emit("resumed", job);
    if (wasRunning && elsewhere) scheduler.join(one);
    else scheduler.enqueue(one);
  }
  const count = unnotified.length + resumed.length;
  const ids = { resumed: resumed.map(({ one }) => one.job.id), untold: unnotified.map(({ id }) => id) };
  if (count > 0) logger.info(ids, "jobs taken up again");
  return count;
}

/** Reports how a job of an earlier process has ended. */
async function reportEnd(job: Job, { events, repository, writer }: QueueContext): Promise<void> {
  if (job.state === "failed" && job.failure) events.emit("failed", job, job.failure);
  else if (job.state === "cancelled")
    events.emit("cancelled", job, { by: "person", name: job.failure?.message ?? job.author.name });
  else if (job.state === "done" && job.result) {
    const picture = await repository.result(job.id);
    if (picture) {
      const { bytes, type } = picture;
      events.emit("done", job, { ...job.result, picture: bytes, type, recipe: job.recipe, octaves: [] });
      return;
    }
    const failure: JobFailure = { kind: "lost", message: sentence("job.result-lost") };
    const ended = { job };
    enterState(ended, "failed", { failure });
    await writer.update(job.id, { state: "failed", failure });
    events.emit("failed", ended.job, failure);
  }
}
