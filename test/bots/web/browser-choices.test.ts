/** Choosing by pressing: the tiles of a palette and a vote; and on a phone, tools that leave a message's face free. */
import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { attach, box, message, myName, send, withAll } from "../../support/chat-page.js";
import { chromiumHint, hasChromium } from "../../support/chromium.js";
import { photo } from "./harness.js";
import { lookAndRead, overflow, overlap, shot, VIEWS } from "./seen.js";
import { moderate, wholeProgram } from "./whole-program.js";

/** Types a line: the message that answers it, and none that answered an earlier visitor. */
async function answerTo(page: Page, line: string, text: string): Promise<Locator> {
  // The newest messages come together; the first ones may no longer be among them.
  await page.locator(".channel-pane article").last().waitFor();
  const all = page.locator(".channel-pane article", { hasText: text });
  const before = await all.count();
  await send(page, line);
  return all.nth(before);
}

/** A message's tools, which come under the pointer, and where there is none, by a tap. */
async function tools(of: Locator, phone: boolean): Promise<Locator> {
  const bar = of.getByRole("toolbar");
  if (phone) await of.locator(".byline").first().tap();
  else await of.hover();
  const opacity = () =>
    bar.evaluate((element) => Reflect.get(globalThis, "getComputedStyle")(element).opacity as string);
  await expect.poll(opacity).toBe("1");
  return bar;
}

