import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, describe, expect, it } from "vitest";
import { loadConfig } from "../src/config.js";
import { startDreamloom } from "../src/main.js";
import { openStore } from "../src/store/open.js";
import { ann, FakeChat, source } from "./fakes/chat.js";
import { FakeEngine, picture } from "./fakes/engine.js";
import { house } from "./fakes/studio.js";

const folder = mkdtempSync(join(tmpdir(), "dreamloom-main-"));
afterAll(() => rmSync(folder, { recursive: true }));
const logger = pino({ level: "silent" });
const env = { DATA_DIR: folder, WEB_PORT: "0", QUEUE_SHUTDOWN_SECONDS: "0.1" };

describe("the whole program", () => {
  it("serves the web chat, says where it is, and stops", async () => {
    const engine = new FakeEngine();
    const lines: string[] = [];
    const running = await startDreamloom(loadConfig(env), {
      engine: () => engine,
      catalogue: house,
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

  it("tells running and waiting jobs that it stops", async () => {
    const engine = new FakeEngine();
    const chat = new FakeChat();
    const running = await startDreamloom(loadConfig(env), {
      engine: () => engine,
      catalogue: house,
      chats: [chat],
      logger,
      print: () => undefined,
    });
    await chat.say(ann, "/dream");
    await chat.say(ann, "/dream");
    await engine.next();
    await running.stop();
    const said = chat.in("channel").map((message) => message.content.text);
    expect(said).toHaveLength(2);
    for (const text of said) expect(text).toContain("Dreamloom is being shut down");
    expect(engine.closed).toBe(true);
  });

  it("makes a job again whose button was pressed after a restart", async () => {
    const dir = mkdtempSync(join(folder, "again-"));
    const chat = new FakeChat();
    const run = async (engine: FakeEngine) =>
      startDreamloom(loadConfig({ ...env, DATA_DIR: dir }), {
        ...{ engine: () => engine, catalogue: house, chats: [chat], logger, print: () => undefined },
      });
    const engine = new FakeEngine();
    const before = await run(engine);
    const photo = await picture(64, 48);
    await chat.say(ann, "/dream size:256 seed:7", { attachments: [source(photo)] });
    expect(chat.whispers).toEqual([]);
    const first = await engine.next();
    await before.stop();
    const [ended] = chat.in("channel");
    expect(ended?.content.text).toContain("shut down");

    const next = new FakeEngine();
    const after = await run(next);
    if (ended) await chat.press(ann, ended, "again");
    const second = await next.next();
    expect(second.request.params).toEqual({ ...first.request.params, seed: expect.any(Number) });
    expect(Buffer.from(second.request.pictures.image ?? []).equals(photo)).toBe(true);
    await after.stop();
  });

  it("ends jobs that a crash has interrupted, so that they can be made again", async () => {
    const dir = mkdtempSync(join(folder, "crash-"));
    const crashed = openStore({ dir });
    const place = { platform: "fake", community: "club", channel: "art" };
    await crashed.jobs.add(
      {
        ...{ id: "7KQ4M9XA", place, author: { id: ann.id, name: ann.name }, recipe: "dream", params: {}, pictures: [] },
        ...{ work: 1, pace: "dream", priority: 0, state: "running", attempts: 1, createdAt: 1, messages: { frames: [] } },
      },
      {},
    );
    await crashed.close();
    const engine = new FakeEngine();
    const parts = { engine: () => engine, catalogue: house, chats: [new FakeChat()], logger, print: () => undefined };
    const running = await startDreamloom(loadConfig({ ...env, DATA_DIR: dir }), parts);
    await running.stop();
    const store = openStore({ dir });
    expect(store.jobs.get("7KQ4M9XA")).toMatchObject({ state: "failed", failure: { kind: "interrupted" } });
    await store.close();
  });

  it("closes the engine when a chat cannot be started", async () => {
    const engine = new FakeEngine();
    const chat = new FakeChat();
    chat.start = () => Promise.reject(new Error("The port is taken."));
    const parts = { engine: () => engine, catalogue: house, chats: [chat], logger, print: () => undefined };
    await expect(startDreamloom(loadConfig(env), parts)).rejects.toThrow("The port is taken.");
    expect(engine.closed).toBe(true);
  });
});
