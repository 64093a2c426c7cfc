/** Comfort: shortcuts are listed, times are local, few stops by keyboard; axe-core, and who reads it, find nothing. */
import { describe, expect, it } from "vitest";
import { attach, box, message, myName, send, withAll } from "../../support/chat-page.js";
import { chromiumHint, hasChromium } from "../../support/chromium.js";
import { photo } from "./harness.js";
import { lookAndRead, shot, VIEWS } from "./seen.js";
import { moderate, wholeProgram } from "./whole-program.js";
import { wordFaults } from "./words.js";

describe.skipIf(!hasChromium)(`comfort (${chromiumHint})`, () => {
  const { visit } = wholeProgram();

  describe.each(VIEWS)("at $width px, $colorScheme", (view) => {
    const phone = view.width < 600;

    it("axe-core and who reads find nothing in any state", async () => {
      const { page } = await visit(view);
      const result = message(page, withAll(`for ${await myName(page)}`, "Done in"));
      await lookAndRead(page, "at first");
      await box(page).fill("/dream size:64 octaves:1 steps:1 seed:3");
      await page.locator(".completion").waitFor();
      await lookAndRead(page, "completion");
      await box(page).press("Escape");
      // No one looks, so that it is told.
      await page.evaluate("document.hasFocus = () => false");
      await box(page).press("Enter");
      await result.waitFor();
      await page.locator(".toast.news").waitFor();
      await page.evaluate("delete document.hasFocus");
      await lookAndRead(page, "a result and a toast");
      await box(page).fill("/dream look:");
      await page.getByRole("option", { name: /creatures/ }).waitFor();
      await lookAndRead(page, "looks");
      await box(page).fill("/dream size:9999");
      await page.locator(".composer-problem").waitFor();
      await lookAndRead(page, "a mistake");
      await box(page).fill("");
      await result
        .getByRole("button", { name: /^Enlarge/ })
        .first()
        .click();
      await page.locator("dialog.lightbox").waitFor();
      await lookAndRead(page, "lightbox");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox").waitFor();
      await lookAndRead(page, "switcher");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Control+/");
      await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
      await lookAndRead(page, "shortcuts");
      await page.keyboard.press("Escape");
      await page.locator(".thread-card").last().click();
      await page.locator(".thread-pane article").last().waitFor();
      await lookAndRead(page, "thread");
      await page.evaluate("location.hash = '#gallery'");
      await page.locator(".tile").first().waitFor();
      await lookAndRead(page, "gallery");
      await page.locator(".tile > a").first().click();
      await page.locator("dialog.work").getByRole("heading").first().waitFor();
      await lookAndRead(page, "work");
      await page.evaluate("location.hash = '#/art'");
      await box(page).waitFor();
      const menu = () => (phone ? page.getByRole("button", { name: /^Channels/ }).click() : undefined);
      for (const name of ["Notifications", "New channel"]) {
        await menu();
        await page.getByRole("button", { name }).click();
        await page.locator("dialog").waitFor();
        await lookAndRead(page, name.toLowerCase());
        await page.keyboard.press("Escape");
      }
      await menu();
      await page.locator(".me-name").click();
      await page.getByLabel("Name").waitFor();
      await lookAndRead(page, "profile");
      await page.getByRole("button", { name: "Use the chat in another browser" }).click();
      await page.locator(".devices li").first().waitFor();
      await lookAndRead(page, "devices");
      await page.keyboard.press("Escape");
    });

    it("axe-core and who reads find nothing in what messages and pictures open", async () => {
      const { page } = await visit(view);
      const name = `sea-${view.width}-${view.colorScheme}.jpg`;
      const file = { name, mimeType: "image/jpeg", buffer: await photo(320, 240) };
      await attach(page, file);
      await lookAndRead(page, "a photo to send");
      await page.getByRole("button", { name: `Draw where to change ${name}` }).click();
      await page.getByRole("dialog", { name: "Where in the picture?" }).waitFor();
      await lookAndRead(page, "the brush");
      await page.keyboard.press("Escape");
      await box(page).fill("my photo");
      await box(page).press("Enter");
      const said = message(page, "my photo");
      await said.getByAltText(name).waitFor();
      await said.focus();
      await lookAndRead(page, "a message in focus");
      await said.getByRole("button", { name: "Add a reaction" }).first().click();
      await page.getByRole("dialog", { name: "Choose a reaction" }).waitFor();
      await lookAndRead(page, "the emoji");
      await page.keyboard.press("Escape");
      await said.focus();
      await said.getByRole("button", { name: "More" }).click();
      const menu = page.getByRole("dialog", { name: "What can be done with this message" });
      await menu.waitFor();
      await lookAndRead(page, "the menu");
      await menu.getByRole("button", { name: "Edit" }).click();
      await page.getByLabel("Edit your message").waitFor();
      await lookAndRead(page, "a message being edited");
      await page.keyboard.press("Escape");
      await said.focus();
      await said.getByRole("button", { name: "Reply" }).click();
      await page.getByText("Replying to").waitFor();
      await lookAndRead(page, "a reply");
      await send(page, "/stylize");
      const me = await myName(page);
      const palette = message(page, `Which style, ${me}`);
      await palette.getByRole("button", { name: /winter$/ }).waitFor();
      await lookAndRead(page, "a palette");
      await palette.getByRole("button", { name: /winter$/ }).click();
      const result = message(page, withAll("Painting in winter", `for ${me}`, "Done"));
      await result.waitFor();
      // By keyboard: the pointer is still over the palette.
      await result.focus();
      await result.getByRole("button", { name: "More" }).press("Enter");
      await menu.getByRole("button", { name: "Before and after" }).click();
      await page.getByRole("slider").waitFor();
      await lookAndRead(page, "before and after");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Control+k");
      await page.keyboard.type("winter");
      await page
        .getByRole("option", { name: /Painting in winter/ })
        .first()
        .waitFor();
      await lookAndRead(page, "what was found");
      await page.keyboard.press("Escape");
      if (phone) {
        await page.getByRole("button", { name: /^Channels/ }).click();
        await lookAndRead(page, "the channels");
      }
      await page.getByRole("button", { name: "New channel" }).click();
      await page.keyboard.type(`axe-${view.width}-${view.colorScheme}`);
      await page.keyboard.press("Enter");
      await page.getByText("Nothing here yet.").waitFor();
      await lookAndRead(page, "an empty channel");
    });

    it("axe-core and who reads find nothing where moderators look", async () => {
      const { page } = await visit(view);
      const { page: other } = await visit(view);
      const text = `something to moderate, ${view.width} ${view.colorScheme}`;
      await box(other).fill(text);
      await box(other).press("Enter");
      await message(other, text).waitFor();
      await moderate(page);
      const said = message(page, text);
      await said.locator(".gutter button").click();
      const person = page.getByRole("dialog", { name: /^Moderate / });
      await person.getByRole("group", { name: "Mute" }).waitFor();
      await lookAndRead(page, "a person");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Manage #art" }).click();
      await page.getByRole("dialog").waitFor();
      await lookAndRead(page, "a channel");
      await page.keyboard.press("Escape");
      if (phone) await page.getByRole("button", { name: /^Channels/ }).click();
      await page.getByRole("link", { name: "Admin" }).click();
      await page.getByText("What moderators have done").waitFor();
      await lookAndRead(page, "the admin page");
    });

    it("is read by something that finds faults", async () => {
      const { page } = await visit(view);
      await message(page, "Welcome to the studio").waitFor();
      await page.evaluate(`document.querySelector(".channel-pane").insertAdjacentHTML("beforeend",
        "<p>One. Two</p><button title='deletes it'>Deletes it</button><i>{name} nav.admin undefined...</i>" +
        "<i>nav.admin</i><button hidden>resets it</button>")`);
      expect(await wordFaults(page, "x")).toEqual([
        "x: broken: {name} nav.admin undefined...",
        "x: broken: nav.admin",
        "x: says what it does: Deletes it",
        "x: has no full stop: One. Two",
      ]);
    });

    it("lists the shortcuts", async () => {
      const { page } = await visit(view);
      await message(page, "Welcome to the studio").focus();
      await page.keyboard.press("?");
      const list = page.getByRole("dialog", { name: "Keyboard shortcuts" });
      await list.getByText("Find something or jump to a channel").waitFor();
      await shot(page, "comfort-shortcuts");
      await page.keyboard.press("Escape");
      await list.waitFor({ state: "detached" });
      await box(page).focus();
      await page.keyboard.press("?");
      expect(await box(page).inputValue()).toBe("?");
      expect(await list.count()).toBe(0);
    });

    it("takes two stops through the messages, and the arrow keys inside one", async () => {
      const { page } = await visit(view);
      for (const text of ["one", "two", "three"]) {
        await box(page).fill(text);
        await box(page).press("Enter");
        await message(page, text).waitFor();
      }
      await expect.poll(() => page.locator(".pending").count()).toBe(0);
      const stops = () =>
        page
          .locator(".timeline")
          .first()
          .evaluate((timeline) => {
            const all = timeline.querySelectorAll("article, article a[href], article button, article [tabindex]");
            return [...all].filter((each) => (each as unknown as { tabIndex: number }).tabIndex >= 0).length;
          });
      await expect.poll(stops).toBe(2);
      const first = page.locator(".channel-pane article").first();
      await first.focus();
      await expect.poll(() => first.getAttribute("tabindex")).toBe("0");
      await expect.poll(stops).toBe(2);
      await page.keyboard.press("ArrowRight");
      expect(await page.evaluate("document.activeElement.tagName")).not.toBe("ARTICLE");
      await page.keyboard.press("Escape");
      await expect.poll(() => page.evaluate("document.activeElement.tagName")).toBe("ARTICLE");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowLeft");
      expect(await first.getAttribute("tabindex")).toBe("-1");
    });
  });

  it.each(VIEWS)("writes Hebrew from right to left beside English, at $width px, $colorScheme", async (view) => {
    const { page } = await visit(view);
    const text = `שלום עולם ${view.width} ${view.colorScheme}!`;
    await box(page).fill(text);
    await box(page).press("Enter");
    const said = message(page, text).locator(".text");
    await said.waitFor();
    // Its beginning is at the right edge, and what ends it at its left.
    const places = await said.evaluate((element) => {
      const range = element.ownerDocument.createRange();
      const walk = element.ownerDocument.createTreeWalker(element, 4);
      const node = walk.nextNode();
      const at = (index: number) => {
        range.setStart(node, index);
        range.setEnd(node, index + 1);
        return range.getBoundingClientRect();
      };
      const all = element.getBoundingClientRect();
      return { begin: all.right - at(0).right, ends: at(node.data.length - 1).right - at(0).left };
    });
    expect(Math.abs(places.begin)).toBeLessThan(2);
    expect(places.ends).toBeLessThan(0);
    await lookAndRead(page, "a message in Hebrew");
    await box(page).fill("from left to right");
    await box(page).press("Enter");
    await message(page, "from left to right").waitFor();
    const [left, edge] = await Promise.all([
      message(page, "from left to right").locator(".text p").boundingBox(),
      message(page, "from left to right").locator(".text").boundingBox(),
    ]);
    expect(left?.x).toBe(edge?.x);
  });

  it.each(VIEWS)("tells times as they are where one is, at $width px, $colorScheme", async (view) => {
    const { page } = await visit(view, { timezoneId: "Asia/Tokyo", locale: "en-GB" });
    await box(page).fill("open until 2031-03-01 05:00 UTC");
    await box(page).press("Enter");
    await message(page, "open until").getByText("1 March").waitFor();
    expect(await message(page, "open until").locator(".text").textContent()).toContain("14:00");
  });

  it.each(VIEWS)("tells an hour of every day with its zone, at $width px, $colorScheme", async (view) => {
    const { page } = await visit(view, { timezoneId: "Asia/Tokyo", locale: "en-GB" });
    await moderate(page);
    const told = async (line: string) => {
      await send(page, line);
      return message(page, "Changed. Now:").locator(".markdown strong");
    };
    for (const [line, shown] of [
      ["/settings daily:18:00", "18:00 UTC, every day (03:00 your time)"],
      ['/settings daily:"18:00 Asia/Kolkata"', "18:00 Asia/Kolkata, every day (21:30 your time)"],
      ['/settings daily:"18:00 Asia/Tokyo"', "18:00 Asia/Tokyo, every day"],
      ["/settings daily:off", "off"],
    ] as const) {
      const value = await told(line);
      await expect.poll(() => value.textContent()).toBe(shown);
    }
    await lookAndRead(page, "an hour of every day");
  });
});
