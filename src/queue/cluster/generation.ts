import type { Redis } from "ioredis";

/**
 * How long what is in Redis has been the same data, in milliseconds by its own clock: since it last started, was emptied, was replaced by
 * a copy, or began to serve bots of this protocol.
 *
 * A job that is missing in Redis may still be worked on by somebody who has not noticed that it is gone. Nobody does so for longer than
 * a lock lasts; so once the data is older than that, a missing job can be sent again without ever being run twice at the same time.
 */
export async function dataAge(redis: Redis, prefix: string, protocol: number): Promise<number> {
  const [server, [seconds, microseconds]] = await Promise.all([redis.info("server"), redis.time()]);
  const now = Number(seconds) * 1000 + Number(microseconds) / 1000;
  const generation = `${/^run_id:(\w+)/m.exec(server)?.[1] ?? "unknown"} ${protocol}`;
  const key = `${prefix}:generation`;
  const [known, since] = await redis.hmget(key, "generation", "since");
  if (known === generation && since) return Math.max(0, now - Number(since));
  await redis.hset(key, { generation, since: now });
  return 0;
}
