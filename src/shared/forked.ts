/** Processes that run this program's own scripts, and end once: also those that could not be started at all. */
import { type ChildProcess, type ForkOptions, fork } from "node:child_process";

interface Watching {
  /** Something went wrong with a process that is there, or why there is none. */
  readonly onError: (error: Error) => void;
  /** Called once. `code` and `signal` are null for a process that never was. */
  readonly onEnd: (code: number | null, signal: NodeJS.Signals | null) => void;
}

/**
 * Starts a process. Where the system has no room for one (EMFILE, EAGAIN), or no program for it, it has no `pid` and no
 * streams, and ends soon. Throws what Node throws at once for anything else.
 */
export function forked(script: string, options: ForkOptions, { onError, onEnd }: Watching): ChildProcess {
  const child = fork(script, options);
  let isOver = false;
  const end: Watching["onEnd"] = (code, signal) => {
    if (isOver) return;
    isOver = true;
    onEnd(code, signal);
  };
  child.on("exit", end);
  child.on("error", (error) => {
    onError(error);
    // Node tells no exit of it.
    if (child.pid === undefined) end(null, null);
  });
  return child;
}
