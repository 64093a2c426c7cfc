/** Of the bots programs that meet in one Redis under one prefix only one may run: each takes all jobs for its own. */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Redis } from "ioredis";
import { z } from "zod";
import { abortableDelay } from "../../shared/async.js";
import { version } from "../../shared/version.js";
import { MISSED, parse } from "./registry.js";

const botsSchema = z
  .object({
    /** Of its data folder, which one program at a time uses: one that was killed is known again at its next start. */
    id: z.string(),
    /** Of this start: a copied data folder has the same `id`. Earlier versions do not say it. */
    run: z.string().optional(),
    folder: z.string(),
    host: z.string(),
    pid: z.number(),
    version: z.string(),
    /** When it started, and when it said this: milliseconds since the epoch, by its own clock. */
    startedAt: z.number(),
    at: z.number(),
  })
  .readonly();
/** One bots program, as it describes itself. */
export type BotsInfo = z.infer<typeof botsSchema>;

/** How long one that was refused is remembered, for those who look for the reason. */
const REFUSED_MS = 3_600_000;

const keyOf = (prefix: string) => `${prefix}:bots`;
const refusedKeyOf = (prefix: string) => `${prefix}:bots-refused`;

/** The bots program that runs, if any, and the last one that was refused within the last hour. */
export async function readBots(redis: Redis, prefix: string) {
  const [running, refused] = await redis.mget(keyOf(prefix), refusedKeyOf(prefix));
  return { running: parse(botsSchema, running), refused: parse(botsSchema, refused) };
}

/** One program's claim to be the only one. */
export class BotsClaim {
  readonly #self: Omit<BotsInfo, "at">;
  #held = false;

  constructor(
    private readonly redis: Redis,
    private readonly prefix: string,
    private readonly heartbeatMs: number,
    data: Pick<BotsInfo, "id" | "folder">,
  ) {
    this.#self = { ...data, run: randomUUID(), host: hostname(), pid: process.pid, version, startedAt: Date.now() };
  }

  /**
   * Claims the place, to be held by {@link hold} at every heartbeat. Resolves with the program that has it, when there
   * is another one that lives: one that keeps silent is waited for until it counts as gone.
   */
  async take(signal: AbortSignal): Promise<BotsInfo | undefined> {
    let seen: number | undefined;
    for (;;) {
      const first = await this.hold();
      if (!first) return undefined;
      seen ??= first.at;
      if (first.at !== seen) {
        await this.redis.set(refusedKeyOf(this.prefix), this.#say(), "PX", REFUSED_MS);
        return first;
      }
      await abortableDelay(this.heartbeatMs / 2, signal);
    }
  }

  /** Takes or keeps the place; resolves with the program that has it instead. */
  async hold(): Promise<BotsInfo | undefined> {
    const key = keyOf(this.prefix);
    const ttl = Math.ceil(MISSED * this.heartbeatMs);
    if ((await this.redis.set(key, this.#say(), "PX", ttl, "NX")) !== "OK") {
      const first = parse(botsSchema, await this.redis.get(key));
      if (first && this.#isAnother(first)) return first;
      await this.redis.set(key, this.#say(), "PX", ttl);
    }
    this.#held = true;
    return undefined;
  }

  /**
   * Whether it may live. The last start on the same data folder has ended, but a copy of the folder has the same id:
   * its program is on another machine, or another process of this one, or takes the place after this one did.
   */
  #isAnother({ id, run, host, pid }: BotsInfo): boolean {
    const self = this.#self;
    if (id !== self.id) return true;
    if (run === self.run) return false;
    return this.#held || host !== self.host || (pid !== self.pid && lives(pid));
  }

  /** Makes room for another one at once. */
  async leave(): Promise<void> {
    const first = parse(botsSchema, await this.redis.get(keyOf(this.prefix)));
    if (first?.run === this.#self.run) await this.redis.del(keyOf(this.prefix));
  }

  #say(): string {
    return JSON.stringify({ ...this.#self, at: Date.now() } satisfies BotsInfo);
  }
}

/** Whether there is such a process on this machine. */
function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It belongs to another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
