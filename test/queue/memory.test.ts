import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ask, refused } from "./queue.contract.js";
import { setup } from "./set-up.js";

const withRoom = (megabytes: number) => ({ length: 1000, waitingPerPerson: 1000, perHourPerPerson: 1000, megabytes });

describe("the memory of jobs that run side by side", () => {
  it("runs side by side only what fits into memory together; a large one waits, and none overtakes it", async () => {
    const { engine, queue, ended } = setup({ concurrency: 3, limits: withRoom(1000) });
    const order: string[] = [];
    queue.on("started", ({ author }) => order.push(author.id));
    const of = (user: string, megabytes: number) => queue.submit(ask(user, { memory: { megabytes, smaller: [] } }));
    const first = await of("first", 400);
    const second = await of("second", 400);
    await of("large", 900);
    await of("small", 100);
    const last = await of("last", 100);
    const [one, two] = [await engine.next(), await engine.next()];
    expect(order).toEqual(["first", "second"]);
    // The small ones would fit, but the large one's turn came before theirs.
    expect(queue.positions().map(({ job, position: place }) => [job.author.id, place])).toEqual([
      ["first", 0],
      ["second", 0],
      ["large", 1],
      ["small", 2],
      ["last", 3],
    ]);
    const ends = [ended(first.id), ended(second.id)];
    await one.finish();
    await ends[0];
    await turn();
    expect(order).toHaveLength(2);
    await two.finish();
    await ends[1];
    // 900 and 100 fit; the last one waits for one of them.
    const [large, small] = [await engine.next(), await engine.next()];
    await turn();
    expect(order).toEqual(["first", "second", "large", "small"]);
    const end = ended(last.id);
    await small.finish();
    const third = await engine.next();
    expect(order.at(-1)).toBe("last");
    await large.finish();
    await third.finish();
    await end;
    expect(engine.peak).toBe(2);
  });

  it("begins several small jobs when a large one ends or is taken back", async () => {
    const { engine, queue, ended } = setup({ concurrency: 3, limits: withRoom(1000) });
    const of = (user: string, megabytes: number) => queue.submit(ask(user, { memory: { megabytes, smaller: [] } }));
    const first = await of("a", 400);
    const run = await engine.next();
    const [second, third] = [await of("b", 990), await of("c", 990)];
    for (const user of ["d", "e", "f"]) await of(user, 300);
    const end = ended(first.id);
    await run.finish();
    await end;
    const large = await engine.next();
    expect(large.request.job).toBe(second.id);
    await turn();
    expect(engine.runs).toHaveLength(2);
    // One that waits, and keeps three others waiting.
    queue.cancel(third.id, { by: "person", name: "c" });
    await large.finish();
    for (const one of [await engine.next(), await engine.next(), await engine.next()]) await one.finish();
    expect(engine.peak).toBe(3);
  });

  it("lets those behind begin when the one that kept them waiting is taken back", async () => {
    const { engine, queue } = setup({ concurrency: 3, limits: withRoom(1000) });
    const of = (user: string, megabytes: number) => queue.submit(ask(user, { memory: { megabytes, smaller: [] } }));
    await of("a", 400);
    const large = await of("b", 900);
    await of("c", 300);
    await of("d", 300);
    const first = await engine.next();
    queue.cancel(large.id, { by: "person", name: "b" });
    for (const one of [first, await engine.next(), await engine.next()]) await one.finish();
    expect(engine.peak).toBe(3);
    await queue.drain();
  });

  it("runs a job alone of whose memory it knows nothing, and refuses one that could never run", async () => {
    const { engine, queue } = setup({ concurrency: 2, limits: withRoom(1000) });
    const known = { megabytes: 10, smaller: [] };
    await queue.submit(ask("a"));
    await queue.submit(ask("b", { memory: known }));
    const alone = await engine.next();
    await turn();
    expect(engine.runs).toHaveLength(1);
    await alone.finish();
    await (await engine.next()).finish();
    expect(engine.peak).toBe(1);
    const memory = { megabytes: 1001, smaller: [{ line: "size:64", megabytes: 5 }] };
    expect((await refused(queue.submit(ask("a", { memory })))).message).toMatch(
      /The largest that fits is `size:64`\.$/,
    );
    await queue.drain();
    expect(queue.positions()).toEqual([]);
  });
});
