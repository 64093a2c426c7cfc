import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { startEngines, warmUp } from "../../../src/app/engines.js";
import { loadConfig } from "../../../src/app/settings/load-settings.js";
import { EnginePool } from "../../../src/engine/process/pool.js";
import { Estimator } from "../../../src/queue/estimator.js";
import { ScheduledQueue } from "../../../src/queue/scheduled-queue.js";
import type { Reservation } from "../../../src/shared/memory-budget.js";
import { FakeEngine } from "../../fakes/engine.js";
import { ask, listen, queueParts, refused } from "../../queue/queue.contract.js";

const logger = pino({ level: "silent" });
const request = { recipe: "dream", params: { octaves: 1 }, pictures: {} };

function pool(...slots: { readonly slots?: number; readonly megabytes?: number }[]) {
  let now = 0;
  const engines = slots.map(() => new FakeEngine());
  const devices = slots.map(({ slots: count = 1, megabytes }, index) => {
    const engine = engines[index] ?? new FakeEngine();
    return { name: `cpu ${index}`, slots: count, megabytes, engine };
  });
  const made = new EnginePool(devices, logger, () => now);
  const begun = () => engines.map(({ runs }) => runs.length);
  const begin = (reservation: Reservation = made.take(1)) => {
    const outcome = made
      .run(request, { signal: new AbortController().signal, onFrame: () => undefined, reservation })
      .finally(() => reservation.release());
    outcome.catch(() => undefined);
    return outcome;
  };
  return { pool: made, engines, begun, begin, later: (ms: number) => (now += ms) };
}

describe("several devices behind one engine", () => {
  it("get jobs by their free slots, the least busy first, and no more than they have", async () => {
    const { pool: devices, begin, begun, engines } = pool({ slots: 1 }, { slots: 2 });
    const outcomes = [begin(), begin(), begin()];
    expect(begun()).toEqual([1, 2]);
    expect(devices.fits(1)).toBe(false);
    await (await engines[1]?.next())?.finish();
    await outcomes[1];
    expect(devices.fits(1)).toBe(true);
    void begin();
    expect(begun()).toEqual([1, 3]);
    expect(devices.status()).toMatchObject({
      state: "ready",
      running: 3,
      devices: [
        { name: "cpu 0", running: 1 },
        { name: "cpu 1", running: 2, slots: 2 },
      ],
    });
  });

  it("have their own memory: a job goes where it fits, one of unknown memory has a device for itself", () => {
    const { pool: devices } = pool({ slots: 2, megabytes: 100 }, { slots: 2, megabytes: 1000 });
    // Only the second holds it, busy or not.
    const large = devices.take(700);
    expect([devices.fits(400), devices.fits(100), devices.fits(undefined)]).toEqual([false, true, true]);
    const unknown = devices.take(undefined);
    expect([devices.fits(50), devices.fits(300), devices.fits(301)]).toEqual([true, true, false]);
    const small = devices.take(50);
    expect(devices.fits(1)).toBe(false);
    for (const reservation of [large, small, unknown]) reservation.release();
    expect([devices.fits(1000), devices.fits(5000)]).toEqual([true, true]);
  });

  it("lose the next try of a job that crashed to another one that is free", async () => {
    const { pool: devices, begin, begun, engines } = pool({}, {});
    const reservation = devices.take(1);
    const first = devices.run(request, { signal: new AbortController().signal, onFrame: () => undefined, reservation });
    (await engines[0]?.next())?.fail("crashed");
    await expect(first).rejects.toMatchObject({ kind: "crashed" });
    const second = begin(reservation);
    expect(begun()).toEqual([1, 1]);
    await (await engines[1]?.next())?.finish();
    await second;
    expect(devices.status().running).toBe(0);
  });

  it("are left alone for five minutes when they cannot compute, and their jobs go on elsewhere at once", async () => {
    const { pool: devices, begin, begun, engines, later } = pool({}, {});
    const first = begin();
    (await engines[0]?.next())?.fail("device", "cuda cannot be used here.");
    await (await engines[1]?.next())?.finish();
    expect((await first).width).toBe(64);
    const next = begin();
    await (await engines[1]?.next())?.finish();
    await next;
    expect(begun()).toEqual([1, 2]);
    expect(devices.status()).toMatchObject({ state: "ready", devices: [{ state: "failing" }, { state: "ready" }] });
    later(300_001);
    expect(devices.status().devices?.[0]?.state).toBe("ready");
    // Without another one, the job fails.
    const last = [begin(), begin()];
    for (const engine of engines) (await engine.next()).fail("device", "cuda cannot be used here.");
    for (const one of last) await expect(one).rejects.toThrow("cuda cannot be used here.");
  });

  it("serve a queue: as many jobs as slots, none too large, none beside another that it does not fit", async () => {
    const { pool: devices, engines } = pool({ megabytes: 100 }, { megabytes: 1000, slots: 2 });
    const parts = queueParts();
    const limits = { ...parts.limits, megabytes: 1000 };
    const queue = new ScheduledQueue({
      ...parts,
      limits,
      engine: devices,
      concurrency: 3,
      estimator: new Estimator({}),
      logger,
    });
    const { log } = listen(queue);
    const sized = (megabytes: number) => ask("a", { memory: { megabytes, smaller: [] } });
    expect((await refused(queue.submit(sized(1001)))).kind).toBe("memory");
    const large = await queue.submit(sized(900));
    const medium = await queue.submit(sized(500));
    const small = await queue.submit(sized(90));
    const run = await engines[1]?.next();
    expect(run?.request.job).toBe(large.id);
    // The medium one keeps its turn.
    expect([engines[0]?.runs.length, engines[1]?.runs.length]).toEqual([0, 1]);
    await run?.finish();
    expect((await engines[1]?.next())?.request.job).toBe(medium.id);
    expect((await engines[0]?.next())?.request.job).toBe(small.id);
    expect(log.filter((line) => line.startsWith("started"))).toHaveLength(3);
  });
});

describe("a program's devices", () => {
  it("have a process each, which sees its own card only, and are warmed up", async () => {
    const worker = fileURLToPath(new URL("../../support/telling-engine.mjs", import.meta.url));
    const config = loadConfig({
      ENGINE_DEVICES: "cuda:1*2, cpu",
      QUEUE_MEMORY_MEGABYTES: "2000",
      MODELS_DIR: "/nowhere",
    });
    const engine = startEngines(config, logger, () => undefined, worker);
    onTestFinished(() => engine.close());
    await warmUp(config, engine, logger);
    const run = () => engine.run(request, { signal: new AbortController().signal, onFrame: () => undefined });
    const results = (await Promise.all([run(), run(), run()])).map(({ params }) => params);
    expect(results.map(({ warmed }) => warmed)).toEqual(Array(3).fill([config.dream.network]));
    const card = { cards: "1", order: "PCI_BUS_ID", settings: { runtime: "cuda", memoryBytes: 750e6 } };
    expect(results).toMatchObject([card, { settings: { runtime: "cpu" } }, card]);
    expect(new Set(results.map(({ pid }) => pid)).size).toBe(2);
    expect(results[1]?.cards).toBe(process.env.CUDA_VISIBLE_DEVICES);
    expect(engine.status?.()).toMatchObject({
      starts: 2,
      devices: [
        { name: "cuda:1", slots: 2 },
        { name: "cpu", slots: 1 },
      ],
    });
  });
});
