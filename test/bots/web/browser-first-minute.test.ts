/** The first minute: hints that go away, the sample's commands as buttons, and what to do in an empty channel. */
import { describe, expect, it } from "vitest";
import { attach, box, message, myName, send, withAll } from "../../support/chat-page.js";
import { chromiumHint, hasChromium } from "../../support/chromium.js";
import { photo } from "./harness.js";
import { lookAndRead, overflow, shot, VIEWS } from "./seen.js";
import { moderate, wholeProgram } from "./whole-program.js";

/** Whether the button to the newest message takes presses when it comes, and afterwards. */
const NEWEST_TAKES_PRESSES = `(async () => {
  const frame = document.querySelector(".channel-pane .timeline-frame");
  const button = await new Promise((found) => {
    new MutationObserver(() => {
      const shown = frame.querySelector(".to-newest");
      if (shown) found(shown);
    }).observe(frame, { childList: true });
  });
  const takes = () => getComputedStyle(button).pointerEvents !== "none";
  const atFirst = takes();
  await Promise.all(button.getAnimations().map(({ finished }) => finished));
  return [atFirst, takes()];
})()`;

const numberIn = (id: string | null): number => Number(/\d+/.exec(id ?? "")?.[0]);

/** Scrolls a channel and lets it grow in one frame, and waits until both have been told. */
const scrollsAndGrows = (steps: string) => `(async () => {
  const timeline = document.querySelector(".channel-pane .timeline");
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const grow = (px) => {
    timeline.firstElementChild.style.minHeight = timeline.scrollHeight + px + "px";
  };
  ${steps}
  await frame();
  await frame();
})()`;

