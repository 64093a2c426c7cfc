/** The three chats of one program as people use them, told apart by nothing but how one types, looks and presses. */
import type { Browser, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import type { ChannelRef } from "../../src/domain/model.js";
import type { FakeDiscord } from "../fakes/discord/server.js";
import type { FakeSlack } from "../fakes/slack/server.js";
import { Users } from "../fakes/slack/users.js";
import { attach, openChat, send } from "../support/chat-page.js";
import { hasPart, partPattern } from "../support/has-part.js";
import { HANG_MS } from "../support/patience.js";
import { waitFor } from "../support/wait-for.js";

/** A channel's message about a job that is done. */
export interface Made {
  readonly job: string;
  readonly text: string;
  /** What those are told who do not see the picture. */
  readonly description: string | undefined;
  picture(): Promise<Buffer>;
  /** Presses the button with exactly this label. */
  press(label: string): Promise<void>;
}

/** A person in a channel of their own. */
export interface ChatInTest {
  use(command: string, options: Readonly<Record<string, string | number>>, ...photos: Uint8Array[]): Promise<void>;
  /** The work whose message has all of these parts; none goes on with a digit. */
  made(...parts: readonly string[]): Promise<Made>;
  /** Resolves when the bot has said so to this person alone. */
  told(text: string): Promise<void>;
  /** Resolves when the bot has said so in the channel. */
  said(text: string): Promise<void>;
  close(): Promise<void>;
}

const DONE = "Done in";

/** A text as people read it, where a chat's own marks are in it. */
const plain = (text: string): string => text.replace(/[*`]/g, "");
const fits = (text: string, parts: readonly string[]): boolean =>
  text.includes(DONE) && parts.every((part) => hasPart(plain(text), part));
const jobIn = (text: string): string => /job `?([A-Z0-9]{8})/.exec(text)?.[1] ?? expect.fail(`no job in ${text}`);
const lineOf = (options: Readonly<Record<string, string | number>>): string =>
  Object.entries(options)
    .map(([name, value]) => `${name}:${/\s/.test(String(value)) ? `"${value}"` : value}`)
    .join(" ");
const isGif = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(0, 3)).toString("latin1") === "GIF";
const files = (pictures: readonly Uint8Array[]) =>
  pictures.map((bytes, i) => ({ name: isGif(bytes) ? `film${i + 1}.gif` : `photo${i + 1}.png`, bytes }));

export function onDiscord(discord: FakeDiscord): ChatInTest {
  const ann = discord.user("Ann");
  const channel: ChannelRef = discord.addChannel("words");
  const find = (fitting: (text: string) => boolean, what: string) =>
    discord.until(() => discord.messagesIn(channel).find(({ text }) => fitting(text)), what, HANG_MS);
  return {
    use: (command, options, ...photos) => ann.command(channel, command, options, files(photos)).answered,
    async made(...parts) {
      const { ref, text, pictures } = await find((each) => fits(each, parts), parts.join(" … "));
      const [picture = expect.fail(`no picture: ${text}`)] = pictures;
      return {
        job: jobIn(text),
        text,
        description: picture.description,
        picture: () => picture.download(),
        press: (label) => ann.press(ref, label).answered,
      };
    },
    async told(text) {
      const hears = () => discord.ephemeralTo(ann.user).some((each) => plain(each.text).includes(text));
      await discord.until(hears, text, HANG_MS);
    },
    said: async (text) => void (await find((each) => plain(each).includes(text), text)),
    close: async () => undefined,
  };
}

export function onSlack(slack: FakeSlack): ChatInTest {
  const people = new Users(slack);
  const ann = slack.addUser("Ann");
  const { id } = slack.addChannel("words");
  const find = (fitting: (text: string) => boolean, what: string) =>
    waitFor(() => people.look(ann, { id }).find(({ byBot, text }) => byBot && fitting(text)) ?? expect.fail(what));
  return {
    // A mention brings pictures along, and knows every command by its name.
    use: async (command, options, ...photos) =>
      void (await people.mention(ann, { id }, `${command} ${lineOf(options)}`, files(photos))),
    async made(...parts) {
      const { ts, text } = await find((each) => fits(each, parts), parts.join(" … "));
      // A film is a file in the thread, where it plays.
      const [picture = expect.fail(`no picture: ${text}`)] = people
        .look(ann, { id, thread: ts })
        .filter((message) => message.text.includes("Your picture is ready") || message.pictures.some(isFilm))
        .flatMap(({ pictures }) => pictures)
        .sort((one, other) => Number(isFilm(other)) - Number(isFilm(one)));
      return {
        job: jobIn(text),
        text,
        description: picture.alt,
        picture: async () => Buffer.from(picture.bytes),
        press: (label) => people.press(ann, people.message({ channel: id, ts }), label),
      };
    },
    told: async (text) =>
      void (await waitFor(
        () =>
          people.look(ann, { id }).find((each) => each.ephemeral && plain(each.text).includes(text)) ??
          expect.fail(text),
      )),
    said: async (text) => void (await find((each) => plain(each).includes(text), text)),
    close: async () => undefined,
  };
}

const isFilm = ({ name }: { readonly name: string }): boolean => name.endsWith(".webp");

export async function onTheWeb(browser: Browser, address: string): Promise<ChatInTest> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
  const { page, errors } = await openChat(context, address);
  return {
    async use(command, options, ...photos) {
      if (photos.length > 0) await attach(page, picked(photos));
      await send(page, `/${command} ${lineOf(options)}`);
    },
    async made(...parts) {
      const item = await finished(page, parts);
      const shown = item.locator("img:not([alt=''])").first();
      return {
        job: jobIn((await item.textContent()) ?? ""),
        text: (await item.textContent()) ?? "",
        description: (await shown.getAttribute("alt")) ?? undefined,
        async picture() {
          const href = await item.locator("a[download]").first().getAttribute("href");
          const response = await page.request.get(new URL(href ?? "", address).href);
          expect(response.status()).toBe(200);
          return response.body();
        },
        // By its key: others' messages may move it while a pointer is on its way.
        press: (label) => item.getByRole("button", { name: label, exact: true }).press("Enter"),
      };
    },
    told: (text) => page.locator(".channel-pane article", { hasText: text }).first().waitFor(),
    said: (text) => page.locator(".channel-pane article", { hasText: text }).first().waitFor(),
    async close() {
      await context.close();
      expect(errors).toEqual([]);
    },
  };
}

const picked = (photos: readonly Uint8Array[]) =>
  files(photos).map(({ name, bytes }) => {
    return { name, mimeType: isGif(bytes) ? "image/gif" : "image/png", buffer: Buffer.from(bytes) };
  });

/** The message of a job that is done, by its own name: others may come below it. */
async function finished(page: Page, parts: readonly string[]): Promise<Locator> {
  let item = page.locator(".channel-pane article", { hasText: DONE });
  for (const part of parts) item = item.filter({ hasText: partPattern(part) });
  item = item.filter({ has: page.getByRole("button", { name: "Delete", exact: true }) });
  const shown = async () => (await page.locator(".channel-pane article").allTextContents()).slice(-4).join("\n---\n");
  await item
    .first()
    .waitFor()
    .catch(async () => expect.fail(`not seen: ${parts.join(" … ")}\n${await shown()}`));
  return page.locator(`#${await item.first().getAttribute("id")}`);
}
