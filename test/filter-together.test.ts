/** The filter of pictures in the whole program, on Discord, Slack and the web chat: what people send and see. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { startDreamloom } from "../src/app/application.js";
import { loadConfig } from "../src/app/settings/load-settings.js";
import { sentence } from "../src/shared/sentences/sentence.js";
import { eventually } from "./bots/contract-world.js";
import { photo, Visitor } from "./bots/web/harness.js";
import type { SeenMessage } from "./fakes/discord/seen.js";
import { FakeDiscord } from "./fakes/discord/server.js";
import { FILTER_ON, JudgingEngine, redPicture } from "./fakes/judging-engine.js";
import { APP_TOKEN, BOT_TOKEN, FakeSlack } from "./fakes/slack/server.js";
import { Users } from "./fakes/slack/users.js";
import { botOptions } from "./fakes/studio.js";
import { newFolder } from "./support/new-folder.js";

const REFUSED = exactly(sentence("filter.upload", { name: "red.png" }));
const HELD_BACK = exactly(sentence("filter.result"));
const DONE = "Done in";

function exactly(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
}

async function start(env: Record<string, string>) {
  const folder = newFolder();
  const engine = new JudgingEngine();
  const settings = { DATA_DIR: folder, WEB_PORT: "0", OPS_ENABLED: "false", QUEUE_SHUTDOWN_SECONDS: "0.1" };
  const running = await startDreamloom(loadConfig({ ...settings, ...FILTER_ON, ...env }), {
    engine: () => engine,
    catalogue: botOptions,
    logger: pino({ level: "silent" }),
    print: () => undefined,
  });
  onTestFinished(() => running.stop());
  return { engine, running, folder };
}

const files = async () => ({
  red: { name: "red.png", bytes: await redPicture() },
  fine: { name: "photo.jpg", bytes: await photo(320, 200) },
});

describe("with the filter of pictures", () => {
  it("Discord: what is refused starts nothing, and its author alone is told; no such result is posted", async () => {
    const discord = await FakeDiscord.start();
    onTestFinished(() => discord.stop());
    const { engine } = await start({
      WEB_ENABLED: "false",
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: discord.apiUrl,
    });
    const [ann, ben, art] = [discord.user("Ann"), discord.user("Ben"), discord.addChannel("art")];
    const { red, fine } = await files();
    const found = (fits: (message: SeenMessage) => boolean, what: string) =>
      eventually(async () => discord.messagesIn(art, ann).find(fits), what);
    /** All pictures of the bot that anybody sees, in threads too. */
    const shown = () =>
      [...discord.world.messages.values()].filter(
        ({ author, attachments }) => author.id === discord.world.bot.id && attachments.length > 0,
      );

    ann.command(art, "dream", { seed: "1" }, [red]);
    const told = await found(({ text }) => REFUSED.test(text), "the refusal");
    expect(told.privateTo).toBe(ann.id);
    expect(discord.messagesIn(art, ben).some(({ text }) => /filter/i.test(text))).toBe(false);
    expect(engine.runs).toEqual([]);

    engine.refusesPaintings = true;
    ann.command(art, "dream", { seed: "2" }, [fine]);
    await found(({ text }) => HELD_BACK.test(text), "the word about a result held back");
    expect(engine.runs).toHaveLength(1);
    expect(shown()).toEqual([]);

    engine.refusesPaintings = false;
    ann.command(art, "dream", { seed: "3" }, [fine]);
    await found(({ text, pictures }) => text.includes(DONE) && pictures.length > 0, "a result that passes");
    expect(discord.check()).toEqual([]);
  });

  it("Slack: the same, by a mention with a file and by a command about a picture of before", async () => {
    const slack = await FakeSlack.open();
    onTestFinished(() => slack.close());
    const { engine } = await start({
      WEB_ENABLED: "false",
      SLACK_BOT_TOKEN: BOT_TOKEN,
      SLACK_APP_TOKEN: APP_TOKEN,
      SLACK_API_URL: slack.apiUrl,
    });
    const people = new Users(slack);
    const [ann, ben] = [slack.addUser("Ann", { admin: false }), slack.addUser("Ben", { admin: false })];
    const id = slack.addChannel("art").id;
    const { red, fine } = await files();
    const found = (pattern: RegExp, count: number) =>
      eventually(async () => {
        const all = people.look(ann, { id }).filter(({ text, byBot }) => byBot && pattern.test(text));
        return all.length >= count && all.at(-1);
      }, `${pattern}, ${count} times`);
    const botFiles = () =>
      [...slack.files.values()].filter(({ deleted, owner }) => !deleted && owner === slack.team.bot.id);

    await people.mention(ann, { id }, "dream seed:1", [red]);
    expect((await found(REFUSED, 1)).ephemeral).toBe(true);
    await people.say(ben, { id }, "mine", [red]);
    await people.command(ann, id, "dream", "seed:1");
    expect((await found(REFUSED, 2)).ephemeral).toBe(true);
    expect(people.look(ben, { id }).some(({ text }) => /filter/i.test(text))).toBe(false);
    expect(engine.runs).toEqual([]);

    engine.refusesPaintings = true;
    await people.mention(ann, { id }, "dream seed:2", [fine]);
    await found(HELD_BACK, 1);
    expect(engine.runs).toHaveLength(1);
    expect(botFiles()).toEqual([]);

    engine.refusesPaintings = false;
    await people.mention(ann, { id }, "dream seed:3", [fine]);
    await eventually(
      async () => people.look(ann, { id }).some(({ text, pictures }) => text.includes(DONE) && pictures.length > 0),
      "a result that passes",
    );
    expect(slack.violations).toEqual([]);
  });

  it("the web chat: a refused post is not posted and leaves no file; a result held back is not to be had", async () => {
    const { engine, running, folder } = await start({});
    const chat = { address: running.address ?? "" };
    const [ann, ben] = [await Visitor.enter(chat), await Visitor.enter(chat)];
    const { red, fine } = await files();
    const stored = () =>
      readdirSync(join(folder, "pictures"), { recursive: true, encoding: "utf8" }).filter((name) =>
        statSync(join(folder, "pictures", name)).isFile(),
      );
    const before = stored();
    const { name } = (await ann.session()).me;
    for (const text of ["look", "/dream seed:1"]) {
      const response = await ann.say(text, { files: [red] });
      expect(response.status).toBe(403);
      expect(await response.text()).toMatch(REFUSED);
    }
    expect((await ben.page()).messages.filter(({ author }) => author.name === name)).toEqual([]);
    expect(stored()).toEqual(before);
    expect(engine.runs).toEqual([]);

    engine.refusesPaintings = true;
    await ann.said("/dream seed:2", { files: [fine] });
    await eventually(
      async () => (await ben.page()).messages.some(({ text }) => HELD_BACK.test(text)),
      "the word about a result held back",
    );
    expect(stored()).toHaveLength(before.length + 1);

    engine.refusesPaintings = false;
    await ann.said("/dream seed:3", { files: [fine] });
    await eventually(
      async () => (await ben.page()).messages.some(({ text, pictures }) => text.includes(DONE) && pictures.length > 0),
      "a result that passes",
    );
  });
});
