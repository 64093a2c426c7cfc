import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import type { Logger } from "pino";
import { abortable } from "../../shared/async.js";
import { LastingTrouble } from "../../shared/lasting-trouble.js";
import { isDenied, refusalOf } from "./refusals.js";

/** How the bots and the workers of a cluster meet; `config/default.yaml` explains each. */
export interface ClusterSettings {
  /** Of Redis; empty where there is no cluster. */
  readonly url: string;
  readonly prefix: string;
  /** Where images travel: "redis", "folder:..." or "s3://...". */
  readonly blobs: string;
  readonly s3Endpoint: string;
  readonly s3Region: string;
  readonly maxMegabytes: number;
  readonly keepHours: number;
  readonly lockSeconds: number;
  readonly heartbeatSeconds: number;
}

/** How long one command may take, in milliseconds. */
const COMMAND_MS = 5_000;
const CONNECT_MS = 5_000;
/** Time between two connections to a name that leads to a replica. */
const FOLLOW_MS = 30_000;

/** "redis.example.org:6379", without user and password. */
export function hostOf(url: string): string {
  const { host, port, hostname } = new URL(url);
  return port === "" ? `${hostname}:6379` : host;
}

/** How long to wait before another try: up to two seconds, so that a server that is back is found soon. */
const retryStrategy = (times: number): number => Math.min(2_000, 50 * 2 ** Math.min(times, 6));

/** Reconnects when the server has become a replica: after a failover, the same name may lead to the new primary. */
function followPrimary(): (error: Error) => boolean {
  let followedAt = Number.NEGATIVE_INFINITY;
  return ({ message }) => {
    if (!message.includes("READONLY ") || performance.now() - followedAt < FOLLOW_MS) return false;
    followedAt = performance.now();
    return true;
  };
}

type Answer = (error: Error | null | undefined, text?: string) => void;

/**
 * ioredis asks INFO whether the server has loaded its data. Where Redis' user may not ask that, it takes the server for
 * ready, but writes a line of its own to stderr each time it connects: with this it hears an answer that says nothing.
 * BullMQ makes connections of its own from this one.
 */
function withoutWarning(redis: Redis): Redis {
  const info = redis.info.bind(redis) as (...sections: unknown[]) => Promise<string>;
  const duplicate = redis.duplicate.bind(redis);
  return Object.assign(redis, {
    // The ready check alone asks with a callback.
    info: (...asked: unknown[]) =>
      typeof asked[0] === "function" ? answered(info(), asked[0] as Answer) : info(...asked),
    duplicate: (...options: Parameters<Redis["duplicate"]>) => withoutWarning(duplicate(...options)),
  });
}

async function answered(info: Promise<string>, answer: Answer): Promise<void> {
  try {
    answer(null, await info.catch((error: unknown) => (isDenied(error) ? "" : Promise.reject(error))));
  } catch (error) {
    answer(error instanceof Error ? error : new Error(String(error)));
  }
}

/**
 * A connection for short commands: each has a time limit, and fails at once while the server is away. It reconnects
 * for ever, and the log says when the server is lost and when it is back.
 */
export function connect(url: string, name: string, logger: Logger, commandMs = COMMAND_MS): Redis {
  const redis = withoutWarning(
    new Redis(url, {
      connectionName: `dreamloom-${name}`,
      commandTimeout: commandMs,
      connectTimeout: CONNECT_MS,
      enableOfflineQueue: false,
      // What was under way when the connection broke fails at once, too; callers retry.
      maxRetriesPerRequest: 0,
      retryStrategy,
      reconnectOnError: followPrimary(),
    }),
  );
  const host = hostOf(url);
  const trouble = new LastingTrouble(logger);
  redis.on("error", (error) => {
    const refusal = refusalOf(error, { host, prefix: "" });
    if (refusal !== undefined) trouble.say(refusal);
    else trouble.say(`Redis at ${host} cannot be reached; trying again until it can (REDIS_URL)`, { err: error });
  });
  redis.on("ready", () => trouble.over(`Redis at ${host} is there again`));
  return redis;
}

/** A connection for commands that wait on the server: they have no time limit, and are sent again after a loss. */
export function connectBlocking(url: string, name: string): Redis {
  const redis = withoutWarning(
    new Redis(url, {
      connectionName: `dreamloom-${name}`,
      connectTimeout: CONNECT_MS,
      maxRetriesPerRequest: null,
      retryStrategy,
      reconnectOnError: followPrimary(),
    }),
  );
  // The connection for commands logs the loss.
  redis.on("error", () => undefined);
  return redis;
}

/** Resolves when the server answers; rejects when `signal` is aborted first. */
export async function untilReady(redis: Redis, signal: AbortSignal): Promise<void> {
  if (redis.status === "ready") return;
  await abortable(new Promise((resolve) => redis.once("ready", resolve)), signal);
}

/** Redis' clock, in milliseconds since the epoch. */
export async function redisNow(redis: Redis): Promise<number> {
  const [seconds, microseconds] = await redis.time();
  return Number(seconds) * 1000 + Number(microseconds) / 1000;
}

/**
 * How long what is in Redis has been the same data, in milliseconds by its own clock: since it last started, was
 * emptied, was replaced by a copy, or began to serve bots of this protocol.
 *
 * A job that is missing in Redis may still be run by a worker that has not noticed, for no longer than a lock lasts. So
 * once the data is older than that, a missing job can be sent again without being run twice at the same time.
 */
export async function dataAge(redis: Redis, prefix: string, protocol: number): Promise<number> {
  const [server, now] = await Promise.all([serverOf(redis), redisNow(redis)]);
  const generation = `${server} ${protocol}`;
  const key = `${prefix}:generation`;
  const [known, since] = await redis.hmget(key, "generation", "since");
  if (known === generation && since) return Math.max(0, now - Number(since));
  await redis.hset(key, { generation, since: now });
  return 0;
}

const connections = new WeakMap<object, string>();

/** Names one start of the server or, where Redis' user may not ask, this connection: a new one may lead elsewhere. */
async function serverOf(redis: Redis): Promise<string> {
  try {
    return /^run_id:(\w+)/m.exec(await redis.info("server"))?.[1] ?? "unknown";
  } catch (error) {
    if (!isDenied(error)) throw error;
    const name = connections.get(redis.stream) ?? randomUUID();
    connections.set(redis.stream, name);
    return name;
  }
}
