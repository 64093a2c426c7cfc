/** A disk that is full, or takes nothing: people are told what is wrong, and what was accepted is not lost. */
import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, openSync, rmdirSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ChatError } from "../../src/port/chat-error.js";
import { StoreError } from "../../src/shared/store-error.js";
import { ann, ben, FakeChat, source } from "../fakes/chat.js";
import { FakeEngine, picture } from "../fakes/engine.js";
import { studio } from "../fakes/studio.js";
import { newFolder } from "../support/new-folder.js";

const FULL = /my disk is full\. The operator has to free some space/;
const UNWRITABLE = /my data folder cannot be written\. The operator has to make it writable/;

/** A disk of its own, in memory, of a few megabytes. */
function mounted(): string | undefined {
  const path = newFolder();
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=6m", "tmpfs", path]).status !== 0) {
    rmdirSync(path);
    return undefined;
  }
  return path;
}

function unmount(path: string): void {
  // Lazily: SQLite's library closes its files only when their statements are collected.
  execFileSync("umount", ["--lazy", path]);
  rmdirSync(path);
}

function mayMount(): boolean {
  const path = mounted();
  if (path === undefined) return false;
  unmount(path);
  return true;
}

/** Takes all the space that is left. Returns what gives it back. */
function fill(path: string): () => void {
  const filler = join(path, "filler");
  const file = openSync(filler, "w");
  for (let size = 1 << 20; size >= 1; ) {
    try {
      writeSync(file, new Uint8Array(size));
    } catch {
      size >>= 1;
    }
  }
  closeSync(file);
  return () => rmSync(filler);
}

const finals = (chat: FakeChat) =>
  chat.messages.filter(({ content }) => content.text.includes("Your picture is ready"));

describe("a disk that is really full", () => {
  it.skipIf(!mayMount())(
    "refuses new jobs in a sentence, loses none that was accepted, and goes on with space (skipped: run as root)",
    async () => {
      const disk = mounted() ?? expect.fail("mount");
      onTestFinished(() => unmount(disk));
      const dir = join(disk, "data");
      const chat = new FakeChat();
      const { engine, repository: jobs, queue, store, quiet, close } = await studio({ chat, dir });
      await chat.say(ann, "/dream octaves:2 seed:1 picture:none");
      await chat.say(ben, "/dream octaves:2 seed:2 picture:none");
      const run = await engine.next();
      const [first, second] = queue.positions().map(({ job }) => job.id);
      if (!first || !second) throw new Error("Two jobs were accepted.");

      const free = fill(disk);
      const photo = source(await picture(200, 100));
      await chat.say(ann, "/dream octaves:1 picture:none");
      await chat.say(ann, "/dream octaves:1", { attachments: [photo] });
      await chat.say(ann, "/style add name:rust emoji:🍂", { attachments: [photo] });
      await chat.say(ann, "/stylize", { attachments: [photo] });
      await expect
        .poll(() => chat.ephemeral.map(({ text }) => text))
        .toEqual(Array(4).fill(expect.stringMatching(FULL)));
      expect(queue.positions()).toHaveLength(2);
      await run.octave(1);
      await run.finish();
      await (await engine.next()).finish();
      await quiet();
      // Both pictures are in the chat, although the disk has not taken them.
      expect(finals(chat)).toHaveLength(2);
      expect(store.jobs.unfinished().map(({ id }) => id)).toEqual([first, second]);

      free();
      await chat.say(ann, "/dream octaves:1 seed:3", { attachments: [photo] });
      await (await engine.next()).finish();
      await quiet();
      expect(finals(chat)).toHaveLength(3);
      // What the disk had not taken was written with the next job: nothing is painted again after a restart.
      for (const id of [first, second]) {
        await expect.poll(() => store.jobs.get(id)?.state).toBe("done");
        expect((await jobs.result(id))?.bytes.byteLength).toBeGreaterThan(0);
      }
      await close();
      const next = await studio({ dir, engine: new FakeEngine() });
      expect([next.store.jobs.unfinished(), next.store.jobs.unnotified()]).toEqual([[], []]);
    },
  );
});

describe("a data folder that takes nothing", () => {
  const refuse = () =>
    new StoreError("unwritable", {
      message: "The data folder /secret/place cannot be written (EROFS): make it writable.",
    });

  it.each(["/dream picture:none", "/settings art:on", "/style rename rust to:dust"])(
    "is told to the person who writes %s",
    async (line) => {
      const { chat, store, repository: jobs, app } = await studio();
      await store.styles.add(
        {
          platform: "fake",
          community: "club",
          name: "rust",
          emoji: "🍂",
          author: { id: "ann", name: "Ann" },
          picture: { bytes: await picture() },
        },
        { perCommunity: 5, perPerson: 5 },
      );
      jobs.add = () => Promise.reject(refuse());
      const broken = () => {
        throw refuse();
      };
      Object.assign(store.settings, { set: broken });
      Object.assign(store.styles, { rename: broken });
      await chat.say({ ...ann, moderator: true }, line);
      await expect.poll(() => chat.ephemeral.map(({ text }) => text)).toEqual([expect.stringMatching(UNWRITABLE)]);
      expect(chat.ephemeral[0]?.text).not.toContain("/secret");
      expect(app.queue.positions()).toEqual([]);
    },
  );

  it("calls no result lost that still waits for the disk, and posts it once", async () => {
    const { chat, engine, repository: jobs, app, quiet, store } = await studio();
    const keepResult = jobs.keepResult.bind(jobs);
    // There is space for a row, and none for a picture. The web chat's pictures are on the same disk.
    jobs.keepResult = () => Promise.reject(refuse());
    const untold = vi.spyOn(app.queue, "untold");
    await chat.say(ann, "/dream octaves:1 picture:none");
    const run = await engine.next();
    const [{ job } = expect.fail()] = app.queue.positions();
    chat.fault = (call, { content }) =>
      content?.text.includes("Your picture is ready")
        ? new ChatError("unavailable", { message: `The disk is full (${call}).` })
        : undefined;
    await run.finish();
    await quiet();
    await chat.until(() => app.debts.count("fake") > 0, "something that is owed");
    await expect.poll(() => untold.mock.results.length).toBeGreaterThan(1);
    expect(await untold.mock.results[0]?.value).toBe("unwritten");
    expect([store.jobs.get(job.id)?.state, finals(chat)]).toEqual(["running", []]);
    jobs.keepResult = keepResult;
    chat.fault = () => undefined;
    await chat.say(ben, "/dream octaves:1 picture:none");
    await (await engine.next()).finish();
    await chat.until(() => store.jobs.unnotified().length === 0 && finals(chat).length === 2, "both pictures");
    await quiet();
    expect(store.jobs.get(job.id)?.state).toBe("done");
    expect((await jobs.result(job.id))?.bytes.byteLength).toBeGreaterThan(0);
  });

  it("keeps what it could not write until it can, without writing old news over new", async () => {
    const {
      chat,
      engine,
      repository: jobs,
      quiet,
      store,
    } = await studio({ engine: new FakeEngine({ automatic: true }) });
    const update = jobs.update.bind(jobs);
    let failures = 0;
    jobs.update = (id, change) => (failures++ < 3 ? Promise.reject(refuse()) : update(id, change));
    await chat.say(ann, "/dream octaves:1 picture:none");
    await quiet();
    expect([failures > 3, engine.runs.length]).toEqual([true, 1]);
    expect([store.jobs.unfinished(), store.jobs.unnotified()]).toEqual([[], []]);
    expect(finals(chat)).toHaveLength(1);
  });
});
