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

/** What people look at: a large screen and a phone's, by day and by night. */
export const VIEWS = ([1280, 390] as const).flatMap((width) =>
  (["light", "dark"] as const).map((colorScheme) => ({ width, colorScheme })),
);

/** Makes a moderator of a visitor. */
export const CODE = "a code that is only for tests";

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
  async function visit({ width, colorScheme }: (typeof VIEWS)[number], more: BrowserContextOptions = {}) {
    const phone = width < 600;
    const viewport = { width, height: phone ? 780 : 800 };
    const context = await browser.newContext({ viewport, colorScheme, hasTouch: phone, isMobile: phone, ...more });
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

export const box = (page: Page, pane = ".channel-pane") => page.locator(`${pane} textarea`);

export const message = (page: Page, text: string | RegExp, pane = ".channel-pane") =>
  page.locator(`${pane} article`, { hasText: text }).last();

/** How far something reaches over the right edge, in pixels. */
export const overflow = (page: Page) => page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");

/** A look at the page, for people, where a folder for it is named. */
export async function shot(page: Page, name: string): Promise<void> {
  const to = process.env.SCREENSHOTS;
  const { width } = page.viewportSize() ?? { width: 0 };
  const dark = await page.evaluate<boolean>("matchMedia('(prefers-color-scheme: dark)').matches");
  if (to) await page.screenshot({ path: join(to, `${name}-${width}-${dark ? "dark" : "light"}.png`) });
}
