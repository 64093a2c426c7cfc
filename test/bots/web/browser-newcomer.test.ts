/** Somebody who is here for the first time: a dream, a painting by reaction, a variation, a film, and the next day. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { myName, send, withAll } from "../../support/chat-page.js";
import { chromiumHint, hasChromium } from "../../support/chromium.js";
import { lookAndRead, shot, VIEWS } from "./seen.js";
import { wholeProgram } from "./whole-program.js";

const DAY_MS = 86_400_000;

describe.skipIf(!hasChromium)(`a newcomer (${chromiumHint})`, () => {
  const { visit, visitIn, restart } = wholeProgram();

  it.each(VIEWS)("makes four things and finds them the next day, at $width px, $colorScheme", async (view) => {
    const { page, errors } = await visit(view);
    const context = page.context();
    const me = await myName(page);
    /** The message of one's own work, which is done. */
    const done = (shown: Page, ...words: readonly string[]) =>
      shown.locator(".channel-pane article", { hasText: withAll(...words, `for ${me}`, "Done") }).first();

    const welcome = page.locator(".channel-pane article", { hasText: "Welcome to the studio" }).first();
    await welcome.getByRole("button", { name: "Dream creatures into it" }).click();
    await done(page, "Dream of creatures").waitFor();
    await lookAndRead(page, "a newcomer's dream");

    await send(page, "/stylize");
    const palette = page.locator(".channel-pane article", { hasText: `Which style, ${me}` });
    const winter = palette.locator(".reaction", { hasText: "⛄" });
    // The bot has offered all of them.
    await palette.locator(".reaction:not(.add)", { hasText: "🎻" }).waitFor();
    await lookAndRead(page, "a newcomer's palette");
    await winter.click();
    const painting = done(page, "Painting in winter");
    await painting.waitFor();
    await lookAndRead(page, "a newcomer's painting");

    // Paintings have no variations: another seed would change next to nothing.
    const dream = done(page, "Dream of creatures");
    await dream.getByRole("button", { name: "Vary" }).click();
    await done(page, "Dream of creatures, 4 variations", "a variation of").waitFor();
    await lookAndRead(page, "a newcomer's variation");
    await dream.getByRole("button", { name: "Film" }).click();
    await done(page, "Endless zoom").waitFor();
    await shot(page, "newcomer-film");
    expect(errors).toEqual([]);
    await page.close();

    // The browser keeps who one is for longer than a day.
    const until = (await context.cookies()).map(({ expires }) => expires * 1000);
    expect(Math.max(...until)).toBeGreaterThan(Date.now() + 2 * DAY_MS);
    await restart(DAY_MS);

    const { page: again, errors: later } = await visitIn(context);
    expect(await again.locator(".me-name strong").textContent()).toBe(me);
    for (const words of [
      ["Dream of creatures"],
      ["Painting in winter"],
      ["Dream of creatures, 4 variations", "a variation of"],
      ["Endless zoom"],
    ])
      await done(again, ...words)
        .locator(".picture")
        .first()
        .waitFor();
    if (view.width < 600) await again.getByRole("button", { name: /^Channels/ }).click();
    await again.getByRole("link", { name: "Gallery" }).click();
    await again.getByLabel("Made by").selectOption({ label: "Me" });
    const works = again.locator(".wall .tile strong");
    const made = ["Endless zoom", "Dream of creatures, 4 variations", "Painting in winter", "Dream of creatures"];
    await expect.poll(() => works.allTextContents()).toEqual(made);
    await lookAndRead(again, "a newcomer's works the next day");
    expect(later).toEqual([]);
  });
});
