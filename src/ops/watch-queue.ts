import { LRUCache } from "lru-cache";
import { type Job, workedMs } from "../domain/job.js";
import type { JobQueue } from "../queue/queue.js";
import type { Metrics } from "./metrics.js";

/** Counts what the queue reports. */
export function watchQueue(queue: Pick<JobQueue, "on">, metrics: Metrics): void {
  const steps = new StepClock(metrics);
  // These have waited in an earlier process, too: their time says nothing about this one.
  const resumed = new Set<string>();
  queue.on("resumed", ({ id }) => {
    resumed.add(id);
    metrics.resumed.inc();
  });
  queue.on("suspended", (job) => steps.end(job));
  queue.on("accepted", ({ recipe }) => metrics.accepted.inc({ recipe: metrics.bounded("recipe", recipe) }));
  queue.on("started", (job) => {
    if (!resumed.has(job.id))
      metrics.waitSeconds.observe(Math.max(0, (job.startedAt ?? job.createdAt) - job.createdAt) / 1000);
  });
  queue.on("frame", (job, frame) => steps.frame(job, frame));
  queue.on("retrying", (job, { kind }) => {
    steps.end(job);
    metrics.retried.inc({ kind: metrics.bounded("kind", kind) });
  });
  queue.on("done", (job) => {
    const { startedAt, finishedAt, recipe } = job;
    if (startedAt !== undefined && finishedAt !== undefined) {
      metrics.runSeconds.observe({ recipe: metrics.bounded("recipe", recipe) }, workedMs(job, finishedAt) / 1000);
    }
    ended(job);
  });
  queue.on("failed", (job, { kind }) => {
    metrics.failed.inc({ kind: metrics.bounded("kind", kind) });
    ended(job);
  });
  queue.on("cancelled", (job) => ended(job));

  function ended(job: Job): void {
    steps.end(job);
    resumed.delete(job.id);
    metrics.ended.inc({ recipe: metrics.bounded("recipe", job.recipe), state: job.state });
  }
}

/** Jobs whose last frame is remembered: far more than run at a time. */
const REMEMBERED = 1_000;

interface FrameTime {
  readonly octave: number;
  readonly step: number;
  readonly kind?: string;
}

/** Computes the time of a step from the frames of a job. */
class StepClock {
  readonly #last = new LRUCache<string, { readonly octave: number; readonly step: number; readonly at: number }>({
    max: REMEMBERED,
  });

  constructor(
    private readonly metrics: Metrics,
    private readonly now: () => number = () => performance.now(),
  ) {}

  frame(job: Pick<Job, "id" | "recipe" | "params">, { octave, step, kind }: FrameTime): void {
    const at = this.now();
    const last = this.#last.get(job.id);
    this.#last.set(job.id, { octave, step, at });
    // Between two octaves there is more than steps; a frame of a film is not one step.
    if (kind === "film" || last?.octave !== octave || step <= last.step) return;
    const { metrics } = this;
    const network = typeof job.params.network === "string" ? job.params.network : "default";
    const labels = { recipe: metrics.bounded("recipe", job.recipe), network: metrics.bounded("network", network) };
    metrics.stepSeconds.observe(labels, (at - last.at) / 1000 / (step - last.step));
  }

  end(job: Pick<Job, "id">): void {
    this.#last.delete(job.id);
  }
}
