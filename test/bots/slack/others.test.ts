/** The adapter at servers that speak Slack's protocol in their own manner. */

import { describe, expect, it } from "vitest";
import { findApi } from "../../../src/bots/slack/address.js";
import { understandable } from "../../../src/bots/slack/answers.js";
import { identity } from "../../../src/bots/slack/seen.js";
import type { Work } from "../../../src/port/gallery.js";
import type { Manners } from "../../fakes/slack/manners.js";
import { FakeSlack } from "../../fakes/slack/server.js";
import { patience } from "../../support/patience.js";
import { eventually } from "../contract-world.js";
import { colour, openSlack, png } from "./harness.js";

const fetchOptions = () => ({ maxBytes: 1_000_000, signal: patience() });

describe("a server that", () => {
  const shown: readonly (readonly [string, Manners])[] = [
    ["never says what a file is", { fileTypes: "nothing" }],
    ["does not let the app ask what a file is", { fileTypes: "forbidden" }],
    ["takes uploads as a form only", { uploadsAsForm: true }],
    ["keeps files under another name of this machine", { localhost: true }],
    ["tells as little as it may", { sparse: true }],
  ];
  it.each(shown)("%s shows pictures at once, and others in their place", async (_name, manners) => {
    const {
      fake,
      people: users,
      chat,
      place: channel,
      ann,
    } = await openSlack({
      fake: { manners },
      // A type that will not be known is not waited for: the test would end before.
      chat: { limits: { fileMs: 600_000 } },
    });
    const ref = await chat.post(channel, { text: "one", pictures: [await png("#f00")], key: "K 1" });
    await chat.edit(ref, { text: "two", pictures: [await png("#00f")] });
    expect(users.look(ann, channel).map(({ text, pictures }) => [text, pictures.length])).toEqual([["two", 1]]);
    await chat.remove(ref);
    await eventually(async () => [...fake.files.values()].every(({ deleted }) => deleted), "no file left behind");
  });

  it("always says that a file has no type yet is waited for once", async () => {
    const {
      fake,
      people: users,
      chat,
      place: channel,
      ann,
    } = await openSlack({
      fake: { manners: { fileTypes: "empty" } },
      chat: { limits: { fileMs: 300 } },
    });
    await chat.post(channel, { text: "first", pictures: [await png("#f00")] });
    const asked = () => fake.calls.filter(({ method }) => method === "files.info").length;
    expect(asked()).toBeGreaterThan(2);
    const before = asked();
    await chat.post(channel, { text: "second", pictures: [await png("#f00")] });
    expect(asked()).toBe(before + 1);
    expect(users.look(ann, channel).map(({ pictures }) => pictures.length)).toEqual([1, 1]);
  });

  it("does not say what is wrong with a picture is asked again, until it shows it", async () => {
    const manners = { noReasons: true, fileTypes: "nothing" } as const;
    const {
      fake,
      people: users,
      chat,
      place: channel,
      ann,
    } = await openSlack({ fake: { manners, processingMs: 300 } });
    await chat.post(channel, { text: "one", pictures: [await png("#f00")] });
    expect(fake.refusedForFiles).toBeGreaterThan(0);
    expect(users.look(ann, channel).map(({ text, pictures }) => [text, pictures.length])).toEqual([["one", 1]]);
  });

  it("shows no files in blocks gets pictures as files of their own, and no previews", async () => {
    const {
      fake,
      people: users,
      chat,
      place: channel,
      ann,
    } = await openSlack({ fake: { manners: { noFilesInBlocks: true } } });
    const pictures = () => users.look(ann, channel).flatMap(({ pictures: each }) => each.map(({ name }) => name));
    const ref = await chat.post(channel, {
      text: "one",
      pictures: [await png("#f00", "one.png")],
      buttons: [{ id: "x", label: "Again" }],
    });
    await eventually(async () => pictures().includes("one.png"), "the picture");
    await chat.edit(ref, {
      text: "half",
      pictures: [await png("#ff0", "half.png")],
      progress: { value: 0.5, label: "half" },
    });
    await chat.edit(ref, { text: "done", pictures: [await png("#00f", "two.png")] });
    await eventually(async () => pictures().join() === "two.png", "the last picture in place of the first");
    expect([...fake.files.values()].some(({ name }) => name === "half.png")).toBe(false);
    expect(
      fake.calls.filter(({ method, outcome }) => method === "chat.postMessage" && outcome === "invalid_blocks"),
    ).toHaveLength(1);
    await chat.remove(ref);
    await eventually(async () => pictures().length === 0, "nothing left");
  });

  it("shows no files on the bot's page shows its words, each time", async () => {
    const work: Work = { job: "7KQ4M9XA", title: "Dream", line: "/dream", at: 1, thumbnail: async () => png("#f00") };
    const {
      fake,
      people: users,
      ann,
      ben,
    } = await openSlack({
      fake: { manners: { noFilesInBlocks: true } },
      handlers: { works: async () => [work] },
    });
    for (const user of [ann, ben]) {
      await users.openHome(user);
      await eventually(async () => JSON.stringify(fake.team.homes.get(user.id))?.includes("7KQ4M9XA"), "the page");
      await eventually(
        async () => fake.files.size > 0 && [...fake.files.values()].every(({ deleted }) => deleted),
        "no file left behind",
      );
    }
  });

  it("gives everything the same id is understood, and a repeated line is ignored", async () => {
    const {
      fake,
      people: users,
      ann,
      art,
      place: channel,
      listener,
    } = await openSlack({ fake: { manners: { oneId: true } } });
    await users.command(ann, art.id, "queue", "one");
    await users.command(ann, art.id, "queue", "two");
    const message = await users.say(ann, channel, "x");
    await users.react(ann, message, "❤️", true);
    fake.socket.twice = 1;
    await users.react(ann, message, "🔁", true);
    await users.react(ann, message, "🔁", false);
    await eventually(async () => listener.events.length >= 5, "five events");
    expect(
      listener.events.map((event) =>
        event.kind === "command" ? event.text : event.kind === "reaction" ? event.emoji : "",
      ),
    ).toEqual(["one", "two", "❤️", "🔁", "🔁"]);
  });

  it("tells as little as it may is understood", async () => {
    const {
      fake,
      people: users,
      ann,
      ben,
      art,
      place: channel,
      listener,
    } = await openSlack({ fake: { manners: { sparse: true } } });
    await users.command(ann, art.id, "queue");
    const event = await listener.next("command");
    await event.reply({ text: "For you only" }, "private");
    expect(users.look(ann, channel).at(-1)).toMatchObject({ text: "For you only", ephemeral: true });
    const message = await users.say(ben, channel, "look", [{ name: "a.png", bytes: await colour("#f00") }]);
    await users.shortcut(ann, message, "dream_this");
    expect((await listener.next("command", ({ name }) => name === "dream")).repliesTo).toEqual({
      channel,
      id: message.ts,
    });
    await users.mention(ann, { id: art.id }, "stylize winter");
    expect((await listener.next("command", ({ name }) => name === "stylize")).text).toBe("winter");
    await users.say(ann, { id: fake.directMessage(ann).id }, "again 7KQ4");
    expect((await listener.next("command", ({ name }) => name === "again")).text).toBe("7KQ4");
  });

  it("tells of mentions as messages is understood, and of other messages nothing is made", async () => {
    const { people: users, ann, art, listener } = await openSlack({ fake: { manners: { mentionsAsMessages: true } } });
    await users.say(ann, { id: art.id }, "stylize winter");
    await users.mention(ann, { id: art.id }, "stylize wool");
    expect((await listener.next("command")).text).toBe("wool");
    expect(listener.events).toHaveLength(1);
  });

  it("says of a picture no more than its name hands it over all the same", async () => {
    const { people: users, ann, chat, place: channel } = await openSlack({ fake: { manners: { dullFiles: true } } });
    await users.say(ann, channel, "", [
      { name: "a.png", bytes: await colour("#f00") },
      { name: "notes.bin", bytes: new Uint8Array([1]) },
    ]);
    const picture = await (await chat.latestPicture(channel))?.fetch(fetchOptions());
    expect(picture?.name).toBe("a.png");
  });

  it("does not heed a thread's bounds in time has messages found all the same", async () => {
    const {
      people: users,
      ann,
      art,
      chat,
      place: channel,
      listener,
    } = await openSlack({ fake: { manners: { noBounds: true } } });
    const root = await users.say(ann, channel, "root");
    const thread = { ...channel, thread: root.ts };
    for (let n = 0; n < 12; n++) await users.say(ann, { id: art.id, thread: root.ts }, `answer ${n}`);
    const ref = await chat.post(thread, { text: "mine", pictures: [await png("#f00")] });
    await chat.stop();
    await chat.start(listener);
    await chat.edit(ref, { text: "mine, changed", keepPictures: true });
    expect(users.look(ann, thread).at(-1)).toMatchObject({ text: "mine, changed", pictures: [{ name: "dream.png" }] });
  });
});

