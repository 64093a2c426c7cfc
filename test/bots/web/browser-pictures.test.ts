import type { Locator, Page } from "playwright-core";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { WebChat } from "../../../src/bots/web/chat.js";
import { defaultWebChatLimits } from "../../../src/bots/web/limits.js";
import type { ChannelRef } from "../../../src/domain/model.js";
import type { CommandEvent } from "../../../src/port/events.js";
import type { Gallery, GalleryDetail, GalleryWork } from "../../../src/port/gallery.js";
import { workFile } from "../../fakes/work-file.js";
import { attach } from "../../support/chat-page.js";
import { chromiumHint, hasChromium } from "../../support/chromium.js";
import { movie, NO_FILMS, WITH_FILMS } from "../../support/movie.js";
import { handlers, photo, Visitor } from "./harness.js";
import { composer, messages, SCREENS, useBrowser } from "./pages.js";
import { lookAndRead, overflow, overlap } from "./seen.js";

const art: ChannelRef = { platform: "web", community: "local", id: "art" };

/** Bytes that do not get smaller: a photo of nothing but grain. */
function grain(side: number): Promise<Buffer> {
  const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
  return sharp({ create: { width: side, height: side, channels: 3, background: "#888", noise } })
    .png()
    .toBuffer();
}

/** A photo, and a result that answers it. */
async function paint(chat: WebChat, width = 640, height = 480) {
  const ann = await Visitor.enter(chat);
  const source = await ann.said("my photo", { files: [{ bytes: await photo(width, height, "red"), name: "sea.jpg" }] });
  const sha = source.pictures[0]?.url.replace(/^pictures\/|\.jpg$/g, "") ?? "";
  const bytes = await photo(width, height, "blue");
  const result = await chat.post(art, {
    text: "Done\n```\n/dream look:creatures seed:7\n```",
    pictures: [{ bytes, name: "dream-7.jpg", type: "image/jpeg", description: "It", madeFrom: { sha } }],
  });
  return { source, result };
}

/** As much of a video's element as tests ask about. */
interface Player {
  play(): Promise<void>;
  readonly currentTime: number;
  readonly videoWidth: number;
}

const scaleOf = (page: Page) =>
  page.evaluate<number>('new DOMMatrix(getComputedStyle(document.querySelector(".zoom-content")).transform).a');

/** The slider between two pictures shows more of the one that it leaves, and nothing lies over their names. */
async function slides(page: Page): Promise<void> {
  const names = await page.locator(".compare-label").all();
  expect(names).toHaveLength(2);
  for (const name of names)
    for (const other of await page.locator("dialog :is(.zoom-tools, .lightbox-move, .button):visible").all())
      expect(await overlap(name, other), `${await name.textContent()}, ${await other.textContent()}`).toBe(false);
  const colour = async () => {
    const box = (await page.locator(".compare").boundingBox()) ?? expect.fail();
    const clip = { x: box.x + box.width * 0.7, y: box.y + box.height * 0.1, width: 4, height: 4 };
    const { channels } = await sharp(await page.screenshot({ clip })).stats();
    const [red = 0, , blue = 0] = channels.map(({ mean }) => mean);
    return red > blue + 40 ? "red" : blue > red + 40 ? "blue" : "neither";
  };
  const slider = page.getByRole("slider");
  await slider.fill("20");
  await expect.poll(colour).toBe("blue");
  await slider.fill("95");
  await expect.poll(colour).toBe("red");
}

