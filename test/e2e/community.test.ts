/** What a community does all day, in a real browser: the whole program, with an engine that paints at once. */
import { pino } from "pino";
import type { Browser, Locator, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Running, startDreamloom } from "../../src/app/application.js";
import { loadConfig } from "../../src/app/settings/load-settings.js";
import type { Engine } from "../../src/engine/process/engine.js";
import { FakeEngine, type FakeRun } from "../fakes/engine.js";
import { attach, message, openChat, send } from "../support/chat-page.js";
import { chromiumHint, hasChromium, launchChromium } from "../support/chromium.js";
import { partPattern } from "../support/has-part.js";
import { newFolder } from "../support/new-folder.js";

/** A picture that is told from another by its colour. */
async function painted(seed: number): Promise<Uint8Array> {
  const fill = `hsl(${(seed * 47) % 360} 60% 50%)`;
  const shapes = `<rect width="96" height="72" fill="${fill}"/><circle cx="48" cy="36" r="20" fill="#fff"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="96" height="72">${shapes}</svg>`;
  return new Uint8Array(await sharp(Buffer.from(svg)).png().toBuffer());
}

async function filmed(): Promise<Uint8Array> {
  const frames = Buffer.concat([Buffer.alloc(32 * 24 * 3, 40), Buffer.alloc(32 * 24 * 3, 200)]);
  const raw = { width: 32, height: 48, channels: 3, pageHeight: 24 } as const;
  return new Uint8Array(
    await sharp(frames, { raw })
      .webp({ delay: [80, 80] })
      .toBuffer(),
  );
}

/** Paints whatever comes, unless it is told to wait. */
class Painter implements Engine {
  readonly #engine = new FakeEngine();
  /** Jobs stay as they are until they are cancelled. */
  waits = false;

  run(...[request, options]: Parameters<Engine["run"]>): ReturnType<Engine["run"]> {
    const result = this.#engine.run(request, options);
    const run = this.#engine.runs.at(-1);
    if (run && !this.waits) void this.#paint(run);
    return result;
  }

  async #paint(run: FakeRun): Promise<void> {
    if (run.request.recipe === "zoom") return run.finishWith(await filmed(), 32, 24, "image/webp");
    await run.octave(1);
    run.finishWith(await painted(Number(run.request.params.seed)), 96, 72);
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}

