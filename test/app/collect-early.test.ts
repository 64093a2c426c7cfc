import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

/**
 * Keeps some 50 MB, and makes what outlives a few collections and is garbage then. Says how large the heap was at most
 * until V8 had collected all of it a dozen times, in megabytes.
 */
const PROGRAM = `
import { PerformanceObserver, constants } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { collectEarly } from "./src/app/collect-early.ts";
collectEarly(() => 0);
const alive = Array.from({ length: 300_000 }, (_, n) => ({ n, more: [n, n], text: "a" + n }));
let [most, collections, passing] = [0, 0, []];
new PerformanceObserver((list) => {
  for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) collections++;
}).observe({ entryTypes: ["gc"] });
(function step() {
  for (let n = 0; n < 2_000; n++) passing.push({ n, more: [n, n], text: "b" + n });
  if (passing.length > 40_000) passing = passing.slice(20_000);
  most = Math.max(most, getHeapStatistics().total_heap_size);
  if (collections < 12) return setImmediate(step);
  console.log(JSON.stringify({ most: most / 1e6, alive: alive.length }));
  process.exit();
})();
`;

it("keeps the heap from growing to four times what is alive, as V8 lets it", async () => {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ["--import", "tsx", "--input-type=module", "-e", PROGRAM]);
  const { most, alive } = JSON.parse(stdout);
  expect(alive).toBe(300_000);
  // 104 here, and without it 300 on a machine that is not too busy.
  expect(most).toBeLessThan(170);
});
