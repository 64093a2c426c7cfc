/** What people do in Slack, and what the program hears of it. */

import { describe, expect, it } from "vitest";
import type { FetchLink } from "../../../src/bots/slack/options.js";
import type { Work } from "../../../src/port/gallery.js";
import { patience } from "../../support/patience.js";
import { eventually } from "../contract-world.js";
import { colour, openSlack, png } from "./harness.js";

const fetchOptions = () => ({ maxBytes: 1_000_000, signal: patience() });

describe("what is written for a picture", () => {
  async function openWriting() {
    const links: string[] = [];
    const fetchLink: FetchLink = async (link) => {
      links.push(link.href);
      return png("red", "elsewhere.png");
    };
    return { ...(await openSlack({ chat: { fetchLink } })), links };
  }

  it("is a member's avatar by a mention, and the member's", async () => {
    const { chat, place, ann, links } = await openWriting();
    await expect(chat.pictureOf?.(`<@${ann.id}>`, place)).rejects.toThrow(/has no picture of their own/);
    ann.avatar = "https://avatars.slack-edge.com/2026/ann_original.jpg";
    const source = await chat.pictureOf?.(`<@${ann.id}|ann>`, place);
    expect(source).toMatchObject({ name: "avatar.jpg", author: { id: ann.id } });
    expect((await source?.fetch(fetchOptions()))?.bytes.byteLength).toBeGreaterThan(50);
    expect(links).toEqual([ann.avatar]);
    await expect(chat.pictureOf?.("<@U0NOBODY>", place)).rejects.toThrow();
  });

  it("is an emoji of the workspace, also by another name; those that all have are none", async () => {
    const { chat, place, fake, links } = await openWriting();
    fake.team.emoji.set("blob", "https://emoji.slack-edge.com/T1/blob/1.gif");
    fake.team.emoji.set("blobby", "alias:blob");
    fake.team.emoji.set("round", "alias:round");
    const source = await chat.pictureOf?.(":blobby:", place);
    expect(source?.name).toBe("blobby.gif");
    await source?.fetch(fetchOptions());
    expect(links).toEqual(["https://emoji.slack-edge.com/T1/blob/1.gif"]);
    for (const written of [":smile:", ":round:", "blob", "<!here>"])
      expect(await chat.pictureOf?.(written, place)).toBeUndefined();
    [...fake.tokens.values()][0]?.scopes.delete("emoji:read");
    await expect(chat.pictureOf?.(":blob:", place)).rejects.toThrow(/emoji:read/);
  });
});

describe("a slash command", () => {
  it("hands over its line with links and signs as they were typed", async () => {
    const { people: users, ann, art, listener } = await openSlack();
    await users.command(ann, art.id, "stylize", 'winter "two & <three>" https://example.org/a.jpg');
    const event = await listener.next("command");
    expect([event.name, event.text]).toEqual(["stylize", 'winter "two & <three>" https://example.org/a.jpg']);
  });

  it("in a channel without the bot tells the person to invite it, and starts nothing", async () => {
    const { fake, people: users, ann, listener } = await openSlack();
    const other = fake.addChannel("other", { withBot: false });
    await users.command(ann, other.id, "queue");
    const told = await eventually(async () => users.look(ann, { id: other.id }).at(-1), "an answer");
    expect(told.text).toContain("/invite @dreamloom");
    expect(told.ephemeral).toBe(true);
    expect(listener.events).toEqual([]);
    // Once it is there, the same line works at once.
    other.members.add(fake.team.bot.id);
    await users.command(ann, other.id, "queue");
    await listener.next("command");
  });

  it("answers by its address five times at most, then by calls", async () => {
    const { people: users, ann, art, listener } = await openSlack();
    await users.command(ann, art.id, "queue");
    const event = await listener.next("command");
    for (let n = 1; n <= 7; n++) await event.reply({ text: `answer ${n}` }, "private");
    expect(users.look(ann, { id: art.id }).map(({ text }) => text)).toEqual(
      Array.from({ length: 7 }, (_, n) => `answer ${n + 1}`),
    );
  });

  it("works without the permissions that newer workspaces give", async () => {
    const { fake, people: users, ann, art, listener, chat, place: channel } = await openSlack();
    const token = [...fake.tokens.values()][0];
    for (const scope of ["channels:read", "groups:read", "im:read", "users:read"]) token?.scopes.delete(scope);
    await users.command(ann, art.id, "queue");
    const event = await listener.next("command");
    expect(event.user).toEqual({ id: ann.id, name: "ann", moderator: false, outsider: true });
    // The command has told that the channel is open; of others it is not known.
    expect(await chat.describe(channel)).toMatchObject({ name: "#art", closed: false });
    expect(await chat.describe({ ...channel, id: fake.addChannel("x", { kind: "private" }).id })).toMatchObject({
      closed: true,
    });
  });
});

