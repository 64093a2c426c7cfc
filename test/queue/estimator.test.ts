import { describe, expect, it } from "vitest";
import type { Job } from "../../src/domain/model.js";
import { Estimator, positions } from "../../src/queue/positions.js";

describe("the estimator", () => {
  it("guesses from the settings, then learns for the same pace and for the recipe", () => {
    const estimator = new Estimator({ dream: 2 });
    expect(estimator.seconds("dream resnet50 creatures", 1.5)).toBe(3);
    estimator.learn("dream resnet50 creatures", 2, 1);
    expect(estimator.seconds("dream resnet50 creatures", 1)).toBe(0.5);
    expect(estimator.seconds("dream googlenet patterns", 1)).toBe(0.5);
    estimator.learn("dream googlenet patterns", 1, 4);
    expect(estimator.seconds("dream resnet50 creatures", 1)).toBe(0.5);
    expect(estimator.seconds("dream googlenet patterns", 1)).toBe(4);
  });

  it("comes near the truth within a few jobs and is not thrown by nonsense", () => {
    const estimator = new Estimator({ dream: 100 });
    for (let job = 0; job < 15; job++) estimator.learn("dream x", 2, job === 3 ? 40 : 6);
    expect(estimator.seconds("dream x", 2)).toBeCloseTo(6, 0);
    estimator.learn("dream x", 0, 6);
    estimator.learn("dream x", 1, Number.NaN);
    expect(estimator.seconds("dream x", 2)).toBeCloseTo(6, 0);
  });
});

describe("positions", () => {
  const job = (id: string, work: number, startedAt?: number): Job => ({
    ...{
      id,
      cost: work,
      costKey: "dream",
      recipe: "dream",
      params: {},
      pictures: [],
      priority: 0,
      state: "waiting",
      attempts: 0,
      createdAt: 0,
    },
    ...{
      channel: { platform: "p", community: "c", id: "x" },
      author: { id: "a", name: "A" },
      messages: { frames: [] },
    },
    ...(startedAt === undefined ? {} : { startedAt }),
  });
  const estimator = new Estimator({ dream: 1 });

  it("add up the waits of one slot", () => {
    const running = [{ job: job("r", 10, 0), progress: 0 }];
    const waiting = [{ job: job("a", 5) }, { job: job("b", 3) }];
    const found = positions({ running, waiting, concurrency: 1, estimator, now: 4_000 });
    expect(found.map(({ position: place, waitSeconds, runSeconds }) => [place, waitSeconds, runSeconds])).toEqual([
      [0, 0, 6],
      [1, 6, 5],
      [2, 11, 3],
    ]);
  });

  it("give each waiting job the slot that is free first", () => {
    const running = [{ job: job("r", 10, 0), progress: 0 }];
    const waiting = [{ job: job("a", 20) }, { job: job("b", 3) }];
    const found = positions({ running, waiting, concurrency: 2, estimator, now: 0 });
    expect(found.map((position) => position.waitSeconds)).toEqual([0, 0, 10]);
  });

  it("trust a running job's own progress once there is some", () => {
    const found = positions({
      running: [{ job: job("r", 10, 0), progress: 0.5 }],
      waiting: [],
      concurrency: 1,
      estimator,
      now: 20_000,
    });
    expect(found[0]?.runSeconds).toBe(20);
    // Hardly begun: the guess counts, until it has run out.
    const begun = (now: number) =>
      positions({ running: [{ job: job("r", 10, 0), progress: 0.1 }], waiting: [], concurrency: 1, estimator, now })[0]
        ?.runSeconds;
    expect([begun(4_000), begun(20_000)]).toEqual([6, 180]);
  });
});
