/**
 * Words and buttons in Discord, Slack and the web chat: films and neurons of what a word says, what one press makes of
 * a result, and what is offered for a film that is too long. One program serves all three, with the real engine and a
 * network of a moment.
 */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import type { Browser } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { type Running, startDreamloom } from "../../src/app/application.js";
import { engineSettings } from "../../src/app/engine-settings.js";
import { loadConfig } from "../../src/app/settings/load-settings.js";
import type { Engine, EngineRequest } from "../../src/engine/process/engine.js";
import { EngineHost } from "../../src/engine/process/host.js";
import { scene } from "../engine/recipes/tiny.js";
import { FakeDiscord } from "../fakes/discord/server.js";
import { APP_TOKEN, BOT_TOKEN, FakeSlack } from "../fakes/slack/server.js";
import { hasChromium, launchChromium } from "../support/chromium.js";
import { cameraFilm, filmFile } from "../support/film.js";
import { newFolder } from "../support/new-folder.js";
import { drawn } from "../support/pictures.js";
import { writeTinyNetwork } from "../support/tiny-network.js";
import { type ChatInTest, type Made, onDiscord, onSlack, onTheWeb } from "./three-chats.js";

/** The engine's process takes its time to start on a busy machine. */
const TEST_MS = 480_000;
const NOTES = `title: Tiny
dream: { default: corners, looks: { corners: { description: Corners, layers: { corners: 1 } } } }
style: { layers: { edges: 1, corners: 1 }, content: corners }
`;

const folder = newFolder();
let discord: FakeDiscord;
let slack: FakeSlack;
let browser: Browser;
let running: Running;
/** What the engine was asked for. */
const requests: EngineRequest[] = [];

function noting(engine: EngineHost): Engine {
  return {
    run(request, options) {
      requests.push(request);
      return engine.run(request, options);
    },
    status: () => engine.status(),
    close: () => engine.close(),
  };
}

beforeAll(async () => {
  const tiny = await writeTinyNetwork({ classifier: true });
  writeFileSync(join(tiny, "dreamloom.yaml"), NOTES);
  mkdirSync(join(folder, "own"));
  renameSync(tiny, join(folder, "own", "tiny"));
  [discord, slack] = await Promise.all([FakeDiscord.start(), FakeSlack.open()]);
  const config = loadConfig({
    DATA_DIR: join(folder, "data"),
    WEB_PORT: "0",
    OPS_ENABLED: "false",
    MODELS_DIR: join(folder, "models"),
    MODELS_PATH: join(folder, "own"),
    DREAM_NETWORK: "tiny",
    PAINT_NETWORK: "tiny",
    NEURON_NETWORK: "tiny",
    FILM_FRAMES: "6",
    FILM_WIDTH: "64",
    PICTURES_FILM_FRAMES: "4",
    DISCORD_TOKEN: discord.token,
    DISCORD_APP_ID: discord.world.appId,
    DISCORD_API_URL: discord.apiUrl,
    SLACK_BOT_TOKEN: BOT_TOKEN,
    SLACK_APP_TOKEN: APP_TOKEN,
    SLACK_API_URL: slack.apiUrl,
  });
  const start = startDreamloom(config, {
    engine: (settings, logger, onDownload) =>
      noting(new EngineHost({ ...engineSettings(settings), threads: 1, logger, onDownload })),
    logger: pino({ level: process.env.LOG_LEVEL ?? "silent" }),
    print: () => undefined,
  });
  [running] = await Promise.all([start, hasChromium && launchChromium().then((it) => (browser = it))]);
}, TEST_MS);
afterAll(async () => {
  await browser?.close();
  await running?.stop();
  expect([discord?.check(), slack?.violations]).toEqual([[], []]);
  await Promise.all([discord?.stop(), slack?.close()]);
});

const chats: readonly (readonly [string, boolean, () => ChatInTest | Promise<ChatInTest>])[] = [
  ["Discord", true, () => onDiscord(discord)],
  ["Slack", true, () => onSlack(slack)],
  ["the web chat", hasChromium, () => onTheWeb(browser, running.address ?? "")],
];

/** How far two pictures of one size are apart, as a mean of grey levels. */
async function distance(one: Uint8Array, other: Uint8Array): Promise<number> {
  const [a, b] = await Promise.all([one, other].map((each) => sharp(each).removeAlpha().raw().toBuffer()));
  if (!a || a.length !== b?.length) throw new Error("the pictures have different sizes");
  return a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / a.length;
}

