import { describe, expect, it } from "vitest";
import type { Job } from "../../src/domain/model.js";
import type { QueueLimits } from "../../src/queue/admission.js";
import type { JobRepository } from "../../src/queue/job-repository.js";
import type { JobRequest } from "../../src/queue/job-request.js";
import type { FilterSettings } from "../../src/queue/picture-filter.js";
import { type JobQueue, QueueError } from "../../src/queue/queue.js";
import { deferred } from "../../src/shared/async.js";
import { FakeEngine } from "../fakes/engine.js";
import { MemoryJobRepository } from "../fakes/memory-repository.js";

/** What a queue under test is made of. */
export interface QueueParts {
  readonly engine: FakeEngine;
  readonly repository: JobRepository;
  readonly concurrency: number;
  readonly limits: QueueLimits;
  readonly jobSeconds: number;
  readonly now?: () => number;
  readonly filter?: FilterSettings;
}

/** Fills in what a test does not say. */
export function queueParts(options: Partial<QueueParts> = {}) {
  const limits = { length: 1000, waitingPerPerson: 1000, perHourPerPerson: 1000 };
  const engine = options.engine ?? new FakeEngine();
  return {
    repository: new MemoryJobRepository() as JobRepository,
    concurrency: 1,
    jobSeconds: 60,
    limits,
    ...options,
    engine,
  };
}

/** Writes down what a queue tells. */
export function listen(queue: JobQueue) {
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
  return { log, ended };
}

export function ask(user: string, more: Partial<JobRequest> = {}): JobRequest {
  return {
    channel: { platform: "fake", community: "club", id: "art" },
    author: { id: user, name: user },
    recipe: "dream",
    params: { octaves: 1 },
    pictures: {},
    cost: 1,
    costKey: "dream",
    ...more,
  };
}

export async function refused(promise: Promise<unknown>): Promise<QueueError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof QueueError) return error;
  throw new Error("The job was accepted.", { cause: error });
}

/**
 * What every queue promises, whichever engine it has.
 *
 * @param open makes a queue that can begin jobs at once; `settled` resolves when the engine has released all of them
 */
