import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { WebChat } from "../../../src/bots/web/chat.js";
import type { ChannelRef } from "../../../src/domain/model.js";
import type { ChatHandlers } from "../../../src/port/adapter.js";
import { ChatError } from "../../../src/port/chat-error.js";
import type { Gallery, GalleryWork } from "../../../src/port/gallery.js";
import { attach } from "../../support/chat-page.js";
import { chromiumHint, hasChromium, launchChromium } from "../../support/chromium.js";
import { buildClient } from "../../support/client.js";
import { newFolder } from "../../support/new-folder.js";
import { handlers, photo, startChat, Visitor } from "./harness.js";

const art: ChannelRef = { platform: "web", community: "local", id: "art" };
const clientDir = fileURLToPath(new URL("../../../dist/test-web-client", import.meta.url));

const commands = [
  {
    name: "dream",
    help: "Let a network dream into a picture",
    options: [
      {
        name: "look",
        help: "What the dream is made of",
        type: "text",
        required: false,
        choices: [
          { value: "creatures", label: "animals" },
          { value: "patterns", label: "spirals" },
        ],
      },
      {
        name: "strength",
        help: "How far it goes",
        type: "number",
        required: false,
        minimum: 0.1,
        maximum: 3,
        default: "1",
      },
      { name: "style", help: "A style", type: "text", required: false, completes: "styles" },
    ],
    examples: ["/dream look:creatures strength:0.6"],
  },
  { name: "help", help: "What I can do", options: [], examples: [] },
] as const;

/**
 * A bot that answers /dream as a job does: a message, a thread on it, frames that replace one another, and a result
 * with buttons.
 */
function dreamer(chat: () => WebChat) {
  return handlers(
    async (event) => {
      if (event.kind === "action") await event.reply({ text: `Pressed ${event.action}` }, "private");
      if (event.kind !== "command") return;
      if (event.name !== "dream") {
        await event.reply({ text: `No command /${event.name}. Did you mean \`/dream\`?` }, "private");
        return;
      }
      const source = event.attachments[0] ?? (await chat().latestPicture(event.channel));
      const answer = await event.reply(
        { text: `Dreaming: ${event.text || "as usual"}, from ${source?.name}`, mention: [event.user] },
        "public",
      );
      if (!answer) return;
      const thread = await chat().openThread(answer, "Dream 1");
      const frame = await chat().post(thread, {
        text: "Octave 1 of 3",
        pictures: [await picture(80, "red")],
        progress: { value: 0.3, label: "Octave 1 of 3" },
      });
      await chat().edit(frame, {
        text: "Octave 2 of 3",
        pictures: [await picture(112, "green")],
        progress: { value: 0.6, label: "Octave 2 of 3" },
      });
      await chat().post(thread, {
        text: "Done in **1 s**\n```\n/dream seed:1\n```",
        pictures: [await picture(160, "blue")],
        buttons: [{ id: "again:1", label: "Again", style: "primary" }],
      });
    },
    {
      commands,
      complete: async ({ typed }) =>
        [
          { value: "summer", label: "Summer" },
          { value: "winter night", label: "Winter" },
        ].filter(({ value }) => value.includes(typed)),
    },
  );
}

const picture = async (width: number, colour: string) => ({
  bytes: await photo(width, width * 0.75, colour),
  name: `${colour}.jpg`,
  type: "image/jpeg",
  description: `A ${colour} frame`,
});

