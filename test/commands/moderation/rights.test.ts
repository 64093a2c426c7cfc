/** Who may do what to whom: moderators of all of a community, of one channel, and people in direct messages. */
import { describe, expect, it } from "vitest";
import { loadBuiltInStyles } from "../../../src/commands/styles/built-in-styles.js";
import type { Member } from "../../../src/domain/model.js";
import { ChatError } from "../../../src/port/chat-error.js";
import { ann, art, ben, mod, source } from "../../fakes/chat.js";
import { FakeEngine, picture } from "../../fakes/engine.js";
import { studio } from "../../fakes/studio.js";

/** Manages the channel art, by that channel's own permissions. */
const cam: Member = { id: "cam", name: "Cam", moderator: true };
const night = { ...art, id: "night" };
const winter = loadBuiltInStyles().find(({ name }) => name === "winter")?.emoji ?? "";

async function open(engine = new FakeEngine({ automatic: true })) {
  const all = await studio({ engine });
  const { chat, quiet, repository } = all;
  const said = async (user: Member, line: string, channel = art) => {
    const before = chat.ephemeral.length;
    await chat.say(user, line, { channel });
    return chat.ephemeral
      .slice(before)
      .map(({ text }) => text)
      .join();
  };
  /** A finished work of Ann's, with the message that shows it. */
  const made = async (channel = art) => {
    await chat.say(ann, "/dream octaves:1", { channel });
    await quiet();
    const shown = chat.in("channel").findLast((message) => message.channel.id === channel.id);
    const job = await repository.latest({ platform: "fake", community: "club", author: "ann" });
    if (!shown || !job) throw new Error("no work");
    return { shown, id: job.id };
  };
  const log = async () =>
    (await said(mod, "/moderate log"))
      .split("\n")
      .slice(1)
      .map((line) => line.replace(/^· [\d: -]+ · /, ""));
  return { ...all, said, made, log };
}

