import { setImmediate as turn } from "node:timers/promises";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { Estimator } from "../../src/queue/estimator.js";
import type { Job, JobRequest } from "../../src/queue/job.js";
import { newJobId, readJobId } from "../../src/queue/job-id.js";
import { LocalQueue, type LocalQueueOptions } from "../../src/queue/local-queue.js";
import { MemoryJournal } from "../../src/queue/memory-journal.js";
import { QueueError } from "../../src/queue/queue.js";
import { FakeEngine } from "../fakes/engine.js";

function setup(options: Partial<LocalQueueOptions> & { engine?: FakeEngine } = {}) {
  const engine = options.engine ?? new FakeEngine();
  const journal = new MemoryJournal();
  const queue = new LocalQueue({
    ...{ engine, journal, estimator: new Estimator({ dream: 1 }), concurrency: 1, jobSeconds: 60, logger: pino({ level: "silent" }) },
    limits: { length: 1000, waitingPerPerson: 1000, perHourPerPerson: 1000 },
    ...options,
    ...{ engine },
  });
  const log: string[] = [];
  queue.on("started", (job) => log.push(`started ${job.id}`));
  queue.on("retrying", (job) => log.push(`retrying ${job.id}`));
  const onEnd = (listener: (end: string, job: Job) => void) => {
    queue.on("done", (job) => listener("done", job));
    queue.on("failed", (job) => listener("failed", job));
    queue.on("cancelled", (job) => listener("cancelled", job));
  };
  onEnd((end, job) => log.push(`${end} ${job.id}`));
  for (const event of ["resumed", "suspended"] as const) queue.on(event, (job) => log.push(`${event} ${job.id}`));
  const ended = (id: string) =>
    new Promise<Job>((resolve) => {
      onEnd((_end, job) => {
        if (job.id === id) resolve(job);
      });
    });
  return { engine, journal, queue, log, ended };
}

function ask(person: string, more: Partial<JobRequest> = {}): JobRequest {
  return {
    ...{ place: { platform: "fake", community: "club", channel: "art" }, author: { id: person, name: person }, recipe: "dream" },
    ...{ params: { octaves: 1 }, pictures: {}, work: 1, pace: "dream" },
    ...more,
  };
}

async function refused(promise: Promise<unknown>): Promise<QueueError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof QueueError) return error;
  throw new Error("The job was accepted.", { cause: error });
}

