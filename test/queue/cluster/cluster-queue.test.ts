import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import type { Config } from "../../../src/app/settings/load-settings.js";
import type { ClusterEngineOptions } from "../../../src/queue/cluster/cluster-engine.js";
import { ClusterQueue } from "../../../src/queue/cluster/cluster-queue.js";
import { EarlyReports } from "../../../src/queue/cluster/early-reports.js";
import { PROTOCOL } from "../../../src/queue/cluster/protocol.js";
import { Estimator } from "../../../src/queue/estimator.js";
import { FakeEngine, picture } from "../../fakes/engine.js";
import { JudgingEngine, redPicture } from "../../fakes/judging-engine.js";
import { hasRedis, type RedisServer, redisHint, startRedis } from "../../support/redis.js";
import { ask, listen, type QueueParts, queueContract, queueParts, refused } from "../queue.contract.js";
import { clusterSettings, recordingLogger, startWorker } from "./harness.js";

const silent = pino({ level: "silent" });

function openQueue(
  cluster: Config["cluster"],
  options: Partial<QueueParts> & Pick<ClusterEngineOptions, "protocol" | "data"> = {},
  logger = silent,
) {
  const { protocol, data, ...given } = options;
  const parts = queueParts(given);
  const version = protocol === undefined ? {} : { protocol };
  const queue = new ClusterQueue({
    ...parts,
    cluster,
    estimator: new Estimator({ dream: 1 }),
    logger,
    ...version,
    data,
  });
  onTestFinished(() => queue.close(0));
  return { ...parts, queue, ...listen(queue) };
}

/** Resolves when the queue knows of this many slots. */
async function slots(queue: ClusterQueue, count: number): Promise<void> {
  await expect
    .poll(() => queue.workers().reduce((sum, worker) => sum + (worker.problem ? 0 : worker.slots), 0))
    .toBe(count);
}