describe("what tells deliveries apart", () => {
  const event = {
    type: "app_mention",
    user: "U1",
    text: "dream",
    ts: "1.1",
    event_ts: "1.1",
    files: [{ id: "F1", mimetype: "" }],
  };

  it("is the id and what was said, whatever else is known of it by then", () => {
    const again = { ...event, files: [{ id: "F1", mimetype: "image/png", size: 7 }] };
    expect(identity("Ev1", again)).toBe(identity("Ev1", event));
    expect(identity("Ev2", event)).not.toBe(identity("Ev1", event));
    expect(identity("Ev1", { ...event, ts: "1.2", event_ts: "1.2" })).not.toBe(identity("Ev1", event));
    expect(identity(undefined, event)).toBeUndefined();
  });

  it("is what was pressed, chosen or filled in", () => {
    const press = (action_id: string) => ({ type: "block_actions", trigger_id: "1", actions: [{ action_id }] });
    expect(identity("1", press("a"))).not.toBe(identity("1", press("b")));
    const form = (value: string) => ({
      type: "view_submission",
      view: { id: "V1", state: { values: { size: { size: { value } } } } },
    });
    expect(identity("1", form("64"))).not.toBe(identity("1", form("96")));
    const line = (response_url: string) => ({
      command: "/dream",
      text: "",
      user_id: "U1",
      channel_id: "C1",
      response_url,
    });
    expect(identity("1", line("http://a/1"))).not.toBe(identity("1", line("http://a/2")));
    expect(identity("1", line("http://a/1"))).toBe(identity("1", line("http://a/1")));
  });
});