describe("a form", () => {
  it("asks for a picture where there is none, filled in with what the line says", async () => {
    const { people: users, ann, art, listener, place: channel } = await openSlack();
    const trigger = await users.command(ann, art.id, "stylize", "start:noise strength:0.7");
    const view = await eventually(async () => users.view(trigger), "a form");
    expect(view.view.blocks.map((block) => block.block_id?.replace("field:", ""))).toEqual([
      undefined,
      "picture",
      "style",
      "start",
      "strength",
      "keep-colours",
    ]);
    // A menu takes nothing that is not in it, and a new name is in no list: what is typed can be chosen itself.
    expect(await users.suggest(ann, view, "style", "winter")).toEqual(["winter"]);
    expect(await users.suggest(ann, view, "style", "w")).toEqual(["winter", "wool", "w"]);
    expect(listener.completions.at(-1)).toMatchObject({
      command: "stylize",
      option: "style",
      typed: "w",
      channel,
    });
    await users.submit(ann, view, { style: "winter" }, [{ name: "me.png", bytes: await colour("#0f0") }]);
    const event = await listener.next("command");
    expect(event.options).toEqual({ start: "noise", strength: "0.7", style: "winter" });
    const [source] = event.attachments;
    expect((await source?.fetch(fetchOptions()))?.type).toBe("image/png");
    expect(listener.events).toHaveLength(1);
    await event.reply({ text: "Only you" }, "private");
    expect(users.look(ann, { id: art.id }).at(-1)).toMatchObject({ text: "Only you", ephemeral: true });
  });

  it("takes over from a line of words too, and asks for nothing where no picture is needed", async () => {
    const { people: users, ann, art, listener } = await openSlack();
    const trigger = await users.command(ann, art.id, "stylize", "winter");
    const view = await eventually(async () => users.view(trigger), "a form");
    await users.submit(ann, view, {}, [{ name: "me.png", bytes: await colour("#0f0") }]);
    expect((await listener.next("command")).options).toEqual({ style: "winter" });
    const listing = await users.command(ann, art.id, "style");
    expect((await listener.next("command", ({ name }) => name === "style")).text).toBe("");
    expect(users.view(listing)).toBeUndefined();
  });

  it("without a file says at its field that there is no picture, until there is one", async () => {
    const { people: users, ann, ben, art, listener } = await openSlack();
    const trigger = await users.command(ann, art.id, "stylize");
    const view = await eventually(async () => users.view(trigger), "a form");
    expect(await users.submit(ann, view, { style: "winter" })).toEqual({
      response_action: "errors",
      errors: { "field:picture": "There is no picture in this conversation yet: add one here." },
    });
    expect(listener.events).toEqual([]);
    await users.say(ben, { id: art.id }, "here", [{ name: "a.png", bytes: await colour("#f00") }]);
    expect(await users.submit(ann, view, { style: "winter" })).toEqual({});
    expect((await listener.next("command")).options).toEqual({ style: "winter" });
  });

  it("comes when it is asked for, also where there is a picture", async () => {
    const { people: users, ann, ben, art, listener } = await openSlack();
    await users.say(ben, { id: art.id }, "look", [{ name: "a.png", bytes: await colour("#f00") }]);
    const trigger = await users.command(ann, art.id, "stylize", "form strength:0.7");
    const view = await eventually(async () => users.view(trigger), "a form");
    await users.submit(ann, view, { style: "wool" });
    expect((await listener.next("command")).options).toEqual({ style: "wool", strength: "0.7" });
  });

  it("comes by a button where a line cannot open one, such as in a thread", async () => {
    const { fake, people: users, ann, ben, art, listener } = await openSlack();
    const root = await users.say(ben, { id: art.id }, "root", [{ name: "a.png", bytes: await colour("#f00") }]);
    const thread = { id: art.id, thread: root.ts };
    await users.mention(ann, thread, "stylize form strength:0.7");
    const offer = await eventually(async () => users.look(ann, thread).find(({ ephemeral }) => ephemeral), "an offer");
    const message = fake.team.messages.find(({ ts }) => ts === offer.ts);
    await users.press(ann, message ?? expect.fail(), "Open the form");
    const view = await eventually(async () => fake.openViews[0], "a form");
    await users.submit(ann, view, {});
    expect(await listener.next("command")).toMatchObject({
      name: "stylize",
      options: { strength: "0.7" },
      channel: { thread: root.ts },
    });
  });

  it("can be had anywhere, and asks where to work", async () => {
    const { fake, people: users, ann, art, listener } = await openSlack();
    const closed = fake.addChannel("elsewhere", { withBot: false });
    const trigger = await users.globalShortcut(ann, "form_stylize");
    const view = await eventually(async () => users.view(trigger), "a form");
    const file = { name: "me.png", bytes: await colour("#0f0") };
    expect(await users.submit(ann, view, { place: closed.id }, [file])).toEqual({
      response_action: "errors",
      errors: { place: expect.stringContaining("/invite @dreamloom") },
    });
    expect(listener.events).toEqual([]);
    await users.submit(ann, view, { place: art.id, style: "winter" }, [file]);
    expect(await listener.next("command")).toMatchObject({
      name: "stylize",
      options: { style: "winter" },
      channel: { id: art.id },
      attachments: [{ name: "me.png" }],
    });
  });

  it("is not in the way where there is a picture, a link, or a value that the command refuses", async () => {
    const { people: users, ann, ben, art, listener } = await openSlack();
    for (const line of ["strength:7", "https://example.org/a.jpg", "start:nonsense", "form-ice strength:7"]) {
      await users.command(ann, art.id, "stylize", line);
      expect((await listener.next("command", ({ text }) => text === line)).text).toBe(line);
    }
    await users.say(ben, { id: art.id }, "look", [{ name: "a.png", bytes: await colour("#f00") }]);
    await users.command(ann, art.id, "stylize");
    await listener.next("command", ({ text }) => text === "");
  });

  it("gives way to the command when Slack does not open it in time", async () => {
    const { fake, people: users, ann, art, listener } = await openSlack();
    fake.trouble({ method: "views.open", kind: { error: "expired_trigger_id" }, times: 1 });
    await users.command(ann, art.id, "stylize");
    expect((await listener.next("command")).name).toBe("stylize");
  });
});

