/** The gallery's pages for everybody, as somebody sees them whom the chat does not know. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { FakeEngine } from "../../fakes/engine.js";
import { box, message, send, withAll } from "../../support/chat-page.js";
import { chromiumHint, hasChromium, launchChromium } from "../../support/chromium.js";
import { lookAndRead, overflow, shot, VIEWS } from "./seen.js";
import { wholeProgram } from "./whole-program.js";

async function say(page: Page, line: string): Promise<void> {
  await send(page, line);
  await message(page, line).waitFor();
}

describe.skipIf(!hasChromium)(`the public gallery in a browser (${chromiumHint})`, () => {
  const { visit, address } = wholeProgram(new FakeEngine({ automatic: true }), { WEB_PUBLIC_GALLERY: "unlisted" });
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  /** A browser that has never been in the chat. */
  async function look({ width, colorScheme }: (typeof VIEWS)[number], path: string, more: BrowserContextOptions = {}) {
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, ...more });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (said) => said.type() === "error" && errors.push(said.text()));
    await page.goto(`${address()}/${path}`);
    return { page, context, errors };
  }

  /** Every picture has come, and none is drawn out of shape. */
  const loaded = (page: Page) =>
    expect.poll(() => page.evaluate(`[...document.images].every(({ naturalWidth }) => naturalWidth > 0)`)).toBe(true);

  it.each(VIEWS)("shows works, each at a link of its own, at $width px, $colorScheme", async (view) => {
    const { page: chat, errors: wrong } = await visit(view);
    const size = 96 + 2 * VIEWS.indexOf(view);
    const { page, context, errors } = await look(view, "works/");
    const titles = page.locator(".public-wall li strong");
    // Every view before this one has left its dream there.
    const dreams = Array.from({ length: VIEWS.indexOf(view) + 1 }, () => "Dream of eyes");
    const shown = async () => {
      await page.reload();
      return titles.allTextContents();
    };
    await say(chat, `/dream look:eyes size:${size} octaves:1 steps:1`);
    // Its last message is there: what a painting takes is the dream, not a frame that is about to go.
    await message(chat, withAll("Dream of eyes", `size:${size}\\b`, "Done")).waitFor();
    await say(chat, `/stylize winter size:${size} steps:1`);
    await expect.poll(shown, { interval: 1_000 }).toEqual(["Painting in winter", ...dreams]);
    await loaded(page);
    const newest = page.locator(".public-wall li a").first();
    expect(await overflow(page)).toBe(0);
    // The colours are the chat's, by day and by night.
    const ground = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(await ground()).toBe(view.colorScheme === "dark" ? "rgb(22, 22, 29)" : "rgb(253, 252, 250)");
    await shot(page, "public-gallery");
    // Chosen by style, by look, by a word and by who made them, without any script.
    const ask = () => page.getByRole("button", { name: "Show" }).click();
    await page.getByLabel("Style").selectOption("winter");
    await ask();
    await expect.poll(() => titles.allTextContents()).toEqual(["Painting in winter"]);
    expect(await page.getByLabel("Style").inputValue()).toBe("winter");
    await shot(page, "public-filtered");
    await page.getByRole("link", { name: "All works" }).click();
    await page.getByLabel("Look").selectOption("eyes");
    await ask();
    await expect.poll(() => titles.allTextContents()).toEqual(dreams);
    await page.getByLabel("Find works").fill("nothing like it");
    await page.getByLabel("Find works").press("Enter");
    await page.getByText("No works here match this.").waitFor();
    expect(await overflow(page)).toBe(0);
    await page.getByRole("link", { name: "All works" }).click();
    const maker = (await page.locator(".public-wall li a > span:last-child").first().textContent())?.replace("by ", "");
    await page.getByLabel("Made by").selectOption(maker ?? "");
    await ask();
    await expect.poll(() => titles.count()).toBe(2);
    await page.getByRole("link", { name: "All works" }).click();
    await expect.poll(() => titles.allTextContents()).toEqual(["Painting in winter", ...dreams]);
    await newest.click();
    await page.getByRole("heading", { name: "Painting in winter" }).waitFor();
    await loaded(page);
    expect(await overflow(page)).toBe(0);
    await shot(page, "public-work");
    expect(await page.locator('meta[property="og:image"]').getAttribute("content")).toBe(`${page.url()}/960.jpg`);
    expect(await context.cookies()).toEqual([]);
    expect(errors).toEqual([]);

    const { page: checked } = await look(view, "works/", { bypassCSP: true });
    await lookAndRead(checked, "public works");
    await checked.goto(page.url());
    await lookAndRead(checked, "a public work");
    await checked.goto(`${address()}/works/GONEGONE`);
    await lookAndRead(checked, "no public work");

    // Its author finds the page in the gallery, and takes the work out: it is gone here at once, its picture too.
    await chat.goto(`${address()}/#gallery/${page.url().split("/").at(-1)}`);
    const link = chat.getByRole("link", { name: "public page" });
    await link.waitFor();
    expect(new URL((await link.getAttribute("href")) ?? "", chat.url()).href).toBe(page.url());
    await shot(chat, "public-link");
    await chat.getByRole("button", { name: "Remove from the gallery" }).click();
    await chat.getByText("Not in the gallery").waitFor();
    await link.waitFor({ state: "detached" });
    expect((await page.reload())?.status()).toBe(404);
    await page.getByText("There is no such work here, or it is no longer shown.").waitFor();
    await shot(page, "public-gone");
    expect((await page.request.get(`${page.url()}/960.jpg`)).status()).toBe(404);
    await page.getByRole("link", { name: "All works" }).click();
    await expect.poll(() => titles.allTextContents()).toEqual(dreams);
    // From there one comes into the chat.
    await page.getByRole("link", { name: "Open the chat" }).click();
    await box(page).waitFor();
    expect(wrong).toEqual([]);
  });
});
