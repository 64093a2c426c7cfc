/** Told when it is done: unread threads, the title and the icon, toasts, sounds, notifications, and the app. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { box, message, send, withAll } from "../../support/chat-page.js";
import { chromiumHint, hasChromium } from "../../support/chromium.js";
import { lookAndRead, overflow, shot, VIEWS } from "./seen.js";
import { wholeProgram } from "./whole-program.js";

describe.skipIf(!hasChromium)(`news (${chromiumHint})`, () => {
  const { visit } = wholeProgram();

  async function dream(page: Page, seed: number): Promise<void> {
    await send(page, `/dream size:64 octaves:1 steps:1 seed:${seed}`);
  }
  const icon = (page: Page) => page.locator('link[rel="icon"]').evaluate((link) => String(Reflect.get(link, "href")));
  const toast = (page: Page) => page.locator(".toast.news").last();

  describe.each(VIEWS)("at $width px, $colorScheme", (view) => {
    const seed = VIEWS.indexOf(view) + 1;

    it("tells of a result with its picture, counts it, and leads to it", async () => {
      const { page, errors } = await visit(view);
      // What the system would show on the icon of the installed app.
      await page.evaluate(`{
        window.badge = 0;
        navigator.setAppBadge = async (count) => void (window.badge = count);
        navigator.clearAppBadge = async () => void (window.badge = 0);
      }`);
      await page.evaluate("document.hasFocus = () => false");
      await dream(page, seed + 10);
      await toast(page).filter({ hasText: "Your picture is done: Dream of creatures" }).waitFor();
      const picture = toast(page).locator("img");
      await expect.poll(() => picture.evaluate((it) => Reflect.get(it, "naturalWidth"))).toBeGreaterThan(0);
      // The channel's own message may be counted, too.
      await expect.poll(() => page.title()).toMatch(/^\([12]\) #art/);
      await expect.poll(() => icon(page)).toContain("data:image/png");
      const onIcon = () => page.evaluate<number>("window.badge");
      await expect.poll(async () => (await page.title()).startsWith(`(${await onIcon()}) `)).toBe(true);
      await page.locator(".thread-card .badge", { hasText: "1 new" }).waitFor();
      expect(await overflow(page)).toBe(0);
      await shot(page, "news-toast");
      await page.evaluate("delete document.hasFocus; dispatchEvent(new Event('focus'))");
      await toast(page).getByRole("link", { name: "Jump to it" }).click();
      await page.locator(".thread-pane").waitFor();
      await expect.poll(() => page.title()).toMatch(/^#art/);
      await expect.poll(() => icon(page)).toContain("favicon.svg");
      expect(await onIcon()).toBe(0);
      expect(errors).toEqual([]);
    });

    it("says nothing of a result that one sees come, but of one that is out of sight", async () => {
      const { page, errors } = await visit(view);
      await page.evaluate(`{
        window.told = [];
        new MutationObserver(() => {
          for (const { textContent } of document.querySelectorAll(".toast.news")) window.told.push(textContent);
        }).observe(document.body, { childList: true, subtree: true });
      }`);
      const told = () => page.evaluate<string[]>("[...new Set(window.told)]");
      const other = await page.context().newPage();
      const toldToBoth = new Promise<void>((resolve) => {
        other.on("websocket", (socket) =>
          socket.on("framereceived", ({ payload }) => {
            if (/"kind":"news".*"newest"/s.test(String(payload))) resolve();
          }),
        );
      });
      await other.goto(page.url());
      await box(other).waitFor();
      await page.bringToFront();
      await send(page, `/dream look:eyes size:64 octaves:1 steps:1 seed:${seed + 30}`);
      await message(page, withAll("Dream of eyes", `seed:${seed + 30}\\b`, "Done")).waitFor();
      // Both tabs are sent the news at once, and a line that is written then comes after it.
      await toldToBoth;
      await box(other).fill(`Seen ${seed}`);
      await box(other).press("Enter");
      await message(page, `Seen ${seed}`).waitFor();
      // What was read is counted no longer.
      await expect.poll(() => page.title()).toMatch(/^#art/);
      const timeline = page.locator(".channel-pane .timeline");
      await timeline.evaluate((each) => each.scrollTo(0, 0));
      // There, older messages may come in above.
      const below = () => timeline.evaluate((each) => each.scrollHeight - each.scrollTop - each.clientHeight);
      await expect.poll(below).toBeGreaterThan(300);
      await dream(other, seed + 40);
      await toast(page).waitFor();
      // News come in their order: the first would have been told by now.
      expect(await told()).toEqual([expect.stringContaining("Your picture is done: Dream of creatures")]);
      await shot(page, "news-out-of-sight");
      expect(errors).toEqual([]);
    });

    it("leads to a result from over a dialog as well", async () => {
      const { page, errors } = await visit(view);
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox").waitFor();
      // It is asked for in another window of the same person, so that the dialog is there before it comes.
      const other = await page.context().newPage();
      await other.goto(page.url());
      await box(other).waitFor();
      await dream(other, seed + 20);
      // The channel has it: a line on its way would go with the window.
      await message(other, `seed:${seed + 20}`).waitFor();
      await other.close();
      await toast(page).filter({ hasText: "Your picture is done" }).waitFor();
      await lookAndRead(page, "news over a dialog");
      await shot(page, "news-over-dialog");
      await toast(page).getByRole("link", { name: "Jump to it" }).click();
      await page.locator(".thread-pane").waitFor();
      expect(await page.locator("dialog").count()).toBe(0);
      expect(errors).toEqual([]);
    });

    it("counts answers in a thread that one has written in, until they are read, also after a reload", async () => {
      const { page: ann } = await visit(view);
      const { page: ben } = await visit(view);
      const said = `what do you think? ${seed}`;
      await box(ann).fill(said);
      await box(ann).press("Enter");
      const open = async (page: Page) => {
        await message(page, said).focus();
        await page.keyboard.press("t");
        await box(page, ".thread-pane").waitFor();
      };
      await open(ben);
      await box(ben, ".thread-pane").fill("I like it");
      await box(ben, ".thread-pane").press("Enter");
      await toast(ann).filter({ hasText: "replied: I like it" }).waitFor();
      await ann.reload();
      await message(ann, said).locator(".badge", { hasText: "1 new" }).waitFor();
      await expect.poll(() => ann.title()).toMatch(/^\(1\) #art/);
      await open(ann);
      await message(ann, "I like it", ".thread-pane").waitFor();
      await expect.poll(() => ann.title()).toMatch(/^#art/);
      await ann.reload();
      await message(ann, "I like it", ".thread-pane").waitFor();
      expect(await ann.title()).toMatch(/^#art/);
      // The one who has answered takes part now.
      await box(ann, ".thread-pane").fill("thank you");
      await ben.evaluate("location.hash = '#/art'");
      await ben.locator(".thread-pane").waitFor({ state: "detached" });
      await box(ann, ".thread-pane").press("Enter");
      await toast(ben).filter({ hasText: "replied: thank you" }).waitFor();
    });

    it("counts what is unread in another channel, and what mentions one, until it is read", async () => {
      const phone = view.width < 600;
      const { page: ann, errors } = await visit(view);
      const { page: ben } = await visit(view);
      const name = (await ann.locator(".me-name strong").textContent()) ?? "";
      const openDrawer = async (label: string) => {
        if (phone) await ann.getByRole("button", { name: label, exact: true }).first().click();
      };
      const link = (label: string) => ann.getByRole("link", { name: label, exact: true });
      const say = async (text: string) => {
        await send(ben, text);
        await message(ben, text).waitFor();
      };
      await openDrawer("Channels");
      await ann.getByRole("button", { name: "New channel" }).click();
      await ann.keyboard.type(`side-${view.width}-${view.colorScheme}`);
      await ann.keyboard.press("Enter");
      await expect.poll(() => ann.title()).toContain("#side-");
      await say(`good morning ${seed}`);
      await openDrawer("Channels, some unread");
      await link("art, 1 unread").waitFor();
      await say(`hello @${name}, ${seed}`);
      const unread = link("art, 2 unread, 1 for you");
      await unread.waitFor();
      await expect.poll(() => ann.title()).toMatch(/^\(\d\) #side-/);
      expect(await unread.locator(".badge-mention").getAttribute("data-count")).toBe("1");
      await toast(ann).filter({ hasText: "mentioned you" }).getByRole("button", { name: "Dismiss" }).click();
      await lookAndRead(ann, "unread in another channel");
      await shot(ann, "news-unread");
      await ann.reload();
      await box(ann).waitFor();
      await openDrawer("Channels, some unread");
      await unread.click();
      await ann.getByRole("separator", { name: "New messages" }).waitFor();
      expect(await message(ann, `hello @${name}, ${seed}`).locator(".mention-me").textContent()).toBe(`@${name}`);
      await openDrawer("Channels");
      await link("art").waitFor();
      await expect.poll(() => ann.title()).toMatch(/^#art/);
      expect(errors).toEqual([]);
    });

    it("plays a sound and shows the system's notification where one has asked for that", async () => {
      const { page } = await visit(view, { permissions: ["notifications"] });
      await page.evaluate(`{
        window.notes = 0;
        const Note = window.OscillatorNode;
        window.OscillatorNode = class extends Note { start(at) { window.notes += 1; super.start(at); } };
      }`);
      if (view.width < 600) await page.getByRole("button", { name: /^Channels/ }).click();
      await page.getByRole("button", { name: "Notifications" }).click();
      await page.getByLabel("Play a sound").check();
      expect(await page.evaluate("window.notes")).toBe(2);
      await page.getByLabel("Show a desktop notification").check();
      await shot(page, "news-alerts");
      await page.getByRole("button", { name: "Done" }).click();
      await page.evaluate("document.hasFocus = () => false");
      await dream(page, seed + 100);
      await toast(page).filter({ hasText: "Your picture is done" }).waitFor();
      expect(await page.evaluate("window.notes")).toBe(4);
      const shown = () =>
        page.evaluate(`navigator.serviceWorker.ready.then((worker) => worker.getNotifications())
          .then((all) => all.map(({ title, data }) => title + " " + data.href))`);
      await expect.poll(shown).toEqual([expect.stringMatching(/^Your picture is done #\/art\/\d+$/)]);
    });
  });

  it.each(VIEWS)("can be installed as an app, at $width px, $colorScheme", async (view) => {
    const { page } = await visit(view);
    const manifest = await page.evaluate<{ icons: { src: string; sizes: string }[]; start_url: string }>(
      "fetch(document.querySelector('link[rel=manifest]').href).then((answer) => answer.json())",
    );
    for (const { src, sizes } of manifest.icons) {
      const size = await page.evaluate(`fetch(${JSON.stringify(src)}).then((it) => it.blob()).then(createImageBitmap)
        .then(({ width, height }) => width + "x" + height)`);
      expect(size).toBe(sizes);
    }
    expect(manifest.start_url).toBe("./");
    const scope = await page.evaluate("navigator.serviceWorker.ready.then(({ scope }) => scope)");
    expect(scope).toBe(new URL("./", page.url()).href);
  });
});
