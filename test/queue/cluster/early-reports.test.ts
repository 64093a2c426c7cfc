import { expect, it } from "vitest";
import { EarlyReports } from "../../../src/queue/cluster/early-reports.js";

it("early reports are taken once, in their order, and are no more than so many", () => {
  const early = new EarlyReports<number>(3);
  for (const [job, report] of [
    ["a", 1],
    ["b", 2],
    ["a", 3],
  ] as const)
    early.keep(job, report);
  expect([early.take("a"), early.take("a")]).toEqual([[1, 3], []]);
  early.keep("c", 4);
  early.keep("c", 5);
  early.keep("d", 6);
  expect(["b", "c", "d"].map((job) => early.take(job))).toEqual([[], [4, 5], [6]]);
});
