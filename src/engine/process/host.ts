/** The bots' side of the engine's process: starts it, hands it jobs, restarts it when it dies. */

import type { ChildProcess, ForkOptions } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Logger } from "pino";
import { abortable, deferred } from "../../shared/async.js";
import { forked } from "../../shared/forked.js";
import { openScratchFolder } from "../../shared/scratch-folder.js";
import { withoutSecrets } from "../../shared/secrets.js";
import type { EngineSettings } from "../open.js";
import {
  type Engine,
  type EngineDownload,
  EngineError,
  type EngineRequest,
  type EngineResult,
  type EngineStatus,
  type RunOptions,
} from "./engine.js";
import { engineEnvironment } from "./environment.js";
import type { FromWorker, ToWorker } from "./messages.js";

export interface EngineHostOptions extends EngineSettings {
  readonly logger: Logger;
  /** A network being downloaded on first use. */
  readonly onDownload?: (download: EngineDownload) => void;
  readonly timings?: Partial<HostTimings>;
  /** Variables for the process, beyond this one's: which graphics card it sees, for instance. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The script that the process runs; the engine's own unless given. It speaks the messages of `messages.ts`. */
  readonly worker?: string;
}

/** Time limits for the child, in milliseconds. */
interface HostTimings {
  /** Time between two pings. */
  readonly ping: number;
  /** How long the child may take until it can take jobs. */
  readonly start: number;
  /**
   * An engine that says nothing for this long after that is taken for hung, and killed. Its own loop never blocks: the
   * device works beside it.
   */
  readonly hung: number;
  /** How long an aborted job may take to free the device before the process is killed. */
  readonly abort: number;
  /** How long the child may take to end when asked to, before it is killed. */
  readonly close: number;
}

const TIMINGS: HostTimings = { ping: 5_000, start: 60_000, hung: 60_000, abort: 15_000, close: 1_000 };

/**
 * An engine whose process ended this often in a row before it could take jobs is not expected to start the next time.
 */
const FAILING = 3;

interface Pending {
  /** The job's id, for the log. */
  readonly job: string | undefined;
  readonly onFrame: RunOptions["onFrame"];
  settle(outcome: { readonly result?: EngineResult; readonly error?: unknown }): void;
}

/**
 * Runs jobs in a child process.
 *
 * A native crash, an out-of-memory kill or a hang ends the child only: its jobs reject with an EngineError of kind
 * "crashed", and the next job starts a new child.
 */
export class EngineHost implements Engine {
  #child: ChildProcess | undefined;
  /** Resolves when the latest one has ended. */
  #ended: Promise<void> = Promise.resolve();
  #pending = new Map<number, Pending>();
  #nextId = 1;
  #closing = false;
  /** By `performance.now()`: a clock that is set would make an engine look hung that is at work. */
  #lastHeard = 0;
  /** The longest silence allowed now, in milliseconds. */
  #silenceLimit = 0;
  #heartbeat: NodeJS.Timeout | undefined;
  #ready = false;
  #starts = 0;
  #crashes = 0;
  /** Processes that ended before they could take jobs, since one could. */
  #failedStarts = 0;
  #vitals: { readonly memoryBytes: number; readonly runtime: string } | undefined;
  /** Jobs that were aborted but still hold the device for the rest of a step. */
  readonly #lettingGo = new Set<Promise<void>>();
  /** Resolves when nothing is left of what the processes that have ended had written. */
  #cleared: Promise<unknown> = Promise.resolve();

  readonly #timings: HostTimings;

  constructor(private readonly options: EngineHostOptions) {
    this.#timings = { ...TIMINGS, ...options.timings };
  }

  /** The child's process id while there is one, for operators and tests. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async run(request: EngineRequest, { signal, onFrame }: RunOptions): Promise<EngineResult> {
    signal.throwIfAborted();
    await abortable(Promise.all(this.#lettingGo), signal);
    const { job } = request;
    const result = await this.#call((id) => ({ type: "run", id, request }), { onFrame, signal, job });
    if (!result)
      throw this.#closing
        ? new EngineError("crashed", "engine.closing")
        : new EngineError("internal", "engine.no-result");
    return result;
  }

  /** Rejects with an EngineError. */
  async warmUp(network: string): Promise<void> {
    await this.#call((id) => ({ type: "warm", id, network }));
  }