describe.skipIf(!hasRedis)(`over Redis (${redisHint})`, () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.stop());

  queueContract("the cluster queue", async (parts) => {
    const cluster = clusterSettings(redis.url);
    await startWorker(cluster, parts.engine, { slots: parts.concurrency });
    const { queue } = openQueue(cluster, parts);
    await slots(queue, parts.concurrency);
    return { queue, settled: () => queue.drain() };
  });

  it("has workers look for the filter: what they refuse is not kept or shown; without one all is refused", async () => {
    const cluster = clusterSettings(redis.url);
    const painter = new JudgingEngine();
    const worker = await startWorker(cluster, painter);
    const filter = { network: "nsfwjs", classes: { Porn: 0.7, Hentai: 0.7 }, uploads: true, results: true };
    const { queue, ended, repository } = openQueue(cluster, { filter });
    const shown: string[] = [];
    queue.on("frame", ({ id }) => shown.push(id));
    await slots(queue, 1);
    expect(await queue.judge(await redPicture())).toMatchObject({ kind: "refused", seen: { name: "Porn" } });
    expect(await queue.judge(await picture())).toEqual({ kind: "fine" });

    painter.refusesPaintings = true;
    const bad = await queue.submit(ask("a", { pictures: { image: await picture() } }));
    expect(await ended(bad.id)).toMatchObject({ state: "failed", failure: { kind: "filtered" } });
    expect(await repository.result(bad.id)).toBeUndefined();
    expect(shown).toEqual([]);

    painter.refusesPaintings = false;
    const fine = await queue.submit(ask("a", { pictures: { image: await picture() } }));
    expect((await ended(fine.id)).state).toBe("done");
    expect((await repository.result(fine.id))?.bytes.length).toBeGreaterThan(50);
    expect(painter.judged.length).toBeGreaterThan(3);

    await worker.stop(0);
    await slots(queue, 0);
    const unseen = await queue.judge(await picture());
    expect(unseen.kind === "unanswered" && unseen.why).toMatch(/^[A-Z].+\.$/);
  });

  it("begins as many jobs as there are slots, and more when a worker comes", async () => {
    const cluster = clusterSettings(redis.url);
    const [one, two] = [new FakeEngine(), new FakeEngine()];
    await startWorker(cluster, one, { slots: 2 });
    const { queue } = openQueue(cluster);
    await slots(queue, 2);
    for (let job = 0; job < 4; job++) await queue.submit(ask("a"));
    await Promise.all([one.next(), one.next()]);
    expect(queue.positions().map(({ position: place }) => place)).toEqual([0, 0, 1, 2]);
    await startWorker(cluster, two, { slots: 2 });
    await Promise.all([two.next(), two.next()]);
    expect([one.peak, two.peak]).toEqual([2, 2]);
    expect(queue.workers().map((worker) => worker.slots)).toEqual([2, 2]);
  });

  it("leaves running jobs to their workers when it closes; the next start joins them or collects their results, once", async () => {
    const cluster = clusterSettings(redis.url);
    const painter = new FakeEngine();
    await startWorker(cluster, painter, { slots: 2 });
    const before = openQueue(cluster);
    await slots(before.queue, 2);
    const jobs = [
      await before.queue.submit(ask("a")),
      await before.queue.submit(ask("b")),
      await before.queue.submit(ask("c")),
    ];
    const [first, second, third] = jobs.map(({ id }) => id) as [string, string, string];
    const runs = [await painter.next(), await painter.next()];
    await before.queue.close(10_000);
    expect(before.log.slice(2).sort()).toEqual([first, second, third].map((id) => `suspended ${id}`).sort());
    const runOf = (id: string) => runs.find(({ request }) => request.job === id);
    await runOf(first)?.finish();

    const after = openQueue(cluster, { repository: before.repository });
    const ends = Promise.all([first, second, third].map((id) => after.ended(id)));
    expect(await after.queue.recover(() => undefined)).toBe(3);
    // Joined at once, before any worker is known.
    expect(after.queue.positions().map(({ job, position: place }) => [job.id, place])).toEqual([
      [first, 0],
      [second, 0],
      [third, 1],
    ]);
    await runOf(second)?.finish();
    await (await painter.next()).finish();
    expect((await ends).map(({ state, attempts }) => [state, attempts])).toEqual([
      ["done", 1],
      ["done", 1],
      ["done", 1],
    ]);
    expect(painter.runs).toHaveLength(3);
    expect(await before.repository.unfinished()).toEqual([]);
  });

  it("shows what was made while no bots were there, however long the next start takes to join the jobs", async () => {
    const cluster = clusterSettings(redis.url);
    const painter = new FakeEngine();
    await startWorker(cluster, painter);
    const data = { id: "d", folder: "f" };
    const before = openQueue(cluster, { data });
    const job = await before.queue.submit(ask("a"));
    const run = await painter.next();
    await before.queue.close(0);
    await run.octave(1);
    await run.octave(2);

    const reports = vi.spyOn(EarlyReports.prototype, "keep");
    onTestFinished(() => reports.mockRestore());
    const after = openQueue(cluster, { data, repository: before.repository });
    const shown: number[] = [];
    after.queue.on("frame", (_job, { octave }) => shown.push(octave));
    expect(await after.queue.claim(60_000)).toBeUndefined();
    // It has read them.
    await expect.poll(() => reports.mock.calls.filter(([id]) => id === job.id).length).toBe(3);
    const end = after.ended(job.id);
    await after.queue.recover(() => undefined);
    await run.finish();
    expect((await end).state).toBe("done");
    expect(shown).toEqual([1, 2]);
  });

  it("says that no worker is there, or only one of another version, and goes on when one comes", async () => {
    const cluster = clusterSettings(redis.url);
    const { logger, said } = recordingLogger();
    const { queue, ended } = openQueue(cluster, {}, logger);
    const job = await queue.submit(ask("a"));
    await expect.poll(() => queue.announcement()).toMatch(/^No worker is there/);
    await startWorker(cluster, new FakeEngine(), { protocol: 0 });
    await expect
      .poll(() => queue.announcement())
      .toMatch(/^Only workers of another version are there: .*\(protocol 0\)/);
    expect(said(/^Only workers of another version/)).toHaveLength(1);
    expect(queue.workers()[0]?.problem).toMatch(/^It speaks protocol 0/);
    const painter = new FakeEngine();
    const end = ended(job.id);
    await startWorker(cluster, painter);
    await (await painter.next()).finish();
    expect((await end).state).toBe("done");
    expect(queue.announcement()).toBeUndefined();
  });

  it("outlives an upgrade of the bots: older workers stop, and a newer one resumes from the last octave", async () => {
    const cluster = clusterSettings(redis.url);
    const [older, newer] = [new FakeEngine(), new FakeEngine()];
    const { logger, said } = recordingLogger();
    await startWorker(cluster, older, { logger });
    const before = openQueue(cluster);
    await slots(before.queue, 1);
    const { id } = await before.queue.submit(ask("a", { params: { octaves: 2 } }));
    const run = await older.next();
    await run.octave(1);
    await expect.poll(async () => (await before.repository.checkpoint(id))?.octave).toBe(1);
    await before.queue.close(0);

    const after = openQueue(cluster, { repository: before.repository, protocol: PROTOCOL + 1 });
    const end = after.ended(id);
    await after.queue.recover(() => undefined);
    await expect.poll(() => run.options.signal.aborted).toBe(true);
    expect(after.queue.announcement()).toMatch(/^Only workers of another version are there/);
    // When its lock has run out the job is offered to the older worker again, which does not begin it.
    await expect.poll(() => said(/^the job is no longer ours/).length).toBeGreaterThan(1);
    await startWorker(cluster, newer, { protocol: PROTOCOL + 1 });
    const again = await newer.next();
    expect(again.request.resume?.octave).toBe(1);
    await again.finish();
    expect((await end).state).toBe("done");
    expect([older.runs.length, newer.runs.length]).toEqual([1, 1]);
  });

  it("runs side by side only what fits into a worker's memory, and refuses what fits into none", async () => {
    const cluster = clusterSettings(redis.url);
    const painter = new FakeEngine();
    await startWorker(cluster, painter, { slots: 2, megabytes: 100 });
    const { queue, ended } = openQueue(cluster);
    await slots(queue, 2);
    const memory = (megabytes: number) => ({
      memory: { megabytes, smaller: [{ line: "/dream size:512", megabytes: 90 }] },
    });
    expect(await refused(queue.submit(ask("a", memory(120))))).toMatchObject({
      kind: "memory",
      message: expect.stringMatching(/about 120 MB of memory, and there are 100 MB .* `\/dream size:512`/),
    });
    const jobs = [
      await queue.submit(ask("a", memory(60))),
      await queue.submit(ask("b", memory(60))),
      await queue.submit(ask("c", memory(60))),
    ];
    const ends = Promise.all(jobs.map(({ id }) => ended(id)));
    const first = await painter.next();
    // The second is at the worker, and waits there.
    await expect.poll(() => queue.workers()[0]?.running.length).toBe(2);
    await first.finish();
    for (let count = 1; count < jobs.length; count++) await (await painter.next()).finish();
    expect((await ends).map(({ state }) => state)).toEqual(["done", "done", "done"]);
    expect(painter.peak).toBe(1);
  });

  it("leaves nothing of ended jobs in Redis but what names versions and workers", async () => {
    const cluster = clusterSettings(redis.url);
    const painter = new FakeEngine({ automatic: true });
    await startWorker(cluster, painter);
    const { queue, ended } = openQueue(cluster);
    const { Redis } = await import("ioredis");
    const client = new Redis(redis.url);
    onTestFinished(() => client.disconnect());
    const ends: Promise<unknown>[] = [];
    for (let count = 0; count < 3; count++) {
      const { id } = await queue.submit(ask("a", { pictures: { image: new Uint8Array([1]) } }));
      ends.push(ended(id));
    }
    await Promise.all(ends);
    const left = async () => (await client.keys(`${cluster.prefix}:*`)).filter((key) => /:blob:|job-/.test(key));
    await expect.poll(left).toEqual([]);
  });
});

