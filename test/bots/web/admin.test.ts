import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { WebChat } from "../../../src/bots/web/chat.js";
import type { ChatHandlers } from "../../../src/port/adapter.js";
import { ann, FakeChat, mod as moderator } from "../../fakes/chat.js";
import { FakeEngine } from "../../fakes/engine.js";
import { program } from "../../ops/program.js";
import { chromiumHint, hasChromium, launchChromium } from "../../support/chromium.js";
import { buildClient } from "../../support/client.js";
import { newFolder } from "../../support/new-folder.js";
import { Visitor } from "./harness.js";

const clientDir = fileURLToPath(new URL("../../../dist/test-admin-client", import.meta.url));
/** Set to a folder to look at the page. */
const shots = process.env.SCREENSHOTS;

/** An engine that knows how it is. */
class KnownEngine extends FakeEngine {
  status() {
    return {
      state: "ready" as const,
      starts: 1,
      crashes: 0,
      running: 1,
      memoryBytes: 812_000_000,
      runtime: "onnx-cpu",
      pid: 4711,
    };
  }
}

/** The whole program with the web chat and another one, in which Ann asks for pictures. */
async function studio(options: { readonly moderatorCode?: string; readonly clientDir?: string } = {}) {
  const { pino } = await import("pino");
  const web = new WebChat({ dataDir: newFolder(), port: 0, logger: pino({ level: "silent" }), ...options });
  const engine = new KnownEngine();
  const elsewhere = new FakeChat();
  const { lines } = await program({ chats: [web, elsewhere], engine: () => engine });
  return { web, engine, elsewhere, lines };
}

describe("the admin page's server", () => {
  it("shows moderators the line of all chats, and lets them cancel and pause", async () => {
    const { web, engine, elsewhere, lines } = await studio();
    await elsewhere.say(ann, "/dream picture:none octaves:2");
    const run = await engine.next();
    await elsewhere.say(ann, "/dream picture:none look:patterns");
    await elsewhere.until(() => elsewhere.in("channel")[1]);
    const mod = await Visitor.enter(web);
    expect((await mod.session()).admin).toBe(true);
    const ear = await mod.listen();
    ear.socket.send(JSON.stringify({ watch: "admin" }));
    const first = await ear.until((frame) => frame.kind === "admin");
    expect(first).toMatchObject({
      admin: {
        mode: "open",
        running: 1,
        waiting: 1,
        failures: [],
        workers: [],
        problems: [],
        jobs: [
          { title: "Dream of creatures", person: "Ann", platform: "fake", state: "running", place: 0, progress: 0 },
          { title: "Dream of patterns", person: "Ann", platform: "fake", state: "waiting", place: 1 },
        ],
        engine: { state: "ready", runtime: "onnx-cpu", pid: 4711, memoryBytes: 812_000_000 },
        chats: [
          { platform: "web", connected: true },
          { platform: "fake", connected: true },
        ],
      },
    });
    await run.octave(1);
    await ear.until((frame) => frame.kind === "admin" && frame.admin.jobs[0]?.progress === 0.5);
    expect((await mod.request("POST", "/api/admin/mode", { mode: "paused" })).status).toBe(204);
    await ear.until((frame) => frame.kind === "admin" && frame.admin.mode === "paused");
    await run.finish();
    await ear.until((frame) => frame.kind === "admin" && frame.admin.running === 0 && frame.admin.waiting === 1);
    expect(engine.runs).toHaveLength(1);
    const waiting = elsewhere.in("channel")[1]?.content.text ?? "";
    const id = /job `(\w+)`/.exec(waiting)?.[1] ?? "";
    expect((await mod.request("POST", `/api/admin/jobs/${id}/cancel`, {})).status).toBe(204);
    await elsewhere.until(() => elsewhere.in("channel").find(({ content }) => content.text.includes("Cancelled by")));
    const again = await mod.request("POST", `/api/admin/jobs/${id}/cancel`, {});
    expect([again.status, await again.json()]).toEqual([404, { error: `Job ${id} has just ended.` }]);
    expect((await mod.request("POST", "/api/admin/mode", { mode: "draining" })).status).toBe(204);
    await ear.until((frame) => frame.kind === "admin" && frame.admin.mode === "draining");
    await elsewhere.say(ann, "/dream picture:none");
    expect(elsewhere.ephemeral.at(-1)?.text).toMatch(/is being prepared for maintenance and takes nothing new/);
    expect((await mod.request("POST", "/api/admin/mode", { mode: "open" })).status).toBe(204);
    await elsewhere.say(ann, "/dream picture:none");
    (await engine.next()).fail("input");
    const failed = await ear.until((frame) => frame.kind === "admin" && frame.admin.failures.length === 1);
    expect(failed).toMatchObject({ admin: { failures: [{ kind: "input", person: "Ann", platform: "fake" }] } });
    // It stands in the log of the community whose job it was.
    await elsewhere.say(moderator, "/moderate log");
    expect(elsewhere.ephemeral.at(-1)?.text).toContain(`cancelled Dream of patterns by Ann (${id})`);
    const told = lines.filter(({ msg }) => String(msg).startsWith("a moderator")).map(({ msg }) => msg);
    expect(told).toEqual([
      "a moderator has paused the queue",
      "a moderator has acted",
      "a moderator has cancelled a job",
      "a moderator drains the queue: nothing new is taken or begun",
      "a moderator has opened the queue again",
    ]);
  });

  it("refuses everybody else, over HTTP and over the socket", async () => {
    const { web, elsewhere, engine } = await studio();
    await Visitor.enter(web);
    const guest = await Visitor.enter(web);
    expect((await guest.session()).me.moderator).toBe(false);
    await elsewhere.say(ann, "/dream picture:none");
    await engine.next();
    const refused = { error: "Only moderators may see and do this." };
    for (const [method, path, body] of [
      ["GET", "/api/admin", undefined],
      ["POST", "/api/admin/mode", { mode: "draining" }],
      ["POST", "/api/admin/jobs/ABCDEFGH/cancel", {}],
    ] as const) {
      const response = await guest.request(method, path, body);
      expect([path, response.status, await response.json()]).toEqual([path, 403, refused]);
    }
    const ear = await guest.listen();
    for (const message of ['{"watch":"admin"}', "{", '{"watch":"everything"}', "[]"]) ear.socket.send(message);
    // The socket keeps the order: what was sent on it has been read when a later change arrives.
    await guest.said("hello");
    await ear.message(({ text }) => text === "hello");
    expect(ear.frames.filter(({ kind }) => kind === "admin")).toEqual([]);
  });

  it("is not there for other chats' moderators", async () => {
    const given: ChatHandlers[] = [];
    class OtherChat extends FakeChat {
      override async start(handlers: ChatHandlers): Promise<void> {
        given.push(handlers);
        await super.start(handlers);
      }
    }
    await program({ chats: [new OtherChat()] });
    expect(given.map(({ commands, admin }) => [commands.length > 0, admin])).toEqual([[true, undefined]]);
  });
});