describe("without permission to read", () => {
  it("messages are posted and changed all the same, and a form asks for the picture", async () => {
    const { fake, people: users, ann, art, chat, place: channel, listener } = await openSlack();
    const ref = await chat.post(channel, { text: "one" });
    await chat.stop();
    await chat.start(listener);
    fake.tokens.values().next().value?.scopes.delete("channels:history");
    await chat.edit(ref, { text: "two" });
    await chat.post(channel, { text: "three", key: "K 3", perhapsPosted: true });
    expect(users.look(ann, channel).map(({ text }) => text)).toEqual(["two", "three"]);
    const trigger = await users.command(ann, art.id, "stylize");
    await eventually(async () => users.view(trigger), "a form");
  });

  it("a channel while Slack has trouble is called closed, and nothing is held up", async () => {
    const { fake, chat, place: channel } = await openSlack();
    fake.trouble({ kind: "outage", method: "conversations.info", times: 99 });
    expect(await chat.describe(channel)).toMatchObject({ name: "this channel", closed: true });
  });
});

describe("a private answer", () => {
  it("that the channel does not take goes to the conversation with the bot", async () => {
    const { fake, people: users, ann, art, listener, place: channel } = await openSlack();
    const root = await users.say(ann, channel, "root");
    await users.mention(ann, { id: art.id, thread: root.ts }, "queue");
    const event = await listener.next("command");
    art.members.delete(ann.id);
    await event.reply({ text: "Only you" }, "private");
    expect(users.look(ann, { id: fake.directMessage(ann).id }).at(-1)?.text).toBe("Only you");
  });

  it("in a thread waits for its picture", async () => {
    const {
      fake,
      people: users,
      ann,
      art,
      listener,
      place: channel,
    } = await openSlack({
      fake: { manners: { fileTypes: "nothing" }, processingMs: 200 },
    });
    const root = await users.say(ann, channel, "root");
    await users.mention(ann, { id: art.id, thread: root.ts }, "queue");
    const event = await listener.next("command");
    await event.reply({ text: "Only you", pictures: [await png("#f00")] }, "private");
    expect(users.look(ann, { id: art.id, thread: root.ts }).at(-1)).toMatchObject({
      ephemeral: true,
      pictures: [{}],
    });
    expect(fake.refusedForFiles).toBeGreaterThan(0);
  });

  it("to somebody on the bot's page can be changed later", async () => {
    const { fake, people: users, ann, chat, place: channel } = await openSlack();
    const ref = await chat.post({ ...channel, id: ann.id }, { text: "one" });
    expect(ref.channel.id).toBe(fake.directMessage(ann).id);
    await chat.edit(ref, { text: "two" });
    expect(users.look(ann, { id: ref.channel.id }).at(-1)?.text).toBe("two");
  });
});