export function queueContract(
  name: string,
  open: (parts: QueueParts) => Promise<{ readonly queue: JobQueue; readonly settled: () => Promise<void> }>,
): void {
  const setup = async (options: Partial<QueueParts> = {}) => {
    const parts = queueParts(options);
    const { queue, settled } = await open(parts);
    return { ...parts, queue, settled, ...listen(queue) };
  };

  describe(name, () => {
    it("runs jobs one by one, keeps them in the repository, and reports in order", async () => {
      const { engine, repository, queue, log, ended } = await setup();
      const first = await queue.submit(ask("a", { pictures: { image: new Uint8Array([1]) } }), (job) =>
        log.push(`accepted ${job.id}`),
      );
      const second = await queue.submit(ask("b"));
      expect(await repository.pictures(first.id)).toEqual({ image: new Uint8Array([1]) });
      expect((await repository.unfinished()).map((job) => job.id)).toEqual([first.id, second.id]);
      expect(queue.positions().map((position) => [position.job.id, position.position])).toEqual([
        [first.id, 0],
        [second.id, 1],
      ]);
      const end = ended(second.id);
      await (await engine.next()).finish();
      await (await engine.next()).finish();
      await end;
      // The second may begin while the disk takes the end of the first.
      const [begun, over] = [`started ${second.id}`, `done ${first.id}`];
      expect([
        [`accepted ${first.id}`, `started ${first.id}`, over, begun, `done ${second.id}`],
        [`accepted ${first.id}`, `started ${first.id}`, begun, over, `done ${second.id}`],
      ]).toContainEqual(log);
      expect(engine.peak).toBe(1);
      expect(await repository.get(first.id)).toMatchObject({
        state: "done",
        attempts: 1,
        result: { width: 64, runtime: "fake" },
      });
      expect((await repository.get(first.id))?.result).not.toHaveProperty("picture");
      expect(await repository.unfinished()).toEqual([]);
    });

    it("lets no user block the others", async () => {
      const { engine, queue, log, ended } = await setup();
      const many: string[] = [];
      for (let job = 0; job < 10; job++) many.push((await queue.submit(ask("greedy"))).id);
      const modest = await queue.submit(ask("modest"));
      expect(queue.position(modest.id)?.position).toBe(1);
      const end = ended(modest.id);
      await (await engine.next()).finish();
      await (await engine.next()).finish();
      await end;
      expect(log.filter((line) => line.startsWith("started")).slice(0, 2)).toEqual([
        `started ${many[0]}`,
        `started ${modest.id}`,
      ]);
    });

    it("serves forty people with ten jobs each in rounds", async () => {
      const { engine, queue } = await setup({ limits: { length: 2000, waitingPerPerson: 10, perHourPerPerson: 10 } });
      const order: string[] = [];
      queue.on("started", (job) => order.push(job.author.id));
      for (let person = 0; person < 40; person++)
        for (let job = 0; job < 10; job++) await queue.submit(ask(`p${person}`));
      const idle = new Promise<void>((resolve) =>
        queue.on("done", () => order.length === 400 && queue.positions().length === 0 && resolve()),
      );
      for (let job = 0; job < 400; job++) void (await engine.next()).finish();
      await idle;
      for (let round = 0; round < 10; round++) expect(new Set(order.slice(round * 40, round * 40 + 40)).size).toBe(40);
    });

    it("has bounds, each told in a sentence, also when many ask at once", async () => {
      const { queue } = await setup({ limits: { length: 3, waitingPerPerson: 2, perHourPerPerson: 100 } });
      const results = await Promise.allSettled(Array.from({ length: 5 }, () => queue.submit(ask("a"))));
      expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(2);
      const mine = await refused(queue.submit(ask("a")));
      expect([mine.kind, mine.message]).toEqual([
        "person-waiting",
        "You have 2 unfinished jobs, as many as one person may have. Wait for one to end, or cancel one with /cancel.",
      ]);
      await queue.submit(ask("b"));
      await queue.submit(ask("c"));
      // A person without a job has a place all the same.
      await queue.submit(ask("d"));
      expect((await refused(queue.submit(ask("b")))).kind).toBe("full");
    });

    it("counts jobs an hour", async () => {
      let now = 1_000_000;
      const limits = { length: 100, waitingPerPerson: 100, perHourPerPerson: 2 };
      const { queue } = await setup({ limits, now: () => now });
      await queue.submit(ask("a"));
      now += 600_000;
      await queue.submit(ask("a"));
      const error = await refused(queue.submit(ask("a")));
      expect(error.message).toBe(
        "You have started 2 jobs in the last hour, as many as one person may. The next can start in 50 minutes.",
      );
      await queue.submit(ask("b"));
      now += 3_000_001;
      await queue.submit(ask("a"));
      expect((await refused(queue.submit(ask("a")))).kind).toBe("person-hour");
    });

    it("keeps the result's picture before anybody is told, unless the job was cancelled", async () => {
      const { engine, repository, queue } = await setup();
      const seen: (Uint8Array | undefined)[] = [];
      const kept = new Promise<void>((resolve) => {
        queue.on(
          "done",
          (job) => void repository.result(job.id).then((picture) => resolve(void seen.push(picture?.bytes))),
        );
      });
      await queue.submit(ask("a"));
      const picture = new Uint8Array([9, 9]);
      (await engine.next()).finishWith(picture, 1, 2);
      await kept;
      expect(seen).toEqual([picture]);

      const late = new FakeEngine({ ignoresAbort: true });
      const other = await setup({ engine: late });
      const job = await other.queue.submit(ask("a"));
      const run = await late.next();
      other.queue.cancel(job.id, { by: "person", name: "A" });
      await other.ended(job.id);
      run.finishWith(picture, 1, 2);
      await other.settled();
      expect(await other.repository.result(job.id)).toBeUndefined();
    });

    it("does not count or keep a job that the repository refused", async () => {
      const repository = new MemoryJobRepository();
      const add = repository.add.bind(repository);
      const { queue, log } = await setup({
        repository,
        limits: { length: 1, waitingPerPerson: 1, perHourPerPerson: 1 },
      });
      repository.add = () => Promise.reject(new Error("disk full"));
      await expect(queue.submit(ask("a"))).rejects.toThrow("disk full");
      expect(queue.positions()).toEqual([]);
      expect(log).toEqual([]);
      repository.add = add;
      await queue.submit(ask("a"));
    });

    it("goes on when the repository cannot be written later", async () => {
      const repository = new MemoryJobRepository();
      repository.update = () => Promise.reject(new Error("disk full"));
      const { engine, queue, ended } = await setup({ repository });
      const job = await queue.submit(ask("a"));
      const end = ended(job.id);
      await (await engine.next()).finish();
      expect((await end).state).toBe("done");
    });

    it("ends a waiting job at once, and moves the others up", async () => {
      const { queue, log, ended } = await setup();
      const moves: string[] = [];
      const moved = deferred<void>();
      const running = await queue.submit(ask("a"));
      const waiting = await queue.submit(ask("b"));
      const last = await queue.submit(ask("c"));
      expect(queue.position(last.id)?.position).toBe(2);
      queue.on("moved", (position) => moved.resolve(void moves.push(`${position.job.id} ${position.position}`)));
      const end = ended(waiting.id);
      expect(queue.cancel(waiting.id, { by: "person", name: "B" })).toBe(true);
      expect(queue.cancel(waiting.id, { by: "person", name: "B" })).toBe(false);
      await end;
      await moved.promise;
      expect(log).toContain(`cancelled ${waiting.id}`);
      expect(moves).toEqual([`${last.id} 1`]);
      expect(queue.positions().map((position) => position.job.id)).toEqual([running.id, last.id]);
    });

    it("ends a running job within a second, even when the engine does not stop, and keeps the slot until it does", async () => {
      const { engine, queue, log, ended } = await setup({ engine: new FakeEngine({ ignoresAbort: true }) });
      const job = await queue.submit(ask("a"));
      const next = await queue.submit(ask("b"));
      const run = await engine.next();
      const end = ended(job.id);
      expect(queue.cancel(job.id, { by: "person", name: "A" })).toBe(true);
      expect((await end).state).toBe("cancelled");
      expect(engine.runs).toHaveLength(1);
      const second = ended(next.id);
      await run.finish();
      await (await engine.next()).finish();
      await second;
      expect(log).toEqual([`started ${job.id}`, `cancelled ${job.id}`, `started ${next.id}`, `done ${next.id}`]);
    });

    it.each(["crashed", "memory"] as const)("tries a job again when the engine failed by %s", async (kind) => {
      const { engine, repository, queue, log, ended } = await setup();
      const job = await queue.submit(ask("a"));
      const end = ended(job.id);
      (await engine.next()).fail(kind);
      await (await engine.next()).finish();
      await end;
      expect(log).toEqual([`started ${job.id}`, `retrying ${job.id}`, `done ${job.id}`]);
      expect(await repository.get(job.id)).toMatchObject({ attempts: 2, state: "done" });
    });

    it("gives up after the third crash, and at once on other failures; the next job runs", async () => {
      const { engine, queue, ended } = await setup();
      const [first, second, third] = [
        await queue.submit(ask("a")),
        await queue.submit(ask("b")),
        await queue.submit(ask("c")),
      ];
      const ends = Promise.all([first, second, third].map((job) => ended(job.id)));
      const begun = performance.now();
      for (let time = 1; time <= 3; time++) (await engine.next()).fail("crashed");
      // A driver that has crashed had time to recover.
      expect(performance.now() - begun).toBeGreaterThan(1_200);
      (await engine.next()).fail("input", "The picture is broken.");
      await (await engine.next()).finish();
      expect((await ends).map((job) => [job.state, job.failure?.message])).toEqual([
        ["failed", "The engine failed: crashed."],
        ["failed", "The picture is broken."],
        ["done", undefined],
      ]);
    });

    it("does not retry a job that was cancelled while the engine crashed", async () => {
      const { engine, queue, ended } = await setup({ engine: new FakeEngine({ ignoresAbort: true }) });
      const job = await queue.submit(ask("a"));
      const run = await engine.next();
      const end = ended(job.id);
      queue.cancel(job.id, { by: "person", name: "A" });
      run.fail("crashed");
      expect((await end).state).toBe("cancelled");
      expect(engine.runs).toHaveLength(1);
    });

    it("ends a job at once that is cancelled while it waits to be tried again", async () => {
      const { engine, queue, ended } = await setup();
      const job = await queue.submit(ask("a"));
      const retrying = new Promise<void>((resolve) => queue.on("retrying", () => resolve()));
      // The second wait is a long one.
      (await engine.next()).fail("crashed");
      await retrying;
      const again = new Promise<void>((resolve) => queue.on("retrying", () => resolve()));
      (await engine.next()).fail("crashed");
      await again;
      const end = ended(job.id);
      expect(queue.cancel(job.id, { by: "person", name: "A" })).toBe(true);
      expect((await end).state).toBe("cancelled");
      expect(engine.runs).toHaveLength(2);
    });

    it("ends a job that runs too long", async () => {
      const { engine, queue, ended } = await setup({ jobSeconds: 0.05 });
      const job = await queue.submit(ask("a"));
      // Listened to from the start: the limit may be over before the engine is seen to run.
      const end = ended(job.id);
      await engine.next();
      expect(await end).toMatchObject({ state: "failed", failure: { kind: "time" } });
    });

    it("survives listeners that throw", async () => {
      const { engine, queue, ended } = await setup();
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

    it("tries on from the last checkpoint after a crash, as long as it gets ahead", async () => {
      const { engine, queue, ended } = await setup();
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

    it("reports at the next start what was not posted, and only that", async () => {
      const repository = new MemoryJobRepository();
      const before = await setup({ repository });
      const jobs = [
        await before.queue.submit(ask("a")),
        await before.queue.submit(ask("b")),
        await before.queue.submit(ask("c")),
      ];
      const [done, failed, cancelled] = jobs.map(({ id }) => id);
      const ends = Promise.all([before.ended(done ?? ""), before.ended(failed ?? ""), before.ended(cancelled ?? "")]);
      const picture = new Uint8Array([9]);
      (await before.engine.next()).finishWith(picture, 7, 5);
      (await before.engine.next()).fail("input", "The picture is broken.");
      before.queue.cancel(cancelled ?? "", { by: "person", name: "Mo" });
      await ends;

      const next = await setup({ repository });
      const told: unknown[] = [];
      next.queue.on("done", ({ id }, result) => told.push([id, result.width, result.picture]));
      next.queue.on("failed", ({ id }, failure) => told.push([id, failure.message]));
      next.queue.on("cancelled", ({ id }, reason) => told.push([id, reason.name]));
      expect(await next.queue.recover(({ id }) => told.push(id))).toBe(3);
      expect(told).toEqual([
        done,
        [done, 7, picture],
        failed,
        [failed, "The picture is broken."],
        cancelled,
        [cancelled, "Mo"],
      ]);
      for (const { id } of jobs) await next.queue.markNotified(id);
      expect(await (await setup({ repository })).queue.recover(() => undefined)).toBe(0);
      expect(next.engine.runs).toHaveLength(0);
    });

    it("drains: running jobs go on, waiting ones stay, new ones are refused; then takes jobs again", async () => {
      const { engine, queue, log, ended } = await setup();
      const running = await queue.submit(ask("a"));
      const run = await engine.next();
      const waiting = await queue.submit(ask("b"));
      queue.pause({ refusing: true });
      expect((await refused(queue.submit(ask("c")))).kind).toBe("draining");
      expect([queue.paused, queue.refusing, queue.announcement?.()]).toEqual([
        true,
        true,
        expect.stringMatching(/^The queue is paused/),
      ]);
      await run.finish();
      await queue.drain();
      expect(log).toEqual([`started ${running.id}`, `done ${running.id}`]);
      const end = ended(waiting.id);
      queue.unpause();
      await (await engine.next()).finish();
      await end;
      expect([queue.paused, queue.refusing, queue.announcement?.()]).toEqual([false, false, undefined]);
      const next = await queue.submit(ask("c"));
      const nextEnd = ended(next.id);
      await (await engine.next()).finish();
      await nextEnd;
      expect(log.slice(-2)).toEqual([`started ${next.id}`, `done ${next.id}`]);
    });

    it("pauses: running ones go on, new ones are accepted and wait; drained when nothing runs", async () => {
      const { engine, queue, log, ended } = await setup();
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
      expect(log).toEqual([
        `started ${running.id}`,
        `done ${running.id}`,
        "drained",
        `started ${waiting.id}`,
        `done ${waiting.id}`,
      ]);
    });
  });
}
