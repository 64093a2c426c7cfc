/** Completion that tells the truth: all there is, words without names, mistakes, pictures, and lines called back. */
import type { Page, Response } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { WireSession } from "../../../src/bots/web/wire.js";
import { catalogue } from "../../../src/engine/networks/catalogue-file.js";
import { box, message, send } from "../../support/chat-page.js";
import { chromiumHint, hasChromium } from "../../support/chromium.js";
import { overflow, shot, VIEWS } from "./seen.js";
import { wholeProgram } from "./whole-program.js";

/** What the page does at once when the bot has said what is wrong with a line, or that nothing is, is done. */
async function checked(page: Page, line: string, act: () => Promise<void>): Promise<void> {
  const isAnswer = (response: Response) =>
    response.url().endsWith("/api/check") && JSON.parse(response.request().postData() ?? "{}").line === line;
  const [answer] = await Promise.all([page.waitForResponse(isAnswer), act()]);
  await answer.finished();
  await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
}

describe.skipIf(!hasChromium)(`completion (${chromiumHint})`, () => {
  const { visit } = wholeProgram();

  describe.each(VIEWS)("at $width px, $colorScheme", (view) => {
    it("offers every command, every look with its picture, and every style", async () => {
      const { page, errors } = await visit(view);
      const options = page.getByRole("option");
      await box(page).pressSequentially("/");
      const { commands } = await page.evaluate<Pick<WireSession, "commands">>(
        "fetch('api/session').then((answer) => answer.json())",
      );
      const names = () => options.locator("strong").allTextContents();
      await expect.poll(names).toEqual(commands.map(({ name }) => `/${name}`));
      expect(await names()).toEqual(expect.arrayContaining(["/dream", "/settings", "/moderate", "/help"]));
      await shot(page, "completion-commands");

      await box(page).fill("/dream look:");
      // Those of every network.
      const looks = new Set(Object.values(catalogue()).flatMap(({ dream }) => Object.keys(dream?.looks ?? {})));
      expect([...looks]).toContain("creatures");
      await expect.poll(async () => (await names()).toSorted()).toEqual([...looks].toSorted());
      const look = options.filter({ hasText: "creatures" }).locator("img");
      await look.scrollIntoViewIfNeeded();
      await expect.poll(() => look.evaluate((image) => Reflect.get(image, "naturalWidth"))).toBe(96);
      await shot(page, "completion-looks");

      await box(page).fill("/stylize ");
      await options.filter({ hasText: "woodcut" }).waitFor({ state: "attached" });
      const styles = options.filter({ has: page.locator("img") });
      expect(await styles.count()).toBe(19);
      await expect
        .poll(() =>
          styles
            .first()
            .locator("img")
            .evaluate((it) => Reflect.get(it, "naturalWidth")),
        )
        .toBe(96);
      await shot(page, "completion-styles");
      expect(await overflow(page)).toBe(0);
      expect(errors).toEqual([]);
    });

    it("offers what /settings can do, and each setting's values", async () => {
      const { page } = await visit(view);
      const options = page.getByRole("option");
      const names = () => options.locator("strong").allTextContents();
      const { commands } = await page.evaluate<Pick<WireSession, "commands">>(
        "fetch('api/session').then((answer) => answer.json())",
      );
      const settings = commands.find(({ name }) => name === "settings")?.options ?? expect.fail();
      const deeds = ["show", "reset", "mydata", "optout", "optin"];
      await box(page).fill("/settings ");
      const others = settings.map(({ name }) => name).filter((name) => name !== "action");
      await expect.poll(names).toEqual([...deeds, ...others]);
      expect(others).toEqual(expect.arrayContaining(["art", "daily", "size", "everywhere"]));
      await shot(page, "completion-settings");
      await box(page).fill("/settings art:");
      await expect.poll(async () => (await names()).toSorted()).toEqual(["off", "on"]);
      await box(page).fill("/settings mydata ex");
      await expect.poll(names).toContain("export");
    });

    it("completes words without a name, and joins a share to the style before it", async () => {
      const { page } = await visit(view);
      await box(page).pressSequentially("/stylize wi");
      await page.getByRole("option", { name: /^winter/ }).waitFor();
      await box(page).press("Tab");
      expect(await box(page).inputValue()).toBe("/stylize winter ");
      await box(page).fill("/blend summer:0.3 wi");
      await page.getByRole("option", { name: /^winter/ }).waitFor();
      await box(page).press("Tab");
      await box(page).pressSequentially(":0.7");
      expect(await box(page).inputValue()).toBe("/blend summer:0.3 winter:0.7");
      await box(page).fill("/help sty");
      await page.getByRole("option", { name: /^stylize/ }).waitFor();
    });

    it("completes what a word may say to dream of", async () => {
      const { page } = await visit(view);
      await box(page).pressSequentially("/dream into:pea");
      await page
        .getByRole("option", { name: /^peacock/ })
        .first()
        .waitFor();
      await box(page).fill("/dream into:peac");
      await expect.poll(() => page.getByRole("option").first().textContent()).toMatch(/^peacock/);
      await box(page).press("Tab");
      expect(await box(page).inputValue()).toBe("/dream into:peacock ");
    });

    it("flags mistakes while one types, in the bot's own words, and gives a refused line back", async () => {
      const { page } = await visit(view);
      const problem = page.locator(".composer-problem");
      await box(page).pressSequentially("/dream size:9999");
      await problem.filter({ hasText: "size:9999 is not possible" }).waitFor();
      await shot(page, "completion-problem");
      await box(page).fill("/dream look:cretures ");
      await problem.filter({ hasText: "did you mean creatures?" }).waitFor();
      expect(await box(page).getAttribute("aria-invalid")).toBe("true");
      await box(page).fill("/blend summer:0.3 wintre:0.7");
      await problem.filter({ hasText: "did you mean winter?" }).waitFor();
      await checked(page, "/dream look:creatures ", () => box(page).fill("/dream look:creatures "));
      expect(await problem.count()).toBe(0);
      // What may still become a word is no mistake yet: it is left out of what is asked.
      await checked(page, "/dream ", () => box(page).fill("/dream look:cre"));
      await page.getByRole("option", { name: /^creatures/ }).waitFor();
      expect(await problem.count()).toBe(0);

      await send(page, "/dream size:9999");
      await message(page, "size:9999 is not possible").waitFor();
      await expect.poll(() => box(page).inputValue()).toBe("/dream size:9999");
    });

    it("completes emoji, channels and people, and fills in an example that is pressed", async () => {
      const { page } = await visit(view);
      await box(page).pressSequentially("look :octop");
      await page.getByRole("option", { name: /🐙/ }).waitFor();
      await box(page).press("Enter");
      await box(page).pressSequentially("in #ar");
      await page.getByRole("option", { name: /#art/ }).waitFor();
      await box(page).press("Enter");
      await box(page).pressSequentially("@Dream");
      await page.getByRole("option", { name: "@Dreamloom" }).waitFor();
      await box(page).press("Enter");
      expect(await box(page).inputValue()).toBe("look 🐙 in #art @Dreamloom ");

      await box(page).fill("/stylize");
      await box(page).press("End");
      await box(page).pressSequentially(" ");
      const example = page.locator(".example").nth(1);
      const line = (await example.textContent()) ?? "";
      await example.click();
      expect(await box(page).inputValue()).toBe(line);
      expect(line).toMatch(/^\/stylize /);
    });

    it("calls lines back with the arrow keys", async () => {
      const { page } = await visit(view);
      for (const line of ["first line", "/help dream"]) {
        await send(page, line);
        await expect.poll(() => box(page).inputValue()).toBe("");
      }
      await box(page).press("ArrowUp");
      expect(await box(page).inputValue()).toBe("/help dream");
      await box(page).press("ArrowUp");
      expect(await box(page).inputValue()).toBe("first line");
      await box(page).press("ArrowDown");
      expect(await box(page).inputValue()).toBe("/help dream");
      await box(page).press("ArrowDown");
      expect(await box(page).inputValue()).toBe("");
      await page.reload();
      await box(page).press("ArrowUp");
      expect(await box(page).inputValue()).toBe("/help dream");
    });
  });
});
