import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { clusterSettings, openClusterEngine, send } from "../queue/cluster/harness.js";
import { drawn } from "../support/pictures.js";
import { hasRedis, redisHint, startRedis } from "../support/redis.js";
import { writeTinyNetwork } from "../support/tiny-network.js";
import { dreamloom } from "./run.js";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

describe("dreamloom worker", () => {
  it("says what it needs when no Redis is named", async () => {
    const { code, err } = await dreamloom(["worker"]);
    expect(err).toBe("A worker takes its jobs from Redis: set REDIS_URL to the bots' own, for instance redis://127.0.0.1:6379.\n");
    expect(code).toBe(2);
  });

  it.skipIf(!hasRedis)(`dreams what the bots send it, with the real engine, and stops when asked (${redisHint})`, async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const network = await writeTinyNetwork();
    onTestFinished(() => rmSync(network, { recursive: true }));
    const cluster = clusterSettings(redis.url);
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, REDIS_URL: redis.url, CLUSTER_PREFIX: cluster.prefix };
    const child = spawn(process.execPath, [cli, "worker"], {
      env: { ...env, DREAM_NETWORK: network, ENGINE_THREADS: "1", LOG_FORMAT: "json", QUEUE_SHUTDOWN_SECONDS: "0.1" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    onTestFinished(() => {
      child.kill("SIGKILL");
    });
    const ended = once(child, "exit");
    for await (const line of createInterface({ input: child.stderr })) if (line.includes("worker takes jobs")) break;
    child.stderr.resume();
    const { engine, workersAre } = openClusterEngine(cluster);
    await workersAre(([worker]) => worker?.slots === 1);
    const params = { network, layers: "corners", size: 64, octaves: 2, steps: 2 };
    const job = send(engine, { job: "7KQ4M9XA", params, pictures: { image: await drawn(64, 48) } });
    expect(await job.outcome).toMatchObject({ recipe: "dream", network, width: 64, height: 48, type: "image/png" });
    expect(job.frames.filter(({ kind }) => kind === "octave").length).toBeGreaterThan(0);
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    await workersAre((workers) => workers.length === 0);
  });
});