describe.skipIf(!hasChromium)(`choosing by pressing (${chromiumHint})`, () => {
  const { visit, engine } = wholeProgram();

  describe.each(VIEWS)("at $width px, $colorScheme", (view) => {
    const phone = view.width < 600;

    it("shows a result cut for an emoji, a sticker and an avatar, in their own sizes", async () => {
      const { page, errors } = await visit(view);
      const line = `/dream octaves:1 seed:9 size:${view.width === 390 ? 160 : 192}`;
      const result = await answerTo(page, line, "Dream of creatures for");
      for (const name of ["Vary", "Stronger"]) await result.getByRole("button", { name }).waitFor();
      await result.getByRole("button", { name: "As emoji" }).click();
      const answer = message(page, "Cut square.");
      const pictures = answer.locator("img[alt*='cut square']");
      await expect.poll(() => pictures.count()).toBe(3);
      const side = (index: number) =>
        pictures.nth(index).evaluate((image: { complete: boolean; naturalWidth: number }) => image.naturalWidth);
      await expect.poll(() => Promise.all([0, 1, 2].map(side))).toEqual([128, 320, 512]);
      expect(await overflow(page)).toBe(0);
      await shot(page, "emoji");
      expect(errors).toEqual([]);
    });

    it("has quick reactions that do something here: a dream in an art channel, and a favourite", async () => {
      const { page, errors } = await visit(view);
      await moderate(page);
      const runs = engine.runs.length;
      await answerTo(page, "/settings art:on", "says").then((told) => told.waitFor());
      const name = `quick-${view.width}-${view.colorScheme}.jpg`;
      const picture = { name, mimeType: "image/jpeg", buffer: await photo(300 + VIEWS.indexOf(view), 200) };
      await attach(page, picture);
      await box(page).press("Enter");
      const sent = page.locator("article", { has: page.getByAltText(name) });
      const quick = await tools(sent, phone);
      expect(await quick.getByRole("button", { name: /^React with/ }).allTextContents()).toEqual(["❤️", "👁️"]);
      await lookAndRead(page, "quick reactions");
      await quick.getByRole("button", { name: "React with 👁️" }).click();
      await expect.poll(() => engine.runs.length).toBe(runs + 1);
      expect(engine.runs[runs]?.request.recipe).toBe("dream");
      await answerTo(page, "/settings art:off", "Settings").then((told) => told.waitFor());
      const result = message(page, withAll(`Dream of creatures for ${await myName(page)}`, "Done"));
      await result.waitFor();
      await (await tools(result, phone)).getByRole("button", { name: "React with ❤️" }).click();
      await result.getByRole("button", { name: "❤️ 1: you" }).waitFor();
      await page.evaluate("location.hash = '#gallery'");
      await page.locator(".wall .tile").first().locator("[data-hearts='1']").waitFor();
      expect(errors).toEqual([]);
    });

    it("paints in the style whose tile is pressed, which shows that it is chosen", async () => {
      const { page, errors } = await visit(view);
      const runs = engine.runs.length;
      const line = `/stylize size:${view.width === 390 ? 160 : 192} seed:5`;
      const palette = await answerTo(page, line, "Which style, ");
      const tiles = palette.getByRole("group", { name: "Choices" }).getByRole("button");
      await tiles.first().waitFor();
      // One for each style that a reaction chooses, at the place where its picture is.
      await expect.poll(() => palette.locator(".reaction:not(.add)").count()).toBe(await tiles.count());
      const sheet = await palette.locator(".tiled").boundingBox();
      // Nothing stands between the styles and their emoji, so that both are in sight together.
      const emoji = await palette.locator(".reactions").boundingBox();
      expect((emoji?.y ?? 0) - (sheet?.y ?? 0) - (sheet?.height ?? 0)).toBeLessThan(20);
      for (const tile of await tiles.all()) {
        const at = await tile.boundingBox();
        expect(at?.x).toBeGreaterThanOrEqual(sheet?.x ?? Number.NaN);
        expect((at?.x ?? 0) + (at?.width ?? 0)).toBeLessThanOrEqual((sheet?.x ?? 0) + (sheet?.width ?? 0));
        expect(at?.width).toBeGreaterThan(40);
      }
      expect(await overflow(page)).toBe(0);
      const winter = palette.getByRole("button", { name: "⛄ winter" });
      expect(await winter.getAttribute("aria-pressed")).toBe("false");
      await winter.click();
      await expect.poll(() => winter.getAttribute("aria-pressed")).toBe("true");
      await shot(page, "palette");
      await expect.poll(() => engine.runs.length).toBe(runs + 1);
      const { recipe, params } = engine.runs[runs]?.request ?? {};
      expect(recipe).toBe("stylize");
      expect(params).toMatchObject({ seed: 5, styles: [{ name: "winter" }] });
      // The sheet itself is enlarged by its own button.
      await palette.getByRole("button", { name: /^Enlarge: Styles to choose from: summer, winter, / }).click();
      await page.getByRole("dialog", { name: /^Styles to choose from/ }).waitFor();
      expect(errors).toEqual([]);
    });

    it("takes a choice back where its tile is pressed again, also of a vote", async () => {
      const { page } = await visit(view);
      const vote = await answerTo(page, "/blend vote minutes:10", "Vote: which styles");
      const winter = vote.getByRole("button", { name: "⛄ winter" });
      const reaction = vote.locator(".reaction", { hasText: "⛄" });
      await expect.poll(() => reaction.textContent()).toBe("⛄1");
      await winter.click();
      await expect.poll(() => reaction.textContent()).toBe("⛄2");
      await winter.click();
      await expect.poll(() => reaction.textContent()).toBe("⛄1");
      expect(await winter.getAttribute("aria-pressed")).toBe("false");
      const cancel = vote.getByRole("button", { name: "Cancel the vote" });
      await cancel.click();
      await cancel.waitFor({ state: "detached" });
    });

    it("has a sheet of styles that choose nothing where none is asked for", async () => {
      const { page } = await visit(view);
      const list = await answerTo(page, "/style", "Styles");
      await list.getByAltText(/^Styles to choose from: summer/).waitFor();
      expect(await list.getByRole("group", { name: "Choices" }).count()).toBe(0);
    });

    it("leaves the face of one's own picture free of its tools, and keeps all of them within reach", async () => {
      const { page } = await visit(view);
      const picture = { name: "mine.jpg", mimeType: "image/jpeg", buffer: await photo() };
      await attach(page, picture);
      const text = `my own ${view.width} ${view.colorScheme}`;
      await box(page).fill(text);
      await box(page).press("Enter");
      const own = message(page, text);
      await own.getByAltText("mine.jpg").waitFor();
      await own.focus();
      expect(await overlap(own.getByRole("toolbar"), own.locator(".gutter .avatar"))).toBe(false);
      expect(
        await own.getByRole("toolbar").evaluate((element) => element.getBoundingClientRect().left),
      ).toBeGreaterThan(0);
      await shot(page, "tools");
      await own.getByRole("button", { name: "More" }).click();
      const menu = page.getByRole("dialog", { name: "What can be done with this message" });
      await shot(page, "more");
      const names = await menu.locator("a, button").allTextContents();
      expect(names.map((name) => name.trim())).toEqual(
        expect.arrayContaining([
          "Download",
          "Copy the link",
          "Reply",
          "Open thread",
          "What do you see?",
          "Edit",
          "Delete",
        ]),
      );
      await menu.getByRole("button", { name: "Edit" }).click();
      await page.getByLabel("Edit your message").waitFor();
    });
  });
});
