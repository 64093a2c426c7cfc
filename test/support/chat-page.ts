/** The chat's page in a browser, as people use it. */
import type { BrowserContext, Page } from "playwright-core";

export const box = (page: Page, pane = ".channel-pane") => page.locator(`${pane} textarea`);

export const message = (page: Page, text: string | RegExp, pane = ".channel-pane") =>
  page.locator(`${pane} article`, { hasText: text }).last();

/** Sends a line. */
export async function send(page: Page, line: string): Promise<void> {
  await box(page).fill(line);
  // The list of completions is open at the end of a line; Escape leaves the line as it is.
  await box(page).press("Escape");
  await box(page).press("Enter");
}

/**
 * Opens the chat in a new tab.
 * @param stepMs what one thing to happen on the page may take
 * @returns with what the page reports as wrong, as it does
 */
export async function openChat(context: BrowserContext, address: string, stepMs?: number) {
  const page = await context.newPage();
  if (stepMs !== undefined) page.setDefaultTimeout(stepMs);
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(address);
  await box(page).waitFor();
  return { page, errors };
}
