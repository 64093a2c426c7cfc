/** Moderators keep order from the page, in the whole program. */
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { WebChat } from "../../../src/bots/web/chat.js";
import { FakeEngine } from "../../fakes/engine.js";
import { program } from "../../ops/program.js";
import { chromiumHint, hasChromium, launchChromium } from "../../support/chromium.js";
import { buildClient } from "../../support/client.js";
import { newFolder } from "../../support/new-folder.js";
import { photo, Visitor } from "./harness.js";

const clientDir = fileURLToPath(new URL("../../../dist/test-moderation-client", import.meta.url));
/** Set to a folder to look at the page. */
const shots = process.env.SCREENSHOTS;

describe.skipIf(!hasChromium)(`moderation in a browser (${chromiumHint})`, () => {
  let browser: Browser;

  beforeAll(async () => {
    buildClient(clientDir);
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  const shoot = async (page: Page, name: string) => {
    if (!shots) return;
    mkdirSync(shots, { recursive: true });
    await page.screenshot({ path: `${shots}/${name}.png` });
  };

  /** The page of a moderator, Mo, and a visitor, Gus, who has said something. */
  async function open(options: BrowserContextOptions = {}) {
    const dataDir = newFolder();
    const web = new WebChat({ dataDir, port: 0, logger: pino({ level: "silent" }), clientDir });
    const engine = new FakeEngine();
    await program({ chats: [web], engine: () => engine });
    const mod = await Visitor.enter(web);
    await mod.request("POST", "/api/session", { name: "Mo" });
    const gus = await Visitor.enter(web);
    await gus.request("POST", "/api/session", { name: "Gus" });
    await gus.request("POST", "/api/channels", { name: "lab", topic: "Tries" });
    await gus.said("Look at this", { files: [{ bytes: await photo(600, 300), name: "sky.jpg" }] });
    const visit = async (visitor: Visitor) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
      onTestFinished(() => context.close());
      const [name = "", value = ""] = visitor.cookie.split("=");
      await context.addCookies([{ name, value, url: web.address }]);
      const page = await context.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(error.message));
      await page.goto(`${web.address}/`);
      await page.locator(".channel-pane textarea").waitFor();
      return { page, errors };
    };
    return { web, engine, gus, visit, ...(await visit(mod)) };
  }

  it("mutes, renames, bars and forgives a person by a click on the name, and lists it all", async () => {
    const { page, errors, gus, visit, engine } = await open();
    const theirs = await visit(gus);
    await theirs.page.locator(".byline", { hasText: "Gus" }).first().waitFor();
    expect(await theirs.page.getByRole("button", { name: "Moderate Gus" }).count()).toBe(0);
    await gus.said("/dream picture:none octaves:2");
    await engine.next();
    const openMenu = async (name: string) => {
      await page
        .getByRole("button", { name: `Moderate ${name}` })
        .first()
        .click();
      await page.locator(".menu-rows").waitFor();
    };
    const says = (text: string | RegExp) => page.locator(".person-menu [role=status]", { hasText: text }).waitFor();
    await openMenu("Gus");
    await shoot(page, "person-light");
    await page.getByRole("button", { name: "10 min" }).click();
    await says("Muted: for 10 min");
    await theirs.page.locator(".composer-closed", { hasText: "A moderator has muted you" }).waitFor();
    await shoot(theirs.page, "muted-light");
    await page.getByRole("button", { name: "Cancel their jobs" }).click();
    await page.getByRole("button", { name: "Cancel their jobs: really?" }).click();
    await says(/Cancelled: /);
    await page.getByRole("button", { name: "Hide all" }).click();
    await says("Hidden: nothing");
    await page.getByRole("button", { name: "Unmute" }).click();
    await theirs.page.locator(".channel-pane textarea").waitFor();
    await page.getByRole("button", { name: "Rename…" }).click();
    await page.locator(".menu-form input").fill("Guest Seven");
    await page.keyboard.press("Enter");
    await says("Renamed: now Guest Seven");
    await theirs.page.locator(".byline", { hasText: "Guest Seven" }).first().waitFor();
    await page.getByRole("button", { name: "Bar…" }).click();
    await shoot(page, "bar-light");
    await page.getByRole("button", { name: "Bar now" }).click();
    await says("Barred: from the web chat");
    await theirs.page.getByText("A moderator has barred you from this chat.").waitFor();
    await shoot(theirs.page, "barred-light");
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "Admin" }).click();
    await page.locator(".restricted li", { hasText: "Guest Seven" }).waitFor();
    const acts = await page.locator(".acts li p").allInnerTexts();
    expect(acts.map((text) => text.replace(/ · .*/, ""))).toEqual([
      "Mo barred Guest Seven",
      "Mo renamed Gus",
      "Mo unmuted Gus",
      "Mo cancelled Gus's jobs",
      "Mo muted Gus",
    ]);
    await page.locator(".acts").scrollIntoViewIfNeeded();
    await shoot(page, "log-light");
    await page.getByRole("button", { name: "Lift the bar" }).click();
    await page.locator(".restricted li").waitFor({ state: "detached" });
    expect((await gus.session()).me.name).toBe("Guest Seven");
    expect([errors, theirs.errors]).toEqual([[], []]);
  });

  it("lists who is barred from the bot, with the line that lifts it", async () => {
    const { page, errors, gus, web } = await open();
    await page.locator(".channel-pane textarea").fill("/moderate bar @Gus");
    await page.keyboard.press("Enter");
    await page.locator(".message", { hasText: "Gus is barred: from them" }).waitFor();
    await page.getByRole("link", { name: "Admin" }).click();
    const row = page.locator(".restricted li", { hasText: "Gus" });
    await row.getByText("Barred from the bot, by Mo").waitFor();
    await shoot(page, "barred-list-light");
    const lift = row.getByRole("button", { name: "/moderate lift @Gus" });
    await page.evaluate("copies = []; navigator.clipboard.writeText = async (text) => void copies.push(text)");
    await lift.focus();
    for (let held = 0; held < 3; held++) await page.keyboard.down("Enter");
    await page.keyboard.up("Enter");
    await row.locator(".copied").waitFor();
    await page.getByRole("status").getByText("Copied").waitFor();
    expect(await page.evaluate("copies")).toEqual(["/moderate lift @Gus"]);
    await shoot(page, "copied-light");
    expect((await gus.session()).me.name).toBe("Gus");
    await page.goto(`${web.address}/#/art`);
    await page.locator(".channel-pane textarea").fill("/moderate lift @Gus");
    await page.keyboard.press("Enter");
    await page.locator(".message", { hasText: "Gus is no longer barred" }).waitFor();
    await page.getByRole("link", { name: "Admin" }).click();
    await page.locator(".acts li", { hasText: "Mo lifted the bar on Gus" }).waitFor();
    expect(await page.locator(".restricted li").count()).toBe(0);
    expect(errors).toEqual([]);
  });

  it("lets what follows a command line stand behind it, however long the line is", async () => {
    const { page, errors, web } = await open({ viewport: { width: 600, height: 800 } });
    const line = `/dream into:${"tabby,".repeat(20)}lynx size:512 octaves:4 seed:7`;
    await web.post(
      { platform: "web", community: "local", id: "art" },
      { text: `Done\n\`${line}\` · recipe version 2\nin 4 s` },
    );
    const code = page.locator(".message .code-inline", { hasText: "/dream into" });
    await code.waitFor();
    await shoot(page, "version-light");
    // In lines of the page, the version stands on the last one of the code.
    const tops = await code.evaluate((element) => {
      const after = element.ownerDocument.createRange();
      after.selectNode(element.nextSibling ?? element);
      return [Array.from(element.getClientRects()).at(-1), after.getBoundingClientRect()].map(
        (box) => box?.bottom ?? 0,
      );
    });
    expect(await code.evaluate((element) => element.getClientRects().length)).toBeGreaterThan(1);
    expect(Math.abs((tops[0] ?? 0) - (tops[1] ?? 0))).toBeLessThan(8);
    expect(errors).toEqual([]);
  });

  it("renames, archives, opens and deletes a channel from its header, before the eyes of all", async () => {
    const { page, errors, gus, visit, engine } = await open();
    const theirs = await visit(gus);
    expect(await theirs.page.getByRole("button", { name: "Manage #art" }).count()).toBe(0);
    await gus.said("/dream picture:none octaves:2", { channel: "lab" });
    const run = await engine.next();
    await theirs.page.getByRole("link", { name: "lab" }).click();
    await page.getByRole("link", { name: "lab" }).click();
    const manage = (name: string) => page.getByRole("button", { name: `Manage #${name}` }).click();
    await manage("lab");
    await page.locator(".sheet input").fill("works");
    await shoot(page, "channel-light");
    await page.keyboard.press("Enter");
    await theirs.page.locator(".pane-header h1", { hasText: "works" }).waitFor();
    expect(new URL(theirs.page.url()).hash).toBe("#/lab");
    await manage("works");
    await page.getByRole("button", { name: "Archive" }).click();
    await theirs.page.locator(".composer-closed", { hasText: "This channel is archived" }).waitFor();
    await shoot(theirs.page, "archived-light");
    await theirs.page.locator(".archived .channel-link", { hasText: "works" }).waitFor();
    await run.octave(1);
    await manage("works");
    await page.getByRole("button", { name: "Reopen" }).click();
    await theirs.page.locator(".channel-pane textarea").waitFor();
    await manage("works");
    await page.locator(".channel-acts").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Yes, delete it and everything in it" }).click();
    await theirs.page.locator(".toast", { hasText: "#works no longer exists." }).waitFor();
    await theirs.page.locator(".pane-header h1", { hasText: "art" }).waitFor();
    await expect(run.settled).rejects.toThrow();
    await expect.poll(() => theirs.page.locator(".sidebar nav .channel-link").allInnerTexts()).toEqual(["art"]);
    expect([errors, theirs.errors]).toEqual([[], []]);
  });

  it("fits a phone, light and dark", async () => {
    const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
    const { page, errors } = await open({ ...phone, colorScheme: "dark" });
    await page.getByRole("button", { name: "Moderate Gus" }).first().tap();
    await page.locator(".menu-rows").waitFor();
    await shoot(page, "person-phone-dark");
    await page.emulateMedia({ colorScheme: "light" });
    await page.getByRole("button", { name: "Bar…" }).tap();
    await shoot(page, "person-phone-light");
    const menu = await page.locator(".person-menu").boundingBox();
    expect([menu?.width, (menu?.y ?? 0) + (menu?.height ?? 0)]).toEqual([390, 844]);
    expect(await page.locator(".person-menu").evaluate((element) => element.scrollWidth)).toBeLessThanOrEqual(390);
    await page.getByRole("button", { name: "Close" }).tap();
    await page.getByRole("button", { name: "Manage #art" }).tap();
    await page.locator(".channel-acts").waitFor();
    await shoot(page, "channel-phone-light");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^Channels/ }).tap();
    await page.getByRole("link", { name: "Admin" }).tap();
    await page.locator(".acts:not([hidden]), .empty").last().waitFor();
    await page.locator(".sheet-section").last().scrollIntoViewIfNeeded();
    const wide = await page.locator(".admin-content").evaluate((floor) => floor.scrollWidth);
    expect(wide).toBeLessThanOrEqual(390);
    await shoot(page, "log-phone-light");
    expect(errors).toEqual([]);
  });
});
