/** Workers announce themselves at every heartbeat, and bots their protocol. Read by all versions; keep its form. */
import type { Redis } from "ioredis";
import { z } from "zod";

const workerSchema = z
  .object({
    id: z.string(),
    host: z.string(),
    pid: z.number(),
    /** Dreamloom's version. */
    version: z.string(),
    protocol: z.number(),
    /** Jobs that it runs side by side. */
    slots: z.number(),
    /** What the largest job may take there; older workers do not say. */
    megabytes: z.number().optional(),
    /** What computes there, such as "onnx-cuda"; the setting until it has computed. */
    device: z.string(),
    /** When it started and when it said this: milliseconds since the epoch, by its own clock. */
    startedAt: z.number(),
    at: z.number(),
    /** It finishes what it has and takes no more. */
    stopping: z.boolean(),
    running: z.array(z.object({ job: z.string(), progress: z.number() }).readonly()).readonly(),
  })
  .readonly();
const speechSchema = z.object({ protocol: z.number(), version: z.string() }).readonly();

/** One worker, as it describes itself. */
export type WorkerInfo = z.infer<typeof workerSchema>;
/** What the bots speak. */
export type Speech = z.infer<typeof speechSchema>;

/** Workers and bots count as gone when they have missed this many heartbeats. */
export const MISSED = 4;
/** How long the bots' protocol is kept. */
const SPEECH_MS = 86_400_000;

export class Registry {
  constructor(
    private readonly redis: Redis,
    private readonly prefix: string,
    private readonly heartbeatMs: number,
  ) {}

  /** The channel on which workers' comings and goings are published. */
  get news(): string {
    return `${this.prefix}:news`;
  }

  async announce(worker: WorkerInfo, { news = false } = {}): Promise<void> {
    await this.redis.set(this.#key(worker.id), JSON.stringify(worker), "PX", Math.ceil(MISSED * this.heartbeatMs));
    await this.redis.sadd(`${this.prefix}:workers`, worker.id);
    if (news) await this.redis.publish(this.news, worker.id);
  }

  async leave(id: string): Promise<void> {
    await this.redis.del(this.#key(id));
    await this.redis.srem(`${this.prefix}:workers`, id);
    await this.redis.publish(this.news, id);
  }

  /** Workers of every version that have announced themselves lately, oldest first. */
  async workers(): Promise<readonly WorkerInfo[]> {
    const ids = await this.redis.smembers(`${this.prefix}:workers`);
    if (ids.length === 0) return [];
    const found = await this.redis.mget(ids.map((id) => this.#key(id)));
    const gone = ids.filter((_, index) => typeof found[index] !== "string");
    if (gone.length > 0) await this.redis.srem(`${this.prefix}:workers`, ...gone);
    const workers = found.flatMap((text) => parse(workerSchema, text) ?? []);
    return workers.sort((a, b) => a.startedAt - b.startedAt || a.id.localeCompare(b.id));
  }

  /** What the bots speak; undefined before there were any. */
  async speech(): Promise<Speech | undefined> {
    return parse(speechSchema, await this.redis.get(`${this.prefix}:speech`));
  }

  async speak(speech: Speech): Promise<void> {
    await this.redis.set(`${this.prefix}:speech`, JSON.stringify(speech), "PX", SPEECH_MS);
  }

  #key(id: string): string {
    return `${this.prefix}:worker:${id}`;
  }
}

export function parse<T>(schema: z.ZodType<T>, text: unknown): T | undefined {
  if (typeof text !== "string") return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
