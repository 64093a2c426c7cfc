/** The gallery: filters by word, style, look and person, and links to works. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { attach, message, send, withAll } from "../../support/chat-page.js";
import { chromiumHint, hasChromium } from "../../support/chromium.js";
import { photo } from "./harness.js";
import { lookAndRead, overflow, shot, VIEWS } from "./seen.js";
import { wholeProgram } from "./whole-program.js";

/** @param size by which it is told from what others have made before */
async function make(page: Page, line: string, title: string, size: number): Promise<void> {
  await send(page, `${line} size:${size} steps:1`);
  await message(page, withAll(title, `size:${size}\\b`, "Done")).waitFor();
}

describe.skipIf(!hasChromium)(`the gallery in a browser (${chromiumHint})`, () => {
  const { visit, address } = wholeProgram();

  it.each(VIEWS)("finds works by style, look, word and person at $width px, $colorScheme", async (view) => {
    const { page, errors } = await visit(view, { permissions: ["clipboard-read", "clipboard-write"] });
    const size = 100 + VIEWS.indexOf(view);
    await make(page, "/dream look:eyes octaves:1", "Dream of eyes", size);
    await make(page, "/stylize winter", "Painting in winter", size);
    await make(page, "/blend summer winter", "Blend of summer and winter", size);
    await page.goto(`${address()}/#gallery`);
    const works = page.locator(".wall .tile strong");
    const names = async () => [...new Set(await works.allTextContents())].sort();
    const all = ["Blend of summer and winter", "Dream of eyes", "Painting in winter"];
    await expect.poll(names).toEqual(all);
    expect(await overflow(page)).toBe(0);
    await shot(page, "gallery-filters");
    await page.getByLabel("Style", { exact: true }).selectOption("winter");
    await expect.poll(names).toEqual(["Blend of summer and winter", "Painting in winter"]);
    await page.getByLabel("Find works").fill("summ");
    await expect.poll(names).toEqual(["Blend of summer and winter"]);
    // The words of a title, and a whole line.
    await page.getByLabel("Find works").fill("Blend of summer and winter");
    await expect.poll(names).toEqual(["Blend of summer and winter"]);
    await page.getByLabel("Find works").fill("painting in");
    await expect.poll(names).toEqual(["Painting in winter"]);
    await page.getByLabel("Find works").fill(`/stylize winter size:${size} steps:1`);
    await expect.poll(() => works.allTextContents()).toEqual(["Painting in winter"]);
    await page.getByLabel("Find works").fill("nothing of the kind");
    await page.getByText("Nothing like this yet").waitFor();
    await page.getByRole("button", { name: "Show everything" }).click();
    await expect.poll(names).toEqual(all);
    expect(await page.getByLabel("Find works").inputValue()).toBe("");
    await page.getByLabel("Look", { exact: true }).selectOption("eyes");
    await expect.poll(names).toEqual(["Dream of eyes"]);
    await page.getByLabel("Made by").selectOption({ label: "Me" });
    await expect.poll(() => works.allTextContents()).toEqual(["Dream of eyes"]);
    // Find finds it, too: by its name, and by its line where that was typed.
    await page.keyboard.press("Control+k");
    const find = page.getByRole("combobox", { name: "Find or jump to" });
    await find.fill(`eyes octaves:1 size:${size}`);
    await page
      .getByRole("option", { name: `/dream look:eyes octaves:1 size:${size}` })
      .first()
      .waitFor();
    await find.fill("blend summ");
    await lookAndRead(page, "works that are found");
    await page
      .getByRole("option", { name: /^Blend of summer and winter/ })
      .first()
      .click();
    await page.getByRole("heading", { name: "Blend of summer and winter" }).waitFor();
    await page.keyboard.press("Escape");
    // A link to a work leads there, in another browser too.
    await page.locator(".wall .tile > a").first().click();
    await page.getByRole("dialog").getByRole("button", { name: "Copy the link" }).click();
    // It is said where one sees it: over the work, not behind it.
    await shot(page, "gallery-copied");
    const copied = page.locator(".toast", { hasText: "Copied" });
    const clip = (await copied.boundingBox()) ?? expect.fail();
    const shown = await page.screenshot({ clip });
    await copied.evaluate((element) => Reflect.set(Reflect.get(element, "style"), "visibility", "hidden"));
    expect(shown.equals(await page.screenshot({ clip }))).toBe(false);
    const link = await page.evaluate<string>("navigator.clipboard.readText()");
    expect(link).toMatch(/#gallery\/[A-Z0-9]{8}$/);
    const { page: other } = await visit(view);
    await other.goto(link);
    await other.getByRole("heading", { name: "Dream of eyes" }).waitFor();
    expect(errors).toEqual([]);
  });

  it.each(VIEWS)("makes something new of an older work at $width px, $colorScheme", async (view) => {
    const { page, errors } = await visit(view);
    const size = 180 + VIEWS.indexOf(view);
    await make(page, "/dream picture:none octaves:1", "Dream of creatures", size);
    await page.goto(`${address()}/#gallery`);
    await page.getByLabel("Made by").selectOption({ label: "Me" });
    const tiles = page.locator(".wall .tile > a");
    await expect.poll(() => tiles.count()).toBe(1);
    await tiles.first().click();
    const makes = page.locator("dialog.work").getByRole("group", { name: "Make something new from it" });
    await makes.getByRole("button", { name: "Film" }).waitFor();
    expect(await makes.getByRole("button").allInnerTexts()).toEqual(
      ["Vary", "Stronger", "Weaker", "Larger", "Film", "Morph", "Use as style"].map((each) =>
        expect.stringContaining(each),
      ),
    );
    expect(await overflow(page)).toBe(0);
    await lookAndRead(page, "an older work");
    await shot(page, "gallery-makes");
    await makes.getByRole("button", { name: "Film" }).click();
    // It leads to where it grows.
    await page.locator(".thread-pane").getByText("Endless zoom").first().waitFor();
    expect(errors).toEqual([]);
  });

  it.each(VIEWS)(
    "shows the photo that it began with, while its message is there, at $width px, $colorScheme",
    async (view) => {
      const { page, errors } = await visit(view);
      const name = `sea-${VIEWS.indexOf(view)}.jpg`;
      // Of each view its own: a file is known by what is in it.
      const bytes = await photo(320 + VIEWS.indexOf(view), 240);
      await attach(page, { name, mimeType: "image/jpeg", buffer: bytes });
      const size = 140 + VIEWS.indexOf(view);
      await make(page, "/dream look:eyes octaves:1", "Dream of eyes", size);
      const result = message(page, withAll("Dream of eyes", `size:${size}\\b`));
      await result.getByRole("button", { name: "Stronger" }).click();
      const remix = message(page, withAll("a variation of", `size:${size}\\b`, "Done"));
      await remix.waitFor();
      await page.goto(`${address()}/#gallery`);
      await page.getByLabel("Made by").selectOption({ label: "Me" });
      const tiles = page.locator(".wall .tile > a");
      await expect.poll(() => tiles.count()).toBe(2);
      const work = page.locator("dialog.work");
      const source = work.getByRole("link", { name: /^Source photo by / });
      // The variation has the photo of what it varies; it is also what it is compared with.
      for (const index of [0, 1]) {
        await tiles.nth(index).click();
        await source.waitFor();
        await work.getByRole("button", { name: "Before and after" }).click();
        await work.getByAltText(/^Before: Source photo by /).waitFor();
        await shot(page, `gallery-source-${index}`);
        expect(await overflow(page)).toBe(0);
        if (index === 0) await page.keyboard.press("Escape");
      }
      const link = page.url();
      // It leads to the message, and is gone with it.
      await source.click();
      const sent = page.locator(".channel-pane article", { has: page.getByAltText(name) });
      await expect.poll(() => page.url()).toMatch(/#\/art\/m\d+$/);
      await sent.focus();
      await sent.getByRole("button", { name: "More" }).click();
      const menu = page.getByRole("dialog", { name: "What can be done with this message" });
      await menu.getByRole("button", { name: "Delete" }).click();
      await menu.getByRole("button", { name: "Really delete" }).click();
      await expect.poll(() => sent.count()).toBe(0);
      await page.goto(link);
      await work.getByRole("heading", { name: "Dream of eyes" }).waitFor();
      await work.getByText("/dream look:eyes").waitFor();
      expect(await source.count()).toBe(0);
      expect(await work.getByRole("button", { name: "Before and after" }).count()).toBe(0);
      expect(errors).toEqual([]);
    },
  );
});
