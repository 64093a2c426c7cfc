import { setImmediate as turn } from "node:timers/promises";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { Estimator } from "../../src/queue/estimator.js";
import { newJobId, readJobId } from "../../src/queue/job-id.js";
import { LocalQueue } from "../../src/queue/local-queue.js";
import { MemoryJournal } from "../../src/queue/memory-journal.js";
import { FakeEngine } from "../fakes/engine.js";
import { ask, listen, type QueueParts, queueContract, queueParts, refused } from "./queue.contract.js";

const logger = pino({ level: "silent" });

function setup(options: Partial<QueueParts> = {}) {
  const parts = queueParts(options);
  const queue = new LocalQueue({ ...parts, estimator: new Estimator({ dream: 1 }), logger });
  return { ...parts, queue, ...listen(queue) };
}

const withRoom = (megabytes: number) => ({ length: 1000, waitingPerPerson: 1000, perHourPerPerson: 1000, megabytes });

queueContract("the local queue", async (parts) => {
  const { queue } = setup(parts);
  return { queue, settled: () => queue.drain() };
});

describe("the local queue, which ends with its process", () => {
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

  it("runs side by side only what fits into memory together; a large one waits, and nobody overtakes it", async () => {
    const { engine, queue, ended } = setup({ concurrency: 3, limits: withRoom(1000) });
    const order: string[] = [];
    queue.on("started", ({ author }) => order.push(author.id));
    const of = (person: string, megabytes: number) => queue.submit(ask(person, { memory: { megabytes, smaller: [] } }));
    const first = await of("first", 400);
    const second = await of("second", 400);
    await of("large", 900);
    await of("small", 100);
    const last = await of("last", 100);
    const [one, two] = [await engine.next(), await engine.next()];
    expect(order).toEqual(["first", "second"]);
    // The small ones would fit, but the large one's turn came before theirs.
    expect(queue.line().map(({ job, place }) => [job.author.id, place])).toEqual([
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
    const of = (person: string, megabytes: number) => queue.submit(ask(person, { memory: { megabytes, smaller: [] } }));
    const first = await of("a", 400);
    const run = await engine.next();
    const [second, third] = [await of("b", 990), await of("c", 990)];
    for (const person of ["d", "e", "f"]) await of(person, 300);
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
    const of = (person: string, megabytes: number) => queue.submit(ask(person, { memory: { megabytes, smaller: [] } }));
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
    expect((await refused(queue.submit(ask("a", { memory })))).message).toMatch(/The largest that fits is `size:64`\.$/);
    await queue.drain();
    expect(queue.line()).toEqual([]);
  });

  it("serves 1,000 jobs of 100 people fairly: the first of everybody before the second of anybody", async () => {
    const { engine, queue } = setup();
    const order: string[] = [];
    queue.on("started", (job) => order.push(job.author.id));
    queue.pause();
    // The greedy come first, with 40 jobs each; most people have a few.
    const counts = Array.from({ length: 100 }, (_, person) => (person < 15 ? 40 : person < 85 ? 5 : person < 99 ? 3 : 8));
    for (const [person, count] of counts.entries()) for (let job = 0; job < count; job++) await queue.submit(ask(`p${person}`));
    expect(queue.line()).toHaveLength(1000);
    queue.unpause();
    const idle = new Promise<void>((resolve) => queue.on("done", () => order.length === 1000 && queue.line().length === 0 && resolve()));
    const picture = new Uint8Array([1]);
    for (let job = 0; job < 1000; job++) (await engine.next()).finishWith(picture, 1, 1);
    await idle;
    expect(new Set(order.slice(0, 100)).size).toBe(100);
    // The spread: however far the line has got, nobody who still waits is more than one job behind anybody else.
    const served = new Map<string, number>(counts.map((_, person) => [`p${person}`, 0]));
    for (const person of order) {
      served.set(person, (served.get(person) ?? 0) + 1);
      const waiting = counts.flatMap((count, index) => ((served.get(`p${index}`) ?? 0) < count ? [served.get(`p${index}`) ?? 0] : []));
      if (waiting.length > 0) expect(Math.max(...served.values()) - Math.min(...waiting)).toBeLessThanOrEqual(1);
    }
  });

  it("does not close before the journal is written", async () => {
    const journal = new MemoryJournal();
    const { engine, queue } = setup({ journal });
    const job = await queue.submit(ask("a"));
    const update = journal.update.bind(journal);
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const run = await engine.next();
    journal.update = (id, change) => released.then(() => update(id, change));
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
    expect((await journal.get(job.id))?.state).toBe("done");
  });

  it("closes: running jobs have a moment, waiting ones wait for the next start, nothing more is accepted", async () => {
    const { engine, journal, queue, log } = setup();
    const running = await queue.submit(ask("a"));
    const waiting = await queue.submit(ask("b"));
    const run = await engine.next();
    const closed = queue.close(10_000);
    expect((await refused(queue.submit(ask("c")))).kind).toBe("closing");
    await run.finish();
    await closed;
    expect(log).toEqual([`started ${running.id}`, `suspended ${waiting.id}`, `done ${running.id}`]);
    expect((await journal.unfinished()).map(({ id, state }) => [id, state])).toEqual([[waiting.id, "waiting"]]);
  });

  it("closes in bounded time although the engine never answers; the job goes on at the next start from its last checkpoint", async () => {
    const { engine, journal, queue, log } = setup({ engine: new FakeEngine({ ignoresAbort: true }) });
    const job = await queue.submit(ask("a", { params: { octaves: 3 } }));
    const run = await engine.next();
    await run.octave(1);
    await run.octave(2);
    await queue.close(10);
    expect(log).toEqual([`started ${job.id}`, `suspended ${job.id}`]);
    expect(await journal.get(job.id)).toMatchObject({ state: "waiting", attempts: 0 });

    const next = setup({ journal });
    const taken: string[] = [];
    expect(await next.queue.recover(({ id }) => next.log.push(`taken ${id}`) && taken.push(id))).toBe(1);
    const again = await next.engine.next();
    expect(again.request.resume).toEqual({ octave: 2, state: Uint8Array.of(2) });
    const end = next.ended(job.id);
    await again.finish();
    await end;
    expect(next.log).toEqual(["taken", "resumed", "started", "done"].map((event) => `${event} ${job.id}`));
    expect(await journal.checkpoint(job.id)).toBeUndefined();
  });

  it("takes up what a killed process left: running ones first, then the others in their order", async () => {
    const { engine, journal, queue } = setup();
    const ids: string[] = [];
    for (const person of ["a", "b", "c", "a"]) ids.push((await queue.submit(ask(person))).id);
    await engine.next();
    // As if b's had been running beside it when the process was killed.
    await journal.update(ids[1] ?? "", { state: "running", attempts: 1 });
    await journal.update(ids[0] ?? "", { state: "waiting" });

    const next = setup({ journal });
    const order: string[] = [];
    next.queue.on("started", ({ id }) => order.push(id));
    const last = new Promise<void>((resolve) => next.queue.on("done", () => order.length === 4 && resolve()));
    expect(await next.queue.recover(() => undefined)).toBe(4);
    expect(next.queue.line().map(({ job, place }) => [job.id, place])).toEqual([
      [ids[1], 0],
      ...[ids[0], ids[2], ids[3]].map((id, index) => [id, index + 1]),
    ]);
    for (const _id of ids) await (await next.engine.next()).finish();
    await last;
    expect(order).toEqual([ids[1], ids[0], ids[2], ids[3]]);
  });

  it("gives a job up that no process gets ahead with, but not one that gets ahead each time", async () => {
    const journal = new MemoryJournal();
    const { id } = await setup({ journal }).queue.submit(ask("a", { params: { octaves: 4 } }));
    const begin = async (octave?: number) => {
      const process = setup({ journal });
      const end = process.ended(id);
      await process.queue.recover(() => undefined);
      if ((await journal.get(id))?.state === "failed") return end;
      const run = await process.engine.next();
      if (octave !== undefined) {
        await run.octave(octave);
        await turn();
      }
      // It is killed: nothing more is heard of it.
      return undefined;
    };
    for (const octave of [1, 1, 2, 2, 2, 3, 3, 3]) expect(await begin(octave)).toBeUndefined();
    for (let time = 0; time < 4; time++) expect(await begin()).toBeUndefined();
    expect((await begin())?.failure).toEqual({
      kind: "interrupted",
      message: "Dreamloom was stopped 5 times while it worked on this, so I have given it up. A smaller size may help.",
    });
  });
});

describe("job ids", () => {
  it("are short, unambiguous, and read back as people type them", () => {
    const ids = new Set(Array.from({ length: 1000 }, newJobId));
    expect(ids.size).toBe(1000);
    for (const id of ids) {
      expect(id).toMatch(/^[34679ACDEFGHJKMNPQRTWXY]{8}$/);
      expect(readJobId(` #${id.toLowerCase()} `)).toBe(id);
      expect(readJobId(id.slice(0, 4))).toBe(id.slice(0, 4));
    }
    for (const text of ["", "7KQ", "7KQ4M9XA7", "OOOO", "__proto__"]) expect(readJobId(text)).toBeUndefined();
  });
});

describe("the journal in memory", () => {
  it("forgets the oldest finished jobs when it is full, never unfinished ones", async () => {
    const journal = new MemoryJournal({ jobs: 2 });
    const { queue } = setup({ journal });
    const jobs = [await queue.submit(ask("a")), await queue.submit(ask("b")), await queue.submit(ask("c"))];
    expect(await journal.unfinished()).toHaveLength(3);
    const [first, second, third] = jobs.map((job) => job.id);
    queue.cancel(second ?? "", { by: "person", name: "B" });
    const fourth = await queue.submit(ask("d"));
    const kept = await Promise.all([first, second, third, fourth.id].map((id) => journal.get(id ?? "")));
    expect(kept.map((job) => job?.id)).toEqual([first, undefined, third, fourth.id]);
  });
});
