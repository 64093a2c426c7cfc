/** The chat's page in a browser, as people use it. */
import type { BrowserContext, Page } from "playwright-core";

export const box = (page: Page, pane = ".channel-pane") => page.locator(`${pane} textarea`);

export const message = (page: Page, text: string | RegExp, pane = ".channel-pane") =>
  page.locator(`${pane} article`, { hasText: text }).last();

/** The person's name, which the bot's messages say whose jobs they are about. */
export const myName = async (page: Page) => (await page.locator(".me-name strong").textContent()) ?? "";

/** A text that has all of these words, in any order. */
export const withAll = (...words: readonly string[]) =>
  new RegExp(`^${words.map((each) => `(?=.*${each})`).join("")}`, "s");

/** Sends a line. */
export async function send(page: Page, line: string): Promise<void> {
  await box(page).fill(line);
  // The list of completions is open at the end of a line; Escape leaves the line as it is.
  await box(page).press("Escape");
  await box(page).press("Enter");
}

/** A file as the page takes it. */
interface PickedFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/**
 * Adds files to the channel's message box and waits until they are there: the page looks at them first, and a line that
 * is sent meanwhile goes without them.
 * @param names of those that the message then has, where it does not take them as they are
 */
export async function attach(
  page: Page,
  files: PickedFile | readonly PickedFile[],
  names: readonly string[] = [files].flat().map(({ name }) => name),
): Promise<void> {
  await page.locator(".channel-pane input[type=file]").setInputFiles(files);
  // The last one: a refused line may have come back with its own.
  for (const name of names) await page.getByLabel(`Describe ${name}`).last().waitFor();
}

/**
 * Opens the chat in a new tab.
 * @returns with what the page reports as wrong, as it does
 */
export async function openChat(context: BrowserContext, address: string) {
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(address);
  await box(page).waitFor();
  return { page, errors };
}
