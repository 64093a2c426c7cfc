import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Config } from "../../../src/app/settings/load-settings.js";
import { QueueWorker } from "../../../src/queue/cluster/queue-worker.js";
import { refusalOf } from "../../../src/queue/cluster/refusals.js";
import { FakeEngine } from "../../fakes/engine.js";
import { hasRedis, type RedisServer, redisHint, startRedis } from "../../support/redis.js";
import { endProcess, forkWorkerProcess, startWorkerProcess } from "../../support/worker-processes.js";
import { clusterSettings, openClusterEngine, recordingLogger, send, startWorker } from "./harness.js";

/** From SIGTERM to the worker's end. */
const MOST_SECONDS = 10;
/** How long a worker's lines are counted, and how many there may be: for its start, one or two for what is wrong. */
const [LISTENED_SECONDS, MOST_LINES] = [30, 10];

async function redisWith(...options: string[]): Promise<{ readonly redis: RedisServer; readonly client: Redis }> {
  const redis = await startRedis({ options });
  const client = new Redis(redis.url);
  onTestFinished(async () => {
    client.disconnect();
    await redis.stop();
  });
  return { redis, client };
}

/** The address for a user that may do what `rules` say with the keys and channels of this prefix. */
async function userOf({ url }: RedisServer, client: Redis, prefix: string, ...rules: string[]): Promise<string> {
  const keys = [`~${prefix}:*`, `&${prefix}:*`];
  await client.call("ACL", "SETUSER", "dreamloom", "reset", "on", ">secret", ...keys, ...rules);
  return url.replace("redis://", "redis://dreamloom:secret@");
}

/** A worker that may not get as far as to take jobs. */
function worker(cluster: Config["cluster"]) {
  const log = recordingLogger();
  const engine = new FakeEngine({ automatic: true });
  const it = new QueueWorker({ cluster, engine, slots: 1, device: "stub", logger: log.logger });
  const started = it.start();
  started.catch(() => undefined);
  onTestFinished(() => it.stop(0));
  return { it, started, log };
}

/** A job goes to a worker and back. */
async function expectJob(cluster: Config["cluster"]): Promise<void> {
  const { engine, workersAre } = openClusterEngine(cluster);
  await workersAre(({ length }) => length > 0);
  expect(await send(engine, { job: "AAAA" }).outcome).toMatchObject({ type: "image/png" });
}

