import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Job } from "../../src/domain/model.js";
import { Estimator, PositionNotifier, positions } from "../../src/queue/estimator.js";
import type { QueuePosition } from "../../src/queue/queue.js";

const SIZES = [0.05, 0.4, 3.6, 1.4, 0.1, 2.8, 0.7, 0.2, 1.8, 0.06];
const near = (told: number, taken: number) => expect(Math.abs(told / taken - 1)).toBeLessThan(0.15);

describe("the estimator", () => {
  it("guesses from the settings, and of a new pace what its recipe has taken", () => {
    const estimator = new Estimator({ dream: 2 });
    expect(estimator.seconds("dream resnet50 creatures", 1.5)).toBe(3);
    for (const cost of SIZES) estimator.learn("dream resnet50 creatures", cost, cost / 2, "onnx-cpu");
    near(estimator.seconds("dream resnet50 creatures", 1), 0.5);
    near(estimator.seconds("dream googlenet patterns", 1), 0.5);
    for (const cost of SIZES) estimator.learn("dream googlenet patterns", cost, 4 * cost, "onnx-cpu");
    near(estimator.seconds("dream googlenet patterns", 1), 4);
    near(estimator.seconds("dream resnet50 creatures", 1), 0.5);
  });

  it("finds the constant part and the part that grows, from ten jobs of mixed sizes", () => {
    const estimator = new Estimator({ stylize: 20 });
    for (const cost of SIZES) estimator.learn("stylize x", cost, 0.8 + 3 * cost, "onnx-cpu");
    for (const cost of [0.03, 0.3, 1, 5]) near(estimator.seconds("stylize x", cost), 0.8 + 3 * cost);
  });

  it("is not thrown by odd jobs and nonsense, and follows a change", () => {
    const estimator = new Estimator({ dream: 100 });
    for (const [n, cost] of SIZES.entries())
      estimator.learn("dream x", cost, n === 3 ? 300 : 0.1 + 2 * cost, "onnx-cpu");
    estimator.learn("dream x", 0, 6, "onnx-cpu");
    estimator.learn("dream x", 1, Number.NaN, "onnx-cpu");
    near(estimator.seconds("dream x", 2), 4.1);
    for (const cost of [...SIZES, ...SIZES]) estimator.learn("dream x", cost, 0.1 + 6 * cost, "onnx-cpu");
    near(estimator.seconds("dream x", 2), 12.1);
  });

  it("learns each device by itself, and tells by how much each does", () => {
    const estimator = new Estimator({ dream: 2 });
    for (const cost of SIZES) estimator.learn("dream x", cost, cost / 10, "onnx-cuda");
    near(estimator.seconds("dream x", 2), 0.2);
    for (const cost of SIZES) estimator.learn("dream x", cost, cost * 2, "onnx-cpu");
    const told = estimator.seconds("dream x", 2);
    expect(told).toBeGreaterThan(0.5);
    expect(told).toBeLessThan(3.5);
    for (let round = 0; round < 4; round++)
      for (const cost of SIZES) estimator.learn("dream x", cost, cost * 2, "onnx-cpu");
    near(estimator.seconds("dream x", 2), 4);
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

/** A line of ids; those before the bar run. */
function setup() {
  let line = "";
  let reckoned = 0;
  const told: string[] = [];
  const queuePositions = (): QueuePosition[] => {
    reckoned++;
    const [running = "", waiting = ""] = line.split("|");
    const at = (id: string, place: number) =>
      ({ job: { id }, position: place, waitSeconds: 0, runSeconds: 0 }) as QueuePosition;
    return [...[...running].map((id) => at(id, 0)), ...[...waiting].map((id, index) => at(id, index + 1))];
  };
  const positions = new PositionNotifier(queuePositions, ({ job, position }) => told.push(`${job.id}${position}`));
  const becomes = async (next: string) => {
    line = next;
    positions.tell();
    await turn();
    return told.splice(0);
  };
  return { positions, becomes, count: () => reckoned };
}

describe("position notifications", () => {
  it("are reported of jobs that wait at another position than before, and of no others", async () => {
    const { becomes } = setup();
    // A new job has it in its own announcement.
    expect(await becomes("|abc")).toEqual([]);
    expect(await becomes("a|bcd")).toEqual(["b1", "c2"]);
    expect(await becomes("a|bcd")).toEqual([]);
    // One with a higher priority.
    expect(await becomes("a|ebcd")).toEqual(["b2", "c3", "d4"]);
  });

  it("are reckoned once for all that happens in one turn of the event loop", async () => {
    const { positions, becomes, count } = setup();
    for (let time = 0; time < 100; time++) positions.tell();
    await becomes("|ab");
    expect(count()).toBe(1);
  });

  it("forget a job that has gone: when it comes again, it is new", async () => {
    const { positions, becomes } = setup();
    await becomes("|ab");
    positions.forget("b");
    expect(await becomes("|a")).toEqual([]);
    expect(await becomes("|ba")).toEqual(["a2"]);
  });
});
