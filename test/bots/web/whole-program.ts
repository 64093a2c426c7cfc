/** The whole program with an engine that paints at once, and its page in a browser, for tests of what people see. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { type Running, startDreamloom } from "../../../src/app/application.js";
import { loadConfig } from "../../../src/app/settings/load-settings.js";
import { FakeEngine } from "../../fakes/engine.js";
import { launchChromium } from "../../support/chromium.js";
import { type View, windowOf } from "./seen.js";

const CODE = "a code that is only for tests";

interface Visit {
  readonly page: Page;
  /** What the page has reported as wrong. */
  readonly errors: readonly string[];
}

/** Call in a `describe`: the program and the browser run for all of its tests. */
export function wholeProgram(engine = new FakeEngine({ automatic: true }), env: NodeJS.ProcessEnv = {}) {
  const folder = mkdtempSync(join(tmpdir(), "dreamloom-page-"));
  let browser: Browser;
  let running: Running;
  beforeAll(async () => {
    const settings = loadConfig({ DATA_DIR: folder, WEB_PORT: "0", OPS_PORT: "0", WEB_MODERATOR_CODE: CODE, ...env });
    const logger = pino({ level: "silent" });
    running = await startDreamloom(settings, { engine: () => engine, logger, print: () => undefined });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await running?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens the chat as somebody new; the first one manages it. */
  async function visit(view: View, more: BrowserContextOptions = {}) {
    const context = await browser.newContext({ ...windowOf(view), ...more });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", ({ message }) => errors.push(message));
    page.on("console", (said) => said.type() === "error" && errors.push(`${said.text()} ${said.location().url}`));
    await page.goto(running.address ?? "");
    await page.locator(".channel-pane textarea").waitFor();
    return { page, errors } satisfies Visit;
  }

  return { engine, visit, address: () => running.address ?? "" };
}

/** Makes a moderator of the page's visitor. */
export async function moderate(page: Page): Promise<void> {
  const data = JSON.stringify({ moderatorCode: CODE });
  const { status } = await page.evaluate<{ status: number }>(`fetch("api/session", {
    method: "POST", headers: { "content-type": "application/json" }, body: ${JSON.stringify(data)} 
  }).then(({ status }) => ({ status }))`);
  if (status !== 200) throw new Error(`not made a moderator: ${status}`);
}

export const box = (page: Page, pane = ".channel-pane") => page.locator(`${pane} textarea`);

export const message = (page: Page, text: string | RegExp, pane = ".channel-pane") =>
  page.locator(`${pane} article`, { hasText: text }).last();
