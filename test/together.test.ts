/** Discord, Slack and the web chat in one process with one engine, each against its local server, by settings alone. */

import { pino } from "pino";
import sharp from "sharp";
import { describe, expect, it, onTestFinished } from "vitest";
import { startDreamloom } from "../src/app/application.js";
import { loadConfig } from "../src/app/settings/load-settings.js";
import type { Chat, ChatHandlers } from "../src/port/adapter.js";
import { ChatError } from "../src/port/chat-error.js";
import { eventually } from "./bots/contract-world.js";
import { photo, Visitor } from "./bots/web/harness.js";
import { ann, FakeChat } from "./fakes/chat.js";
import { FakeDiscord } from "./fakes/discord/server.js";
import { FakeEngine } from "./fakes/engine.js";
import { APP_TOKEN, BOT_TOKEN, FakeSlack } from "./fakes/slack/server.js";
import { Users } from "./fakes/slack/users.js";
import { botOptions } from "./fakes/studio.js";
import { newFolder } from "./support/new-folder.js";

const logger = pino({ level: "silent" });

function environment(): Record<string, string> {
  const folder = newFolder();
  return { DATA_DIR: folder, WEB_PORT: "0", OPS_PORT: "0", QUEUE_SHUTDOWN_SECONDS: "0.1" };
}

async function sides(bytes: Uint8Array): Promise<{ width: number; height: number }> {
  const { width, height } = await sharp(bytes).metadata();
  return { width, height };
}