describe.skipIf(!hasRedis)(`a Redis as operators have it (${redisHint})`, () => {
  it("serves a user with the documented rights, who may not ask INFO, and SIGTERM ends the worker", async () => {
    const { redis, client } = await redisWith();
    const cluster = clusterSettings(redis.url);
    const url = await userOf(redis, client, cluster.prefix, "+@all", "-@dangerous");
    const own = { ...cluster, url };
    const process = await startWorkerProcess({ cluster: own, slots: 1 });
    onTestFinished(async () => void (await endProcess(process, "SIGKILL")));
    await expectJob(own);
    expect(await endProcess(process, "SIGTERM")).toBeLessThan(MOST_SECONDS);
    expect(process.exitCode).toBe(0);
    // Nothing is left of trials.
    expect((await client.keys("*")).filter((key) => key.includes("trial"))).toEqual([]);
  });

  it("sends a job again that it has lost, without INFO, when no worker can have it any more", async () => {
    const { redis, client } = await redisWith();
    const cluster = clusterSettings(redis.url);
    const own = { ...cluster, url: await userOf(redis, client, cluster.prefix, "+@all", "-@dangerous") };
    const painter = new FakeEngine();
    await startWorker(own, painter);
    const { engine } = openClusterEngine(own);
    const job = send(engine, { job: "AAAA" });
    const first = await painter.next();
    await client.flushall();
    const second = await painter.next();
    expect(first.options.signal.aborted).toBe(true);
    await second.finish();
    await job.outcome;
  });

  it.each([
    [
      "lacks a right",
      "-@scripting",
      /denies its user a right: .*'\w+' command.*~test\S+:\* &test\S+:\* \+@all -@dangerous/,
    ],
    ["lacks another one", "-bzpopmin", /denies its user a right: .*'bzpopmin' command/],
    ["may not listen", "-subscribe", /denies its user a right: .*'subscribe' command/],
  ])("names what is missing to a user who %s, once, and goes on when it is given", async (_what, rule, sentence) => {
    const { redis, client } = await redisWith();
    const cluster = clusterSettings(redis.url);
    const rules = ["+@all", "-@dangerous"];
    const own = { ...cluster, url: await userOf(redis, client, cluster.prefix, ...rules, rule) };
    const { it, started, log } = worker(own);
    await expect.poll(() => log.said(sentence).length).toBe(1);
    expect(await it.problem()).toMatch(sentence);
    const bots = openClusterEngine(own).engine;
    await expect.poll(() => bots.problem()).toMatch(sentence);
    expect(bots.reachable).toBe(false);
    await userOf(redis, client, cluster.prefix, ...rules);
    await started;
    expect(log.said(sentence)).toHaveLength(1);
    expect(log.said(/^jobs come through Redis at .* again$/)).toHaveLength(1);
    await expect.poll(() => bots.reachable).toBe(true);
    expect(await send(bots, { job: "AAAA" }).outcome).toMatchObject({ type: "image/png" });
  });

  it("that runs full is named once, takes nothing meanwhile, and goes on when there is room", async () => {
    const { redis, client } = await redisWith();
    const cluster = clusterSettings(redis.url);
    const { it, started, log } = worker(cluster);
    await started;
    const { engine, workersAre } = openClusterEngine(cluster);
    await workersAre(({ length }) => length > 0);
    await client.config("SET", "maxmemory", "1");
    const full = /is full: raise its maxmemory/;
    await expect.poll(() => log.said(full).length).toBe(1);
    await expect.poll(() => engine.reachable).toBe(false);
    expect(await it.problem()).toMatch(full);
    expect(await engine.problem()).toMatch(full);
    const lines = log.lines.filter(({ level }) => Number(level) > 20);
    expect(lines.length).toBeLessThan(10);
    expect(log.said(full)).toHaveLength(1);
    await client.config("SET", "maxmemory", "0");
    await expect.poll(() => engine.reachable).toBe(true);
    await workersAre(({ length }) => length > 0);
    expect(await send(engine, { job: "AAAA" }).outcome).toMatchObject({ type: "image/png" });
    expect(log.said(full)).toHaveLength(1);
  });

  it("that becomes a replica is named, SIGTERM ends a worker all the same, and others go on after it", async () => {
    const { redis, client } = await redisWith();
    const cluster = clusterSettings(redis.url);
    const process = await startWorkerProcess({ cluster, slots: 1 });
    onTestFinished(async () => void (await endProcess(process, "SIGKILL")));
    const { started, log } = worker(cluster);
    await started;
    await client.replicaof("127.0.0.1", "1");
    await expect.poll(() => log.said(/is a replica, which takes no jobs/).length).toBe(1);
    expect(await endProcess(process, "SIGTERM")).toBeLessThan(MOST_SECONDS);
    expect(process.exitCode).toBe(0);
    await client.call("REPLICAOF", "NO", "ONE");
    await expect.poll(() => log.said(/^jobs come through Redis at .* again$/).length).toBe(1);
    await expectJob(cluster);
  });

  it("that is a cluster is refused without braces around the prefix, and serves with them", async () => {
    const { redis, client } = await redisWith("--cluster-enabled", "yes");
    await client.cluster("ADDSLOTSRANGE", 0, 16_383);
    await expect.poll(() => client.cluster("INFO")).toContain("cluster_state:ok");
    const cluster = clusterSettings(redis.url);
    const { log } = worker(cluster);
    const sentence = `is a cluster, .*: set CLUSTER_PREFIX={${cluster.prefix}}, with the braces`;
    await expect.poll(() => log.said(new RegExp(sentence)).length).toBe(1);
    const tagged = clusterSettings(redis.url, { prefix: `{${cluster.prefix}}` });
    await startWorker(tagged, new FakeEngine({ automatic: true }));
    await expectJob(tagged);
    // Of several nodes, the one is named that has the keys.
    const moved = Object.assign(new Error("MOVED 7 10.0.0.9:6379"), { name: "ReplyError" });
    expect(refusalOf(moved, { host: "a", prefix: "{b}" })).toMatch(/keys lie on 10\.0\.0\.9:6379: REDIS_URL must/);
    expect(refusalOf(moved, { host: "a", prefix: "b" })).toMatch(/set CLUSTER_PREFIX=\{b\}/);
  });

  it("hears few lines of a worker in half a minute, whatever is wrong, and SIGTERM ends the worker", async () => {
    const told = await Promise.all(
      Object.entries(TROUBLES).map(async ([what, trouble]) => [what, await lived(trouble)]),
    );
    process.stdout.write(`lines in ${LISTENED_SECONDS} s: ${JSON.stringify(told)}\n`);
    for (const [what, { lines, ofClient, ends }] of told as [string, Awaited<ReturnType<typeof lived>>][]) {
      expect(lines, what).toBeGreaterThan(0);
      expect(lines, what).toBeLessThanOrEqual(MOST_LINES);
      expect(ofClient, what).toEqual([]);
      expect(ends, what).toMatchObject({ code: 0 });
      expect(ends.seconds, what).toBeLessThan(MOST_SECONDS);
    }
  });
});

