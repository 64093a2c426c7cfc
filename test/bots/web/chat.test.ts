import { cp, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pino from "pino";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { WebChat } from "../../../src/bots/web/chat.js";
import type { WireFrame } from "../../../src/bots/web/wire.js";
import type { ChannelRef } from "../../../src/domain/model.js";
import { ChatError } from "../../../src/port/chat-error.js";
import type { CommandEvent } from "../../../src/port/events.js";
import type { Picture } from "../../../src/port/messages.js";
import { openSqlite } from "../../../src/shared/native.js";
import { newFolder } from "../../support/new-folder.js";
import { takenPort } from "../../support/taken-port.js";
import { waitFor } from "../../support/wait-for.js";
import { handlers, photo, startChat, Visitor } from "./harness.js";

const art: ChannelRef = { platform: "web", community: "local", id: "art" };
const maxBytes = 10_000_000;
const signal = new AbortController().signal;

async function sampleFile(): Promise<string> {
  const file = join(newFolder(), "sample.jpg");
  await writeFile(file, await photo(640, 400));
  return file;
}

describe("the first start", () => {
  it("opens #art with a welcome and the sample picture, which is the channel's latest", async () => {
    const samplePicture = await sampleFile();
    const chat = await startChat(handlers(), { samplePicture, sampleDescription: "A sky" });
    const visitor = await Visitor.enter(chat);
    const { messages } = await visitor.page();
    expect(messages).toHaveLength(1);
    expect(messages[0]?.text).toContain("/dream");
    expect(messages[0]?.author.bot).toBe(true);
    expect(messages[0]?.pictures[0]).toMatchObject({
      width: 640,
      height: 400,
      name: "sample.jpg",
      description: "A sky",
      type: "image/jpeg",
    });
    const latest = await chat.latestPicture(art);
    expect(Buffer.from((await latest?.fetch({ maxBytes, signal }))?.bytes ?? []).equals(await photo(640, 400))).toBe(
      true,
    );
  });

  it("welcomes without a picture when the sample is missing", async () => {
    const chat = await startChat(handlers(), { samplePicture: "/nowhere/sample.jpg" });
    const { messages } = await (await Visitor.enter(chat)).page();
    expect(messages[0]?.pictures).toEqual([]);
    expect(await chat.latestPicture(art)).toBeUndefined();
  });

  it("says in one sentence that the port is taken", async () => {
    const port = await takenPort();
    const chat = new WebChat({ dataDir: newFolder(), logger: pino({ level: "silent" }), port });
    await expect(chat.start(handlers())).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is taken by another program: stop that one, or choose another with WEB_PORT.`,
    );
  });
});

describe("a reaction", () => {
  it("that was taken and not dealt with when the program was killed is told of, once", async () => {
    const held = handlers(() => new Promise(() => undefined));
    const first = newFolder();
    const chat = await startChat(held, { dataDir: first });
    const visitor = await Visitor.enter(chat);
    const { id } = await chat.post(art, { text: "Done" });
    expect((await visitor.request("POST", `/api/messages/${id}/reactions`, { emoji: "🔁", on: true })).status).toBe(
      204,
    );
    let dataDir = first;
    for (const _start of [1, 2]) {
      const copy = newFolder();
      await cp(dataDir, copy, { recursive: true });
      dataDir = copy;
      visitor.base = (await startChat(handlers(), { dataDir })).address;
      const told = async () =>
        (await visitor.page()).messages.filter((each) => each.text.includes("before I got to your 🔁"));
      await expect.poll(async () => (await told()).length).toBe(1);
      expect(await told()).toMatchObject([{ private: true }]);
    }
  });
});

describe("a command", () => {
  it("that was cut off by a stop is told of in its channel where its thread was deleted meanwhile", async () => {
    const dataDir = newFolder();
    const held = handlers(() => new Promise(() => undefined));
    const chat = await startChat(held, { dataDir });
    const [visitor, other] = [await Visitor.enter(chat), await Visitor.enter(chat)];
    const root = await visitor.said("a thread");
    await visitor.said("/dream lost", { thread: root.id });
    await visitor.request("DELETE", `/api/messages/${root.id}`);
    await chat.stop();
    visitor.base = other.base = (await startChat(handlers(), { dataDir })).address;
    const { messages } = await visitor.page();
    expect(messages.at(-1)).toMatchObject({ private: true, text: expect.stringContaining("/dream lost") });
    expect(JSON.stringify(await other.page())).not.toContain("/dream lost");
  });
});

describe("a reaction that means nothing", () => {
  it("is reported, and nothing is kept of it", async () => {
    const dataDir = newFolder();
    const held = handlers(() => new Promise(() => undefined), { wants: async () => undefined });
    const chat = await startChat(held, { dataDir });
    const visitor = await Visitor.enter(chat);
    const { id } = await chat.post(art, { text: "Done" });
    const reaction = { emoji: "👋", on: true };
    expect((await visitor.request("POST", `/api/messages/${id}/reactions`, reaction)).status).toBe(204);
    expect(held.events).toMatchObject([{ kind: "reaction", emoji: "👋" }]);
    const file = openSqlite(join(dataDir, "web-chat.sqlite"));
    expect(file.prepare("SELECT name FROM setting WHERE name LIKE 'web.unread.%'").all([])).toEqual([]);
    file.close();
  });
});

describe("the bot's side", () => {
  it("posts, edits with and without keeping pictures, reacts and removes, and everybody hears it", async () => {
    const chat = await startChat();
    const ear = await (await Visitor.enter(chat)).listen();
    const bytes = await photo(64, 48);
    const message = await chat.post(art, {
      text: "first",
      pictures: [{ bytes, name: "a.jpg", type: "image/jpeg", description: "a sun" }],
      buttons: [{ id: "again:1", label: "Again" }],
    });
    const posted = await ear.message(({ id }) => id === message.id);
    expect(posted).toMatchObject({
      text: "first",
      buttons: [{ id: "again:1", label: "Again", style: "secondary" }],
      private: false,
    });
    expect(posted.pictures[0]).toMatchObject({ width: 64, height: 48, description: "a sun" });

    await chat.edit(message, { text: "second", keepPictures: true, progress: { value: 0.5, label: "half" } });
    const kept = await ear.message(({ text }) => text === "second");
    expect(kept.pictures).toEqual(posted.pictures);
    expect(kept.buttons).toEqual([]);
    expect(kept.progress).toEqual({ value: 0.5, label: "half" });
    expect(kept.rev).toBeGreaterThan(posted.rev);

    await chat.edit(message, { text: "third" });
    expect((await ear.message(({ text }) => text === "third")).pictures).toEqual([]);
    await chat.react(message, "❤️");
    expect((await ear.message(({ reactions }) => reactions.length > 0)).reactions).toMatchObject([
      { emoji: "❤️", people: [{ bot: true }] },
    ]);
    await chat.remove(message);
    await ear.until((frame) => frame.kind === "removed" && frame.id === message.id);
    await expect(chat.edit(message, { text: "too late" })).rejects.toMatchObject({ kind: "gone" });
  });

  it("shows beside a result what it was made from, as long as everybody is shown that, and not hidden", async () => {
    const chat = await startChat();
    const visitor = await Visitor.enter(chat);
    const said = await visitor.said("mine", { files: [{ bytes: await photo(64, 48), name: "sea.jpg" }] });
    const [source] = said.pictures;
    const sha = source?.url.slice("pictures/".length, -".jpg".length) ?? "";
    const result = async (colour: string, more: Partial<Picture>) => {
      const shown = { bytes: await photo(64, 48, colour), name: "dream.jpg", type: "image/jpeg", ...more };
      return chat.post(art, { text: colour, pictures: [shown] });
    };
    const dream = await result("red", { madeFrom: { sha } });
    await result("green", { madeFrom: { sha: "0".repeat(64), message: dream } });
    const veiled = await result("blue", { madeFrom: { sha: "1".repeat(64) }, spoiler: true });
    await result("grey", { madeFrom: { sha: "2".repeat(64), message: veiled } });
    const shownBeside = async () => {
      const { messages } = await visitor.page();
      return Object.fromEntries(messages.map(({ text, pictures }) => [text, pictures[0]?.before]));
    };
    const { red, green, blue, grey } = await shownBeside();
    expect(red).toEqual(source);
    expect(green).toMatchObject({ name: "dream.jpg", width: 64 });
    expect(green).not.toHaveProperty("madeFrom");
    expect([blue, grey]).toEqual([undefined, undefined]);
    await visitor.request("DELETE", `/api/messages/${said.id}`);
    await chat.remove(dream);
    await result("red", { madeFrom: { sha } });
    await result("yellow", { madeFrom: { sha: "0".repeat(64), message: dream } });
    expect(await shownBeside()).toMatchObject({ red: undefined, green: undefined, yellow: undefined });
  });

  it("opens one thread a message, and the parent shows its replies and last picture", async () => {
    const chat = await startChat();
    const ear = await (await Visitor.enter(chat)).listen();
    const root = await chat.post(art, { text: "job" });
    const thread = await chat.openThread(root, "Dream 7");
    expect(thread).toEqual({ ...art, thread: root.id });
    expect(await chat.openThread(root, "again")).toEqual(thread);
    const reply = await chat.post(thread, {
      text: "octave 1",
      pictures: [{ bytes: await photo(40, 30), name: "dream-7KQ4M9XA.jpg", type: "image/jpeg" }],
      progress: { value: 0.2, label: "1 of 5" },
    });
    expect(await chat.openThread(reply, "deeper")).toEqual(thread);
    const parent = await ear.message((message) => message.id === root.id && message.hasThread?.replies === 1);
    expect(parent.hasThread).toMatchObject({ progress: 0.2, lastPicture: { width: 40, height: 30 } });
    expect((await chat.latestPicture(thread))?.name).toBe("dream-7KQ4M9XA.jpg");
    expect(await chat.latestPicture(art)).toBeUndefined();
    expect((await chat.picturesOf(reply)).map(({ name }) => name)).toEqual(["dream-7KQ4M9XA.jpg"]);
  });

  it("is told of the messages of the thread that a page shows, and of no other as soon as it says which", async () => {
    const chat = await startChat();
    const ear = await (await Visitor.enter(chat)).listen();
    const follow = async (thread: string | null) => {
      ear.socket.send(JSON.stringify({ watch: "nothing", thread }));
      await ear.until((frame) => frame.kind === "following" && frame.thread === thread);
    };
    const roots = [await chat.post(art, { text: "job 1" }), await chat.post(art, { text: "job 2" })];
    const threads = await Promise.all(roots.map((root) => chat.openThread(root, "Dream")));
    const post = async (text: string) => {
      for (const [n, thread] of threads.entries()) {
        const { id } = await chat.post(thread, { text: `${text} ${n}` });
        await chat.edit({ channel: thread, id }, { text: `${text} ${n}, edited`, passing: true });
        await chat.remove({ channel: thread, id });
      }
      // Everything before has come with it, if at all.
      const { id } = await chat.post(art, { text });
      await ear.message((message) => message.id === id);
      return ear.frames.splice(0);
    };
    const inThreads = (frames: readonly WireFrame[]) =>
      frames
        .flatMap((frame) => (frame.kind === "message" ? frame.message : frame))
        .flatMap((each) => ("thread" in each ? (each.thread ?? []) : []));
    expect(new Set(inThreads(await post("all")))).toEqual(new Set(roots.map(({ id }) => id)));
    await follow(roots[1]?.id ?? "");
    ear.frames.length = 0;
    expect(new Set(inThreads(await post("second")))).toEqual(new Set([roots[1]?.id]));
    await follow(null);
    ear.frames.length = 0;
    const none = await post("none");
    expect(inThreads(none)).toEqual([]);
    // What the parents show of their threads comes all the same.
    expect(none.flatMap((frame) => (frame.kind === "message" ? frame.message.id : []))).toEqual(
      expect.arrayContaining(roots.map(({ id }) => id)),
    );
  });

  it("refuses to read more bytes than asked for, to post what is no picture, and to post nowhere", async () => {
    const chat = await startChat();
    const message = await chat.post(art, {
      text: "",
      pictures: [{ bytes: await photo(), name: "a.jpg", type: "image/jpeg" }],
    });
    const [source] = await chat.picturesOf(message);
    await expect(source?.fetch({ maxBytes: 10, signal })).rejects.toMatchObject({ kind: "too-large" });
    await expect(
      chat.post(art, { text: "x", pictures: [{ bytes: Buffer.from("<svg/>"), name: "a.png", type: "image/png" }] }),
    ).rejects.toBeInstanceOf(ChatError);
    await expect(chat.post({ ...art, id: "nowhere" }, { text: "x" })).rejects.toMatchObject({ kind: "gone" });
  });

  it("comes in few writes when much happens at once, and of a message's states the last", async () => {
    const chat = await startChat();
    const ear = await (await Visitor.enter(chat)).listen();
    const [frames, writes] = [ear.frames.length, ear.writes];
    const posted = await Promise.all(Array.from({ length: 20 }, (_, n) => chat.post(art, { text: `post ${n}` })));
    for (let edit = 1; edit <= 20; edit++)
      await Promise.all(posted.map((message, n) => chat.edit(message, { text: `post ${n}, edit ${edit}` })));
    for (const n of posted.keys()) await ear.message(({ text }) => text === `post ${n}, edit 20`);
    const revs = ear.messages().map(({ rev }) => rev);
    expect(revs).toEqual([...revs].sort((one, other) => one - other));
    expect(ear.frames.length - frames).toBeLessThan(20 * 21);
    expect(ear.writes - writes).toBeLessThan((ear.frames.length - frames) / 5);
  });

  it("shows what passes to all there and to those who come back, and keeps nothing of it", async () => {
    const dataDir = newFolder();
    const chat = await startChat(handlers(), { dataDir });
    const visitor = await Visitor.enter(chat);
    const root = await chat.post(art, { text: "3rd in line" });
    const thread = await chat.openThread(root, "Dream 7");
    const picture = { bytes: await photo(40, 30), name: "a.jpg", type: "image/jpeg" };
    const progress = await chat.post(thread, { text: "begun", pictures: [picture], progress: { value: 0, label: "" } });
    const { rev } = await visitor.session();
    const ear = await visitor.listen();
    const before = ear.frames.length;
    const buttons = [{ id: "cancel:1", label: "Cancel" }];
    await chat.edit(root, { text: "2nd in line", buttons, passing: true });
    const half = { value: 0.5, label: "half" };
    await chat.edit(progress, { text: "half", keepPictures: true, progress: half, passing: true });
    await ear.until((frame) => frame.kind === "passing" && frame.hasThread?.progress === 0.5);
    const shownThen = [
      { kind: "passing", channel: "art", id: root.id, text: "2nd in line", buttons: [{ id: "cancel:1" }] },
      { kind: "passing", channel: "art", thread: root.id, id: progress.id, text: "half", progress: half },
    ];
    expect(ear.frames.slice(before, before + 2)).toMatchObject(shownThen);
    expect((await visitor.listen(rev)).frames.filter(({ kind }) => kind === "passing")).toMatchObject(shownThen);
    expect((await visitor.page()).messages.at(-1)).toMatchObject({
      text: "2nd in line",
      buttons: [{ id: "cancel:1" }],
    });
    expect((await visitor.request("POST", `/api/messages/${root.id}/actions`, { action: "cancel:1" })).status).toBe(
      202,
    );
    expect((await visitor.session()).rev).toBe(rev);
    await chat.edit(progress, { text: "half", keepPictures: true, passing: true });
    await ear.until((frame) => frame.kind === "passing" && frame.id === progress.id && frame.progress === null);
    await chat.edit(progress, { text: "half", keepPictures: true, progress: half, passing: true });
    // A picture has to be known to the file: it says to whom it is shown.
    await chat.edit(progress, {
      text: "picture",
      pictures: [{ ...picture, bytes: await photo(80, 60) }],
      passing: true,
    });
    await ear.message(({ text }) => text === "picture");
    await chat.edit(root, { text: "done" });
    expect((await visitor.page()).messages.at(-1)).toMatchObject({ text: "done", buttons: [] });
    await chat.edit(root, { text: "no", passing: true });
    await chat.stop();
    const next = await startChat(handlers(), { dataDir });
    visitor.base = next.address;
    expect((await visitor.page()).messages.at(-1)).toMatchObject({ text: "done" });
  });

  it("shows the beginning of a text that is too long, and closes its code block", async () => {
    const chat = await startChat();
    const visitor = await Visitor.enter(chat);
    await chat.post(art, { text: `Lines:\n\`\`\`\n${"/dream\n".repeat(1_000)}\`\`\`` });
    const text = (await visitor.page()).messages.at(-1)?.text ?? "";
    expect(text.length).toBeLessThanOrEqual(4_000);
    expect(text).toMatch(/^Lines:\n```\n\/dream\n(?:.|\n)* …\n```$/);
  });
});

