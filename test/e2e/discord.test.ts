/**
 * A server in Discord and the whole program: adapter, commands, queue, store, and the real engine with a network of a
 * moment.
 */
import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Running, startDreamloom } from "../../src/app/application.js";
import { engineSettings } from "../../src/app/engine-settings.js";
import { loadConfig } from "../../src/app/settings/load-settings.js";
import { EngineHost } from "../../src/engine/process/host.js";
import type { SeenMessage } from "../fakes/discord/seen.js";
import { FakeDiscord } from "../fakes/discord/server.js";
import { HeldEngine } from "../fakes/held-engine.js";
import { hasPart } from "../support/has-part.js";
import { newFolder } from "../support/new-folder.js";
import { drawn } from "../support/pictures.js";
import { writeTinyNetwork } from "../support/tiny-network.js";

/** The engine's process takes its time to start on a busy machine. */
const JOB_MS = 240_000;
const TEST_MS = 480_000;
const HOUR_MS = 3_600_000;

describe("Dreamloom in Discord", () => {
  const folder = newFolder();
  let discord: FakeDiscord;
  let running: Running;
  let engine: HeldEngine;
  /** How far the clock of the day's dreams is ahead, in milliseconds. */
  let ahead = 0;
  const rejections: unknown[] = [];
  const noteRejection = (reason: unknown) => void rejections.push(reason);

  const start = () => {
    const env = {
      DATA_DIR: join(folder, "data"),
      MODELS_DIR: join(folder, "cache"),
      MODELS_PATH: join(folder, "models"),
      WEB_ENABLED: "false",
      OPS_ENABLED: "false",
      DREAM_NETWORK: "tiny",
      PAINT_NETWORK: "tiny",
      ENGINE_THREADS: "1",
      ENGINE_RUNTIME: "cpu",
      QUEUE_SHUTDOWN_SECONDS: "0.1",
      DISCORD_TOKEN: discord.token,
      DISCORD_APP_ID: discord.world.appId,
      DISCORD_API_URL: discord.apiUrl,
    };
    return startDreamloom(loadConfig(env), {
      engine: (config, logger) => {
        engine = new HeldEngine(new EngineHost({ ...engineSettings(config), logger }));
        return engine;
      },
      logger: pino({ level: "silent" }),
      now: () => Date.now() + ahead,
      print: () => undefined,
    });
  };

  beforeAll(async () => {
    process.on("unhandledRejection", noteRejection);
    mkdirSync(join(folder, "models"));
    renameSync(await writeTinyNetwork({ classifier: true }), join(folder, "models", "tiny"));
    discord = await FakeDiscord.start();
    running = await start();
  }, JOB_MS);
  afterAll(async () => {
    await running?.stop();
    await discord?.stop();
    process.off("unhandledRejection", noteRejection);
  });
  afterEach(() => {
    expect(discord.check()).toEqual([]);
    expect(rejections).toEqual([]);
  });

  const photo = async () => ({ name: "photo.png", bytes: await drawn(96, 72) });
  const untilSeen = (channel: SeenMessage["ref"]["channel"], text: string | RegExp): Promise<SeenMessage> => {
    const fits = (message: SeenMessage) =>
      typeof text === "string" ? hasPart(message.text, text) : text.test(message.text);
    return discord.until(() => discord.messagesIn(channel).find(fits), String(text), JOB_MS);
  };
  const sizeOf = async (message: SeenMessage, index = 0): Promise<readonly [string, number, number]> => {
    const { format, width, height } = await sharp(await message.pictures[index]?.download()).metadata();
    return [format, width, height];
  };
  /** A job's thread, as soon as it is open. */
  const threadOf = async ({ ref }: SeenMessage) => {
    await discord.until(() => discord.world.channels.has(ref.id), "the job's thread", JOB_MS);
    return { ...ref.channel, thread: ref.id };
  };

  it(
    "dreams an attached picture: octaves in a thread, the result with its buttons, deleted by its author",
    async () => {
      const [ann, ben, art] = [discord.user("Ann"), discord.user("Ben"), discord.addChannel("art")];
      ann.command(art, "dream", { layers: "corners", size: 96, octaves: 2, steps: 3, seed: "7" }, [await photo()]);
      const announced = await untilSeen(art, /job `[A-Z0-9]{8}`/);
      expect(announced.buttons.map(({ label }) => label)).toContain("Cancel");
      const thread = await threadOf(announced);
      const first = await untilSeen(thread, "Octave 1 of 2 ·");
      expect(await sizeOf(first)).toEqual([expect.any(String), 69, 51]);
      const final = await untilSeen(thread, "Your picture is ready");
      expect(await sizeOf(final)).toEqual([expect.any(String), 96, 72]);
      expect(final.notified).toEqual([ann.id]);
      expect(final.pictures[0]?.description).toBe("Ann's picture, as a network dreams it");
      expect(final.text).toMatch(/\/dream .*seed:7/);
      const show = await discord.until(() => {
        const message = discord.message(announced.ref);
        return message?.text.includes("Done in") ? message : undefined;
      });
      expect(await sizeOf(show)).toEqual([expect.any(String), 96, 72]);

      await ben.press(show.ref, "Delete").answered;
      await discord.until(() => discord.ephemeralTo(ben).find(({ text }) => text.includes("Ann's")));
      await ann.press(show.ref, "Delete").answered;
      await discord.until(() => !discord.message(show.ref) && !discord.message(final.ref));
    },
    TEST_MS,
  );

  it(
    "paints in the style that its author chooses by reaction",
    async () => {
      const [ann, ben, art] = [discord.user("Ann"), discord.user("Ben"), discord.addChannel("painting")];
      ann.command(art, "stylize", { size: 96, steps: 4, seed: "11" }, [await photo()]);
      const palette = await untilSeen(art, "Which style, Ann?");
      await discord.until(
        () => (discord.message(palette.ref)?.reactions.size ?? 0) >= 19,
        "all styles' reactions",
        JOB_MS,
      );
      expect(palette.pictures).toHaveLength(2);
      ben.react(palette.ref, "🔥");
      ann.react(palette.ref, "⛄");
      const announced = await untilSeen(art, "Painting in winter");
      const final = await untilSeen(await threadOf(announced), "Your picture is ready");
      expect(await sizeOf(final)).toEqual([expect.any(String), 96, 72]);
      expect(final.notified).toEqual([ann.id]);
    },
    TEST_MS,
  );

  it(
    "blends, in a thread that is there already, where it stays",
    async () => {
      const [ann, art] = [discord.user("Ann"), discord.addChannel("blending")];
      const post = await ann.post(art, "let us paint");
      const thread = discord.openThread(post.ref, "painting");
      ann.command(thread, "blend", { styles: "summer:0.3", size: 96, steps: 4, seed: "3" }, [await photo()]);
      const announced = await untilSeen(thread, /Blend of summer and/);
      const final = await untilSeen(thread, "Your picture is ready");
      expect(await sizeOf(final)).toEqual([expect.any(String), 96, 72]);
      expect(announced.ref.channel).toEqual(thread);
      expect(discord.messagesIn(art)).toHaveLength(1);
    },
    TEST_MS,
  );

  it(
    "tells what a network sees in a picture, by its name and in the menu of a message",
    async () => {
      const [ann, ben, art] = [discord.user("Ann"), discord.user("Ben"), discord.addChannel("seeing")];
      const post = await ben.post(art, "my garden", [await photo()]);
      await ann.shortcut(post.ref, "What do you see?").answered;
      const labels = / sees in (Ann|Ben)'s picture: [^\d,]+[\d.]+%(?:, [^\d,]+[\d.]+%){0,4}$/;
      const asked = await untilSeen(art, labels);
      expect(asked.text).toMatch(/^tiny sees in Ben's picture: /);
      ann.command(art, "see", { network: "tiny" }, [await photo()]);
      const again = await untilSeen(art, "Ann's picture");
      expect(again.text).toBe(asked.text.replace("Ben", "Ann"));
      expect(discord.messagesIn(art)).toHaveLength(3);
    },
    TEST_MS,
  );

  it(
    "dreams into what a word says; its file, downloaded and posted again, tells how it was made",
    async () => {
      const [ann, ben, art] = [discord.user("Ann"), discord.user("Ben"), discord.addChannel("words")];
      ann.command(art, "dream", { into: "goldfish", size: 96, octaves: 2, steps: 2, seed: "7" }, [await photo()]);
      const final = await untilSeen(
        await threadOf(await untilSeen(art, "Dream into goldfish")),
        "Your picture is ready",
      );
      const [dreamt] = final.pictures;
      expect(dreamt?.description).toBe("Ann's picture, dreamt into a goldfish");
      // Another thing than before, or the same with another share.
      expect(final.text).toMatch(/^(?:\S.* → \S.*, .*\d%|\S.*\d% → .*\d%)$/m);
      const bytes = (await dreamt?.download()) ?? expect.fail();
      const post = await ben.post(art, "found this", [{ name: "found.png", bytes }]);
      await ben.shortcut(post.ref, "Show how it was made").answered;
      const told = await discord.until(
        () => discord.ephemeralTo(ben).find(({ text }) => text.includes("Its file says")),
        "how it was made",
        JOB_MS,
      );
      expect(told.text).toMatch(/\*\*Dream into goldfish\*\* by Ann[\s\S]*into:goldfish .*seed:7/);
      await ben.press(told.ref, "Again").answered;
      const again = await untilSeen(art, /Dream into goldfish\*\* for Ben/);
      await untilSeen(await threadOf(again), "Your picture is ready");
    },
    TEST_MS,
  );

  it(
    "teaches a look from attached pictures, which others dream of",
    async () => {
      const [ann, ben, art] = [discord.user("Ann"), discord.user("Ben"), discord.addChannel("teaching")];
      const pictures = await Promise.all(
        [0, 1, 2, 3, 4].map(async (i) => ({ name: `${i}.png`, bytes: await drawn(64 + 8 * i, 80) })),
      );
      ann.command(art, "teach", { name: "discs", channels: 3, seed: "1" }, pictures);
      const taught = await untilSeen(await threadOf(await untilSeen(art, "**Look discs**")), "Your picture is ready");
      expect(taught.text).toContain("Learnt from 5 pictures: `/dream look:discs` dreams of it now");
      ben.command(art, "dream", { look: "discs", size: 96, octaves: 1, steps: 2 }, [await photo()]);
      const dream = await untilSeen(await threadOf(await untilSeen(art, "Dream of discs")), "Your picture is ready");
      expect(dream.text).toContain("Look discs by Ann");
      expect(await sizeOf(dream)).toEqual([expect.any(String), 96, 72]);
    },
    TEST_MS,
  );

  it(
    "teaches a look from works with hearts, when those who made them have said yes",
    async () => {
      const [ann, ben, art] = [discord.user("Ann"), discord.user("Ben"), discord.addChannel("hearts")];
      for (const [i, who] of [ann, ann, ann, ben, ben].entries()) {
        const made = { layers: "corners", size: 64, octaves: 1, steps: 1, seed: String(i) };
        who.command(art, "dream", made, [await photo()]);
        const announced = await untilSeen(art, `seed:${i}`);
        const final = await untilSeen(await threadOf(announced), "Your picture is ready");
        await discord.until(() => discord.message(announced.ref)?.text.includes("Done in"), "the end", JOB_MS);
        ann.react(final.ref, "❤️");
      }
      // Hearts are told by the gateway: they are there when the question can be asked.
      const ask = async () => {
        await ann.command(art, "teach", { name: "hearted", channels: 3, from: "hearts" }).answered;
        return discord.messagesIn(art).find(({ text }) => text.includes("would like to teach a look, hearted"));
      };
      let question = await ask();
      while (!question) question = await ask();
      const { ref } = question;
      expect(question.text).toContain("from these 5 works with hearts");
      expect(question.notified).toEqual([ben.id]);
      expect(question.pictures).toHaveLength(1);
      await ben.press(ref, "Yes, learn from mine").answered;
      await discord.until(() => discord.message(ref)?.text.includes("It is being taught"), "the beginning", JOB_MS);
      expect(discord.message(ref)?.pictures).toHaveLength(1);
      expect(discord.message(ref)?.buttons).toEqual([]);
      const taught = await untilSeen(await threadOf(await untilSeen(art, "**Look hearted**")), "Your picture is ready");
      expect(taught.text).toContain("Picture by Ben");
    },
    TEST_MS,
  );

  it(
    "dreams by a preset, also by one that somebody else has taken from its card",
    async () => {
      const [ann, ben, art] = [discord.user("Ann"), discord.user("Ben"), discord.addChannel("presets")];
      const told = (who: typeof ann, text: string) =>
        discord.until(() => discord.ephemeralTo(who).find((message) => message.text.includes(text)), text, JOB_MS);
      const dreamt = async (who: typeof ann, seed: string) => {
        who.command(art, "dream", { preset: "moody", seed }, [await photo()]);
        const root = await untilSeen(art, `seed:${seed}`);
        expect(await sizeOf(await untilSeen(await threadOf(root), "Your picture is ready"))).toEqual(["png", 64, 48]);
        return root;
      };
      const options = "layers:corners size:64 octaves:1 steps:1";
      ann.command(art, "preset", { action: "save", name: "moody", options });
      await told(ann, "Saved **moody** for you: `/dream layers:corners:1 ");
      expect((await dreamt(ann, "61")).text).toMatch(/layers:corners\S* .*size:64/);
      ann.command(art, "preset", { action: "export", name: "moody" });
      const [card] = (await untilSeen(art, "preset **moody**")).pictures;
      expect(card?.description).toContain("A card with the preset moody: /dream layers:corners:1 ");
      const bytes = (await card?.download()) ?? expect.fail();
      ben.command(art, "dream", { preset: "moody", seed: "62" }, [await photo()]);
      await told(ben, "moody");
      ben.command(art, "preset", { action: "import" }, [{ name: "card.png", bytes }]);
      await told(ben, "Saved **moody** for you");
      await dreamt(ben, "63");
    },
    TEST_MS,
  );

  it(
    "dreams the day's picture with the most hearts when the channel's hour comes",
    async () => {
      const [ann, ben, mo] = [discord.user("Ann"), discord.user("Ben"), discord.user("Mo", { moderator: true })];
      const art = discord.addChannel("daily");
      const made = { layers: "corners", size: 64, octaves: 1, steps: 1 };
      ann.command(art, "dream", { ...made, seed: "71" }, [await photo()]);
      const root = await untilSeen(art, "seed:71");
      const favourite = await untilSeen(await threadOf(root), "Your picture is ready");
      await discord.until(() => discord.message(root.ref)?.text.includes("Done in"), "the end", JOB_MS);
      ben.react(favourite.ref, "❤️");
      // Hearts are told by the gateway: they are there when the gallery shows one.
      const hearted = () => discord.messagesIn(art).some(({ text }) => text.includes("❤️ 1"));
      while (!hearted()) await ben.command(art, "gallery").answered;
      const hour = new Date(Date.now() + HOUR_MS).toISOString().slice(11, 16);
      mo.command(art, "settings", { daily: hour, size: 64 });
      await discord.until(() => discord.ephemeralTo(mo).find(({ text }) => text.includes(`${hour} UTC`)));
      onTestFinished(() => {
        ahead = 0;
      });
      ahead = HOUR_MS;
      const announced = await untilSeen(art, "**Dream of the day**");
      expect(announced.text).toContain("by Ann, the picture here with the most hearts (1 ❤️)");
      const dream = await untilSeen(await threadOf(await untilSeen(art, /\*\* for Mo/)), "Your picture is ready");
      expect(await sizeOf(dream)).toEqual([expect.any(String), 64, 48]);
      expect(dream.text).toContain("Picture by Ann");
    },
    TEST_MS,
  );

  it(
    "tells what neurons stand for, finds them by a word, and weaves a texture of one",
    async () => {
      const [ann, art] = [discord.user("Ann"), discord.addChannel("neurons")];
      const finalOf = async (title: string) =>
        untilSeen(await threadOf(await untilSeen(art, title)), "Your picture is ready");
      ann.command(art, "neuron", { channels: "corners/3", size: 64, steps: 1, network: "tiny" });
      expect((await finalOf("Neuron corners/3")).text).toContain("What neurons of corners stand for: 3: ");
      ann.command(art, "neurons", { find: "goldfish", columns: 2, network: "tiny" });
      expect((await finalOf("Neurons of tiny")).text).toMatch(/What neurons of corners stand for: \d+: .+; \d+: /);
      ann.command(art, "texture", { into: "goldfish", size: 64, steps: 1 });
      const [woven] = (await finalOf("Texture of goldfish")).pictures;
      expect(woven?.description).toBe("A texture woven of a goldfish, as a network sees it, by Ann");
    },
    TEST_MS,
  );

  it(
    "borrows from a second picture, makes variations, and goes on from one by its buttons",
    async () => {
      const [ann, art] = [discord.user("Ann"), discord.addChannel("variations")];
      const quick = { layers: "corners", size: 64, octaves: 1, steps: 1 };
      const finished = async (line: string | RegExp) => {
        const root = await untilSeen(art, line);
        const final = await untilSeen(await threadOf(root), "Your picture is ready");
        await discord.until(() => discord.message(root.ref)?.text.includes("Done in"), "the end", JOB_MS);
        return { root, final };
      };
      const guided = [await photo(), { name: "guide.png", bytes: await drawn(80, 80) }];
      ann.command(art, "dream", { ...quick, like: "attached", seed: "81" }, guided);
      expect((await finished("seed:81")).final.text).toContain("needs the same picture and guide");
      ann.command(art, "dream", { ...quick, repeat: 4, seed: "91" }, [await photo()]);
      const sheet = await finished("seed:91");
      expect(sheet.root.text).toContain("4 variations");
      expect(sheet.final.pictures[0]?.description).toMatch(/^4 variations side by side\. /);
      await ann.press(sheet.root.ref, "Choose 2").answered;
      const chosen = await finished("seed:92");
      expect(await sizeOf(chosen.final)).toEqual(["png", 64, 48]);
      await ann.press(chosen.root.ref, "Morph").answered;
      const { final } = await finished(/seed:92 [^`]*morph/);
      const film = await sharp(await final.pictures[0]?.download()).metadata();
      expect([film.format, film.width, film.loop]).toEqual(["webp", 64, 0]);
      expect(film.pages).toBeGreaterThan(10);
    },
    TEST_MS,
  );

  it(
    "cancels in the middle, through a gateway that breaks",
    async () => {
      const [ann, art] = [discord.user("Ann"), discord.addChannel("cancelling")];
      engine.held = true;
      onTestFinished(() => {
        engine.held = false;
      });
      ann.command(art, "dream", { layers: "corners", size: 256, octaves: 2, steps: 20 }, [await photo()]);
      const announced = await untilSeen(art, /job `[A-Z0-9]{8}`/);
      await untilSeen(await threadOf(announced), /Octave 1 of 2/);
      discord.gateway.drop();
      ann.press(announced.ref, "Cancel");
      await discord.until(
        () => discord.message(announced.ref)?.text.includes("Cancelled by Ann"),
        "the cancelled job",
        JOB_MS,
      );
    },
    TEST_MS,
  );

  it(
    "goes on with a job that a restart interrupted, and posts its result once",
    async () => {
      const [ann, art] = [discord.user("Ann"), discord.addChannel("restarting")];
      engine.held = true;
      onTestFinished(() => {
        engine.held = false;
      });
      ann.command(art, "dream", { layers: "corners", size: 512, octaves: 2, steps: 40, seed: "5" }, [await photo()]);
      const announced = await untilSeen(art, /job `[A-Z0-9]{8}`/);
      await untilSeen(await threadOf(announced), /Octave \d of 2, step/);
      await running.stop();
      running = await start();
      const final = await untilSeen(await threadOf(announced), "Your picture is ready");
      expect(await sizeOf(final)).toEqual([expect.any(String), 512, 384]);
      await discord.until(() => discord.message(announced.ref)?.text.includes("Done in"));
      const finals = discord
        .messagesIn(await threadOf(announced))
        .filter(({ text }) => text.includes("Your picture is ready"));
      expect(finals).toHaveLength(1);
      expect(discord.registrations).toBe(1);
    },
    TEST_MS,
  );

  it(
    "lets a channel vote",
    async () => {
      const [ann, ben, art] = [discord.user("Ann"), discord.user("Ben"), discord.addChannel("voting")];
      ann.command(art, "blend", { vote: true, size: 96, steps: 4 }, [await photo()]);
      const vote = await untilSeen(art, "Vote: which styles should it be?");
      await discord.until(() => discord.message(vote.ref)?.reactions.has("🔥"), "the vote's reactions", JOB_MS);
      ann.react(vote.ref, "⛄");
      ben.react(vote.ref, "🔥");
      await discord.until(() => /fire 50% \(1\)/.test(discord.message(vote.ref)?.text ?? ""), "both votes", JOB_MS);
      await ann.press(vote.ref, "Paint now").answered;
      const announced = await untilSeen(art, "Blend of winter and fire");
      const final = await untilSeen(await threadOf(announced), "Your picture is ready");
      expect(await sizeOf(final)).toEqual([expect.any(String), 96, 72]);
    },
    TEST_MS,
  );

  it(
    "becomes an art channel, where anyone's reaction paints or dreams, and hands over what is stored",
    async () => {
      const [ann, ben, mo] = [discord.user("Ann"), discord.user("Ben"), discord.user("Mo", { moderator: true })];
      const art = discord.addChannel("artists");
      const ephemeral = (to: typeof ann, text: RegExp) =>
        discord.until(() => discord.ephemeralTo(to).find((message) => text.test(message.text)), String(text), JOB_MS);
      expect(() => ben.command(art, "settings", { art: "on" })).toThrow(/not offered/);
      discord.offeredToAll.add("settings");
      ben.command(art, "settings", { art: "on" });
      await ephemeral(ben, /^Only those who manage this channel/);
      mo.command(art, "settings", { art: "on", size: 96 });
      await untilSeen(art, "#artists is an art channel");
      await ephemeral(mo, /`size` \*\*96 px\*\* \(set here\)/);
      // Without the intent "Message Content" the bot sees its own pictures and those of messages that mention it, and
      // says so of others.
      const unseen = await ann.post(art, "my street", [await photo()]);
      ben.react(unseen.ref, "⛄");
      await untilSeen(art, /Ben: I can't see what is in other people's messages/);
      const post = await ann.post(art, `<@${discord.world.bot.id}> my garden`, [await photo()]);
      ben.react(post.ref, "⛄");
      const painted = await untilSeen(
        await threadOf(await untilSeen(art, "Painting in winter")),
        "Your picture is ready",
      );
      expect(await sizeOf(painted)).toEqual([expect.any(String), 96, 72]);
      expect(painted.text).toContain("Picture by Ann");
      mo.react(post.ref, "👁️");
      const dreamt = await untilSeen(
        await threadOf(await untilSeen(art, /\*\*Dream.* for Mo/)),
        "Your picture is ready",
      );
      expect(await sizeOf(dreamt)).toEqual([expect.any(String), 96, 72]);
      discord.offeredToAll.clear();
      ben.command(ben.direct, "settings", { action: "mydata", what: "export" });
      const [file] = (await ephemeral(ben, /in one file/)).pictures;
      expect(file?.name).toBe("dreamloom-my-data.json");
      const { jobs } = JSON.parse(String(await file?.download())) as {
        readonly jobs: readonly { readonly recipe: string }[];
      };
      expect(jobs.map(({ recipe }) => recipe)).toEqual(["stylize"]);
    },
    TEST_MS,
  );
});