interface Trouble {
  readonly options?: readonly string[];
  /** Before the worker comes; resolves with the address that it is given. */
  readonly before?: (redis: RedisServer, client: Redis, prefix: string) => Promise<string>;
  /** When it takes jobs. */
  readonly later?: (client: Redis, prefix: string) => Promise<unknown>;
}

const RIGHTS = ["+@all", "-@dangerous"];
const TROUBLES: Readonly<Record<string, Trouble>> = {
  "no INFO": { before: (redis, client, prefix) => userOf(redis, client, prefix, ...RIGHTS) },
  "a right is taken away": {
    before: (redis, client, prefix) => userOf(redis, client, prefix, ...RIGHTS),
    later: (client) => client.acl("SETUSER", "dreamloom", "-@scripting", "-bzpopmin"),
  },
  full: { later: (client) => client.config("SET", "maxmemory", "1") },
  "a replica": { later: (client) => client.replicaof("127.0.0.1", "1") },
  "a cluster without a tag": {
    options: ["--cluster-enabled", "yes"],
    async before({ url }, client) {
      await client.cluster("ADDSLOTSRANGE", 0, 16_383);
      await expect.poll(() => client.cluster("INFO")).toContain("cluster_state:ok");
      return url;
    },
  },
};

/** What a worker process writes and how it ends where this is the matter. */
async function lived({ options = [], before, later }: Trouble) {
  const { redis, client } = await redisWith(...options);
  const settings = clusterSettings(redis.url);
  const { prefix } = settings;
  const url = (await before?.(redis, client, prefix)) ?? redis.url;
  const child = forkWorkerProcess({ cluster: { ...settings, url }, slots: 1, logLevel: "info" }, "pipe");
  onTestFinished(async () => void (await endProcess(child, "SIGKILL")));
  let text = "";
  for (const out of [child.stdout, child.stderr])
    out?.on("data", (chunk: Buffer) => {
      // Enough to tell many lines from few.
      if (text.length < 10_000_000) text += chunk.toString();
    });
  await expect.poll(() => text).toContain(later ? "worker takes jobs" : "\n");
  await later?.(client, prefix);
  await delay(LISTENED_SECONDS * 1000);
  const lines = text.split("\n").length - 1;
  const ofClient = text.split("\n").filter((line) => line.includes("Skipping the ready check"));
  const seconds = await endProcess(child, "SIGTERM");
  return { lines, ofClient, ends: { code: child.exitCode, seconds: Number(seconds.toFixed(2)) } };
}
