import type { Locator, Page } from "playwright-core";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { CommandEvent } from "../../../src/port/events.js";
import { attach } from "../../support/chat-page.js";
import { chromiumHint, hasChromium } from "../../support/chromium.js";
import { handlers, photo, Visitor } from "./harness.js";
import { composer, messages, SCREENS, useBrowser } from "./pages.js";
import { lookAndRead, overflow, windowOf } from "./seen.js";

/** The brightness of a mask at places, in shares of its sides: 0 or 255. */
async function brightness(bytes: Uint8Array, places: readonly (readonly [number, number])[]): Promise<number[]> {
  const { data, info } = await sharp(bytes).greyscale().raw().toBuffer({ resolveWithObject: true });
  return places.map(([x, y]) => data[Math.floor(y * info.height) * info.width + Math.floor(x * info.width)] ?? -1);
}

const LEFT = [0.25, 0.5] as const;
const RIGHT = [0.75, 0.5] as const;
const MIDDLE = [0.5, 0.5] as const;

/** Draws from the left to the middle; a dot at the right is undone. */
async function drawByKeys(page: Page): Promise<void> {
  for (let i = 0; i < 6; i++) await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Space");
  await page.getByText("The brush is down.").waitFor();
  for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Space");
  await page.getByText("The brush is up.").waitFor();
  for (let i = 0; i < 9; i++) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Space");
  await page.keyboard.press("Control+z");
}

