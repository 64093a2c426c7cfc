import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { startDreamloom } from "../../src/app/application.js";
import { jobStory } from "../../src/app/job-story.js";
import { loadConfig } from "../../src/app/settings/load-settings.js";
import type { WireSearch } from "../../src/bots/web/wire.js";
import { backUp } from "../../src/store/backup.js";
import { openStore } from "../../src/store/open.js";
import { Visitor } from "../bots/web/harness.js";
import { FakeEngine } from "../fakes/engine.js";
import { newFolder } from "../support/new-folder.js";
import { waitFor } from "../support/wait-for.js";

/**
 * The data folder of a program of commit 468c72b (24 November 2026), which dreamt the sample photo in the web chat with
 * ResNet50, began a second dream, took a third one in, and was stopped.
 */
const OLD = fileURLToPath(new URL("./data-468c72b", import.meta.url));
const [DONE, BEGUN] = ["XQFEQGNF", "DCY9DWTE"];

const configOf = (dir: string) =>
  loadConfig({ DATA_DIR: dir, WEB_PORT: "0", OPS_PORT: "0", QUEUE_SHUTDOWN_SECONDS: "0.1" });

/** Today's program in a data folder, with a visitor of its page. */
async function start(dir: string) {
  const engine = new FakeEngine();
  const logger = pino({ level: "silent" });
  const running = await startDreamloom(configOf(dir), { engine: () => engine, logger, print: () => undefined });
  onTestFinished(() => running.stop());
  const visitor = await Visitor.enter({ address: running.address ?? "" });
  const texts = async () => (await visitor.page()).messages.map(({ text }) => text);
  return { engine, running, visitor, texts };
}

describe("a data folder of an earlier version", () => {
  it("is brought up to date: messages and pictures are there, and unfinished jobs go on", async () => {
    const dir = join(newFolder(), "data");
    cpSync(OLD, dir, { recursive: true });
    const { engine, running, visitor, texts } = await start(dir);
    const about = (await texts()).find((text) => text.includes(`job \`${DONE}\``) && text.includes("Done in 2.7 s"));
    expect(about).toContain("/dream look:creatures size:128 octaves:2");
    const { messages } = await visitor.page();
    const shown = messages.flatMap(({ pictures }) => pictures).find(({ name }) => name === `dream-${DONE}.png`);
    const file = await visitor.request("GET", shown?.url ?? "");
    const picture = join(OLD, "images", "d9", "d955ac9cb02b8674b2fba51644a9eacf56c00c8457ab1d7a59006c4f65ded098");
    expect(Buffer.from(await file.arrayBuffer()).equals(readFileSync(picture))).toBe(true);
    // In the order in which they came, the one that had been begun first.
    const second = await engine.next();
    expect([second.request.job, second.request.params.seed]).toEqual([BEGUN, 4]);
    await second.finish();
    const third = await engine.next();
    expect(third.request.params).toMatchObject({ seed: 5, size: 96 });
    await third.finish();
    await waitFor(async () => expect((await texts()).filter((text) => text.includes("Done in"))).toHaveLength(3));
    await running.stop();
    const store = openStore({ dir });
    const jobs = [DONE, BEGUN, third.request.job ?? ""].map((id) => store.jobs.get(id));
    expect(jobs.map((job) => [job?.state, job?.picture !== undefined])).toEqual(Array(3).fill(["done", true]));
    await store.close();
    const story = await jobStory(configOf(dir), DONE, join(newFolder(), "no.log")).catch(
      (error: Error) => error.message,
    );
    expect(story).toMatch(/^The log .*no\.log cannot be read: ENOENT/);
  });

  it("has works that are found by the titles that they are shown with", async () => {
    const dir = join(newFolder(), "data");
    cpSync(OLD, dir, { recursive: true });
    const { visitor } = await start(dir);
    const get = async (path: string) => (await visitor.request("GET", path)).json() as Promise<Partial<WireSearch>>;
    const [{ title = "", job = "" } = {}] = (await get("/api/gallery?by=date")).works ?? [];
    expect([title, job]).toEqual(["Dream of creatures", DONE]);
    for (const said of [title, "/dream look:creatures size:128", DONE])
      await waitFor(async () => {
        const path = encodeURIComponent(said);
        const [gallery, all] = [await get(`/api/gallery?by=date&words=${path}`), await get(`/api/search?q=${path}`)];
        expect([gallery, all].map(({ works = [] }) => works.map((work) => work.job))).toEqual([[DONE], [DONE]]);
      });
  });

  it("is backed up after that, and a program that starts from the backup has all of it", async () => {
    const dir = join(newFolder(), "data");
    cpSync(OLD, dir, { recursive: true });
    const first = await start(dir);
    const before = await first.texts();
    const target = join(newFolder(), "copy");
    expect(await backUp(dir, target)).toMatchObject({ databases: ["dreamloom.sqlite", "web-chat.sqlite"], kept: 0 });
    await first.running.stop();
    const restored = await start(target);
    // What is said of jobs that go on may have changed since.
    expect(await restored.texts()).toEqual(before.map((text) => (text.includes(DONE) ? text : expect.any(String))));
    expect((await restored.engine.next()).request.job).toBe(BEGUN);
  });
});
