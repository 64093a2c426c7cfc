/** Processes are killed at random moments: every accepted job ends exactly once, as seen in the chat. */
import { randomUUID } from "node:crypto";
import { readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { decode } from "../../src/engine/images/codec.js";
import { random, randomInteger } from "../../src/engine/images/random.js";
import { cameraFilm, filmFile } from "../support/film.js";
import { newFolder } from "../support/new-folder.js";
import { drawn } from "../support/pictures.js";
import { writeTinyNetwork } from "../support/tiny-network.js";
import { counted, open, shown, shuffled } from "./count.js";
import { World, type WorldOptions } from "./world.js";

const STUB = fileURLToPath(new URL("./stub-worker.mjs", import.meta.url));
/** Jobs that run side by side. */
const CONCURRENCY = 4;

function world(options: Omit<WorldOptions, "dir"> = {}): { world: World; dir: string } {
  const dir = newFolder();
  const made = new World({ dir, ...options });
  onTestFinished(async () => {
    await made.stop();
  });
  made.run();
  return { world: made, dir };
}

describe("killed at random moments", () => {
  it("loses and doubles none of 200 jobs: the bots, the engine and both are killed again and again", {
    timeout: 900_000,
  }, async () => {
    const next = random(20_260_105);
    const picture = await drawn(40, 30);
    const made = world({ worker: STUB, env: { ENGINE_CONCURRENCY: String(CONCURRENCY) } });
    const jobs = 200;
    let sent = 0;
    // Starting the bots takes longest, so the engine alone is killed more often.
    const times = { bots: 5, both: 4, engine: 9 };
    const plan = shuffled(
      (["bots", "both", "engine"] as const).flatMap((what) => Array.from({ length: times[what] }, () => what)),
      next,
    );
    const kills = { bots: 0, engine: 0, both: 0 };
    const killing = (async () => {
      for (const what of plan) {
        const before = made.world.messages.length;
        await made.world.until(() => made.world.messages.length > before, "a message after a kill");
        // Soon after something was said, while the next thing is under way; or after any other time.
        await delay(next() < 0.3 ? randomInteger(next, 0, 50) : randomInteger(next, 100, 900));
        kills[what]++;
        made.world.kill(what);
      }
    })();
    // What goes wrong here must be seen although it is waited for much later.
    killing.catch(() => undefined);
    const killed = () => Object.values(kills).reduce((a, b) => a + b) === plan.length;
    // While there are kills to come there are jobs to be hit.
    while (made.world.keyed("announcement").size < jobs || !killed()) {
      if (
        open(made.world).length < 8 &&
        made.world.unanswered < 4 &&
        made.world.say(
          `p${sent % 20}`,
          `size:64 octaves:4 seed:1${sent % 2 === 0 ? "" : " picture:none"}`,
          sent % 2 === 0 ? picture : undefined,
        )
      )
        sent++;
      await delay(10);
    }
    await killing;
    const ends = made.world.until(() => open(made.world).length === 0, "every job's end");
    await ends.catch((error: unknown) => {
      throw new Error(shown(made.world, open(made.world)), { cause: error });
    });
    const code = await made.world.stop();
    const count = counted(made.world, made.dir);
    process.stdout.write(`kills ${JSON.stringify(kills)}, starts ${made.world.starts}, ${JSON.stringify(count)}\n`);
    expect(code).toBe(0);
    expect(count).toMatchObject({ unfinished: 0, owed: 0, lost: 0, doubled: 0 });
    // One under which the engine died again and again without its getting ahead is given up, which is told as well: all
    // four that run side by side at once, where the kills come so.
    expect(count.failed).toBeLessThan(2 * CONCURRENCY);
    expect(count.announced).toBeGreaterThanOrEqual(jobs);
    expect(count.jobs + count.failed).toBe(count.announced);
    expect(made.world.keyed("resumed").size).toBeGreaterThan(2);
  });

  it("finishes real pictures, and the same ones as without kills", { timeout: 600_000 }, async () => {
    const network = await writeTinyNetwork();
    const picture = await drawn(96, 72);
    const made = world({
      network,
      env: { ENGINE_RUNTIME: "cpu", ENGINE_THREADS: "1", MODELS_DIR: join(tmpdir(), "dreamloom-none") },
    });
    const { world: chat } = made;
    const line = `network:"${network}" layers:corners size:160 octaves:4 octave-scale:1.3 steps:20 seed:7`;
    await chat.until(() => chat.say("ann", line, picture), "a program that hears");
    await chat.until(() => chat.keyed("final").size === 1 || chat.ephemeral.length > 0, "the first picture");
    const jobs = 6;
    for (let count = 2; count <= jobs; count++) {
      chat.say("ann", line, picture);
      await chat.until(() => chat.keyed("announcement").size === count || chat.ephemeral.length > 0, "an answer");
    }
    expect(chat.ephemeral).toEqual([]);
    const octaves = () => chat.messages.filter(({ key }) => key?.includes(" octave ")).length;
    for (const what of ["engine", "bots", "both", "bots"] as const) {
      const before = octaves();
      await chat.until(() => octaves() > before, "a frame");
      expect(chat.keyed("final").size).toBeLessThan(jobs);
      chat.kill(what);
    }
    await chat.until(() => chat.keyed("final").size === jobs, "every final picture");
    await chat.stop();
    expect(counted(chat, made.dir)).toMatchObject({
      jobs,
      unfinished: 0,
      owed: 0,
      failed: 0,
      lost: 0,
      doubled: 0,
      different: 1,
    });
  });

  it("goes on with a film from its last frames, makes the same one as without kills, and leaves no file", {
    timeout: 600_000,
  }, async () => {
    const network = await writeTinyNetwork();
    const scratch = newFolder();
    const frames = 12;
    const sources = cameraFilm(await decode(await drawn(96, 72)), frames, 64);
    const film = await filmFile(sources, Array(frames).fill(80), { format: "webp" });
    /** Kills to come: what, and as soon as the chat shows which frame. */
    const plan: { what: "engine" | "bots" | "both"; frame: number }[] = [];
    /** What was killed, the frame that was shown then, and the first one that was shown afterwards. */
    const kills: { what: string; shown: number; next?: number }[] = [];
    const { world: chat, dir } = world({
      network,
      env: {
        ENGINE_RUNTIME: "cpu",
        ENGINE_THREADS: "1",
        MODELS_DIR: join(tmpdir(), "dreamloom-none"),
        TMPDIR: scratch,
      },
      onEdit(_message, { progress }) {
        const shown = Number(/^Frame (\d+) of 12$/.exec(progress?.label ?? "")?.[1] ?? Number.NaN);
        if (Number.isNaN(shown)) return;
        const last = kills.at(-1);
        if (last) last.next ??= shown;
        const [next] = plan;
        if (!next || shown < next.frame) return;
        plan.shift();
        kills.push({ what: next.what, shown });
        chat.kill(next.what);
        // What a kill leaves of a file that was being written.
        if (next.what !== "engine") leaveHalfFile(dir);
      },
    });
    const line = `network:"${network}" layers:corners size:160 octaves:3 octave-scale:1.3 steps:30 seed:7`;
    const finals = () => chat.keyed("final").size;
    await chat.until(() => chat.say("ann", line, film), "a program that hears");
    await chat.until(() => finals() === 1 || chat.ephemeral.length > 0, "the film without kills");
    expect(chat.ephemeral).toEqual([]);
    const kept = filesIn(dir);
    plan.push({ what: "engine", frame: 3 }, { what: "bots", frame: 5 }, { what: "both", frame: 7 });
    await chat.until(() => chat.say("ann", line, film), "a program that hears");
    await chat.until(() => finals() === 2, "the film that was killed");
    await chat.stop();
    // What was made since the last checkpoint is made again, and no more.
    expect(kills.map(({ what }) => what)).toEqual(["engine", "bots", "both"]);
    for (const { what, shown, next } of kills) {
      expect(next, what).toBeGreaterThanOrEqual(shown - 2);
      expect(next, what).toBeGreaterThan(1);
    }
    expect(counted(chat, dir)).toMatchObject({
      jobs: 2,
      unfinished: 0,
      owed: 0,
      failed: 0,
      lost: 0,
      doubled: 0,
      // Byte for byte the same film.
      different: 1,
    });
    // Frames are shown in one message, and the film is posted once.
    for (const kind of ["announcement", "progress", "final"])
      expect([...chat.keyed(kind).values()].map((messages) => messages.length)).toEqual([1, 1]);
    // Neither frames nor checkpoints: the two have the same source and the same result.
    expect(readdirSync(scratch)).toEqual([]);
    expect(filesIn(dir)).toEqual(kept);
  });
});

function leaveHalfFile(dir: string): void {
  const images = join(dir, "images");
  const [folder = ""] = readdirSync(images);
  writeFileSync(join(images, folder, `.${randomUUID()}.part`), "half");
}

/** Inputs, results and checkpoints, as they are kept. */
function filesIn(dir: string): string[] {
  const entries = readdirSync(join(dir, "images"), { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [entry.name] : [])).sort();
}
