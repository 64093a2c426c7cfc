import { expect, it, vi } from "vitest";
import { memoryReturner } from "../../../src/engine/process/give-back.js";
import { waitFor } from "../../support/wait-for.js";

const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
const hasGlibc = report.header?.glibcVersionRuntime !== undefined;
const megabytes = () => process.memoryUsage.rss() / 1e6;

/** Blocks too small for a mapping of their own, each twentieth of which stays: what lies between cannot be cut off. */
function fragments(): ArrayBuffer[] {
  const blocks = Array.from({ length: 3000 }, () => new Uint8Array(100_000).fill(1).buffer);
  return blocks.filter((_, at) => at % 20 === 0);
}

it.runIf(hasGlibc)("gives freed memory back to the system, though blocks in use lie between", async () => {
  const told = vi.fn();
  const giveBack = await memoryReturner(told);
  const before = megabytes();
  const kept = fragments();
  // 300, less what V8 has collected meanwhile: malloc keeps that, since blocks in use lie between.
  expect(megabytes() - before).toBeGreaterThan(100);

  // V8 frees on a thread of its own after its collection.
  await waitFor(() => {
    giveBack();
    expect(megabytes() - before).toBeLessThan(80);
  });
  expect(kept).toHaveLength(150);
  expect(told).not.toHaveBeenCalled();
});