describe("what people do", () => {
  it("is refused where it shows a picture that cannot be decoded", async () => {
    const chat = await startChat();
    const visitor = await Visitor.enter(chat);
    const whole = await photo(200, 200);
    const hollow = whole.subarray(0, whole.indexOf(Buffer.of(0xff, 0xda)) + 40);
    const said = visitor.said("look", { files: [{ name: "a.jpg", bytes: hollow }] });
    await expect(said).rejects.toThrow(/That picture is damaged/);
    expect(await chat.latestPicture(art)).toBeUndefined();
    await visitor.said("half of it", { files: [{ name: "b.jpg", bytes: whole.subarray(0, whole.length / 2) }] });
    expect((await chat.latestPicture(art))?.name).toBe("b.jpg");
  });

  it("turns a slash line with a picture into a command, and shows it once the answer is public", async () => {
    const bot = handlers(async (event) => {
      if (event.kind === "command") await event.reply({ text: "Dreaming", mention: [event.user] }, "public");
    });
    const chat = await startChat(bot);
    const visitor = await Visitor.enter(chat);
    const ear = await (await Visitor.enter(chat)).listen();
    const parent = await visitor.said("look at this", { files: [{ bytes: await photo(), name: "sky.jpg" }] });
    await visitor.said("/dream look:creatures  strength:0.6", {
      repliesTo: parent.id,
      files: [{ bytes: await photo(50, 40), name: "own.jpg" }],
    });
    const shown = await ear.message(({ text }) => text.startsWith("/dream"));
    expect(shown).toMatchObject({ private: false, repliesTo: { id: parent.id, picture: { name: "sky.jpg" } } });
    const answer = await ear.message(({ text }) => text === "Dreaming");
    expect(Number(answer.id)).toBeGreaterThan(Number(shown.id));
    const event = bot.events[0] as CommandEvent;
    expect(event).toMatchObject({
      kind: "command",
      name: "dream",
      text: "look:creatures  strength:0.6",
      channel: art,
      repliesTo: { id: parent.id },
    });
    expect(answer.mentions[0]?.id).toBe(event.user.id);
    const picture = await event.attachments[0]?.fetch({ maxBytes, signal });
    expect((await sharp(picture?.bytes).metadata()).width).toBe(50);
  });

  it("keeps a command that was only answered privately to its author", async () => {
    const chat = await startChat(
      handlers(async (event) => {
        // As the program does it: the answer comes when the event has long been taken.
        if (event.kind === "command") setImmediate(() => void event.reply({ text: "Did you mean dream?" }, "private"));
      }),
    );
    const visitor = await Visitor.enter(chat);
    const other = await Visitor.enter(chat);
    const ear = await visitor.listen();
    const otherEar = await other.listen();
    await visitor.said("/drem");
    expect(await ear.message(({ text }) => text === "Did you mean dream?")).toMatchObject({ private: true });
    const after = await other.said("hello");
    await otherEar.message(({ id }) => id === after.id);
    expect(otherEar.messages().map(({ text }) => text)).toEqual(["hello"]);
    expect((await other.page()).messages.map(({ text }) => text)).not.toContain("/drem");
    expect((await visitor.page()).messages.map(({ text }) => text)).toEqual(
      expect.arrayContaining(["/drem", "Did you mean dream?"]),
    );
    const hidden = (await visitor.page()).messages.find(({ text }) => text === "/drem");
    expect(
      (await other.request("POST", `/api/messages/${hidden?.id}/reactions`, { emoji: "❤️", on: true })).status,
    ).toBe(404);
  });

  it("keeps the thread of a private command to its author: others neither see it nor write in it", async () => {
    const bot = handlers(async (event) => {
      if (event.kind === "command") await event.reply({ text: "In the thread." }, "public");
    });
    const chat = await startChat(bot);
    const [visitor, other] = [await Visitor.enter(chat), await Visitor.enter(chat)];
    const [ear, otherEar] = [await visitor.listen(), await other.listen()];
    // Private for as long as nothing public has come of it.
    const { id: thread } = await chat.tell({ id: (await visitor.session()).me.id }, art, { text: "A draft." });
    expect((await other.say("let me in", { thread })).status).toBe(404);
    expect((await other.say("/help", { thread })).status).toBe(404);
    expect((await other.request("GET", `/api/channels/art/messages?thread=${thread}`)).status).toBe(404);
    const typing = { command: "dream", option: "look", typed: "", channel: "art", thread };
    expect((await other.request("POST", "/api/complete", typing)).status).toBe(404);
    expect(bot.events).toEqual([]);

    const files = [{ bytes: await photo(30, 20), name: "own.jpg" }];
    expect(await visitor.said("my notes", { thread, files })).toMatchObject({ private: true });
    await visitor.said("/dream", { thread });
    expect(await ear.message(({ text }) => text === "In the thread.")).toMatchObject({ private: true, thread });
    expect((await ear.message(({ id, hasThread }) => id === thread && hasThread?.replies === 3)).private).toBe(true);
    const where = { ...art, thread };
    expect(await chat.describe(where)).toMatchObject({ closed: true, ownMembers: true });
    expect(await chat.describe(art)).not.toHaveProperty("ownMembers");
    expect((await chat.latestPicture(where))?.name).toBe("own.jpg");
    expect(await chat.latestPicture(art)).toBeUndefined();

    const after = await other.said("hello");
    await otherEar.message(({ id }) => id === after.id);
    expect(otherEar.messages().map(({ text }) => text)).toEqual(["hello"]);
    const again = await other.listen(1);
    expect(again.messages().map(({ text }) => text)).not.toContain("my notes");
  });

  it("hands a file to the user who asked for it alone", async () => {
    const file = { name: "all.json", type: "application/json", bytes: new Uint8Array(Buffer.from('{"all":1}')) };
    const chat = await startChat(
      handlers(async (event) => {
        if (event.kind === "command") await event.reply({ text: "Here it is.", file }, "private");
      }),
    );
    const visitor = await Visitor.enter(chat);
    const other = await Visitor.enter(chat);
    const ear = await visitor.listen();
    await visitor.said("/settings mydata export");
    const { text } = await ear.message((message) => message.text.startsWith("Here it is."));
    const path = /\[all\.json\]\((files\/[0-9a-f]{32})\)$/.exec(text)?.[1] ?? "";
    const got = await visitor.request("GET", path);
    expect(await got.json()).toEqual({ all: 1 });
    expect(got.headers.get("content-disposition")).toBe('attachment; filename="all.json"');
    expect(got.headers.get("cache-control")).toBe("no-store");
    for (const refused of [await other.request("GET", path), await visitor.request("GET", "/files/0")])
      expect(refused.status).toBe(404);
    expect((await fetch(`${chat.address}/${path}`)).status).toBe(403);
  });

  it("reports reactions and button presses, toggles, and refuses unknown buttons and words as emoji", async () => {
    const bot = handlers();
    const chat = await startChat(bot);
    const visitor = await Visitor.enter(chat);
    const message = await chat.post(art, { text: "done", buttons: [{ id: "again:7", label: "Again" }] });
    const react = (emoji: string, on: boolean) =>
      visitor.request("POST", `/api/messages/${message.id}/reactions`, { emoji, on });
    expect((await react("🔥", true)).status).toBe(204);
    expect((await react("🔥", true)).status).toBe(204);
    expect((await react("🔥", false)).status).toBe(204);
    expect((await react("nice", true)).status).toBe(403);
    expect((await visitor.request("POST", `/api/messages/${message.id}/actions`, { action: "again:7" })).status).toBe(
      202,
    );
    expect(
      (await visitor.request("POST", `/api/messages/${message.id}/actions`, { action: "format:disk" })).status,
    ).toBe(404);
    await waitFor(() => expect(bot.events).toHaveLength(3));
    expect(bot.events).toMatchObject([
      { kind: "reaction", emoji: "🔥", added: true, message },
      { kind: "reaction", emoji: "🔥", added: false, message },
      { kind: "action", action: "again:7", message },
    ]);
  });

  it("takes a repeated send for the same message", async () => {
    const chat = await startChat();
    const visitor = await Visitor.enter(chat);
    const nonce = crypto.randomUUID();
    const [first, second] = await Promise.all([visitor.said("once", { nonce }), visitor.said("once", { nonce })]);
    expect(second.id).toBe(first.id);
    expect((await visitor.page()).messages.filter(({ text }) => text === "once")).toHaveLength(1);
  });

  it("counts what is unread, and mentions by name", async () => {
    const chat = await startChat();
    const [reader, writer] = [await Visitor.enter(chat), await Visitor.enter(chat)];
    const { me } = await reader.session();
    await writer.said(`hello @${me.name}!`);
    const last = await writer.said("and more");
    const before = (await reader.session()).channels[0];
    expect(before).toMatchObject({ unread: 2, mentions: 1 });
    await reader.request("POST", "/api/channels/art/read", { message: last.id });
    expect((await reader.session()).channels[0]).toMatchObject({ unread: 0, mentions: 0, read: last.id });
  });

  it("pages through a long channel without gap or double", async () => {
    const chat = await startChat();
    for (let index = 0; index < 95; index++) await chat.post(art, { text: `line ${index}` });
    const visitor = await Visitor.enter(chat);
    const seen: string[] = [];
    for (let before = ""; ; ) {
      const page = await visitor.page("art", before ? `before=${before}` : "");
      seen.unshift(...page.messages.map(({ text }) => text));
      before = page.messages[0]?.id ?? "";
      if (!page.hasOlder) break;
    }
    expect(seen.slice(1)).toEqual(Array.from({ length: 95 }, (_, index) => `line ${index}`));
  });
});

