/** The whole program with an engine that paints at once, and its page in a browser, for tests of what people see. */

import { pino } from "pino";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { type Running, startDreamloom } from "../../../src/app/application.js";
import { loadConfig } from "../../../src/app/settings/load-settings.js";
import { FakeEngine } from "../../fakes/engine.js";
import { box } from "../../support/chat-page.js";
import { launchChromium } from "../../support/chromium.js";
import { newFolder } from "../../support/new-folder.js";
import { type View, windowOf } from "./seen.js";

const CODE = "a code that is only for tests";

interface Visit {
  readonly page: Page;
  /** What the page has reported as wrong. */
  readonly errors: readonly string[];
}

/** Call in a `describe`: the program and the browser run for all of its tests. */
export function wholeProgram(engine = new FakeEngine({ automatic: true }), env: NodeJS.ProcessEnv = {}) {
  const folder = newFolder();
  let browser: Browser;
  let running: Running;
  /** How far the program's clock is ahead, in milliseconds. */
  let ahead = 0;
  async function start(port: string): Promise<Running> {
    const settings = loadConfig({ DATA_DIR: folder, WEB_PORT: port, OPS_PORT: "0", WEB_MODERATOR_CODE: CODE, ...env });
    return startDreamloom(settings, {
      engine: () => engine,
      logger: pino({ level: "silent" }),
      print: () => undefined,
      now: () => Date.now() + ahead,
    });
  }
  beforeAll(async () => {
    running = await start("0");
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await running?.stop();
  });

  /** Opens the chat as somebody new; the first one manages it. */
  async function visit(view: View, more: BrowserContextOptions = {}) {
    const context = await browser.newContext({ ...windowOf(view), ...more });
    onTestFinished(() => context.close());
    return visitIn(context);
  }

  /** Opens the chat in another tab of a browser that may have been here. */
  async function visitIn(context: BrowserContext) {
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", ({ message }) => errors.push(message));
    page.on("console", (said) => said.type() === "error" && errors.push(`${said.text()} ${said.location().url}`));
    await page.goto(running.address ?? "");
    await box(page).waitFor();
    return { page, errors } satisfies Visit;
  }

  /** Stops the program and starts it again where it was, its clock so many milliseconds later. */
  async function restart(later: number): Promise<void> {
    const { port } = new URL(running.address ?? "");
    await running.stop();
    ahead += later;
    running = await start(port);
  }

  return { engine, visit, visitIn, restart, address: () => running.address ?? "" };
}

/** Makes a moderator of the page's visitor. */
export async function moderate(page: Page): Promise<void> {
  const data = JSON.stringify({ moderatorCode: CODE });
  const { status } = await page.evaluate<{ status: number }>(`fetch("api/session", {
    method: "POST", headers: { "content-type": "application/json" }, body: ${JSON.stringify(data)} 
  }).then(({ status }) => ({ status }))`);
  if (status !== 200) throw new Error(`not made a moderator: ${status}`);
}
