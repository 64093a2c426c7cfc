/**
 * What a community makes its own in the page: looks that it teaches, presets that it hands on, and the dream of the
 * day. Real browser, web chat and engine, with a network of a moment.
 */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import type { Browser, Locator, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Running, startDreamloom } from "../../src/app/application.js";
import { engineSettings } from "../../src/app/engine-settings.js";
import { loadConfig } from "../../src/app/settings/load-settings.js";
import { EngineHost } from "../../src/engine/process/host.js";
import { shot } from "../bots/web/seen.js";
import { attach, openChat, send } from "../support/chat-page.js";
import { chromiumHint, hasChromium, launchChromium } from "../support/chromium.js";
import { partPattern } from "../support/has-part.js";
import { newFolder } from "../support/new-folder.js";
import { drawn } from "../support/pictures.js";
import { writeTinyNetwork } from "../support/tiny-network.js";

const JOB_MS = 360_000;
const HOUR_MS = 3_600_000;
const NOTES = `title: Tiny
dream: { default: corners, looks: { corners: { description: Corners, layers: { corners: 1 } } } }
style: { layers: { edges: 1, corners: 1 }, content: corners }
`;
/** A dream of a moment. */
const QUICK = "layers:corners size:64 octaves:1 steps:1";

describe.skipIf(!hasChromium)(`what a community makes its own, in the page (${chromiumHint})`, () => {
  const folder = newFolder();
  let browser: Browser;
  let running: Running;
  /** How far the clock of the day's dreams is ahead, in milliseconds. */
  let ahead = 0;

  beforeAll(async () => {
    const tiny = await writeTinyNetwork({ classifier: true });
    writeFileSync(join(tiny, "dreamloom.yaml"), NOTES);
    mkdirSync(join(folder, "own"));
    renameSync(tiny, join(folder, "own", "tiny"));
    const config = loadConfig({
      DATA_DIR: join(folder, "data"),
      WEB_PORT: "0",
      OPS_PORT: "0",
      MODELS_DIR: join(folder, "models"),
      MODELS_PATH: join(folder, "own"),
      DREAM_NETWORK: "tiny",
      PAINT_NETWORK: "tiny",
      NEURON_NETWORK: "tiny",
    });
    running = await startDreamloom(config, {
      engine: (settings, logger, onDownload) =>
        new EngineHost({ ...engineSettings(settings), threads: 1, logger, onDownload }),
      logger: pino({ level: "silent" }),
      print: () => undefined,
      now: () => Date.now() + ahead,
    });
    browser = await launchChromium();
  }, JOB_MS);
  afterAll(async () => {
    await browser?.close();
    await running?.stop();
  });

  /** Opens the chat as somebody new; the first one manages it. */
  async function visit(): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
    const { page, errors } = await openChat(context, running.address ?? "");
    onTestFinished(async () => {
      await context.close();
      expect(errors).toEqual([]);
    });
    return page;
  }

  function attachAll(page: Page, pictures: readonly Uint8Array[], name: string): Promise<void> {
    const each = (bytes: Uint8Array, i: number) => {
      return { name: `${name}-${i}.png`, mimeType: "image/png", buffer: Buffer.from(bytes) };
    };
    return attach(page, pictures.map(each));
  }

  const message = (page: Page, text: string | RegExp): Locator =>
    page.locator(".channel-pane article", { hasText: typeof text === "string" ? partPattern(text) : text }).last();

  /** The bot's message about a job that is done, by a word of it. */
  async function finished(page: Page, text: string | RegExp): Promise<Locator> {
    const item = page
      .locator(".channel-pane article", { hasText: typeof text === "string" ? partPattern(text) : text })
      .filter({ hasText: /job [A-Z0-9]{8}/ })
      .filter({ hasText: "Done in" })
      .filter({ has: page.getByRole("button", { name: "Delete" }) })
      .last();
    await item.waitFor();
    return page.locator(`#${await item.getAttribute("id")}`);
  }

  async function sizeOf(page: Page, item: Locator): Promise<(number | undefined)[]> {
    const { width, height } = await sharp(await download(page, item)).metadata();
    return [width, height];
  }

  async function download(page: Page, item: Locator): Promise<Buffer> {
    const href = await item.locator("a[download]").first().getAttribute("href");
    const response = await page.request.get(new URL(href ?? "", running.address).href);
    expect(response.status()).toBe(200);
    return response.body();
  }

  it(
    "dreams the day's picture with the most hearts when the channel's hour comes",
    async () => {
      const [moderator, ann] = [await visit(), await visit()];
      await attachAll(ann, [await drawn(96, 72)], "pond");
      await send(ann, `/dream ${QUICK} seed:71`);
      await finished(ann, "seed:71");
      const favourite = await finished(moderator, "seed:71");
      await favourite.hover();
      await favourite.getByRole("button", { name: "React with ❤️" }).click();
      await favourite.locator(".reaction", { hasText: "❤️" }).waitFor();
      const hour = new Date(Date.now() + HOUR_MS).toISOString().slice(11, 16);
      await send(moderator, `/settings daily:${hour} size:64`);
      // The page tells the hour as it is where one is.
      await message(moderator, "Changed. Now:")
        .getByText(": When to dream this channel's picture of the day")
        .waitFor();
      onTestFinished(() => {
        ahead = 0;
      });
      ahead = HOUR_MS;
      const announced = message(ann, "Dream of the day");
      await announced.waitFor();
      expect(await announced.textContent()).toMatch(/by .+, the picture here with the most hearts \(1 ❤️\)/);
      const dreamt = await finished(ann, /from [A-Z0-9]{8}/);
      expect(await sizeOf(ann, dreamt)).toEqual([64, 48]);
      expect(await dreamt.textContent()).toContain("Picture by ");
      await shot(ann, "daily");
      // The works of the other tests have their own hearts.
      await favourite.locator(".reaction", { hasText: "❤️" }).click();
      await favourite.locator(".reaction", { hasText: "❤️" }).waitFor({ state: "detached" });
    },
    JOB_MS,
  );

  it(
    "teaches a look from attached pictures, which others dream of",
    async () => {
      const [ann, ben] = [await visit(), await visit()];
      const pictures = await Promise.all([0, 1, 2, 3, 4].map((i) => drawn(64 + 8 * i, 80)));
      await attachAll(ann, pictures, "disc");
      await send(ann, "/teach name:discs channels:3 seed:31");
      const taught = await finished(ann, "Look discs");
      expect(await taught.textContent()).toContain("Learnt from 5 pictures: /dream look:discs dreams of it now");
      await shot(ann, "taught");
      await attachAll(ben, [await drawn(96, 72)], "pond");
      await send(ben, "/dream look:discs size:96 octaves:1 steps:2 seed:32");
      const dreamt = await finished(ben, "seed:32");
      expect(await dreamt.textContent()).toMatch(/Dream of discs.*Look discs by /s);
      expect(await sizeOf(ben, dreamt)).toEqual([96, 72]);
    },
    JOB_MS,
  );

  it(
    "teaches a look from works with hearts, when those who made them have said yes",
    async () => {
      const [ann, ben] = [await visit(), await visit()];
      for (const [i, who] of [ann, ann, ann, ben, ben].entries()) {
        await attachAll(who, [await drawn(64 + 8 * i, 72)], `work${i}`);
        await send(who, `/dream ${QUICK} seed:4${i}`);
        await finished(who, `seed:4${i}`);
        const work = await finished(ann, `seed:4${i}`);
        await work.hover();
        await work.getByRole("button", { name: "React with ❤️" }).click();
        await work.locator(".reaction", { hasText: "❤️" }).waitFor();
      }
      await send(ann, "/teach name:hearted channels:3 from:hearts");
      const [mine, theirs] = [ann, ben].map((page) => message(page, "a look, hearted,"));
      await mine?.getByText("May it learn from yours, ").waitFor();
      await mine?.getByRole("button", { name: "Yes, learn from mine" }).click();
      await message(ann, "Your answer is not needed").waitFor();
      await shot(ben, "lesson");
      await theirs?.getByRole("button", { name: "Yes, learn from mine" }).click();
      await mine?.getByText("It is being taught").waitFor();
      expect(await mine?.getByRole("button", { name: "Yes, learn from mine" }).count()).toBe(0);
      const taught = await finished(ben, "Look hearted");
      expect(await taught.textContent()).toContain("Picture by ");
      await shot(ben, "hearted");
    },
    JOB_MS,
  );

  it(
    "tells what neurons stand for, finds them by a word, and weaves a texture of one",
    async () => {
      const page = await visit();
      await send(page, "/neuron corners/3 size:64 steps:1 seed:81");
      const told = page.locator(".thread-pane article", { hasText: "Your picture is ready" });
      await (await finished(page, "seed:81")).locator(".thread-card").press("Enter");
      await told.getByText("What neurons of corners stand for: 3: ").waitFor();
      await send(page, "/neurons find:goldfish columns:2 seed:82");
      await (await finished(page, "seed:82")).locator(".thread-card").press("Enter");
      await told.getByText(/What neurons of corners stand for: \d+: .+; \d+: /).waitFor();
      await send(page, "/texture into:goldfish size:64 steps:1 seed:83");
      const woven = await finished(page, "seed:83");
      await woven
        .getByAltText("A texture woven of a goldfish, as a network sees it")
        .first()
        .waitFor({ timeout: JOB_MS / 2 })
        .catch(async (cause) => {
          throw new Error(`its alternative text is missing: ${await woven.innerHTML()}`, { cause });
        });
    },
    JOB_MS,
  );

  it(
    "borrows from a second picture, makes variations, and goes on from one by its buttons",
    async () => {
      const page = await visit();
      await attachAll(page, [await drawn(96, 72), await drawn(80, 80)], "guided");
      await send(page, `/dream ${QUICK} like:attached seed:91`);
      expect(await (await finished(page, "seed:91")).textContent()).toContain("needs the same picture and guide");
      await attachAll(page, [await drawn(96, 72)], "pond");
      await send(page, `/dream ${QUICK} repeat:4 seed:92`);
      const sheet = await finished(page, "seed:92");
      await sheet
        .getByAltText(/^4 variations side by side\. /)
        .first()
        .waitFor();
      await shot(page, "variations");
      await sheet.getByRole("button", { name: "Choose 2" }).click();
      const chosen = await finished(page, "seed:93");
      expect(await sizeOf(page, chosen)).toEqual([64, 48]);
      await chosen.hover();
      await chosen.getByRole("button", { name: "Morph" }).click();
      const film = await finished(page, /seed:93 .*morph/);
      expect((await sharp(await download(page, film)).metadata()).pages).toBeGreaterThan(10);
    },
    JOB_MS,
  );

  it(
    "dreams by a preset, also by one that somebody else has taken from its card",
    async () => {
      const [ann, ben] = [await visit(), await visit()];
      await send(ann, `/preset save moody ${QUICK}`);
      await message(ann, "Saved moody for you: /dream layers:corners:1 ").waitFor();
      await attachAll(ann, [await drawn(96, 72)], "pond");
      await send(ann, "/dream moody seed:51");
      expect(await sizeOf(ann, await finished(ann, "seed:51"))).toEqual([64, 48]);
      await send(ann, "/preset export moody");
      const card = message(ben, "The preset moody: it is in this picture's file");
      await card.getByAltText(/^A card with the preset moody: \/dream layers:corners:1 /).waitFor();
      await shot(ben, "card");
      const bytes = await download(ben, card);
      await send(ben, "/dream moody seed:52");
      await message(ben, /moody/).waitFor();
      await attachAll(ben, [bytes], "card");
      await send(ben, "/preset import");
      await message(ben, "Saved moody for you: /dream layers:corners:1 ").waitFor();
      await attachAll(ben, [await drawn(96, 72)], "pond");
      await send(ben, "/dream moody seed:53");
      expect(await sizeOf(ben, await finished(ben, "seed:53"))).toEqual([64, 48]);
    },
    JOB_MS,
  );
});
