/**
 * A channel of people in the page: the moderator's settings, an art channel, and a vote. The engine is a fake one: how
 * it paints is told elsewhere.
 */
import { pino } from "pino";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Running, startDreamloom } from "../../src/app/application.js";
import { loadConfig } from "../../src/app/settings/load-settings.js";
import { shot } from "../bots/web/seen.js";
import { FakeEngine } from "../fakes/engine.js";
import { message, openChat, send } from "../support/chat-page.js";
import { chromiumHint, hasChromium, launchChromium } from "../support/chromium.js";
import { newFolder } from "../support/new-folder.js";

describe.skipIf(!hasChromium)(`a channel that chooses together (${chromiumHint})`, () => {
  const folder = newFolder();
  const engine = new FakeEngine({ automatic: true });
  let browser: Browser;
  let running: Running;

  const start = () =>
    startDreamloom(loadConfig({ DATA_DIR: folder, WEB_PORT: "0" }), {
      engine: () => engine,
      logger: pino({ level: "silent" }),
      print: () => undefined,
    });

  beforeAll(async () => {
    [browser, running] = await Promise.all([launchChromium(), start()]);
  });
  afterAll(async () => {
    await browser?.close();
    await running?.stop();
  });

  /** Somebody new in the chat; the first one manages it. */
  async function visit(): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
    const { page, errors } = await openChat(context, running.address ?? "");
    onTestFinished(() => expect(errors).toEqual([]));
    return page;
  }

  async function react(page: Page, on: Locator, search: string): Promise<void> {
    await on.hover();
    await on.getByRole("button", { name: "Add a reaction" }).click();
    await page.getByLabel("Find an emoji").fill(search);
    await page.keyboard.press("Enter");
  }

  it("sets the channel, paints by reaction, votes, and decides", async () => {
    const moderator = await visit();
    const ann = await visit();
    const photo = ann.locator(".channel-pane article", { has: ann.getByAltText(/Picos de Europa, photo by/) }).first();
    await photo.waitFor();

    // Settings: everybody looks, the moderator changes.
    await send(ann, "/settings art:on");
    await message(ann, "Only those who manage this channel may change its settings").waitFor();
    await send(moderator, "/settings largest:256 per-person:3");
    await message(moderator, "Changed. Now:").waitFor();
    await send(ann, "/settings");
    const shown = message(ann, /^.*Settings of #art/s);
    await shown.getByText("256 px").waitFor();
    await shot(ann, "settings");
    await send(ann, "/dream size:512");
    await message(ann, "the largest here is 256 px").waitFor();

    // An art channel: anyone's reaction on anybody's picture.
    await send(moderator, "/settings art:on");
    await message(ann, "#art is an art channel now").waitFor();
    await react(ann, photo, "snowman");
    await message(ann, "Painting in winter")
      .getByText(/Done in/)
      .waitFor();
    expect(engine.runs.at(-1)?.request).toMatchObject({ recipe: "stylize", params: { size: 256 } });
    const painted = engine.runs.length;

    // A vote, with a restart in the middle.
    await send(ann, "/blend vote minutes:30 size:128");
    const vote = message(ann, "Vote: which styles should it be?");
    const seen = message(moderator, "Vote: which styles should it be?");
    await vote.getByAltText(/^Styles to choose from/).waitFor();
    await vote.locator(".reaction", { hasText: "🎻" }).waitFor();
    await vote.locator(".reaction", { hasText: "⛄" }).click();
    await vote.locator(".reaction", { hasText: "🔥" }).click();
    await seen.locator(".reaction", { hasText: "⛄" }).click();
    await vote.getByText(/winter 75% \(2\)/).waitFor();
    await vote.getByText(/fire 25% \(1\)/).waitFor();
    await vote.scrollIntoViewIfNeeded();
    await shot(ann, "vote");
    await running.stop();
    running = await start();
    await Promise.all([ann, moderator].map((page) => page.goto(`${running.address ?? ""}`)));
    expect(engine.runs).toHaveLength(painted);
    await seen.locator(".reaction", { hasText: "🔥" }).click();
    await vote.getByText(/fire 50% \(2\)/).waitFor();
    await seen.getByRole("button", { name: "Paint now" }).click();
    const over = message(ann, "The vote is over: winter 50%, fire 50%.");
    await over.waitFor();
    expect(await over.getByRole("button", { name: "Paint now" }).count()).toBe(0);
    await message(ann, "Blend of winter and fire")
      .getByText(/Done in/)
      .waitFor();
    await message(ann, /hosen by 2 people of #art/).waitFor();
    expect(engine.runs).toHaveLength(painted + 1);
    expect(engine.runs.at(-1)?.request).toMatchObject({
      recipe: "blend",
      params: {
        size: 128,
        styles: [
          { name: "winter", weight: 0.5 },
          { name: "fire", weight: 0.5 },
        ],
      },
    });
    await shot(ann, "decided");

    // What is stored, and its end.
    await send(ann, "/settings mydata delete");
    await message(ann, "Delete all that is stored about you?")
      .getByRole("button", { name: "Delete all of it" })
      .click();
    await message(ann, "Nothing is stored about you any more").waitFor();
    await shot(ann, "deleted");
  });
});
