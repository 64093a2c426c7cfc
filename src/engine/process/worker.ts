/**
 * The engine's own process: takes jobs from its parent over IPC and sends frames back. A crash here takes no bot down.
 */
import { abortable } from "../../shared/async.js";
import { onlyCommonFormats } from "../../shared/native.js";
import { removeOwnScratchFolder } from "../../shared/scratch-folder.js";
import type { Progress } from "../networks/download/transfer.js";
import { type OpenEngine, openEngine } from "../open.js";
import { dreamDefinition } from "../recipes/dream/definition.js";
import { dream } from "../recipes/dream/run.js";
import type { RecipeContext } from "../recipes/recipe.js";
import { runJob, toEngineError } from "../run-job.js";
import { memoryReturner } from "./give-back.js";
import type { FromWorker, ToWorker } from "./messages.js";

onlyCommonFormats();
let engine: OpenEngine | undefined;
const running = new Map<number, AbortController>();
/** Those of them that no one waits for. */
const warming = new Set<number>();

function send(message: FromWorker): void {
  // The parent may be gone: then the channel is closed and this process ends with it.
  if (process.connected) process.send?.(message);
}

/** Has the parent log a line: it knows how, and which secrets to hide. */
function log(level: "debug" | "info" | "warn", text: string, fields: Readonly<Record<string, unknown>>): void {
  send({ type: "log", level, text, fields });
}

const giveBack = memoryReturner((error) =>
  log("debug", "memory that is freed stays with this process", { error: String(error) }),
);

/** Rasters, models that were handed over and freed feature maps would stay until the next job makes more. */
async function giveBackWhenIdle(): Promise<void> {
  const give = await giveBack;
  if (running.size === 0) give();
}

function vitals() {
  return { memoryBytes: process.memoryUsage.rss(), runtime: engine?.programs.runtime.name ?? "" };
}

function opened(): OpenEngine {
  if (!engine) throw new Error("the engine was given a job before its settings");
  return engine;
}

/** Tells people and the log how far a download is. */
function downloadReport() {
  let last: number | undefined;
  return ({ id, received, total }: Progress): void => {
    const now = performance.now();
    if (last === undefined) log("info", "a download has begun", { network: id, bytes: total });
    if (received === total) log("info", "the download is there", { network: id, bytes: total });
    if (last !== undefined && now - last < 200 && received !== total) return;
    last = now;
    send({ type: "download", network: id, received, total });
  };
}

/** Brings what computes, with a report: the runtime would fetch it without a word. It is shared, and outlives a job. */
function prepare(signal: AbortSignal): Promise<void> {
  return abortable(opened().prepare(downloadReport()), signal);
}

function load(id: string) {
  return opened().network(id, downloadReport());
}

async function run(
  id: number,
  job: string | undefined,
  work: (signal: AbortSignal, opened: OpenEngine) => Promise<FromWorker>,
): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    send(await work(controller.signal, opened()));
  } catch (error) {
    if (controller.signal.aborted) {
      log("debug", "the engine has stopped an aborted job", { job });
      send({ type: "aborted", id });
    } else {
      const { kind, message, identifier, params, cause } = toEngineError(error);
      send({
        type: "failed",
        id,
        kind,
        message,
        identifier,
        params,
        cause: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause ?? ""),
      });
    }
  } finally {
    running.delete(id);
    setImmediate(() => void giveBackWhenIdle());
  }
}

/** Downloads (if need be), loads and compiles `network` for its default dream, and runs one tiny step of it. */
async function warmUp(context: RecipeContext, network: string): Promise<void> {
  const { programs, signal } = context;
  await prepare(signal);
  await abortable(Promise.resolve(programs.runtime.open?.()), signal);
  const params = dreamDefinition.params.parse({ network, size: 64, octaves: 1, steps: 1 });
  for await (const _ of dream(params, {}, context)) signal.throwIfAborted();
}

async function warm({ id, network }: Extract<ToWorker, { type: "warm" }>): Promise<void> {
  // A job that runs loads what it needs itself.
  if (running.size > 0) {
    send({ type: "warmed", id });
    return;
  }
  warming.add(id);
  await run(id, undefined, async (signal, { programs }) => {
    await warmUp({ programs, network: (each) => abortable(load(each), signal), signal }, network);
    return { type: "warmed", id };
  });
  warming.delete(id);
}

/** A job has the device to itself; what a warm-up has loaded until then serves it. */
function stopWarmUps(): void {
  for (const id of warming) running.get(id)?.abort();
}

function receive(message: ToWorker): void {
  switch (message.type) {
    case "open":
      engine = openEngine(message.settings);
      send({ type: "ready", ...vitals() });
      return;
    case "run": {
      const { id, request } = message;
      const { job, recipe } = request;
      stopWarmUps();
      void run(id, job, async (signal, { programs, memoryBytes, installed }) => {
        log("debug", "the engine begins a job", { job, recipe, pictures: Object.keys(request.pictures) });
        const onFrame = (frame: Extract<FromWorker, { type: "frame" }>["frame"]) => send({ type: "frame", id, frame });
        await prepare(signal);
        const result = await runJob(request, {
          programs,
          network: load,
          installed,
          signal,
          onFrame,
          ...(memoryBytes !== undefined && { memoryBytes }),
        });
        const { network, runtime, seconds, width, height } = result;
        log("debug", "the engine has done a job", { job, recipe, network, runtime, seconds, width, height });
        return { type: "result", id, result };
      });
      return;
    }
    case "warm":
      void warm(message);
      return;
    case "abort":
      running.get(message.id)?.abort();
      return;
    case "ping":
      send({ type: "pong", id: message.id, ...vitals() });
      return;
    case "close":
      for (const controller of running.values()) controller.abort();
      void Promise.resolve(engine?.close()).finally(() => process.exit(0));
      return;
  }
}

process.on("message", (message) => receive(message as ToWorker));
process.on("disconnect", () => {
  removeOwnScratchFolder();
  process.exit(0);
});
// A terminal sends Ctrl-C to the whole group, and so do supervisors SIGTERM: the parent decides when this process ends.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => undefined);