// Slack takes a message a second in each channel: all wait for it at once.
describe.concurrent.each(chats)("in %s", (_, there, open) => {
  async function enter({ onTestFinished }: TestContext): Promise<ChatInTest> {
    const chat = await open();
    onTestFinished(() => chat.close());
    return chat;
  }

  /** Width, height and frames, of all that is in the file. */
  async function measured(made: Made): Promise<(number | undefined)[]> {
    const { width, height, pageHeight, pages } = await sharp(await made.picture(), { pages: -1 }).metadata();
    return [width, pageHeight ?? height, pages ?? 1];
  }

  it.skipIf(!there)(
    "offers a film that is too long in parts and smaller, and makes what was offered",
    async (context) => {
      const chat = await enter(context);
      const film = await filmFile(cameraFilm(scene(96, 72), 8, 64), Array(8).fill(100));
      const line = { octaves: 1, steps: 1, seed: "300" };
      await chat.use("dream", line, film);
      await chat.told("at 512 px I take 4 in 12 s. Say which part: moving:half or moving:still for one picture.");
      await chat.told("Or make it smaller: size:320.");
      await chat.use("dream", { ...line, size: 320 }, film);
      const made = await chat.made("seed:300");
      expect(made.text).toContain("a film of 8 frames");
      expect(await measured(made)).toEqual([320, 240, 8]);
    },
    TEST_MS,
  );

  it.skipIf(!there)(
    "films from one word to the next, and paints what a neuron of a word looks like",
    async (context) => {
      const chat = await enter(context);
      const film = { into: "goldfish castle", frames: 6, width: 64, steps: 1, seed: "301" };
      await chat.use("zoom", film, await drawn(96, 72));
      const zoom = await chat.made("seed:301");
      expect(zoom.text).toContain("Endless zoom through goldfish and castle");
      expect(zoom.description).toMatch(/An endless zoom into .+'s picture, through a goldfish and a castle/);
      expect(await measured(zoom)).toEqual([64, 48, 6]);
      const sees = /tiny sees [a-z][a-z' -]+, (?:\d+(?:\.\d)?|under 0\.1)%/i;
      expect(zoom.text).toMatch(sees);
      await chat.use("neuron", { into: "jellyfish:0.7 castle:0.3", size: 64, steps: 1, seed: "302" });
      const neuron = await chat.made("seed:302");
      expect(neuron.description).toMatch(/^What a jellyfish and a castle look like to a network, by /);
      expect(await measured(neuron)).toEqual([64, 64, 1]);
      expect(neuron.text).toMatch(sees);
    },
    TEST_MS,
  );

  it.skipIf(!there)(
    "dreams into a word and away from one, says what was seen, and asks back where a word is misspelt",
    async (context) => {
      const chat = await enter(context);
      const small = { size: 64, octaves: 1, steps: 1 };
      await chat.use("dream", { into: "peakock", ...small });
      await chat.told("Did you mean peacock?");
      // Nor is a network fetched, or a place in line taken, for what it cannot do.
      await chat.use("dream", { into: "owl", network: "vgg19", ...small }, await drawn(64, 48));
      await chat.told("vgg19 cannot name things: its file has no classifier. resnet50 and googlenet can.");
      // Another thing than before, or the same with another share.
      const share = /(?:\d+(?:\.\d)?|under 0\.1)%/.source;
      const seen = new RegExp(`(?:[a-z][a-z' -]+ → [a-z][a-z' -]+, ${share}|[a-z][a-z' -]+ ${share} → ${share})`, "i");
      await chat.use("dream", { into: "castle", ...small, seed: "341" }, await drawn(64, 48));
      const into = await chat.made("seed:341");
      expect(into.text).toMatch(seen);
      expect(into.description).toMatch(/, dreamt into a castle$/);
      await chat.use("dream", { away: "goldfish", layers: "corners", ...small, seed: "342" }, await drawn(64, 48));
      const away = await chat.made("seed:342");
      expect(away.text).toMatch(seen);
      expect(away.description).toMatch(/, dreamt away from a goldfish$/);
    },
    TEST_MS,
  );

  it.skipIf(!there)(
    "mixes a word with a look, be it of the network's folder or one that was taught here",
    async (context) => {
      const chat = await enter(context);
      const small = { into: "castle", size: 64, octaves: 1, steps: 1 };
      const asked = ({ job }: Made) => requests.find((request) => request.job === job);
      await chat.use("dream", { ...small, look: "cornerz" }, await drawn(64, 48));
      await chat.told("There is no look cornerz; did you mean corners?");
      await chat.use("dream", { ...small, look: "corners", seed: "371" }, await drawn(64, 48));
      const own = await chat.made("seed:371");
      expect(own.description).toMatch(/, dreamt into a castle, mixed with corners$/);
      expect(asked(own)?.params).toMatchObject({ look: "corners", into: "castle" });
      const examples = await Promise.all([0, 1, 2, 3, 4].map((i) => drawn(64 + 8 * i, 80)));
      await chat.use("teach", { name: "discs", channels: 3, seed: "372" }, ...examples);
      await chat.made("Look discs");
      await chat.use("dream", { ...small, look: "discs", seed: "373" }, await drawn(64, 48));
      const taught = await chat.made("seed:373");
      expect(taught.description).toMatch(/, dreamt into a castle, mixed with discs$/);
      expect(taught.text).toMatch(/Look discs by /i);
      expect(asked(taught)?.params).toMatchObject({ look: "discs", into: "castle" });
      expect(Object.keys(asked(taught)?.pictures ?? {})).toEqual(["image", "taught"]);
    },
    TEST_MS,
  );

  /** A dream, and what a press on one of its buttons makes of it. */
  async function dreamt(chat: ChatInTest, seed: string, photo: Uint8Array, more: Record<string, number> = {}) {
    await chat.use("dream", { layers: "corners", size: 64, octaves: 1, steps: 1, ...more, seed }, photo);
    const result = await chat.made(`seed:${seed}`);
    const variation = `a variation of ${result.job} `;
    const pressed = async (label: string, ...parts: readonly string[]): Promise<Made> => {
      await result.press(label);
      return chat.made(...parts);
    };
    return { result, variation, pressed };
  }

  it.skipIf(!there)(
    "makes of a dream by one press a stronger, a weaker and a larger one",
    async (context) => {
      const chat = await enter(context);
      const photo = await drawn(64, 48);
      const { result, variation, pressed } = await dreamt(chat, "311", photo);
      const stronger = await pressed("Stronger", variation, "strength:1.4");
      const weaker = await pressed("Weaker", variation, "strength:0.71");
      const pictures = await Promise.all([weaker, result, stronger].map((made) => made.picture()));
      const [least, usual, most] = await Promise.all(pictures.map((picture) => distance(photo, picture)));
      expect(least).toBeLessThan(usual ?? 0);
      expect(usual).toBeLessThan(most ?? 0);
      expect(await measured(await pressed("Larger", variation, "size:96"))).toEqual([96, 72, 1]);
    },
    TEST_MS,
  );

  it.skipIf(!there)(
    "makes of a dream by one press a sheet, whose pictures become larger, and a film",
    async (context) => {
      const chat = await enter(context);
      const { result, variation, pressed } = await dreamt(chat, "321", await drawn(96, 72));
      const sheet = await pressed("Vary", variation, "repeat:4");
      expect(sheet.description).toMatch(/^4 variations side by side\. /);
      await sheet.press("Larger 3");
      expect(await measured(await chat.made(`a variation of ${sheet.job} `, "size:96"))).toEqual([96, 72, 1]);
      await sheet.press("Vary 2");
      const more = await chat.made(`a variation of ${sheet.job} `, "repeat:4");
      expect(more.description).toMatch(/^4 variations side by side\. /);
      expect(await measured(more)).toEqual(await measured(sheet));
      expect(await distance(await more.picture(), await sheet.picture())).toBeGreaterThan(0.1);
      const film = await pressed("Film", "Endless zoom", `from ${result.job} `);
      expect(await measured(film)).toEqual([64, 48, 6]);
    },
    TEST_MS,
  );

  it.skipIf(!there)(
    "makes of a dream by one press a morph, of the octaves that were made anyway, and cuts it for an emoji",
    async (context) => {
      const chat = await enter(context);
      const large = { size: 128, octaves: 3, steps: 2 };
      const { result, variation, pressed } = await dreamt(chat, "351", await drawn(128, 96), large);
      const morph = await pressed("Morph", variation, "morph:yes");
      expect(morph.text).toContain(", a morph");
      const [width, height, frames = 0] = await measured(morph);
      expect([width, height]).toEqual([128, 96]);
      expect(frames).toBeGreaterThan(10);
      const { pictures = {} } = requests.find(({ job }) => job === morph.job) ?? {};
      expect(Object.keys(pictures)).toEqual(["image", "octave1", "octave2", "octave3"]);
      await result.press("As emoji");
      await chat.told("Cut square. Save the one that you want:");
    },
    TEST_MS,
  );

  it.skipIf(!there)(
    "makes of a dream by one press a style, in which a picture is painted",
    async (context) => {
      const chat = await enter(context);
      const { result } = await dreamt(chat, "331", await drawn(96, 72));
      const style = `dream-${result.job.toLowerCase()}`;
      await result.press("Use as style");
      await chat.said(`${style} is a style here now`);
      await chat.use("stylize", { style, size: 64, steps: 1, seed: "332" }, await drawn(96, 72));
      expect((await chat.made("seed:332")).text).toContain(`Painting in ${style}`);
    },
    TEST_MS,
  );
});

it(
  "completes on Discord what a word may say to dream of",
  async () => {
    const choices = await discord.user("Ann").complete(discord.addChannel("words"), "dream", "into", "pea");
    expect(choices.map(({ value }) => value)).toContain("peacock");
  },
  TEST_MS,
);
