import { type Job, workedMs } from "../domain/model.js";
import type { Estimator } from "./estimator.js";
import type { ActiveJob } from "./job-states.js";
import type { QueuePosition } from "./queue.js";

interface QueueState {
  readonly running: readonly Pick<ActiveJob, "job" | "progress">[];
  /** In the order in which they will start. */
  readonly waiting: readonly Pick<ActiveJob, "job">[];
  readonly concurrency: number;
  readonly estimator: Estimator;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Progress from which a running job's own speed says more than that of earlier jobs. */
const TRUSTED_PROGRESS = 0.25;

/** Positions and times of all jobs: each waiting one goes to the slot that is free first. */
export function positions(state: QueueState): QueuePosition[] {
  const running = state.running.map(({ job, progress }) => ({
    job,
    position: 0,
    waitSeconds: 0,
    runSeconds: remaining(job, progress, state),
  }));
  const freeAt = running.map((position) => position.runSeconds);
  while (freeAt.length < state.concurrency) freeAt.push(0);
  const waiting = state.waiting.map(({ job }, index) => {
    freeAt.sort((a, b) => a - b);
    const waitSeconds = freeAt.shift() ?? 0;
    const runSeconds = state.estimator.seconds(job.costKey, job.cost);
    freeAt.push(waitSeconds + runSeconds);
    return { job, position: index + 1, waitSeconds, runSeconds };
  });
  return [...running, ...waiting];
}

function remaining(job: Job, progress: number, state: QueueState): number {
  const elapsed = workedMs(job, state.now) / 1000;
  const guess = state.estimator.seconds(job.costKey, job.cost);
  // A guess that has run out was wrong.
  const own = progress >= TRUSTED_PROGRESS || (progress > 0 && elapsed >= guess);
  return Math.max(0, (own ? elapsed / progress : guess) - elapsed);
}

/** Each update is an edit, and chats limit the rate of those. */
const MOST_UPDATED = 20;

/** Reports waiting jobs whose position has changed. */
export class PositionNotifier {
  readonly #positions = new Map<string, number>();
  #telling: NodeJS.Immediate | undefined;

  constructor(
    private readonly positions: () => readonly QueuePosition[],
    private readonly moved: (position: QueuePosition) => void,
  ) {}

  /** Once for all that happens in one turn of the event loop: a long queue takes a while to compute. */
  tell(): void {
    this.#telling ??= setImmediate(() => {
      this.#telling = undefined;
      this.#tellNow();
    });
  }

  /** Reports the first ones again: the queue's announcement has changed. */
  tellAgain(): void {
    for (const position of this.positions())
      if (position.position > 0 && position.position <= MOST_UPDATED) this.moved(position);
  }

  /** The job has left the queue. */
  forget(id: string): void {
    this.#positions.delete(id);
  }

  #tellNow(): void {
    for (const position of this.positions()) {
      const { id } = position.job;
      if (this.#positions.get(id) === position.position) continue;
      const isNew = !this.#positions.has(id);
      this.#positions.set(id, position.position);
      if (!isNew && position.position > 0) this.moved(position);
    }
  }
}