  status(): EngineStatus {
    const child = this.#child;
    const common = { starts: this.#starts, crashes: this.#crashes, running: this.#pending.size };
    if (this.#closing) return { state: "closed", ...common };
    if (!child) return { state: this.#failedStarts >= FAILING ? "failing" : "idle", ...common };
    const silent = performance.now() - this.#lastHeard > 3 * this.#timings.ping;
    const state = this.#ready ? (silent ? "silent" : "ready") : "starting";
    return { state, ...common, ...(child.pid === undefined ? {} : { pid: child.pid }), ...this.#vitals };
  }

  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#heartbeat);
    const child = this.#child;
    if (!child) return void (await this.#cleared);
    this.#send(child, { type: "close" });
    const killer = setTimeout(() => child.kill("SIGKILL"), this.#timings.close);
    await this.#ended;
    clearTimeout(killer);
    await this.#cleared;
  }

  #call(
    message: (id: number) => ToWorker,
    { onFrame, signal, job }: { onFrame?: RunOptions["onFrame"]; signal?: AbortSignal; job?: string | undefined } = {},
  ): Promise<EngineResult | undefined> {
    if (this.#closing) return Promise.reject(new EngineError("crashed", "engine.closing"));
    const child = this.#child ?? this.#start();
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      // The caller is answered as soon as it aborts; the child needs the rest of its step to stop.
      let freed: (() => void) | undefined;
      const abort = (): void => {
        const lettingGo = new Promise<void>((done) => {
          freed = done;
        });
        this.#lettingGo.add(lettingGo);
        const killer = setTimeout(() => this.#kill(child, "an aborted job did not stop"), this.#timings.abort);
        void lettingGo.then(() => {
          clearTimeout(killer);
          this.#lettingGo.delete(lettingGo);
        });
        this.#send(child, { type: "abort", id });
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", abort, { once: true });
      if (job !== undefined) this.options.logger.debug({ job, enginePid: child.pid }, "handed to the engine's process");
      this.#pending.set(id, {
        job,
        onFrame: (frame) => signal?.aborted || onFrame?.(frame),
        settle: ({ result, error }) => {
          this.#pending.delete(id);
          signal?.removeEventListener("abort", abort);
          freed?.();
          if (error) reject(error);
          else resolve(result);
        },
      });
      this.#send(child, message(id));
    });
  }

  #start(): ChildProcess {
    const source = import.meta.url.endsWith(".ts");
    const own = fileURLToPath(new URL(source ? "./worker.ts" : "./worker.js", import.meta.url));
    const { logger, onDownload: _, timings: __, environment, worker = own, ...settings } = this.options;
    const scratch = openScratchFolder("engine");
    const options: ForkOptions = {
      serialization: "advanced",
      env: { ...engineEnvironment(withoutSecrets()), ...environment, ...scratch.environment },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      ...(source && { execArgv: ["--import", "tsx"] }),
    };
    const ended = deferred();
    const onError = (error: Error) => logger.error({ err: error }, "engine process error");
    const onEnd = (code: number | null, signal: NodeJS.Signals | null) => {
      this.#cleared = Promise.all([this.#cleared, scratch.remove()]);
      this.#gone(child, code, signal);
      ended.resolve();
    };
    const child = forked(worker, options, { onError, onEnd });
    this.#ended = ended.promise;
    this.#child = child;
    this.#starts += 1;
    this.#ready = false;
    this.#vitals = undefined;
    this.#lastHeard = performance.now();
    this.#silenceLimit = this.#timings.start;
    child.on("message", (message) => this.#receive(message as FromWorker));
    this.#send(child, { type: "open", settings: { ...settings } });
    clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => this.#beat(child), this.#timings.ping);
    this.#heartbeat.unref();
    logger.info({ enginePid: child.pid }, "engine started");
    return child;
  }

  #send(child: ChildProcess, message: ToWorker): void {
    // When there is no channel, or no more, the process's end follows, and settles everything.
    if (child.connected)
      child.send(
        message,
        (error) => error && this.options.logger.warn({ err: error }, "engine did not take a message"),
      );
  }

  #receive(message: FromWorker): void {
    this.#lastHeard = performance.now();
    if (message.type === "download") {
      this.options.onDownload?.(message);
      return;
    }
    if (message.type === "log") {
      this.options.logger[message.level]({ ...message.fields, enginePid: this.#child?.pid }, message.text);
      return;
    }
    if (message.type === "ready") {
      this.#silenceLimit = this.#timings.hung;
      this.#ready = true;
      this.#failedStarts = 0;
    }
    if (message.type === "ready" || message.type === "pong") {
      const { memoryBytes, runtime } = message;
      this.#vitals = { memoryBytes, runtime };
      return;
    }
    const pending = this.#pending.get(message.id);
    switch (message.type) {
      case "frame":
        pending?.onFrame(message.frame);
        break;
      case "result":
        pending?.settle({ result: message.result });
        break;
      case "warmed":
      case "aborted":
        pending?.settle({});
        break;
      case "failed":
        this.options.logger.warn({ job: pending?.job, kind: message.kind, cause: message.cause }, message.message);
        pending?.settle({ error: new EngineError(message.kind, message) });
        break;
    }
  }

  #gone(child: ChildProcess, code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    clearInterval(this.#heartbeat);
    if (!this.#closing) {
      this.#crashes += 1;
      if (!this.#ready) this.#failedStarts += 1;
      const jobs = [...this.#pending.values()].flatMap(({ job }) => job ?? []);
      this.options.logger.error({ code, signal, enginePid: child.pid, jobs }, "engine process ended");
    }
    for (const pending of [...this.#pending.values()])
      pending.settle({ error: new EngineError("crashed", this.#closing ? "engine.closing" : "engine.crashed") });
  }

  #beat(child: ChildProcess): void {
    const silent = performance.now() - this.#lastHeard;
    if (silent > this.#silenceLimit) this.#kill(child, `it has not answered for ${Math.round(silent / 1000)} s`);
    else this.#send(child, { type: "ping", id: 0 });
  }

  #kill(child: ChildProcess, why: string): void {
    this.options.logger.error({ enginePid: child.pid }, `engine process killed: ${why}`);
    child.kill("SIGKILL");
  }
}