describe.skipIf(!hasChromium)(`the first minute (${chromiumHint})`, () => {
  const { visit, engine } = wholeProgram();

  describe.each(VIEWS)("at $width px, $colorScheme", (view) => {
    it("makes a picture of the sample at the press of a button, also when others are newer", async () => {
      const { page, errors } = await visit(view);
      const welcome = page.locator(".channel-pane article", { hasText: "Welcome to the studio" }).first();
      await welcome.getByRole("button", { name: "Turn it into a castle" }).waitFor();
      expect(await welcome.locator(".buttons button").count()).toBe(3);
      expect(await overflow(page)).toBe(0);
      await shot(page, "first-welcome");
      const [me, runs] = [await myName(page), engine.runs.length];
      await welcome.getByRole("button", { name: "Turn it into a castle" }).click();
      await message(page, withAll("castle", `for ${me}`, "Done")).waitFor();
      expect(engine.runs).toHaveLength(runs + 1);
      const { recipe, params, pictures } = engine.runs[runs]?.request ?? {};
      expect(recipe).toBe("dream");
      expect(params).toMatchObject({ into: expect.stringContaining("castle") });
      const sizes = engine.runs.map(({ request }) => request.pictures.image?.byteLength);
      // The sample each time, not what was made of it before.
      expect(new Set(sizes).size).toBe(1);
      expect(Object.keys(pictures ?? {})).toEqual(["image"]);
      expect(errors).toEqual([]);
    });

    it("leads a newcomer through three hints, once", async () => {
      const { page } = await visit(view);
      const tour = page.getByRole("complementary", { name: "First steps" });
      await tour.getByText("Make your first picture.").waitFor();
      await tour.getByRole("button", { name: "Next (1 of 3)" }).click();
      await tour.getByText("Use your own photo.").waitFor();
      const chooser = page.waitForEvent("filechooser");
      await tour.getByRole("button", { name: "Add a photo" }).click();
      await chooser;
      await lookAndRead(page, "a hint with what to press");
      await shot(page, "first-tour");
      await tour.getByRole("button", { name: "Next (2 of 3)" }).click();
      await tour.getByRole("button", { name: "Got it" }).click();
      await tour.waitFor({ state: "detached" });
      await page.reload();
      await box(page).waitFor();
      expect(await tour.count()).toBe(0);
      const { page: other } = await visit(view);
      const again = other.getByRole("complementary", { name: "First steps" });
      await again.getByRole("button", { name: "Skip the tour" }).click();
      await again.waitFor({ state: "detached" });
    });

    it("says in an empty channel what to do, and dreams from noise only when asked to", async () => {
      const { page } = await visit(view);
      if (view.width < 600) await page.getByRole("button", { name: /^Channels/ }).click();
      await page.getByRole("button", { name: "New channel" }).click();
      await page.keyboard.type(`empty-${view.width}-${view.colorScheme}`);
      await page.keyboard.press("Enter");
      await page.getByText("Nothing here yet.").waitFor();
      await shot(page, "first-empty");
      const before = engine.runs.length;
      await send(page, "/dream");
      await message(page, "There is no picture here.").waitFor();
      expect(engine.runs).toHaveLength(before);
      await page.reload();
      await message(page, "There is no picture here.").getByRole("button", { name: "Dismiss" }).click();
      await message(page, "/dream").waitFor();
    });

    it("puts a command that is pressed in the message box, and loses nothing that stands there", async () => {
      const { page, errors } = await visit(view, { permissions: ["clipboard-read", "clipboard-write"] });
      const welcome = page.locator(".channel-pane article", { hasText: "Welcome to the studio" }).first();
      const line = (name: string) => welcome.getByRole("button", { name, exact: true });
      expect(await line("/dream").getAttribute("title")).toBe("Put it in the message box");
      await line("/dream").click();
      await expect.poll(() => box(page).inputValue()).toBe("/dream");
      expect(await page.evaluate("document.activeElement.tagName")).toBe("TEXTAREA");
      await page.keyboard.type(" size:64");
      await line("/stylize").click();
      await page.locator(".toast", { hasText: "Copied, since there is something in the message box" }).waitFor();
      expect(await page.evaluate("navigator.clipboard.readText()")).toBe("/stylize");
      expect(await box(page).inputValue()).toBe("/dream size:64");
      await box(page).fill("");
      // By keyboard too, and another one in place of one that was only put there.
      await line("/stylize").press("Enter");
      await expect.poll(() => box(page).inputValue()).toBe("/stylize");
      await line("/dream").press(" ");
      await expect.poll(() => box(page).inputValue()).toBe("/dream");
      await lookAndRead(page, "a command in the box");
      // In a refusal as well, whose line has come back to the box; what only the person knows is left out.
      await moderate(page);
      await send(page, "/settings show largest");
      await expect.poll(() => box(page).inputValue()).toBe("/settings show largest");
      await message(page, "Set largest to what?").getByRole("button", { name: "/settings largest:…" }).click();
      await expect.poll(() => box(page).inputValue()).toBe("/settings largest:");
      expect(errors).toEqual([]);
    });

    it("offers a dream from noise, and a photo, in an empty channel", async () => {
      const { page } = await visit(view);
      if (view.width < 600) await page.getByRole("button", { name: /^Channels/ }).click();
      await page.getByRole("button", { name: "New channel" }).click();
      await page.keyboard.type(`bare-${view.width}-${view.colorScheme}`);
      await page.keyboard.press("Enter");
      const chooser = page.waitForEvent("filechooser");
      await page.locator(".empty-channel").getByRole("button", { name: "Add pictures" }).click();
      await chooser;
      await page.getByRole("button", { name: "Dream from noise" }).click();
      expect(await box(page).inputValue()).toBe("/dream picture:none");
    });
  });

  it.each(VIEWS)("lays no news over the box or the hint above it, at $width px, $colorScheme", async (view) => {
    const { page } = await visit(view);
    const tour = page.getByRole("complementary", { name: "First steps" });
    await tour.waitFor();
    await box(page).fill("/dream size:64 octaves:1 steps:1");
    await box(page).press("Escape");
    // No one looks, so that it is told.
    await page.evaluate("document.hasFocus = () => false");
    await box(page).press("Enter");
    const news = page.locator(".toast.news");
    await news.waitFor();
    await shot(page, "first-news");
    const [toast, hint] = [await news.boundingBox(), await tour.boundingBox()];
    expect(toast?.height).toBeGreaterThan(30);
    expect((toast?.y ?? 0) + (toast?.height ?? 0)).toBeLessThan(hint?.y ?? 0);
  });

  it.each(VIEWS)("takes one to what a press far up has set off, at $width px, $colorScheme", async (view) => {
    const { page } = await visit(view);
    /** Does something, and waits for what comes of it: what came of the same in earlier views looks the same. */
    const answerTo = async (act: () => Promise<void>, answer: string) => {
      const newest = await page.locator(".channel-pane article").last().getAttribute("id");
      await act();
      const found = message(page, answer);
      await expect.poll(() => found.getAttribute("id").then(numberIn)).toBeGreaterThan(numberIn(newest));
      return found;
    };
    const say = (line: string) => send(page, line);
    await say(`/dream picture:none size:${70 + VIEWS.indexOf(view)} octaves:1 steps:1`);
    const dream = message(page, withAll("Dream of", `size:${70 + VIEWS.indexOf(view)}\\b`, "Done"));
    await dream.waitFor();
    const palette = await answerTo(() => say("/stylize"), "Which style");
    await palette.getByRole("button", { name: /winter$/ }).waitFor();
    for (let count = 0; count < 15; count++) await say(`words ${count}`);
    await message(page, "words 14").waitFor();
    await expect.poll(() => page.locator(".pending").count()).toBe(0);
    const timeline = page.locator(".channel-pane .timeline");
    const atEnd = () => timeline.evaluate((each) => each.scrollHeight - each.scrollTop - each.clientHeight < 40);
    // It may come between the down and the up of a press: the press is not its own then.
    const newest = page.evaluate(NEWEST_TAKES_PRESSES);
    await palette.scrollIntoViewIfNeeded();
    await expect.poll(atEnd).toBe(false);
    expect(await newest).toEqual([false, true]);
    await answerTo(() => palette.getByRole("button", { name: /winter$/ }).click(), "Painting in winter");
    await expect.poll(atEnd).toBe(true);
    await answerTo(() => dream.getByRole("button", { name: "Stronger" }).click(), "a variation of");
    await expect.poll(atEnd).toBe(true);
    await shot(page, "first-answer");
    // One stays there when something grows, also just after a scroll.
    await page.evaluate(scrollsAndGrows("timeline.scrollTop -= 1; grow(300);"));
    expect(await atEnd()).toBe(true);
    // Reading on from there, nothing moves one, also where something grows before the scroll is told.
    await page.evaluate(scrollsAndGrows("await frame(); timeline.scrollTo(0, 0); grow(300);"));
    expect(await atEnd()).toBe(false);
  });

  // After the others, which count what was made.
  it.each(VIEWS)("gives the next hint once a picture was made by typing, at $width px, $colorScheme", async (view) => {
    const { page } = await visit(view);
    const tour = page.getByRole("complementary", { name: "First steps" });
    await tour.getByText("Make your first picture.").waitFor();
    await send(page, "/dream size:64 octaves:1 steps:1");
    await tour.getByText("Use your own photo.").waitFor();
    // On a phone nothing can be dropped.
    const touches = view.width < 600;
    expect(await tour.textContent()).toContain(touches ? "Add it, then" : "Drop, paste");
    expect(await box(page).getAttribute("placeholder")).toContain(touches ? "add a picture" : "drop a picture");
    const name = `own-${view.width}-${view.colorScheme}.jpg`;
    const file = { name, mimeType: "image/jpeg", buffer: await photo(320, 240) };
    await attach(page, file);
    await box(page).press("Enter");
    await tour.getByText("Take it further.").waitFor();
    await tour.getByRole("button", { name: "Got it" }).click();
    await tour.waitFor({ state: "detached" });
  });
});
