import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { StubWorkerSettings } from "./stub-worker.js";

const script = fileURLToPath(new URL("./stub-worker.ts", import.meta.url));

/** Starts a worker process and waits until it takes jobs. */
export async function startWorkerProcess(settings: StubWorkerSettings): Promise<ChildProcess> {
  const child = fork(script, {
    execArgv: ["--import", "tsx"],
    env: { ...process.env, STUB_WORKER: JSON.stringify(settings) },
  });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`a worker process ended with code ${code} before it took jobs`);
  });
  ended.catch(() => undefined);
  await Promise.race([once(child, "message"), ended]);
  return child;
}

/** Ends it and waits until it is gone. */
export async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill(signal);
  await gone;
}
