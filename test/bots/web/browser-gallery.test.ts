/** The gallery: filters by word, style, look and person, and links to works. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { chromiumHint, hasChromium } from "../../support/chromium.js";
import { box, message, overflow, shot, VIEWS, wholeProgram } from "./whole-program.js";

async function make(page: Page, line: string, title: string): Promise<void> {
  await box(page).fill(line);
  await box(page).press("Escape");
  await box(page).press("Enter");
  await message(page, new RegExp(`^(?=.*${title})(?=.*Done)`, "s")).waitFor();
}

describe.skipIf(!hasChromium)(`the gallery in a browser (${chromiumHint})`, () => {
  const { visit, address } = wholeProgram();

  it.each(VIEWS)("finds works by style, look, word and person at $width px, $colorScheme", async (view) => {
    const { page, errors } = await visit(view, { permissions: ["clipboard-read", "clipboard-write"] });
    const size = 100 + VIEWS.indexOf(view);
    await make(page, `/dream look:eyes size:${size} octaves:1 steps:1`, "Dream of eyes");
    await make(page, `/stylize winter size:${size} steps:1`, "Painting in winter");
    await make(page, `/blend summer winter size:${size} steps:1`, "Blend of summer and winter");
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
    await page.getByLabel("Find works").fill("nothing of the kind");
    await page.getByText("Nothing like this yet").waitFor();
    await page.getByRole("button", { name: "Show everything" }).click();
    await expect.poll(names).toEqual(all);
    expect(await page.getByLabel("Find works").inputValue()).toBe("");
    await page.getByLabel("Look", { exact: true }).selectOption("eyes");
    await expect.poll(names).toEqual(["Dream of eyes"]);
    await page.getByLabel("Made by").selectOption({ label: "Me" });
    await expect.poll(() => works.allTextContents()).toEqual(["Dream of eyes"]);
    // A link to a work leads there, in another browser too.
    await page.locator(".wall .tile > a").first().click();
    await page.getByRole("dialog").getByRole("button", { name: "Copy the link" }).click();
    await page.getByText("Copied").waitFor();
    const link = await page.evaluate<string>("navigator.clipboard.readText()");
    expect(link).toMatch(/#gallery\/[A-Z0-9]{8}$/);
    const { page: other } = await visit(view);
    await other.goto(link);
    await other.getByRole("heading", { name: "Dream of eyes" }).waitFor();
    expect(errors).toEqual([]);
  });
});
