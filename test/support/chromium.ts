import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { HANG_MS } from "./patience.js";

const path = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

/** How to get the browser that browser tests drive; part of such a test's name, so that a skip tells its own mend. */
export const chromiumHint = "needs Chromium: apt-get install -y chromium fonts-noto-color-emoji";

/** Whether browser tests can run. A missing browser skips them on a person's machine and fails them where `CI=true`. */
export const hasChromium = existsSync(path) || process.env.CI === "true";

export async function launchChromium(): Promise<Browser> {
  if (!existsSync(path))
    throw new Error(`There is no Chromium at ${path}, and with CI=true its tests may not be skipped. ${chromiumHint}`);
  const browser = await chromium.launch({
    executablePath: path,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--disable-component-update",
      "--no-first-run",
    ],
  });
  browser.on("context", (context) => context.setDefaultTimeout(HANG_MS));
  return browser;
}