describe("a moderator of one channel", () => {
  it("keeps that channel in order, and not the community", async () => {
    const { said, store, log } = await open();
    expect(await said(cam, "/settings art:on per-person:2 bot:on")).toMatch(/^Changed\./);
    expect(await said(cam, "/settings reset")).toMatch(/^Changed\./);
    for (const line of [
      "/moderate",
      "/moderate log",
      "/moderate bar @Ann",
      "/moderate hide @Ann",
      "/moderate cancel @Ann",
    ])
      expect(await said(cam, line), line).toBe(
        "You moderate only this channel; that is for those who moderate the whole community.",
      );
    await said(mod, "/settings reports:here", night);
    for (const line of [
      "/settings bot:off everywhere:yes",
      "/settings largest:128 everywhere:yes",
      "/settings reports:here",
      "/settings reports:off",
      "/settings reset reports",
      "/settings reset everywhere:yes",
    ])
      expect(await said(cam, line), line).toMatch(/^You manage only this channel; what concerns the whole community/);
    expect(store.settings.all({ platform: "fake", community: "club" })).toEqual({ reports: "night" });
    expect(store.bars.count(art)).toBe(0);
    expect((await log()).filter((line) => line.startsWith("Cam"))).toEqual([
      "Cam changed settings of #art (bot reset)",
      "Cam changed settings of #art (bot on)",
    ]);
  });

  it("deletes, hides and cancels what is in it, and nothing of other channels", async () => {
    const engine = new FakeEngine();
    const { chat, said, store, queue } = await open(engine);
    const begun = async (channel: typeof art) => {
      await chat.say(ann, "/dream octaves:1", { channel });
      return engine.next();
    };
    await (await begun(night)).finish();
    const elsewhere = store.jobs.latest({ platform: "fake", community: "club", author: "ann" })?.id ?? "";
    await chat.until(() => store.jobs.get(elsewhere)?.state === "done");
    expect(await said(cam, `/gallery remove ${elsewhere}`)).toMatch(/^This is Ann's; only they and moderators/);
    expect(store.jobs.get(elsewhere)?.hidden).toBe(false);
    await begun(night);
    const running = queue.positions()[0]?.job.id ?? "";
    expect(await said(cam, `/cancel ${running}`)).toContain("Ann");
    expect(queue.positions()).toHaveLength(1);
    expect(await said({ ...cam, moderatesAll: true }, `/cancel ${running}`)).toContain(running);
    expect(queue.positions()).toEqual([]);
    // In the channel itself:
    await (await begun(art)).finish();
    const here = store.jobs.latest({ platform: "fake", community: "club", author: "ann" })?.id ?? "";
    await chat.until(() => store.jobs.get(here)?.state === "done");
    expect(await said(cam, `/gallery remove ${here}`)).toMatch(/is out of the gallery/);
    expect(await said(ann, `/gallery restore ${here}`)).toMatch(/^A moderator has taken it out/);
    expect(await said(cam, `/gallery restore ${here}`)).toMatch(/is in the gallery again/);
  });

  it("does not deal with reports, which come from all channels, nor with the community's styles", async () => {
    const { chat, said, made, store } = await open();
    await said(mod, "/settings reports:here", night);
    const { shown } = await made();
    await chat.press(ben, shown, "report");
    const report = chat.in("channel").findLast(({ channel }) => channel.id === "night");
    if (!report) throw new Error("no report");
    for (const verb of ["delete", "bar", "dismiss"]) {
      await chat.press(cam, report, verb);
      expect(chat.ephemeral.at(-1)?.text).toBe("Only those who moderate the whole community may deal with reports.");
    }
    expect(shown.removed).toBe(false);
    await chat.say(ben, "/style add name:rust emoji:🍂", { attachments: [source(await picture(40, 30))] });
    expect(await said(cam, "/style remove rust")).toContain("Ben");
    expect(store.styles.find(art, "rust")).toBeDefined();
  });
});

describe("a person in direct messages, who manages them", () => {
  const direct = (name: string) => ({ platform: "fake", community: "@me", id: `direct ${name}` });

  it("does not manage what others do in theirs, though they are of one community", async () => {
    const engine = new FakeEngine();
    const { chat, said, queue } = await open(engine);
    await chat.say({ ...ann, moderator: true }, "/dream octaves:1", { channel: direct("ann") });
    await engine.next();
    const hers = queue.positions()[0]?.job.id ?? "";
    for (const user of [ben, mod]) {
      await said({ ...user, moderator: true }, `/cancel ${hers.slice(0, 4)}`, direct(user.id));
      expect(queue.positions()).toHaveLength(1);
    }
    await chat.act({ ...ben, moderator: true }, `job:cancel:${hers}`, { id: "m1", channel: direct("ben") });
    expect(queue.positions()).toHaveLength(1);
    await said({ ...ann, moderator: true }, `/cancel ${hers}`, direct("ann"));
    expect(queue.positions()).toEqual([]);
  });
});

describe("a style that is added in direct messages", () => {
  it("is there alone: others' direct messages do not list it, take its name or fill up with it", async () => {
    const { chat, said, app } = await open();
    const direct = (name: string) => ({ platform: "fake", community: "@me", id: `direct ${name}` });
    const attachments = [source(await picture(40, 30))];
    for (const user of [ann, ben]) {
      await chat.say(user, "/style add name:rust emoji:🍂", { attachments, channel: direct(user.id) });
      const own = (await app.styles.list(direct(user.id))).filter(({ name }) => name === "rust");
      expect(own.map(({ by }) => by)).toEqual([user.name]);
    }
    expect((await app.styles.list(direct("mod"))).some(({ name }) => name === "rust")).toBe(false);
    expect(await said(ann, "/style remove rust", direct("ann"))).toContain("rust");
    expect((await app.styles.list(direct("ben"))).some(({ name }) => name === "rust")).toBe(true);
  });
});

describe("what moderators do to others' works", () => {
  it("is in their log, whichever way they do it, and what authors do is not", async () => {
    const engine = new FakeEngine();
    const { chat, said, store, log, queue, handlers, quiet } = await open(engine);
    const done = async () => {
      await chat.say(ann, "/dream octaves:1");
      await (await engine.next()).finish();
      await quiet();
      const shown = chat.in("channel").at(-1);
      const id = store.jobs.latest({ platform: "fake", community: "club", author: "ann" })?.id ?? "";
      if (!shown) throw new Error("no work");
      return { shown, id };
    };
    const works = [await done(), await done(), await done(), await done()] as const;
    const [first, second, third, own] = works;
    await said(mod, `/gallery remove ${first.id}`);
    await said(mod, `/gallery restore ${first.id}`);
    await handlers.gallery?.hide(first.id, true, { user: mod, platform: "fake", community: "club" });
    await chat.press(mod, second.shown, "delete");
    await chat.reactTo(mod, third.shown, "🗑️");
    await said(ann, `/gallery remove ${own.id}`);
    await chat.press(ann, own.shown, "delete");
    expect(works.map(({ shown }) => shown.removed)).toEqual([false, true, true, true]);
    const cancelled: string[] = [];
    for (const way of ["button", "line"]) {
      await chat.say(ann, "/dream octaves:1");
      await engine.next();
      const id = queue.positions()[0]?.job.id ?? "";
      cancelled.push(id);
      const shown = chat.in("channel").at(-1);
      if (way === "line" || !shown) await said(mod, `/cancel ${id}`);
      else await chat.press(mod, shown, "cancel");
      expect(queue.positions()).toEqual([]);
    }
    const attachments = [source(await picture(40, 30))];
    await chat.say(ann, "/blend vote minutes:60", { attachments });
    const vote = chat.in("channel").at(-1);
    if (!vote) throw new Error("no vote");
    await chat.reactTo(ann, vote, winter);
    await chat.press(mod, vote, "cancel");
    await chat.say(ann, "/style add name:rust emoji:🍂", { attachments });
    await said(mod, "/style rename rust to:autumn-rust");
    await said(mod, "/style remove autumn-rust");
    const title = "Dream of creatures by Ann";
    expect(await log()).toEqual([
      "Mo removed the style autumn-rust by Ann",
      "Mo renamed the style rust by Ann (now autumn-rust)",
      "Mo cancelled a vote of Ann",
      ...cancelled.toReversed().map((id) => `Mo cancelled ${title} (${id})`),
      `Mo deleted ${title} (${third.id})`,
      `Mo deleted ${title} (${second.id})`,
      `Mo took ${title} out of the gallery (${first.id})`,
      `Mo put ${title} back into the gallery (${first.id})`,
      `Mo took ${title} out of the gallery (${first.id})`,
    ]);
  });
});

describe("a setting", () => {
  it("is not changed, nor in the log, where the chat does not say which channel it is for", async () => {
    const { chat, said, store, log } = await open();
    await said(mod, "/settings bot:on");
    const { describe: asked } = chat;
    Object.assign(chat, {
      describe: async () => {
        throw new ChatError("unavailable", { message: "Not now." });
      },
    });
    for (const line of ["/settings bot:off", "/settings largest:128", "/settings reset bot"]) await said(mod, line);
    Object.assign(chat, { describe: asked });
    expect(store.settings.all({ platform: "fake", community: "club", channel: "art" })).toEqual({ bot: "on" });
    expect(await log()).toEqual(["Mo changed settings of #art (bot on)"]);
  });

  it("takes no thread for the channel of reports", async () => {
    const { said, store, chat } = await open();
    chat.threads.set("t", { title: "t", open: true });
    const thread = { ...art, thread: "t" };
    expect(await said(mod, "/settings reports:here", thread)).toMatch(
      /^A thread cannot take the reports: give this in/,
    );
    expect(store.settings.all({ platform: "fake", community: "club" })).toEqual({});
    expect(await said(mod, "/settings reports:off", thread)).toMatch(/^Changed/);
  });
});
