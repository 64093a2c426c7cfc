import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { FakeEngine, type FakeRun } from "../fakes/engine.js";
import { ask } from "./queue.contract.js";
import { setup } from "./set-up.js";

/** Waits until a run ends as all do that the same process has. */
async function crash(engine: FakeEngine, count: number): Promise<void> {
  const runs: FakeRun[] = [];
  while (runs.length < count) runs.push(await engine.next());
  for (const run of runs) run.fail("crashed");
}

describe("last tries", () => {
  it("cost only the job that kills engines, not those that ran beside it", async () => {
    const { engine, queue, ended } = setup({ engine: new FakeEngine(), concurrency: 3 });
    const [deadly, one, two] = [
      await queue.submit(ask("deadly")),
      await queue.submit(ask("one")),
      await queue.submit(ask("two")),
    ];
    const ends = Promise.all([deadly, one, two].map(({ id }) => ended(id)));
    await crash(engine, 3);
    await crash(engine, 3);
    const third = await engine.next();
    await turn();
    expect([third.request.job, engine.runs.length]).toEqual([deadly.id, 7]);
    third.fail("crashed");
    const fourth = await engine.next();
    await turn();
    expect([fourth.request.job, engine.runs.length]).toEqual([one.id, 8]);
    // It has made progress, so it was not the one: the other need not wait for its end.
    await fourth.octave(1);
    const fifth = await engine.next();
    expect(fifth.request.job).toBe(two.id);
    await fifth.finish();
    await fourth.finish();
    expect((await ends).map(({ state }) => state)).toEqual(["failed", "done", "done"]);
  });

  it("are not waited for by a job that is cancelled", async () => {
    const { engine, queue, ended } = setup({ concurrency: 2 });
    const [first, second] = [await queue.submit(ask("a")), await queue.submit(ask("b"))];
    await crash(engine, 2);
    await crash(engine, 2);
    const run = await engine.next();
    const end = ended(second.id);
    queue.cancel(second.id, { by: "person", name: "b" });
    expect((await end).state).toBe("cancelled");
    const done = ended(first.id);
    await run.finish();
    await done;
    expect(engine.runs).toHaveLength(5);
  });
});
