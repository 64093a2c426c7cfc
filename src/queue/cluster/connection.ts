import { Redis } from "ioredis";
import type { Logger } from "pino";

/** How long one command may take, in milliseconds. */
const COMMAND_MS = 5_000;
const CONNECT_MS = 5_000;
/** A server that is away is told of this often in the log. */
const TELL_MS = 30_000;

/** "redis.example.org:6379", without user and password. */
export function hostOf(url: string): string {
  const { host, port, hostname } = new URL(url);
  return port === "" ? `${hostname}:6379` : host;
}

/** How long to wait before another try: up to two seconds, so that a server that is back is found soon. */
const retryStrategy = (times: number): number => Math.min(2_000, 50 * 2 ** Math.min(times, 6));

/**
 * A connection for short commands: each has a time limit, and fails at once while the server is away. It connects again by itself for
 * ever, and the log says in a sentence when the server is lost and when it is back.
 */
export function connect(url: string, name: string, logger: Logger, commandMs = COMMAND_MS): Redis {
  const redis = new Redis(url, {
    connectionName: `dreamloom-${name}`,
    commandTimeout: commandMs,
    connectTimeout: CONNECT_MS,
    enableOfflineQueue: false,
    // What was under way when the connection broke fails at once, too, and is done again by whoever asked.
    maxRetriesPerRequest: 0,
    retryStrategy,
  });
  const host = hostOf(url);
  let told = Number.NEGATIVE_INFINITY;
  let away = false;
  redis.on("error", (error) => {
    if (performance.now() - told < TELL_MS) return;
    told = performance.now();
    away = true;
    logger.error({ err: error }, `Redis at ${host} cannot be reached; trying again until it can (REDIS_URL)`);
  });
  redis.on("ready", () => {
    if (away) logger.info(`Redis at ${host} is there again`);
    away = false;
    told = Number.NEGATIVE_INFINITY;
  });
  return redis;
}

/** A connection of its own for commands that wait on the server: they have no time limit, and are sent again after a loss. */
export function connectBlocking(url: string, name: string): Redis {
  const redis = new Redis(url, {
    connectionName: `dreamloom-${name}`,
    connectTimeout: CONNECT_MS,
    maxRetriesPerRequest: null,
    retryStrategy,
  });
  // The connection for commands tells of the loss.
  redis.on("error", () => undefined);
  return redis;
}

/** Resolves when the server answers; rejects when `signal` is aborted first. */
export function untilReady(redis: Redis, signal: AbortSignal): Promise<void> {
  if (redis.status === "ready") return Promise.resolve();
  return new Promise((resolve, reject) => {
    const done = (): void => {
      redis.off("ready", done);
      signal.removeEventListener("abort", done);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    redis.once("ready", done);
    signal.addEventListener("abort", done, { once: true });
    if (signal.aborted) done();
  });
}