describe.skipIf(!hasChromium)(`the admin page in a browser (${chromiumHint})`, () => {
  let browser: Browser;
  beforeAll(async () => {
    buildClient(clientDir);
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  async function open(options: BrowserContextOptions = {}) {
    const parts = await studio({ clientDir });
    const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    const { elsewhere, engine } = parts;
    await elsewhere.say({ ...ann, name: "Mira" }, "/dream picture:none octaves:4");
    const run = await engine.next();
    await elsewhere.say({ id: "ben", name: "Ben", moderator: false }, "/dream picture:none look:patterns");
    await elsewhere.say({ id: "cleo", name: "Cleo", moderator: false }, "/texture spring");
    await page.goto(`${parts.web.address}/`);
    await page.locator(".channel-pane textarea").waitFor();
    return { ...parts, page, errors, run };
  }

  it("follows the jobs live, pauses, and cancels at the second press, by keyboard", async () => {
    const { page, run, errors, engine } = await open();
    await page.getByRole("link", { name: "Admin" }).click();
    await page.getByRole("heading", { name: "Running now" }).waitFor();
    expect(await page.title()).toBe("Admin · Dreamloom");
    await page.locator(".job").nth(2).waitFor();
    expect(await page.locator(".job").nth(0).innerText()).toMatch(/Dream of creatures\s+Mira · /);
    await run.octave(1);
    await page.locator(".job", { hasText: "25%" }).waitFor();
    if (shots) {
      mkdirSync(shots, { recursive: true });
      await page.screenshot({ path: `${shots}/admin-light.png` });
    }
    await page.getByRole("button", { name: "Pause" }).press("Enter");
    await page.getByRole("heading", { name: "Pausing" }).waitFor();
    await run.finish();
    await page.getByRole("heading", { name: "Paused" }).waitFor();
    await page.getByRole("button", { name: "Cancel Dream of patterns for Ben" }).press("Enter");
    await page.getByRole("button", { name: "Really cancel Dream of patterns for Ben" }).press("Enter");
    await page.locator(".job", { hasText: "Ben" }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Resume" }).click();
    const next = await engine.next();
    await page.getByRole("button", { name: "Drain" }).press("Enter");
    await page.getByRole("heading", { name: "Draining" }).waitFor();
    if (shots) await page.screenshot({ path: `${shots}/admin-draining.png` });
    next.fail("network", "The network vgg19 could not be fetched: the server did not answer.");
    await page.locator(".failures li", { hasText: "vgg19 could not be fetched" }).waitFor();
    await page.getByRole("heading", { name: "Drained" }).waitFor();
    if (shots) await page.screenshot({ path: `${shots}/admin-drained.png` });
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("heading", { name: "Ready" }).waitFor();
    if (shots) await page.screenshot({ path: `${shots}/admin-empty.png`, fullPage: true });
    await page.getByRole("link", { name: "art" }).click();
    await page.locator(".channel-pane textarea").waitFor();
    expect(errors).toEqual([]);
  });

  it("fits a phone, light and dark", async () => {
    const { page, run, errors } = await open({
      viewport: { width: 390, height: 844 },
      colorScheme: "dark",
      hasTouch: true,
      isMobile: true,
    });
    await page.getByRole("button", { name: /^Channels/ }).tap();
    await page.getByRole("link", { name: "Admin" }).tap();
    await page.locator(".job").nth(2).waitFor();
    await run.octave(2);
    await page.locator(".job", { hasText: "50%" }).waitFor();
    const wide = await page.locator(".admin-content").evaluate((floor) => floor.scrollWidth);
    expect(wide).toBeLessThanOrEqual(390);
    if (shots) {
      // The drawer's own movement.
      await page.locator('.sidebar[data-open="false"]').waitFor({ state: "hidden" });
      await page.screenshot({ path: `${shots}/admin-phone-dark.png` });
      await page.emulateMedia({ colorScheme: "light" });
      await page.locator(".admin-content").evaluate((floor) => floor.scrollTo(0, 420));
      await page.screenshot({ path: `${shots}/admin-phone-light.png` });
    }
    expect(errors).toEqual([]);
  });
});
