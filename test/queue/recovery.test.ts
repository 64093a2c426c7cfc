import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { MemoryJobRepository } from "../fakes/memory-repository.js";
import { ask } from "./queue.contract.js";
import { setup } from "./set-up.js";

describe("a queue after a start", () => {
  it("takes up what a killed process left: running ones first, then the others in their order", async () => {
    const { engine, repository, queue } = setup();
    const ids: string[] = [];
    for (const user of ["a", "b", "c", "a"]) ids.push((await queue.submit(ask(user))).id);
    await engine.next();
    // As if b's had been running beside it when the process was killed.
    await repository.update(ids[1] ?? "", { state: "running", attempts: 1 });
    await repository.update(ids[0] ?? "", { state: "waiting" });

    const next = setup({ repository });
    const order: string[] = [];
    next.queue.on("started", ({ id }) => order.push(id));
    const last = new Promise<void>((resolve) => next.queue.on("done", () => order.length === 4 && resolve()));
    expect(await next.queue.recover(() => undefined)).toBe(4);
    expect(next.queue.positions().map(({ job, position: place }) => [job.id, place])).toEqual([
      [ids[1], 0],
      ...[ids[0], ids[2], ids[3]].map((id, index) => [id, index + 1]),
    ]);
    for (const _id of ids) await (await next.engine.next()).finish();
    await last;
    expect(order).toEqual([ids[1], ids[0], ids[2], ids[3]]);
  });

  it("knows what memory they take: two that fit side by side run so, a large one waits", async () => {
    const limits = { length: 10, waitingPerPerson: 10, perHourPerPerson: 10, megabytes: 1000 };
    const { repository, queue } = setup({ limits });
    queue.pause();
    for (const megabytes of [400, 400, 900]) await queue.submit(ask("a", { memory: { megabytes, smaller: [] } }));
    const next = setup({ repository, limits, concurrency: 3 });
    await next.queue.recover(() => undefined);
    const [one, two] = [await next.engine.next(), await next.engine.next()];
    await turn();
    expect(next.engine.runs).toHaveLength(2);
    await one.finish();
    await two.finish();
    await (await next.engine.next()).finish();
    await next.queue.drain();
    expect(next.engine.peak).toBe(2);
  });

  it("gives a job up that no process gets ahead with, but not one that gets ahead each time", async () => {
    const repository = new MemoryJobRepository();
    const { id } = await setup({ repository }).queue.submit(ask("a", { params: { octaves: 4 } }));
    const begin = async (octave?: number) => {
      const process = setup({ repository });
      const end = process.ended(id);
      await process.queue.recover(() => undefined);
      if ((await repository.get(id))?.state === "failed") return end;
      const run = await process.engine.next();
      if (octave !== undefined) {
        await run.octave(octave);
        await turn();
      }
      // It is killed: nothing more comes from it.
      return undefined;
    };
    for (const octave of [1, 1, 2, 2, 2, 3, 3, 3]) expect(await begin(octave)).toBeUndefined();
    for (let time = 0; time < 5; time++) expect(await begin()).toBeUndefined();
    expect((await begin())?.failure).toEqual({
      kind: "interrupted",
      message: "Dreamloom was stopped 6 times while it worked on this, so I have given up. A smaller size may help.",
    });
  });
});
