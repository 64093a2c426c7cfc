import { join } from "node:path";
import type { Logger } from "pino";
import type { Counter } from "prom-client";
import type { MetricsSink } from "../domain/model.js";
import type { ClusterQueue } from "../queue/cluster/cluster-queue.js";
import type { QueueWorker } from "../queue/cluster/queue-worker.js";
import type { JobQueue } from "../queue/queue.js";
import { sentence } from "../shared/sentences/sentence.js";
import { version } from "../shared/version.js";
import { DiskWatch, fileBytes, folderBytes } from "./disk.js";
import { EventLoopWatch } from "./event-loop.js";
import { countEvents, Metrics, watchQueue } from "./metrics.js";
import {
  type Check,
  chatCheck,
  engineCheck,
  type Problem,
  problemsOf,
  redisCheck,
  storeCheck,
  workersCheck,
} from "./readiness.js";
import { json, OperationServer, type Routes } from "./server.js";
import type { WatchedChat, WatchedEngine, WatchedStore } from "./watched.js";

interface OperationSettings {
  readonly enabled: boolean;
  readonly host: string;
  readonly port: number;
  /** Mebibytes: with less left on the disk the program is not ready. */
  readonly freeMegabytes: number;
}

interface OperationOptions {
  readonly settings: OperationSettings;
  /** The folder on whose disk there must be space: of the bots the data folder, of a worker that for networks. */
  readonly folder: string;
  /** Default: "bots". */
  readonly process?: "bots" | "worker";
  /** How late this process is; default: watched here. */
  readonly loop?: Pick<EventLoopWatch, "lag" | "close">;
  readonly logger: Logger;
}

/** Median delay of the event loop from which the process counts as stuck. */
const STUCK_SECONDS = 1;
/** Milliseconds for which what is slow to compute is reused. */
const SIZES_MS = 60_000;

/**
 * Watches the other parts of a program and serves `/healthz`, `/readyz` and `/metrics`. The parts do not know it: it
 * listens to their events and reads their state. Made first, given each part when that is made, closed last.
 */
export class Operation {
  readonly metrics = new Metrics();
  /** For the commands: counts their events. */
  readonly metricsSink: MetricsSink = countEvents(this.metrics);
  readonly disk: DiskWatch;
  readonly startedAt = Date.now();
  readonly #loop: Pick<EventLoopWatch, "lag" | "close">;
  readonly #checks: Check[] = [];
  readonly #server: OperationServer;
  /** What is computed when the metrics are read. */
  readonly #gauges: (() => void | Promise<void>)[] = [];
  #phase: "starting" | "running" | "stopping" = "starting";

  constructor(private readonly options: OperationOptions) {
    const { folder, settings, logger } = options;
    this.#loop = options.loop ?? new EventLoopWatch();
    const advice =
      options.process === "worker"
        ? "free some space; networks may soon not be fetched any more"
        : "free some space, or lower retention.megabytes; jobs may soon be refused";
    this.disk = new DiskWatch(folder, settings.freeMegabytes * 1024 * 1024, logger, advice);
    this.#server = new OperationServer(this.#routes(), logger);
    this.#watchProcess();
  }

  /**
   * Serves what is known so far. A port that cannot be had is logged, and the program goes on: people are served all
   * the same. Returns the address, undefined where nothing is served.
   */
  async listen(): Promise<string | undefined> {
    const { settings, logger } = this.options;
    await this.disk.look();
    if (!settings.enabled) return undefined;
    try {
      const address = await this.#server.listen(settings.host, settings.port);
      logger.info({ address }, "health and metrics are served");
      return address;
    } catch (error) {
      const where = `${settings.host}:${settings.port}`;
      logger.error(
        { err: error },
        `health and metrics are not served: ${where} cannot be had; set OPS_PORT, or OPS_ENABLED=false`,
      );
      return undefined;
    }
  }

