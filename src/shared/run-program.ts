/** Another program, run to its end with a limit of time. */
import { type ChildProcess, spawn } from "node:child_process";

interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly milliseconds: number;
  /** Where it runs; here if left out. */
  readonly folder?: string;
  /** Most bytes of its output that are read; more end it. */
  readonly mostOutput: number;
  readonly signal?: AbortSignal | undefined;
}

/** Characters of what it says on its error output, the last. */
const KEPT_ERROR = 2000;

/** A run has not ended well. */
export class ProgramError extends Error {
  override readonly name = "ProgramError";
  /** @param said how it ended and what it said last, for the operator */
  constructor(
    readonly said: string,
    options?: ErrorOptions,
  ) {
    super(said, options);
  }
}

/**
 * What a program writes to its output. It is killed at its limits and when aborted.
 * @throws ProgramError; the signal's reason when aborted
 */
export function runProgram(program: string, args: readonly string[], options: RunOptions): Promise<Buffer> {
  const { env, milliseconds, folder, mostOutput, signal } = options;
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child: ChildProcess = spawn(program, args, {
      env,
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: milliseconds,
      killSignal: "SIGKILL",
    });
    child.on("error", (cause) => reject(new ProgramError(program, { cause })));
    const end = () => child.kill("SIGKILL");
    signal?.addEventListener("abort", end, { once: true });
    const chunks: Buffer[] = [];
    let [length, said] = [0, ""];
    // Where the system has no room for one more process, this one has no streams.
    child.stdout?.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= mostOutput) chunks.push(chunk);
      else end();
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-KEPT_ERROR);
    });
    child.on("close", (code, killed) => {
      signal?.removeEventListener("abort", end);
      if (signal?.aborted) reject(signal.reason);
      else if (code === 0) resolve(Buffer.concat(chunks));
      else reject(new ProgramError([program, killed ?? code, said].join(" ")));
    });
  });
}
