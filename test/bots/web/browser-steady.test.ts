/** Nothing moves under a pointer: not while a picture grows, nor between the beginning and the end of a press. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { FakeEngine } from "../../fakes/engine.js";
import { message, send, withAll } from "../../support/chat-page.js";
import { chromiumHint, hasChromium } from "../../support/chromium.js";
import { shot, VIEWS } from "./seen.js";
import { wholeProgram } from "./whole-program.js";

/** The channel's message of a job, by its seed. */
const dreamOf = (page: Page, seed: number) => message(page, withAll("Dream of creatures", `seed:${seed}\\b`));

/** Where everything is that can be pressed in the channel, once two frames were drawn. */
function places(page: Page): Promise<readonly string[]> {
  return page.evaluate(`(async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise((drawn) => requestAnimationFrame(drawn));
    return [...document.querySelectorAll(".channel-pane :is(button, .thread-card)")].map((each) => {
      const { left, top } = each.getBoundingClientRect();
      const name = each.matches(".thread-card") ? "the card" : (each.getAttribute("aria-label") ?? each.textContent);
      return [name, Math.round(left), Math.round(top)].join(" ");
    });
  })()`);
}

describe.skipIf(!hasChromium)(`what is under a pointer (${chromiumHint})`, () => {
  const engine = new FakeEngine();
  const { visit } = wholeProgram(engine);

  it.each(VIEWS)("stays there while a picture grows and ends, at $width px, $colorScheme", async (view) => {
    const { page, errors } = await visit(view);
    const { page: other } = await visit(view);
    let received = "";
    page.on("websocket", (socket) =>
      socket.on("framereceived", ({ payload }) => {
        received += payload;
      }),
    );
    await page.reload();
    const first = 70 + 2 * VIEWS.indexOf(view);
    const start = async (seed: number) => {
      await message(page, "Welcome to the studio").waitFor();
      await send(page, `/dream size:1024 octaves:3 steps:60 seed:${seed}`);
      const run = await engine.next();
      await dreamOf(page, seed).getByRole("progressbar").waitFor();
      await dreamOf(page, seed).getByText("In progress").waitFor();
      return run;
    };
    /** Puts the pointer there, and tells where everything is. */
    const pointAt = async (target: ReturnType<typeof dreamOf>) => {
      await target.hover();
      return places(page);
    };
    const bar = (of: Page, seed: number) => dreamOf(of, seed).getByRole("progressbar");
    const reaches = (of: Page, seed: number, percent: string) =>
      expect.poll(() => bar(of, seed).getAttribute("aria-valuenow")).toBe(percent);

    const growing = await start(first);
    const before = await pointAt(dreamOf(page, first).getByRole("button", { name: "Cancel" }));
    expect(before.join()).toContain("Cancel");
    await growing.preview(1, 5);
    await reaches(page, first, "17");
    await dreamOf(page, first).locator(".thread-thumb img").first().waitFor();
    expect(await places(page)).toEqual(before);
    await growing.octave(1);
    await dreamOf(page, first).getByAltText("octave 1 of 3").waitFor();
    expect(await places(page)).toEqual(before);
    await shot(page, "steady-card");
    // The last octave is not the end: the picture is still to be kept and shown.
    await growing.octave(3);
    await reaches(page, first, "99");
    expect(await places(page)).toEqual(before);
    await dreamOf(page, first).getByAltText("octave 3 of 3").waitFor();
    expect(await places(page)).toEqual(before);
    await page.mouse.down();
    await growing.preview(3, 10);
    expect(await places(page)).toEqual(before);
    await page.mouse.up();
    await dreamOf(page, first).getByText("Cancelled by").waitFor();

    // Also where the end comes under it: the press still does what it began with, and then all is told.
    const seed = first + 1;
    const ending = await start(seed);
    // One that waits has its room from the beginning.
    const later = first + 100;
    await send(other, `/dream size:1024 octaves:3 steps:60 seed:${later}`);
    await dreamOf(other, later).getByText("in line").waitFor();
    await dreamOf(other, later).getByText("No replies yet").waitFor();
    await dreamOf(other, later)
      .getByText(/^Starts /)
      .waitFor();
    await shot(other, "steady-waiting");
    // Of the card: the words beside it may take a line more or less, by the names and times in them.
    const height = async () => (await dreamOf(other, later).locator(".thread-card").boundingBox())?.height;
    const waiting = await height();
    await ending.octave(1);
    await dreamOf(page, seed).getByAltText("octave 1 of 3").waitFor();
    const still = await pointAt(dreamOf(page, seed).locator(".thread-card"));
    await page.mouse.down();
    received = "";
    await ending.finish();
    await expect.poll(() => received).toContain("Done in");
    expect(await places(page)).toEqual(still);
    await page.mouse.up();
    await page.locator(".thread-pane").getByText("Your picture is ready").waitFor();
    if (view.width < 600) await page.getByRole("link", { name: "Back to #art" }).click();
    await dreamOf(page, seed).getByText("Done in").waitFor();
    await engine.next();
    await dreamOf(other, later).getByText("In progress").waitFor();
    await dreamOf(other, later).getByText("1 reply").waitFor();
    expect(await height()).toBe(waiting);
    await dreamOf(other, later).getByRole("button", { name: "Cancel" }).click();
    await dreamOf(other, later).getByText("Cancelled by").waitFor();
    expect(errors).toEqual([]);
  });
});
