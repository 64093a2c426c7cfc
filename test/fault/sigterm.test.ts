/** The built program is asked to stop, in the middle of a real picture. */
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { describe, expect, it, onTestFinished } from "vitest";
import { openStore } from "../../src/store/open.js";
import { newFolder } from "../support/new-folder.js";
import { drawn } from "../support/pictures.js";
import { hasRedis, redisHint, startRedis } from "../support/redis.js";
import { writeTinyNetwork } from "../support/tiny-network.js";
import { counted } from "./count.js";
import { Fleet } from "./fleet.js";
import { killed, World } from "./world.js";

/** Long enough to be asked to stop in any of its octaves. */
const LINE = "layers:corners size:192 octaves:4 octave-scale:1.3 steps:60 seed:7";

const STUB = fileURLToPath(new URL("./stub-worker.mjs", import.meta.url));
/** From SIGTERM to the process's end, with the settings that ship. */
const MOST_SECONDS = 10;

/** How long the program takes to end. */
async function secondsToEnd(chat: World): Promise<{ readonly code: number | null; readonly seconds: number }> {
  const begun = performance.now();
  const code = await chat.stop();
  const seconds = (performance.now() - begun) / 1000;
  process.stdout.write(`stopped after ${seconds.toFixed(2)} s\n`);
  return { code, seconds };
}

/** A program in which one person's picture is past its second octave, and another's waits. */
async function painting(env: Readonly<Record<string, string>>) {
  const network = await writeTinyNetwork();
  const dir = newFolder();
  const settings = { ENGINE_RUNTIME: "cpu", ENGINE_THREADS: "1", MODELS_DIR: join(tmpdir(), "dreamloom-none"), ...env };
  const chat = new World({ dir, network, env: settings });
  onTestFinished(async () => {
    await chat.stop();
  });
  chat.run();
  const picture = await drawn(96, 72);
  await chat.until(() => chat.say("ann", `network:"${network}" ${LINE}`, picture), "a program that hears");
  await chat.until(() => chat.keyed("announcement").size === 1 || chat.ephemeral.length > 0, "an answer");
  chat.say("ben", `network:"${network}" layers:corners size:96 octaves:2 steps:5 seed:8`, picture);
  await chat.until(() => chat.keyed("octave 2").size === 1, "the second octave");
  expect(chat.ephemeral).toEqual([]);
  const [running = "", waiting = ""] = chat.keyed("announcement").keys();
  const repository = async () => {
    const store = openStore({ dir });
    const jobs = [running, waiting].map((id) => store.jobs.get(id));
    const checkpoint = await store.jobs.checkpoint(running);
    await store.close();
    return {
      states: jobs.map((job) => job?.state),
      attempts: jobs.map((job) => job?.attempts),
      octave: checkpoint?.octave,
    };
  };
  const announcements = () => [running, waiting].map((id) => chat.keyed("announcement").get(id)?.[0]?.text ?? "");
  /** Both are finished by the next program: each octave and each final picture was shown once. */
  const goesOn = async () => {
    const before = chat.messages.length;
    chat.again();
    await chat.until(() => chat.keyed("final").size === 2, "both final pictures");
    expect(await chat.stop()).toBe(0);
    expect(counted(chat, dir)).toMatchObject({ jobs: 2, unfinished: 0, owed: 0, failed: 0, lost: 0, doubled: 0 });
    const later = chat.messages
      .slice(before)
      .flatMap(({ key }) => (key?.startsWith(running) ? key.split(" ").slice(1).join(" ") : []));
    return later.filter((key) => key.startsWith("octave"));
  };
  return { chat, repository, announcements, goesOn };
}

const ended = (pid: number | undefined) =>
  expect
    .poll(() => {
      try {
        // One whose parent does not wait for it stays listed, as a zombie.
        return readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")[2] === "Z";
      } catch {
        return pid !== undefined;
      }
    })
    .toBe(true);

