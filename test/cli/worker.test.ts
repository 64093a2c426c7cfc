import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Config } from "../../src/app/settings/load-settings.js";
import { clusterSettings, openClusterEngine, send } from "../queue/cluster/harness.js";
import { drawn } from "../support/pictures.js";
import { hasRedis, redisHint, startRedis } from "../support/redis.js";
import { writeTinyNetwork } from "../support/tiny-network.js";
import { dreamloom } from "./run.js";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

/** A worker as people start it, with the tiny network's folder as its own, and ready to take jobs. */
async function startWorker(cluster: Config["cluster"], network: string, more: Readonly<Record<string, string>> = {}) {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    REDIS_URL: cluster.url,
    CLUSTER_PREFIX: cluster.prefix,
  };
  const settings = {
    DREAM_NETWORK: network,
    ENGINE_THREADS: "1",
    LOG_FORMAT: "json",
    QUEUE_SHUTDOWN_SECONDS: "0.1",
    OPS_ENABLED: "false",
  };
  const child = spawn(process.execPath, [cli, "worker"], {
    env: { ...env, ...settings, ...more },
    stdio: ["ignore", "ignore", "pipe"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const ended = once(child, "exit");
  const lines: string[] = [];
  const logged = createInterface({ input: child.stderr });
  logged.on("line", (line) => lines.push(line));
  const says = (word: string) => expect.poll(() => lines.some((line) => line.includes(word))).toBe(true);
  await says("worker takes jobs");
  return { child, ended, says };
}

async function setting() {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const network = await writeTinyNetwork();
  return { cluster: clusterSettings(redis.url), network };
}

describe("dreamloom worker", () => {
  it("says what it needs when no Redis is named", async () => {
    const { code, err } = await dreamloom(["worker"]);
    expect(err).toBe(
      "A worker takes its jobs from Redis: set REDIS_URL to the bots' own, for instance redis://127.0.0.1:6379.\n",
    );
    expect(code).toBe(2);
  });

  it.skipIf(!hasRedis)(
    `dreams what the bots send it, with the real engine, and stops when asked (${redisHint})`,
    async () => {
      const { cluster, network } = await setting();
      const { child, ended } = await startWorker(cluster, network);
      const { engine, workersAre } = openClusterEngine(cluster);
      await workersAre(([worker]) => worker?.slots === 1);
      const params = { network, layers: "corners", size: 64, octaves: 2, steps: 2 };
      const job = send(engine, { job: "7KQ4M9XA", params, pictures: { image: await drawn(64, 48) } });
      expect(await job.outcome).toMatchObject({ recipe: "dream", network, width: 64, height: 48, type: "image/png" });
      expect(job.frames.filter(({ kind }) => kind === "octave").length).toBeGreaterThan(0);
      child.kill("SIGTERM");
      expect(await ended).toEqual([0, null]);
      await workersAre((workers) => workers.length === 0);
    },
  );

  it.skipIf(!hasRedis)(`hands its job to another worker on SIGTERM (${redisHint})`, async () => {
    const { cluster, network } = await setting();
    // Handed over, not missed: that takes longer than a test may.
    const times = { CLUSTER_LOCK_SECONDS: "600" };
    const workers = await Promise.all([startWorker(cluster, network, times), startWorker(cluster, network, times)]);
    const { engine, workersAre } = openClusterEngine(cluster);
    await workersAre(({ length }) => length === 2);
    const params = { network, layers: "corners", size: 192, octaves: 4, octaveScale: 1.3, steps: 60, seed: 7 };
    const job = send(engine, { job: "7KQ4M9XA", params, pictures: { image: await drawn(96, 72) } });
    const octaves = () => job.frames.filter(({ kind }) => kind === "octave").map(({ octave }) => octave);
    await expect.poll(() => octaves().includes(2)).toBe(true);
    const has = ({ child }: { readonly child: ChildProcess }) =>
      engine.workerOf("7KQ4M9XA")?.includes(`-${child.pid}-`) === true;
    const [first, second] = has(workers[0]) ? workers : [workers[1], workers[0]];
    expect(has(first)).toBe(true);
    const begun = performance.now();
    first.child.kill("SIGTERM");
    expect(await first.ended).toEqual([0, null]);
    const seconds = (performance.now() - begun) / 1000;
    process.stdout.write(`the worker stopped after ${seconds.toFixed(2)} s, 0.1 s of it for the running job\n`);
    await second.says('"msg":"run begins"');
    expect(await job.outcome).toMatchObject({ width: 192, type: "image/png" });
    expect(octaves()).toEqual([...new Set(octaves())]);
  });

  it.skipIf(!hasRedis)(`ends at once on a second SIGTERM, whatever it is at (${redisHint})`, async () => {
    const { cluster, network } = await setting();
    const { child, ended, says } = await startWorker(cluster, network, { QUEUE_SHUTDOWN_SECONDS: "600" });
    const { engine, workersAre } = openClusterEngine(cluster);
    await workersAre(({ length }) => length === 1);
    const params = { network, layers: "corners", size: 512, octaves: 4, steps: 100, seed: 7 };
    const job = send(engine, { job: "7KQ4M9XA", params, pictures: { image: await drawn(96, 72) } });
    await expect.poll(() => job.frames.length).toBeGreaterThan(0);
    child.kill("SIGTERM");
    await says("once more stops at once");
    child.kill("SIGTERM");
    expect(await ended).toEqual([143, null]);
    job.stop.abort();
  });
});
