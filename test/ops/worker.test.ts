import { join } from "node:path";
import { Redis } from "ioredis";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadConfig } from "../../src/app/settings/load-settings.js";
import type { Engine } from "../../src/engine/process/engine.js";
import { Operation } from "../../src/ops/operations.js";
import { QueueWorker } from "../../src/queue/cluster/queue-worker.js";
import { FakeEngine } from "../fakes/engine.js";
import { newFolder } from "../support/new-folder.js";
import { hasRedis, redisHint, startRedis } from "../support/redis.js";
import { waitFor } from "../support/wait-for.js";
import { scrape } from "./program.js";

describe.skipIf(!hasRedis)(`a worker of a cluster (${redisHint})`, () => {
  it("tells machines how it is, also when Redis is away", async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const folder = newFolder();
    const logger = pino({ level: "silent" });
    const config = loadConfig({ REDIS_URL: redis.url, OPS_PORT: "0", DATA_DIR: folder });
    const engine: Engine = new FakeEngine();
    const worker = new QueueWorker({ cluster: config.cluster, engine, slots: 1, device: "fake", logger });
    const operation = new Operation({
      settings: config.ops,
      folder: join(folder, "models"),
      process: "worker",
      logger,
    });
    onTestFinished(() => operation.close());
    onTestFinished(() => worker.stop(0));
    operation.watchEngine(engine);
    operation.watchWorker(worker, "127.0.0.1");
    const address = (await operation.listen()) ?? "";
    const ready = async () => {
      const response = await fetch(`${address}/readyz`);
      return [
        response.status,
        ((await response.json()) as { problems: { part: string }[] }).problems.map(({ part }) => part),
      ];
    };
    expect(await ready()).toEqual([503, ["program", "redis"]]);
    await worker.start();
    operation.started();
    expect(await ready()).toEqual([200, []]);
    const metrics = await scrape(address);
    expect(metrics.get('dreamloom_jobs{state="running"}')).toBe(0);
    expect(metrics.get("dreamloom_worker_slots")).toBe(1);
    expect(metrics.get('dreamloom_memory_bytes{process="worker"}')).toBeGreaterThan(1e7);
    // The folder is made with the first download; its disk is there before.
    expect(metrics.get(`dreamloom_disk_free_bytes{folder="${folder}/models"}`)).toBeGreaterThan(1e6);
    expect(metrics.get('dreamloom_ready{part="redis"}')).toBe(1);
    const client = new Redis(redis.url);
    onTestFinished(() => client.disconnect());
    client.on("error", () => undefined);
    await client.config("SET", "maxmemory", "1");
    await waitFor(async () => expect(await ready()).toEqual([503, ["redis"]]), 200);
    const told = (await (await fetch(`${address}/readyz`)).json()) as { problems: { problem: string }[] };
    expect(told.problems[0]?.problem).toMatch(/^Redis at 127\.0\.0\.1:\d+ is full/);
    await client.config("SET", "maxmemory", "0");
    await waitFor(async () => expect(await ready()).toEqual([200, []]), 200);
    await redis.kill();
    await waitFor(async () => expect(await ready()).toEqual([503, ["redis"]]));
    await redis.start();
    await waitFor(async () => expect(await ready()).toEqual([200, []]), 200);
  });
});
