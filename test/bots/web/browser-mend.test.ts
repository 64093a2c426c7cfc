import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { defaultWebChatLimits } from "../../../src/bots/web/limits.js";
import type { ChannelRef } from "../../../src/domain/model.js";
import { chromiumHint, hasChromium } from "../../support/chromium.js";
import { newFolder } from "../../support/new-folder.js";
import { budgets, Visitor } from "./harness.js";
import { composer, messages, SCREENS, useBrowser } from "./pages.js";
import { lookAndRead } from "./seen.js";

const art: ChannelRef = { platform: "web", community: "local", id: "art" };

/** Presses one of a message's tools, which on a phone is in the menu; returns where it is. */
async function useTool(page: Page, message: Locator, name: string): Promise<Locator> {
  await message.focus();
  const inMenu = (page.viewportSize()?.width ?? 0) < 820;
  if (inMenu) await message.getByRole("button", { name: "More" }).click();
  const tools = inMenu ? page.getByRole("dialog") : message.getByRole("toolbar");
  await tools.getByRole("button", { name }).click();
  return tools;
}

describe.skipIf(!hasChromium)(`finding and mending in a browser (${chromiumHint})`, () => {
  const { open, start, visit } = useBrowser("test-web-client-mend");

  describe.each(SCREENS)("at $name", ({ options }) => {
    it("sends 25 quick messages in their order, though the chat takes twelve at once", async () => {
      // The chat's own pace would be a quarter of a minute.
      const person = { burst: 12, perMinute: 180 };
      const limits = { ...defaultWebChatLimits, budgets: budgets({ messages: { person } }) };
      const { page, chat } = await open(options, { limits });
      for (let count = 1; count <= 25; count++) {
        await composer(page).fill(`quick ${count}.`);
        await composer(page).press("Enter");
      }
      const lines = Array.from({ length: 25 }, (_, index) => `quick ${index + 1}.`);
      const shown = () => messages(page, "quick").locator(".text").allTextContents();
      await expect.poll(shown).toEqual(lines);
      expect(await page.locator(".pending").count()).toBe(0);
      const other = await Visitor.enter(chat);
      const { messages: read } = await other.page();
      expect(read.map(({ text }) => text).filter((text) => text.startsWith("quick"))).toEqual(lines);
    });

    it("sends what was written while away by itself, in order, also after the page was opened again", async () => {
      const dataDir = newFolder();
      const { chat, page } = await open(options, { dataDir });
      const port = Number(new URL(chat.address).port);
      const timeline = page.locator(".channel-pane .timeline");
      const before = await timeline.boundingBox();
      await chat.stop();
      await page.getByText("Reconnecting").waitFor();
      // What one reads or presses stays where it is.
      expect(await timeline.boundingBox()).toEqual(before);
      for (const text of ["first of all", "second to none", "third time"]) {
        await composer(page).fill(text);
        await composer(page).press("Enter");
      }
      await page.getByText("will be sent when you are back online").first().waitFor();
      await lookAndRead(page, "what waits to be sent");
      await page.locator(".pending", { hasText: "second to none" }).getByRole("button", { name: "Discard" }).click();
      const second = await start({ dataDir, port });
      await expect
        .poll(() =>
          messages(page, /first|second|third/)
            .locator(".text")
            .allTextContents(),
        )
        .toEqual(["first of all", "third time"]);
      await second.stop();
      await page.getByText("Reconnecting").waitFor();
      await composer(page).fill("before the page was closed");
      await composer(page).press("Enter");
      await page.getByText("will be sent when you are back online").waitFor();
      const context = page.context();
      await page.close();
      await start({ dataDir, port });
      const again = await context.newPage();
      await again.goto(chat.address);
      await messages(again, "before the page was closed").waitFor();
      expect(await again.locator(".pending").count()).toBe(0);
    });

    it("keeps a draft when the page is loaded again, and forgets it when it is sent", async () => {
      const { page, chat } = await open(options);
      await composer(page).fill("half a thou");
      await page.reload();
      expect(await composer(page).inputValue()).toBe("half a thou");
      await lookAndRead(page, "a draft");
      await composer(page).fill("half a thought");
      await composer(page).press("Enter");
      await messages(page, "half a thought").waitFor();
      await page.reload();
      await messages(page, "half a thought").waitFor();
      expect(await composer(page).inputValue()).toBe("");
      // Another person's browser has nothing of it.
      const { page: other } = await visit(chat, options);
      expect(await composer(other).inputValue()).toBe("");
    });

    it("finds messages, works and people, and goes there, also to what has long scrolled away", async () => {
      const { page, chat } = await open(options);
      const ada = await Visitor.enter(chat);
      await ada.request("POST", "/api/session", { name: "Ada" });
      const old = await chat.post(art, { text: "the lighthouse at dusk" });
      await ada.said("hardly anyone paints a *heron* like the sea does");
      for (let count = 0; count < 120; count++) await chat.post(art, { text: `filler ${count}` });
      await page.reload();
      await messages(page, "filler 119").waitFor();
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox").fill("lightho");
      const found = page.getByRole("option", { name: /lighthouse at dusk/ });
      await found.waitFor();
      expect(await found.locator("mark").textContent()).toBe("lightho");
      await lookAndRead(page, "what is found");
      await page.keyboard.press("Enter");
      await expect.poll(() => page.evaluate("document.activeElement?.id")).toBe(`m${old.id}`);
      expect(await messages(page, "lighthouse").isVisible()).toBe(true);
      // It is a stretch of its own: what comes now is not set below it, and one gets back to it.
      await chat.post(art, { text: "brand new" });
      await page.getByRole("button", { name: "Newest" }).click();
      await messages(page, "brand new").waitFor();
      expect(await messages(page, "lighthouse").count()).toBe(0);
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox").fill("ada");
      const person = page.getByRole("option", { name: "Ada their messages and works" });
      const face = await person.locator(".avatar").boundingBox();
      expect(face?.width).toBe(face?.height);
      await person.click();
      await page.getByText("from Ada").waitFor();
      await page.getByRole("option", { name: /hardly anyone paints a heron/ }).click();
      await expect.poll(() => messages(page, "hardly anyone paints").isVisible()).toBe(true);
      await page.goto(`${chat.address}/#/art/m999999`);
      await page.getByText("This message is no longer there.").waitFor();
    });

    it("scrolls on from an old message down to the newest", async () => {
      const { page, chat } = await open(options);
      for (let count = 0; count < 150; count++) await chat.post(art, { text: `line ${count} ${"word ".repeat(30)}` });
      const { messages: some } = await (await Visitor.enter(chat)).page("art", "limit=100");
      const [first] = some;
      await page.goto(`${chat.address}/#/art/m${first?.id}`);
      await messages(page, "line 50 ").waitFor();
      const timeline = page.locator(".channel-pane .timeline");
      await expect
        .poll(
          async () => {
            await timeline.evaluate((element) => element.scrollBy(0, 600));
            return messages(page, "line 149 ").count();
          },
          { interval: 100 },
        )
        .toBe(1);
      const texts = await messages(page, "line").locator(".text").allTextContents();
      const numbers = texts.map((text) => Number(/\d+/.exec(text)?.[0]));
      expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
      await chat.post(art, { text: "and one more" });
      await messages(page, "and one more").waitFor();
    });

    it("changes and deletes what one has said oneself, and nothing else", async () => {
      const { page, chat } = await open(options);
      const other = await Visitor.enter(chat);
      await other.said("not yours");
      await composer(page).fill("a msitake");
      await composer(page).press("Enter");
      const own = messages(page, "a msitake");
      await useTool(page, own, "Edit");
      const editor = page.getByLabel("Edit your message");
      expect(await editor.inputValue()).toBe("a msitake");
      await editor.fill("/dream of it");
      await editor.press("Enter");
      await page.getByRole("alert").getByText("What is said to the bot cannot be changed").waitFor();
      await lookAndRead(page, "a message that is being edited");
      await editor.fill("no mistake");
      await editor.press("Enter");
      await messages(page, "no mistake").getByText("edited", { exact: true }).waitFor();
      expect((await other.page()).messages.at(-1)?.text).toBe("no mistake");
      const theirs = messages(page, "not yours");
      await theirs.focus();
      expect(await theirs.getByRole("button", { name: "Edit" }).count()).toBe(0);
      const tools = await useTool(page, messages(page, "no mistake"), "Delete");
      await tools.getByRole("button", { name: "Really delete" }).click();
      await expect.poll(() => messages(page, "no mistake").count()).toBe(0);
    });
  });

  // Safari's, after the end of a composition, and that of others, before it.
  const taken = [
    { key: "Enter", keyCode: 229, isComposing: false },
    { key: "Enter", keyCode: 13, isComposing: true },
  ];

  it("leaves the Enter that ends a composition to the input method, wherever one types", async () => {
    const { page } = await open();
    const endComposition = async (field: Locator) => {
      for (const init of taken) await field.dispatchEvent("keydown", { ...init, bubbles: true, cancelable: true });
    };
    await composer(page).fill("\u65e5\u672c");
    await endComposition(composer(page));
    await composer(page).press("End");
    await composer(page).pressSequentially("\u8a9e");
    await composer(page).press("Enter");
    const said = messages(page, "\u8a9e");
    await expect.poll(() => said.locator(".text").allTextContents()).toEqual(["\u65e5\u672c\u8a9e"]);

    await useTool(page, said, "Edit");
    const editor = page.getByLabel("Edit your message");
    await editor.fill("\u65e5");
    await endComposition(editor);
    await editor.fill("\u65e5\u8a9e");
    await editor.press("Enter");
    await messages(page, "\u65e5\u8a9e").getByText("edited", { exact: true }).waitFor();

    await page.keyboard.press("Control+k");
    const finder = page.getByRole("combobox");
    await finder.fill("art");
    await endComposition(finder);
    await finder.fill("lab");
    expect(await finder.inputValue()).toBe("lab");
  });
});
