import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { freePort } from "./free-port.js";
import { newFolder } from "./new-folder.js";
import { HANG_MS } from "./patience.js";

/** How to get the server that tests of the cluster need; part of their names, so that a skip tells its own mend. */
export const redisHint = "needs Redis: apt-get install -y redis-server";

/** Whether they can run. A missing server skips them on a person's machine and fails them where `CI=true`. */
export const hasRedis = process.env.CI === "true" || spawnSync("redis-server", ["--version"]).status === 0;

/** A Redis of one's own on a free port. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Ends it as a power cut does. */
  kill(): Promise<void>;
  /** Starts it again at the same port, with what it has kept on disk. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a Redis. `persistent` ones write every change to disk before they answer; others forget all when they end. */
export async function startRedis({
  persistent = false,
  options: more = [],
}: {
  readonly persistent?: boolean;
  readonly options?: readonly string[];
} = {}): Promise<RedisServer> {
  const port = await freePort();
  const dir = newFolder();
  const kept = persistent ? ["--appendonly", "yes", "--appendfsync", "always"] : ["--appendonly", "no"];
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    const options = [
      "--port",
      String(port),
      "--bind",
      "127.0.0.1",
      "--save",
      "",
      "--dir",
      dir,
      "--loglevel",
      "warning",
      ...kept,
      ...more,
    ];
    const started = spawn("redis-server", options, { stdio: "ignore" });
    child = started;
    const failed = once(started, "exit").then(() => {
      throw new Error(`redis-server ended at once. ${redisHint}`);
    });
    failed.catch(() => undefined);
    const errored = once(started, "error").then(([error]) => {
      throw error;
    });
    errored.catch(() => undefined);
    await Promise.race([answers(port), failed, errored]);
  };
  const kill = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, "exit");
    running.kill("SIGKILL");
    await gone;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill,
    start,
    stop: async () => {
      await kill();
    },
  };
}

async function answers(port: number): Promise<void> {
  const client = new Redis({
    port,
    host: "127.0.0.1",
    lazyConnect: true,
    retryStrategy: () => 20,
    maxRetriesPerRequest: null,
  });
  client.on("error", () => undefined);
  try {
    await Promise.race([
      client.ping(),
      delay(HANG_MS).then(() => Promise.reject(new Error("redis-server does not answer."))),
    ]);
  } finally {
    client.disconnect();
  }
}
