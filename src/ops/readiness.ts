import { access, constants } from "node:fs/promises";
import { withTimeout } from "../shared/async.js";
import { sentence } from "../shared/sentences/sentence.js";
import type { Disk } from "./disk.js";
import type { WatchedChat, WatchedStatus } from "./watched.js";

/** A part that must work for the program to be of use. */
export interface Check {
  /** One word, such as "store": it is a metric's label. */
  readonly part: string;
  /** A sentence on what is wrong; undefined when all is well. A check that rejects, or takes too long, has failed. */
  run(): Promise<string | undefined>;
}

export interface Problem {
  readonly part: string;
  readonly problem: string;
}

/** A check that takes longer than this has failed, in milliseconds. */
const PATIENCE_MS = 2_000;

/** Runs all checks side by side. Resolves within two seconds, with a problem for each part that does not work. */
export async function problemsOf(checks: readonly Check[]): Promise<Problem[]> {
  const found = await Promise.all(
    checks.map(async ({ part, run }) => {
      const problem = await judged(run);
      return problem === undefined ? [] : [{ part, problem }];
    }),
  );
  return found.flat();
}

async function judged(run: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await withTimeout(run(), PATIENCE_MS, () => sentence("ops.silent", { seconds: PATIENCE_MS / 1000 }));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The store answers, may be written, and has space. */
export function storeCheck(folder: string, query: () => unknown, look: () => Promise<Disk | undefined>): Check {
  return {
    part: "store",
    async run() {
      query();
      await access(folder, constants.W_OK);
      const disk = await look();
      if (!disk?.low) return undefined;
      return sentence("ops.disk", { folder, megabytes: Math.floor(disk.freeBytes / 1024 / 1024) });
    },
  };
}

/** The engine answers, or can be started when there is work. */
export function engineCheck(status: () => WatchedStatus | undefined): Check {
  return {
    part: "engine",
    async run() {
      const { state = "idle", devices = [] } = status() ?? {};
      const broken = devices.filter((device) => device.state === "failing" || device.state === "silent");
      if (broken.length > 0) return sentence("ops.devices", { devices: broken.map(({ name }) => name).join(" and ") });
      const wrong = {
        silent: "ops.engine-silent",
        failing: "ops.engine-failing",
        closed: "ops.engine-closed",
      } as const;
      return state in wrong ? sentence(wrong[state as keyof typeof wrong]) : undefined;
    },
  };
}

/** What jobs go through to other machines. */
interface WatchedRedis {
  readonly reachable: boolean;
  /** What keeps jobs from coming through while it answers, found by a trial. */
  problem(): Promise<string | undefined>;
}

/** Redis answers, and a job can go to another machine and back. @param away what is said when it does not answer */
export function redisCheck(redis: WatchedRedis, away: string): Check {
  return { part: "redis", run: async () => (await redis.problem()) ?? (redis.reachable ? undefined : away) };
}

/** A worker can take jobs, where jobs go to other machines. */
export function workersCheck(cluster: { readonly reachable: boolean; readonly absence: string | undefined }): Check {
  return { part: "workers", run: async () => (cluster.reachable ? cluster.absence : undefined) };
}

/** A chat is started and connected. */
export function chatCheck(chat: WatchedChat, started: () => boolean): Check {
  return {
    part: chat.platform,
    async run() {
      const { connected, detail } = chat.health?.() ?? { connected: true };
      if (!started()) return detail ?? sentence("ops.not-started");
      return connected ? undefined : (detail ?? sentence("ops.not-connected"));
    },
  };
}
