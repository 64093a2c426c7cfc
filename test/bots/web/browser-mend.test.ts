import { describe, expect, it } from "vitest";
import { chromiumHint, hasChromium } from "../../support/chromium.js";
import { temporaryFolder, Visitor } from "./harness.js";
import { composer, messages, SCREENS, useBrowser } from "./pages.js";

describe.skipIf(!hasChromium)(`finding and mending in a browser (${chromiumHint})`, () => {
  const { open, start, visit } = useBrowser("test-web-client-mend");

  describe.each(SCREENS)("at $name", ({ options }) => {
    it("sends 25 quick messages in their order, though the chat takes twelve at once", async () => {
      const { page, chat } = await open(options);
      for (let count = 1; count <= 25; count++) {
        await composer(page).fill(`quick ${count}.`);
        await composer(page).press("Enter");
      }
      const lines = Array.from({ length: 25 }, (_, index) => `quick ${index + 1}.`);
      const shown = () => messages(page, "quick").locator(".text").allTextContents();
      await expect.poll(shown, { timeout: 60_000 }).toEqual(lines);
      expect(await page.locator(".pending").count()).toBe(0);
      const other = await Visitor.enter(chat);
      const { messages: read } = await other.page();
      expect(read.map(({ text }) => text).filter((text) => text.startsWith("quick"))).toEqual(lines);
    });

    it("sends what was written while away by itself, in order, also after the page was opened again", async () => {
      const dataDir = await temporaryFolder();
      const { chat, page } = await open(options, { dataDir });
      const port = Number(new URL(chat.address).port);
      await chat.stop();
      await page.getByText("Reconnecting").waitFor();
      for (const text of ["first of all", "second to none", "third time"]) {
        await composer(page).fill(text);
        await composer(page).press("Enter");
      }
      await page.getByText("sent when the connection is back").first().waitFor();
      await page.locator(".pending", { hasText: "second to none" }).getByRole("button", { name: "Discard" }).click();
      const second = await start({ dataDir, port });
      await expect
        .poll(
          () =>
            messages(page, /first|second|third/)
              .locator(".text")
              .allTextContents(),
          { timeout: 40_000 },
        )
        .toEqual(["first of all", "third time"]);
      await second.stop();
      await page.getByText("Reconnecting").waitFor();
      await composer(page).fill("before the page was closed");
      await composer(page).press("Enter");
      await page.getByText("sent when the connection is back").waitFor();
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
  });
});
