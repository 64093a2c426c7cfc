import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { workedMs } from "../../src/domain/model.js";
import { FakeEngine } from "../fakes/engine.js";
import { MemoryJobRepository } from "../fakes/memory-repository.js";
import { ask, refused } from "./queue.contract.js";
import { setup } from "./set-up.js";

describe("a queue that closes", () => {
  it("does not close before the repository is written", async () => {
    const repository = new MemoryJobRepository();
    const { engine, queue } = setup({ repository });
    const job = await queue.submit(ask("a"));
    const update = repository.update.bind(repository);
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const run = await engine.next();
    repository.update = (id, change) => released.then(() => update(id, change));
    await run.finish();
    let closed = false;
    const closing = queue.close(1000).then(() => {
      closed = true;
    });
    // All that needs no more than a turn of the event loop has happened by then.
    await turn();
    expect(closed).toBe(false);
    release();
    await closing;
    expect((await repository.get(job.id))?.state).toBe("done");
  });

  it("closes: running jobs have a moment, waiting ones wait for the next start, nothing more is accepted", async () => {
    const { engine, repository, queue, log } = setup();
    const running = await queue.submit(ask("a"));
    const waiting = await queue.submit(ask("b"));
    const run = await engine.next();
    const closed = queue.close(10_000);
    expect((await refused(queue.submit(ask("c")))).kind).toBe("closing");
    await run.finish();
    await closed;
    expect(log).toEqual([`started ${running.id}`, `suspended ${waiting.id}`, `done ${running.id}`]);
    expect((await repository.unfinished()).map(({ id, state }) => [id, state])).toEqual([[waiting.id, "waiting"]]);
  });

  it("counts the time over all attempts: before a stop, before a kill up to the checkpoint, and nothing in between", async () => {
    let time = 1_000;
    const now = () => time;
    const first = setup({ now });
    const { repository } = first;
    const { id } = await first.queue.submit(ask("a", { params: { octaves: 3 } }));
    const begun = await first.engine.next();
    time += 4_000;
    await begun.octave(1);
    time += 500;
    await first.queue.close(0);
    expect((await repository.get(id))?.workedMs).toBe(4_500);

    time += 1_000_000;
    const killed = setup({ repository, now });
    await killed.queue.recover(() => undefined);
    const taken = await killed.engine.next();
    time += 2_000;
    await taken.octave(2);
    await killed.queue.keepMessages(id, { frames: [] });
    // What comes after the checkpoint is lost with the process.
    expect((await repository.get(id))?.workedMs).toBe(6_500);

    time += 1_000_000;
    const last = setup({ repository, now });
    await last.queue.recover(() => undefined);
    const end = last.ended(id);
    const run = await last.engine.next();
    time += 1_000;
    await run.octave(3);
    time += 3_000;
    await run.finish();
    expect(workedMs(await end, time)).toBe(10_500);
    const kept = await repository.get(id);
    expect(kept && workedMs(kept, kept.finishedAt ?? 0)).toBe(10_500);
  });

  it("closes in bounded time although the engine never answers; the job resumes from its last checkpoint", async () => {
    const { engine, repository, queue, log } = setup({ engine: new FakeEngine({ ignoresAbort: true }) });
    const job = await queue.submit(ask("a", { params: { octaves: 3 } }));
    const run = await engine.next();
    await run.octave(1);
    await run.octave(2);
    await queue.close(10);
    expect(log).toEqual([`started ${job.id}`, `suspended ${job.id}`]);
    expect(await repository.get(job.id)).toMatchObject({ state: "waiting", attempts: 0 });

    const next = setup({ repository });
    const taken: string[] = [];
    expect(await next.queue.recover(({ id }) => next.log.push(`taken ${id}`) && taken.push(id))).toBe(1);
    const again = await next.engine.next();
    expect(again.request.resume).toEqual({ octave: 2, state: Uint8Array.of(2) });
    const end = next.ended(job.id);
    await again.finish();
    await end;
    expect(next.log).toEqual(["taken", "resumed", "started", "done"].map((event) => `${event} ${job.id}`));
    expect(await repository.checkpoint(job.id)).toBeUndefined();
  });

  it("lays a job down that waits to be tried again, with what it has tried", async () => {
    const { engine, repository, queue, log } = setup();
    const job = await queue.submit(ask("a"));
    const retrying = new Promise<void>((resolve) => queue.on("retrying", () => resolve()));
    (await engine.next()).fail("crashed");
    await retrying;
    await queue.close(0);
    expect(log).toEqual([`started ${job.id}`, `retrying ${job.id}`, `suspended ${job.id}`]);
    expect(await repository.get(job.id)).toMatchObject({ state: "waiting", attempts: 1 });
    expect(engine.runs).toHaveLength(1);
  });
});