describe.skipIf(!hasChromium)(`pictures in a browser (${chromiumHint})`, () => {
  const { open } = useBrowser("test-web-client-pictures");

  describe.each(SCREENS)("at $name", ({ options }) => {
    it("enlarges a picture by wheel, keys and pinch, moves it, and goes to its neighbours by arrow keys", async () => {
      const { page, chat, errors } = await open(options);
      await paint(chat);
      await page.getByRole("button", { name: "Enlarge: It" }).click();
      const box = page.getByRole("dialog", { name: "It" });
      await box.waitFor();
      await lookAndRead(page, "a picture in full");
      const image = box.getByAltText("It");
      const before = await image.boundingBox();
      await page.mouse.move((before?.x ?? 0) + 40, (before?.y ?? 0) + 40);
      await page.mouse.wheel(0, -400);
      await expect.poll(() => scaleOf(page)).toBeCloseTo(Math.E, 1);
      // What lies under the pointer stays there.
      const corner = await image.boundingBox();
      expect(Math.abs((corner?.x ?? 0) - ((before?.x ?? 0) + 40 - 40 * Math.E))).toBeLessThan(3);
      await page.keyboard.press("ArrowLeft");
      await expect.poll(async () => (await image.boundingBox())?.x).toBeGreaterThan((corner?.x ?? 0) + 30);
      await page.keyboard.press("0");
      await expect.poll(() => scaleOf(page)).toBe(1);
      await page.keyboard.press("+");
      await expect.poll(() => scaleOf(page)).toBeCloseTo(1.5);
      await page.keyboard.press("-");
      await expect.poll(() => scaleOf(page)).toBe(1);
      await page.evaluate(`{
        const stage = document.querySelector(".zoom");
        const box = stage.getBoundingClientRect();
        const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
        const finger = (type, pointerId, dx) => stage.dispatchEvent(
          new PointerEvent(type, { pointerId, clientX: x + dx, clientY: y, bubbles: true }));
        finger("pointerdown", 1, -20); finger("pointerdown", 2, 20);
        finger("pointermove", 1, -50); finger("pointermove", 2, 50);
        finger("pointerup", 1, -50); finger("pointerup", 2, 50);
      }`);
      await expect.poll(() => scaleOf(page)).toBeCloseTo(2.5);
      await page.keyboard.press("0");
      await page.keyboard.press("ArrowLeft");
      await page.getByRole("dialog", { name: "sea.jpg" }).waitFor();
      await page.keyboard.press("ArrowRight");
      await box.waitFor();
      const close = await box.getByRole("button", { name: "Close" }).boundingBox();
      const name = await box.locator("header strong").boundingBox();
      expect((name?.x ?? 0) + (name?.width ?? 0)).toBeLessThanOrEqual(close?.x ?? 0);
      expect(errors).toEqual([]);
    });

    it("compares with the source by its button and by a key, and moves an enlarged picture by dragging", async () => {
      const { page, chat, errors } = await open(options);
      await paint(chat);
      await page.getByRole("button", { name: "Enlarge: It" }).click();
      const box = page.getByRole("dialog", { name: "It" });
      const compare = box.getByRole("button", { name: "Before and after" });
      await compare.click();
      await page.getByRole("slider").waitFor();
      expect(await compare.getAttribute("aria-pressed")).toBe("true");
      await slides(page);
      await compare.focus();
      await page.keyboard.press("c");
      const image = box.getByAltText("It", { exact: true });
      await image.waitFor();
      expect(await page.getByRole("slider").count()).toBe(0);
      await page.keyboard.press("c");
      await page.getByRole("slider").waitFor();
      await page.keyboard.press("c");
      await image.waitFor();

      for (const times of [1.5, 2.25]) {
        await page.keyboard.press("+");
        await expect.poll(() => scaleOf(page)).toBeCloseTo(times);
      }
      const at = async () => (await image.boundingBox())?.x ?? Number.NaN;
      const before = await at();
      const stage = (await page.locator(".zoom").boundingBox()) ?? expect.fail();
      const [x, y] = [stage.x + stage.width / 2, stage.y + stage.height / 2];
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x + 60, y, { steps: 4 });
      await expect.poll(at).toBeCloseTo(before + 60, 0);
      await page.mouse.up();
      // Let go, it stays, and is not closed by the press.
      await page.mouse.move(x - 60, y);
      await page.keyboard.press("-");
      await expect.poll(() => scaleOf(page)).toBeCloseTo(1.5);
      await page.keyboard.press("+");
      await expect.poll(() => scaleOf(page)).toBeCloseTo(2.25);
      expect(await at()).toBeCloseTo(before + 60, 0);
      await box.waitFor();
      expect(errors).toEqual([]);
    });

    it.skipIf(NO_FILMS)(`sends a film and plays it${WITH_FILMS}`, async () => {
      const { page, errors } = await open(options);
      // What this browser plays whatever it was built with.
      const coding = ["-c:v", "libvpx", "-deadline", "realtime"];
      const film = await movie({ size: "320x240", seconds: 2, coding, extension: "webm" });
      await attach(page, { name: "waves.webm", mimeType: "video/webm", buffer: Buffer.from(film) });
      await page.locator(".composer-files video").waitFor();
      await composer(page).fill("my film");
      await composer(page).press("Enter");
      const player = page.locator('.frame video[aria-label="waves.webm"]');
      await player.waitFor();
      const poster = await player.getAttribute("poster");
      expect(poster).toMatch(/\.preview\.webp$/);
      expect(await overflow(page)).toBe(0);
      await page.getByRole("button", { name: "Enlarge: waves.webm" }).click();
      const large = page.getByRole("dialog", { name: "waves.webm" }).locator("video");
      await large.evaluate((video: Player) => video.play());
      await expect.poll(() => large.evaluate((video: Player) => video.currentTime > 0 && video.videoWidth)).toBe(320);
      expect(errors).toEqual([]);
    });

    it("goes through the whole channel's pictures, also those that the page has not loaded", async () => {
      const { page, chat } = await open(options);
      const post = async (description: string, colour: string) =>
        chat.post(art, {
          text: description,
          pictures: [{ bytes: await photo(320, 200, colour), name: "a.jpg", type: "image/jpeg", description }],
        });
      const first = await post("The first", "red");
      for (let count = 0; count < 120; count++) await chat.post(art, { text: `words ${count}` });
      await post("The last", "blue");
      await page.reload();
      await page.getByRole("button", { name: "Enlarge: The last" }).waitFor();
      expect(await page.getByRole("button", { name: "Enlarge: The first" }).count()).toBe(0);
      await page.getByRole("button", { name: "Enlarge: The last" }).click();
      await page.getByRole("dialog", { name: "The last" }).waitFor();
      await page.getByRole("button", { name: "Previous picture" }).waitFor();
      await page.keyboard.press("ArrowLeft");
      await page.getByRole("dialog", { name: "The first" }).waitFor();
      // The other way as well, from a stretch that a link leads to.
      await page.goto(`${chat.address}/#/art/m${first.id}`);
      await page.reload();
      await page.getByRole("button", { name: "Enlarge: The first" }).click();
      await page.getByRole("button", { name: "Next picture" }).waitFor();
      await page.keyboard.press("ArrowRight");
      await page.getByRole("dialog", { name: "The last" }).waitFor();
    });

    it("offers what can be done with a result where one looks for it, also halfway down a tall picture", async () => {
      const { page, chat } = await open({ ...options, permissions: ["clipboard-read", "clipboard-write"] });
      const { result } = await paint(chat, 300, 900);
      const shown = messages(page, "Done");
      await shown.waitFor();
      const timeline = page.locator(".channel-pane .timeline");
      await timeline.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await shown.focus();
      const tools = await shown.getByRole("toolbar").boundingBox();
      expect(tools?.y).toBeGreaterThan(40);

      const picture = shown.locator(".picture");
      if (options.viewport.width < 800)
        // A finger that rests.
        await picture.evaluate((element) => {
          const at = { pointerType: "touch", clientX: 120, clientY: 300, bubbles: true };
          element.dispatchEvent(Reflect.construct(Reflect.get(globalThis, "PointerEvent"), ["pointerdown", at]));
        });
      else await picture.click({ button: "right" });
      const menu = page.getByRole("dialog", { name: "What can be done with this message" });
      await menu.waitFor();
      await lookAndRead(page, "what can be done with a result");
      expect(await menu.getByRole("link", { name: "Download" }).getAttribute("download")).toBe("dream-7.jpg");
      await menu.getByRole("button", { name: "Copy the line" }).click();
      await page.getByText("Copied").waitFor();
      const clipboard = () => page.evaluate<string>("navigator.clipboard.readText()");
      expect(await clipboard()).toBe("/dream look:creatures seed:7");

      await shown.focus();
      await shown.getByRole("button", { name: "More" }).click();
      await menu.getByRole("button", { name: "Copy the link" }).click();
      await expect.poll(clipboard).toBe(`${chat.address}/#/art/m${result.id}`);
      await shown.focus();
      await shown.getByRole("button", { name: "More" }).click();
      await menu.getByRole("button", { name: "Before and after" }).click();
      await page.getByRole("slider").waitFor();
      await lookAndRead(page, "before and after");
      await slides(page);
      await page.keyboard.press("Escape");
      await shown.focus();
      await shown.getByRole("button", { name: "More" }).click();
      await menu.getByRole("button", { name: "Delete" }).click();
      await menu.getByRole("button", { name: "Really delete" }).click();
      await expect.poll(() => messages(page, "Done").count()).toBe(0);
    });

    it.skipIf(options.hasTouch)(
      "keeps the tools under a pointer in the window, wherever one is in a picture taller than it",
      async () => {
        const { page, chat, errors } = await open(options);
        // Pictures are at most 460 px tall.
        const window_ = 400;
        await page.setViewportSize({ ...options.viewport, height: window_ });
        const bytes = await photo(300, 900, "red");
        const tower = { bytes, name: "tower.jpg", type: "image/jpeg", description: "A tower" };
        await chat.post(art, { text: "towers", pictures: [tower] });
        const shown = messages(page, "towers");
        await shown.getByAltText("A tower").waitFor();
        const timeline = page.locator(".channel-pane .timeline");
        const frame = (await timeline.boundingBox()) ?? expect.fail();
        const tools = shown.getByRole("toolbar");
        const opacity = () =>
          tools.evaluate((element) => Reflect.get(globalThis, "getComputedStyle")(element).opacity as string);
        expect((await shown.locator(".picture").boundingBox())?.height).toBeGreaterThan(window_);
        for (const share of [0.1, 0.5, 0.9]) {
          // So that this place of the message is in the middle of what is seen.
          await shown.evaluate((element, at) => {
            const scroller = element.closest(".timeline");
            const { top, height } = element.getBoundingClientRect();
            const seen = scroller?.getBoundingClientRect();
            scroller?.scrollBy(0, top + height * at - ((seen?.top ?? 0) + (seen?.height ?? 0) / 2));
          }, share);
          await page.mouse.move(frame.x + 200, 10);
          await page.mouse.move(frame.x + 200, frame.y + frame.height / 2, { steps: 3 });
          await expect.poll(opacity, { message: `${share}` }).toBe("1");
          const at = (await tools.boundingBox()) ?? expect.fail();
          expect(at.y, `${share}`).toBeGreaterThanOrEqual(frame.y);
          expect(at.y + at.height, `${share}`).toBeLessThanOrEqual(window_);
          // What is seen takes the press, too.
          await tools.getByRole("button", { name: "More" }).click({ trial: true });
        }
        expect(errors).toEqual([]);
      },
    );

    it("asks about the picture whose menu it is, and about all of a message's where none is pointed at", async () => {
      const events: CommandEvent[] = [];
      const bot = handlers(async (event) => {
        if (event.kind === "command") events.push(event);
      });
      const { page, chat, errors } = await open(options, { bot });
      const ann = await Visitor.enter(chat);
      const files = await Promise.all(
        ["red", "blue"].map(async (colour) => ({ bytes: await photo(300, 200, colour), name: `${colour}.jpg` })),
      );
      const { id } = await ann.said("my photos", { files });
      // The questions quote it.
      const shown = messages(page, "my photos").filter({ has: page.getByAltText("blue.jpg") });
      await shown.getByAltText("blue.jpg").waitFor();
      const menu = page.getByRole("dialog", { name: "What can be done with this message" });
      const ask = async (target: Locator, label: string, count: number) => {
        await target.click({ button: "right" });
        await menu.getByRole("button", { name: label }).click();
        await expect.poll(() => events.length).toBe(count);
        return events[count - 1];
      };
      for (const [n, label] of ["What do you see?", "Show how it was made"].entries()) {
        const one = await ask(shown.locator(".picture").nth(1), label, 2 * n + 1);
        expect(one?.attachments.map(({ name }) => name)).toEqual(["blue.jpg"]);
        const all = await ask(shown.getByText("my photos"), label, 2 * n + 2);
        expect(all).toMatchObject({ attachments: [], repliesTo: { id } });
      }
      expect(errors).toEqual([]);
    });

    it("offers no before and after of what is not known to be made from a picture", async () => {
      const { page, chat } = await open(options);
      await paint(chat);
      // Of the same shape as the photo above it.
      const bytes = await photo(640, 480, "green");
      const noise = { bytes, name: "dream-8.jpg", type: "image/jpeg", description: "From noise" };
      await chat.post(art, { text: "Out of noise", pictures: [noise] });
      const compare = page.getByRole("button", { name: "Before and after" });
      const menu = page.getByRole("dialog", { name: "What can be done with this message" });
      for (const [text, offers] of [
        ["Done", 1],
        ["Out of noise", 0],
      ] as const) {
        const shown = messages(page, text);
        await shown.focus();
        await shown.getByRole("button", { name: "More" }).click();
        await menu.getByRole("link", { name: "Download" }).waitFor();
        expect(await compare.count(), text).toBe(offers);
        await page.keyboard.press("Escape");
        await shown.getByRole("button", { name: /^Enlarge/ }).click();
        await page.locator("dialog.lightbox").getByRole("link", { name: "Download" }).waitFor();
        expect(await compare.count(), text).toBe(offers);
        await page.keyboard.press("Escape");
      }
    });

    it("makes a photo smaller that is too large, and says at its place which one is refused", async () => {
      const limits = { ...defaultWebChatLimits, uploadBytes: 300_000 };
      const { page } = await open(options, { limits });
      const large = await grain(700);
      expect(large.length).toBeGreaterThan(600_000);
      const picked = [
        { name: "grain.png", mimeType: "image/png", buffer: large },
        { name: "broken.jpg", mimeType: "image/jpeg", buffer: Buffer.from("this is no picture at all") },
      ];
      await attach(page, picked, ["grain.jpg", "broken.jpg"]);
      await page.getByText("grain.png was too large to send, so it has been made smaller.").waitFor();
      await page.getByText("broken.jpg").waitFor();
      await composer(page).fill("two of them");
      await composer(page).press("Enter");
      const refused = page.locator(".pending-frame.refused");
      await refused.getByText("broken.jpg").waitFor();
      expect(await page.locator(".pending-frame").count()).toBe(2);
      await lookAndRead(page, "a picture that is refused");
      await refused.getByRole("button", { name: "Send without it" }).click();
      const sent = messages(page, "two of them");
      await sent.getByAltText("grain.jpg").waitFor();
      expect(await sent.locator(".frame").count()).toBe(1);
    });

    it("says what to do with a HEIC photo that this browser cannot read, and keeps what is written", async () => {
      const { page } = await open(options);
      await composer(page).fill("from my phone");
      const file = {
        name: "IMG_1.HEIC",
        mimeType: "image/heic",
        buffer: Buffer.from("....ftypheic, of which nothing is read"),
      };
      await attach(page, file, []);
      await page.getByText("This browser cannot read IMG_1.HEIC: save it as JPEG").waitFor();
      await lookAndRead(page, "a picture that cannot be read");
      expect(await page.locator(".composer-files li").count()).toBe(0);
      expect(await composer(page).inputValue()).toBe("from my phone");
    });

    it("sends a HEIC photo as a JPEG where the browser can read it, made small enough", async () => {
      const limits = { ...defaultWebChatLimits, uploadBytes: 300_000 };
      const { page, chat, errors } = await open(options, { limits });
      // Safari reads these; here what is in the file is a PNG, and what reads it is told so.
      await page.evaluate(`{
        const read = window.createImageBitmap;
        window.createImageBitmap = (file, ...more) =>
          read(/heic$/i.test(file.name ?? "") ? new Blob([file], { type: "image/png" }) : file, ...more);
      }`);
      const noise = await grain(700);
      expect(noise.length).toBeGreaterThan(limits.uploadBytes);
      const files = {
        "IMG_2.HEIC": await sharp(await photo(320, 240, "red"))
          .png()
          .toBuffer(),
        "IMG_3.heic": noise,
      };
      // Not every system knows the type.
      const typed = ([name, buffer]: [string, Buffer], index: number) => {
        return { name, mimeType: index ? "" : "image/heic", buffer };
      };
      await attach(page, Object.entries(files).map(typed), ["IMG_2.jpg", "IMG_3.jpg"]);
      await composer(page).fill("from my phone");
      await composer(page).press("Enter");
      const sent = messages(page, "from my phone");
      await sent.getByAltText("IMG_3.jpg").waitFor();
      await lookAndRead(page, "photos from a phone");
      const { messages: read } = await (await Visitor.enter(chat)).page();
      const [first, second] = read.find(({ text }) => text === "from my phone")?.pictures ?? [];
      expect(first).toMatchObject({ name: "IMG_2.jpg", type: "image/jpeg", width: 320, height: 240 });
      expect(second).toMatchObject({ name: "IMG_3.jpg", type: "image/jpeg" });
      expect(second?.bytes).toBeLessThanOrEqual(limits.uploadBytes);
      // What was in it is what is seen.
      const bytes = await page.request.get(`${chat.address}/${first?.url}`).then((answer) => answer.body());
      const levels = async (file: Buffer) => (await sharp(file).stats()).channels.slice(0, 3).map(({ mean }) => mean);
      const before = await levels(files["IMG_2.HEIC"]);
      for (const [channel, mean] of (await levels(bytes)).entries())
        expect(Math.abs(mean - (before[channel] ?? Number.NaN))).toBeLessThan(4);
      expect(errors).toEqual([]);
    });

    it("shows how far each picture is on its way", async () => {
      const { page } = await open(options);
      // A slow line: the page is told of each part that has gone.
      const client = await page.context().newCDPSession(page);
      await client.send("Network.emulateNetworkConditions", {
        offline: false,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput: 400_000,
      });
      const files = [await grain(400), await grain(500)];
      const picked = files.map((buffer, index) => ({ name: `g${index}.png`, mimeType: "image/png", buffer }));
      await attach(page, picked);
      await composer(page).press("Enter");
      const bar = (name: string) => page.getByRole("progressbar", { name: `Sending ${name}` });
      const share = async (name: string) => Number(await bar(name).getAttribute("aria-valuenow"));
      await expect.poll(() => share("g0.png"), { interval: 20 }).toBeGreaterThan(10);
      expect(await share("g1.png")).toBeLessThan(100);
      await messages(page, "").getByAltText("g1.png").waitFor();
    });

    it("compares a work of the gallery with what it was made from; nothing lies over its title", async () => {
      const { page, chat } = await open(options, { bot: handlers(undefined, { gallery: await gallery() }) });
      await page.goto(`${chat.address}/#gallery/REMAXED2`);
      const work = page.locator("dialog.work");
      await work.getByRole("heading", { name: "Dream of a very long name" }).waitFor();
      await work.getByRole("button", { name: "Before and after" }).click();
      await page.getByRole("slider").waitFor();
      expect(await work.getByAltText("Before: Dream of seas by Ann").count()).toBe(1);
      const close = await work.getByRole("button", { name: "Close" }).boundingBox();
      const title = await work.getByRole("heading", { level: 2 }).evaluate((element) => {
        const text = element.ownerDocument.createRange();
        text.selectNodeContents(element);
        const { right, top, bottom } = text.getBoundingClientRect();
        return { right, top, bottom };
      });
      const beside = title.right <= (close?.x ?? 0);
      const apart = title.top >= (close?.y ?? 0) + (close?.height ?? 0) || title.bottom <= (close?.y ?? 0);
      expect(beside || apart).toBe(true);
      await lookAndRead(page, "before and after in the gallery");
      await slides(page);
    });
  });
});

