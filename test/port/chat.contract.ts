/**
 * What `src/port/adapter.ts` promises, tried on one platform's adapter against a local server, by each adapter's tests.
 */

import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ChannelRef, type MessageRef, messageKey, pictureName } from "../../src/domain/model.js";
import type { Chat } from "../../src/port/adapter.js";
import { ChatError, mayPass } from "../../src/port/chat-error.js";
import type { CommandSummary } from "../../src/port/commands.js";
import type { CommandEvent, UnsignedReaction } from "../../src/port/events.js";
import type { OutgoingMessage, Picture } from "../../src/port/messages.js";
import { deferred } from "../../src/shared/async.js";
import { eventually, Listener, type Seen, type Visitor, type World } from "../bots/contract-world.js";
import { FakeEngine } from "../fakes/engine.js";
import { studioOf } from "../fakes/studio.js";
import { patience } from "../support/patience.js";

const commands: readonly CommandSummary[] = [
  {
    name: "dream",
    help: "Dreams in a picture",
    options: [
      {
        name: "look",
        help: "What to dream of",
        type: "text",
        required: false,
        choices: [{ value: "creatures", label: "Creatures" }],
      },
      { name: "strength", help: "How strongly", type: "number", required: false, minimum: 0.01, maximum: 20 },
      { name: "picture", help: "The picture", type: "picture", required: false, default: "latest" },
    ],
    examples: ["/dream look:creatures"],
  },
  {
    name: "stylize",
    help: "Paint a picture in a style",
    options: [
      { name: "style", help: "The style", type: "text", required: false, completes: "styles" },
      { name: "picture", help: "The picture", type: "picture", required: false, default: "latest" },
    ],
    examples: ["/stylize winter"],
  },
];
const JOB = "7KQ4M9XA";
const styles = ["summer", "winter", "wool"].map((value) => ({ value, label: value }));
const shortcuts = [{ id: "dream_this", title: "Dream this", command: "dream", options: {}, ask: [] }];
const maxBytes = 10_000_000;

/** A small picture of one colour, the same bytes every time. */
function plain(background: string, width = 48, height = 32): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();
}

/** Two frames. */
async function movingGif(side: number): Promise<Buffer> {
  const frames = ["#f00", "#00f"].map((background) =>
    sharp({ create: { width: side, height: side, channels: 3, background } })
      .raw()
      .toBuffer(),
  );
  const raw = { width: side, height: side * 2, channels: 3, pageHeight: side } as const;
  return sharp(Buffer.concat(await Promise.all(frames)), { raw })
    .gif({ loop: 0, delay: [100, 100] })
    .toBuffer();
}

async function picture(background: string, name = "dream.png", more: Partial<Picture> = {}): Promise<Picture> {
  return { bytes: await plain(background), name, type: "image/png", description: "A colour", ...more };
}

const fetchOptions = () => ({ maxBytes, signal: patience() });

/** The colour in a picture's middle, so that a platform may re-encode it. */
async function colourOf(bytes: Uint8Array): Promise<string> {
  const { dominant } = await sharp(bytes).stats();
  return dominant.r > 180 ? "red" : dominant.g > 180 ? "green" : dominant.b > 180 ? "blue" : "other";
}

