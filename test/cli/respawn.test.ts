import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { computesHere } from "../../src/cli/verbs.js";
import { engineEnvironment } from "../../src/engine/process/environment.js";

const respawn = new URL("../../dist/cli/respawn.js", import.meta.url).href;

/** A script that starts itself again, once, and then does something: what `dreamloom dream` does. */
function twice(then: string) {
  // `[script]` and not `--eval`, which has no arguments of its own: the second process gets it by execArgv.
  const script = `if (process.env.SECOND) { ${then} } else { process.env.SECOND = "1"; const { respawn } = await import("${respawn}"); await respawn(); }`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return { child, ended: once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]> };
}

describe("starting again in the environment for computing", () => {
  it("is for commands that run the engine themselves", () => {
    expect(["dream", "stylize", "evaluate", "start", "models", "--help", undefined].map(computesHere)).toEqual([
      ...[true, true, true],
      ...[false, false, false, false],
    ]);
  });

  it("hands the second process that environment, and ends with its code", async () => {
    const { child, ended } = twice("console.log(process.env.GLIBC_TUNABLES ?? 'none'); process.exitCode = 7;");
    const [out] = (await once(child.stdout, "data")) as [Buffer];
    expect(out.toString().trim()).toBe(engineEnvironment({}).GLIBC_TUNABLES ?? "none");
    expect(await ended).toEqual([7, null]);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("passes %s on", async (signal) => {
    const { child, ended } = twice(
      `process.on("${signal}", () => process.exit(42)); console.log("ready"); setInterval(() => {}, 1000);`,
    );
    await once(child.stdout, "data");
    child.kill(signal);
    expect(await ended).toEqual([42, null]);
  });
});
