/** A film with a player's controls in the gallery: its poster, that it plays, and nothing to compare it with. */
import { describe, expect, it } from "vitest";
import { FakeEngine } from "../../fakes/engine.js";
import { attach, message, send, withAll } from "../../support/chat-page.js";
import { chromiumHint, hasChromium } from "../../support/chromium.js";
import { movie, NO_FILMS, WITH_FILMS } from "../../support/movie.js";
import { photo } from "./harness.js";
import { lookAndRead, overflow, shot, VIEWS } from "./seen.js";
import { wholeProgram } from "./whole-program.js";

/** As much of a video's element as is asked about. */
interface Player {
  readonly poster: string;
  readonly videoWidth: number;
  readonly currentTime: number;
  play(): Promise<void>;
}

describe.skipIf(!hasChromium || NO_FILMS)(`a film in the gallery (${chromiumHint}${WITH_FILMS})`, () => {
  const { visit, address, engine } = wholeProgram(new FakeEngine());

  it.each(VIEWS)("has a poster, plays, and has no before and after at $width px, $colorScheme", async (view) => {
    const { page, errors } = await visit(view);
    const seed = 300 + VIEWS.indexOf(view);
    const file = { name: `sea-${seed}.jpg`, mimeType: "image/jpeg", buffer: await photo(seed, 240) };
    await attach(page, file);
    await send(page, `/zoom format:mp4 frames:8 seed:${seed}`);
    const run = await engine.next();
    expect(run.request.params).toMatchObject({ format: "mp4", seed });
    run.finishWith(await movie({ seconds: 2, size: "320x240" }), 320, 240, "video/mp4");
    await message(page, withAll(`seed:${seed}\\b`, "Done")).waitFor();
    await page.goto(`${address()}/#gallery`);
    await page.getByLabel("Made by").selectOption({ label: "Me" });
    const tile = page.locator(".wall .tile", { hasText: "Endless zoom" });
    await expect.poll(() => tile.count()).toBe(1);
    await tile.locator("img.loaded").waitFor();
    await tile.getByText("Film", { exact: true }).waitFor();
    await tile.locator("a").click();
    const work = page.locator("dialog.work");
    // What it was made from is known by now.
    await work.getByRole("link", { name: /^Source photo by / }).waitFor();
    expect(await work.getByRole("button", { name: "Before and after" }).count()).toBe(0);
    const video = work.locator("video");
    const poster = await video.evaluate((it) => (it as unknown as Player).poster);
    const size = await page.evaluate(`fetch(${JSON.stringify(poster)}).then((it) => it.blob()).then(createImageBitmap)
      .then(({ width, height }) => width + "x" + height)`);
    expect(size).toBe("320x240");
    await lookAndRead(page, "a film");
    expect(await overflow(page)).toBe(0);
    await shot(page, "gallery-film");
    await video.evaluate((it) => (it as unknown as Player).play());
    await expect.poll(() => video.evaluate((it) => (it as unknown as Player).currentTime)).toBeGreaterThan(0.2);
    expect(await video.evaluate((it) => (it as unknown as Player).videoWidth)).toBe(320);
    expect(errors).toEqual([]);
  });
});
