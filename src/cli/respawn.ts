/** Starts this program again in the environment for computing, which a process can only be born with. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { engineEnvironment, lacksTunables } from "../engine/process/environment.js";

/** Starts this program again where computing is faster in a child's environment; resolves with whether it did. */
export async function respawnWhereFaster(): Promise<boolean> {
  if (!lacksTunables()) return false;
  await respawn();
  return true;
}

/** Runs the same command line in a child, passes signals on, and ends as it ends. */
export async function respawn(): Promise<void> {
  // A terminal sends ^C to both; twice would be taken for impatience.
  const terminal = process.stdin.isTTY === true;
  // Before there is a child: it may be at work before this process goes on.
  process.on("SIGINT", () => terminal || child.kill("SIGINT"));
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: "inherit",
    env: engineEnvironment(),
  });
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
  process.exit();
}
