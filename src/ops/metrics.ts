import { LRUCache } from "lru-cache";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { type Job, type MetricsSink, workedMs } from "../domain/model.js";
import type { JobQueue } from "../queue/queue.js";

const PREFIX = "dreamloom_";
/** A label that is made of people's or operators' words takes this many values; the rest are counted as "other". */
const VALUES = 50;

/** From a hundredth of a second to half an hour. */
const WAITS = [0.1, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600];
const RUNS = [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800];
const STEPS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];

/**
 * Every number that Dreamloom tells Prometheus. `docs/operating.md` explains each; a test holds both together.
 *
 * Each object has a registry of its own, so that several can live in one process.
 */
export class Metrics {
  readonly registry = new Registry();
  readonly #known = new Map<string, Set<string>>();

  readonly jobs = this.gauge("jobs", "Jobs that wait or run now.", ["state"]);
  readonly queuePaused = this.gauge(
    "queue_paused",
    "1 while no job is begun because a moderator has paused or drains the queue.",
  );
  readonly accepted = this.counter("jobs_accepted_total", "Jobs that the queue has taken.", ["recipe"]);
  readonly refused = this.counter("jobs_refused_total", "Jobs that the queue has not taken, by reason.", ["reason"]);
  readonly ended = this.counter("jobs_ended_total", "Jobs that have ended: done, failed or cancelled.", [
    "recipe",
    "state",
  ]);
  readonly failed = this.counter("jobs_failed_total", "Jobs that have failed, by kind of failure.", ["kind"]);
  readonly resumed = this.counter(
    "jobs_resumed_total",
    "Unfinished jobs of an earlier run of the program that were taken up again.",
  );
  readonly retried = this.counter(
    "jobs_retried_total",
    "Jobs that were begun once more after a failure, by its kind; moved from a worker that has gone to another.",
    ["kind"],
  );
  readonly waitSeconds = this.histogram("job_wait_seconds", "From a job's acceptance to its begin.", WAITS);
  readonly runSeconds = this.histogram(
    "job_run_seconds",
    "How long a finished job was worked on, over all attempts.",
    RUNS,
    ["recipe"],
  );
  readonly stepSeconds = this.histogram(
    "step_seconds",
    "Time of one step of optimisation, reckoned from two frames of one octave; their making and sending is part of it.",
    STEPS,
    ["recipe", "network"],
  );
  readonly framesPosted = this.counter("frames_posted_total", "Frames and states of progress that are in the chat.", [
    "platform",
  ]);
  readonly framesDropped = this.counter(
    "frames_dropped_total",
    "Frames that were not posted: overtaken by a newer one before the chat took it, or refused by the chat.",
    ["platform", "reason"],
  );
  readonly deliveries = this.counter("deliveries_total", "Final pictures: posted, or failed to be posted anywhere.", [
    "platform",
    "outcome",
  ]);
  readonly chatFailures = this.counter(
    "chat_failures_total",
    "Calls of a chat that failed, those that were tried again among them.",
    ["platform", "kind"],
  );
  readonly chatConnected = this.gauge("chat_connected", "1 while the chat is connected.", ["platform"]);
  readonly shardConnected = this.gauge(
    "chat_shard_connected",
    "1 while a connection of the chat is up, where the platform spreads its communities over several.",
    ["platform", "shard"],
  );
  readonly rateLimitWaits = this.counter("rate_limit_waits_total", "Times that a chat has told the bot to slow down.", [
    "platform",
  ]);
  readonly rateLimitSeconds = this.counter("rate_limit_wait_seconds_total", "Time waited because a chat said so.", [
    "platform",
  ]);
  readonly engineUp = this.gauge(
    "engine_up",
    "1 while the engine's process takes jobs, 0 while it starts, is silent or is not needed.",
  );
  readonly engineStarts = this.counter("engine_starts_total", "Processes of the engine started.");
  readonly engineCrashes = this.counter(
    "engine_crashes_total",
    "Processes of the engine that ended unasked; the next job starts a new one.",
  );
  readonly deviceUp = this.gauge(
    "device_up",
    "As engine_up, of each device, where there are several (ENGINE_DEVICES).",
    ["device"],
  );
  readonly deviceSlots = this.gauge("device_slots", "Jobs that a device runs at a time, where there are several.", [
    "device",
  ]);
  readonly deviceJobs = this.gauge("device_jobs", "Jobs that a device has now, where there are several.", ["device"]);
  readonly workers = this.gauge("workers", "Machines that take jobs, where there is a cluster.", ["state"]);
  readonly workerSlots = this.gauge(
    "worker_slots",
    "Jobs that all workers together run at a time; on a worker, its own.",
  );
  readonly memory = this.gauge(
    "memory_bytes",
    "Resident memory of this process, which is the bots' or a worker's, and of the engine's.",
    ["process"],
  );
  readonly cpuSeconds = this.counter("cpu_seconds_total", "Processor time of this process, without the engine's.");
  readonly loopLag = this.gauge(
    "event_loop_lag_seconds",
    "How late this process was for what it had to do, over the last 15 to 30 seconds.",
    ["percentile"],
  );
  readonly storeBytes = this.gauge("store_bytes", "Size of what is kept in the data folder.", ["part"]);
  readonly diskFree = this.gauge("disk_free_bytes", "Space left for the data folder; on a worker, for networks.", [
    "folder",
  ]);
  readonly ready = this.gauge("ready", "1 while /readyz says so; 0 for each part that it names.", ["part"]);
  readonly startTime = this.gauge("start_time_seconds", "When the program started, in seconds since the epoch.");
  readonly build = this.gauge("build_info", "Always 1; the versions are in the labels.", ["version", "node"]);

  /** A label's value that is not of a fixed set: the first fifty keep their names. */
  bounded(label: string, value: string): string {
    const known = this.#known.get(label) ?? new Set<string>();
    this.#known.set(label, known);
    if (known.has(value)) return value;
    if (known.size >= VALUES) return "other";
    known.add(value);
    return value;
  }

  private counter<L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ name: PREFIX + name, help, labelNames, registers: [this.registry] });
  }

  private gauge<L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> {
    return new Gauge({ name: PREFIX + name, help, labelNames, registers: [this.registry] });
  }

  private histogram<L extends string = never>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly L[] = [],
  ): Histogram<L> {
    return new Histogram({ name: PREFIX + name, help, labelNames, buckets, registers: [this.registry] });
  }
}

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

/** Counts the commands' events. */
export function countEvents(metrics: Metrics): MetricsSink {
  return (event) => {
    switch (event.kind) {
      case "frame-posted":
        metrics.framesPosted.inc({ platform: event.platform });
        return;
      case "frame-dropped":
        metrics.framesDropped.inc({ platform: event.platform, reason: event.why });
        return;
      case "delivered":
      case "undelivered":
        metrics.deliveries.inc({ platform: event.platform, outcome: event.kind === "delivered" ? "posted" : "failed" });
        return;
      case "chat-failed":
        metrics.chatFailures.inc({ platform: event.platform, kind: event.why });
        return;
      case "refused":
        metrics.refused.inc({ reason: event.why });
        return;
    }
  };
}
