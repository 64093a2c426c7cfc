/** A job's progress where people look: its place and time while it waits, then its bar, newest octave and time left. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { FakeEngine } from "../../fakes/engine.js";
import { message, send, withAll } from "../../support/chat-page.js";
import { chromiumHint, hasChromium } from "../../support/chromium.js";
import { lookAndRead, VIEWS } from "./seen.js";
import { wholeProgram } from "./whole-program.js";

const dreamOf = (page: Page, seed: number) => message(page, withAll("Dream of creatures", `seed:${seed}\\b`));

async function dream(page: Page, seed: number) {
  await message(page, "Welcome to the studio").waitFor();
  await send(page, `/dream size:1024 octaves:3 steps:60 seed:${seed}`);
  return dreamOf(page, seed);
}

describe.skipIf(!hasChromium)(`a job's progress in a browser (${chromiumHint})`, () => {
  const engine = new FakeEngine();
  const { visit } = wholeProgram(engine);

  // No job here comes to its end: it would teach how short the next ones are, and their countdowns would end as well.
  it.each(VIEWS)("shows how far a job is, and how long others wait, at $width px, $colorScheme", async (view) => {
    const [{ page, errors }, { page: other }] = [await visit(view), await visit(view)];
    const seed = 50 + 2 * VIEWS.indexOf(view);
    const mine = await dream(page, seed);
    const run = await engine.next();
    const theirs = await dream(other, seed + 1);
    // Who waits is told the place, and the time second by second, also after a reload.
    await theirs.getByText("1st in line, takes about").waitFor();
    const wait = theirs.getByRole("timer");
    const before = await wait.textContent();
    expect(before).toMatch(/^Starts in \d+ min \d+ s$/);
    await expect.poll(() => wait.textContent()).not.toBe(before);
    await other.reload();
    await expect.poll(() => wait.textContent()).toMatch(/^Starts in \d+ min \d+ s$/);

    // Everybody sees the bar grow beside the newest octave.
    for (const [octave, percent] of [
      [1, "33"],
      [2, "67"],
    ] as const) {
      await run.preview(octave, 5);
      await run.octave(octave);
      for (const each of [page, other]) {
        const card = dreamOf(each, seed).locator(".thread-card");
        const bar = card.getByRole("progressbar");
        await expect.poll(() => bar.getAttribute("aria-valuenow")).toBe(percent);
        await card.getByAltText(`octave ${octave} of 3`).waitFor();
        await expect.poll(() => card.getByRole("timer").textContent()).toMatch(/^(.* s left|Almost done)$/);
      }
    }
    // It is faster than was thought: who waits sees the countdown follow.
    await expect.poll(() => wait.textContent()).toMatch(/^Starts (in \d+ s|any moment now)$/);
    await mine.scrollIntoViewIfNeeded();
    await lookAndRead(page, "a job that runs");
    await theirs.scrollIntoViewIfNeeded();
    await lookAndRead(other, "a place in line");

    // No time in the words, which would soon be another than the one that is counted.
    expect(await theirs.locator(".text").textContent()).not.toContain("starts in");
    expect(await mine.locator(".text").textContent()).toContain("In progress. Watch");

    // The next one begins where this one ends.
    await mine.getByRole("button", { name: "Cancel" }).click();
    await mine.getByText("Cancelled by").waitFor();
    expect(await mine.getByRole("timer").count()).toBe(0);
    expect(await mine.getByRole("progressbar").count()).toBe(0);
    await engine.next();
    await expect.poll(() => wait.textContent()).toMatch(/^\d+ min \d+ s left$/);
    await theirs.getByRole("button", { name: "Cancel" }).click();
    await theirs.getByText("Cancelled by").waitFor();
    expect(errors).toEqual([]);
  });
});