describe.skipIf(!hasRedis)(`a Redis that goes away (${redisHint})`, () => {
  it("is told in a sentence at the start; jobs are taken once it is there", async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    await redis.kill();
    const cluster = clusterSettings(redis.url);
    const { logger, said } = recordingLogger();
    const { queue, ended } = openQueue(cluster, {}, logger);
    const refusal = await refused(queue.submit(ask("a")));
    expect([refusal.kind, refusal.message]).toEqual([
      "unreachable",
      "The queue cannot be reached just now. Please try again in a minute.",
    ]);
    expect(queue.announcement()).toMatch(/^The queue cannot be reached/);
    expect(said(/^Redis at 127\.0\.0\.1:\d+ cannot be reached; trying again/)).toHaveLength(1);
    const painter = new FakeEngine({ automatic: true });
    const coming = startWorker(cluster, painter);
    await redis.start();
    await coming;
    await expect.poll(() => queue.reachable).toBe(true);
    const { id } = await queue.submit(ask("a"));
    expect((await ended(id)).state).toBe("done");
  });

  it.each([false, true])(
    "and comes back in the middle of jobs, with its data: %s; each job is done once",
    async (persistent) => {
      const redis = await startRedis({ persistent });
      onTestFinished(() => redis.stop());
      const cluster = clusterSettings(redis.url);
      const painter = new FakeEngine();
      await startWorker(cluster, painter);
      const { queue, ended, log } = openQueue(cluster);
      await slots(queue, 1);
      const first = await queue.submit(ask("a", { params: { octaves: 3 } }));
      const second = await queue.submit(ask("b"));
      const ends = Promise.all([ended(first.id), ended(second.id)]);
      const run = await painter.next();
      await run.octave(1);
      await redis.kill();
      await expect.poll(() => queue.reachable).toBe(false);
      expect((await refused(queue.submit(ask("c")))).kind).toBe("unreachable");
      await redis.start();
      // The run goes on where Redis has kept it, and begins again, from the last checkpoint, where not; never both at
      // once.
      let stopped = false;
      void run.settled
        .catch(() => undefined)
        .finally(() => {
          stopped = true;
        });
      const finishing = (async () => {
        for (;;) {
          const next = await painter.next();
          if (next.request.job === first.id) expect(stopped).toBe(true);
          await next.finish();
          if (next.request.job === second.id) return;
        }
      })();
      if (persistent) await run.finish();
      expect((await ends).map(({ state }) => state)).toEqual(["done", "done"]);
      await finishing;
      expect(log.filter((line) => line.startsWith("done"))).toHaveLength(2);
      expect(painter.peak).toBe(1);
    },
  );
});