describe.skipIf(!hasChromium)(`a community in the browser (${chromiumHint})`, () => {
  const folder = newFolder();
  const painter = new Painter();
  let browser: Browser;
  let running: Running;

  beforeAll(async () => {
    running = await startDreamloom(loadConfig({ DATA_DIR: folder, WEB_PORT: "0", OPS_PORT: "0" }), {
      engine: () => painter,
      logger: pino({ level: "silent" }),
      print: () => undefined,
    });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await running?.stop();
  });

  /** Opens the chat as somebody new. */
  async function visit(): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
    const { page, errors } = await openChat(context, running.address ?? "");
    onTestFinished(async () => {
      await context.close();
      expect(errors).toEqual([]);
    });
    return page;
  }

  /** Says a line and waits for what comes of it. */
  async function make(
    page: Page,
    line: string,
    seed: number,
  ): Promise<{ readonly item: Locator; readonly job: string }> {
    await send(page, `${line} seed:${seed}`);
    const item = page
      .locator(".channel-pane article", { hasText: partPattern(`seed:${seed}`) })
      // The bot's own has buttons; a line that answers a result only quotes its "Done in".
      .filter({ has: page.getByRole("button", { name: "Again" }) })
      .filter({ hasText: "Done in" })
      .last();
    await item.waitFor();
    // Others may tell of it too: what answers it quotes it.
    const own = page.locator(`#${await item.getAttribute("id")}`);
    return { item: own, job: /job (\w{8})/.exec((await item.textContent()) ?? "")?.[1] ?? "" };
  }

  /** As the picker does, without looking for each emoji in it. */
  async function react(item: Locator, emoji: string): Promise<void> {
    const status = await item.evaluate(async (element: { id: string }, chosen) => {
      const body = JSON.stringify({ emoji: chosen, on: true });
      const path = `/api/messages/${element.id.replace(/\D/g, "")}/reactions`;
      return (await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body })).status;
    }, emoji);
    expect(status).toBe(204);
  }

  it("paints in a named style, blends, weaves, and shows neurons and a film", async () => {
    const page = await visit();
    for (const [line, title, seed, alt] of [
      ["/stylize winter size:64", "Painting in winter", 101, "painted in the style winter"],
      [
        "/blend summer:0.3 winter:0.7 size:64",
        "Blend of summer and winter",
        102,
        "painted in the styles summer and winter",
      ],
      ["/texture winter size:64", "Texture", 103, "A texture in the style winter"],
      ["/neuron activation_36/7 size:64", "Neuron activation_36/7", 104, "excites the neuron activation_36/7"],
      ["/neurons columns:2", "Neurons of resnet50", 105, "Neurons of resnet50"],
      ["/zoom frames:2 width:64", "Endless zoom", 106, "An endless zoom into"],
    ] as const) {
      const { item } = await make(page, line, seed);
      expect(await item.textContent()).toContain(title);
      await item.getByAltText(new RegExp(alt)).first().waitFor();
      if (title.startsWith("Painting")) expect(await item.textContent()).toContain("style winter by Dreamloom, CC0");
      if (title.startsWith("Endless")) {
        const film = await page.request.get(
          new URL((await item.locator("a[download]").getAttribute("href")) ?? "", running.address).href,
        );
        expect((await sharp(await film.body()).metadata()).pages).toBe(2);
      }
    }
  });

  it("keeps a community's own styles, whose names are completed by keyboard", async () => {
    const page = await visit();
    const box = page.locator(".channel-pane textarea");
    const file = { name: "rust.png", mimeType: "image/png", buffer: Buffer.from(await painted(5)) };
    await attach(page, file);
    await send(page, "/style add name:rust emoji:🍂");
    await message(page, "rust is a style here now").waitFor();
    await send(page, "/style");
    await message(page, "Added by")
      .getByAltText(/Styles to choose from: rust, summer/)
      .waitFor();
    await box.fill("/stylize ");
    await box.pressSequentially("style:ru");
    await page.getByRole("option", { name: /^rust/ }).waitFor();
    await box.press("ArrowDown");
    await box.press("ArrowUp");
    await box.press("Enter");
    expect(await box.inputValue()).toBe("/stylize style:rust ");
    await send(page, "/style show rust");
    await page.getByAltText("The style rust").waitFor();
    await send(page, "/style rename rust to:iron");
    await message(page, "rust is now called iron").getByText("Only you can see this").waitFor();
    await send(page, "/style remove iron");
    await message(page, "iron is gone").waitFor();
  });

  it("takes reactions on results, and jobs are listed, cancelled and made again with changes", async () => {
    const page = await visit();
    const { item, job } = await make(page, "/stylize winter size:64 strength:0.5", 201);
    const next = (text: string | RegExp) =>
      page
        .locator(".channel-pane article", { hasText: `a variation of ${job}` })
        .filter({ hasText: text })
        .filter({ hasText: "Done in" })
        .last();
    await react(item, "🔁");
    await next(/seed:(?!201 )\d+ /).waitFor();
    await react(item, "⬆️");
    await next("size:96").waitFor();
    await react(item, "➕");
    await next("strength:0.65").waitFor();
    await send(page, `/again ${job} size:80`);
    await next("size:80").waitFor();
    painter.waits = true;
    try {
      await send(page, "/dream seed:203");
      const waiting = page.locator(".channel-pane article", { hasText: partPattern("seed:203") }).last();
      await waiting.getByText(/In progress/).waitFor();
      await send(page, "/queue");
      await message(page, /Dream of creatures, yours.*running, about/).waitFor();
      await send(page, "/cancel");
      await message(page, /^.*Cancelled \w{8}\./s).waitFor();
      await waiting.getByText(/Cancelled by/).waitFor();
    } finally {
      painter.waits = false;
    }
    const last = next("size:80");
    const gone = await last.getAttribute("id");
    await react(last, "🗑️");
    await page.locator(`#${gone}`).waitFor({ state: "detached" });
  });

  it("shows the gallery as a sheet and as a page, with hearts, chains, again and taking out", async () => {
    const page = await visit();
    const { item: first, job } = await make(page, "/dream size:64", 301);
    await first.hover();
    await first.getByRole("button", { name: "Reply" }).click();
    const { job: remix } = await make(page, "/stylize winter size:64", 302);
    await first.hover();
    await first.getByRole("button", { name: "React with ❤️" }).click();
    await first.locator(".reaction", { hasText: "❤️" }).waitFor();
    await send(page, "/gallery mine");
    const sheet = message(page, "Gallery of");
    await sheet.getByAltText(/^1\. Painting in winter by .*; 2\. Dream of creatures by /).waitFor();
    expect(await sheet.textContent()).toContain("❤️ 1");

    await page.getByRole("link", { name: "Gallery", exact: true }).click();
    await page.getByRole("button", { name: "Most popular" }).click();
    await page.getByLabel("Made by").selectOption({ label: "Me" });
    const tiles = page.locator(".tile > a");
    await expect.poll(() => tiles.count()).toBe(2);
    expect(await tiles.first().getAttribute("href")).toBe(`#gallery/${job}`);
    // By keyboard: to the second work, a heart, and into it.
    await tiles.first().focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("l");
    await page.locator(".tile").nth(1).getByRole("button", { name: "Favourite of 1 person", pressed: true }).waitFor();
    await page.keyboard.press("Enter");
    const work = page.getByRole("dialog");
    await work.getByText("302", { exact: true }).waitFor();
    await work.getByText("/stylize winter").waitFor();
    await work.getByText("Style winter by Dreamloom, CC0").waitFor();
    await work
      .getByRole("region", { name: "Remix chain" })
      .getByRole("link", { name: /Dream of creatures/ })
      .click();
    await work.getByText("301", { exact: true }).waitFor();
    await work.getByText("Remixed as").waitFor();
    expect(page.url()).toContain(`#gallery/${job}`);
    await work.getByRole("link", { name: "Thread" }).click();
    await page.locator(".thread-pane").getByText("Your picture is ready").waitFor();
    await page.goBack();

    await work.getByRole("button", { name: "Remove from the gallery" }).click();
    await work.getByText("Not in the gallery").waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => tiles.count()).toBe(1);
    await page.goto(`${running.address}/#gallery/${job}`);
    await work.getByRole("button", { name: "Show in the gallery" }).click();
    await work.getByRole("button", { name: "Remove from the gallery" }).waitFor();
    await work.getByRole("button", { name: "Again" }).click();
    await page
      .locator(".channel-pane article", { hasText: `a variation of ${job}` })
      .filter({ hasText: "Done in" })
      .last()
      .waitFor();
    await send(page, `/gallery show ${remix}`);
    await message(page, "Made from Dream of creatures").waitFor();

    // Somebody else may look, and love, but not take out.
    const other = await visit();
    await other.goto(`${running.address}/#gallery/${remix}`);
    await other.getByRole("dialog").getByText("302", { exact: true }).waitFor();
    expect(await other.getByRole("button", { name: "Remove from the gallery" }).count()).toBe(0);
    // There is no message box in the gallery.
    await other.goto(`${running.address}/#/art`);
    await other.locator(".channel-pane textarea").waitFor();
    await send(other, `/gallery remove ${remix}`);
    await message(other, "only they and moderators can take it out").waitFor();
  });

  it("keeps hidden what is uploaded hidden, until somebody asks to see it", async () => {
    const page = await visit();
    const file = { name: "secret.png", mimeType: "image/png", buffer: Buffer.from(await painted(9)) };
    await attach(page, file);
    await page.getByRole("button", { name: "Hide secret.png until it is clicked" }).click();
    const { item } = await make(page, "/dream size:64", 401);
    const hidden = item.getByRole("button", { name: "Show hidden picture" });
    await hidden.click();
    await item.getByRole("button", { name: /^Enlarge: .*dreamt full of creatures/ }).waitFor();
    await page.getByRole("link", { name: "Gallery", exact: true }).click();
    await page.getByRole("link", { name: /Hidden.*Dream of creatures by/ }).click();
    await page.getByRole("button", { name: "Hidden by its author. Show it" }).click();
    await page
      .getByRole("dialog")
      .getByAltText(/^Dream of creatures by/)
      .waitFor();
  });

  it("helps, and its menu knows every command", async () => {
    const page = await visit();
    await send(page, "/help");
    const help = message(page, "/gallery Show what was made here");
    await help.getByText("Only you can see this").waitFor();
    const text = (await help.textContent()) ?? "";
    const commands = await page.evaluate(async () => {
      const session = (await (await fetch("/api/session")).json()) as { commands: { name: string }[] };
      return session.commands.map(({ name }) => name);
    });
    for (const name of [
      "dream",
      "stylize",
      "blend",
      "texture",
      "neuron",
      "neurons",
      "zoom",
      "style",
      "gallery",
      "again",
      "queue",
      "cancel",
      "settings",
      "help",
    ]) {
      expect(commands).toContain(name);
      expect(text).toContain(`/${name}`);
    }
    await send(page, "/help gallery");
    await message(page, "/gallery remove 7KQ4M9XA").waitFor();
    await send(page, "/galery");
    await message(page, "did you mean /gallery?").waitFor();
  });
});