describe("what is wrong in a form", () => {
  it("is said at its fields, and the corrected form is reported", async () => {
    const { people: users, ann, art, listener } = await openSlack();
    const view = await opened();
    const notes = [{ name: "notes.txt", bytes: new Uint8Array([65]) }];
    expect(await users.submit(ann, view, { strength: "7" }, notes)).toEqual({
      response_action: "errors",
      errors: {
        "field:strength": "This must be 1 or less.",
        "field:picture": "notes.txt is not a picture that I can read: choose a PNG, JPEG, GIF or WebP.",
      },
    });
    expect(await users.submit(ann, view, { strength: "much" })).toMatchObject({
      errors: { "field:strength": "This must be a number from 0 to 1, such as 0." },
    });
    expect(listener.events).toEqual([]);
    await users.submit(ann, view, { strength: "0.7" }, [{ name: "me.png", bytes: await colour("#0f0") }]);
    expect((await listener.next("command")).options).toEqual({ strength: "0.7" });

    async function opened() {
      const trigger = await users.command(ann, art.id, "stylize");
      return eventually(async () => users.view(trigger), "a form");
    }
  });

  it("is a picture that is too large", async () => {
    const { people: users, ann, art, listener } = await openSlack({ chat: { limits: { uploadBytes: 50 } } });
    const trigger = await users.command(ann, art.id, "stylize");
    const view = await eventually(async () => users.view(trigger), "a form");
    const answer = await users.submit(ann, view, {}, [{ name: "big.png", bytes: await colour("#f00") }]);
    expect(answer).toMatchObject({ errors: { "field:picture": expect.stringContaining("big.png is larger than") } });
    expect(listener.events).toEqual([]);
  });
});

