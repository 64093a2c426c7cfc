import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { startDreamloom } from "../../src/app/application.js";
import { loadConfig } from "../../src/app/settings/load-settings.js";
import { WebChat } from "../../src/bots/web/chat.js";
import { openStore } from "../../src/store/open.js";
import { ann, FakeChat, source } from "../fakes/chat.js";
import { FakeEngine, picture } from "../fakes/engine.js";
import { botOptions } from "../fakes/studio.js";
import { newFolder } from "../support/new-folder.js";
import { waitFor } from "../support/wait-for.js";

const folder = newFolder();
const logger = pino({ level: "silent" });
const env = { DATA_DIR: folder, WEB_PORT: "0", OPS_PORT: "0", QUEUE_SHUTDOWN_SECONDS: "0.1" };

describe("the whole program", () => {
  it("serves the web chat, says where it is, and stops", async () => {
    const engine = new FakeEngine();
    const lines: string[] = [];
    const running = await startDreamloom(loadConfig(env), {
      engine: () => engine,
      catalogue: botOptions,
      logger,
      print: (line) => lines.push(line),
    });
    expect(running.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(lines).toEqual([`Dreamloom is ready: open ${running.address} and write /dream. Ctrl+C stops it.`]);
    // Without a built front end the page only says how to build it; either way somebody answers.
    expect((await fetch(`${running.address}/`)).status).toBeOneOf([200, 503]);
    await Promise.all([running.stop(), running.stop()]);
    expect(engine.closed).toBe(true);
    await expect(fetch(`${running.address}/`)).rejects.toThrow();
  });

  it("tells running and waiting jobs that it stops, and goes on with them at the next start", async () => {
    const engine = new FakeEngine();
    const chat = new FakeChat();
    const running = await startDreamloom(loadConfig(env), {
      engine: () => engine,
      catalogue: botOptions,
      chats: [chat],
      logger,
      print: () => undefined,
    });
    await chat.say(ann, "/dream picture:none");
    await chat.say(ann, "/dream picture:none");
    await engine.next();
    await running.stop();
    const said = chat.in("channel").map((message) => message.content.text);
    expect(said).toHaveLength(2);
    for (const text of said) expect(text).toContain("Dreamloom is being restarted; this resumes by itself");
    expect(engine.closed).toBe(true);

    const next = new FakeEngine({ automatic: true });
    const parts = { engine: () => next, catalogue: botOptions, chats: [chat], logger, print: () => undefined };
    const after = await startDreamloom(loadConfig(env), parts);
    for (const _job of said)
      await chat.until(() => chat.in("channel").every(({ content }) => content.text.includes("Done in")));
    expect(chat.in("channel")).toHaveLength(2);
    const texts = chat.in("thread").map(({ content }) => content.text);
    expect(texts.filter((text) => text.startsWith("Your picture is ready"))).toHaveLength(2);
    expect(texts.filter((text) => text.startsWith("Dreamloom was restarted"))).toHaveLength(1);
    await after.stop();
  });

  it("makes a job again whose button was pressed after a restart", async () => {
    const dir = newFolder();
    const chat = new FakeChat();
    const run = async (engine: FakeEngine) =>
      startDreamloom(loadConfig({ ...env, DATA_DIR: dir }), {
        engine: () => engine,
        catalogue: botOptions,
        chats: [chat],
        logger,
        print: () => undefined,
      });
    const engine = new FakeEngine();
    const before = await run(engine);
    const photo = await picture(64, 48);
    await chat.say(ann, "/dream size:256 seed:7", { attachments: [source(photo)] });
    expect(chat.ephemeral).toEqual([]);
    const first = await engine.next();
    await first.finish();
    const ended = await chat.until(() => chat.in("channel").find(({ content }) => content.text.includes("Done in")));
    await before.stop();

    const next = new FakeEngine();
    const after = await run(next);
    await chat.press(ann, ended, "again");
    const second = await next.next();
    expect(second.request.params).toEqual({ ...first.request.params, seed: expect.any(Number) });
    expect(Buffer.from(second.request.pictures.image ?? []).equals(photo)).toBe(true);
    await after.stop();
  });

  it("takes up again what a kill has interrupted, and shows it although nothing of it had been posted", async () => {
    const dir = newFolder();
    const crashed = openStore({ dir });
    const place = { platform: "fake", community: "club", id: "art" };
    await crashed.jobs.add(
      {
        id: "7KQ4M9XA",
        channel: place,
        author: { id: ann.id, name: ann.name },
        recipe: "dream",
        params: {},
        pictures: [],
        cost: 1,
        costKey: "dream",
        priority: 0,
        state: "running",
        attempts: 1,
        createdAt: 1,
        messages: { frames: [] },
      },
      {},
    );
    await crashed.close();
    const engine = new FakeEngine({ automatic: true });
    const chat = new FakeChat();
    const parts = { engine: () => engine, catalogue: botOptions, chats: [chat], logger, print: () => undefined };
    const running = await startDreamloom(loadConfig({ ...env, DATA_DIR: dir }), parts);
    await chat.until(() => chat.in("channel").some(({ content }) => content.text.includes("Done in")));
    await running.stop();
    expect(chat.in("channel")).toHaveLength(1);
    expect(chat.in("thread").map(({ key }) => key)).toEqual([
      ...["progress", "octave 1", "octave 2", "octave 3", "octave 4", "final"].map((what) => `7KQ4M9XA ${what}`),
    ]);
    const store = openStore({ dir });
    expect(store.jobs.get("7KQ4M9XA")).toMatchObject({ state: "done", unnotified: false, attempts: 1 });
    await store.close();
  });

  it("closes the engine when a chat cannot be started", async () => {
    const engine = new FakeEngine();
    const chat = new FakeChat();
    chat.start = () => Promise.reject(new Error("The port is taken."));
    const parts = { engine: () => engine, catalogue: botOptions, chats: [chat], logger, print: () => undefined };
    await expect(startDreamloom(loadConfig(env), parts)).rejects.toThrow("The port is taken.");
    expect(engine.closed).toBe(true);
  });

  it("serves the other chats while the web chat's file is damaged, and the web chat once it is mended", async () => {
    const dir = newFolder();
    const file = join(dir, "web-chat.sqlite");
    writeFileSync(file, "no database, although it is long enough to be one. ".repeat(100));
    const web = new WebChat({ dataDir: dir, logger, port: 0 });
    const chat = new FakeChat();
    const parts = { engine: () => new FakeEngine(), catalogue: botOptions, logger, print: () => undefined };
    const config = loadConfig({ ...env, DATA_DIR: dir });
    const running = await startDreamloom(config, { ...parts, chats: [web, chat], retryMs: 20 });
    expect(running.address).toBeUndefined();
    await chat.say(ann, "/help");
    expect(chat.ephemeral).toHaveLength(1);
    expect(web.health().detail).toContain(`The database ${file} is damaged`);
    rmSync(file);
    await waitFor(() => expect(web.health()).toEqual({ connected: true }));
    await running.stop();

    // Alone it has nothing to wait for: its operator is at the terminal.
    writeFileSync(file, "no database, although it is long enough to be one. ".repeat(100));
    rmSync(`${file}-wal`, { force: true });
    await expect(startDreamloom(config, { ...parts, chats: [web] })).rejects.toThrow(`The database ${file} is damaged`);
  });
});