describe("a direct message", () => {
  it("whose answer was lost is found where it stands", async () => {
    const { fake, people: users, ann, chat, place: channel } = await openSlack();
    fake.trouble({ kind: "lost", method: "chat.postMessage", times: 1 });
    const message = { text: "final", pictures: [await png("#f00")], key: "7KQ4M9XA final" };
    await expect(chat.tell(ann, channel, message)).rejects.toMatchObject({ kind: "unavailable" });
    const ref = await chat.tell(ann, channel, message);
    const { id } = fake.directMessage(ann);
    expect(users.look(ann, { id }).map(({ ts, text }) => [ts, text])).toEqual([[ref.id, "final"]]);
    expect(await chat.tell(ann, channel, { ...message, perhapsPosted: true })).toEqual(ref);
  });

  it("is sent with all that it shows where an older installation may not open it", async () => {
    const { fake, people: users, ann, chat, place: channel } = await openSlack();
    fake.tokens.values().next().value?.scopes.delete("im:write");
    const film = { bytes: await colour("#00f", "webp"), name: "film.webp", type: "image/webp" };
    fake.trouble({ kind: { error: "internal_error" }, method: "chat.postMessage", times: 1 });
    const message = { text: "final", pictures: [await png("#f00"), film], key: "7KQ4M9XA final" };
    await expect(chat.tell(ann, channel, message)).rejects.toMatchObject({ kind: "unavailable" });
    const ref = await chat.tell(ann, channel, message);
    const { id } = fake.directMessage(ann);
    expect(ref.channel.id).toBe(id);
    const shown = () => users.look(ann, { id }).map(({ text, pictures }) => [text, pictures.length]);
    await eventually(async () => shown().length === 2, "the film");
    expect(shown().sort()).toEqual([
      ["", 1],
      ["final", 1],
    ]);
    expect(await chat.tell(ann, channel, message)).toEqual(ref);
  });
});

describe("the Web API's address", () => {
  it.each([
    ["with a slash", "/api", "/api/"],
    ["without a slash", "/api", "/api"],
    ["by the server's root", "/api", ""],
    ["at a server that has it at its root", "", "/"],
  ])("is found %s", async (_name, apiPath, given) => {
    const fake = await FakeSlack.open({ manners: { apiPath } });
    try {
      expect(await findApi(`${fake.url}${given}`, 1_000)).toBe(`${fake.url}${apiPath}/`);
      expect(fake.violations).toEqual([]);
    } finally {
      await fake.close();
    }
  });

  it("is used as given where no server answers, and refused where it is no address", async () => {
    expect(await findApi("http://127.0.0.1:9/x", 200)).toBe("http://127.0.0.1:9/x/");
    expect(await findApi(undefined, 200)).toBe("https://slack.com/api/");
    for (const wrong of ["localhost:4000/api", "slack", "ftp://127.0.0.1/api/"]) {
      await expect(findApi(wrong, 200)).rejects.toThrow("SLACK_API_URL must be an address");
    }
  });
});

describe("an answer", () => {
  const json = { "content-type": "application/json" };
  it.each([
    ["a rate limit that names no time", new Response("slow down", { status: 429 }), 429],
    [
      "Slack's own refusal with another status",
      new Response('{"ok":false,"error":"channel_not_found"}', { status: 404, headers: json }),
      200,
    ],
    ["a proxy's page", new Response("<html>Sorry</html>", { status: 200 }), 502],
    ["a page that is not there", new Response("<html>Sorry</html>", { status: 404 }), 404],
    ["a refusal that says nothing", new Response('{"ok":false}', { status: 200, headers: json }), 502],
    ["trouble at the server", new Response('{"ok":false,"error":"fatal_error"}', { status: 503, headers: json }), 503],
    ["what is as it should be", new Response('{"ok":true,"ts":"1"}', { status: 200, headers: json }), 200],
  ])("is understood: %s", async (_name, given, status) => {
    const made = await understandable(given);
    expect(made.status).toBe(status);
    if (status === 429) expect(made.headers.get("retry-after")).toBe("5");
    if (status === 200) expect(await made.json()).toHaveProperty("ok");
  });
});