describe("all platforms together", () => {
  it("serves each from one queue and one engine, by the settings alone", async () => {
    const discord = await FakeDiscord.start();
    const slack = await FakeSlack.open();
    const people = new Users(slack);
    const slackAnn = slack.addUser("Ann", { admin: false });
    const channel = slack.addChannel("art").id;
    const discordAnn = discord.user("Ann");
    const art = discord.addChannel("art");
    const engine = new FakeEngine({ automatic: true });
    let engines = 0;
    const config = loadConfig({
      ...environment(),
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: discord.apiUrl,
      SLACK_BOT_TOKEN: BOT_TOKEN,
      SLACK_APP_TOKEN: APP_TOKEN,
      SLACK_API_URL: slack.apiUrl,
    });
    const running = await startDreamloom(config, {
      engine: () => {
        engines += 1;
        return engine;
      },
      catalogue: botOptions,
      logger,
      print: () => undefined,
    });
    onTestFinished(async () => {
      await running.stop();
      await discord.stop();
      await slack.close();
    });
    const bytes = await photo(320, 200);

    discordAnn.command(art, "dream", { look: "patterns", seed: "1" }, [{ name: "photo.jpg", bytes }]);
    await people.say(slackAnn, { id: channel }, "look", [{ name: "photo.jpg", bytes }]);
    await people.command(slackAnn, channel, "dream", "look:patterns seed:2");
    const visitor = await Visitor.enter({ address: running.address ?? "" });
    await visitor.said("/dream look:patterns seed:3", { files: [{ name: "photo.jpg", bytes }] });

    const onDiscord = await eventually(
      async () =>
        discord
          .messagesIn(art, discordAnn)
          .find(({ text, pictures }) => text.includes("Done in") && pictures.length > 0),
      "the result in Discord's channel",
    );
    expect(await sides(await (onDiscord.pictures[0]?.download() ?? Promise.reject(new Error("no picture"))))).toEqual({
      width: 64,
      height: 48,
    });
    const onSlack = await eventually(
      async () =>
        people
          .look(slackAnn, { id: channel })
          .find(({ text, pictures, byBot }) => byBot && text.includes("Done in") && pictures.length > 0),
      "the result in Slack's channel",
    );
    expect(await sides(onSlack.pictures[0]?.bytes ?? new Uint8Array())).toEqual({ width: 64, height: 48 });
    const onWeb = await eventually(
      async () =>
        (await visitor.page()).messages.find(({ text, pictures }) => text.includes("Done in") && pictures.length > 0),
      "the result in the web chat",
    );
    const response = await visitor.request("GET", onWeb.pictures[0]?.url ?? "");
    expect(await sides(new Uint8Array(await response.arrayBuffer()))).toEqual({ width: 64, height: 48 });

    expect(engines).toBe(1);
    expect(engine.runs.map(({ request }) => request.params.seed).sort()).toEqual([1, 2, 3]);
    expect(engine.peak).toBe(1);
    expect(discord.check()).toEqual([]);
    expect(slack.violations).toEqual([]);
  });

  it("posts what is too large for a chat smaller, with a link to all of it for those who see the message", async () => {
    const discord = await FakeDiscord.start();
    const slack = await FakeSlack.open();
    const people = new Users(slack);
    const slackAnn = slack.addUser("Ann", { admin: false });
    const channel = slack.addChannel("art").id;
    const discordAnn = discord.user("Ann");
    const art = discord.addChannel("art");
    const engine = new FakeEngine();
    const config = loadConfig({
      ...environment(),
      WEB_PUBLIC_URL: "https://art.example.org/dreams/",
      PICTURES_MEGABYTES: "5",
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: discord.apiUrl,
      SLACK_BOT_TOKEN: BOT_TOKEN,
      SLACK_APP_TOKEN: APP_TOKEN,
      SLACK_API_URL: slack.apiUrl,
    });
    const clock = { now: Date.now() };
    const parts = { engine: () => engine, catalogue: botOptions, logger, print: () => undefined, now: () => clock.now };
    const running = await startDreamloom(config, parts);
    onTestFinished(async () => {
      await running.stop();
      await discord.stop();
      await slack.close();
    });
    const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
    const side = 2000;
    const large = await sharp({ create: { width: side, height: side, channels: 3, background: "#888", noise } })
      .png()
      .toBuffer();
    // More than either chat takes.
    expect(large.byteLength).toBeGreaterThan(10.5 * 1024 * 1024);

    const file = { name: "photo.jpg", bytes: await photo(320, 200) };
    discordAnn.command(art, "dream", { seed: "1" }, [file]);
    (await engine.next()).finishWith(large, side, side);
    await people.say(slackAnn, { id: channel }, "look", [file]);
    await people.command(slackAnn, channel, "dream", "seed:2");
    (await engine.next()).finishWith(large, side, side);

    const link = /https:\/\/art\.example\.org\/dreams\/whole\/([A-Z0-9]+)\/(\d+)\/([\w-]{43})/;
    const onDiscord = await eventually(
      async () => discord.messagesIn(art, discordAnn).find(({ text, pictures }) => link.test(text) && pictures[0]),
      "the link in Discord's channel",
    );
    const smaller = await onDiscord.pictures[0]?.download();
    expect(smaller?.byteLength).toBeLessThan(10 * 1024 * 1024);
    expect(onDiscord.text).toContain("2000 x 2000 px");
    const onSlack = await eventually(
      async () => people.look(slackAnn, { id: channel }).find(({ text, pictures }) => link.test(text) && pictures[0]),
      "the link in Slack's channel",
    );

    // The proxy takes the path off.
    const at = (path: string) => fetch(`${running.address}/${path}`);
    const opened = [onDiscord, onSlack].map(({ text }) => link.exec(text)?.slice(1) ?? []);
    for (const parts of opened) {
      const response = await at(`whole/${parts.join("/")}`);
      expect([response.status, response.headers.get("content-type")]).toEqual([200, "image/png"]);
      expect(response.headers.get("cache-control")).toBe("private, no-store");
      const bytes = new Uint8Array(await response.arrayBuffer());
      const part = await fetch(response.url, { headers: { range: "bytes=0-1" } });
      expect([part.status, part.headers.get("content-range")]).toEqual([206, `bytes 0-1/${bytes.byteLength}`]);
      expect(await sides(bytes)).toEqual({ width: side, height: side });
      expect(bytes.byteLength).toBeGreaterThanOrEqual(large.byteLength);
    }

    // No link to one work opens another, and none opens what is over.
    const [[job = "", until = "", proof = ""] = [], [other = ""] = []] = opened;
    for (const wrong of [`${other}/${until}/${proof}`, `${job}/${Number(until) + 9}/${proof}`, `${job}/${until}/x`]) {
      const response = await at(`whole/${wrong}`);
      expect([response.status, await response.text()]).toEqual([
        404,
        expect.stringMatching(/^This link opens nothing/),
      ]);
    }
    clock.now = Number(until) * 1000 + 1;
    expect((await at(`whole/${job}/${until}/${proof}`)).status).toBe(404);
    expect(discord.check()).toEqual([]);
    expect(slack.violations).toEqual([]);
  });

  it("goes on with the others while one platform cannot be reached, and takes it in when it can", async () => {
    class Unreachable extends FakeChat {
      tries = 0;
      override async start(handlers: ChatHandlers): Promise<void> {
        this.tries += 1;
        if (this.tries < 3) throw new ChatError("unavailable", { message: "Discord does not answer." });
        await super.start(handlers);
      }
    }
    const late = new Unreachable();
    const engine = new FakeEngine({ automatic: true });
    const parts = { engine: () => engine, catalogue: botOptions, logger, print: () => undefined, retryMs: 5 };
    const prompt: Chat = Object.assign(new FakeChat(), { platform: "prompt" });
    const running = await startDreamloom(loadConfig(environment()), { ...parts, chats: [late, prompt] });
    onTestFinished(() => running.stop());
    await eventually(async () => late.tries === 3, "the third try");
    await eventually(async () => {
      await late.say(ann, "/dream picture:none");
      return late.in("channel").length > 0;
    }, "a job on the platform that came late");
  });

  it("does not start at all with a wrong token, and says so", async () => {
    class Refused extends FakeChat {
      override async start(): Promise<void> {
        throw new ChatError("forbidden", { message: "DISCORD_TOKEN is not a bot's token." });
      }
    }
    const parts = { engine: () => new FakeEngine(), catalogue: botOptions, logger, print: () => undefined };
    await expect(startDreamloom(loadConfig(environment()), { ...parts, chats: [new Refused()] })).rejects.toThrow(
      "DISCORD_TOKEN",
    );
  });
});
