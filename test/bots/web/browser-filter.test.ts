/** The filter of pictures as people meet it on the page. */
import { describe, expect, it } from "vitest";
import { sentence } from "../../../src/shared/sentences/sentence.js";
import { FILTER_ON, JudgingEngine, redPicture } from "../../fakes/judging-engine.js";
import { attach, send } from "../../support/chat-page.js";
import { chromiumHint, hasChromium } from "../../support/chromium.js";
import { partPattern } from "../../support/has-part.js";
import { photo } from "./harness.js";
import { overflow, shot, VIEWS } from "./seen.js";
import { wholeProgram } from "./whole-program.js";

describe.skipIf(!hasChromium)(`the filter on the page (${chromiumHint})`, () => {
  const engine = new JudgingEngine();
  const { visit } = wholeProgram(engine, FILTER_ON);

  describe.each(VIEWS)("at $width px, $colorScheme", (view) => {
    it("tells a refusal in one sentence and keeps what was typed; a result held back shows no picture", async () => {
      const { page } = await visit(view);
      const { page: other } = await visit(view);
      const [name, seed] = [`red-${view.width}-${view.colorScheme}.png`, view.width + VIEWS.indexOf(view)];
      await attach(page, { name, mimeType: "image/png", buffer: Buffer.from(await redPicture()) });
      await send(page, "/dream look:eyes");
      await page.getByText(sentence("filter.upload", { name })).first().waitFor();
      await shot(page, "filter-refused");
      const unsent = page.locator(".pending", { hasText: "/dream look:eyes" });
      await unsent.getByRole("button", { name: "Send without it" }).waitFor();
      expect(await overflow(page)).toBe(0);
      expect(await other.getByText(name).count()).toBe(0);
      await unsent.getByRole("button", { name: "Discard" }).click();
      await unsent.waitFor({ state: "detached" });

      engine.refusesPaintings = true;
      await attach(page, { name: "sea.jpg", mimeType: "image/jpeg", buffer: await photo(640, 400) });
      await send(page, `/dream look:eyes seed:${seed}`);
      const told = other
        .locator(".channel-pane article", { hasText: partPattern(`seed:${seed}`) })
        .filter({ hasText: sentence("filter.result") });
      await told.waitFor();
      expect(await told.locator(".picture img").count()).toBe(0);
      await shot(page, "filter-held-back");
      engine.refusesPaintings = false;
    });
  });
});
