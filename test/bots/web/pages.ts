/** Pages of the chat in a browser, for tests of what people see and do there. */
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import type { WebChat } from "../../../src/bots/web/chat.js";
import type { WebChatOptions } from "../../../src/bots/web/options.js";
import type { ChatHandlers } from "../../../src/port/adapter.js";
import { launchChromium } from "../../support/chromium.js";
import { buildClient } from "../../support/client.js";
import { handlers, startChat } from "./harness.js";
import { VIEWS, windowOf } from "./seen.js";

export const SCREENS = VIEWS.map((view) => ({
  name: `${view.width} px, ${view.colorScheme}`,
  options: windowOf(view),
}));

interface Opened {
  readonly page: Page;
  /** What the page has complained of. */
  readonly errors: string[];
}

/**
 * Builds the page and starts a browser before the tests of a suite.
 * @param folder of the build, in `dist`: one for each test file, since they run side by side
 */
export function useBrowser(folder: string) {
  let browser: Browser;
  const clientDir = fileURLToPath(new URL(`../../../dist/${folder}`, import.meta.url));
  beforeAll(async () => {
    buildClient(clientDir);
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  async function visit(
    chat: Pick<WebChat, "address">,
    options: BrowserContextOptions = {},
    path = "",
  ): Promise<Opened> {
    const context = await browser.newContext({ ...windowOf({ width: 1280, colorScheme: "light" }), ...options });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(`${chat.address}/${path}`);
    await page.locator(".app").waitFor();
    return { page, errors };
  }

  async function open(
    options: BrowserContextOptions = {},
    { bot = handlers(), ...more }: Partial<WebChatOptions> & { readonly bot?: ChatHandlers } = {},
  ) {
    const chat = await start({ bot, ...more });
    return { chat, ...(await visit(chat, options)) };
  }

  function start({
    bot = handlers(),
    ...more
  }: Partial<WebChatOptions> & { readonly bot?: ChatHandlers } = {}): Promise<WebChat> {
    return startChat(bot, { clientDir, ...more });
  }

  return { open, start, visit };
}

/** A channel's messages with a text. */
export function messages(page: Page, text: string | RegExp): Locator {
  return page.locator(".channel-pane article", { hasText: text });
}

export function composer(page: Page, pane = ".channel-pane"): Locator {
  return page.locator(`${pane} textarea`);
}
