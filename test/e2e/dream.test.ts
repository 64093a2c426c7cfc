/** A person opens the page and dreams the sample photo: real browser, web chat, queue, engine process and network. */
import { pino } from "pino";
import type { Browser, Page } from "playwright-core";
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
import * as statistics from "../support/picture-statistics.js";
import { samplePath } from "../support/pictures.js";
import { models, resnet50Missing } from "../support/resnet50.js";

const missing = await resnet50Missing();
const reason = missing ?? chromiumHint;
/** Fetching the network takes its time on a slow line. */
const FETCH_MS = 300_000;
const JOB_MS = 360_000;

describe.skipIf(missing !== undefined || !hasChromium)(`dreaming a photo in the chat (${reason})`, () => {
  const folder = newFolder();
  let browser: Browser;
  let running: Running;
  let host: EngineHost;

  beforeAll(async () => {
    const config = loadConfig({
      DATA_DIR: folder,
      WEB_PORT: "0",
      OPS_PORT: "0",
      MODELS_DIR: models.dir,
      MODELS_PATH: models.path.join(":"),
    });
    running = await startDreamloom(config, {
      engine: (settings, logger, onDownload) => {
        host = new EngineHost({ ...engineSettings(settings), logger, onDownload });
        return host;
      },
      logger: pino({ level: "silent" }),
      print: () => undefined,
    });
    [browser] = await Promise.all([launchChromium(), host.warmUp(config.dream.network)]);
  }, FETCH_MS);
  afterAll(async () => {
    await browser?.close();
    await running?.stop();
  });

  /** Opens the chat as a new user; `frames` are the texts that came over the socket, in order. */
  async function visit(): Promise<{ page: Page; errors: string[]; frames: string[] }> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    onTestFinished(() => context.close());
    const frames: string[] = [];
    context.on("page", (page) =>
      page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => frames.push(String(payload)))),
    );
    return { ...(await openChat(context, running.address ?? "")), frames };
  }

  /** The bot's message about the job with a seed. */
  const jobWith = (page: Page, seed: number) =>
    page
      .locator(".channel-pane article", { hasText: partPattern(`seed:${seed}`) })
      .filter({ hasText: /job [A-Z0-9]+/ });

  async function openThread(page: Page, seed: number) {
    await jobWith(page, seed).locator(".thread-card").press("Enter");
    return page.locator(".thread-pane");
  }

  const download = async (page: Page, href: string | null): Promise<Buffer> => {
    const response = await page.request.get(new URL(href ?? "", running.address).href);
    expect(response.status()).toBe(200);
    return response.body();
  };

  it(
    "shows every octave in the thread, then a picture that is the photo and dreams",
    async () => {
      const { page, errors, frames } = await visit();
      await page
        .getByAltText(/Picos de Europa, photo by/)
        .first()
        .waitFor();
      await send(page, "/dream size:192 octaves:3 steps:6 seed:3");
      const thread = await openThread(page, 3);
      for (const [n, size] of ["98 × 73", "137 × 103", "192 × 144"].entries()) {
        const message = thread.locator("article", { hasText: `Octave ${n + 1} of 3 · ${size}` });
        await message.waitFor();
        const image = message.getByAltText(`The picture after octave ${n + 1} of 3`);
        const width = await image.evaluate(async (img: { decode(): Promise<void>; naturalWidth: number }) => {
          await img.decode();
          return img.naturalWidth;
        });
        expect(width).toBe(Number.parseInt(size, 10));
      }
      const final = thread.locator("article", { hasText: "Your picture is ready" });
      await final.getByAltText(/^Aitzol Berasategi's picture \(.*\), dreamt full of creatures, by /).waitFor();
      // One after the other, not all at the end. Two that are written through together come in one message; what came
      // before the thread was open (-1) was there when it opened.
      const marks = ["Octave 1 of 3 ·", "Octave 2 of 3 ·", "Octave 3 of 3 ·", "Your picture is ready"];
      const arrived = marks.map((mark) => frames.findIndex((text) => text.includes(mark)));
      expect(arrived[3]).toBeGreaterThanOrEqual(0);
      expect(arrived[0]).toBeLessThan(arrived[3] ?? 0);
      expect(arrived).toEqual([...arrived].sort((a, b) => a - b));
      expect(await final.textContent()).toMatch(/\/dream .*seed:3/);

      const dreamt = await statistics.raster(
        await download(page, await final.locator("a[download]").getAttribute("href")),
      );
      const photo = await statistics.raster(
        await sharp(samplePath.pathname).resize(192, 144, { fit: "fill" }).png().toBuffer(),
      );
      expect([dreamt.width, dreamt.height]).toEqual([192, 144]);
      const [ours, theirs] = [statistics.bands(dreamt, 4), statistics.bands(photo, 4)];
      // Clearly the photo ...
      expect(statistics.correlation(ours.coarse, theirs.coarse)).toBeGreaterThan(0.9);
      // ... clearly dreaming: its detail is another, and there is more of it ...
      expect(statistics.correlation(ours.fine, theirs.fine)).toBeLessThan(0.95);
      expect(statistics.contrast(ours.fine)).toBeGreaterThan(statistics.contrast(theirs.fine));
      // ... no grey wash ...
      expect(statistics.contrast(dreamt.data) / statistics.contrast(photo.data)).toBeGreaterThan(0.85);
      expect(statistics.contrast(dreamt.data) / statistics.contrast(photo.data)).toBeLessThan(1.4);
      expect(statistics.colourfulness(dreamt) / statistics.colourfulness(photo)).toBeGreaterThan(0.8);
      // ... no stripe at the border, which dreams like the rest ...
      expect(statistics.borderStripe(dreamt)).toBeLessThan(1.6);
      const { border, interior } = statistics.borderAndInterior(dreamt, photo, 4);
      expect(interior).toBeGreaterThan(5);
      expect(border / interior).toBeGreaterThan(0.5);
      expect(border / interior).toBeLessThan(1.6);
      // ... and few pixels blown out.
      expect(statistics.clipped(dreamt) - statistics.clipped(photo)).toBeLessThan(0.06);
      expect(errors).toEqual([]);
    },
    JOB_MS,
  );

  it(
    "tells what it sees in the sample when that is asked at its message",
    async () => {
      const { page, errors } = await visit();
      const sample = page
        .locator(".channel-pane article", { has: page.getByAltText(/Picos de Europa, photo by/) })
        .first();
      await sample.hover();
      await sample.getByRole("button", { name: "What do you see?" }).click();
      const answer = page.locator(".channel-pane article", { hasText: /^.*resnet50 sees in .*: alp \d\d%, / });
      await answer.waitFor();
      await shot(page, "see");
      expect(errors).toEqual([]);
    },
    JOB_MS,
  );

  it(
    "dreams into what a word says; the file, downloaded and posted again, tells how it was made",
    async () => {
      const { page, errors } = await visit();
      await send(page, "/dream into:peacock size:160 seed:21");
      const thread = await openThread(page, 21);
      const final = thread.locator("article", { hasText: "Your picture is ready" });
      await final.getByAltText(/, dreamt into a peacock, by /).waitFor();
      // What the network saw before, and what it sees now: the line alone says peacock too.
      expect(await final.textContent()).toMatch(/[a-z] → peacock, \d\d+%/);
      await shot(page, "into");
      const file = await download(page, await final.locator("a[download]").getAttribute("href"));
      await attach(page, { name: "found.png", mimeType: "image/png", buffer: file });
      await send(page, "Found this");
      const found = page.locator(".channel-pane article", { hasText: "Found this" });
      await found.click({ button: "right" });
      await page.getByRole("button", { name: "Show how it was made" }).click();
      const told = page.locator(".channel-pane article", { hasText: "Its file says that it is Dream into peacock" });
      await told.getByText(/^\/dream .*into:peacock .*seed:21/).waitFor();
      await shot(page, "made");
      expect(errors).toEqual([]);
    },
    JOB_MS,
  );

  it(
    "paints the photo in the style that is chosen by reaction",
    async () => {
      const { page, errors } = await visit();
      await send(page, "/stylize size:160 steps:16 seed:11");
      const palette = page.locator(".channel-pane article", { hasText: "Which style, " }).last();
      await palette.getByAltText(/^Styles to choose from: summer, winter, /).waitFor();
      const winter = palette.locator(".reaction", { hasText: "⛄" });
      await winter.waitFor();
      await shot(page, "palette");
      await winter.click();
      await jobWith(page, 11).getByText("Painting in winter", { exact: true }).waitFor();
      const thread = await openThread(page, 11);
      const final = thread.locator("article", { hasText: "Your picture is ready" });
      await final.getByAltText(/, painted in the style winter, by /).waitFor();
      await shot(page, "painted");
      const painted = await statistics.raster(
        await download(page, await final.locator("a[download]").getAttribute("href")),
      );
      const photo = await statistics.raster(
        await sharp(samplePath.pathname).resize(160, 120, { fit: "fill" }).png().toBuffer(),
      );
      const mean = ({ data, width, height }: typeof photo, channel: number): number => {
        const plane = data.subarray(channel * width * height, (channel + 1) * width * height);
        return plane.reduce((sum, v) => sum + v, 0) / plane.length;
      };
      // Winter is deep blue: what was green and brown has turned, and the mountains are still there.
      expect(mean(painted, 2) - mean(painted, 0)).toBeGreaterThan(mean(photo, 2) - mean(photo, 0) + 10);
      expect(
        statistics.correlation(statistics.bands(painted, 8).coarse, statistics.bands(photo, 8).coarse),
      ).toBeGreaterThan(0.4);
      expect(errors).toEqual([]);
    },
    JOB_MS,
  );

  it(
    "dreams a photo that is uploaded",
    async () => {
      const { page, errors } = await visit();
      const portrait = await sharp(samplePath.pathname)
        .extract({ left: 300, top: 100, width: 300, height: 600 })
        .toColourspace("b-w")
        .jpeg()
        .toBuffer();
      await attach(page, { name: "tall.jpg", mimeType: "image/jpeg", buffer: portrait });
      await page.getByLabel("Describe tall.jpg").fill("A tall part of the path");
      await send(page, "/dream size:96 octaves:1 steps:2 seed:4");
      const thread = await openThread(page, 4);
      const final = thread.locator("article", { hasText: "Your picture is ready" });
      await final.getByAltText(/'s picture \(A tall part of the path\), dreamt full of creatures$/).waitFor();
      expect(await final.textContent()).toContain("seed:4");
      expect(errors).toEqual([]);
    },
    JOB_MS,
  );

  it(
    "survives its engine: tells the person, tries again, and runs the next job",
    async () => {
      const { page, errors } = await visit();
      await send(page, "/dream size:512 octaves:4 steps:100 seed:6");
      const thread = await openThread(page, 6);
      await thread
        .getByText(/Octave 1 of 4/)
        .first()
        .waitFor();
      let killed = host.pid ?? Number.NaN;
      process.kill(killed, "SIGKILL");
      await page.getByText("The painter crashed on this picture; trying again.").first().waitFor();
      for (let time = 2; time <= 3; time++) {
        await expect.poll(() => host.pid !== undefined && host.pid !== killed, { timeout: JOB_MS }).toBe(true);
        killed = host.pid ?? Number.NaN;
        process.kill(killed, "SIGKILL");
      }
      await page
        .getByText(/crashed on this picture again and again, so I have stopped/)
        .first()
        .waitFor();
      await send(page, "/dream size:96 octaves:1 steps:1 seed:99");
      await jobWith(page, 99)
        .getByText(/Done in/)
        .waitFor();
      expect(errors).toEqual([]);
    },
    JOB_MS,
  );

  it(
    "stops a job whose person presses Cancel in the middle of an octave",
    async () => {
      const { page, errors } = await visit();
      await send(page, "/dream size:512 octaves:4 steps:100 seed:5");
      const job = jobWith(page, 5);
      const thread = await openThread(page, 5);
      await thread
        .getByText(/Octave 1 of 4, step/)
        .first()
        .waitFor();
      await job.getByRole("button", { name: "Cancel" }).click();
      await job.getByText(/cancelled/i).waitFor();
      await send(page, "/dream size:96 octaves:1 steps:1 seed:98");
      await jobWith(page, 98)
        .getByText(/Done in/)
        .waitFor();
      expect(errors).toEqual([]);
    },
    JOB_MS,
  );
});
