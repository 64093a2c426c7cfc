/** The chat for those who enlarge it, choose its colours, have a finger and no pointer, or a line that breaks. */
import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { ChannelRef } from "../../../src/domain/model.js";
import { chromiumHint, hasChromium } from "../../support/chromium.js";
import { photo, Visitor } from "./harness.js";
import { composer, messages, useBrowser } from "./pages.js";
import { overflow, overlap, shot, windowOf } from "./seen.js";

const art: ChannelRef = { platform: "web", community: "local", id: "art" };
const phone = windowOf({ width: 390, colorScheme: "light" });

const picture = async () => ({ bytes: await photo(640, 480), name: "sea.jpg", type: "image/jpeg", description: "Sea" });
const styleOf = (of: Locator, name: string) =>
  of.evaluate((element, each) => Reflect.get(globalThis, "getComputedStyle")(element)[each] as string, name);
const isShown = async (tools: Locator) => (await styleOf(tools, "opacity")) === "1";
const naturalWidth = (page: Page) => page.getByAltText("Sea").evaluate((image) => Reflect.get(image, "naturalWidth"));

describe.skipIf(!hasChromium)(`the chat for other eyes, hands and lines (${chromiumHint})`, () => {
  const { open } = useBrowser("test-web-client-other-eyes");

  it("keeps messages, box and channels within reach at 400 %, which is 320 x 256 px", async () => {
    const { page, chat, errors } = await open({ viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 });
    await chat.post(art, { text: "look at this", pictures: [await picture()] });
    await messages(page, "look at this").waitFor();
    await shot(page, "enlarged");
    const timeline = await page.locator(".channel-pane .timeline").boundingBox();
    expect(timeline?.height).toBeGreaterThan(120);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await page.getByRole("button", { name: "Enlarge: Sea" }).click({ trial: true });
    await composer(page).fill("seen");
    await composer(page).press("Enter");
    await messages(page, "seen").waitFor();
    await page
      .getByRole("button", { name: /^Channels/ })
      .first()
      .click();
    const channel = page.locator(".sidebar .channel-link", { hasText: "art" });
    await channel.scrollIntoViewIfNeeded();
    await channel.click();
    expect(errors).toEqual([]);
  });

  it("brings a message's tools by a tap on it, not on an emoji, until a finger moves", async () => {
    const { page, chat } = await open(phone);
    const { id } = await chat.post(art, { text: "Which style?", pictures: [await picture()] });
    for (const emoji of ["🌻", "🌊", "⛄"]) await chat.react({ channel: art, id }, emoji);
    const palette = messages(page, "Which style?");
    const tools = palette.getByRole("toolbar");
    const emoji = palette.locator(".reaction", { hasText: "🌊" });
    await emoji.tap();
    await expect.poll(() => emoji.getAttribute("aria-pressed")).toBe("true");
    expect(await isShown(tools)).toBe(false);
    await palette.locator(".text").tap();
    await expect.poll(() => isShown(tools)).toBe(true);
    for (const each of await palette.locator(".reaction").all()) expect(await overlap(tools, each)).toBe(false);
    await palette.dispatchEvent("touchmove");
    await expect.poll(() => isShown(tools)).toBe(false);
  });

  it("shows what is chosen, and how far something is, in colours that the person has chosen", async () => {
    const { page, chat } = await open({ forcedColors: "active" });
    const ground = (of: Locator) => styleOf(of, "backgroundColor");
    await chat.post(art, { text: "Painting", progress: { value: 0.5, label: "half" } });
    const bar = messages(page, "Painting").getByRole("progressbar");
    expect(await ground(bar.locator("div"))).not.toBe(await ground(bar));
    const current = page.locator(".sidebar [aria-current=page]");
    expect(await ground(current)).not.toBe(await ground(page.locator(".sidebar")));
    await composer(page).fill(":hea");
    const options = page.getByRole("option");
    await options.first().waitFor();
    await shot(page, "forced-colours");
    const [chosen, other] = [page.locator("[role=option][aria-selected=true]"), options.last()];
    expect(await ground(chosen)).not.toBe(await ground(other));
  });

  it("shows its mark while the script is still on its way", async () => {
    const { page, errors } = await open(phone);
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    await page.route(/assets\/index-.*\.js$/, async (route) => {
      await arrived;
      await route.continue();
    });
    const reloaded = page.reload();
    await page.locator(".splash .mark").waitFor();
    await shot(page, "script-on-its-way");
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    arrive();
    await reloaded;
    await composer(page).waitFor();
    expect(await page.locator(".splash").count()).toBe(0);
    expect(errors).toEqual([]);
  });

  it("asks again for a picture that did not come, as soon as the line is back", async () => {
    const { page, chat } = await open();
    await page.route("**/pictures/**", (route) => route.abort("internetdisconnected"));
    await chat.post(art, { text: "far away", pictures: [await picture()] });
    await expect.poll(() => page.getByAltText("Sea").evaluate((image) => Reflect.get(image, "complete"))).toBe(true);
    expect(await naturalWidth(page)).toBe(0);
    await page.unroute("**/pictures/**");
    await page.evaluate("window.dispatchEvent(new Event('online'))");
    await expect.poll(() => naturalWidth(page)).toBeGreaterThan(0);
  });

  it("goes from an answer to what it answers, also where that has long scrolled away", async () => {
    const { page, chat } = await open({ reducedMotion: "reduce" });
    const ann = await Visitor.enter(chat);
    const old = await ann.said("the first of all");
    for (let count = 0; count < 60; count++) await chat.post(art, { text: `filler ${count}` });
    await ann.said("an answer", { repliesTo: old.id });
    await page.reload();
    await messages(page, "an answer").locator(".quote").click();
    await expect.poll(() => page.evaluate("document.activeElement?.id")).toBe(`m${old.id}`);
    expect(await messages(page, "the first of all").locator(".text").isVisible()).toBe(true);
  });
});