describe.skipIf(!hasChromium)(`the page in a browser (${chromiumHint})`, () => {
  let browser: Browser;

  beforeAll(async () => {
    buildClient(clientDir);
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  async function open(
    options: BrowserContextOptions = {},
    more: Parameters<typeof startChat>[1] = {},
    extra: Partial<ChatHandlers> = {},
  ) {
    let chat: WebChat;
    const bot = { ...dreamer(() => chat), ...extra };
    chat = await startChat(bot, { clientDir, ...more });
    const { page, errors } = await visit(chat, options);
    return { chat, bot, page, errors };
  }

  async function visit(chat: WebChat, options: BrowserContextOptions = {}, address = chat.address) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on(
      "console",
      (message) =>
        message.type() === "error" && !/WebSocket|ERR_CONNECTION/.test(message.text()) && errors.push(message.text()),
    );
    await page.goto(address);
    await page.locator(".channel-pane textarea").waitFor();
    return { page, errors };
  }

  const message = (page: Page, text: string) => page.locator(".channel-pane article", { hasText: text });

  it("shows more works on scrolling, in order and each once; after a failure asks again by button only", async () => {
    const [each, all] = [24, 70];
    const bytes = await photo(96, 60);
    const works = Array.from({ length: all }, (_, index): GalleryWork => {
      const author = { id: "ann", name: "Ann" };
      const size = { width: 320, height: 200 + (index % 3) * 60 };
      const rest = { film: false, hearts: 0, loved: false, spoiler: false, variation: false };
      return {
        job: `JOB${String(index + 10_000).replace(/\d/g, (digit) => "ACDEFGHJKM".charAt(Number(digit)))}`,
        title: `Dream ${index}`,
        command: "dream",
        author,
        at: all - index,
        ...size,
        ...rest,
      };
    });
    const asked: (string | undefined)[] = [];
    let refuses = true;
    const gone = () => Promise.reject(new ChatError("gone", { message: "It is gone." }));
    const gallery: Gallery = {
      page: async ({ after }) => {
        asked.push(after);
        if (after !== undefined && refuses) throw new ChatError("unavailable", { message: "The gallery rests." });
        const from = Number(after ?? 0);
        const next = from + each < all ? { next: String(from + each) } : {};
        // Something new has come meanwhile, so that the page begins with what is shown already.
        return { works: works.slice(Math.max(0, from - 1), from + each), ...next };
      },
      authors: async () => [],
      work: gone,
      thumbnail: async () => ({ bytes, name: "a.jpg", type: "image/jpeg" }),
      picture: gone,
      file: gone,
      favourite: gone,
      hide: gone,
    };
    const { page, chat } = await open({ colorScheme: "dark" }, {}, { gallery });
    await page.goto(`${chat.address}/#gallery`);
    const tiles = page.locator(".tile > a");
    await expect.poll(() => tiles.count()).toBe(each);
    const scroll = () => page.locator(".gallery-more").scrollIntoViewIfNeeded();
    await scroll();
    await page.locator(".toast", { hasText: "The gallery rests." }).waitFor();
    const tries = asked.length;
    await scroll();
    await page.mouse.wheel(0, -200);
    await scroll();
    expect(asked).toHaveLength(tries);
    expect(tries).toBe(2);
    refuses = false;
    await page.getByRole("button", { name: "Show more" }).click();
    await expect.poll(() => tiles.count()).toBeGreaterThan(each);
    await expect
      .poll(async () => {
        await page.mouse.move(700, 500);
        await page.mouse.wheel(0, 3000);
        return tiles.count();
      })
      .toBe(all);
    expect(await tiles.evaluateAll((links) => links.map((link) => link.getAttribute("href")))).toEqual(
      works.map(({ job }) => `#gallery/${job}`),
    );
    expect(await page.locator(".gallery-more").count()).toBe(0);
    expect(asked).toEqual([undefined, "24", "24", "48"]);
  });

  it("shows what passes in place of what was there, and no bar where there is none any more", async () => {
    const { page, chat } = await open();
    const root = await chat.post(art, { text: "3rd in line", progress: { value: 0.5, label: "half" } });
    const shown = message(page, "3rd in line");
    await shown.getByRole("progressbar").waitFor();
    await chat.edit(root, { text: "2nd in line", progress: { value: 0.7, label: "more" }, passing: true });
    await expect
      .poll(() => message(page, "2nd in line").getByRole("progressbar").getAttribute("aria-valuenow"))
      .toBe("70");
    const thread = await chat.openThread(root, "Dream 7");
    await chat.post(thread, { text: "begun" });
    await page.locator(".thread-card", { hasText: "1 reply" }).waitFor();
    expect(await message(page, "2nd in line").getByRole("progressbar").getAttribute("aria-valuenow")).toBe("70");
    await chat.edit(root, { text: "1st in line", passing: true });
    await message(page, "1st in line").waitFor();
    await expect.poll(() => message(page, "1st in line").getByRole("progressbar").count()).toBe(0);
  });

  it("uploads a photo, completes a command, and shows the job's frames and result in a thread", async () => {
    const { page, bot, errors } = await open();
    await attach(page, { name: "river.jpg", mimeType: "image/jpeg", buffer: await photo(600, 400) });
    await page.getByLabel("Describe river.jpg").fill("A river at dawn");
    const box = page.locator(".channel-pane textarea");
    await box.pressSequentially("/dr");
    await page.getByRole("option", { name: /\/dream/ }).waitFor();
    await box.press("Tab");
    await box.pressSequentially("lo");
    await box.press("Enter");
    await box.press("ArrowDown");
    await box.press("Enter");
    expect(await box.inputValue()).toBe("/dream look:patterns ");
    await box.press("Enter");

    await message(page, "Dreaming: look:patterns, from river.jpg").waitFor();
    expect(await page.getByAltText("A river at dawn").count()).toBe(1);
    expect(bot.events[0]).toMatchObject({ kind: "command", name: "dream", text: "look:patterns" });
    await page.locator(".thread-card", { hasText: "2 replies" }).click();
    const thread = page.locator(".thread-pane");
    await thread.getByText("Octave 2 of 3").first().waitFor();
    expect(await thread.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("60");
    // The replaced frame is gone, and its successor takes no less room.
    await thread.getByAltText("A green frame").waitFor();
    await expect.poll(() => thread.getByAltText("A red frame").count()).toBe(0);
    const result = thread.getByAltText("A blue frame");
    expect(
      await result.evaluate((image: { decode(): Promise<void>; naturalWidth: number }) =>
        image.decode().then(() => image.naturalWidth),
      ),
    ).toBe(160);

    await thread.getByRole("button", { name: "Again" }).click();
    await thread.getByText("Pressed again:1").waitFor();
    await thread.getByText("Only you can see this").waitFor();
    expect(errors).toEqual([]);
  });

  it("does not jump when a frame replaces another", async () => {
    const { chat, page } = await open();
    const ref = await chat.post(art, { text: "frame", pictures: [await picture(160, "red")] });
    const frame = message(page, "frame").locator(".frame");
    await page.getByAltText("A red frame").waitFor();
    const before = await frame.boundingBox();
    await chat.edit(ref, { text: "frame", pictures: [await picture(320, "green")] });
    await page.getByAltText("A green frame").waitFor();
    expect((await frame.boundingBox())?.width).toBeGreaterThanOrEqual(before?.width ?? Number.NaN);
    await chat.edit(ref, { text: "frame", pictures: [await picture(100, "blue")] });
    await page.getByAltText("A blue frame").waitFor();
    expect((await frame.boundingBox())?.height).toBeGreaterThanOrEqual(before?.height ?? Number.NaN);
  });

  it("reacts by picker and by click, and shows who reacted", async () => {
    const { chat, page } = await open();
    await chat.post(art, { text: "what do you think?" });
    const item = message(page, "what do you think?");
    await item.hover();
    await item.getByRole("button", { name: "Add a reaction" }).click();
    await page.getByLabel("Find an emoji").fill("octop");
    await page.keyboard.press("Enter");
    const reaction = item.locator(".reaction[data-who]");
    await reaction.waitFor();
    expect(await reaction.getAttribute("aria-label")).toBe("🐙 1: you");
    const other = await Visitor.enter(chat);
    const { id } = (await other.page()).messages.at(-1) ?? { id: "" };
    await other.request("POST", `/api/messages/${id}/reactions`, { emoji: "🐙", on: true });
    const { me } = await other.session();
    await expect.poll(() => reaction.getAttribute("aria-label")).toBe(`🐙 2: you and ${me.name}`);
    await reaction.click();
    await expect.poll(() => reaction.getAttribute("aria-label")).toBe(`🐙 1: ${me.name}`);
  });

  it("is usable by keyboard alone", async () => {
    const { page } = await open();
    const focusedLabel = () => page.evaluate('document.activeElement?.getAttribute("aria-label")');
    await expect.poll(focusedLabel).toBe("Message #art");
    await page.keyboard.type("hello there");
    await page.keyboard.press("Enter");
    await message(page, "hello there").waitFor();
    await page.keyboard.press("PageUp");
    await expect.poll(() => page.evaluate("document.activeElement?.tagName")).toBe("ARTICLE");
    await page.keyboard.press("t");
    await page.locator(".thread-pane textarea").waitFor();
    await expect.poll(focusedLabel).toBe("Reply in thread");
    await page.keyboard.type("a reply");
    await page.keyboard.press("Enter");
    await page.locator(".thread-card", { hasText: "1 reply" }).waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => page.locator(".thread-pane").count()).toBe(0);
    await expect.poll(focusedLabel).toBe("Message #art");

    await page.keyboard.press("PageUp");
    await page.keyboard.press("r");
    await page.getByText("Replying to").waitFor();
    await page.keyboard.type("/dream");
    await page.keyboard.press("Enter");
    await message(page, "Dreaming: as usual").waitFor();
    await page.locator(".quote").waitFor();

    await page.getByRole("button", { name: "New channel" }).focus();
    await page.keyboard.press("Enter");
    await page.keyboard.type("night shift");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.title()).toContain("#night-shift");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("ar");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.title()).toContain("#art");
  });

  it("completes values that the bot knows, in quotes where they hold spaces", async () => {
    const { page } = await open();
    const box = page.locator(".channel-pane textarea");
    await box.pressSequentially("/dream style:win");
    await page.getByRole("option", { name: /winter night/ }).click();
    expect(await box.inputValue()).toBe('/dream style:"winter night" ');
    await box.pressSequentially("strength:");
    await page.getByText("a number from 0.1 to 3, default: 1").waitFor();
  });

  it("takes pasted and dropped pictures, and says what is none", async () => {
    const { page } = await open();
    const base64 = (await photo(90, 60)).toString("base64");
    await page.evaluate(`{
      const bytes = Uint8Array.from(atob("${base64}"), (char) => char.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], "pasted.jpg", { type: "image/jpeg" }));
      const paste = new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true });
      document.querySelector(".channel-pane textarea").dispatchEvent(paste);
      const dropped = new DataTransfer();
      dropped.items.add(new File([bytes], "dropped.jpg", { type: "image/jpeg" }));
      dropped.items.add(new File(["hello"], "notes.txt", { type: "text/plain" }));
      const drop = new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true });
      document.querySelector(".channel-pane .timeline").dispatchEvent(drop);
    }`);
    await page.getByAltText("pasted.jpg").waitFor();
    await page.getByAltText("dropped.jpg").waitFor();
    await page.getByText("notes.txt is not a picture").waitFor();
    await page.getByRole("button", { name: "Remove pasted.jpg" }).click();
    await page.getByRole("button", { name: "Send" }).click();
    await page.locator(".channel-pane article .picture").waitFor();
    expect(await page.locator(".composer-files").count()).toBe(0);
  });

  it("comes back after a restart without losing or doubling anything", async () => {
    const dataDir = newFolder();
    const { chat, bot, page } = await open({}, { dataDir });
    const { port } = new URL(chat.address);
    await chat.post(art, { text: "said before" });
    await message(page, "said before").waitFor();
    await chat.stop();
    await page.getByText("Reconnecting").waitFor();
    const box = page.locator(".channel-pane textarea");
    await box.fill("written meanwhile");
    await box.press("Enter");
    await page.getByText("will be sent when you are back online").waitFor();

    const second = await startChat(bot, { dataDir, clientDir, port: Number(port) });
    await second.post(art, { text: "said after" });
    await message(page, "said after").waitFor();
    await expect.poll(() => page.getByText("Reconnecting").count()).toBe(0);
    await page.locator(".channel-pane article", { hasText: "written meanwhile" }).waitFor();
    expect(
      await page.locator(".channel-pane article", { hasText: /said before|said after|written meanwhile/ }).count(),
    ).toBe(3);
    expect(await page.locator(".pending").count()).toBe(0);
  });

  it("loads older messages while one scrolls up, and keeps the place", async () => {
    const { chat, page } = await open();
    for (let index = 0; index < 120; index++) await chat.post(art, { text: `line ${index} ${"word ".repeat(20)}` });
    await page.reload();
    await message(page, "line 119").waitFor();
    const timeline = page.locator(".channel-pane .timeline");
    const toEnd = () => timeline.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight);
    await expect.poll(toEnd).toBeLessThan(4);
    await expect
      .poll(async () => {
        await timeline.evaluate((element) => element.scrollBy(0, -400));
        return page.locator(".channel-pane article").count();
      })
      .toBe(121);
    await chat.post(art, { text: "something new" });
    await message(page, "something new").waitFor({ state: "attached" });
    await page.getByRole("button", { name: "Newest" }).click();
    await expect.poll(toEnd).toBeLessThan(4);
  });

  it("marks what is unread in another channel, and mentions of me", async () => {
    const { chat, page } = await open();
    await page.getByRole("button", { name: "New channel" }).click();
    await page.keyboard.type("side");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.title()).toContain("#side");
    const name = await page.locator(".me-name strong").textContent();
    const other = await Visitor.enter(chat);
    await other.said(`hello @${name}`);
    await page.getByRole("link", { name: "art, 1 unread, 1 for you" }).click();
    await page.getByRole("separator", { name: "New messages" }).waitFor();
    expect(await message(page, "hello").locator(".mention-me").textContent()).toBe(`@${name}`);
    await page.getByRole("link", { name: "art", exact: true }).waitFor();
  });

  it("fits a phone: nothing too wide, the thread instead of the channel, the channels in a drawer", async () => {
    const { page } = await open({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    const box = page.locator(".channel-pane textarea");
    await box.fill("/dream look:creatures strength:0.6 and-a-very-long-word-that-has-no-place-to-break-anywhere-in-it");
    await page.getByRole("button", { name: "Send" }).tap();
    const card = page.locator(".thread-card", { hasText: "2 replies" });
    await card.waitFor();
    const overflow = () =>
      page.evaluate(`document.documentElement.scrollWidth - window.innerWidth
        + Math.max(...[...document.querySelectorAll(".timeline")].map((each) => each.scrollWidth - each.clientWidth))`);
    expect(await overflow()).toBe(0);
    await card.tap();
    await page.locator(".thread-pane").getByAltText("A blue frame").waitFor();
    expect(await page.locator(".channel-pane").isVisible()).toBe(false);
    expect(await overflow()).toBe(0);
    await page.getByRole("link", { name: "Back to #art" }).tap();
    await page.getByRole("button", { name: "Channels" }).first().tap();
    await page.locator(".sidebar").getByText("Channels", { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => page.locator(".sidebar").isVisible()).toBe(false);
  });

  it("follows the system's dark theme, and a choice over it", async () => {
    const { page } = await open({ colorScheme: "dark" });
    const background = () => page.evaluate<string>("getComputedStyle(document.documentElement).backgroundColor");
    const dark = await background();
    expect(luminance(dark)).toBeLessThan(60);
    await page.getByRole("button", { name: /^Theme/ }).click();
    expect(luminance(await background())).toBeGreaterThan(200);
    await page.reload();
    await page.locator(".channel-pane textarea").waitFor();
    expect(luminance(await background())).toBeGreaterThan(200);
  });

  it("works below a path of another site", async () => {
    const { chat, errors } = await open({}, { basePath: "/dreamloom/" });
    // Without the slash it is led there.
    const { page } = await visit(chat, {}, `${chat.address}/dreamloom`);
    expect(page.url()).toContain(`${chat.address}/dreamloom/`);
    await attach(page, { name: "sky.jpg", mimeType: "image/jpeg", buffer: await photo(300, 200) });
    await page.locator(".channel-pane textarea").fill("below");
    await page.keyboard.press("Enter");
    const image = message(page, "below").locator("img").first();
    await expect.poll(() => image.evaluate((element) => Reflect.get(element, "naturalWidth"))).toBe(300);
    expect(await image.evaluate((element) => Reflect.get(element, "src"))).toContain("/dreamloom/pictures/");
    // A link to a message here opens in this page; one to the other site's does not.
    const [here, elsewhere] = [`${chat.address}/dreamloom/#/art/1`, `${chat.address}/#/art/1`];
    await chat.post(art, { text: `[here](${here}) and [elsewhere](${elsewhere})` });
    const link = (name: string) =>
      message(page, "elsewhere").getByRole("link", { name, exact: true }).getAttribute("target");
    expect([await link("here"), await link("elsewhere")]).toEqual([null, "_blank"]);
    expect(errors).toEqual([]);
  });

  it("says which two names differ behind a proxy that asks for the chat by another", async () => {
    const chat = await startChat(handlers(), { clientDir });
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const proxy = await renamingProxy(chat);
    await page.goto(`http://${proxy}`);
    const { host } = new URL(chat.address);
    await page.getByText(`from a page at ${proxy}, but to this chat it looks as if it were at ${host}`).waitFor();
  });

  it("shows what people type as text, never as markup", async () => {
    const { page, errors } = await open();
    const hostile =
      '<img src=x onerror="window.hacked=1"> [x](javascript:window.hacked=1) <script>window.hacked=1</script>';
    await page.locator(".channel-pane textarea").fill(hostile);
    await page.keyboard.press("Enter");
    await message(page, "<img src=x").waitFor();
    expect(await page.evaluate('"hacked" in window')).toBe(false);
    expect(await page.locator(".channel-pane article a, .channel-pane article script").count()).toBe(0);
    expect(errors).toEqual([]);
  });
});

/** A proxy that puts its own address for the chat into Host, as nginx does where it is not told otherwise. */
async function renamingProxy(chat: WebChat): Promise<string> {
  const { hostname, port, host } = new URL(chat.address);
  const server = createServer((incoming, response) => {
    const { url, method, headers } = incoming;
    const options = { hostname, port, path: url, method, headers: { ...headers, host } };
    const outgoing = httpRequest(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(outgoing);
  });
  // The chat refuses the socket, too.
  server.on("upgrade", (_request, socket) => socket.end("HTTP/1.1 403 Forbidden\r\n\r\n"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map(Number);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
