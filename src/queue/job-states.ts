import type { Job, JobChange, JobState } from "../domain/job.js";

/**
 * The states of a job, and which may follow each:
 *
 * | state | entered | left |
 * | --- | --- | --- |
 * | waiting | when it is accepted, with its images, in the repository; when the program stops or is killed while the job runs | when the scheduler starts it, or a person cancels it; it fails when it was begun too often without progress |
 * | running | when the scheduler starts it, or when the next start joins a job that a worker has | when the engine has ended it, or it is cancelled, takes too long, or the program stops |
 * | done | when the result is in the repository | never, but for a result that was lost before people saw it: then it fails |
 * | failed, cancelled | when that is in the repository | never |
 *
 * The last three are final: the job leaves the queue, and is `unnotified` until its final message is posted (a transactional outbox). A
 * retry after an engine's crash, and a job that moves to another worker, stay "running". A job that a worker goes on with while the
 * program stops stays "running" as well.
 */
const NEXT: Readonly<Record<JobState, readonly JobState[]>> = {
  waiting: ["running", "failed", "cancelled"],
  running: ["waiting", "done", "failed", "cancelled"],
  done: ["failed"],
  failed: [],
  cancelled: [],
};

/** Changes a job's state, the only place that does. "refused", and nothing is changed, where that state may not follow. */
export function enterState(
  holder: { job: Job },
  state: JobState,
  change: Omit<JobChange, "state"> = {},
): "entered" | "refused" {
  const { job } = holder;
  if (!NEXT[job.state].includes(state)) return "refused";
  holder.job = { ...job, ...change, state };
  return "entered";
}