describe("an admin of another organisation, in a shared channel", () => {
  it("moderates nothing here", async () => {
    const { fake, people: users, art, listener } = await openSlack();
    const [guest, own] = [
      fake.addUser("Gus", { admin: true, home: "T0ELSEWHERE" }),
      fake.addUser("Mo", { admin: true }),
    ];
    for (const user of [guest, own]) await users.command(user, art.id, "queue");
    const moderates = async (id: string) =>
      (await listener.next("command", ({ user }) => user.id === id)).user.moderator;
    expect([await moderates(guest.id), await moderates(own.id)]).toEqual([false, true]);
  });
});

describe("a message's menu", () => {
  it("hands over the message and its pictures", async () => {
    const { people: users, ann, ben, art, listener, place: channel } = await openSlack();
    const message = await users.say(ben, { id: art.id }, "", [{ name: "a.png", bytes: await colour("#f00") }]);
    await users.shortcut(ann, message, "dream_this");
    const event = await listener.next("command");
    expect(event).toMatchObject({ name: "dream", options: { look: "eyes" }, repliesTo: { channel, id: message.ts } });
    expect(event.pointedAt?.map(({ name, author }) => [name, author?.id])).toEqual([["a.png", ben.id]]);
  });

  it("asks which picture is meant where there are several, and nothing of what looks at all of them", async () => {
    const { people: users, ann, ben, art, listener } = await openSlack();
    const files = await Promise.all(
      ["#f00", "#0f0", "#00f"].map(async (hex, n) => ({ name: `${n + 1}.png`, bytes: await colour(hex) })),
    );
    const message = await users.say(ben, { id: art.id }, "", files);
    const trigger = await users.shortcut(ann, message, "use_as_style");
    const view = await eventually(async () => users.view(trigger), "a form");
    expect(JSON.stringify(view)).toContain("Which picture, from 1 to 3");
    await users.submit(ann, view, { picture: "3", name: "rust", emoji: "🍂" });
    const style = await listener.next("command");
    expect(style).toMatchObject({ name: "style", options: { name: "rust", picture: "3" }, attachments: [] });
    expect(style.repliesTo?.id).toBe(message.ts);
    await users.shortcut(ann, message, "what_do_you_see");
    const see = await listener.next("command", ({ name }) => name === "see");
    expect(see.pointedAt?.map(({ name }) => name)).toEqual(["1.png", "2.png", "3.png"]);
  });

  it("says at once that there is no picture, and asks no history, as Slack has handed over the message", async () => {
    const { fake, people: users, ann, ben, art, listener, place: channel } = await openSlack();
    const message = await users.say(ben, { id: art.id }, "words");
    await users.shortcut(ann, message, "dream_this");
    const said = () =>
      users.look(ann, channel).find(({ text }) => text.includes("There is no picture in that message"));
    await expect.poll(said).toMatchObject({ ephemeral: true });
    expect(fake.calls.filter(({ method }) => /conversations.(history|replies)/.test(method))).toEqual([]);
    expect(listener.events.filter(({ kind }) => kind === "command")).toEqual([]);
  });

  it("asks first where something is to be asked", async () => {
    const { people: users, ann, ben, art, listener } = await openSlack();
    const root = await users.say(ben, { id: art.id }, "root");
    const message = await users.say(ben, { id: art.id, thread: root.ts }, "", [
      { name: "a.png", bytes: await colour("#f00") },
    ]);
    const trigger = await users.shortcut(ann, message, "use_as_style");
    const view = await eventually(async () => users.view(trigger), "a form");
    await users.submit(ann, view, { name: "rust", emoji: "🍂" });
    const event = await listener.next("command");
    expect(event).toMatchObject({
      name: "style",
      options: { action: "add", name: "rust", emoji: "🍂" },
      channel: { thread: root.ts },
    });
    expect(event.repliesTo?.id).toBe(message.ts);
    expect(event.attachments).toEqual([]);
  });
});