describe("a program that is asked to stop", () => {
  it("suspends the running job at its last checkpoint within seconds, and both resume at the next start", async () => {
    const { chat, repository, announcements, goesOn } = await painting({ QUEUE_SHUTDOWN_SECONDS: "0.1" });
    const engine = chat.enginePid;
    const begun = performance.now();
    expect(await chat.stop()).toBe(0);
    const seconds = (performance.now() - begun) / 1000;
    process.stdout.write(`stopped after ${seconds.toFixed(2)} s, 0.1 s of it for the running job\n`);
    expect(seconds).toBeGreaterThan(0.1);
    expect(seconds).toBeLessThan(MOST_SECONDS);
    const { states, attempts, octave } = await repository();
    expect([states, attempts]).toEqual([
      ["waiting", "waiting"],
      [0, 0],
    ]);
    expect(octave).toBeGreaterThanOrEqual(2);
    for (const text of announcements()) expect(text).toContain("this resumes by itself as soon as it is back");
    await ended(engine);
    const later = await goesOn();
    expect(later).not.toContain("octave 1");
    expect(later).not.toContain("octave 2");
  });

  it("stops at once when it is asked again, and both go on at the next start all the same", async () => {
    const { chat, repository, announcements, goesOn } = await painting({ QUEUE_SHUTDOWN_SECONDS: "600" });
    const engine = chat.enginePid;
    const first = chat.stop();
    await chat.until(() => announcements()[1]?.includes("resumes by itself") === true, "word that it stops");
    expect(await chat.stop()).toBe(143);
    await first;
    const { states, octave } = await repository();
    expect(states).toEqual(["running", "waiting"]);
    // The second octave's may have been on its way to the disk.
    expect(octave).toBeGreaterThanOrEqual(1);
    await ended(engine);
    expect(await goesOn()).not.toContain("octave 1");
  });

  it("ends within ten seconds while its chat answers nothing, and loses nothing by it", async () => {
    const { chat, goesOn } = await painting({ QUEUE_SHUTDOWN_SECONDS: "5" });
    const engine = chat.enginePid;
    chat.silent = true;
    const { code, seconds } = await secondsToEnd(chat);
    expect(code).toBe(0);
    expect(seconds).toBeLessThan(MOST_SECONDS);
    await ended(engine);
    chat.silent = false;
    await goesOn();
  });

  it("ends within ten seconds while its engine is stuck", async () => {
    const { chat, repository } = await painting({ QUEUE_SHUTDOWN_SECONDS: "5" });
    const engine = chat.enginePid ?? 0;
    process.kill(engine, "SIGSTOP");
    onTestFinished(() => killed(engine));
    const { code, seconds } = await secondsToEnd(chat);
    expect(code).toBe(0);
    expect(seconds).toBeLessThan(MOST_SECONDS);
    await ended(engine);
    expect((await repository()).states[1]).toBe("waiting");
  });
});

describe.skipIf(!hasRedis)(`a program whose Redis fails (${redisHint})`, () => {
  const TROUBLES: Readonly<Record<string, (client: Redis) => Promise<unknown>>> = {
    "is full": (client) => client.config("SET", "maxmemory", "1"),
    "has become a replica": (client) => client.replicaof("127.0.0.1", "1"),
    "denies all rights": (client) => client.acl("SETUSER", "default", "-@all"),
    // The answer comes when it is over.
    "does not answer": async (client) => void client.call("DEBUG", "SLEEP", "60").catch(() => undefined),
  };

  it.each(Object.entries(TROUBLES))("ends within ten seconds where it %s", async (_what, fail) => {
    const redis = await startRedis({ options: ["--enable-debug-command", "yes"] });
    const client = new Redis(redis.url).on("error", () => undefined);
    const dir = newFolder();
    const settings = { REDIS_URL: redis.url, CLUSTER_HEARTBEAT_SECONDS: "0.1" };
    const fleet = new Fleet({ ...settings, FAULT_ENGINE: STUB });
    const chat = new World({ dir, env: settings });
    onTestFinished(async () => {
      await Promise.all([chat.stop(), fleet.stop()]);
      client.disconnect();
      await redis.stop();
    });
    chat.run();
    await fleet.run(1);
    await chat.until(() => chat.say("ann", "size:64 octaves:4 seed:1 picture:none"), "a program that hears");
    await chat.until(() => chat.keyed("final").size === 1, "a picture");
    await fail(client);
    const { code, seconds } = await secondsToEnd(chat);
    expect(code).toBe(0);
    expect(seconds).toBeLessThan(MOST_SECONDS);
  });
});
