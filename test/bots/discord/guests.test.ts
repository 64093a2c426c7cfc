/** People who have installed the bot for themselves use it where it is no member. */
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { KeyValues } from "../../fakes/key-values.js";
import type { Scene } from "./harness.js";
import { connected, fakeDiscord, picture, scene } from "./harness.js";

let opened: Scene | undefined;
afterEach(() => {
  expect(opened?.discord.check() ?? []).toEqual([]);
  opened = undefined;
});

/** Ann's command in a place, answered as a job is. */
async function job(where: "a group" | "another server") {
  opened = await scene();
  const { discord, chat, listener } = opened;
  const guild = where === "a group" ? undefined : discord.foreignGuild("Elsewhere");
  const [ann, ben] = ["Ann", "Ben"].map((name) => discord.user(name, guild ? { guild } : {}));
  if (!ann || !ben) throw new Error("There are no people.");
  const place = guild ? discord.addChannel("art", { guild }) : discord.group(ann, ben);
  const file = { name: "photo.png", bytes: (await picture("photo.png")).bytes };
  ann.command(place, "dream", {}, [file]);
  const command = await discord.until(() => listener.of("command")[0]);
  const trace = "7KQ4M9XA";
  const announced = await command.reply({ text: "Painting.", trace }, "public");
  if (!announced) throw new Error("It was not said which message it is.");
  return { discord, chat, listener, ann, ben, place, command, announced, trace };
}

describe.each(["a group", "another server"] as const)("in %s that the bot is not in", (where) => {
  it("a job is shown by the interaction's token, in few messages, and goes on in a direct message", async () => {
    const { discord, chat, ann, place, command, announced, trace } = await job(where);
    expect(command).toMatchObject({ channel: place, user: { moderator: false } });
    const texts = () => discord.messagesIn(place).map(({ text }) => text);
    expect(await chat.openThread(announced, "Dream")).toEqual(place);
    const progress = await chat.post(place, { text: "0 %", trace });
    await chat.edit(progress, { text: "50 %", trace });
    await expect(chat.post(place, { text: "1 of 4", trace, passing: true })).rejects.toMatchObject({
      kind: "forbidden",
    });
    await chat.edit(announced, { text: "Painted." });
    const final = await chat.post(place, { text: "Your picture is ready", trace, pictures: [await picture()] });
    expect(texts()).toEqual(["Painted.", "50 %", "Your picture is ready"]);
    await chat.remove(progress);
    expect(texts()).toEqual(["Painted.", "Your picture is ready"]);
    expect(final.channel).toEqual(place);
    // Discord takes five more messages.
    for (let n = 3; n <= 5; n++) await chat.post(place, { text: `${n}`, trace });
    await expect(chat.post(place, { text: "6", trace })).rejects.toMatchObject({ kind: "forbidden" });
    expect(texts()).toEqual(["Painted.", "Your picture is ready", "3", "4", "5"]);
    // After 15 minutes nothing leads there; the person is told.
    discord.ahead = 16 * 60_000;
    await expect(chat.edit(announced, { text: "Late." })).rejects.toMatchObject({ kind: "gone" });
    await chat.tell(ann, place, { text: "Late." });
    expect(discord.messagesIn(ann.direct).map(({ text }) => text)).toEqual(["Late."]);
  });

  it("a private answer that comes too late is a direct message", async () => {
    const { discord, ann, place, command } = await job(where);
    discord.ahead = 16 * 60_000;
    expect(await command.reply({ text: "The picture could not be read." }, "private")).toBeUndefined();
    const told = discord.messagesIn(ann.direct).map(({ text }) => text);
    expect(told).toEqual([expect.stringMatching(/^Too late .*\nThe picture could not be read\.$/s)]);
    expect(discord.messagesIn(place).map(({ text }) => text)).toEqual(["Painting."]);
  });

  it("who waits in vain after a kill is told in a direct message", async () => {
    const discord = await fakeDiscord();
    const guild = where === "a group" ? undefined : discord.foreignGuild("Elsewhere");
    const ann = discord.user("Ann", guild ? { guild } : {});
    const { id: channel } = guild ? discord.addChannel("art", { guild }) : discord.group(ann);
    // As an earlier process has left it, whose token has ended.
    const unread = { what: "command", line: "/dream", id: "1", token: "over", user: ann.id, channel, guild: guild?.id };
    const keyValues = new KeyValues([["discord.unread.7KQ4M9XA", { at: Date.now() - 3_600_000, unread }]]);
    opened = await connected(discord, { keyValues });
    await discord.until(() => discord.messagesIn(ann.direct).find(({ text }) => text.includes("/dream")));
    expect(discord.messagesIn({ platform: "discord", community: guild?.id ?? "@me", id: channel })).toEqual([]);
  });

  it("nothing is lost when the machine's clock is set forward", async () => {
    const { discord, chat, place, announced, trace } = await job(where);
    const day = 24 * 3_600_000;
    vi.useFakeTimers({ now: Date.now() + day, toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    // Discord's own clock is right.
    discord.ahead = -day;
    await chat.edit(announced, { text: "Painted." });
    await chat.post(place, { text: "Your picture is ready", trace });
    expect(discord.messagesIn(place).map(({ text }) => text)).toEqual(["Painted.", "Your picture is ready"]);
  });

  it("what is missing is said", async () => {
    const { chat, place, announced } = await job(where);
    const words = { kind: "forbidden", message: expect.stringMatching(/^I am not a member here/) };
    await expect(chat.latestPicture(place)).rejects.toMatchObject(words);
    await expect(chat.picturesOf(announced)).rejects.toMatchObject(words);
    await expect(chat.react(announced, "🔁")).rejects.toMatchObject(words);
    expect(await chat.describe(place)).toMatchObject({ closed: true, reactions: false });
  });
});
