import { describe, expect, it } from "vitest";
import { deferred } from "../../src/shared/async.js";
import { MemoryJobRepository } from "../fakes/memory-repository.js";
import { ask, queueContract } from "./queue.contract.js";
import { setup } from "./set-up.js";

queueContract("the queue of one machine", async (parts) => {
  const { queue } = setup(parts);
  return { queue, settled: () => queue.drain() };
});

describe("the queue of one machine, and its order", () => {
  it("runs as many side by side as the settings say", async () => {
    const { engine, queue } = setup({ concurrency: 3 });
    for (let job = 0; job < 7; job++) await queue.submit(ask("a"));
    // Closing starts no more; three are inside.
    const end = queue.close(10_000);
    for (let job = 0; job < 3; job++) await (await engine.next()).finish();
    await end;
    expect(engine.runs).toHaveLength(3);
    expect(engine.peak).toBe(3);
  });

  it.each([
    ["thirty small results", 30, 30, 1_000],
    ["small results, but not for ever while it takes none", 60, 33, 1_000],
    ["of large ones as much as the memory may hold", 12, 7, 10e6],
  ])("has the engine go on while the disk takes %s", async (_what, jobs, begun, bytes) => {
    const repository = new MemoryJobRepository();
    const disk = deferred();
    repository.keepResult = () => disk.promise;
    const { engine, queue, log } = setup({ repository });
    const ids: string[] = [];
    for (let job = 0; job < jobs; job++) ids.push((await queue.submit(ask(`p${job}`))).id);
    const done = new Promise<void>((resolve) => {
      let left = jobs;
      queue.on("done", () => --left === 0 && resolve());
    });
    const picture = new Uint8Array(bytes);
    for (let job = 0; job < begun; job++) (await engine.next()).finishWith(picture, 1, 1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(log.filter((line) => line.startsWith("done"))).toEqual([]);
    expect(engine.runs).toHaveLength(begun);
    disk.resolve();
    for (let job = begun; job < jobs; job++) (await engine.next()).finishWith(picture, 1, 1);
    await done;
    expect(ids.map((id) => log.includes(`done ${id}`))).not.toContain(false);
  });

  it("serves 400 jobs of 40 people fairly: the first of everybody before the second of anybody", async () => {
    const { engine, queue } = setup();
    const order: string[] = [];
    queue.on("started", (job) => order.push(job.author.id));
    queue.pause();
    // The greedy come first, with 40 jobs each; most people have a few.
    const counts = Array.from({ length: 40 }, (_, person) => (person < 6 ? 40 : person < 34 ? 5 : person < 39 ? 3 : 5));
    for (const [person, count] of counts.entries())
      for (let job = 0; job < count; job++) await queue.submit(ask(`p${person}`));
    expect(queue.positions()).toHaveLength(400);
    queue.unpause();
    const idle = new Promise<void>((resolve) =>
      queue.on("done", () => order.length === 400 && queue.positions().length === 0 && resolve()),
    );
    const picture = new Uint8Array([1]);
    for (let job = 0; job < 400; job++) (await engine.next()).finishWith(picture, 1, 1);
    await idle;
    expect(new Set(order.slice(0, 40)).size).toBe(40);
    // At any moment, no user with waiting jobs is more than one job behind any other.
    const served = new Map<string, number>(counts.map((_, person) => [`p${person}`, 0]));
    for (const user of order) {
      served.set(user, (served.get(user) ?? 0) + 1);
      const waiting = counts.flatMap((count, index) =>
        (served.get(`p${index}`) ?? 0) < count ? [served.get(`p${index}`) ?? 0] : [],
      );
      if (waiting.length > 0) expect(Math.max(...served.values()) - Math.min(...waiting)).toBeLessThanOrEqual(1);
    }
  });

  it("tells how long jobs take from what those of earlier starts took", async () => {
    let time = 1_000_000;
    const now = () => time;
    const earlier = setup({ now });
    for (const cost of [1, 2, 4]) {
      const { id } = await earlier.queue.submit(ask("a", { cost }));
      const end = earlier.ended(id);
      const run = await earlier.engine.next();
      time += cost * 20_000;
      run.finishWith(new Uint8Array([1]), 1, 1);
      await end;
    }
    await earlier.queue.close(0);
    const { queue } = setup({ now, repository: earlier.repository });
    await queue.remember();
    queue.pause();
    await queue.submit(ask("b", { cost: 3 }));
    const [{ runSeconds } = { runSeconds: 0 }] = queue.positions();
    expect(runSeconds).toBeGreaterThan(50);
    expect(runSeconds).toBeLessThan(70);
    await queue.close(0);
  });
});
