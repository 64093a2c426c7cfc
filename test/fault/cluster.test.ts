/**
 * The same with workers elsewhere: bots, workers and their engines are killed at random moments, also bots and workers
 * together.
 */
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { random, randomInteger } from "../../src/engine/images/random.js";
import { newFolder } from "../support/new-folder.js";
import { drawn } from "../support/pictures.js";
import { hasRedis, redisHint, startRedis } from "../support/redis.js";
import { counted, open, shown, shuffled } from "./count.js";
import { Fleet } from "./fleet.js";
import { World } from "./world.js";

const STUB = fileURLToPath(new URL("./stub-worker.mjs", import.meta.url));
const JOBS = 100;
const WORKERS = 2;

/** A chat, bots and workers on a Redis of their own. */
async function cluster(change: Readonly<Record<string, string>>) {
  const redis = await startRedis();
  const dir = newFolder();
  const settings = { REDIS_URL: redis.url, CLUSTER_HEARTBEAT_SECONDS: "0.1", ...change };
  const fleet = new Fleet({ ...settings, FAULT_ENGINE: STUB, ENGINE_CONCURRENCY: "2" });
  const chat = new World({ dir, env: settings });
  onTestFinished(async () => {
    await Promise.all([chat.stop(), fleet.stop()]);
    await redis.stop();
  });
  chat.run();
  await fleet.run(WORKERS);
  return { chat, fleet, dir };
}

describe.skipIf(!hasRedis)(`bots and workers of a cluster (${redisHint})`, () => {
  it("lose and double no job, whichever of them are killed", { timeout: 600_000 }, async () => {
    const next = random(20_261_124);
    const picture = await drawn(40, 30);
    const { chat, fleet, dir } = await cluster({ CLUSTER_LOCK_SECONDS: "1" });
    const times = { bots: 3, worker: 4, both: 3, engine: 3 };
    const plan = shuffled(
      (["bots", "worker", "both", "engine"] as const).flatMap((what) =>
        Array.from({ length: times[what] }, () => what),
      ),
      next,
    );
    const kills = { bots: 0, worker: 0, both: 0, engine: 0 };
    const killing = (async () => {
      for (const what of plan) {
        const before = chat.messages.length;
        await chat.until(() => chat.messages.length > before, "a message after a kill");
        // Soon after something was said, while the next thing is under way; or after any other time.
        await delay(next() < 0.3 ? randomInteger(next, 0, 50) : randomInteger(next, 100, 700));
        kills[what]++;
        if (what === "both" || what === "bots") chat.kill("bots");
        if (what !== "bots") fleet.kill(what === "engine" ? "engine" : "worker", next());
      }
    })();
    // What goes wrong here must be seen although it is waited for much later.
    killing.catch(() => undefined);
    const killed = () => Object.values(kills).reduce((a, b) => a + b) === plan.length;
    let sent = 0;
    // While there are kills to come there are jobs to be hit.
    while (chat.keyed("announcement").size < JOBS || !killed()) {
      if (open(chat).length < 8 && chat.unanswered < 4) {
        const given = sent % 2 === 0;
        const line = given ? "size:64 octaves:4 seed:1" : "size:64 octaves:4 seed:1 picture:none";
        if (chat.say(`p${sent % 20}`, line, given ? picture : undefined)) sent++;
      }
      await delay(10);
    }
    await killing;
    const ends = chat.until(() => open(chat).length === 0, "every job's end");
    await ends.catch((error: unknown) => {
      throw new Error(shown(chat, open(chat)), { cause: error });
    });
    expect(await chat.stop()).toBe(0);
    const count = counted(chat, dir);
    process.stdout.write(
      `kills ${JSON.stringify(kills)}, starts ${chat.starts} and ${fleet.starts}, ${JSON.stringify(count)}\n`,
    );
    expect(count).toMatchObject({ jobs: count.announced, unfinished: 0, owed: 0, failed: 0, lost: 0, doubled: 0 });
    expect(count.announced).toBeGreaterThanOrEqual(JOBS);
    expect(chat.keyed("resumed").size).toBeGreaterThan(2);
    expect(fleet.starts).toBe(WORKERS + times.worker + times.both);
  });

  it("give a job up that kills its workers, one after the other, and finish those beside it", {
    timeout: 600_000,
  }, async () => {
    const { chat, fleet, dir } = await cluster({ CLUSTER_LOCK_SECONDS: "0.4" });
    await chat.until(() => chat.say("deadly", "size:64 octaves:4 seed:666 picture:none"), "bots that hear");
    for (let person = 0; person < 6; person++) chat.say(`p${person}`, "size:64 octaves:4 seed:1 picture:none");
    const ends = chat.until(
      () => chat.keyed("announcement").size === 7 && open(chat).length === 0,
      "every job's end",
      500,
    );
    await ends.catch((error: unknown) => {
      throw new Error(`${fleet.starts} workers\n${shown(chat, open(chat))}`, { cause: error });
    });
    const texts = [...chat.keyed("announcement").values()].map(([message]) => message?.text ?? "");
    expect(texts.filter((text) => text.includes("The painter crashed on this picture again and again"))).toHaveLength(
      1,
    );
    process.stdout.write(`${fleet.starts - WORKERS} workers died of the job\n`);
    expect(fleet.starts - WORKERS).toBeGreaterThan(2);
    expect(fleet.starts - WORKERS).toBeLessThanOrEqual(6);
    expect(await chat.stop()).toBe(0);
    expect(counted(chat, dir)).toMatchObject({ jobs: 6, unfinished: 0, owed: 0, failed: 1, lost: 0, doubled: 0 });
  });
});