describe("a restart", () => {
  it("keeps people, messages, images, reactions and buttons; a client resumes with what it missed", async () => {
    const dataDir = newFolder();
    const first = await startChat(handlers(), { dataDir });
    const visitor = await Visitor.enter(first);
    const { me, rev } = await visitor.session();
    const sent = await visitor.said("before", { files: [{ bytes: await photo(), name: "sky.jpg" }] });
    const job = await first.post(art, { text: "job", buttons: [{ id: "again:1", label: "Again" }] });
    await first.react(job, "🔁");
    await first.stop();

    const bot = handlers();
    const second = await startChat(bot, { dataDir });
    visitor.base = second.address;
    expect((await visitor.session()).me).toEqual(me);
    const gone = await second.post(art, { text: "gone" });
    await second.remove(gone);
    const ear = await visitor.listen(rev);
    expect(ear.messages().map(({ text }) => text)).toEqual(["before", "job"]);
    expect(ear.frames.filter(({ kind }) => kind === "removed")).toHaveLength(1);
    expect(ear.messages()[1]?.reactions[0]?.emoji).toBe("🔁");
    const again = await visitor.listen((await visitor.session()).rev);
    expect(again.messages()).toEqual([]);

    const picture = await visitor.request("GET", sent.pictures[0]?.url ?? "");
    expect(picture.headers.get("content-type")).toBe("image/jpeg");
    expect(await visitor.request("POST", `/api/messages/${job.id}/actions`, { action: "again:1" })).toMatchObject({
      status: 202,
    });
    await waitFor(() => expect(bot.events).toMatchObject([{ kind: "action", message: job }]));
  });

  it("tells a client from another database to start afresh", async () => {
    const visitor = await Visitor.enter(await startChat());
    const ear = await visitor.listen(999_999);
    expect(ear.frames.at(-1)?.kind).toBe("reset");
  });

  it("deletes files that no message uses any more", async () => {
    const dataDir = newFolder();
    const first = await startChat(handlers(), { dataDir });
    const message = await first.post(art, {
      text: "",
      pictures: [{ bytes: await photo(30, 30), name: "a.jpg", type: "image/jpeg" }],
    });
    await first.edit(message, {
      text: "",
      pictures: [{ bytes: await photo(60, 60), name: "b.jpg", type: "image/jpeg" }],
    });
    expect(await readdir(join(dataDir, "pictures"))).toHaveLength(2);
    await first.stop();
    await startChat(handlers(), { dataDir });
    expect(await readdir(join(dataDir, "pictures"))).toHaveLength(1);
  });
});
