import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { Suspension } from "../../../src/engine/process/engine.js";
import { LABELS, SEE } from "../../../src/engine/recipes/see/definition.js";
import { Classifier } from "../../../src/queue/classifier.js";
import { JobProducer } from "../../../src/queue/cluster/bull-queue.js";
import { Cancellations } from "../../../src/queue/cluster/cancellations.js";
import { PROTOCOL } from "../../../src/queue/cluster/protocol.js";
import { deferred } from "../../../src/shared/async.js";
import { FakeEngine } from "../../fakes/engine.js";
import { hasRedis, type RedisServer, redisHint, startRedis } from "../../support/redis.js";
import { clusterSettings, openClusterEngine, recordingLogger, send, startWorker } from "./harness.js";

function cancellationsOf({ url, prefix }: ReturnType<typeof clusterSettings>): Cancellations {
  const client = new Redis(url);
  onTestFinished(() => client.disconnect());
  return new Cancellations(client, prefix);
}

describe.skipIf(!hasRedis)(`jobs that go to workers (${redisHint})`, () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.stop());

  it("come back with frames in order, checkpoints and a result, byte for byte", async () => {
    const cluster = clusterSettings(redis.url);
    const painter = new FakeEngine();
    await startWorker(cluster, painter);
    const { engine } = openClusterEngine(cluster);
    const image = new Uint8Array([1, 2, 3]);
    const job = send(engine, { job: "7KQ4M9XA", pictures: { image }, params: { octaves: 2, seed: 5 } });
    const run = await painter.next();
    expect(run.request).toMatchObject({ job: "7KQ4M9XA", recipe: "dream", params: { octaves: 2, seed: 5 } });
    expect([...(run.request.pictures.image ?? [])]).toEqual([1, 2, 3]);
    await run.octave(1);
    const checkpoint = { octave: 2, state: new Uint8Array([9, 8, 7]) };
    const second = {
      kind: "octave",
      octave: 2,
      step: 10,
      width: 64,
      height: 48,
      picture: new Uint8Array([5]),
      type: "image/png",
    } as const;
    await run.frame({ ...second, checkpoint });
    run.finishWith(new Uint8Array([4, 4]), 64, 48);
    const result = await job.outcome;
    expect(result).toMatchObject({ width: 64, height: 48, seed: 5, runtime: "fake", type: "image/png" });
    expect([...result.picture]).toEqual([4, 4]);
    expect(job.frames.map(({ kind, octave }) => `${kind} ${octave}`)).toEqual(["octave 1", "octave 2"]);
    expect(job.frames[1]).toMatchObject({ checkpoint: { octave: 2 }, width: 64 });
    expect([...(job.frames[1]?.checkpoint?.state ?? [])]).toEqual([9, 8, 7]);
  });

  it("may be questions about a picture, whose labels come back", async () => {
    const cluster = clusterSettings(redis.url);
    const seeing = new FakeEngine();
    await startWorker(cluster, seeing);
    const { engine } = openClusterEngine(cluster);
    const classifier = new Classifier({ engine, answered: () => undefined });
    const question = { person: "web:ann", picture: new Uint8Array([1, 2, 3]), network: "resnet50" };
    const answer = classifier.classify(question);
    const run = await seeing.next();
    expect(run.request).toMatchObject({ recipe: SEE, params: { network: "resnet50", labels: LABELS } });
    expect([...(run.request.pictures.image ?? [])]).toEqual([1, 2, 3]);
    const labels = [
      { name: "peacock", probability: 0.97 },
      { name: "alp", probability: 0.01 },
    ];
    await run.finish({ labels });
    expect(await answer).toEqual(labels);
  });

  it("are cancelled while they wait and while they run", async () => {
    const cluster = clusterSettings(redis.url);
    const painter = new FakeEngine();
    await startWorker(cluster, painter);
    const { engine } = openClusterEngine(cluster);
    const running = send(engine, { job: "AAAA" });
    const run = await painter.next();
    const waiting = send(engine, { job: "CCCC" });
    for (const one of [waiting, running]) {
      one.stop.abort(new Error("not wanted"));
      await expect(one.outcome).rejects.toThrow("not wanted");
    }
    expect(run.options.signal.aborted).toBe(true);
    // The worker is free for the next, and never had the other.
    const next = send(engine, { job: "DDDD" });
    await (await painter.next()).finish();
    await next.outcome;
    expect(painter.runs.map(({ request }) => request.job)).toEqual(["AAAA", "DDDD"]);
  });

  it("fail with the worker's own words, and can be tried again at once", async () => {
    const cluster = clusterSettings(redis.url);
    const painter = new FakeEngine();
    await startWorker(cluster, painter);
    const { engine } = openClusterEngine(cluster);
    const first = send(engine, { job: "AAAA" });
    (await painter.next()).fail("memory", "The picture is too large.");
    await expect(first.outcome).rejects.toMatchObject({
      name: "EngineError",
      kind: "memory",
      message: "The picture is too large.",
    });
    const resume = { octave: 3, state: new Uint8Array([1]) };
    const second = send(engine, { job: "AAAA", resume });
    const run = await painter.next();
    expect(run.request.resume).toMatchObject({ octave: 3 });
    await run.finish();
    expect(await second.outcome).toMatchObject({ width: 64 });
  });

  it("end when they take too long", async () => {
    const cluster = clusterSettings(redis.url);
    await startWorker(cluster, new FakeEngine());
    const { engine } = openClusterEngine(cluster, { jobSeconds: 0.3 });
    await expect(send(engine, { job: "AAAA" }).outcome).rejects.toMatchObject({ kind: "time" });
  });

  it("go on while the bots are away, and are collected afterwards, also when they were done meanwhile", async () => {
    const cluster = clusterSettings(redis.url);
    const painter = new FakeEngine();
    await startWorker(cluster, painter, { slots: 2 });
    const before = openClusterEngine(cluster).engine;
    const jobs = [send(before, { job: "AAAA" }), send(before, { job: "CCCC" })];
    const [first, second] = [await painter.next(), await painter.next()];
    for (const job of jobs) {
      job.stop.abort(new Suspension("The program stops."));
      await expect(job.outcome).rejects.toBeInstanceOf(Suspension);
    }
    await before.close();
    await first.octave(1);
    await first.finish();

    const after = openClusterEngine(cluster).engine;
    const done = send(after, { job: "AAAA" }, { begun: true });
    const running = send(after, { job: "CCCC" }, { begun: true });
    expect(await done.outcome).toMatchObject({ width: 64 });
    // What was not shown yet is shown.
    expect(done.frames.map(({ octave }) => octave)).toEqual([1]);
    await second.finish();
    expect(await running.outcome).toMatchObject({ width: 64 });
    expect(painter.runs).toHaveLength(2);
  });

  it.each(["active", "completed"])("go on though the bots stop just as they look at one that is %s", async (state) => {
    const cluster = clusterSettings(redis.url);
    const painter = new FakeEngine();
    await startWorker(cluster, painter);
    const before = openClusterEngine(cluster).engine;
    const job = send(before, { job: "AAAA" });
    const run = await painter.next();
    const looked = deferred();
    const find = JobProducer.prototype.find;
    const finding = vi.spyOn(JobProducer.prototype, "find").mockImplementation(async function (this: JobProducer, id) {
      const found = await find.call(this, id);
      if (found.state === state && !job.stop.signal.aborted) {
        job.stop.abort(new Suspension("The program stops."));
        // What the look does with it is over by then.
        setImmediate(async () => {
          await find.call(this, id);
          looked.resolve();
        });
      }
      return found;
    });
    onTestFinished(() => finding.mockRestore());
    if (state === "completed") await run.finish();
    await expect(job.outcome).rejects.toBeInstanceOf(Suspension);
    await looked.promise;
    await before.close();
    expect(await cancellationsOf(cluster).among(["AAAA"])).toEqual([]);
    expect(run.options.signal.aborted).toBe(false);

    const after = openClusterEngine(cluster).engine;
    const joined = send(after, { job: "AAAA" }, { begun: true });
    if (state === "active") await run.finish();
    expect(await joined.outcome).toMatchObject({ width: 64 });
    expect(painter.runs).toHaveLength(1);
  });

  it("are begun though one of their id was cancelled before", async () => {
    const cluster = clusterSettings(redis.url);
    const painter = new FakeEngine();
    await startWorker(cluster, painter);
    await cancellationsOf(cluster).cancel("AAAA");
    const job = send(openClusterEngine(cluster).engine, { job: "AAAA" });
    await (await painter.next()).finish();
    expect(await job.outcome).toMatchObject({ width: 64 });
  });

  it("go on elsewhere from the last checkpoint when a worker stops or dies", async () => {
    // Handed back, not found stalled: that takes longer than a test may.
    const cluster = clusterSettings(redis.url, { lockSeconds: 600 });
    const [one, two] = [new FakeEngine(), new FakeEngine()];
    const stopping = await startWorker(cluster, one);
    const { engine } = openClusterEngine(cluster);
    let moves = 0;
    const job = send(engine, { job: "AAAA" }, { onMoved: () => moves++ });
    const run = await one.next();
    const checkpoint = { octave: 1, state: new Uint8Array([7]) };
    await run.frame({
      kind: "octave",
      octave: 1,
      step: 10,
      width: 8,
      height: 8,
      picture: new Uint8Array([1]),
      type: "image/png",
      checkpoint,
    });
    await expect.poll(() => job.frames.length).toBe(1);
    expect([engine.workerOf("AAAA"), moves]).toEqual([stopping.id, 0]);
    const [, successor] = await Promise.all([stopping.stop(0), startWorker(cluster, two)]);
    const taken = await two.next();
    expect(taken.request.resume).toMatchObject({ octave: 1 });
    await expect.poll(() => [engine.workerOf("AAAA"), moves]).toEqual([successor.id, 1]);

    // Bots that come later know who has it, and do not tell again that it has moved.
    job.stop.abort(new Suspension("The program stops."));
    await engine.close();
    const later = openClusterEngine(cluster).engine;
    const joined = send(later, { job: "AAAA" }, { begun: true, onMoved: () => moves++ });
    await expect.poll(() => later.workerOf("AAAA")).toBe(successor.id);
    await taken.octave(2);
    await expect.poll(() => joined.frames.length).toBe(1);
    await taken.finish();
    expect(await joined.outcome).toMatchObject({ width: 64 });
    expect(moves).toBe(1);
  });

  it("are sent again when Redis has lost them, and not before the worker that had them has stopped", async () => {
    const forgetful = await startRedis();
    onTestFinished(() => forgetful.stop());
    const cluster = clusterSettings(forgetful.url);
    const painters = [new FakeEngine(), new FakeEngine()] as const;
    for (const painter of painters) await startWorker(cluster, painter);
    const { engine, workersAre } = openClusterEngine(cluster);
    await workersAre(({ length }) => length === 2);
    const job = send(engine, { job: "AAAA" });
    // It says nothing, as in a long octave: only its lock tells that it has it no more.
    const first = await Promise.race(painters.map((painter) => painter.next()));
    await forgetful.kill();
    await forgetful.start();
    await expect.poll(() => painters.flatMap(({ runs }) => runs).length).toBe(2);
    expect(first.options.signal.aborted).toBe(true);
    await painters.flatMap(({ runs }) => runs.filter((run) => run !== first))[0]?.finish();
    expect(await job.outcome).toMatchObject({ width: 64 });
  });

  it("tell of a download that they wait for, seldom, and no more once they paint", async () => {
    const cluster = clusterSettings(redis.url);
    const painter = new FakeEngine();
    const worker = await startWorker(cluster, painter, { slots: 2 });
    const told: [string, number][] = [];
    const { engine } = openClusterEngine(cluster, {
      onDownload: (job, { network, received }) => told.push([`${job} ${network}`, received]),
    });
    const [painting, waiting] = [send(engine, { job: "AAAA" }), send(engine, { job: "CCCC" })];
    const runs = [await painter.next(), await painter.next()];
    const [first, second] = runs[0]?.request.job === "AAAA" ? runs : [...runs].reverse();
    await first?.octave(1);
    await expect.poll(() => painting.frames.length).toBe(1);
    for (let received = 1; received <= 50; received++) worker.downloading({ network: "vgg19", received, total: 100 });
    await expect.poll(() => told).toEqual([["CCCC vgg19", 1]]);
    // The end is told at once, unless something else is just on its way.
    await expect
      .poll(() => {
        worker.downloading({ network: "vgg19", received: 100, total: 100 });
        return told.at(-1);
      })
      .toEqual(["CCCC vgg19", 100]);
    await second?.finish();
    await waiting.outcome;
    expect(new Set(told.map(([what]) => what))).toEqual(new Set(["CCCC vgg19"]));
    await first?.finish();
    await painting.outcome;
  });

  it("are told apart by protocol: workers of another one get none, and both sides say so", async () => {
    const cluster = clusterSettings(redis.url);
    const { logger, said } = recordingLogger();
    const [older, painter] = [new FakeEngine(), new FakeEngine()];
    await startWorker(cluster, older, { protocol: 0, logger });
    const { engine, workersAre } = openClusterEngine(cluster);
    await workersAre((workers) => workers.length === 1);
    expect(engine.ownWorkers).toEqual([]);
    expect(engine.workers[0]).toMatchObject({ protocol: 0, slots: 1, device: "stub" });
    const job = send(engine, { job: "AAAA" });
    await expect.poll(() => said(/takes no jobs/).length).toBe(1);
    const bots = `^the bots speak protocol ${PROTOCOL} \\(Dreamloom .*\\), this worker 0 `;
    expect(said(/takes no jobs/)[0]?.msg).toMatch(new RegExp(`${bots}.* until the older one is updated$`));
    await startWorker(cluster, painter);
    await (await painter.next()).finish();
    await job.outcome;
    expect(older.runs).toEqual([]);
  });

  it("are refused with a sentence when their pictures are larger than what may travel", async () => {
    const cluster = clusterSettings(redis.url, { maxMegabytes: 0.001 });
    const painter = new FakeEngine();
    await startWorker(cluster, painter);
    const { engine } = openClusterEngine(cluster);
    const large = send(engine, { job: "AAAA", pictures: { image: new Uint8Array(2000) } });
    await expect(large.outcome).rejects.toMatchObject({
      name: "EngineError",
      kind: "input",
      message: expect.stringMatching(/maxMegabytes/),
    });
    const result = send(engine, { job: "CCCC" });
    (await painter.next()).finishWith(new Uint8Array(2000), 64, 48);
    await expect(result.outcome).rejects.toMatchObject({ name: "EngineError", kind: "input" });
  });
});