async function gallery(): Promise<Gallery> {
  const bytes = { red: await photo(640, 480, "red"), blue: await photo(640, 480, "blue") };
  const work = (job: string, title: string): GalleryWork => ({
    job,
    title,
    command: "dream",
    author: { id: "ann", name: "Ann" },
    at: 1,
    width: 640,
    height: 480,
    film: false,
    hearts: 0,
    loved: false,
    spoiler: false,
    variation: false,
  });
  const [origin, remix] = [
    work("SEASSEAS", "Dream of seas"),
    work("REMAXED2", "Dream of a very long name in one line"),
  ];
  const detail: GalleryDetail = {
    ...remix,
    line: "/dream",
    facts: [],
    credits: "",
    messages: [],
    hidden: false,
    mayHide: false,
    makes: [],
    again: "again",
    origins: [origin],
    remixes: [],
  };
  const image = async (job: string) => {
    const picture = job === origin.job ? bytes.red : bytes.blue;
    return { bytes: picture, name: "a.jpg", type: "image/jpeg" };
  };
  return {
    page: async () => ({ works: [remix, origin] }),
    authors: async () => [],
    work: async () => detail,
    thumbnail: image,
    picture: image,
    file: async (job) => workFile(await image(job)),
    favourite: async () => 0,
    hide: async () => undefined,
  };
}