describe("the local queue", () => {
  it("runs jobs one by one, keeps them in the journal, and tells in order", async () => {
    const { engine, journal, queue, log, ended } = setup();
    const first = await queue.submit(ask("a", { pictures: { image: new Uint8Array([1]) } }), (job) => log.push(`accepted ${job.id}`));
    const second = await queue.submit(ask("b"));
    expect(await journal.pictures(first.id)).toEqual({ image: new Uint8Array([1]) });
    expect((await journal.unfinished()).map((job) => job.id)).toEqual([first.id, second.id]);
    expect(queue.line().map((standing) => [standing.job.id, standing.place])).toEqual([
      [first.id, 0],
      [second.id, 1],
    ]);
    const end = ended(second.id);
    await (await engine.next()).finish();
    await (await engine.next()).finish();
    await end;
    expect(log).toEqual([`accepted ${first.id}`, ...[first, second].flatMap(({ id }) => [`started ${id}`, `done ${id}`])]);
    expect(engine.peak).toBe(1);
    expect(await journal.get(first.id)).toMatchObject({ state: "done", attempts: 1, result: { width: 64, runtime: "fake" } });
    expect((await journal.get(first.id))?.result).not.toHaveProperty("picture");
    expect(await journal.unfinished()).toEqual([]);
  });

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

  it("lets nobody block the others", async () => {
    const { engine, queue, log, ended } = setup();
    const many: string[] = [];
    for (let job = 0; job < 10; job++) many.push((await queue.submit(ask("greedy"))).id);
    const modest = await queue.submit(ask("modest"));
    expect(queue.standing(modest.id)?.place).toBe(1);
    const end = ended(modest.id);
    await (await engine.next()).finish();
    await (await engine.next()).finish();
    await end;
    expect(log.filter((line) => line.startsWith("started")).slice(0, 2)).toEqual([`started ${many[0]}`, `started ${modest.id}`]);
  });

  it("serves forty people with ten jobs each in rounds", async () => {
    const { engine, queue } = setup({ limits: { length: 2000, waitingPerPerson: 10, perHourPerPerson: 10 } });
    const order: string[] = [];
    queue.on("started", (job) => order.push(job.author.id));
    for (let person = 0; person < 40; person++) for (let job = 0; job < 10; job++) await queue.submit(ask(`p${person}`));
    const idle = new Promise<void>((resolve) => queue.on("done", () => order.length === 400 && queue.line().length === 0 && resolve()));
    for (let job = 0; job < 400; job++) void (await engine.next()).finish();
    await idle;
    for (let round = 0; round < 10; round++) expect(new Set(order.slice(round * 40, round * 40 + 40)).size).toBe(40);
  });

  it("has bounds, each told in a sentence, also when many ask at once", async () => {
    const { queue } = setup({ limits: { length: 3, waitingPerPerson: 2, perHourPerPerson: 100 } });
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => queue.submit(ask("a"))));
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(2);
    const mine = await refused(queue.submit(ask("a")));
    expect([mine.kind, mine.message]).toEqual([
      "person-waiting",
      "You have 2 unfinished jobs, as many as one person may have. Wait for one to end, or take one back with /cancel.",
    ]);
    await queue.submit(ask("b"));
    await queue.submit(ask("c"));
    expect((await refused(queue.submit(ask("d")))).kind).toBe("full");
  });

  it("counts jobs an hour", async () => {
    let now = 1_000_000;
    const limits = { length: 100, waitingPerPerson: 100, perHourPerPerson: 2 };
    const { queue } = setup({ limits, now: () => now });
    await queue.submit(ask("a"));
    now += 600_000;
    await queue.submit(ask("a"));
    const error = await refused(queue.submit(ask("a")));
    expect(error.message).toBe("You have started 2 jobs in the last hour, as many as one person may. The next can start in 50 minutes.");
    await queue.submit(ask("b"));
    now += 3_000_001;
    await queue.submit(ask("a"));
    expect((await refused(queue.submit(ask("a")))).kind).toBe("person-hour");
  });

  it("keeps the result's picture before anybody is told, unless the job was cancelled", async () => {
    const { engine, journal, queue } = setup();
    const seen: (Uint8Array | undefined)[] = [];
    const kept = new Promise<void>((resolve) => {
      queue.on("done", (job) => void journal.result(job.id).then((picture) => resolve(void seen.push(picture?.bytes))));
    });
    await queue.submit(ask("a"));
    const picture = new Uint8Array([9, 9]);
    (await engine.next()).finishWith(picture, 1, 2);
    await kept;
    expect(seen).toEqual([picture]);

    const late = new FakeEngine({ ignoresAbort: true });
    const other = setup({ engine: late });
    const job = await other.queue.submit(ask("a"));
    const run = await late.next();
    other.queue.cancel(job.id, { by: "person", name: "A" });
    await other.ended(job.id);
    run.finishWith(picture, 1, 2);
    await other.queue.close(0);
    expect(await other.journal.result(job.id)).toBeUndefined();
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

  it("does not count or keep a job that the journal refused", async () => {
    const journal = new MemoryJournal();
    const add = journal.add.bind(journal);
    const { queue, log } = setup({ journal, limits: { length: 1, waitingPerPerson: 1, perHourPerPerson: 1 } });
    journal.add = () => Promise.reject(new Error("disk full"));
    await expect(queue.submit(ask("a"))).rejects.toThrow("disk full");
    expect(queue.line()).toEqual([]);
    expect(log).toEqual([]);
    journal.add = add;
    await queue.submit(ask("a"));
  });

  it("goes on when the journal cannot be written later", async () => {
    const journal = new MemoryJournal();
    journal.update = () => Promise.reject(new Error("disk full"));
    const { engine, queue, ended } = setup({ journal });
    const job = await queue.submit(ask("a"));
    const end = ended(job.id);
    await (await engine.next()).finish();
    expect((await end).state).toBe("done");
  });

  it("ends a waiting job at once, and moves the others up", async () => {
    const { queue, log, ended } = setup();
    const moves: string[] = [];
    const running = await queue.submit(ask("a"));
    const waiting = await queue.submit(ask("b"));
    const last = await queue.submit(ask("c"));
    queue.on("moved", (standing) => moves.push(`${standing.job.id} ${standing.place}`));
    const end = ended(waiting.id);
    expect(queue.cancel(waiting.id, { by: "person", name: "B" })).toBe(true);
    expect(queue.cancel(waiting.id, { by: "person", name: "B" })).toBe(false);
    await end;
    expect(log).toContain(`cancelled ${waiting.id}`);
    expect(moves).toEqual([`${last.id} 1`]);
    expect(queue.line().map((standing) => standing.job.id)).toEqual([running.id, last.id]);
  });

  it("ends a running job within a second, even when the engine does not listen, and keeps the slot until it does", async () => {
    const { engine, queue, log, ended } = setup({ engine: new FakeEngine({ ignoresAbort: true }) });
    const job = await queue.submit(ask("a"));
    const next = await queue.submit(ask("b"));
    const run = await engine.next();
    const end = ended(job.id);
    const begun = performance.now();
    expect(queue.cancel(job.id, { by: "person", name: "A" })).toBe(true);
    expect((await end).state).toBe("cancelled");
    expect(performance.now() - begun).toBeLessThan(1000);
    expect(engine.runs).toHaveLength(1);
    const second = ended(next.id);
    await run.finish();
    await (await engine.next()).finish();
    await second;
    expect(log).toEqual([`started ${job.id}`, `cancelled ${job.id}`, `started ${next.id}`, `done ${next.id}`]);
  });

  it.each(["crashed", "memory"] as const)("tries a job once more when the engine failed by %s", async (kind) => {
    const { engine, journal, queue, log, ended } = setup();
    const job = await queue.submit(ask("a"));
    const end = ended(job.id);
    (await engine.next()).fail(kind);
    await (await engine.next()).finish();
    await end;
    expect(log).toEqual([`started ${job.id}`, `retrying ${job.id}`, `done ${job.id}`]);
    expect(await journal.get(job.id)).toMatchObject({ attempts: 2, state: "done" });
  });

  it("gives up after the second crash, and at once on other failures; the next job runs", async () => {
    const { engine, queue, ended } = setup();
    const [first, second, third] = [await queue.submit(ask("a")), await queue.submit(ask("b")), await queue.submit(ask("c"))];
    const ends = Promise.all([first, second, third].map((job) => ended(job.id)));
    (await engine.next()).fail("crashed");
    (await engine.next()).fail("crashed");
    (await engine.next()).fail("input", "The picture is broken.");
    await (await engine.next()).finish();
    expect((await ends).map((job) => [job.state, job.failure?.message])).toEqual([
      ["failed", "The engine failed: crashed."],
      ["failed", "The picture is broken."],
      ["done", undefined],
    ]);
  });

  it("does not retry a job that was cancelled while the engine crashed", async () => {
    const { engine, queue, ended } = setup({ engine: new FakeEngine({ ignoresAbort: true }) });
    const job = await queue.submit(ask("a"));
    const run = await engine.next();
    const end = ended(job.id);
    queue.cancel(job.id, { by: "person", name: "A" });
    run.fail("crashed");
    expect((await end).state).toBe("cancelled");
    expect(engine.runs).toHaveLength(1);
  });

  it("ends a job that runs too long", async () => {
    const { engine, queue, ended } = setup({ jobSeconds: 0.05 });
    const job = await queue.submit(ask("a"));
    await engine.next();
    const end = await ended(job.id);
    expect([end.state, end.failure?.kind]).toEqual(["failed", "time"]);
  });

  it("survives listeners that throw", async () => {
    const { engine, queue, ended } = setup();
    queue.on("started", () => {
      throw new Error("listener");
    });
    queue.on("frame", () => {
      throw new Error("listener");
    });
    const job = await queue.submit(ask("a"));
    const end = ended(job.id);
    const run = await engine.next();
    await run.octave(1);
    await run.finish();
    expect((await end).state).toBe("done");
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

  it("tries on from the last checkpoint after a crash, as long as it gets ahead", async () => {
    const { engine, queue, ended } = setup();
    const { id } = await queue.submit(ask("a", { params: { octaves: 5 } }));
    const end = ended(id);
    for (let octave = 1; octave <= 4; octave++) {
      const run = await engine.next();
      expect(run.request.resume?.octave).toBe(octave === 1 ? undefined : octave - 1);
      await run.octave(octave);
      run.fail("crashed");
    }
    await (await engine.next()).finish();
    expect((await end).state).toBe("done");
  });

  it("tells at the next start what nobody had been told of, and only that", async () => {
    const journal = new MemoryJournal();
    const before = setup({ journal });
    const jobs = [await before.queue.submit(ask("a")), await before.queue.submit(ask("b")), await before.queue.submit(ask("c"))];
    const [done, failed, cancelled] = jobs.map(({ id }) => id);
    const ends = Promise.all([before.ended(done ?? ""), before.ended(failed ?? ""), before.ended(cancelled ?? "")]);
    const picture = new Uint8Array([9]);
    (await before.engine.next()).finishWith(picture, 7, 5);
    (await before.engine.next()).fail("input", "The picture is broken.");
    before.queue.cancel(cancelled ?? "", { by: "person", name: "Mo" });
    await ends;

    const next = setup({ journal });
    const told: unknown[] = [];
    next.queue.on("done", ({ id }, result) => told.push([id, result.width, result.picture]));
    next.queue.on("failed", ({ id }, failure) => told.push([id, failure.message]));
    next.queue.on("cancelled", ({ id }, reason) => told.push([id, reason.name]));
    expect(await next.queue.recover(({ id }) => told.push(id))).toBe(3);
    expect(told).toEqual([done, [done, 7, picture], failed, [failed, "The picture is broken."], cancelled, [cancelled, "Mo"]]);
    for (const { id } of jobs) await next.queue.told(id);
    expect(await setup({ journal }).queue.recover(() => undefined)).toBe(0);
    expect(next.engine.runs).toHaveLength(0);
  });

  it("pauses: running ones go on, new ones are accepted and wait; drained when nothing runs", async () => {
    const { engine, queue, log, ended } = setup();
    const running = await queue.submit(ask("a"));
    const run = await engine.next();
    queue.pause();
    const waiting = await queue.submit(ask("b"));
    const drained = queue.drain().then(() => log.push("drained"));
    await run.finish();
    await drained;
    expect([queue.paused, engine.runs.length]).toEqual([true, 1]);
    const end = ended(waiting.id);
    queue.unpause();
    await (await engine.next()).finish();
    await end;
    expect(log).toEqual([`started ${running.id}`, `done ${running.id}`, "drained", `started ${waiting.id}`, `done ${waiting.id}`]);
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
