/** Where jobs are in the queue, when they will start, and who is told. */
import { workedMs } from "../domain/model.js";
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
    runSeconds: secondsLeft({ job, progress }, state),
    progress,
  }));
  const freeAt = running.map((position) => position.runSeconds);
  while (freeAt.length < state.concurrency) freeAt.push(0);
  const waiting = state.waiting.map(({ job }, index) => {
    freeAt.sort((a, b) => a - b);
    const waitSeconds = freeAt.shift() ?? 0;
    const runSeconds = state.estimator.seconds(job.costKey, job.cost);
    freeAt.push(waitSeconds + runSeconds);
    return { job, position: index + 1, waitSeconds, runSeconds, progress: 0 };
  });
  return [...running, ...waiting];
}

/** Until a running job ends. */
export function secondsLeft(
  { job, progress }: Pick<ActiveJob, "job" | "progress">,
  { estimator, now }: Pick<QueueState, "estimator" | "now">,
): number {
  const elapsed = workedMs(job, now) / 1000;
  const guess = estimator.seconds(job.costKey, job.cost);
  // A guess that has run out was wrong.
  const own = progress >= TRUSTED_PROGRESS || (progress > 0 && elapsed >= guess);
  return Math.max(0, (own ? elapsed / progress : guess) - elapsed);
}

/**
 * Positions are told exactly up to the first of these, and beyond it as "so many or more are ahead": a job that leaves
 * a queue of hundreds moves all of them, and each word of it is an edit, of which chats take few.
 */
const TOLD = [10, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1_000, 2_000, 5_000];

/** How a waiting job's position is told: exactly, or by how many are ahead at least. */
export function toldPosition(position: number): { readonly exact: number } | { readonly ahead: number } {
  const ahead = TOLD.findLast((least) => position > least);
  return ahead === undefined ? { exact: position } : { ahead };
}

/** Least time between two reports, in milliseconds: a long queue takes a while to compute. */
const REPORT_MS = 250;

/**
 * Least time between two reports of how fast running jobs are, and by how much a wait must differ from what was told:
 * each is an edit.
 */
const PACE = { everyMs: 5_000, share: 0.2, seconds: 3 };

interface Told {
  /** As one number: that of how many are ahead is negative. */
  readonly place: number;
  /** When it was said to start, in milliseconds as `performance.now()` counts. */
  readonly startsAt: number;
}

/** Reports waiting jobs whose position is told otherwise than before, or that start sooner or later than was told. */
export class PositionNotifier {
  readonly #told = new Map<string, Told>();
  #timer: NodeJS.Timeout | undefined;
  #paceTimer: NodeJS.Timeout | undefined;
  #lastAt = Number.NEGATIVE_INFINITY;
  #lastPaceAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly positions: () => readonly QueuePosition[],
    private readonly moved: (position: QueuePosition) => void,
    private readonly intervalMs = REPORT_MS,
    private readonly paceMs = PACE.everyMs,
  ) {}

  /** Soon, once for all that happens until then. */
  tell(): void {
    const wait = Math.max(0, this.#lastAt + this.intervalMs - performance.now());
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#tellNow((position, told) => told.place !== placeOf(position));
      this.#lastAt = performance.now();
    }, wait).unref();
  }

  /** A running job is further: those whose wait is another one by now are told, where their position is exact. */
  pace(): void {
    const wait = Math.max(0, this.#lastPaceAt + this.paceMs - performance.now());
    this.#paceTimer ??= setTimeout(() => {
      this.#paceTimer = undefined;
      this.#tellNow((position, told) => placeOf(position) > 0 && isOff(position.waitSeconds, told));
      this.#lastPaceAt = performance.now();
    }, wait).unref();
  }

  /** Reports those again whose position is told exactly: the queue's announcement has changed. */
  tellAgain(): void {
    for (const position of this.positions()) if (placeOf(position) > 0) this.#tell(position);
  }

  /** This position of a job has been asked for, and is told. */
  asked(position: QueuePosition): void {
    const startsAt = performance.now() + position.waitSeconds * 1000;
    this.#told.set(position.job.id, { place: placeOf(position), startsAt });
  }

  /** The job has left the queue. */
  forget(id: string): void {
    this.#told.delete(id);
  }

  #tellNow(isNews: (position: QueuePosition, told: Told) => boolean): void {
    for (const position of this.positions()) {
      const before = this.#told.get(position.job.id);
      // Of a new job nothing is told yet: what is, is asked for.
      if (before && isNews(position, before)) this.#tell(position);
    }
  }

  #tell(position: QueuePosition): void {
    this.asked(position);
    if (position.position > 0) this.moved(position);
  }
}

/** What is told of a position; 0 of a job that runs. */
function placeOf({ position }: QueuePosition): number {
  const told = toldPosition(position);
  return "exact" in told ? told.exact : -told.ahead;
}

function isOff(waitSeconds: number, { startsAt }: Told): boolean {
  const told = Math.max(0, (startsAt - performance.now()) / 1000);
  return Math.abs(waitSeconds - told) > Math.max(PACE.seconds, PACE.share * Math.max(told, waitSeconds));
}
