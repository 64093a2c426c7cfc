import { spawnSync } from "node:child_process";
import { hostname } from "node:os";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { clusterRows } from "../../../src/app/doctor/cluster-rows.js";
import { BotsClaim } from "../../../src/queue/cluster/bots.js";
import { program } from "../../ops/program.js";
import { hasRedis, type RedisServer, redisHint, startRedis } from "../../support/redis.js";
import { clusterSettings } from "./harness.js";

describe.skipIf(!hasRedis)(`two bots programs on one Redis and prefix (${redisHint})`, () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.stop());

  function settings(heartbeat = "0.1") {
    const cluster = clusterSettings(redis.url);
    const client = new Redis(redis.url);
    onTestFinished(() => client.disconnect());
    const env = { REDIS_URL: redis.url, CLUSTER_PREFIX: cluster.prefix, CLUSTER_HEARTBEAT_SECONDS: heartbeat };
    const bots = async () => (await clusterRows(client, cluster)).filter(({ what }) => what.startsWith("bots"));
    return { cluster, env, client, bots };
  }

  it("notice each other: the second stops with a sentence that names the first, and doctor shows both", async () => {
    // The second one's start holds up the first one's word for longer than some short heartbeats: they share a process.
    const { cluster, env, bots } = settings("1");
    const first = await program({ env });
    const refused = await program({ env }).then(
      () => "it was started",
      (error: unknown) => String(error),
    );
    expect(refused).toContain(
      `The bots of another Dreamloom work on this Redis with CLUSTER_PREFIX=${cluster.prefix}: ` +
        `process ${process.pid} on `,
    );
    expect(refused).toContain(`data folder ${first.dir}, since `);
    expect(refused).toMatch(/Stop it, or give this one a CLUSTER_PREFIX of its own\.$/);
    const [, running, second] = await bots();
    expect(running).toMatchObject({ what: "bots", works: true, detail: expect.stringContaining(first.dir) });
    expect(second).toMatchObject({ what: "bots, refused", works: false });
    expect(second?.detail).toContain("the other bots were here first");
    expect(second?.detail).not.toContain(first.dir);
    // With another prefix there is room.
    await program({ env: { ...env, CLUSTER_PREFIX: `${cluster.prefix}-2` } });
  });

  it("make room for one another: at once when one stops, and some heartbeats after one was killed", async () => {
    const { cluster, env, client, bots } = settings();
    const first = await program({ env });
    await first.running.stop();
    const second = await program({ env });
    expect((await bots())[1]?.detail).toContain(second.dir);
    await second.running.stop();
    const killed = { id: "x", folder: "/far", host: "away", pid: 7, version: "1.0.0", startedAt: 0, at: Date.now() };
    await client.set(`${cluster.prefix}:bots`, JSON.stringify(killed), "PX", 400);
    const third = await program({ env });
    expect((await bots())[1]?.detail).toContain(third.dir);
    const left = (await client.get(`${cluster.prefix}:bots`)) ?? "";
    await third.running.stop();
    // A place of the same data folder is its own, however long it would be kept.
    await client.set(`${cluster.prefix}:bots`, left, "PX", 3_600_000);
    await program({ env: { ...env, DATA_DIR: third.dir } });
    expect(await client.pttl(`${cluster.prefix}:bots`)).toBeLessThanOrEqual(400);
  });

  it("notice each other on copies of one data folder, and a start after a crash waits for nothing", async () => {
    const { cluster, client } = settings();
    const key = `${cluster.prefix}:bots`;
    const data = { id: "copied", folder: "/data" };
    const start = () => new BotsClaim(client, cluster.prefix, 100, data);
    const place = (more: object) =>
      client.set(key, JSON.stringify({ ...data, run: "x", version: "1.0.0", startedAt: 0, at: Date.now(), ...more }));
    await place({ host: "elsewhere", pid: 7 });
    expect(await start().hold()).toMatchObject({ host: "elsewhere" });
    await place({ host: hostname(), pid: process.ppid });
    expect(await start().hold()).toMatchObject({ pid: process.ppid });
    await place({ host: hostname(), pid: spawnSync("true").pid });
    expect(await start().hold()).toBeUndefined();
    // In a container each start has the same pid.
    const [first, second] = [start(), start()];
    expect([await first.hold(), await second.hold(), await second.hold()]).toEqual([undefined, undefined, undefined]);
    expect(await first.hold()).toMatchObject({ pid: process.pid });
    await first.leave();
    expect(await client.exists(key)).toBe(1);
    await second.leave();
    expect(await client.exists(key)).toBe(0);
  });
});
