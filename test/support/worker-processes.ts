import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { StubWorkerSettings } from "./stub-worker.js";

const script = fileURLToPath(new URL("./stub-worker.ts", import.meta.url));

/** A worker process that may not get as far as to take jobs; what it writes on both its outputs can be read. */
export function forkWorkerProcess(settings: StubWorkerSettings, stdio: "inherit" | "pipe" = "inherit"): ChildProcess {
  return fork(script, {
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", stdio, stdio, "ipc"],
    env: { ...process.env, STUB_WORKER: JSON.stringify(settings) },
  });
}

/** Starts a worker process and waits until it takes jobs. */
export async function startWorkerProcess(settings: StubWorkerSettings): Promise<ChildProcess> {
  const child = forkWorkerProcess(settings);
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`a worker process ended with code ${code} before it took jobs`);
  });
  ended.catch(() => undefined);
  await Promise.race([once(child, "message"), ended]);
  return child;
}

/** Ends it and waits until it is gone. Returns how long that took, in seconds. */
export async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<number> {
  if (child.exitCode !== null || child.signalCode !== null) return 0;
  const begun = performance.now();
  const gone = once(child, "exit");
  child.kill(signal);
  await gone;
  return (performance.now() - begun) / 1000;
}