export function describeChat(name: string, open: () => Promise<World>): void {
  describe(`${name} keeps the promises of the port`, () => {
    let world: World;
    let chat: Chat;
    let listener: Listener;

    beforeEach(async () => {
      world = await open();
      listener = new Listener(commands, shortcuts, styles);
      chat = await world.adapter();
      await chat.start(listener);
    });

    afterEach(async () => {
      await chat.stop();
      const violations = world.violations();
      await world.close();
      expect(violations).toEqual([]);
    });

    const seen = async (channel: ChannelRef, id: string, who: Visitor = world.ann): Promise<Seen | undefined> =>
      (await world.look(who, channel)).find((message) => message.id === id);
    const post = (message: OutgoingMessage, channel: ChannelRef = world.channel): Promise<MessageRef> =>
      chat.post(channel, message);

    it("posts text, pictures and buttons, and the reference leads back to them", async () => {
      const ref = await post({
        text: "Hello **there**",
        pictures: [await picture("#f00")],
        buttons: [{ id: "job:again:1", label: "Again", emoji: "🔁", style: "primary" }],
      });
      expect(ref.channel).toEqual(world.channel);
      const message = await seen(world.channel, ref.id);
      expect(message?.byBot).toBe(true);
      expect(message?.text).toMatch(/Hello \*{1,2}there\*{1,2}/);
      expect(message?.buttons.join()).toContain("Again");
      expect(message?.notifies).toEqual([]);
      expect(await Promise.all((message?.pictures ?? []).map(({ bytes }) => colourOf(bytes)))).toEqual(["red"]);
      const [source] = await chat.picturesOf(ref);
      expect(await colourOf((await source?.fetch(fetchOptions()))?.bytes ?? new Uint8Array())).toBe("red");
    });

    it("replaces all of a message by an edit: text, pictures and buttons", async () => {
      const ref = await post({
        text: "first",
        pictures: [await picture("#f00")],
        buttons: [{ id: "a", label: "Cancel" }],
      });
      await chat.edit(ref, { text: "second", pictures: [await picture("#00f")] });
      const message = await seen(world.channel, ref.id);
      expect(message?.text).toContain("second");
      expect(message?.text).not.toContain("first");
      expect(message?.buttons).toEqual([]);
      expect(await Promise.all((message?.pictures ?? []).map(({ bytes }) => colourOf(bytes)))).toEqual(["blue"]);
      await chat.edit(ref, { text: "third" });
      expect((await seen(world.channel, ref.id))?.pictures).toEqual([]);
    });

    it("keeps the pictures when asked to", async () => {
      const ref = await post({ text: "first", pictures: [await picture("#f00")] });
      await chat.edit(ref, { text: "second", keepPictures: true });
      const message = await seen(world.channel, ref.id);
      expect(message?.text).toContain("second");
      expect(await Promise.all((message?.pictures ?? []).map(({ bytes }) => colourOf(bytes)))).toEqual(["red"]);
    });

    it("shows an edit that need not outlive the program, and what replaces it", async () => {
      const buttons = [{ id: "a", label: "Cancel" }];
      const ref = await post({ text: "3rd in line", buttons });
      await chat.edit(ref, { text: "2nd in line", buttons, passing: true });
      const message = await seen(world.channel, ref.id);
      expect([message?.text, message?.buttons.length]).toEqual([expect.stringContaining("2nd in line"), 1]);
      await chat.edit(ref, { text: "Done" });
      const done = await seen(world.channel, ref.id);
      expect([done?.text, done?.buttons.length]).toEqual([expect.stringContaining("Done"), 0]);
    });

    it("shows progress, also to those who only see text", async () => {
      const ref = await post({ text: "Octave 2 of 4", progress: { value: 0.5, label: "Octave 2 of 4, step 3 of 10" } });
      expect((await seen(world.channel, ref.id))?.text).toContain("Octave 2 of 4");
    });

    it("opens a thread on a message, posts and edits in it, and returns it for a message inside it", async () => {
      const root = await post({ text: "root" });
      const thread = await chat.openThread(root, "Dream of creatures · 7KQ4M9XA");
      expect(thread.thread).toBeDefined();
      expect(thread).toMatchObject({ platform: world.channel.platform, community: world.channel.community });
      const reply = await post({ text: "octave 1", pictures: [await picture("#0f0")] }, thread);
      expect(reply.channel).toEqual(thread);
      await chat.edit(reply, { text: "octave 2", keepPictures: true });
      expect((await seen(thread, reply.id))?.text).toContain("octave 2");
      expect((await world.look(world.ann, world.channel)).filter(({ text }) => text.includes("octave"))).toEqual([]);
      expect(await chat.openThread(reply, "again")).toEqual(thread);
      expect(await chat.openThread(root, "again")).toEqual(thread);
    });

    it("finds the newest picture of a channel and of a thread, by any author", async () => {
      expect(await chat.latestPicture(world.channel)).toBeUndefined();
      await world.say(world.ann, world.channel, "look", [{ name: "photo.png", bytes: await plain("#0f0") }]);
      const mine = await eventually(() => chat.latestPicture(world.channel), "Ann's picture");
      expect(await colourOf((await mine.fetch(fetchOptions())).bytes)).toBe("green");
      expect(mine.author?.id).toBe(world.ann.id);
      await expect(mine.fetch({ ...fetchOptions(), maxBytes: 20 })).rejects.toMatchObject({ kind: "too-large" });
      const root = await post({ text: "root" });
      const thread = await chat.openThread(root, "thread");
      expect(await chat.latestPicture(thread)).toBeUndefined();
      const final = pictureName("dream", JOB, "png");
      await post({ text: "in it", pictures: [await picture("#00f", final)], key: messageKey(JOB, "final") }, thread);
      const inThread = await eventually(() => chat.latestPicture(thread), "the thread's picture");
      expect(await colourOf((await inThread.fetch(fetchOptions())).bytes)).toBe("blue");
      await world.say(world.ben, world.channel, "words only");
      expect((await chat.latestPicture(world.channel))?.author?.id).toBe(world.ann.id);
    });

    it("takes people's pictures and results for the newest, nothing else that the bot shows", async () => {
      const newest = async (where = world.channel): Promise<string | undefined> => {
        const source = await chat.latestPicture(where);
        return source && colourOf((await source.fetch(fetchOptions())).bytes);
      };
      const sheet = (name: string) => picture("#f00", name);
      await post({ text: "styles", pictures: [await sheet("styles.jpg"), await sheet("photo.png")] });
      expect(await chat.latestPicture(world.channel)).toBeUndefined();
      await world.say(world.ann, world.channel, "look", [{ name: "photo.png", bytes: await plain("#0f0") }]);
      await eventually(newest, "Ann's picture");
      await post({ text: "pages", pictures: [await sheet("winter.jpg"), await sheet("gallery.jpg")] });
      const octave = await sheet(pictureName("dream", JOB, "png", "octave-2"));
      await post({ text: "octave 2", pictures: [octave], key: messageKey(JOB, "octave 2") });
      const progress = { progress: { value: 0.5, label: "half" }, key: messageKey(JOB, "progress") };
      await chat.edit(await post({ text: "begun", ...progress }), { text: "half", pictures: [octave] });
      expect(await newest()).toBe("green");
      const announcement = await post({ text: "a dream", key: messageKey(JOB, "announcement") });
      expect(await newest()).toBe("green");
      await chat.edit(announcement, {
        text: "done",
        pictures: [await picture("#00f", pictureName("dream", JOB, "png"))],
      });
      expect(await newest()).toBe("blue");
      const older = await (await chat.latestPicture(world.channel))?.older?.();
      expect(await colourOf((await older?.fetch(fetchOptions()))?.bytes ?? new Uint8Array())).toBe("green");
      expect(await older?.older?.()).toBeUndefined();
    });

    it("says which of several pictures was taken where no one has said it, and takes the one named", async () => {
      await chat.stop();
      chat = await world.adapter();
      const engine = new FakeEngine();
      const { handlers, store } = await studioOf(chat, { engine });
      const { channel, ann, ben, moderator } = world;
      const event = { kind: "command", channel, attachments: [], reply: async () => undefined } as const;
      const owner = { ...moderator, moderator: true };
      await handlers.event({ ...event, name: "settings", text: "art:on", user: owner });
      const uploads = ["#f00", "#0f0", "#00f"].map(async (colour, n) => ({
        name: `${n}.png`,
        bytes: await plain(colour),
      }));
      const message = await world.say(ann, channel, "three", await Promise.all(uploads));
      const says = (text: string) =>
        eventually(
          async () => (await world.look(ann, channel)).find((shown) => shown.byBot && shown.text.includes(text)),
          text,
        );
      /** The colour of what ben has painted, and its place among others. */
      const painted = async () => {
        const run = await engine.next();
        await run.finish();
        const { platform, community } = channel;
        const { among } = store.jobs.latest({ platform, community, author: ben.id }) ?? {};
        return [await colourOf(run.request.pictures.image ?? new Uint8Array()), among];
      };

      await world.command(ann, channel, "stylize", {});
      const { text } = await says("There were 3 pictures, and this is the last");
      expect(text).toMatch(/Which style/);
      await world.react(ben, message, "🔥", true);
      expect(await painted()).toEqual(["red", { number: 1, count: 3 }]);
      await says("There were 3 pictures, and this is the first. For another, reply to their message with");
      const asked = { ...event, name: "stylize", text: "winter picture:2", user: { ...ben, moderator: false } };
      await handlers.event({ ...asked, repliesTo: message });
      expect(await painted()).toEqual(["green", undefined]);
    });

    it("tells one person alone, with pictures and films of every kind", async () => {
      const film = await sharp(await plain("#00f"))
        .webp()
        .toBuffer();
      const pictures = [await picture("#f00"), { bytes: film, name: "film.webp", type: "image/webp" }];
      const ref = await chat.tell(world.ann, world.channel, { text: "Yours", pictures, key: messageKey(JOB, "final") });
      await eventually(async () => {
        const shown = (await world.look(world.ann, ref.channel)).flatMap((message) => message.pictures);
        return new Set(await Promise.all(shown.map(({ bytes }) => colourOf(bytes)))).size === 2;
      }, "both");
      expect((await world.look(world.ben, world.channel)).filter(({ text }) => text.includes("Yours"))).toEqual([]);
    });

    it("says nothing outside of a thread that is gone, and takes no picture from outside for it", async () => {
      await world.say(world.ann, world.channel, "look", [{ name: "photo.png", bytes: await plain("#0f0") }]);
      const root = await world.say(world.ben, world.channel, "between us");
      const thread = await chat.openThread(root, "between us");
      expect(await chat.latestPicture(thread)).toBeUndefined();
      await world.endThread(thread);
      const message = { text: "the final picture", pictures: [await picture("#f00")], key: messageKey(JOB, "final") };
      await expect(chat.post(thread, message)).rejects.toMatchObject({ kind: "gone" });
      expect(await chat.latestPicture(thread).catch(() => undefined)).toBeUndefined();
      const said = await world.look(world.ben, world.channel);
      expect(said.filter(({ text }) => text.includes("the final picture"))).toEqual([]);
      // The author can still be told, alone, with the picture.
      const ref = await chat.tell(world.ann, thread, message);
      const told = (await world.look(world.ann, ref.channel)).find(({ id }) => id === ref.id);
      expect(told?.text).toContain("the final picture");
      expect(await Promise.all((told?.pictures ?? []).map(({ bytes }) => colourOf(bytes)))).toEqual(["red"]);
      expect(await chat.tell(world.ann, thread, message)).toEqual(ref);
      expect((await world.look(world.ben, world.channel)).filter(({ id }) => id === ref.id)).toEqual([]);
      await chat.edit(ref, { text: "as it is now" });
      await chat.remove(ref);
    });

    it("takes the message that is pointed at, also where a newer picture is, and none in place of it", async () => {
      const meant = await world.say(world.ben, world.channel, "this", [{ name: "a.png", bytes: await plain("#f00") }]);
      const bare = await world.say(world.ben, world.channel, "words only");
      await world.say(world.ann, world.channel, "newer", [{ name: "b.png", bytes: await plain("#00f") }]);
      await world.pointAt(world.ann, meant);
      const event = await listener.next("command");
      const [source] = event.pointedAt ?? (await chat.picturesOf(event.repliesTo ?? bare));
      expect(await colourOf((await source?.fetch(fetchOptions()))?.bytes ?? new Uint8Array())).toBe("red");
      await event.reply({ text: "Yes" }, "private");
      await world.pointAt(world.ann, bare);
      // Some adapters say themselves that there is none; for the others the command does, by the message it names.
      const refusal = await eventually(async () => {
        const second = listener.events.find((other) => other.kind === "command" && other !== event);
        if (second) return second;
        const seen = await world.look(world.ann, world.channel);
        return seen.some(({ text }) => text.includes("no picture in that message")) && "said";
      }, "what became of the message without a picture");
      if (refusal === "said") return;
      expect(refusal).toMatchObject({ attachments: [], repliesTo: { id: bare.id } });
      expect(await chat.picturesOf(bare)).toEqual([]);
      await (refusal as typeof event).reply({ text: "None" }, "private");
    });

    it("gives the pictures of anybody's message", async () => {
      const ref = await world.say(world.ben, world.channel, "two", [
        { name: "a.png", bytes: await plain("#f00") },
        { name: "b.png", bytes: await plain("#00f") },
      ]);
      const sources = await chat.picturesOf(ref);
      const colours = await Promise.all(
        sources.map(async (source) => colourOf((await source.fetch(fetchOptions())).bytes)),
      );
      expect(colours).toEqual(["red", "blue"]);
      expect(sources[0]?.message).toEqual(ref);
    });

    it("reports a command with its options and its person, and answers publicly", async () => {
      await world.command(world.ann, world.channel, "dream", { look: "creatures", strength: "0.5" });
      const event = await listener.next("command");
      expect(event.name).toBe("dream");
      const given =
        event.options ??
        Object.fromEntries((event.text ?? "").split(" ").map((word) => word.split(":") as [string, string]));
      expect(given).toEqual({ look: "creatures", strength: "0.5" });
      expect(event.user).toMatchObject({ id: world.ann.id, moderator: false });
      expect(event.user.name).not.toBe("");
      expect(event.channel).toEqual(world.channel);
      const ref = await event.reply({ text: "On it", buttons: [{ id: "job:cancel:1", label: "Cancel" }] }, "public");
      const message = await eventually(
        async () => (await world.look(world.ben, world.channel)).find(({ text }) => text.includes("On it")),
        "the public answer, by Ben",
      );
      if (ref) {
        expect(ref.id).toBe(message.id);
        await chat.edit(ref, { text: "Done" });
        expect((await seen(world.channel, ref.id, world.ben))?.text).toContain("Done");
        const thread = await chat.openThread(ref, "Dream");
        expect(thread.thread).toBeDefined();
      }
    });

    it.each([
      ["@ stylize winter strength:0.5"],
      ["@: stylize winter strength:0.5"],
      ["hey @, /stylize winter strength:0.5"],
      ["**@** stylize **winter** strength:0.5"],
      ["@ `/stylize winter strength:0.5`"],
      ["@ ／ｓｔｙｌｉｚｅ　ｗｉｎｔｅｒ　ｓｔｒｅｎｇｔｈ：０．５"],
      ["\u200B@\u200B\u00A0sty\u200Blize winter strength:0.5"],
      ["@ /dreamloom stylize winter strength:0.5"],
    ])("takes %j for a line, where @ names the bot", async (line) => {
      const photo = { name: "photo.png", bytes: await plain("#0f0") };
      const said = await world.say(world.ann, world.channel, line.replace("@", world.mention), [photo]);
      const event = await listener.next("command");
      expect(event).toMatchObject({ name: "stylize", text: "winter strength:0.5", channel: world.channel });
      expect(event.user).toMatchObject({ id: world.ann.id, moderator: false });
      const [source] = event.attachments;
      expect(await colourOf((await source?.fetch(fetchOptions()))?.bytes ?? new Uint8Array())).toBe("green");
      const ref = await event.reply({ text: "On it" }, "public");
      expect((await seen(world.channel, ref?.id ?? "", world.ben))?.text).toContain("On it");
      await event.reply({ text: "Only for you" }, "private");
      expect((await world.look(world.ben, world.channel)).filter(({ text }) => text.includes("Only"))).toEqual([]);
      // What was written to the bot is said to everybody.
      expect(await seen(world.channel, said.id, world.ben)).toBeDefined();
    });

    it("hands over emoji as reactions have them, a community's own by their names", async () => {
      await world.say(world.ann, world.channel, `${world.mention} stylize 🌻:0.5 ❄️ 👋🏽`);
      const event = await listener.next("command");
      expect(event.text).toBe("🌻:0.5 ❄️ 👋🏽");
      expect(chat.capabilities.ownEmoji ?? false).toBe(world.ownEmoji !== undefined);
      if (!world.ownEmoji) return;
      await world.say(
        world.ann,
        world.channel,
        `${world.mention} stylize style:${world.ownEmoji.typed} ${world.ownEmoji.typed}:0.3`,
      );
      const own = await listener.next("command", (other) => other !== event);
      expect(own.text).toBe(`style::${world.ownEmoji.name}: :${world.ownEmoji.name}::0.3`);
      // What is to be typed stays as it is.
      const name = `:${world.ownEmoji.name}:`;
      const text = `Painted in ${name} by \`stylize ${name}\``;
      const shown = text.replace(name, world.ownEmoji.typed);
      const ref = await own.reply({ text }, "public");
      expect((await seen(world.channel, ref?.id ?? "", world.ben))?.text).toContain(shown);
      const told = await chat.tell(world.ben, world.channel, { text });
      expect((await world.look(world.ben, told.channel)).find(({ id }) => id === told.id)?.text).toContain(shown);
      const posted = await chat.post(world.channel, { text: `again ${text}` });
      expect((await seen(world.channel, posted.id, world.ben))?.text).toContain(shown);
    });

    it("answers a message that only names the bot with help, and reports one message once", async () => {
      await world.say(world.ann, world.channel, `thank you ${world.mention}!`);
      await listener.next("command", ({ name }) => name === "help");
      await world.say(world.ben, world.channel, "no word to the bot");
      await world.say(world.ben, world.channel, `${world.mention} styliz winter`);
      await listener.next("command", ({ name, text }) => name === "styliz" && text === "winter");
      expect(listener.events).toHaveLength(2);
    });

    it("answers privately, so that only the user sees it", async () => {
      await world.command(world.ann, world.channel, "dream", { look: "creatures" });
      const event = await listener.next("command");
      await event.reply({ text: "Only for you" }, "private");
      await eventually(
        async () => (await world.look(world.ann, world.channel)).some(({ text }) => text.includes("Only for you")),
        "the private answer, by Ann",
      );
      expect((await world.look(world.ben, world.channel)).filter(({ text }) => text.includes("Only for you"))).toEqual(
        [],
      );
    });

    it("hands over a command's picture", async () => {
      const bytes = await plain("#0f0");
      await world.command(world.ann, world.channel, "dream", {}, { name: "photo.png", bytes });
      const event = await listener.next("command", ({ attachments }) => attachments.length > 0);
      const [source] = event.attachments;
      expect(await colourOf((await source?.fetch(fetchOptions()))?.bytes ?? new Uint8Array())).toBe("green");
      await event.reply({ text: "Thank you" }, "public");
    });

    it("tells moderators from others", async () => {
      await world.command(world.moderator, world.channel, "dream", {});
      const event = await listener.next("command");
      expect(event.user).toMatchObject({ id: world.moderator.id, moderator: true, moderatesAll: true });
      await event.reply({ text: "Yes" }, "private");
    });

    it("knows whom a mention names, and what is none", async () => {
      const { ann, channel } = world;
      const { id, name } = ann;
      expect(await chat.findMentioned(world.mentionOf(ann), channel)).toEqual({ kind: "person", id, name });
      for (const other of ["", "@", "#art", "<>", `${world.mentionOf(ann)} and more`])
        expect(await chat.findMentioned(other, channel)).toBeUndefined();
    });

    it("completes an option's value while it is typed", async (test) => {
      if (!world.complete) return test.skip("this platform completes nothing");
      const choices = await world.complete(world.ann, world.channel, "stylize", "style", "w");
      // Where only a list can be chosen from, what was typed is in it.
      expect(choices.filter((choice) => choice !== "w")).toEqual(["winter", "wool"]);
      expect(listener.completions.at(-1)).toMatchObject({
        command: "stylize",
        option: "style",
        typed: "w",
        channel: world.channel,
      });
    });

    it("takes as many different reactions on a message as it says", async () => {
      const ref = await post({ text: "Which style?" });
      const emoji = Array.from("🍎🍐🍊🍋🍌🍉🍇🍓🍒🍑🥭🍍🥥🥝🍅🍆🥑🥦🥒🌽🥕🥔🍠").slice(0, chat.capabilities.reactions);
      for (const each of emoji) await chat.react(ref, each);
      expect((await seen(world.channel, ref.id))?.botReactions).toHaveLength(emoji.length);
    });

    it("says of an emoji that it does not have that it is unknown", async (test) => {
      if (!world.ownEmoji) return test.skip("this platform takes any text");
      const ref = await post({ text: "Which style?" });
      await expect(chat.react(ref, ":nosuchparrot:")).rejects.toMatchObject({ kind: "unknown-emoji" });
      await chat.react(ref, "🌻");
      expect((await seen(world.channel, ref.id))?.botReactions).toHaveLength(1);
    });

    it("puts reactions on a message, and reports people's only", async () => {
      const ref = await post({ text: "Which style?" });
      await chat.react(ref, "❄️");
      await chat.react(ref, "🌻");
      expect((await seen(world.channel, ref.id))?.botReactions.map((emoji) => emoji.replaceAll("\uFE0F", ""))).toEqual([
        "❄",
        "🌻",
      ]);
      await world.react(world.ben, ref, "🌻", true);
      const added = await listener.next("reaction");
      expect(added).toMatchObject({ emoji: "🌻", added: true, message: ref });
      expect(added.user.id).toBe(world.ben.id);
      await world.react(world.ben, ref, "🌻", false);
      await listener.next("reaction", (event) => !event.added);
      await world.react(world.ann, ref, "❤️", true);
      const heart = await listener.next("reaction", (event) => event.user.id === world.ann.id);
      expect(heart.emoji.replaceAll("\uFE0F", "")).toBe("❤");
      expect(listener.events).toHaveLength(3);
    });

    it("asks nothing about reactions that mean nothing, given and taken back", async (test) => {
      if (!world.calls) return test.skip("this platform's calls do not cross a network");
      const foreign = await world.say(world.ben, world.channel, "look at this");
      const asked: UnsignedReaction[] = [];
      Object.assign(listener, {
        wants: async (reaction: UnsignedReaction) => {
          asked.push(reaction);
          return undefined;
        },
      });
      const people = [world.ann, world.ben, world.moderator];
      const ids = people.map(({ id }) => id).sort();
      const all = async (added: boolean) => {
        const before = asked.length + listener.events.length;
        for (const who of people) await world.react(who, foreign, "🔁", added);
        const told = () => asked.length + listener.events.length - before;
        await eventually(async () => told() >= people.length, "the reactions");
      };
      await all(true);
      // By whom they are is known without asking.
      expect(asked.map(({ user }) => user?.id).sort()).toEqual(ids);
      // A program that has just started knows none of those who react.
      await chat.stop();
      chat = await world.adapter();
      await chat.start(listener);
      const before = world.calls();
      await all(false);
      await all(true);
      await chat.stop();
      expect([world.calls() - before, listener.events]).toEqual([0, []]);
      const kinds = new Set(asked.map(({ emoji, added, message }) => `${emoji} ${added} ${message.id}`));
      expect([...kinds]).toEqual([true, false].map((added) => `🔁 ${added} ${foreign.id}`));
    });

    it("reads the reactions that people have put on a message, also while the bot was away", async () => {
      const ref = await post({ text: "Which style?" });
      for (const emoji of ["❄️", "🌻", "🔥"]) await chat.react(ref, emoji);
      await world.react(world.ben, ref, "🌻", true);
      await listener.next("reaction");
      await chat.stop();
      // Where the page is the bot's own, no one can act meanwhile; others hold back events until the bot is there.
      const away = chat.capabilities.local
        ? []
        : [
            world.react(world.ann, ref, "🌻", true),
            world.react(world.ann, ref, "❄️", true),
            world.react(world.ben, ref, "👋", true),
          ];
      chat = await world.adapter();
      await chat.start(listener);
      const { given, unfinished } = await chat.reactions(ref, ["🌻", "❄", "🔥"]);
      const read = given.map(({ emoji, user }) => `${emoji.replaceAll("\uFE0F", "")} ${user.id}`);
      const { ann, ben } = world;
      const later = away.length > 0 ? [`❄ ${ann.id}`, `🌻 ${ann.id}`] : [];
      expect(read.sort()).toEqual([...later, `🌻 ${ben.id}`].sort());
      await Promise.all(away);
      expect(unfinished).toEqual([]);
      expect(await chat.reactions(ref, ["👻"])).toEqual({ given: [], unfinished: [] });
      await world.erase(ref);
      await expect(chat.reactions(ref, ["🌻"])).rejects.toMatchObject({ kind: "gone" });
    });

    it("reports reactions that a moderator clears, and what is given again after it", async (test) => {
      if (!world.clearReactions) return test.skip("this platform's moderators clear none");
      const ref = await post({ text: "Which style?" });
      await world.react(world.ben, ref, "🌻", true);
      await listener.next("reaction");
      await world.clearReactions(ref, "🌻");
      const one = await listener.next("reactions-cleared");
      expect(one).toEqual({ kind: "reactions-cleared", emoji: "🌻", message: ref });
      await world.react(world.ben, ref, "🌻", true);
      await eventually(async () => listener.events.length === 3, "the reaction once more");
      await world.clearReactions(ref);
      const all = await listener.next("reactions-cleared", (event) => event !== one);
      expect(all).toEqual({ kind: "reactions-cleared", emoji: undefined, message: ref });
    });

    it("reports reactions on people's messages, and in threads", async () => {
      const theirs = await world.say(world.ann, world.channel, "photo", [
        { name: "a.png", bytes: await plain("#f00") },
      ]);
      await world.react(world.ben, theirs, "👁", true);
      const eye = await listener.next("reaction");
      expect(eye.emoji.replaceAll("\uFE0F", "")).toBe("👁");
      expect(eye.message.id).toBe(theirs.id);
      const [source] = await chat.picturesOf(eye.message);
      expect(await colourOf((await source?.fetch(fetchOptions()))?.bytes ?? new Uint8Array())).toBe("red");
      const thread = await chat.openThread(await post({ text: "root" }), "thread");
      const inThread = await post({ text: "frame" }, thread);
      await world.react(world.ann, inThread, "🔁", true);
      const again = await listener.next("reaction", ({ message }) => message.id === inThread.id);
      expect(again.message.channel).toMatchObject({ community: thread.community, platform: thread.platform });
      // Whatever the platform says of the thread: the message can be edited through what it reported.
      await chat.edit(again.message, { text: "seen" });
      expect((await seen(thread, inThread.id))?.text).toContain("seen");
    });

    it("shows one person the square pictures that it says it has, as they are", async () => {
      const { squares } = chat.capabilities;
      expect(squares.map(({ use }) => use)).toContain("emoji");
      const pictures = await Promise.all(
        squares.map(async ({ side, use, bytes, moving }): Promise<Picture> => {
          expect(bytes).toBeLessThanOrEqual(chat.capabilities.uploadBytes);
          if (!moving) return { ...(await picture("#00f", `${use}.png`)), bytes: await plain("#00f", side, side) };
          return { bytes: await movingGif(side), name: `${use}.gif`, type: "image/gif", description: "Two colours" };
        }),
      );
      const ref = await post({ text: "Done", buttons: [{ id: "job:emoji:1", label: "As emoji" }] });
      await world.press(world.ben, ref, "As emoji");
      const pressed = await listener.next("action");
      await pressed.reply({ text: "Cut for you", pictures }, "private");
      const cut = async (who: Visitor) =>
        (await world.look(who, world.channel)).find(({ text }) => text.includes("Cut for you"));
      const shown = await eventually(async () => await cut(world.ben), "the pictures");
      expect(shown.pictures.map(({ bytes }) => Buffer.from(bytes))).toEqual(
        pictures.map(({ bytes }) => Buffer.from(bytes)),
      );
      expect(await cut(world.ann)).toBeUndefined();
    });

    it("reports a pressed button, also after a restart", async () => {
      const id = `job:again:${"A".repeat(60)}`;
      const ref = await post({
        text: "Done",
        buttons: [
          { id, label: "Again" },
          { id: "job:delete:1", label: "Delete", style: "danger" },
        ],
      });
      await world.press(world.ben, ref, "Again");
      const pressed = await listener.next("action");
      expect(pressed).toMatchObject({ action: id, message: ref });
      expect(pressed.user.id).toBe(world.ben.id);
      await pressed.reply({ text: "Not yours" }, "private");
      await eventually(
        async () => (await world.look(world.ben, world.channel)).some(({ text }) => text.includes("Not yours")),
        "the private answer to a press",
      );
      expect((await world.look(world.ann, world.channel)).filter(({ text }) => text.includes("Not yours"))).toEqual([]);
      await chat.stop();
      chat = await world.adapter();
      const later = new Listener(commands, shortcuts, styles);
      await chat.start(later);
      await world.press(world.ann, ref, "Delete");
      const again = await later.next("action");
      expect(again).toMatchObject({ action: "job:delete:1", message: ref });
      await again.reply({ text: "A public word" }, "public");
      await eventually(
        async () => (await world.look(world.ben, world.channel)).some(({ text }) => text.includes("A public word")),
        "the public answer to a press",
      );
    });

    it("works on messages from before a restart", async () => {
      const ref = await post({ text: "before", pictures: [await picture("#f00")] });
      const thread = await chat.openThread(ref, "thread");
      const inThread = await post({ text: "in it" }, thread);
      await chat.stop();
      chat = await world.adapter();
      await chat.start(listener);
      await chat.edit(ref, { text: "after", keepPictures: true });
      await chat.edit(inThread, { text: "after, in the thread" });
      await post({ text: "more" }, thread);
      expect(await seen(world.channel, ref.id)).toMatchObject({ pictures: [expect.anything()] });
      expect((await world.look(world.ann, thread)).map(({ text }) => text).join()).toMatch(
        /after, in the thread.*more/s,
      );
      await chat.remove(ref);
    });

    it("does not post a message twice that has a key", async () => {
      const message = { text: "the final picture", pictures: [await picture("#f00")], key: "7KQ4M9XA final" };
      const thread = await chat.openThread(await post({ text: "root" }), "thread");
      const ref = await post(message, thread);
      await chat.stop();
      chat = await world.adapter();
      await chat.start(listener);
      expect(await post({ ...message, perhapsPosted: true }, thread)).toEqual(ref);
      expect(
        (await world.look(world.ann, thread)).filter(({ text }) => text.includes("the final picture")),
      ).toHaveLength(1);
      const other = await post({ ...message, key: "7KQ4M9XB final", perhapsPosted: true }, thread);
      expect(other.id).not.toBe(ref.id);
    });

    it("removes messages, and says what is gone", async () => {
      const ref = await post({ text: "to go", pictures: [await picture("#f00")] });
      await chat.remove(ref);
      expect(await seen(world.channel, ref.id)).toBeUndefined();
      await expect(chat.edit(ref, { text: "x" })).rejects.toMatchObject({ kind: "gone" });
      await expect(chat.remove(ref)).rejects.toMatchObject({ kind: "gone" });
      const other = await post({ text: "by hand" });
      await world.erase(other);
      await expect(chat.edit(other, { text: "x" })).rejects.toBeInstanceOf(ChatError);
      await expect(chat.edit(other, { text: "x" })).rejects.toMatchObject({ kind: "gone" });
      const nowhere = {
        ...world.channel,
        id: world.channel.id.replace(/.$/, (last) => (last === "9" ? "8" : "9")),
      };
      await expect(chat.post(nowhere, { text: "x" })).rejects.toMatchObject({ kind: "gone" });
    });

    it("notifies only those it mentions, whatever the text says", async () => {
      const ref = await post({
        text: `@everyone @here <!channel> <@${world.ben.id}> <b> & done`,
        mention: [world.ann],
      });
      const message = await seen(world.channel, ref.id);
      expect(message?.notifies).toEqual([world.ann.id]);
    });

    it("refuses a file that is too large, with the kind that says so", async () => {
      const { uploadBytes } = await chat.describe(world.channel);
      expect(uploadBytes).toBeGreaterThan(0);
      const bytes = new Uint8Array(uploadBytes + 1);
      bytes.set(await plain("#f00"));
      await expect(
        post({ text: "large", pictures: [{ bytes, name: "large.png", type: "image/png" }] }),
      ).rejects.toMatchObject({
        kind: "too-large",
      });
    });

    it("describes places and links to messages", async () => {
      const info = await chat.describe(world.channel);
      expect(info).toMatchObject({ closed: false, restricted: false });
      expect(info.name).not.toBe("");
      if (world.closedChannel) expect((await chat.describe(world.closedChannel)).closed).toBe(true);
      const ref = await post({ text: "here" });
      const link = await chat.link(ref);
      if (link !== undefined) expect(new URL(link).protocol).toMatch(/^https?:$/);
    });

    it("gets over trouble that passes", async (test) => {
      if (!world.trouble) return test.skip("this platform's calls do not cross a network");
      for (const kind of ["rate-limit", "outage"] as const) {
        world.trouble(kind, 1);
        let ref: MessageRef | undefined;
        for (let attempt = 0; attempt < 4 && !ref; attempt++) {
          ref = await post({ text: `after ${kind}` }).catch((error: unknown) => {
            expect(error).toBeInstanceOf(ChatError);
            expect(["rate-limited", "unavailable", "timeout"]).toContain((error as ChatError).kind);
            return undefined;
          });
        }
        expect(ref, kind).toBeDefined();
        expect(
          (await world.look(world.ann, world.channel)).filter(({ text }) => text.includes(`after ${kind}`)),
        ).toHaveLength(1);
      }
    });

    it("hears again of what happens after the line was cut", async (test) => {
      if (!world.cutLine) return test.skip("here people's own pages hold the line, not the bot");
      const ref = await post({ text: "Done", buttons: [{ id: "x", label: "Again" }] });
      await world.cutLine();
      await world.react(world.ben, ref, "🌻", true);
      await listener.next("reaction");
      await world.press(world.ann, ref, "Again");
      const pressed = await listener.next("action");
      await pressed.reply({ text: "Yes" }, "private");
      expect(listener.events.filter(({ kind }) => kind === "reaction")).toHaveLength(1);
    });

    it("tells by itself when the platform is back", async (test) => {
      if (!world.trouble) return test.skip("it depends on no platform");
      const recovered = new Promise<void>((resolve) => Object.assign(listener, { recovered: resolve }));
      const restore = await world.outage();
      const lost = await post({ text: "lost" }).catch((error: unknown) => error);
      expect(mayPass(lost)).toBe(true);
      await eventually(async () => /^calls have failed/.test(chat.health?.().detail ?? ""), "that calls have failed");
      await restore();
      await recovered;
      await post({ text: "back" });
      expect((await world.look(world.ann, world.channel)).map(({ text }) => text)).toEqual(["back"]);
    });

    it("delivers all that it owes after an outage: pictures, last words, votes' ends", async () => {
      await chat.stop();
      chat = await world.adapter();
      const engine = new FakeEngine();
      const { handlers, queue, store, app } = await studioOf(chat, { engine });
      const { channel, ann, moderator } = world;
      const bytes = await plain("#0f0");
      const photo = { name: "photo.png", fetch: async () => ({ bytes, name: "photo.png", type: "image/png" }) };
      const command = { kind: "command", user: { ...ann, moderator: false }, channel } as const;
      const reply = (message: OutgoingMessage) => chat.post(channel, message);
      const dream = { ...command, name: "dream", text: "octaves:1 picture:none", attachments: [], reply };
      await handlers.event(dream);
      const run = await engine.next();
      await handlers.event(dream);
      await handlers.event({ ...command, name: "blend", text: "vote", attachments: [photo], reply });
      const [painted = "", waiting = ""] = await eventually(async () => {
        const ids = queue.positions().map(({ job }) => job.id);
        return ids.length === 2 && ids.every((id) => store.jobs.get(id)?.messages.thread) && ids;
      }, "two jobs with their threads");
      const vote = await eventually(async () => store.interactiveMessages.list("vote")[0], "a vote");
      await handlers.idle();
      await eventually(async () => store.jobs.get(painted)?.messages.progress, "the first job's progress");

      const restore = await world.outage();
      run.finish();
      queue.cancel(waiting, { by: "person", name: "Ann" });
      const press = { kind: "action", action: "vote:cancel", message: vote.message } as const;
      await handlers.event({ ...press, user: { ...moderator, moderator: true }, reply: async () => undefined });
      await eventually(async () => app.debts.count(chat.platform) >= (world.trouble ? 3 : 1), "debts");
      await restore();
      await eventually(async () => {
        const owed = store.jobs.unnotified().length + store.interactiveMessages.list("vote").length;
        return owed === 0 && app.debts.count(chat.platform) === 0;
      }, "nothing owed");

      const { thread } = store.jobs.get(painted)?.messages ?? {};
      if (!thread) throw new Error("no thread");
      const finals = (await world.look(ann, thread)).filter(({ text }) => text.includes("Your picture is ready"));
      expect(finals.map(({ pictures }) => pictures.length)).toEqual([1]);
      const texts = (await world.look(ann, channel)).map(({ text }) => text);
      for (const end of ["Done in", "Cancelled by Ann", "The vote is over"])
        expect(texts.filter((text) => text.includes(end))).toHaveLength(1);
    });

    it("has on disk what it acknowledged: who waits in vain after a kill is told, once", async () => {
      await world.say(world.ann, world.channel, "look", [{ name: "photo.png", bytes: await plain("#0f0") }]);
      const ref = await post({ text: "Done", buttons: [{ id: "x", label: "Again" }] });
      const told = async (who: Visitor, what: string) =>
        (await world.look(who, world.channel)).filter(({ text }) => text.includes(what)).length;
      const again = async (change: Partial<Pick<Listener, "held">> = {}) => {
        await chat.stop();
        chat = await world.adapter();
        listener = Object.assign(new Listener(commands, shortcuts, styles), change);
        await chat.start(listener);
      };
      listener.held = true;
      await world.killed(() => world.command(world.ann, world.channel, "dream", { look: "creatures" }));
      await again({ held: true });
      const restarted = "I was restarted before I read this; send it again";
      await eventually(async () => (await told(world.ann, restarted)) === 1, "word of the command");
      await world.killed(() => world.press(world.ben, ref, "Again"));
      await again();
      const pressed = "I was restarted before I got to that button";
      await eventually(async () => (await told(world.ben, pressed)) === 1, "word of the button");
      expect(listener.events).toEqual([]);
      await again();
      await world.command(world.ann, world.channel, "dream", { look: "creatures" });
      await (await listener.next("command")).reply({ text: "Here" }, "private");
      expect([await told(world.ann, restarted), await told(world.ben, restarted)]).toEqual([1, 0]);
      expect([await told(world.ann, pressed), await told(world.ben, pressed)]).toEqual([0, 1]);
    });

    it("knows after a kill who waits in vain, though a passing word was said", async () => {
      const { ann, ben, channel } = world;
      const ref = await post({ text: "Done", buttons: [{ id: "x", label: "Again" }] });
      await world.say(ann, channel, "look", [{ name: "photo.png", bytes: await plain("#0f0") }]);
      await chat.stop();
      chat = await world.adapter();
      // The picture is looked for without end, also where the adapter has found it already.
      chat.latestPicture = () => new Promise(() => undefined);
      const said = deferred<void>();
      const searching = (event: CommandEvent): CommandEvent => ({
        ...event,
        latestPicture: undefined,
        reply: (message, visibility) => event.reply(message, visibility).finally(said.resolve),
      });
      const start = chat.start.bind(chat);
      chat.start = (handlers) =>
        start({ ...handlers, event: (event) => handlers.event(event.kind === "command" ? searching(event) : event) });
      await studioOf(chat);
      await world.command(ann, channel, "dream", { look: "creatures" });
      await said.promise;
      const hears = async (text: string) =>
        (await world.look(ann, channel)).some((message) => message.text.includes(text));
      await eventually(() => hears("does not let me look for the picture just now"), "the passing word");
      await world.killed(() => world.press(ben, ref, "Again"));
      await chat.stop();
      chat = await world.adapter();
      await chat.start(new Listener(commands, shortcuts, styles));
      await eventually(() => hears("I was restarted before I read this"), "word of the command");
    });

    it("tells who waits in vain after a kill as soon as that can be done, not only after the next start", async () => {
      await world.say(world.ann, world.channel, "look", [{ name: "photo.png", bytes: await plain("#0f0") }]);
      listener.held = true;
      await world.killed(() => world.command(world.ann, world.channel, "dream", { look: "creatures" }));
      await chat.stop();
      chat = await world.adapter();
      listener = new Listener(commands, shortcuts, styles);
      let asked = 0;
      listener.accepted = async () => {
        asked += 1;
        if (asked === 1) throw new ChatError("unavailable", { message: "not now" });
        return false;
      };
      await chat.start(listener);
      const told = async () =>
        (await world.look(world.ann, world.channel)).some(({ text }) => text.includes("I was restarted before"));
      await eventually(async () => asked > 1, "another try");
      await eventually(told, "word of the command");
      expect(asked).toBe(2);
    });

    it("says nothing after a kill where the job was accepted, by the id that was on disk before", async () => {
      await world.say(world.ann, world.channel, "look", [{ name: "photo.png", bytes: await plain("#0f0") }]);
      listener.held = true;
      await world.killed(() => world.command(world.ann, world.channel, "dream", { look: "creatures" }));
      const { receipt } = await listener.next("command");
      await chat.stop();
      chat = await world.adapter();
      listener = new Listener(commands, shortcuts, styles);
      listener.jobs.add(receipt?.job ?? "");
      const asked: string[] = [];
      listener.accepted = async (job) => {
        asked.push(job);
        return listener.jobs.has(job);
      };
      await chat.start(listener);
      await eventually(async () => asked.length > 0, "the question whether there is the job");
      await world.command(world.ann, world.channel, "dream", { look: "creatures" });
      await (await listener.next("command")).reply({ text: "Here" }, "private");
      expect(asked).toEqual([receipt?.job]);
      expect((await world.look(world.ann, world.channel)).filter(({ text }) => text.includes("restarted"))).toEqual([]);
    });

    it("stops: later calls are refused, and stopping again does nothing", async () => {
      await chat.stop();
      await expect(post({ text: "x" })).rejects.toMatchObject({ kind: "unavailable" });
      await chat.stop();
    });
  });
}
