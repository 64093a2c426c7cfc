import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { random } from "../../../src/engine/images/random.js";
import { ClusterQueue } from "../../../src/queue/cluster/cluster-queue.js";
import { Estimator } from "../../../src/queue/estimator.js";
import { MemoryJobRepository } from "../../fakes/memory-repository.js";
import type { DiaryLine } from "../../fakes/stub-engine.js";
import { newFolder } from "../../support/new-folder.js";
import { hasRedis, redisHint, startRedis } from "../../support/redis.js";
import { endProcess, startWorkerProcess } from "../../support/worker-processes.js";
import { ask } from "../queue.contract.js";
import { clusterSettings } from "./harness.js";

const JOBS = 120;
const WORKERS = 4;
const SLOTS = 2;
/** A run says something at least this often, in milliseconds; a machine under load is given this much more. */
const OCTAVE_MS = 100;

/** Runs of one job that overlap: the later one had begun before the earlier one said its last word. */
function overlaps(lines: readonly DiaryLine[]): string[] {
  const runs: DiaryLine[][] = [];
  for (const line of lines) {
    const run = runs.find(([first]) => first?.pid === line.pid && first.job === line.job && line.what !== "begin");
    if (run && line.what !== "begin") run.push(line);
    else runs.unshift([line]);
  }
  return runs.flatMap((run) => {
    const [first, last] = [run[0], run.at(-1)];
    if (!first || !last) return [];
    const later = runs.find(
      (other) => other !== run && other[0]?.job === first.job && other[0].at > first.at && other[0].at < last.at,
    );
    return later ? [`${first.job}: ${first.pid} until ${last.at}, ${later[0]?.pid} from ${later[0]?.at}`] : [];
  });
}

describe.skipIf(!hasRedis)(`four worker processes on one Redis (${redisHint})`, () => {
  it("lose no job and end none twice while workers are killed and Redis is restarted, nor the bots", async () => {
    const redis = await startRedis();
    const folder = newFolder();
    const workers: ChildProcess[] = [];
    onTestFinished(async () => {
      await Promise.all(workers.map((worker) => endProcess(worker, "SIGKILL")));
      await redis.stop();
    });
    const cluster = clusterSettings(redis.url, { lockSeconds: 2, heartbeatSeconds: 0.2 });
    const settings = { cluster, slots: SLOTS, diary: join(folder, "diary") };
    workers.push(...(await Promise.all(Array.from({ length: WORKERS }, () => startWorkerProcess(settings)))));

    const repository = new MemoryJobRepository();
    const ends = new Map<string, string[]>();
    const open = (): ClusterQueue => {
      const limits = { length: 1000, waitingPerPerson: 1000, perHourPerPerson: 1000 };
      const common = {
        repository,
        estimator: new Estimator({}),
        limits,
        jobSeconds: 60,
        logger: pino({ level: "silent" }),
      };
      const queue = new ClusterQueue({ ...common, cluster });
      const note = (id: string, end: string) => ends.set(id, [...(ends.get(id) ?? []), end]);
      queue.on("done", ({ id }, { picture }) => {
        note(id, new TextDecoder().decode(picture) === `picture of ${id}` ? "done" : "wrong picture");
        void queue.markNotified(id);
      });
      queue.on("failed", ({ id }, failure) => note(id, `failed: ${failure.message}`));
      queue.on("cancelled", ({ id }) => note(id, "cancelled"));
      return queue;
    };
    let queue = open();
    onTestFinished(() => queue.close(0));
    const ids: string[] = [];
    const submit = async () => {
      const request = ask(`p${ids.length % 10}`, {
        params: { octaves: 4, octaveMs: OCTAVE_MS },
        pictures: { image: new Uint8Array(2000) },
      });
      ids.push((await queue.submit(request)).id);
    };
    while (ids.length < JOBS) await submit();

    const next = random(20);
    const pick = (count: number) => Math.floor(next() * count);
    for (let fault = 0; fault < 7; fault++) {
      await delay(300 + pick(500));
      if (fault === 0) {
        await queue.close(0);
        queue = open();
        await queue.recover(() => undefined);
      } else if (fault === 1) {
        // While many jobs have yet to be done, however fast they are.
        while (ids.length - ends.size < JOBS / 2) await submit();
        // Nothing is kept: what was in Redis is gone. The bots that had sent it must find out.
        await redis.kill();
        await redis.start();
      } else {
        const index = pick(workers.length);
        const [victim] = workers.splice(index, 1);
        if (victim) await endProcess(victim, fault === 5 ? "SIGTERM" : "SIGKILL");
        workers.push(await startWorkerProcess(settings));
      }
    }
    await expect.poll(() => ends.size, { timeout: 200_000, interval: 100 }).toBe(ids.length);
    expect(ids.map((id) => ends.get(id))).toEqual(ids.map(() => ["done"]));
    expect(await repository.unfinished()).toEqual([]);
    const lines = readFileSync(settings.diary, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as DiaryLine);
    // The faults have hit: some jobs were begun again, and some of those in the middle.
    const begun = lines.filter(({ what }) => what === "begin");
    expect(begun.length).toBeGreaterThan(ids.length);
    expect(begun.some(({ octave }) => octave > 0)).toBe(true);
    expect(overlaps(lines)).toEqual([]);
  });
});