describe.skipIf(!hasChromium)(`the brush in a browser (${chromiumHint})`, () => {
  const { open } = useBrowser("test-web-client-mask");

  async function openBrush(options: (typeof SCREENS)[number]["options"]) {
    const events: CommandEvent[] = [];
    const bot = handlers(async (event) => {
      if (event.kind === "command") events.push(event);
    });
    const opened = await open(options, { bot });
    const { page } = opened;
    await attach(page, { name: "river.jpg", mimeType: "image/jpeg", buffer: await photo(600, 400) });
    await page.getByRole("button", { name: "Draw where to change river.jpg" }).click();
    const canvas = page.getByRole("application", { name: "Brush on river.jpg" });
    await canvas.waitFor();
    /** Sends what is drawn and gives the mask that the bot gets. */
    const sent = async (): Promise<Uint8Array> => {
      await page.getByRole("button", { name: "Use it" }).click();
      await expect.poll(() => composer(page).inputValue()).toBe("/dream where:mask");
      await composer(page).press("Enter");
      await expect.poll(() => events.length).toBe(1);
      const [picture, mask] = events[0]?.attachments ?? [];
      expect([picture?.name, mask?.name]).toEqual(["river.jpg", "mask.png"]);
      const signal = new AbortController().signal;
      const { bytes } = (await mask?.fetch({ maxBytes: 1e7, signal })) ?? { bytes: new Uint8Array() };
      expect(await sharp(bytes).metadata()).toMatchObject({ format: "png", width: 600, height: 400 });
      return bytes;
    };
    return { ...opened, canvas, sent };
  }

  /** Pictures that are in the channel already: two photos of somebody in one message, and a work of the bot's. */
  async function openChannel(options: (typeof SCREENS)[number]["options"]) {
    const events: CommandEvent[] = [];
    const bot = handlers(async (event) => {
      if (event.kind === "command") events.push(event);
    });
    const opened = await open(options, { bot });
    const { page, chat } = opened;
    const ann = await Visitor.enter(chat);
    const files = await Promise.all(
      ["sea", "hill"].map(async (name) => ({
        bytes: await photo(600, 400, name === "sea" ? "blue" : "green"),
        name: `${name}.jpg`,
      })),
    );
    const photos = await ann.said("my photos", { files });
    const work = await chat.post(
      { platform: "web", community: "local", id: "art" },
      {
        text: "Done",
        pictures: [{ bytes: await photo(400, 600), name: "dream-7.jpg", type: "image/jpeg", description: "It" }],
      },
    );
    /** Opens the brush from the menu of a message's picture. */
    const brushOn = async (text: string, index = 0): Promise<Locator> => {
      const shown = messages(page, text);
      await shown.locator(".picture").nth(index).click({ button: "right" });
      const menu = page.getByRole("dialog", { name: "What can be done with this message" });
      await menu.getByRole("button", { name: "Draw where to dream" }).click();
      const canvas = page.getByRole("application");
      await canvas.waitFor();
      return canvas;
    };
    /** Puts the mask into the message that is being written. */
    const use = async (): Promise<void> => {
      await page.getByRole("button", { name: "Use it" }).click();
      await expect.poll(() => composer(page).inputValue()).toBe("/dream where:mask");
      await page.locator(".composer-reply").waitFor();
    };
    /** Sends it, and gives what the bot gets: the picture's name, the message that is answered, the mask. */
    const sent = async () => {
      await composer(page).press("Enter");
      await expect.poll(() => events.length).toBe(1);
      const [event] = events;
      const [picture, mask, ...more] = event?.attachments ?? [];
      expect([mask?.name, more]).toEqual(["mask.png", []]);
      const { bytes } = (await mask?.fetch({ maxBytes: 1e7, signal: new AbortController().signal })) ?? expect.fail();
      return { picture: picture?.name, answered: event?.repliesTo?.id, bytes };
    };
    return { ...opened, photos, work, brushOn, use, sent };
  }

  async function drag(page: Page, canvas: Locator, from: readonly [number, number], to: readonly [number, number]) {
    const box = (await canvas.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const at = ([x, y]: readonly [number, number]) => [box.x + x * box.width, box.y + y * box.height] as const;
    await page.mouse.move(...at(from));
    await page.mouse.down();
    await page.mouse.move(...at(to), { steps: 4 });
    await page.mouse.up();
  }

  // Its dialog is looked at in all four views by browser-comfort.
  const screens = SCREENS.filter(({ options }) => (options.hasTouch ? "dark" : "light") === options.colorScheme);
  describe.each(screens)("at $name", ({ options }) => {
    it("draws with the mouse, undoes and erases; the mask goes with the picture", async () => {
      const { page, canvas, sent, errors } = await openBrush(options);
      expect(await overflow(page)).toBe(0);
      const use = page.getByRole("button", { name: "Use it" });
      expect(await use.isDisabled()).toBe(true);
      await drag(page, canvas, [0.15, 0.5], [0.85, 0.5]);
      await drag(page, canvas, [0.5, 0.1], [0.5, 0.2]);
      await page.getByRole("button", { name: "Undo" }).click();
      await page.getByRole("button", { name: "Erase" }).click();
      await drag(page, canvas, RIGHT, [0.76, 0.5]);
      const mask = await sent();
      expect(await brightness(mask, [LEFT, MIDDLE, RIGHT, [0.5, 0.15], [0.02, 0.02]])).toEqual([255, 255, 0, 0, 0]);
      expect(errors).toEqual([]);
    });

    it("draws by keys alone: Space puts the brush down, arrows move it, Ctrl+Z undoes", async () => {
      const { page, canvas, sent } = await openBrush(options);
      await canvas.focus();
      await drawByKeys(page);
      expect(await brightness(await sent(), [LEFT, [0.36, 0.5], RIGHT])).toEqual([255, 255, 0]);
    });

    it("keeps what was drawn when it is closed, and takes the mask away with its picture", async () => {
      const { page, canvas } = await openBrush(options);
      await drag(page, canvas, LEFT, RIGHT);
      await page.keyboard.press("Escape");
      await canvas.waitFor({ state: "detached" });
      await page.getByRole("button", { name: "Draw where to change river.jpg" }).click();
      await page.getByRole("button", { name: "Use it" }).click();
      await page.getByAltText("mask.png").waitFor();
      expect(await page.locator(".composer-files li").count()).toBe(2);
      await page.getByRole("button", { name: "Remove river.jpg" }).click();
      await expect.poll(() => page.locator(".composer-files li").count()).toBe(0);
    });

    it("draws on one of several pictures in the channel with the mouse, and takes a stroke back", async () => {
      const { page, photos, brushOn, use, sent, errors } = await openChannel(options);
      const canvas = await brushOn("my photos", 1);
      expect(await canvas.getAttribute("aria-label")).toBe("Brush on hill.jpg");
      expect(await overflow(page)).toBe(0);
      await lookAndRead(page, "the brush on a picture in the channel");
      await drag(page, canvas, [0.15, 0.5], [0.85, 0.5]);
      await drag(page, canvas, [0.5, 0.1], [0.5, 0.2]);
      await page.getByRole("button", { name: "Undo" }).click();
      await use();
      const { picture, answered, bytes } = await sent();
      expect([picture, answered]).toEqual(["hill.jpg", photos.id]);
      expect(await sharp(bytes).metadata()).toMatchObject({ format: "png", width: 600, height: 400 });
      expect(await brightness(bytes, [LEFT, MIDDLE, RIGHT, [0.5, 0.15]])).toEqual([255, 255, 255, 0]);
      // Sent and gone: the next message answers nothing.
      expect(await page.locator(".composer-files, .composer-reply").count()).toBe(0);
      expect(errors).toEqual([]);
    });

    it("asks which picture is meant where none was pointed at, and keeps what is drawn on each", async () => {
      const { page, photos, use, sent, errors } = await openChannel(options);
      const shown = messages(page, "my photos");
      await shown.focus();
      await shown.getByRole("button", { name: "More" }).press("Enter");
      await page.getByRole("button", { name: "Draw where to dream" }).press("Enter");
      const sea = page.getByRole("application", { name: "Brush on sea.jpg" });
      await drag(page, sea, [0.3, 0.2], [0.7, 0.2]);
      await page.getByRole("button", { name: "Picture 2: hill.jpg" }).press("Enter");
      const hill = page.getByRole("application", { name: "Brush on hill.jpg" });
      await hill.waitFor();
      expect(await page.getByRole("button", { name: "Use it" }).isDisabled()).toBe(true);
      expect(await overflow(page)).toBe(0);
      await lookAndRead(page, "the brush asks which picture");
      await page.getByRole("button", { name: "Picture 1: sea.jpg" }).press("Enter");
      await sea.waitFor();
      expect(await page.getByRole("button", { name: "Undo" }).isDisabled()).toBe(false);
      await page.getByRole("button", { name: "Picture 2: hill.jpg" }).press("Enter");
      await hill.focus();
      await drawByKeys(page);
      await use();
      const { picture, answered, bytes } = await sent();
      expect([picture, answered]).toEqual(["hill.jpg", photos.id]);
      expect(await brightness(bytes, [LEFT, [0.36, 0.5], RIGHT, [0.5, 0.2]])).toEqual([255, 255, 0, 0]);
      expect(errors).toEqual([]);
    });

    it("draws on a work by keys alone, from its menu to the line that is sent", async () => {
      const { page, work, use, sent } = await openChannel(options);
      const shown = messages(page, "Done");
      await shown.focus();
      await shown.getByRole("button", { name: "More" }).press("Enter");
      await page.getByRole("button", { name: "Draw where to dream" }).press("Enter");
      await page.getByRole("application", { name: "Brush on dream-7.jpg" }).focus();
      await drawByKeys(page);
      await use();
      const { picture, answered, bytes } = await sent();
      expect([picture, answered]).toEqual(["dream-7.jpg", work.id]);
      expect(await brightness(bytes, [LEFT, [0.36, 0.5], RIGHT])).toEqual([255, 255, 0]);
    });

    it("takes the mask away with the answer that it belongs to, and mixes it with no other picture", async () => {
      const { page, brushOn, use } = await openChannel(options);
      await drag(page, await brushOn("Done"), LEFT, RIGHT);
      await use();
      await page.getByRole("button", { name: "Cancel reply" }).click();
      await expect.poll(() => page.locator(".composer-files li").count()).toBe(0);
      await attach(page, { name: "river.jpg", mimeType: "image/jpeg", buffer: await photo(600, 400) });
      // What was drawn before is there again.
      await brushOn("Done");
      await page.getByRole("button", { name: "Use it" }).click();
      await page.getByText("Your message already has pictures").waitFor();
      expect(await page.locator(".composer-files li").count()).toBe(1);
    });
  });

  it("draws by touch on a picture in the channel that a resting finger has chosen", async () => {
    const { page, photos, use, sent } = await openChannel(windowOf({ width: 390, colorScheme: "dark" }));
    const session = await page.context().newCDPSession(page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", x: number, y: number) =>
      session.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : [{ x, y }] });
    const chosen = messages(page, "my photos").locator(".picture").first();
    await chosen.scrollIntoViewIfNeeded();
    const on = (await chosen.boundingBox()) ?? expect.fail();
    await touch("touchStart", on.x + on.width / 2, on.y + on.height / 2);
    const draw = page.getByRole("button", { name: "Draw where to dream" });
    await draw.waitFor();
    await touch("touchEnd", 0, 0);
    await draw.tap();
    const canvas = page.getByRole("application", { name: "Brush on sea.jpg" });
    await canvas.waitFor();
    const box = (await canvas.boundingBox()) ?? expect.fail();
    const at = (x: number) => [box.x + x * box.width, box.y + 0.5 * box.height] as const;
    await touch("touchStart", ...at(0.2));
    for (const x of [0.3, 0.4, 0.5]) await touch("touchMove", ...at(x));
    await touch("touchEnd", ...at(0.5));
    expect(await canvas.boundingBox()).toEqual(box);
    await use();
    const { picture, answered, bytes } = await sent();
    expect([picture, answered]).toEqual(["sea.jpg", photos.id]);
    expect(await brightness(bytes, [LEFT, MIDDLE, RIGHT])).toEqual([255, 255, 0]);
  });

  it("draws by touch, without the page scrolling under the finger", async () => {
    const { page, canvas, sent } = await openBrush(windowOf({ width: 390, colorScheme: "dark" }));
    const box = (await canvas.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const session = await page.context().newCDPSession(page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", x: number) =>
      session.send("Input.dispatchTouchEvent", {
        type,
        touchPoints: type === "touchEnd" ? [] : [{ x: box.x + x * box.width, y: box.y + 0.5 * box.height }],
      });
    await touch("touchStart", 0.2);
    for (const x of [0.3, 0.4, 0.5]) await touch("touchMove", x);
    await touch("touchEnd", 0.5);
    expect(await canvas.boundingBox()).toEqual(box);
    expect(await brightness(await sent(), [LEFT, MIDDLE, RIGHT])).toEqual([255, 255, 0]);
  });
});
