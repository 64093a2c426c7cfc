/**
 * A community on Slack dreams and paints: the real program, engine and SDKs against a local Slack, with a network so
 * small that it takes moments.
 */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Running, startDreamloom } from "../../src/app/application.js";
import { engineSettings } from "../../src/app/engine-settings.js";
import { loadConfig } from "../../src/app/settings/load-settings.js";
import { EngineHost } from "../../src/engine/process/host.js";
import { HeldEngine } from "../fakes/held-engine.js";
import { APP_TOKEN, BOT_TOKEN, FakeSlack } from "../fakes/slack/server.js";
import type { Channel, User } from "../fakes/slack/state.js";
import { type SeenMessage, Users } from "../fakes/slack/users.js";
import { hasPart } from "../support/has-part.js";
import { newFolder } from "../support/new-folder.js";
import { drawn } from "../support/pictures.js";
import { writeTinyNetwork } from "../support/tiny-network.js";

const JOB_MS = 240_000;
const HOUR_MS = 3_600_000;
const NOTES = `title: Tiny
dream: { default: corners, looks: { corners: { description: Corners, layers: { corners: 1 } } } }
style: { layers: { edges: 1, corners: 1 }, content: corners }
`;

describe("Slack, from the line to the picture", () => {
  const folder = newFolder();
  let fake: FakeSlack;
  let people: Users;
  let running: Running;
  let engine: HeldEngine;
  /** How far the clock of the day's dreams is ahead, in milliseconds. */
  let ahead = 0;
  let ann: User;
  let ben: User;
  let art: Channel;

  async function start(): Promise<void> {
    const config = loadConfig({
      DATA_DIR: join(folder, "data"),
      WEB_ENABLED: "false",
      MODELS_DIR: join(folder, "models"),
      MODELS_PATH: join(folder, "own"),
      DREAM_NETWORK: "tiny",
      PAINT_NETWORK: "tiny",
      NEURON_NETWORK: "tiny",
      QUEUE_SHUTDOWN_SECONDS: "0",
      SLACK_BOT_TOKEN: BOT_TOKEN,
      SLACK_APP_TOKEN: APP_TOKEN,
      SLACK_API_URL: fake.apiUrl,
    });
    running = await startDreamloom(config, {
      engine: (settings, logger, onDownload) => {
        engine = new HeldEngine(new EngineHost({ ...engineSettings(settings), threads: 1, logger, onDownload }));
        return engine;
      },
      logger: pino({ level: process.env.LOG_LEVEL ?? "silent" }),
      now: () => Date.now() + ahead,
      print: () => undefined,
    });
  }

  beforeAll(async () => {
    const tiny = await writeTinyNetwork({ classifier: true });
    writeFileSync(join(tiny, "dreamloom.yaml"), NOTES);
    mkdirSync(join(folder, "own"));
    renameSync(tiny, join(folder, "own", "tiny"));
    fake = await FakeSlack.open();
    people = new Users(fake);
    ann = fake.addUser("Ann");
    ben = fake.addUser("Ben");
    art = fake.addChannel("art");
    await start();
  }, JOB_MS);
  afterAll(async () => {
    await running?.stop();
    await fake?.close();
  });

  const channel = () => people.look(ann, { id: art.id });
  const thread = (root: SeenMessage) => people.look(ann, { id: art.id, thread: root.ts });

  async function until<T>(found: () => T | undefined, what: string): Promise<T> {
    const end = Date.now() + JOB_MS - 5_000;
    for (;;) {
      const value = found();
      if (value !== undefined) return value;
      if (Date.now() > end) {
        const said = channel().flatMap((message) => [
          message.text,
          ...thread(message).map(({ text }) => `    ${text}`),
        ]);
        throw new Error(`never seen: ${what}; in the channel:\n${said.join("\n")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** The channel's message about a job, by what its line has; a seed is no longer one that begins with its digits. */
  const job = (part: string) =>
    until(() => channel().find(({ byBot, text }) => byBot && hasPart(text, part) && text.includes("job `")), part);
  const final = (root: SeenMessage) =>
    until(() => thread(root).find(({ text }) => text.includes("Your picture is ready")), "the final picture");
  const done = (root: SeenMessage) =>
    until(
      () =>
        channel().find(({ ts, buttons }) => ts === root.ts && buttons.some(({ label }) => label.includes("Delete"))),
      "the end",
    );

  async function sizes(message: SeenMessage): Promise<(readonly [number, number])[]> {
    return Promise.all(
      message.pictures.map(async ({ bytes }) => {
        // Decodes all of it, not only the header.
        const { info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
        return [info.width, info.height] as const;
      }),
    );
  }

  const photo = async () => ({ name: "photo.png", bytes: await drawn(96, 72) });

  it(
    "dreams: every octave's frame in the thread, then the picture, all of them decoded",
    async () => {
      await people.say(ben, { id: art.id }, "my garden", [await photo()]);
      await people.command(ann, art.id, "dream", "layers:corners size:96 octaves:2 steps:2 seed:7");
      const root = await job("seed:7");
      expect(await sizes(await final(root))).toEqual([[96, 72]]);
      const frames = thread(root).filter(({ text }) => /^Octave \d of 2 · \d+ × \d+/.test(text));
      expect(await Promise.all(frames.map(sizes))).toEqual([[[69, 51]], [[96, 72]]]);
      expect((await final(root)).notifies).toEqual([ann.id]);
      await done(root);
      expect(fake.violations).toEqual([]);
    },
    JOB_MS,
  );

  it(
    "tells what a network sees in a picture, asked in its menu, by a line and after a slash",
    async () => {
      const post = await people.say(ben, { id: art.id }, "a pond", [await photo()]);
      const answers = () => channel().filter(({ byBot, text }) => text.startsWith("tiny sees in") && byBot);
      const answer = (count: number) => until(() => answers()[count - 1], `answer ${count}`);
      await people.shortcut(ann, people.message({ channel: art.id, ts: post.ts }), "what_do_you_see");
      const labels = /^tiny sees in Ben's picture: [^\d,]+[\d.]+%(?:, [^\d,]+[\d.]+%){0,4}$/;
      expect((await answer(1)).text).toMatch(labels);
      await people.slash(ann, art.id, "dreamloom", "see");
      expect((await answer(2)).text).toBe((await answer(1)).text);
      await people.mention(ann, { id: art.id }, "see", [await photo()]);
      expect((await answer(3)).text).toMatch(/^tiny sees in Ann's picture: /);
      expect(fake.violations).toEqual([]);
    },
    JOB_MS,
  );

  it(
    "teaches a look from the pictures of a message, which others dream of",
    async () => {
      const pictures = await Promise.all(
        [0, 1, 2, 3, 4].map(async (i) => ({ name: `${i}.png`, bytes: await drawn(64 + 8 * i, 80) })),
      );
      await people.mention(ann, { id: art.id }, "teach name:discs channels:3 seed:31", pictures);
      const taught = await job("Look discs");
      expect((await final(taught)).text).toContain("Learnt from 5 pictures: `/dream look:discs` dreams of it now");
      await done(taught);
      await people.say(ben, { id: art.id }, "my pond", [await photo()]);
      await people.command(ben, art.id, "dream", "look:discs size:96 octaves:1 steps:2 seed:32");
      const dreamt = await job("seed:32");
      expect((await final(dreamt)).text).toContain("Look discs by Ann");
      expect(await sizes(await final(dreamt))).toEqual([[96, 72]]);
      expect(fake.violations).toEqual([]);
    },
    JOB_MS,
  );

  it(
    "dreams into what a word says, told to those who do not see it; the file, posted again, tells how",
    async () => {
      await people.say(ben, { id: art.id }, "my garden", [await photo()]);
      await people.slash(ann, art.id, "dreamloom", "dream into:goldfish size:64 octaves:2 steps:2 seed:12");
      const root = await job("Dream into goldfish");
      const result = await final(root);
      expect(result.text).toMatch(/^.+ → .+%$/m);
      const [dreamt] = result.pictures;
      expect(dreamt?.alt).toBe("Ben's picture, dreamt into a goldfish, by Ann");
      await done(root);

      const post = await people.say(ben, { id: art.id }, "found this", [
        { name: "found.png", bytes: dreamt?.bytes ?? expect.fail() },
      ]);
      await people.shortcut(ann, people.message({ channel: art.id, ts: post.ts }), "how_it_was_made");
      const told = await until(
        () => channel().find(({ ephemeral, text }) => ephemeral && text.includes("Its file says")),
        "how it was made",
      );
      expect(told.text).toMatch(/\*Dream into goldfish\* by Ann[\s\S]*into:goldfish .*seed:12/);
      expect(fake.violations).toEqual([]);
    },
    JOB_MS,
  );

  it(
    "paints in the style that somebody chooses by a reaction on the palette",
    async () => {
      await people.command(ann, art.id, "stylize", "size:64 steps:2");
      const palette = await until(() => channel().find(({ text }) => text.includes("Which style")), "the palette");
      await until(
        () => (channel().find(({ ts }) => ts === palette.ts)?.botReactions.length === 19 ? true : undefined),
        "nineteen styles",
      );
      expect(await sizes(palette)).toHaveLength(2);
      await people.react(ann, { channel: art.id, ts: palette.ts }, "⛄", true);
      const root = await job("/stylize");
      expect(await sizes(await final(root))).toEqual([[64, 48]]);
      await done(root);
      expect(fake.violations).toEqual([]);
    },
    JOB_MS,
  );

  it(
    "blends, asked by a mention in a thread with a picture of its own, and deletes all of it when asked to",
    async () => {
      const asked = await people.say(ben, { id: art.id }, "who paints this?");
      const where = { id: art.id, thread: asked.ts };
      await people.mention(ann, where, "blend summer:0.3 size:64 steps:2 seed:9", [await photo()]);
      const look = () => people.look(ann, where);
      const shown = await until(
        () => look().find(({ text }) => text.includes("Your picture is ready")),
        "the blend in the thread",
      );
      expect(await sizes(shown)).toEqual([[64, 48]]);
      const root = await until(
        () => look().find(({ buttons }) => buttons.some(({ label }) => label.includes("Delete"))),
        "its end",
      );
      expect(root.text).toContain("Blend of summer and winter");
      const message = people.message({ channel: art.id, ts: root.ts });
      await people.press(ben, message, "Delete");
      await until(
        () =>
          people.look(ben, where).find(({ ephemeral, text }) => ephemeral && text.includes("only they and moderators")),
        "a refusal",
      );
      await people.press(ann, message, "Delete");
      await until(
        () => (look().some(({ byBot, ephemeral }) => byBot && !ephemeral) ? undefined : true),
        "nothing left of it",
      );
      const left = [...fake.files.values()].filter(
        ({ deleted, owner, name }) => !deleted && owner === fake.team.bot.id && /^blend-/.test(name),
      );
      await until(() => (left.every(({ deleted }) => deleted) ? true : undefined), "its files gone");
      expect(fake.violations).toEqual([]);
    },
    JOB_MS,
  );

  it(
    "lets the channel vote on a blend",
    async () => {
      await people.command(ann, art.id, "blend", "vote summer winter minutes:10 size:64 steps:2 seed:10");
      const vote = await until(
        () => channel().find(({ buttons }) => buttons.some(({ label }) => label.includes("Paint now"))),
        "the vote",
      );
      await until(
        () => (channel().find(({ ts, botReactions }) => ts === vote.ts && botReactions.length >= 2) ? true : undefined),
        "its emoji",
      );
      await people.react(ben, { channel: art.id, ts: vote.ts }, "🌻", true);
      await people.press(ann, people.message({ channel: art.id, ts: vote.ts }), "Paint now");
      const root = await job("seed:10");
      expect(await sizes(await final(root))).toEqual([[64, 48]]);
      await done(root);
      expect(fake.violations).toEqual([]);
    },
    JOB_MS,
  );

  it(
    "is set by an admin into an art channel, where anyone's reaction paints or dreams a picture",
    async () => {
      const admin = fake.addUser("Mo", { admin: true });
      const place = fake.addChannel("artists");
      const seen = (text: RegExp) =>
        until(() => people.look(ann, { id: place.id }).find((message) => text.test(message.text)), String(text));
      const result = (root: SeenMessage) =>
        until(
          () =>
            people
              .look(ann, { id: place.id, thread: root.ts })
              .find(({ text }) => text.includes("Your picture is ready")),
          "the picture",
        );
      const post = await people.say(ann, { id: place.id }, "my garden", [await photo()]);
      await people.command(admin, place.id, "settings", "art:on size:64");
      await seen(/#artists is an art channel/);
      await people.react(ben, { channel: place.id, ts: post.ts }, "🌻", true);
      const painted = await result(await seen(/Painting in summer.* for Ben/));
      expect(await sizes(painted)).toEqual([[64, 48]]);
      expect(painted.text).toContain("Picture by Ann");
      await people.react(admin, { channel: place.id, ts: post.ts }, "👁️", true);
      expect(await sizes(await result(await seen(/Dream.* for Mo/)))).toEqual([[64, 48]]);
      expect(fake.violations).toEqual([]);
    },
    JOB_MS,
  );

  it(
    "teaches a look from works with hearts, when those who made them have said yes",
    async () => {
      const place = fake.addChannel("hearts");
      const look = () => people.look(ann, { id: place.id });
      const seen = (text: RegExp) => until(() => look().find((message) => text.test(message.text)), String(text));
      const result = (root: SeenMessage) =>
        until(
          () =>
            people
              .look(ann, { id: place.id, thread: root.ts })
              .find(({ text }) => text.includes("Your picture is ready")),
          "the picture",
        );
      for (const [i, who] of [ann, ann, ann, ben, ben].entries()) {
        await people.mention(who, { id: place.id }, `dream layers:corners size:64 octaves:1 steps:1 seed:7${i}`, [
          await photo(),
        ]);
        const root = await seen(new RegExp(`seed:7${i}[\\s\\S]*Done in`));
        await people.react(ann, { channel: place.id, ts: (await result(root)).ts }, "❤️", true);
      }
      // Hearts are told by events: they are there when the question can be asked.
      const question = () => look().find(({ text }) => text.includes("would like to teach a look, hearted"));
      const refusals = () => look().filter(({ ephemeral, text }) => ephemeral && text.includes("hearts")).length;
      const ask = async (): Promise<SeenMessage> => {
        const before = refusals();
        await people.command(ann, place.id, "teach", "name:hearted channels:3 from:hearts");
        await until(() => question() ?? (refusals() > before ? true : undefined), "an answer");
        return question() ?? ask();
      };
      const asked = await ask();
      expect(asked.text).toContain("from these 5 works with hearts");
      expect(asked.notifies).toEqual([ben.id]);
      expect(asked.pictures).toHaveLength(1);
      await people.press(ben, people.message({ channel: place.id, ts: asked.ts }), "Yes, learn from mine");
      const taught = await result(await seen(/\*Look hearted\*/));
      expect(taught.text).toContain("Picture by Ben");
      const over = look().find(({ ts }) => ts === asked.ts);
      expect(over?.text).toContain("It is being taught");
      expect(over?.buttons).toEqual([]);
      expect(fake.violations).toEqual([]);
    },
    2 * JOB_MS,
  );

  it(
    "dreams by a preset, also by one that somebody else has taken from its card",
    async () => {
      const told = (who: User, text: string) =>
        until(
          () => people.look(who, { id: art.id }).find((message) => message.ephemeral && message.text.includes(text)),
          text,
        );
      const dreamt = async (who: User, seed: number) => {
        await people.say(who, { id: art.id }, "my pond", [await photo()]);
        await people.command(who, art.id, "dream", `moody seed:${seed}`);
        const root = await job(`seed:${seed}`);
        expect(await sizes(await final(root))).toEqual([[64, 48]]);
        await done(root);
        return root;
      };
      await people.command(ann, art.id, "preset", "save moody layers:corners size:64 octaves:1 steps:1");
      await told(ann, "Saved *moody* for you: `/");
      expect((await dreamt(ann, 61)).text).toMatch(/layers:corners\S* .*size:64/);
      await people.command(ann, art.id, "preset", "export moody");
      const card = await until(() => channel().find(({ text }) => text.includes("preset *moody*")), "the card");
      const [{ alt, bytes } = expect.fail()] = card.pictures;
      expect(alt).toContain("A card with the preset moody: /dream layers:corners:1 ");
      await people.mention(ben, { id: art.id }, "preset import", [{ name: "card.png", bytes }]);
      await told(ben, "Saved *moody* for you");
      await dreamt(ben, 62);
      expect(fake.violations).toEqual([]);
    },
    JOB_MS,
  );

  it(
    "dreams the day's picture with the most hearts when the channel's hour comes",
    async () => {
      const admin = fake.addUser("Day", { admin: true });
      const place = fake.addChannel("daily");
      const look = (thread?: string) => people.look(ann, { id: place.id, ...(thread && { thread }) });
      const seen = (text: RegExp) => until(() => look().find((message) => text.test(message.text)), String(text));
      const result = ({ ts }: SeenMessage) =>
        until(() => look(ts).find(({ text }) => text.includes("Your picture is ready")), "the picture");
      await people.mention(ann, { id: place.id }, "dream layers:corners size:64 octaves:1 steps:1 seed:81", [
        await photo(),
      ]);
      const { ts } = await result(await seen(/seed:81[\s\S]*Done in/));
      await people.react(ben, { channel: place.id, ts }, "❤️", true);
      const hour = new Date(Date.now() + HOUR_MS).toISOString().slice(11, 16);
      await people.command(admin, place.id, "settings", `daily:${hour} size:64`);
      await until(
        () => people.look(admin, { id: place.id }).find(({ text }) => text.includes(`${hour} UTC`)),
        "the hour that is set",
      );
      onTestFinished(() => {
        ahead = 0;
      });
      ahead = HOUR_MS;
      const announced = await seen(/\*Dream of the day\*/);
      expect(announced.text).toContain("by Ann, the picture here with the most hearts (1 ❤️)");
      const dream = await result(await seen(/\* for Day/));
      expect(await sizes(dream)).toEqual([[64, 48]]);
      expect(dream.text).toContain("Picture by Ann");
      expect(fake.violations).toEqual([]);
    },
    JOB_MS,
  );

  it(
    "tells what neurons stand for, finds them by a word, and weaves a texture of one",
    async () => {
      await people.command(ann, art.id, "neuron", "corners/3 size:64 steps:1");
      const neuron = await final(await job("Neuron corners/3"));
      expect(neuron.text).toContain("What neurons of corners stand for: 3: ");
      await people.command(ann, art.id, "neurons", "find:goldfish columns:2");
      const sheet = await final(await job("Neurons of tiny"));
      expect(sheet.text).toMatch(/What neurons of corners stand for: \d+: .+; \d+: /);
      await people.command(ann, art.id, "texture", "into:goldfish size:64 steps:1");
      const { pictures } = await final(await job("Texture of goldfish"));
      expect(pictures[0]?.alt).toBe("A texture woven of a goldfish, as a network sees it, by Ann");
      expect(fake.violations).toEqual([]);
    },
    JOB_MS,
  );

  it(
    "borrows from a second picture, makes variations, and goes on from one by its buttons",
    async () => {
      const quick = "layers:corners size:64 octaves:1 steps:1";
      const guided = [await photo(), { name: "guide.png", bytes: await drawn(80, 80) }];
      await people.mention(ann, { id: art.id }, `dream ${quick} like:attached seed:181`, guided);
      expect((await final(await job("seed:181"))).text).toContain("needs the same picture and guide");
      await people.mention(ann, { id: art.id }, `dream ${quick} repeat:4 seed:191`, [await photo()]);
      const sheet = await job("seed:191");
      expect(sheet.text).toContain("4 variations");
      expect((await final(sheet)).pictures[0]?.alt).toMatch(/^4 variations side by side\. /);
      await done(sheet);
      await people.press(ann, people.message({ channel: art.id, ts: sheet.ts }), "Choose 2");
      const chosen = await job("seed:192");
      expect(await sizes(await final(chosen))).toEqual([[64, 48]]);
      await done(chosen);
      await people.press(ann, people.message({ channel: art.id, ts: chosen.ts }), "Morph");
      const root = await until(
        () => channel().find(({ ts, text }) => ts > chosen.ts && /seed:192 [^`]*morph/.test(text)),
        "the morph",
      );
      await final(root);
      const moving = () =>
        thread(root).flatMap(({ pictures }) => pictures.filter(({ name }) => name.endsWith(".webp")));
      const film = await sharp((await until(() => moving()[0], "the film")).bytes).metadata();
      expect([film.format, film.width, film.loop]).toEqual(["webp", 64, 0]);
      expect(film.pages).toBeGreaterThan(10);
      await done(root);
      expect(fake.violations).toEqual([]);
    },
    JOB_MS,
  );

  it(
    "stops a job when somebody presses Cancel",
    async () => {
      engine.held = true;
      onTestFinished(() => {
        engine.held = false;
      });
      await people.command(ann, art.id, "dream", "layers:corners size:128 octaves:2 steps:5 seed:11");
      const root = await job("seed:11");
      await until(() => thread(root).find(({ pictures }) => pictures.length > 0), "a first frame");
      await people.press(ann, people.message({ channel: art.id, ts: root.ts }), "Cancel");
      await until(
        () => channel().find(({ ts, text }) => ts === root.ts && text.includes("Cancelled by Ann")),
        "the end",
      );
      expect(fake.violations).toEqual([]);
    },
    JOB_MS,
  );

  it(
    "goes on with a job after a restart in the middle of it, and shows its picture once",
    async () => {
      engine.held = true;
      onTestFinished(() => {
        engine.held = false;
      });
      await people.say(ann, { id: art.id }, "my roof", [await photo()]);
      await people.command(ann, art.id, "dream", "layers:corners size:384 octaves:4 steps:12 seed:13");
      const root = await job("seed:13");
      await until(() => thread(root).find(({ text }) => /^Octave 1 of 4/.test(text)), "a first octave");
      await running.stop();
      await start();
      expect(await sizes(await final(root))).toEqual([[384, 288]]);
      await done(root);
      expect(thread(root).filter(({ text }) => text.includes("Your picture is ready"))).toHaveLength(1);
      expect(fake.violations).toEqual([]);
    },
    JOB_MS,
  );

  it(
    "tells lines that can be typed here, and makes the same picture again from one",
    async () => {
      await people.slash(ann, art.id, "dreamloom", "help");
      const help = await until(() => channel().find(({ text }) => text.includes("`/dreamloom zoom`")), "the help");
      expect(help.text).toContain("`/stylize` Paint");
      await people.slash(ann, art.id, "dreamloom", "texture winter size:64 steps:2 seed:31");
      const root = await job("`/dreamloom texture winter");
      const first = await final(root);
      await done(root);
      const [, line = ""] = /`\/dreamloom ([^`]+)`/.exec(people.message({ channel: art.id, ts: root.ts }).text) ?? [];
      await people.slash(ann, art.id, "dreamloom", line);
      const again = await until(
        () => channel().find(({ ts, text }) => ts > root.ts && text.includes("`/dreamloom texture winter")),
        "the second texture",
      );
      const second = await final(again);
      // The files differ by what they say of their jobs.
      const [one, other] = await Promise.all(
        [first, second].map(({ pictures: [made] }) => sharp(made?.bytes).raw().toBuffer()),
      );
      expect(other).toEqual(one);
      await done(again);
      expect(fake.violations).toEqual([]);
    },
    JOB_MS,
  );
});
