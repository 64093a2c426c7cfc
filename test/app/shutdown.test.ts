import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { HANG_MS } from "../support/patience.js";

const PROGRAM = `
  import { pino } from "pino";
  import { shutDownInOrder } from ${JSON.stringify(fileURLToPath(new URL("../../src/app/shutdown.ts", import.meta.url)))};
  const [mode] = process.argv.slice(-1);
  const stop = () => {
    console.log("stopping");
    if (mode === "slow" || mode === "limited") return new Promise(() => undefined);
    return mode === "broken" ? Promise.reject(new Error("a door that does not close")) : Promise.resolve();
  };
  const limitMs = mode === "limited" ? 100 : undefined;
  shutDownInOrder({ what: "the program", stop, logger: pino({ level: "silent" }), limitMs });
  setInterval(() => undefined, 1000);
  if (mode === "throws") setImmediate(() => { throw new Error("unforeseen"); });
  console.log("ready");
`;

/** A process that sends its signals as it prints lines: the first on the first line, and so on. */
async function run(
  mode: string,
  signals: readonly NodeJS.Signals[],
): Promise<{ lines: string[]; code: number | null }> {
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", PROGRAM, "--", mode], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: HANG_MS,
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    const signal = signals[lines.length];
    lines.push(line);
    if (signal) child.kill(signal);
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { lines, code };
}

describe("shutDownInOrder", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("lays everything down on %s and ends with 0", async (signal) => {
    expect(await run("quick", [signal])).toEqual({ lines: ["ready", "stopping"], code: 0 });
  });

  it("ends at once on a second signal, whatever still hangs", async () => {
    expect(await run("slow", ["SIGTERM", "SIGTERM"])).toEqual({ lines: ["ready", "stopping"], code: 143 });
    expect(await run("slow", ["SIGTERM", "SIGINT"])).toEqual({ lines: ["ready", "stopping"], code: 130 });
  });

  it("ends when its time is over, whatever still hangs", async () => {
    expect(await run("limited", ["SIGTERM"])).toEqual({ lines: ["ready", "stopping"], code: 1 });
  });

  it("ends all the same when something does not stop cleanly", async () => {
    expect(await run("broken", ["SIGTERM"])).toEqual({ lines: ["ready", "stopping"], code: 0 });
  });

  it("stops in order after an uncaught error, and ends with 1", async () => {
    expect(await run("throws", [])).toEqual({ lines: ["ready", "stopping"], code: 1 });
  });
});
