import { expect, it } from "vitest";
import type { Job, JobState } from "../../src/domain/model.js";
import { enterState } from "../../src/queue/job-states.js";

function holder(state: JobState): { job: Job } {
  const channel = { platform: "fake", community: "club", id: "art" };
  const base = {
    id: "7KQ4M9XA",
    channel,
    author: { id: "ann", name: "Ann" },
    recipe: "dream",
    params: {},
    pictures: [],
  };
  const counts = { cost: 1, costKey: "dream", priority: 0, attempts: 1, createdAt: 1, messages: { frames: [] } };
  return { job: { ...base, ...counts, state } };
}

it("a job goes from waiting through running to an end, or back to waiting when the program stops", () => {
  const one = holder("waiting");
  expect(enterState(one, "running", { startedAt: 5 })).toBe("entered");
  expect(one.job).toMatchObject({ state: "running", startedAt: 5 });
  expect(enterState(one, "waiting")).toBe("entered");
  expect(enterState(one, "running")).toBe("entered");
  expect(enterState(one, "done", { unnotified: true })).toBe("entered");
  expect(one.job).toMatchObject({ state: "done", unnotified: true });
});

it("what has ended stays so, and nothing is changed by a refusal", () => {
  for (const state of ["failed", "cancelled"] as const) {
    for (const next of ["waiting", "running", "done", "failed", "cancelled"] as const) {
      const one = holder(state);
      const { job } = one;
      expect(enterState(one, next, { attempts: 9 })).toBe("refused");
      expect(one.job).toBe(job);
    }
  }
  expect(enterState(holder("waiting"), "done")).toBe("refused");
  expect(enterState(holder("done"), "running")).toBe("refused");
});
