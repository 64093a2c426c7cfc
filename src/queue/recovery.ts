import type { Logger } from "pino";
import { type LiveJob, liveJob } from "./active-job.js";
import type { QueueEmitter } from "./emitter.js";
import { lost, stuck } from "./failures.js";
import type { Job } from "./job.js";
import type { Endings } from "./job-completion.js";
import type { Journal } from "./job-repository.js";
import type { JournalWriter } from "./job-writer.js";
import { BEGINNINGS } from "./runner.js";
import type { Turns } from "./scheduler.js";

export interface RecoveryOptions {
  readonly live: Map<string, LiveJob>;
  readonly journal: Journal;
  readonly writer: JournalWriter;
  readonly endings: Endings;
  readonly events: QueueEmitter;
  readonly turns: Turns;
  /** What was running may still run: the engine has outlived the process. */
  readonly elsewhere: boolean;
  readonly logger: Logger;
}

/** Takes up what an earlier process left behind, however it ended; see `JobQueue.recover`. */
export async function recover(options: RecoveryOptions, taken: (job: Job) => void): Promise<number> {
  const { elsewhere, endings, events, journal, live, logger, turns } = options;
  const owed = await journal.owed();
  const unfinished = (await journal.unfinished()).filter(({ id }) => !live.has(id));
  for (const job of owed) {
    taken(job);
    await tellAgain(job, options);
  }
  const lives = unfinished.map((job) => ({
    wasRunning: job.state === "running",
    one: liveJob({ ...job, state: "waiting" }),
  }));
  // All of them are there before the first one starts, so that everybody's place is known.
  for (const { one } of lives) live.set(one.job.id, one);
  // Those that were running had their turn.
  for (const { one, wasRunning } of [
    ...lives.filter((each) => each.wasRunning),
    ...lives.filter((each) => !each.wasRunning),
  ]) {
    taken(one.job);
    if (one.job.attempts >= BEGINNINGS) {
      logger.error({ job: one.job.id, attempts: one.job.attempts }, "a job was begun too often without getting ahead");
      void endings.failed(one, stuck(one.job.attempts));
      continue;
    }
    events.emit("resumed", one.job);
    if (wasRunning && elsewhere) turns.join(one);
    else turns.enqueue(one);
  }
  const count = owed.length + lives.length;
  if (count > 0)
    logger.info(
      { resumed: lives.map(({ one }) => one.job.id), untold: owed.map(({ id }) => id) },
      "jobs taken up again",
    );
  return count;
}

/** Tells how a job of an earlier process has ended. */
async function tellAgain(job: Job, { events, journal, writer }: RecoveryOptions): Promise<void> {
  if (job.state === "failed" && job.failure) events.emit("failed", job, job.failure);
  else if (job.state === "cancelled")
    events.emit("cancelled", job, { by: "person", name: job.failure?.message ?? job.author.name });
  else if (job.state === "done" && job.result) {
    const picture = await journal.result(job.id);
    if (picture) {
      const result = { ...job.result, picture: picture.bytes, type: picture.type, recipe: job.recipe, octaves: [] };
      events.emit("done", job, result);
      return;
    }
    const failure = lost("This was made, but its picture was lost before it could be shown. Please make it again.");
    const failed: Job = { ...job, state: "failed", failure };
    await writer.update(job.id, { state: "failed", failure });
    events.emit("failed", failed, failure);
  }
}