describe("a mention", () => {
  it("in a thread is a command there, with its files", async () => {
    const { people: users, ann, ben, art, listener, place: channel, chat } = await openSlack();
    const root = await users.say(ben, { id: art.id }, "root", [{ name: "root.png", bytes: await colour("#00f") }]);
    const thread = { id: art.id, thread: root.ts };
    await users.mention(ann, thread, "stylize winter", [{ name: "a.png", bytes: await colour("#f00") }]);
    const event = await listener.next("command");
    expect(event).toMatchObject({
      name: "stylize",
      text: "winter",
      channel: { ...channel, thread: root.ts },
      user: { id: ann.id },
    });
    expect(event.attachments.map(({ name }) => name)).toEqual(["a.png"]);
    await event.reply({ text: "For you only" }, "private");
    expect(users.look(ann, thread).at(-1)).toMatchObject({ text: "For you only", ephemeral: true });
    await event.reply({ text: "Aloud" }, "public");
    expect(users.look(ben, thread).at(-1)?.text).toBe("Aloud");
    // Without files of its own, the thread's pictures are used.
    expect((await chat.latestPicture({ ...channel, thread: root.ts }))?.name).toBe("a.png");
  });

  it("alone asks for help, and bots are not answered", async () => {
    const { fake, people: users, ann, art, listener } = await openSlack();
    const other = fake.addUser("Other", { bot: true });
    art.members.add(other.id);
    await users.mention(other, { id: art.id }, "stylize winter");
    await users.mention(ann, { id: art.id }, "");
    expect((await listener.next("command")).name).toBe("help");
    expect(listener.events).toHaveLength(1);
    const message = await users.say(ann, { id: art.id }, "x");
    await users.react(other, message, "🔁", true);
    await users.react(ann, message, ":partyparrot:", true);
    expect((await listener.next("reaction")).emoji).toBe(":partyparrot:");
    expect(listener.events).toHaveLength(2);
  });

  it("is not needed in a conversation with the bot alone", async () => {
    const { fake, people: users, ann, listener, chat } = await openSlack();
    const direct = fake.directMessage(ann);
    await users.say(ann, { id: direct.id }, "stylize winter", [{ name: "a.png", bytes: await colour("#f00") }]);
    const event = await listener.next("command");
    expect([event.name, event.text, event.attachments.length]).toEqual(["stylize", "winter", 1]);
    await event.reply({ text: "Here" }, "public");
    expect(users.look(ann, { id: direct.id }).at(-1)?.text).toBe("Here");
    expect(await chat.describe(event.channel)).toMatchObject({ name: "a direct message", closed: true });
  });
});

describe("the home page", () => {
  it("shows a person's works with pictures, and makes one again where it was made", async () => {
    const works: Work[] = [];
    const {
      fake,
      people: users,
      ann,
      chat,
      listener,
      place: channel,
    } = await openSlack({ handlers: { works: async () => works } });
    await users.openHome(ann);
    await eventually(
      async () => JSON.stringify(fake.team.homes.get(ann.id))?.includes("Nothing here yet"),
      "an empty page",
    );
    const ref = await chat.post(channel, { text: "done", pictures: [await png("#f00")] });
    works.push(
      {
        job: "7KQ4M9XA",
        title: "Dream of <eyes>",
        line: "/dream look:eyes",
        at: Date.now(),
        message: ref,
        thumbnail: () => png("#f00"),
      },
      {
        job: "7KQ4M9XB",
        title: "Gone",
        line: "/dream",
        at: 0,
        thumbnail: () => Promise.reject(new Error("no longer kept")),
      },
    );
    const ben = [...fake.team.users.values()].find(({ name }) => name === "ben");
    if (!ben) throw new Error("no Ben");
    await users.openHome(ben);
    await eventually(
      async () => JSON.stringify(fake.team.homes.get(ben.id))?.includes("slack_file"),
      "a page with a picture",
    );
    const page = JSON.stringify(fake.team.homes.get(ben.id));
    expect(page).toContain("Dream of &lt;eyes&gt;");
    expect(page).toContain("/archives/");
    await users.pressAtHome(ben, "Again");
    const event = await listener.next("command");
    expect(event).toMatchObject({ name: "again", options: { job: "7KQ4M9XA" }, channel, user: { id: ben.id } });
    await event.reply({ text: "Not possible" }, "private");
    expect(users.look(ben, { id: fake.directMessage(ben).id }).at(-1)?.text).toBe("Not possible");
  });
});
