/** Choosing by pressing: the tiles of a palette and a vote; and on a phone, tools that leave a message's face free. */
import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { chromiumHint, hasChromium } from "../../support/chromium.js";
import { photo } from "./harness.js";
import { box, message, overflow, shot, VIEWS, wholeProgram } from "./whole-program.js";

/** Whether two things that are shown share a pixel. */
async function overlap(one: Locator, other: Locator): Promise<boolean> {
  const [a, b] = [await one.boundingBox(), await other.boundingBox()];
  if (!a || !b) throw new Error("not shown");
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Types a line: the message that answers it, and none that answered an earlier visitor. */
async function answerTo(page: Page, line: string, text: string): Promise<Locator> {
  await message(page, "Welcome to the studio").waitFor();
  const all = page.locator(".channel-pane article", { hasText: text });
  const before = await all.count();
  await box(page).fill(line);
  await box(page).press("Escape");
  await box(page).press("Enter");
  return all.nth(before);
}

describe.skipIf(!hasChromium)(`choosing by pressing (${chromiumHint})`, () => {
  const { visit, engine } = wholeProgram();

  describe.each(VIEWS)("at $width px, $colorScheme", (view) => {
    it("shows a result cut for an emoji, a sticker and an avatar, in their own sizes", async () => {
      const { page, errors } = await visit(view);
      const line = `/dream octaves:1 seed:9 size:${view.width === 390 ? 160 : 192}`;
      const result = await answerTo(page, line, "Dream of creatures for");
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
      await vote.getByRole("button", { name: "Cancel the vote" }).click();
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
      await page.locator(".channel-pane input[type=file]").setInputFiles(picture);
      await page.getByLabel("Describe mine.jpg").waitFor();
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
