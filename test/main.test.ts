import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, describe, expect, it } from "vitest";
import { loadConfig } from "../src/config.js";
import { startDreamloom } from "../src/main.js";
import { ann, FakeChat } from "./fakes/chat.js";
import { FakeEngine } from "./fakes/engine.js";
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

  it("closes the engine when a chat cannot be started", async () => {
    const engine = new FakeEngine();
    const chat = new FakeChat();
    chat.start = () => Promise.reject(new Error("The port is taken."));
    const parts = { engine: () => engine, catalogue: house, chats: [chat], logger, print: () => undefined };
    await expect(startDreamloom(loadConfig(env), parts)).rejects.toThrow("The port is taken.");
    expect(engine.closed).toBe(true);
  });
});
