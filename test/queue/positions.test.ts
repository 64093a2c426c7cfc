import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Job } from "../../src/domain/model.js";
import { Estimator } from "../../src/queue/estimator.js";
import { PositionNotifier, positions, toldPosition } from "../../src/queue/positions.js";
import type { QueuePosition } from "../../src/queue/queue.js";

describe("positions", () => {
  const job = (id: string, work: number, startedAt?: number): Job => ({
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
    channel: { platform: "p", community: "c", id: "x" },
    author: { id: "a", name: "A" },
    messages: { frames: [] },
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
  let waitSeconds = 0;
  const told: string[] = [];
  const queuePositions = (): QueuePosition[] => {
    reckoned++;
    const [running = "", waiting = ""] = line.split("|");
    const at = (id: string, place: number) =>
      ({ job: { id }, position: place, waitSeconds: place * waitSeconds, runSeconds: 0 }) as QueuePosition;
    return [...[...running].map((id) => at(id, 0)), ...[...waiting].map((id, index) => at(id, index + 1))];
  };
  const positions = new PositionNotifier(
    queuePositions,
    ({ job, position }) => told.push(`${job.id}${position}`),
    0,
    0,
  );
  const becomes = async (next: string) => {
    line = next;
    positions.tell();
    await delay(1);
    return told.splice(0);
  };
  /** A running job reports that each wait is so long, times the place. */
  const waits = async (seconds: number) => {
    waitSeconds = seconds;
    positions.pace();
    await delay(1);
    return told.splice(0);
  };
  /** New jobs come, and what is announced of them is asked for. */
  const announced = async (next: string) => {
    const told = await becomes(next);
    for (const position of queuePositions()) positions.asked(position);
    return told;
  };
  return { positions, becomes, announced, waits, count: () => reckoned };
}

describe("position notifications", () => {
  it("are reported of jobs that wait at another position than before, and of no others", async () => {
    const { announced, becomes } = setup();
    expect(await announced("|abc")).toEqual([]);
    expect(await announced("a|bcd")).toEqual(["b1", "c2"]);
    expect(await becomes("a|bcd")).toEqual([]);
    // One with a higher priority.
    expect(await becomes("a|ebcd")).toEqual(["b2", "c3", "d4"]);
  });

  it("are reckoned once for all that happens meanwhile", async () => {
    const { positions, becomes, count } = setup();
    for (let time = 0; time < 100; time++) positions.tell();
    await becomes("|ab");
    expect(count()).toBe(1);
  });

  it("forget a job that has gone: when it comes again, it is new", async () => {
    const { positions, announced, becomes } = setup();
    await announced("|ab");
    positions.forget("b");
    expect(await becomes("|a")).toEqual([]);
    expect(await becomes("|ba")).toEqual(["a2"]);
  });

  it("follow running jobs that are faster or slower than was told, in more than a little", async () => {
    const { announced, waits } = setup();
    expect(await waits(60)).toEqual([]);
    await announced("a|bc");
    expect(await waits(60)).toEqual([]);
    expect(await waits(55)).toEqual([]);
    expect(await waits(30)).toEqual(["b1", "c2"]);
    expect(await waits(30)).toEqual([]);
    expect(await waits(100)).toEqual(["b1", "c2"]);
    expect(await waits(0)).toEqual(["b1", "c2"]);
    // Seconds make no difference.
    expect(await waits(1)).toEqual([]);
  });

  it("follow the pace for the first ten only", async () => {
    const { announced, waits } = setup();
    await announced("|abcdefghijklm");
    expect((await waits(60)).join()).toBe("a1,b2,c3,d4,e5,f6,g7,h8,i9,j10");
  });

  it("are exact for the first ten, and say of the others how many are ahead at least", () => {
    expect([1, 10, 11, 20, 21, 31, 300, 301].map(toldPosition)).toEqual([
      { exact: 1 },
      { exact: 10 },
      { ahead: 10 },
      { ahead: 10 },
      { ahead: 20 },
      { ahead: 30 },
      { ahead: 200 },
      { ahead: 300 },
    ]);
  });

  it.each([
    [300, 17],
    [3_000, 22],
  ])("are few when one job leaves a queue of %i", async (length, reports) => {
    const { announced, becomes } = setup();
    const all = Array.from({ length }, (_, n) => String.fromCodePoint(0x4e00 + n)).join("");
    await announced(`|${all}`);
    expect(await becomes(`|${all.slice(1)}`)).toHaveLength(reports);
  });
});
