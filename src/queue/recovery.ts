import { isFinal, type Job, type JobFailure } from "../domain/model.js";
import type { EngineResult } from "../engine/process/engine.js";
import { defined } from "../shared/defined.js";
import { sentence } from "../shared/sentences/sentence.js";
import type { QueueContext } from "./context.js";
import type { JobCompletion } from "./job-completion.js";
import { activeJob, enterState } from "./job-states.js";
import type { JobEnding } from "./queue.js";
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
    const ending = await endingOf(job, context);
    if (ending) events.emit(...ending);
  }
  const resumed = unfinished.map(({ address, ...job }) => {
    const one = activeJob(job, address);
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

/** How a job has ended that is not active any more, with its picture. */
async function endingOf(job: Job, { repository, writer }: QueueContext): Promise<JobEnding | undefined> {
  if (job.state === "failed" && job.failure) return ["failed", job, job.failure];
  if (job.state === "cancelled")
    return ["cancelled", job, { by: "person", name: job.failure?.message ?? job.author.name }];
  if (job.state !== "done" || !job.result) return undefined;
  const picture = await repository.result(job.id);
  if (picture) {
    const { bytes, type } = picture;
    const { seen, meanings, taught, ...result } = job.result;
    // As the engine has told it, see `JobCompletion.succeed`.
    const told = defined({ seen, meanings, taught } as Pick<EngineResult, "seen" | "meanings" | "taught">);
    return ["done", job, { ...result, ...told, picture: bytes, type, recipe: job.recipe, octaves: [] }];
  }
  const failure: JobFailure = { kind: "lost", message: sentence("job.result-lost") };
  const ended = { job };
  enterState(ended, "failed", { failure });
  await writer.update(job.id, { state: "failed", failure });
  return ["failed", ended.job, failure];
}

/** See `JobQueue.untold`. */
export async function untold(id: string, context: QueueContext): Promise<JobEnding | "unwritten" | undefined> {
  const job = await context.repository.get(id);
  // It has ended, but the disk has not taken that yet.
  if (job && !isFinal(job.state)) return "unwritten";
  return job?.unnotified ? endingOf(job, context) : undefined;
}
