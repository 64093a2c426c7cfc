import { Counter, Gauge, Histogram, Registry } from "prom-client";

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
