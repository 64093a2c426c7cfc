/** How seldom Slack is asked what has been said, as it allows apps outside its Marketplace to do once a minute. */
import { describe, expect, it } from "vitest";
import { type MessageRef, messageKey } from "../../../src/domain/model.js";
import type { Manners } from "../../fakes/slack/manners.js";
import { eventually } from "../contract-world.js";
import { colour, openSlack, png } from "./harness.js";

const asked = (fake: { readonly calls: readonly { readonly method: string }[] }) =>
  fake.calls.filter(({ method }) => /^conversations\.(history|replies)$/.test(method)).length;

/** An app outside the Marketplace; a minute of its is short. */
async function outside(more: Manners = {}, minuteMs = 60_000) {
  const open = await openSlack({ fake: { manners: { outsideMarketplace: true, ...more } } });
  open.fake.tiers.minuteMs = minuteMs;
  const photo = async (name: string) => ({ name, bytes: await colour("#f00") });
  return { ...open, photo };
}

describe("the newest picture, for an app outside the Marketplace", () => {
  it("is asked for once by a command, and handed on to it", async () => {
    const { fake, people: users, ann, ben, art, listener, photo } = await outside({ noMessageEvents: true });
    await users.say(ben, { id: art.id }, "look", [await photo("a.png")]);
    await users.command(ann, art.id, "stylize");
    const { latestPicture } = await listener.next("command");
    expect(latestPicture).toMatchObject({ name: "a.png", author: { id: ben.id } });
    expect(asked(fake)).toBe(1);
    expect(fake.calls.filter(({ outcome }) => outcome === "429")).toEqual([]);
  });

  it("is remembered from what is said, changed and deleted, and never asked for", async () => {
    const { fake, people: users, ann, ben, art, chat, place: channel, photo } = await outside();
    const newest = async () => (await chat.latestPicture(channel))?.name;
    await users.say(ben, channel, "first", [await photo("first.png")]);
    const second = await users.say(ann, channel, "second", [await photo("second.png")]);
    await users.say(ben, channel, "nice");
    const root = await users.say(ben, channel, "root");
    await users.say(ben, { id: art.id, thread: root.ts }, "elsewhere", [await photo("thread.png")]);
    expect(await newest()).toBe("second.png");
    expect((await chat.latestPicture({ ...channel, thread: root.ts }))?.name).toBe("thread.png");
    expect(asked(fake)).toBe(0);
    // What the bot posts and edits is known at once, from itself.
    const ref = await chat.post(channel, { text: "started", key: messageKey("7KQ4M9XA", "announcement") });
    expect(await newest()).toBe("second.png");
    await chat.edit(ref, { text: "done", pictures: [await png("#00f", "result.png")] });
    expect((await chat.latestPicture(channel))?.message?.id).toBe(ref.id);
    await chat.remove(ref);
    expect(asked(fake)).toBe(0);
    // Which one is the newest now is not known: it is asked for once.
    expect([await newest(), await newest()]).toEqual(["second.png", "second.png"]);
    expect(asked(fake)).toBe(1);
    fake.tiers.minuteMs = 1;
    await users.erase(second);
    expect([await newest(), await newest()]).toEqual(["first.png", "first.png"]);
    expect(asked(fake)).toBe(2);
  });

  it("is asked for again once the connection was lost: what was said meanwhile may not have come", async () => {
    const { fake, people: users, ann, chat, place: channel, photo } = await outside();
    await users.say(ann, channel, "one", [await photo("one.png")]);
    await chat.latestPicture(channel);
    expect(asked(fake)).toBe(0);
    const before = fake.socket.connected;
    fake.socket.disconnect("cut");
    await eventually(async () => fake.socket.connected > before && chat.health().connected, "the bot back");
    expect((await chat.latestPicture(channel))?.name).toBe("one.png");
    expect(asked(fake)).toBe(1);
  });

  it("that is none is asked for once for all who wait, and in one page", async () => {
    const { fake, people: users, ann, chat, place: channel } = await outside({ noMessageEvents: true }, 1_000);
    for (let n = 0; n < 40; n++) await users.say(ann, channel, `line ${n}`);
    const all = Array.from({ length: 5 }, () => chat.latestPicture(channel));
    expect(await Promise.all(all)).toEqual(all.map(() => undefined));
    expect(asked(fake)).toBe(1);
  });

  it("is followed by the one before it without another look at the same page", async () => {
    const { people: users, fake, ann, ben, chat, place: channel, photo } = await outside({ noMessageEvents: true });
    await users.say(ben, channel, "good", [await photo("good.png")]);
    await users.say(ann, channel, "broken", [{ name: "broken.png", bytes: Buffer.from("none") }]);
    const newest = await chat.latestPicture(channel);
    expect([newest?.name, (await newest?.older?.())?.name, asked(fake)]).toEqual(["broken.png", "good.png", 1]);
  });

  it("that turned out to be none is not tried again", async () => {
    const { people: users, fake, ann, ben, chat, place: channel, photo } = await outside();
    await users.say(ben, channel, "good", [await photo("good.png")]);
    await users.say(ann, channel, "broken", [{ name: "broken.png", bytes: Buffer.from("none") }]);
    const newest = await chat.latestPicture(channel);
    expect([newest?.name, (await newest?.older?.())?.name, asked(fake)]).toEqual(["broken.png", "good.png", 1]);
    expect([(await chat.latestPicture(channel))?.name, asked(fake)]).toEqual(["good.png", 1]);
  });

  it("is waited for until the minute is over, and comes", async () => {
    const { fake, people: users, ann, chat, place: channel, photo } = await outside({ noMessageEvents: true }, 2_000);
    const other = fake.addChannel("other");
    const place = (id: string): MessageRef["channel"] => ({ ...channel, id });
    await users.say(ann, channel, "one", [await photo("one.png")]);
    await users.say(ann, { id: other.id }, "two", [await photo("two.png")]);
    expect((await chat.latestPicture(channel))?.name).toBe("one.png");
    expect((await chat.latestPicture(place(other.id)))?.name).toBe("two.png");
    expect(fake.calls.filter(({ outcome }) => outcome === "429").length).toBeLessThanOrEqual(2);
  });
});
