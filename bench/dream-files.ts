/**
 * How many source files must one read to follow a dream? Counts those of which a function runs between a warm `/dream`
 * in the web chat and its final picture, in both processes, by V8's coverage.
 *
 * Usage: npm run build && npx tsx bench/dream-files.ts [DIST]     prints the files, then their number
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type HookedProgram, withProgram } from "./files/hooked-program.js";

await withProgram("coverage-hook.mjs", async (program) => {
  await program.dream();
  await takeCoverage(program);
  await program.dream();
  const ran = await takeCoverage(program);
  const files = new Set(ran.map(program.source).filter((file) => file !== undefined));
  process.stdout.write(`${[...files].sort().join("\n")}\n${files.size} files\n`);
});

/** What has run since the last call, in the program and in the engine's process. */
async function takeCoverage({ process: { pid = 0 }, folder }: HookedProgram): Promise<string[]> {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  const pids = [pid, ...children.map(Number)].filter((id) => id > 0);
  const reports = () =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .sort();
  const before = reports().length;
  for (const id of pids) process.kill(id, "SIGUSR2");
  const patience = AbortSignal.timeout(20_000);
  while (reports().length < before + pids.length) await delay(50, undefined, { signal: patience });
  const newest = new Map(reports().map((name) => [name.split("-")[0], name]));
  return [...newest.values()].flatMap((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as string[]);
}
