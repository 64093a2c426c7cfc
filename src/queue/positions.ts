import { LRUCache } from "lru-cache";
import { type Job, workedMs } from "../domain/model.js";
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

/** How strongly the newest job counts: about the last five jobs make the estimate. */
const WEIGHT = 0.3;
/** Cost keys remembered; the least recently learnt are forgotten. */
const REMEMBERED = 500;

/**
 * Learns how long jobs take, in seconds per megapixel-step, for each cost key ("dream resnet50 creatures") and, as a
 * fallback, for each recipe (the key's first word). Until something has been learnt, it guesses from the settings.
 *
 * @example
 * const estimator = new Estimator({ dream: 2 });
 * estimator.seconds("dream resnet50 creatures", 1.8); // 3.6
 */
export class Estimator {
  readonly #learnt = new LRUCache<string, number>({ max: REMEMBERED });

  /** @param guesses seconds per megapixel-step by recipe, before anything has been learnt */
  constructor(private readonly guesses: Readonly<Record<string, number>>) {}

  /** Seconds that `cost` megapixel-steps will take. */
  seconds(costKey: string, cost: number): number {
    const recipe = recipeOf(costKey);
    return cost * (this.#learnt.peek(costKey) ?? this.#learnt.peek(recipe) ?? this.guesses[recipe] ?? 2);
  }

  /** A job of `cost` megapixel-steps has taken `seconds`. */
  learn(costKey: string, cost: number, seconds: number): void {
    if (!(cost > 0) || !(seconds >= 0)) return;
    for (const key of new Set([costKey, recipeOf(costKey)])) {
      const before = this.#learnt.peek(key) ?? seconds / cost;
      this.#learnt.set(key, before + WEIGHT * (seconds / cost - before));
    }
  }
}

const recipeOf = (costKey: string): string => costKey.split(" ", 1)[0] ?? costKey;