  watchStore(store: WatchedStore): void {
    const { folder } = this.options;
    const query = () => store.images.total();
    this.check(storeCheck(folder, query, () => this.disk.look()));
    const file = (name: string) => fileBytes(join(folder, name));
    const chatPictures = remembered(SIZES_MS, () => folderBytes(join(folder, "pictures")));
    const sizes = async () => ({
      database: (await file("dreamloom.sqlite")) + (await file("dreamloom.sqlite-wal")),
      pictures: query().bytes,
      "web-chat": (await file("web-chat.sqlite")) + (await file("web-chat.sqlite-wal")) + (await chatPictures()),
    });
    this.#gauges.push(async () => {
      for (const [part, bytes] of Object.entries(await sizes())) this.metrics.storeBytes.set({ part }, bytes);
    });
  }

  watchEngine(engine: WatchedEngine): void {
    const status = () => engine.status?.();
    this.check(engineCheck(status));
    const { engineUp, engineStarts, engineCrashes, memory, deviceUp, deviceSlots, deviceJobs } = this.metrics;
    this.#gauges.push(() => {
      const { state = "idle", starts = 0, crashes = 0, memoryBytes = 0, devices = [] } = status() ?? {};
      engineUp.set(state === "ready" ? 1 : 0);
      setCounter(engineStarts, starts);
      setCounter(engineCrashes, crashes);
      memory.set({ process: "engine" }, memoryBytes);
      for (const { name: device, state, slots, running } of devices) {
        deviceUp.set({ device }, state === "ready" ? 1 : 0);
        deviceSlots.set({ device }, slots);
        deviceJobs.set({ device }, running);
      }
    });
  }

  /** The machines that work for this one, and what they are reached through. */
  watchCluster(cluster: Pick<ClusterQueue, "workers" | "reachable" | "problem" | "host" | "absence">): void {
    this.check(redisCheck(cluster, sentence("ops.redis", { host: cluster.host })));
    this.check(workersCheck(cluster));
    const { workers, workerSlots } = this.metrics;
    this.#gauges.push(() => {
      const own = cluster.workers().filter(({ problem }) => problem === undefined);
      const working = own.filter(({ stopping }) => !stopping);
      workers.set({ state: "working" }, working.length);
      workers.set({ state: "stopping" }, own.length - working.length);
      workers.set({ state: "other_version" }, cluster.workers().length - own.length);
      workerSlots.set(working.reduce((sum, { slots }) => sum + slots, 0));
    });
  }

  watchQueue(queue: Pick<JobQueue, "on" | "positions" | "paused">): void {
    watchQueue(queue, this.metrics);
    this.#gauges.push(() => {
      const positions = queue.positions();
      const running = positions.filter(({ position }) => position === 0).length;
      this.metrics.jobs.set({ state: "running" }, running);
      this.metrics.jobs.set({ state: "waiting" }, positions.length - running);
      this.metrics.queuePaused.set(queue.paused ? 1 : 0);
    });
  }

  /** A worker of a cluster instead of a queue; the bots count its jobs. */
  watchWorker(worker: Pick<QueueWorker, "reachable" | "problem" | "info">, host: string): void {
    this.check(redisCheck(worker, sentence("ops.redis-worker", { host })));
    this.#gauges.push(() => {
      const { running, slots } = worker.info;
      this.metrics.jobs.set({ state: "running" }, running.length);
      this.metrics.workerSlots.set(slots);
    });
  }

  /** @param started whether the chat has been started */
  watchChat(chat: WatchedChat, started: () => boolean): void {
    const { platform } = chat;
    const { metrics } = this;
    const check = chatCheck(chat, started);
    this.check(check);
    this.#gauges.push(async () => {
      metrics.chatConnected.set({ platform }, (await check.run()) === undefined ? 1 : 0);
      for (const { id, connected } of chat.health?.().shards ?? [])
        metrics.shardConnected.set({ platform, shard: String(id) }, connected ? 1 : 0);
    });
    // Present from the beginning, so that a first failure is a change.
    for (const outcome of ["posted", "failed"]) metrics.deliveries.inc({ platform, outcome }, 0);
    metrics.framesPosted.inc({ platform }, 0);
    metrics.rateLimitWaits.inc({ platform }, 0);
    metrics.rateLimitSeconds.inc({ platform }, 0);
  }

  /** A chat was told to slow down. */
  slowedDown(platform: string, milliseconds: number): void {
    this.metrics.rateLimitWaits.inc({ platform });
    this.metrics.rateLimitSeconds.inc({ platform }, Math.max(0, milliseconds) / 1000);
  }

  /** One more part that must work for the program to be ready. */
  check(check: Check): void {
    this.#checks.push(check);
  }

  /** Parts that do not work now. */
  async problems(): Promise<readonly Problem[]> {
    const phase =
      this.#phase === "running" ? [] : [{ part: "program", problem: sentence("ops.phase", { phase: this.#phase }) }];
    return [...phase, ...(await problemsOf(this.#checks))];
  }

  started(): void {
    this.#phase = "running";
  }

  stopping(): void {
    this.#phase = "stopping";
  }

  async close(): Promise<void> {
    this.disk.close();
    this.#loop.close();
    await this.#server.close();
  }

  #routes(): Routes {
    return {
      "/healthz": async () => {
        const lag = this.#loop.lag;
        const stuck = lag.p50 > STUCK_SECONDS;
        const uptimeSeconds = Math.round(process.uptime());
        return json(stuck ? 503 : 200, {
          status: stuck ? "stuck" : "alive",
          version,
          uptimeSeconds,
          eventLoopLagSeconds: lag,
        });
      },
      "/readyz": async () => {
        const problems = await this.problems();
        return json(problems.length > 0 ? 503 : 200, { status: problems.length > 0 ? "not ready" : "ready", problems });
      },
      "/metrics": async () => ({
        status: 200,
        type: this.metrics.registry.contentType,
        body: await this.#exposition(),
      }),
    };
  }

  #watchProcess(): void {
    const { metrics } = this;
    metrics.startTime.set(this.startedAt / 1000);
    metrics.build.set({ version, node: process.version }, 1);
    this.#gauges.push(async () => {
      const { user, system } = process.cpuUsage();
      setCounter(metrics.cpuSeconds, (user + system) / 1e6);
      metrics.memory.set({ process: this.options.process ?? "bots" }, process.memoryUsage.rss());
      const disk = await this.disk.look();
      // A 0 would raise an alert.
      if (disk) metrics.diskFree.set({ folder: this.options.folder }, disk.freeBytes);
      const { p50, p99, max } = this.#loop.lag;
      metrics.loopLag.set({ percentile: "50" }, p50);
      metrics.loopLag.set({ percentile: "99" }, p99);
      metrics.loopLag.set({ percentile: "100" }, max);
      const broken = new Set((await this.problems()).map(({ part }) => part));
      for (const part of ["program", ...this.#checks.map((check) => check.part)])
        metrics.ready.set({ part }, broken.has(part) ? 0 : 1);
    });
  }

  async #exposition(): Promise<string> {
    const computed = await Promise.allSettled(this.#gauges.map(async (compute) => compute()));
    for (const outcome of computed)
      if (outcome.status === "rejected")
        this.options.logger.warn({ err: outcome.reason }, "a metric could not be computed");
    return this.metrics.registry.metrics();
  }
}

/** Gives a counter the value that something else has counted. */
function setCounter(counter: Counter, value: number): void {
  counter.reset();
  counter.inc(value);
}

/** Asks again only when the last answer is older than `milliseconds`, or failed. */
function remembered<T>(milliseconds: number, ask: () => Promise<T>): () => Promise<T> {
  let last: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    if (!last || performance.now() - last.at > milliseconds) last = { at: performance.now(), answer: ask() };
    last.answer.catch(() => {
      last = undefined;
    });
    return last.answer;
  };
}
