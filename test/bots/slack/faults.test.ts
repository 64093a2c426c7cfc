/** What goes wrong at Slack, and what becomes of it. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { KnownBlock } from "@slack/types";
import { pino } from "pino";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { SlackChat } from "../../../src/bots/slack/chat.js";
import type { FetchLink } from "../../../src/bots/slack/options.js";
import { Seen } from "../../../src/bots/slack/seen.js";
import type { MessageRef } from "../../../src/domain/model.js";
import { KeyValues } from "../../fakes/key-values.js";
import type { Raw } from "../../fakes/slack/sender.js";
import { APP_TOKEN, BOT_TOKEN, FakeSlack } from "../../fakes/slack/server.js";
import { patience } from "../../support/patience.js";
import { eventually, Listener } from "../contract-world.js";
import { colour, openSlack, png } from "./harness.js";

const METHODS = [
  "files.getUploadURLExternal",
  "files.completeUploadExternal",
  "files.info",
  "chat.postMessage",
  "chat.update",
  "files.delete",
  "reactions.add",
  "conversations.history",
  "chat.getPermalink",
  "conversations.info",
  "chat.delete",
];

describe.each(["rate-limit", "outage"] as const)("%s on any call", (kind) => {
  it.each(METHODS)("%s: what was asked for happens, once", async (method) => {
    const { fake, people: users, chat, place: channel, ann } = await openSlack();
    fake.trouble({ kind, method, times: 1, retryAfter: 0 });
    const again = async <T>(operation: () => Promise<T>): Promise<T> => operation().catch(operation);
    const ref = await again(async () =>
      chat.post(channel, { text: "a picture", pictures: [await png("#f00")], key: "K final" }),
    );
    await again(() => chat.react(ref, "❤️"));
    await again(async () => chat.edit(ref, { text: "another", pictures: [await png("#00f")] }));
    expect((await again(() => chat.picturesOf(ref))).length).toBe(1);
    await again(() => chat.link(ref));
    await again(() => chat.describe(channel));
    const seen = users.look(ann, channel);
    expect(seen.map(({ text }) => text)).toEqual(["another"]);
    expect(seen[0]?.pictures).toHaveLength(1);
    await again(() => chat.remove(ref));
    expect(users.look(ann, channel)).toEqual([]);
    const kept = () => [...fake.files.values()].filter(({ deleted, completed }) => completed && !deleted);
    await eventually(async () => kept().length === 0, "no file left behind");
  });
});

describe("an answer that is lost", () => {
  it("does not make a message with a key twice", async () => {
    const { fake, people: users, chat, place: channel, ann } = await openSlack();
    fake.trouble({ kind: "lost", method: "chat.postMessage", times: 1 });
    const message = { text: "final", pictures: [await png("#f00")], key: "7KQ4M9XA final" };
    await expect(chat.post(channel, message)).rejects.toMatchObject({ kind: "unavailable" });
    const ref = await chat.post(channel, message);
    expect(users.look(ann, channel).map(({ ts, pictures }) => [ts, pictures.length])).toEqual([[ref.id, 1]]);
    expect(await chat.post(channel, message)).toEqual(ref);
  });

  it("that never comes ends in a time-out", async () => {
    const { fake, chat, place: channel } = await openSlack({ chat: { limits: { callMs: 150 } } });
    fake.trouble({ kind: "hang", method: "chat.postMessage", times: 1 });
    await expect(chat.post(channel, { text: "x" })).rejects.toMatchObject({ kind: "timeout" });
  });
});

describe("pictures", () => {
  it("are shown as soon as Slack has looked at them, however long that takes", async () => {
    const { fake, people: users, chat, place: channel, ann } = await openSlack({ fake: { processingMs: 400 } });
    await chat.post(channel, { text: "slow", pictures: [await png("#f00"), await png("#00f")] });
    expect(users.look(ann, channel)[0]?.pictures).toHaveLength(2);
    expect(fake.refusedForFiles).toBe(0);
  });

  it("that were replaced are deleted, also after a restart", async () => {
    const { fake, chat, place: channel, listener } = await openSlack();
    const ref = await chat.post(channel, { text: "one", pictures: [await png("#f00", "one.png")] });
    await chat.stop();
    await chat.start(listener);
    await chat.edit(ref, { text: "two", pictures: [await png("#00f", "two.png")] });
    await eventually(
      async () => [...fake.files.values()].find(({ name }) => name === "one.png")?.deleted,
      "the old file gone",
    );
  });

  it("that move are shared as files, belong to the message, and go with it", async () => {
    const { fake, people: users, chat, place: channel, ann } = await openSlack();
    const film = { bytes: await colour("#0f0", "webp"), name: "zoom.webp", type: "image/webp" };
    const ref = await chat.post(channel, { text: "a film", pictures: [film], buttons: [{ id: "x", label: "Again" }] });
    await eventually(
      async () => users.look(ann, channel).some(({ pictures }) => pictures.some(({ name }) => name === "zoom.webp")),
      "the film",
    );
    const [source] = await chat.picturesOf(ref);
    expect((await source?.fetch({ maxBytes: 100_000, signal: patience() }))?.type).toBe("image/webp");
    await chat.edit(ref, { text: "done", keepPictures: true });
    expect(await chat.picturesOf(ref)).toHaveLength(1);
    await chat.remove(ref);
    await eventually(async () => [...fake.files.values()].every(({ deleted }) => deleted), "the film gone");
    expect(users.look(ann, channel)).toEqual([]);
  });

  it("of links and of other apps are fetched from where they are, by their bare address", async () => {
    const fetched: string[] = [];
    const bytes = await colour("#0f0");
    const fetchLink: FetchLink = async (link) => {
      fetched.push(link.href);
      return { bytes, name: "a.png", type: "image/png" };
    };
    const { fake, people: users, chat, place: channel, ann, art, listener } = await openSlack({ chat: { fetchLink } });
    const other = fake.addUser("Other", { bot: true });
    art.members.add(other.id);
    const at = (name: string) => `https://pictures.example/${name}`;
    const image = (name: string) => ({ type: "image", image_url: at(name), alt_text: name }) as const;
    const text = { type: "mrkdwn", text: "words" } as const;
    const shows = async (blocks: KnownBlock[], attachments: readonly object[], ...expected: readonly string[]) => {
      const message = await users.say(other, channel, "x");
      Object.assign(message, { blocks, attachments });
      const sources = await chat.picturesOf({ channel, id: message.ts });
      expect(sources.map(({ name }) => name)).toEqual(expected);
      await sources[0]?.fetch({ maxBytes: 1_000, signal: patience() });
      expect(fetched.at(-1)).toBe(at(expected[0] ?? ""));
      expect(sources[0]).toMatchObject({ credit: "pictures.example", author: { id: expect.any(String) } });
      return message;
    };
    const message = await shows([image("a.png")], [], "a.png");
    await users.shortcut(ann, message, "dream_this");
    expect((await listener.next("command")).pointedAt?.map(({ name }) => name)).toEqual(["a.png"]);
    await shows([{ type: "section", text, accessory: image("small.png") }, image("b.png")], [], "b.png", "small.png");
    await shows([], [{ from_url: at(""), image_url: at("c.png") }], "c.png");
    await shows([], [{ message_blocks: [{ message: { blocks: [image("d.png")] } }] }], "d.png");
    expect((await chat.latestPicture(channel))?.name).toBe("d.png");
    // Small ones beside a text are looked at when they are pointed at only.
    await shows([{ type: "context", elements: [image("icon.png")] }], [], "icon.png");
    await shows([], [{ from_url: at(""), thumb_url: at("thumb.png") }], "thumb.png");
    expect((await chat.latestPicture(channel))?.name).toBe("d.png");
  });

  it("that cannot be had say why", async () => {
    const { fake, people: users, chat, place: channel, ann } = await openSlack();
    const message = await users.say(ann, channel, "x", [{ name: "a.png", bytes: await colour("#f00") }]);
    const ref = { channel, id: message.ts };
    const fetching = async (maxBytes = 100_000) =>
      (await chat.picturesOf(ref))[0]?.fetch({ maxBytes, signal: patience() });
    await expect(fetching(10)).rejects.toMatchObject({ kind: "too-large" });
    const token = fake.tokens.get(BOT_TOKEN);
    token?.scopes.delete("files:read");
    await expect(fetching()).rejects.toMatchObject({
      kind: "forbidden",
      message: expect.stringContaining("files:read"),
    });
  });

  it("of a message that another service keeps are not asked for with the token", async () => {
    const tokens: (string | undefined)[] = [];
    const elsewhere = createServer((request, response) => {
      tokens.push(request.headers.authorization);
      response.end("x");
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.2", resolve));
    onTestFinished(() => void elsewhere.close());
    const { people: users, chat, place: channel, ann, listener } = await openSlack();
    await users.say(ann, channel, "x");
    const url = `http://127.0.0.2:${(elsewhere.address() as AddressInfo).port}/a.png`;
    const { Sources } = await import("../../../src/bots/slack/sources.js");
    const workspace = { currentToken: async () => BOT_TOKEN } as never;
    const nothing = undefined as never;
    const sources = new Sources(nothing, nothing, nothing, "http://127.0.0.1:1/api/", undefined);
    const source = sources.ofFile(workspace, { id: "F1", name: "a.png", type: "image/png", size: 1, url }, undefined);
    await expect(source.fetch({ maxBytes: 10, signal: patience() })).rejects.toMatchObject({
      kind: "forbidden",
    });
    expect(tokens).toEqual([]);
    expect(chat.health()).toEqual({ connected: true });
    expect(listener.events).toEqual([]);
  });
});

describe("previews", () => {
  it("are dropped when Slack asks to wait; final words wait and come", async () => {
    const { fake, people: users, chat, place: channel, ann } = await openSlack();
    const ref = await chat.post(channel, { text: "start", progress: { value: 0, label: "0" } });
    fake.trouble({ kind: "rate-limit", method: "chat.update", times: 1, retryAfter: 2 });
    const progress = { value: 0.5, label: "half" };
    await expect(chat.edit(ref, { text: "half", progress })).rejects.toMatchObject({ kind: "rate-limited" });
    await chat.edit(ref, { text: "done" });
    expect(users.look(ann, channel)[0]?.text).toBe("done");
    expect(fake.calls.filter(({ method }) => method === "chat.update").map(({ outcome }) => outcome)).toEqual([
      "trouble",
      "ok",
    ]);
  });

  it("of many jobs never use up what final words need", async () => {
    const { fake, people: users, chat, place: channel, ann } = await openSlack();
    const refs: MessageRef[] = [];
    for (let n = 0; n < 3; n++) refs.push(await chat.post(channel, { text: `job ${n}` }));
    const progress = { value: 0.5, label: "half" };
    const previews = Array.from({ length: 60 }, (_, n) =>
      chat.edit(refs[n % 3] as MessageRef, { text: `p${n}`, progress }),
    );
    const outcomes = Promise.allSettled(previews);
    await Promise.all(refs.map((ref, n) => chat.edit(ref, { text: `done ${n}` })));
    await outcomes;
    expect(users.look(ann, channel).map(({ text }) => text)).toEqual(["done 0", "done 1", "done 2"]);
    expect(fake.calls.filter(({ outcome }) => outcome === "429")).toEqual([]);
  });
});

describe("a text that grows as Slack wants it written", () => {
  it("is shown whole, also in an edit", async () => {
    const { people: users, chat, place: channel, ann } = await openSlack();
    const text = "a & b ".repeat(640).trim();
    const ref = await chat.post(channel, { text: "short" });
    await chat.edit(ref, { text });
    const { blocks } = users.message({ channel: channel.id, ts: ref.id });
    const shown = blocks.map((block) => (block.type === "section" ? block.text?.text : undefined)).join("");
    expect(shown.replaceAll("&amp;", "&").length).toBeGreaterThanOrEqual(text.length - blocks.length);
    expect(users.look(ann, channel)[0]?.text).toMatch(/ …$/);
  });
});

describe("what is sent along with a file", () => {
  it("describes images, and films not", async () => {
    const { fake, chat, place: channel } = await openSlack();
    const film = { bytes: new Uint8Array([1, 2, 3]), name: "zoom.mp4", type: "video/mp4", description: "A zoom" };
    await chat.post(channel, { text: "both", pictures: [await png("#f00"), film] });
    const told = fake.calls.filter(({ method }) => method === "files.getUploadURLExternal").map(({ args }) => args);
    expect(told.map(({ filename, alt_txt }) => [filename, alt_txt])).toEqual([
      ["dream.png", "A colour"],
      ["zoom.mp4", undefined],
    ]);
  });
});

describe("what is gone or not allowed", () => {
  it("has its kind and a sentence that tells the mend", async () => {
    const { fake, people: users, chat, place: channel, art, ann } = await openSlack();
    const ref = await chat.post(channel, { text: "x" });
    const thread = await chat.openThread(ref);
    await users.erase({ channel: art.id, ts: ref.id });
    await expect(chat.post(thread, { text: "y" })).rejects.toMatchObject({ kind: "gone" });
    await expect(chat.edit(ref, { text: "y" })).rejects.toMatchObject({ kind: "gone" });
    await expect(chat.picturesOf(ref)).rejects.toMatchObject({ kind: "gone" });
    const theirs = await users.say(ann, channel, "mine");
    await expect(chat.remove({ channel, id: theirs.ts })).rejects.toMatchObject({ kind: "forbidden" });
    art.archived = true;
    await expect(chat.post(channel, { text: "y" })).rejects.toMatchObject({
      kind: "forbidden",
      message: expect.stringContaining("archived"),
    });
    art.archived = false;
    art.members.delete(fake.team.bot.id);
    await expect(chat.post(channel, { text: "y" })).rejects.toMatchObject({
      kind: "forbidden",
      message: expect.stringContaining("/invite"),
    });
    art.members.add(fake.team.bot.id);
    const token = fake.tokens.get(BOT_TOKEN);
    token?.scopes.delete("chat:write");
    await expect(chat.post(channel, { text: "y" })).rejects.toMatchObject({
      kind: "forbidden",
      message: expect.stringContaining("chat:write"),
    });
    if (token) token.revoked = true;
    await expect(chat.post(channel, { text: "y" })).rejects.toMatchObject({
      kind: "unavailable",
      message: expect.stringContaining("token_revoked"),
    });
    expect(chat.health()).toEqual({ connected: false, detail: expect.stringContaining("token_revoked") });
    fake.team.channels.delete(art.id);
    if (token) token.revoked = false;
    token?.scopes.add("chat:write");
    await expect(chat.post(channel, { text: "y" })).rejects.toMatchObject({ kind: "gone" });
    expect(chat.health()).toEqual({ connected: true });
  });
});

describe("the connection", () => {
  it.each(["refresh_requested", "warning", "cut"] as const)(
    "comes back at once after %s, and nothing is reported twice or lost",
    async (reason) => {
      const { fake, people: users, listener, chat, place: channel, ann } = await openSlack();
      const ref = await chat.post(channel, { text: "x", buttons: [{ id: "job:cancel:1", label: "Cancel" }] });
      const before = fake.socket.connected;
      fake.socket.disconnect(reason);
      const posted = chat.post(channel, { text: "meanwhile" });
      await eventually(async () => fake.socket.connected > before && chat.health().connected, "the bot back");
      await posted;
      fake.socket.twice = 1;
      await users.press(ann, users.message({ channel: channel.id, ts: ref.id }), "Cancel");
      await listener.next("action");
      fake.socket.twice = 1;
      await users.react(ann, { channel: channel.id, ts: ref.id }, "❤️", true);
      await listener.next("reaction");
      fake.socket.twice = 1;
      await users.command(ann, channel.id, "queue");
      await listener.next("command", ({ name }) => name === "queue");
      fake.socket.twice = 1;
      await users.mention(ann, channel, "stylize winter");
      await listener.next("command", ({ name }) => name === "stylize");
      // What is told once more would be told before what comes later.
      await users.command(ann, channel.id, "queue", "the last");
      await listener.next("command", ({ text }) => text === "the last");
      const kinds = listener.events.map(({ kind }) => kind);
      expect(kinds).toEqual(["action", "reaction", "command", "command", "command"]);
    },
  );

  it.each(["refresh_requested", "warning"] as const)(
    "is never missing when Slack asks for another (%s), also when it asks often",
    async (reason) => {
      const { fake, people: users, listener, chat, ann, art } = await openSlack();
      for (let round = 1; round <= 4; round++) {
        const before = fake.socket.connected;
        fake.socket.disconnect(reason);
        await users.command(ann, art.id, "queue", `round ${round}`);
        await listener.next("command", ({ text }) => text === `round ${round}`);
        await eventually(async () => fake.socket.connected > before, "the next connection");
        expect(chat.health()).toEqual({ connected: true });
      }
      expect(fake.socket.longestGapMs).toBe(0);
      await eventually(async () => fake.socket.connections === 1, "the old connections closed");
      expect(listener.events).toHaveLength(4);
    },
  );

  it("is opened once for a warning and the request that follows it", async () => {
    const { fake } = await openSlack();
    const before = fake.socket.connected;
    const old = fake.socket.disconnect("warning");
    await eventually(async () => fake.socket.connections > 1, "the next connection");
    fake.socket.disconnect("refresh_requested", old);
    await eventually(async () => old.every(({ readyState, OPEN }) => readyState !== OPEN), "the old one closed");
    expect([fake.socket.connected - before, fake.socket.connections]).toEqual([1, 1]);
  });

  it("is opened in place of one that is asked for another while it is being greeted", async () => {
    const { fake, people: users, listener, ann, art } = await openSlack();
    const before = fake.socket.connected;
    fake.socket.shortLived = 2;
    fake.socket.disconnect("refresh_requested");
    await eventually(async () => fake.socket.connected === before + 3, "three more connections");
    await eventually(async () => fake.socket.connections === 1, "the others closed");
    await users.command(ann, art.id, "queue");
    await listener.next("command");
    expect(fake.socket.longestGapMs).toBe(0);
  });

  it("is opened beside the old one, which goes on while Slack has an outage", async () => {
    const { fake, people: users, listener, ann, art } = await openSlack();
    fake.trouble({ kind: "outage", method: "apps.connections.open", times: 3 });
    const before = fake.socket.connected;
    fake.socket.disconnect("refresh_requested");
    await eventually(async () => fake.troubles.every(({ times }) => times < 3), "the first try");
    await users.command(ann, art.id, "queue");
    await listener.next("command");
    await eventually(async () => fake.socket.connected > before, "the next connection");
    expect(fake.socket.longestGapMs).toBe(0);
  });

  it("is tried again while Slack has an outage", async () => {
    const { fake, chat } = await openSlack();
    fake.trouble({ kind: "outage", method: "apps.connections.open", times: 3 });
    fake.trouble({ kind: { error: "invalid_auth" }, method: "apps.connections.open", times: 1 });
    fake.socket.disconnect("cut");
    await eventually(async () => !chat.health().connected, "the bot away");
    expect(chat.health().detail).toMatch(/reconnecting since/);
    await eventually(async () => chat.health().connected, "the bot back");
  });
});

describe("starting", () => {
  const start = async (fake: FakeSlack, more: object) => {
    onTestFinished(() => fake.close());
    const chat = new SlackChat({
      logger: pino({ level: "silent" }),
      apiUrl: fake.apiUrl,
      limits: { pauseMs: 5, callMs: 500 },
      ...more,
    });
    return chat.start(new Listener([]));
  };

  it("rejects a wrong bot token, a wrong app token, and no tokens, with what to do", async () => {
    const open = () => FakeSlack.open();
    await expect(start(await open(), { botToken: "xoxb-wrong", appToken: APP_TOKEN })).rejects.toMatchObject({
      name: "ChatError",
      kind: "forbidden",
      message: expect.stringContaining("invalid_auth"),
    });
    await expect(start(await open(), { botToken: BOT_TOKEN, appToken: "xapp-wrong" })).rejects.toMatchObject({
      kind: "forbidden",
      message: expect.stringContaining("SLACK_APP_TOKEN"),
    });
    await expect(start(await open(), { botToken: BOT_TOKEN })).rejects.toThrow("SLACK_SIGNING_SECRET");
    await expect(start(await open(), { appToken: APP_TOKEN })).rejects.toThrow("SLACK_BOT_TOKEN");
  });

  it("rejects when Slack cannot be reached, and when the port is taken", async () => {
    const fake = await FakeSlack.open();
    const gone = new SlackChat({
      logger: pino({ level: "silent" }),
      botToken: BOT_TOKEN,
      appToken: APP_TOKEN,
      apiUrl: "http://127.0.0.1:9/api/",
      limits: { pauseMs: 5 },
    });
    await expect(gone.start(new Listener([]))).rejects.toMatchObject({ name: "ChatError", kind: "unavailable" });
    const port = Number(new URL(fake.url).port);
    await expect(start(fake, { botToken: BOT_TOKEN, signingSecret: "x", port })).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is taken`,
    );
  });
});

describe("after a restart", () => {
  it("what Slack sends again is ignored, and what it has not sent before is reported", async () => {
    const kept = new KeyValues();
    const {
      fake,
      people: users,
      ann,
      art,
      place: channel,
      chat,
      listener,
    } = await openSlack({
      transport: "http",
      chat: { keyValues: kept, port: 0 },
    });
    const sent: Raw[] = [];
    const raw = fake.sender.raw.bind(fake.sender);
    fake.sender.raw = (request) => {
      sent.push(request);
      return raw(request);
    };
    await users.mention(ann, channel, "stylize winter");
    await users.command(ann, art.id, "queue", "one");
    await listener.next("command", ({ text }) => text === "winter");
    await listener.next("command", ({ text }) => text === "one");
    const ids = () => kept.list("slack.seen.").flatMap(([, each]) => each);
    await eventually(async () => ids().length >= 3, "both are kept");
    await chat.stop();
    await chat.start(listener);
    fake.requestUrl = `http://127.0.0.1:${chat.port}/slack/events`;
    for (const request of sent.splice(0)) await raw({ ...request, headers: { "x-slack-retry-num": "1" } });
    await users.command(ann, art.id, "queue", "two");
    await listener.next("command", ({ text }) => text === "two");
    expect(listener.events.map((event) => event.kind === "command" && event.text)).toEqual(["winter", "one", "two"]);
  });

  it.each([
    ["a message to the bot", "socket"],
    ["a message to the bot", "http"],
    ["a reaction", "socket"],
    ["a reaction", "http"],
  ] as const)("%s that was cut off is told of, once (%s)", async (what, transport) => {
    const kept = new KeyValues();
    const {
      fake,
      people: users,
      ann,
      art,
      place,
      chat,
      listener,
    } = await openSlack({
      transport,
      chat: { keyValues: kept, port: 0 },
    });
    const listen = () => {
      if (transport === "http") fake.requestUrl = `http://127.0.0.1:${chat.port}/slack/events`;
    };
    let then: KeyValues | undefined;
    // The bot's own message comes as an event too.
    fake.onAcknowledged = () => {
      if (kept.list("slack.unread.").length > 0) then ??= new KeyValues(kept);
    };
    listener.held = true;
    const { id: ts } = await chat.post(place, { text: "Done" });
    if (what === "a reaction") await users.react(ann, { channel: place.id, ts }, "🔁", true);
    else await users.mention(ann, place, "stylize winter");
    await listener.next(what === "a reaction" ? "reaction" : "command");
    const disk = await eventually(async () => then, "the acknowledgement");
    await chat.stop();
    kept.clear();
    for (const [key, value] of disk) kept.set(key, value);
    listener.held = false;
    await chat.start(listener);
    listen();
    const told = () => users.look(ann, { id: art.id }).filter(({ text }) => text.includes("I was restarted before I"));
    await eventually(async () => told().length === 1, "word of it");
    await eventually(async () => kept.list("slack.unread.").length === 0, "the end of its note");
    await chat.stop();
    await chat.start(listener);
    listen();
    await users.command(ann, art.id, "queue", "two");
    await listener.next("command", ({ text }) => text === "two");
    expect(told()).toHaveLength(1);
    expect(listener.events).toHaveLength(2);
  });

  it("two thousand ids are kept at most, and for an hour", () => {
    const kept = new KeyValues();
    const before = new Seen(kept);
    for (let n = 0; n < 5_000; n++) before.done(`Ev${n}`);
    expect([...kept.values()].flat().length).toBeLessThanOrEqual(64 * 32);
    const after = new Seen(kept);
    expect([after.first("Ev4999"), after.first("Ev0"), after.first("EvNew")]).toEqual([false, true, true]);
    vi.useFakeTimers({ now: Date.now() + 70 * 60_000, toFake: ["Date"] });
    try {
      expect(new Seen(kept).first("Ev4999")).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("a message on the socket that is none", () => {
  it("is ignored, and the next one is reported", async () => {
    const { fake, people: users, ann, art, listener } = await openSlack();
    const junk = [
      "null",
      "[]",
      "{",
      "7",
      '{"type":"events_api","envelope_id":"x"}',
      '{"type":"events_api","payload":{}}',
      '{"type":"news"}',
    ];
    for (const text of junk) fake.socket.say(text);
    fake.socket.say('{"type":"interactive","envelope_id":"y","payload":{"type":"block_actions"}}');
    await users.command(ann, art.id, "queue");
    await listener.next("command");
    expect(listener.events).toHaveLength(1);
  });
});

describe("the log", () => {
  it("names the job in every line about its messages", async () => {
    const lines: Record<string, unknown>[] = [];
    const stream = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
    const { fake, chat, place: channel } = await openSlack({ chat: { logger: pino({ level: "debug" }, stream) } });
    fake.trouble({ kind: "outage", method: "chat.update", times: 1 });
    fake.trouble({ kind: "rate-limit", method: "files.getUploadURLExternal", times: 1, retryAfter: 0 });
    fake.trouble({ kind: { error: "cant_delete_file" }, method: "files.delete", times: 1 });
    const ref = await chat.post(channel, { text: "one", pictures: [await png("#f00")], trace: "7KQ4M9XA" });
    await chat.edit(ref, { text: "two", trace: "7KQ4M9XA" });
    const said = () =>
      lines.filter(({ job }) => job === "7KQ4M9XA").map(({ msg, method }) => `${msg}: ${method ?? ""}`);
    const expected = [
      "Slack asks to wait: files.getUploadURLExternal",
      "a message was posted: ",
      "Slack did not take a call: chat.update",
      "Slack did not take a call: files.delete",
      "a file was left behind: ",
    ];
    await eventually(async () => said().length >= expected.length, "every line");
    expect(said()).toEqual(expected);
  });
});
