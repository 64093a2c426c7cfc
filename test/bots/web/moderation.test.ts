/** What moderators of the web chat do to channels and people, over HTTP as the page does it. */
import { readdirSync } from "node:fs";
import { pino } from "pino";
import { afterEach, describe, expect, it, vi } from "vitest";
import { WebChat } from "../../../src/bots/web/chat.js";
import { ImageFiles } from "../../../src/bots/web/image-files.js";
import type { WebChatOptions } from "../../../src/bots/web/options.js";
import type { StoredImage } from "../../../src/bots/web/store.js";
import type { WireChannel, WireModerated, WireModeration } from "../../../src/bots/web/wire.js";
import type { ChannelRef } from "../../../src/domain/model.js";
import type { ChatHandlers } from "../../../src/port/adapter.js";
import type { ChatAdmin } from "../../../src/port/admin.js";
import { openSqlite } from "../../../src/shared/native.js";
import { FakeEngine } from "../../fakes/engine.js";
import { FakeModeration } from "../../fakes/moderation.js";
import { program } from "../../ops/program.js";
import { newFolder } from "../../support/new-folder.js";
import { waitFor } from "../../support/wait-for.js";
import { budgets, type Ear, handlers, photo, startChat, Visitor } from "./harness.js";

const local = { platform: "web", community: "local" };
const art: ChannelRef = { ...local, id: "art" };
const DAY_MS = 24 * 3600 * 1000;

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A chat with a moderator, a guest, and a channel #lab; what is noted, and which channels' jobs are cancelled. */
async function studio(options: Partial<WebChatOptions> = {}, extra: Partial<ChatHandlers> = {}) {
  const moderation = new FakeModeration();
  const cancelled: ChannelRef[] = [];
  const admin: Pick<ChatAdmin, "cancelIn"> = {
    cancelIn: async (_, channel) => {
      cancelled.push(channel);
      return 3;
    },
  };
  const given = handlers(undefined, { moderation, admin: admin as ChatAdmin, ...extra });
  const dataDir = options.dataDir ?? newFolder();
  const chat = await startChat(given, { dataDir, ...options });
  const [mod, guest] = [await Visitor.enter(chat), await Visitor.enter(chat)];
  await mod.request("POST", "/api/session", { name: "Mo" });
  await guest.request("POST", "/api/session", { name: "Gus" });
  await guest.request("POST", "/api/channels", { name: "lab", topic: "Tries" });
  return { chat, given, dataDir, moderation, cancelled, mod, guest };
}

const onChannel = (by: Visitor, channel: string, act: string, rest: object = {}) =>
  by.request("POST", `/api/moderation/channels/${channel}`, { act, ...rest });

async function onPerson(by: Visitor, person: Visitor | string, act: string, rest: object = {}): Promise<Response> {
  const id = typeof person === "string" ? person : await idOf(person);
  return by.request("POST", `/api/moderation/people/${id}`, { act, ...rest });
}

const ids = new WeakMap<Visitor, string>();

async function idOf(person: Visitor): Promise<string> {
  const id = ids.get(person) ?? (await person.session()).me.id;
  ids.set(person, id);
  return id;
}

const refusalOf = async (response: Response) => [
  response.status,
  ((await response.json()) as { error?: string }).error ?? "",
];

const channelsOf = async (visitor: Visitor): Promise<readonly WireChannel[]> => (await visitor.session()).channels;

const closed = (ear: Ear) =>
  new Promise<string>((resolve) => ear.socket.on("close", (code, reason) => resolve(`${code} ${String(reason)}`)));

describe("a channel", () => {
  it("keeps its id, links and messages under another name, which all pages are told", async () => {
    const { chat, mod, guest, moderation } = await studio();
    const said = await guest.said("here", { channel: "lab" });
    const ear = await guest.listen();
    expect((await onChannel(mod, "lab", "rename-channel", { name: "#Dream Works" })).status).toBe(204);
    const frame = await ear.until(({ kind }) => kind === "channel-state");
    expect(frame).toMatchObject({ channel: { id: "lab", name: "dream-works", topic: "Tries", archived: false } });
    const lab = { ...local, id: "lab" };
    expect((await chat.describe(lab)).name).toBe("#dream-works");
    expect(await chat.link({ channel: lab, id: said.id })).toBe(`${chat.address}/#/lab/${said.id}`);
    expect((await guest.page("lab")).messages.map(({ text }) => text)).toEqual(["here"]);
    expect(moderation.noted).toEqual([
      { ...local, by: "Mo", kind: "rename-channel", subject: "#lab", detail: "now #dream-works" },
    ]);
    // The name is free for another channel, which is another channel.
    const made = await guest.request("POST", "/api/channels", { name: "lab" });
    expect(await made.json()).toEqual({ id: "lab-2", name: "lab", topic: "", archived: false });
    expect((await guest.page("lab-2")).messages).toEqual([]);
    expect((await refusalOf(await onChannel(mod, "lab", "rename-channel", { name: "lab" })))[0]).toBe(403);
    expect((await refusalOf(await onChannel(mod, "lab", "rename-channel", { name: "!" })))[0]).toBe(403);
    expect(moderation.noted).toHaveLength(1);
  });

  it("that is archived is read, and nothing is posted or started in it until it is opened", async () => {
    const { chat, given, mod, guest, moderation } = await studio();
    const buttons = [{ id: "again:1", label: "Again" }];
    const lab = { ...local, id: "lab" };
    const old = await chat.post(lab, { text: "old", buttons });
    const ear = await guest.listen();
    expect((await onChannel(mod, "lab", "archive-channel")).status).toBe(204);
    await ear.until((frame) => frame.kind === "channel-state" && frame.channel.archived);
    const why = "#lab is archived: it can be read, but nothing can be posted or started there.";
    for (const refused of [
      await guest.say("hello", { channel: "lab" }),
      await guest.say("/dream", { channel: "lab" }),
      await guest.say("hello", { channel: "lab", thread: old.id }),
      await mod.say("hello", { channel: "lab" }),
      await guest.request("POST", `/api/messages/${old.id}/reactions`, { emoji: "🌀", on: true }),
    ])
      expect(await refusalOf(refused)).toEqual([403, why]);
    await guest.request("POST", `/api/messages/${old.id}/actions`, { action: "again:1" });
    await waitFor(() => expect(given.events).toHaveLength(1));
    expect(given.events[0]).toMatchObject({ kind: "action", obstacle: why });
    expect(await chat.describe(lab)).toMatchObject({ archived: true });
    expect(await chat.describe({ ...local, id: "art" })).not.toHaveProperty("archived");
    // What was begun before still arrives.
    await chat.post(lab, { text: "a late result" });
    expect((await guest.page("lab")).messages.map(({ text }) => text)).toEqual(["old", "a late result"]);
    expect((await channelsOf(guest)).map(({ name, archived }) => [name, archived])).toEqual([
      ["art", false],
      ["lab", true],
    ]);
    expect((await refusalOf(await onChannel(mod, "art", "archive-channel")))[1]).toMatch(/last open channel/);
    expect((await refusalOf(await onChannel(mod, "art", "delete-channel")))[1]).toMatch(/newcomers arrive/);
    await onChannel(mod, "lab", "open-channel");
    expect((await guest.say("hello", { channel: "lab" })).status).toBe(200);
    expect(moderation.noted.map(({ kind, subject }) => [kind, subject])).toEqual([
      ["archive-channel", "#lab"],
      ["open-channel", "#lab"],
    ]);
  });

  it("that is deleted goes with its messages, and with the pictures that nothing else shows", async () => {
    const { chat, given, dataDir, cancelled, mod, guest, moderation } = await studio();
    const [own, shared] = [await photo(40, 30, "#111"), await photo(40, 30, "#222")];
    const files = [own, shared].map((bytes, index) => ({ bytes, name: `${index}.jpg` }));
    const root = await guest.said("root", { channel: "lab", files });
    await guest.said("answer", { channel: "lab", thread: root.id });
    await guest.request("POST", `/api/messages/${root.id}/reactions`, { emoji: "🌀", on: true });
    await guest.said("elsewhere", { files: files.slice(1) });
    const ear = await guest.listen();
    expect((await onChannel(mod, "lab", "delete-channel")).status).toBe(204);
    await ear.until((frame) => frame.kind === "channel-gone" && frame.id === "lab");
    expect(cancelled).toEqual([{ ...local, id: "lab" }]);
    expect((await channelsOf(guest)).map(({ id }) => id)).toEqual(["art"]);
    expect((await refusalOf(await guest.say("hello", { channel: "lab" })))[0]).toBe(404);
    const pictures = await Promise.all(root.pictures.map(({ url }) => guest.request("GET", url)));
    expect(pictures.map(({ status }) => status)).toEqual([404, 200]);
    expect(moderation.noted).toEqual([
      { ...local, by: "Mo", kind: "delete-channel", subject: "#lab", detail: "3 jobs" },
    ]);
    // Links, jobs and settings that name it lead to no other channel.
    const made = (await (await guest.request("POST", "/api/channels", { name: "lab" })).json()) as WireChannel;
    expect(made).toMatchObject({ id: "lab-2", name: "lab" });
    await chat.stop();
    await startChat(given, { dataDir });
    expect(readdirSync(`${dataDir}/pictures`)).toHaveLength(1);
    const file = openSqlite(`${dataDir}/web-chat.sqlite`);
    expect(file.prepare("SELECT text FROM message WHERE author <> 'bot'").all([])).toEqual([{ text: "elsewhere" }]);
    file.close();
  });

  it("that is gone has no place for results: who asked is told alone, in the first channel", async () => {
    const { chat, mod, guest } = await studio();
    const lab = { ...local, id: "lab" };
    await onChannel(mod, "lab", "delete-channel");
    await expect(chat.post(lab, { text: "late" })).rejects.toThrow("There is no channel #lab here.");
    await chat.tell({ id: await idOf(guest) }, lab, { text: "for Gus" });
    expect((await guest.page()).messages.at(-1)).toMatchObject({ text: "for Gus", private: true });
    expect((await mod.page()).messages.map(({ text }) => text)).not.toContain("for Gus");
  });

  it("that is deleted shows nothing from then on, and is in the log, though its jobs cannot be cancelled", async () => {
    const { chat, mod, guest, given, moderation } = await studio();
    const { rev } = await guest.session();
    const files = [{ bytes: await photo(40, 30, "#333"), name: "a.jpg" }];
    const { id, pictures } = await guest.said("gone with it", { channel: "lab", files });
    await mod.said("an answer", { channel: "lab", thread: id });
    const ear = await guest.listen();
    let fail: (error: Error) => void = () => undefined;
    const cancelling = new Promise<number>((_, reject) => {
      fail = reject;
    });
    vi.spyOn(given.admin ?? expect.fail(), "cancelIn").mockReturnValueOnce(cancelling);
    const deleting = onChannel(mod, "lab", "delete-channel");
    await ear.until(({ kind }) => kind === "channel-gone");
    const answers = [
      await guest.request("GET", pictures[0]?.url ?? expect.fail()),
      await guest.request("POST", `/api/messages/${id}/reactions`, { emoji: "🌀", on: true }),
      await guest.request("PATCH", `/api/messages/${id}`, { text: "changed" }),
      await guest.request("POST", `/api/messages/${id}/actions`, { action: "again" }),
      await guest.request("DELETE", `/api/messages/${id}`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
    await expect(chat.edit({ channel: { ...local, id: "lab" }, id }, { text: "late" })).rejects.toThrow();
    expect((await guest.listen(rev)).messages()).toEqual([]);
    expect((await guest.session()).news).toEqual([]);
    fail(new Error("the disk is full"));
    expect((await deleting).status).toBe(204);
    expect(moderation.noted).toMatchObject([{ kind: "delete-channel", subject: "#lab" }]);
  });

  it("that a stop has left half deleted is emptied at the next start", async () => {
    const { chat, given, dataDir, guest } = await studio();
    for (const text of ["one", "two"]) await guest.said(text, { channel: "lab" });
    await chat.stop();
    const file = openSqlite(`${dataDir}/web-chat.sqlite`);
    file.exec("UPDATE channel SET deleted = 1 WHERE id = 'lab'");
    await startChat(given, { dataDir });
    expect(file.prepare("SELECT id FROM message WHERE channel = 'lab'").all([])).toEqual([]);
    file.close();
  });

  it("of an older Dreamloom has its id as its name, and is open", async () => {
    const { chat, given, dataDir, guest } = await studio();
    await chat.stop();
    const file = openSqlite(`${dataDir}/web-chat.sqlite`);
    for (const column of ["name", "archived", "deleted"]) file.exec(`ALTER TABLE channel DROP COLUMN ${column}`);
    file.exec(
      "DROP INDEX person_skeleton; DROP INDEX person_folded; DROP INDEX person_sign_in; DROP TABLE banned_address",
    );
    for (const column of ["skeleton", "folded", "muted_until", "banned", "sign_in"])
      file.exec(`ALTER TABLE person DROP COLUMN ${column}`);
    file.exec("DROP TABLE thread_mark; DROP INDEX message_author; DROP TABLE message_word");
    for (const change of ["new", "gone", "changed"]) file.exec(`DROP TRIGGER message_word_${change}`);
    file.exec("UPDATE person SET token_hash = (SELECT token_hash FROM session WHERE person = person.id)");
    file.exec("DROP TABLE session; UPDATE schema_version SET version = 1");
    file.close();
    guest.base = (await startChat(given, { dataDir })).address;
    expect(await channelsOf(guest)).toMatchObject([
      { id: "art", name: "art", archived: false },
      { id: "lab", name: "lab", archived: false },
    ]);
    expect((await refusalOf(await guest.request("POST", "/api/session", { name: "Mo" })))[0]).toBe(403);
  });
});

describe("a person", () => {
  it("who is muted reads, and can do nothing else until it is over", async () => {
    const { chat, given, mod, guest, moderation } = await studio();
    const message = await chat.post(art, { text: "done", buttons: [{ id: "again:1", label: "Again" }] });
    const own = await guest.said("mine");
    const ear = await guest.listen();
    vi.useFakeTimers({ toFake: ["Date"] });
    const answer = (await (await onPerson(mod, guest, "mute", { minutes: 10 })).json()) as WireModerated;
    expect(answer).toMatchObject({ name: "Gus", moderator: false, banned: false, outcome: "for 10 min" });
    const until = Date.now() + 600_000;
    await ear.until((frame) => frame.kind === "me" && frame.me.mutedUntil === until);
    const why = "A moderator has muted you: you can read, and write again in 10 min.";
    const react = () => guest.request("POST", `/api/messages/${message.id}/reactions`, { emoji: "🌀", on: true });
    for (const refused of [
      await guest.say("hello"),
      await guest.say("/dream"),
      await react(),
      await guest.request("POST", "/api/channels", { name: "mine" }),
      await guest.request("POST", "/api/session", { name: "Gus the Loud" }),
    ])
      expect(await refusalOf(refused)).toEqual([403, why]);
    await guest.request("POST", `/api/messages/${message.id}/actions`, { action: "again:1" });
    await waitFor(() => expect(given.events).toHaveLength(1));
    expect(given.events[0]).toMatchObject({ kind: "action", obstacle: why });
    expect((await guest.page()).messages.length).toBeGreaterThan(1);
    expect((await guest.request("DELETE", `/api/messages/${own.id}`)).status).toBe(204);
    const listed = (await (await mod.request("GET", "/api/moderation")).json()) as WireModeration;
    expect(listed.restricted).toMatchObject([{ name: "Gus", mutedUntil: until, banned: false }]);
    vi.setSystemTime(until + 1);
    expect((await guest.say("again")).status).toBe(200);
    expect((await guest.session()).me.mutedUntil).toBeUndefined();
    await onPerson(mod, guest, "mute", { minutes: 60 });
    await onPerson(mod, guest, "unmute");
    expect((await react()).status).toBe(204);
    // What changes nothing is no act.
    for (const act of ["unmute", "unbar", "unmake-moderator"] as const)
      expect(await (await onPerson(mod, guest, act)).json()).toMatchObject({ outcome: "nothing" });
    expect(await (await onPerson(mod, guest, "rename", { name: "Gus" })).json()).toMatchObject({ outcome: "nothing" });
    expect(moderation.noted.map(({ kind, subject, detail }) => [kind, subject, detail])).toEqual([
      ["mute", "Gus", "for 10 min"],
      ["mute", "Gus", "for 1 h"],
      ["unmute", "Gus", undefined],
    ]);
  });

  it("who is barred is out with that cookie, also after a restart, until the bar is lifted", async () => {
    const { chat, given, dataDir, mod, guest, moderation } = await studio();
    const ear = await guest.listen();
    const end = closed(ear);
    await idOf(guest);
    expect((await onPerson(mod, guest, "bar", { address: false })).status).toBe(200);
    expect(await end).toBe("4001 A moderator has barred you from this chat.");
    const why = [403, "A moderator has barred you from this chat."];
    const tries = async () => [
      await refusalOf(await guest.request("GET", "/api/session")),
      await refusalOf(await guest.say("hello")),
      await refusalOf(await guest.request("GET", "/api/channels/art/messages")),
    ];
    expect(await tries()).toEqual([why, why, why]);
    await chat.stop();
    mod.base = guest.base = (await startChat(given, { dataDir })).address;
    expect(await tries()).toEqual([why, why, why]);
    const { restricted } = (await (await mod.request("GET", "/api/moderation")).json()) as WireModeration;
    expect(restricted).toMatchObject([{ name: "Gus", banned: true }]);
    expect((await refusalOf(await onPerson(mod, guest, "make-moderator")))[1]).toBe(
      "Gus is barred: lift the bar first.",
    );
    await onPerson(mod, guest, "unbar");
    expect((await guest.session()).me.name).toBe("Gus");
    const { id } = await guest.said("I am back");
    expect((await mod.request("DELETE", `/api/messages/${id}`)).status).toBe(204);
    expect(moderation.noted.map(({ kind, subject, detail }) => [kind, subject, detail])).toEqual([
      ["bar", "Gus", "from the web chat"],
      ["unbar", "Gus", "from the web chat"],
      ["delete-message", "Gus", "#art"],
    ]);
  });

  it("who is barred with their address stays out for a day, and so do others there, but for moderators", async () => {
    const limits = { budgets: budgets({ codes: { person: { burst: 9, perMinute: 9 } } }) };
    const { chat, given, dataDir, mod } = await studio({
      trustedProxies: ["127.0.0.1"],
      moderatorCode: "warp",
      limits,
    });
    const there = await Visitor.enter(chat, "2001:db8:1:2::1");
    const neighbour = await Visitor.enter(chat, "2001:db8:1:2::2");
    const far = await Visitor.enter(chat, "2001:db8:1:3::1");
    const second = await Visitor.enter(chat, "192.0.2.1");
    await second.request("POST", "/api/session", { moderatorCode: "warp" });
    const ears = [await there.listen(), await neighbour.listen()];
    const ends = ears.map(closed);
    await idOf(there);
    vi.useFakeTimers({ toFake: ["Date"] });
    const answer = await onPerson(mod, there, "bar", { address: true });
    expect(await answer.json()).toMatchObject({
      banned: true,
      outcome: "from the web chat, for a day with their address",
    });
    const outThere = "Your address is shut out of this chat for a day: a moderator has barred someone there.";
    expect(await Promise.all(ends)).toEqual(["4001 A moderator has barred you from this chat.", `4001 ${outThere}`]);
    const enter = async (base: string, forwarded: string, cookie = "") => {
      const visitor = new Visitor(base);
      visitor.forwarded = forwarded;
      visitor.cookie = cookie;
      return (await visitor.request("GET", "/api/session")).status;
    };
    expect(await enter(chat.address, "2001:db8:1:2:aaaa::9")).toBe(403);
    expect(await enter(chat.address, "2001:db8:1:2::2", neighbour.cookie)).toBe(403);
    expect(await enter(chat.address, "2001:db8:1:2::2", second.cookie)).toBe(200);
    expect((await far.say("hello")).status).toBe(200);
    await chat.stop();
    const again = await startChat(given, { dataDir, trustedProxies: ["127.0.0.1"] });
    mod.base = again.address;
    expect(await enter(again.address, "2001:db8:1:2::3")).toBe(403);
    vi.setSystemTime(Date.now() + DAY_MS + 1);
    expect(await enter(again.address, "2001:db8:1:2::3")).toBe(200);
    // The cookie is out all the same, until the bar is lifted.
    expect(await enter(again.address, "192.0.2.9", there.cookie)).toBe(403);
    await onPerson(mod, there, "unbar");
    expect(await enter(again.address, "192.0.2.9", there.cookie)).toBe(200);
  });

  it("is never barred by this machine's address, nor by a moderator's", async () => {
    const { chat, mod, guest } = await studio({ trustedProxies: ["127.0.0.1"], moderatorCode: "warp" });
    const known = async (person: Visitor) =>
      (await (await mod.request("GET", `/api/moderation/people/${await idOf(person)}`)).json()) as WireModerated;
    expect((await known(guest)).bannable).toBe(false);
    const refusal = /^Their address cannot be kept out/;
    expect((await refusalOf(await onPerson(mod, guest, "bar", { address: true })))[1]).toMatch(refusal);
    const second = await Visitor.enter(chat, "192.0.2.1");
    const housemate = await Visitor.enter(chat, "192.0.2.1");
    expect((await known(housemate)).bannable).toBe(true);
    await second.request("POST", "/api/session", { moderatorCode: "warp" });
    expect((await known(housemate)).bannable).toBe(false);
    expect((await refusalOf(await onPerson(mod, housemate, "bar", { address: true })))[1]).toMatch(refusal);
    expect((await housemate.say("still here")).status).toBe(200);
  });

  it("is renamed for all to see, signed out, and has jobs cancelled and works hidden and shown", async () => {
    const { mod, guest, moderation } = await studio();
    const watcher = await mod.listen();
    const id = await idOf(guest);
    const said = await guest.said("hello");
    expect((await refusalOf(await onPerson(mod, guest, "rename", { name: "Dreamloom Team" })))[0]).toBe(403);
    await onPerson(mod, guest, "rename", { name: "Guest Seven" });
    await watcher.until((frame) => frame.kind === "person" && frame.person.id === id && frame.person.name !== "Gus");
    expect(watcher.frames.findLast(({ kind }) => kind === "person")).toEqual({
      kind: "person",
      person: { id, name: "Guest Seven", bot: false },
    });
    const shown = (await mod.page()).messages.find((message) => message.id === said.id);
    expect(shown?.author.name).toBe("Guest Seven");
    await onPerson(mod, guest, "rename", { name: "Gus" });
    await onPerson(mod, guest, "cancel-jobs");
    await onPerson(mod, guest, "hide-works");
    await onPerson(mod, guest, "show-works");
    const end = closed(await guest.listen());
    await onPerson(mod, guest, "sign-out");
    expect(await end).toBe("4001 A moderator has ended your session: reload the page to come in as somebody new.");
    expect((await refusalOf(await guest.say("hello")))[0]).toBe(403);
    expect((await guest.session()).me.id).not.toBe(id);
    expect(moderation.asked).toEqual([`cancel web ${id}`, `hide web ${id}`, `show web ${id}`]);
    expect(moderation.noted.map(({ kind, subject, detail }) => [kind, subject, detail])).toEqual([
      ["rename", "Gus", "now Guest Seven"],
      ["rename", "Guest Seven", "now Gus"],
      ["cancel-jobs", "Gus", "2 jobs"],
      ["hide-works", "Gus", "1 work"],
      ["show-works", "Gus", "1 work"],
      ["sign-out", "Gus", undefined],
    ]);
    const { acts } = (await (await mod.request("GET", "/api/moderation")).json()) as WireModeration;
    expect(acts[0]).toMatchObject({ kind: "sign-out", by: { name: "Mo" }, subject: "Gus" });
  });

  it("becomes a moderator and stays one until the right is taken, of which there is always one left", async () => {
    const { chat, mod, guest, moderation } = await studio({ moderatorCode: "warp" });
    const last = await refusalOf(await onPerson(mod, mod, "unmake-moderator"));
    expect(last).toEqual([403, "This is the last moderator: make somebody else one first."]);
    // Who has no session any more is none who could act.
    const gone = await Visitor.enter(chat);
    await onPerson(mod, gone, "sign-out");
    await onPerson(mod, gone, "make-moderator");
    expect((await onPerson(mod, mod, "unmake-moderator")).status).toBe(403);
    moderation.noted.length = 0;
    const ear = await guest.listen();
    await onPerson(mod, guest, "mute", { minutes: 5 });
    await onPerson(mod, guest, "make-moderator");
    const frame = await ear.until((each) => each.kind === "me" && each.me.moderator);
    expect(frame.kind === "me" && frame.me.mutedUntil).toBeUndefined();
    for (const [act, rest] of [
      ["bar", { address: false }],
      ["mute", { minutes: 5 }],
      ["sign-out", {}],
      ["rename", { name: "Gus Two" }],
    ] as const)
      expect(await refusalOf(await onPerson(guest, mod, act, rest))).toEqual([
        403,
        "Mo is a moderator: take away their rights first.",
      ]);
    expect((await onPerson(guest, mod, "unmake-moderator")).status).toBe(200);
    expect((await mod.session()).me.moderator).toBe(false);
    expect((await onPerson(guest, mod, "bar", { address: false })).status).toBe(200);
    const third = await Visitor.enter(chat);
    const { name } = (await third.session()).me;
    await third.request("POST", "/api/session", { moderatorCode: "warp" });
    expect(moderation.noted.map(({ by, kind, subject, detail }) => [by, kind, subject, detail])).toEqual([
      ["Mo", "mute", "Gus", "for 5 min"],
      ["Mo", "make-moderator", "Gus", undefined],
      ["Gus", "unmake-moderator", "Mo", undefined],
      ["Gus", "bar", "Mo", "from the web chat"],
      [name, "make-moderator", name, "with the moderator code"],
    ]);
  });

  it("who has nothing to hide is not in the log", async () => {
    const { mod, guest, moderation } = await studio();
    moderation.works = 0;
    const answer = (await (await onPerson(mod, guest, "hide-works")).json()) as WireModerated;
    expect(answer.outcome).toBe("nothing");
    moderation.works = 1;
    await onPerson(mod, guest, "hide-works");
    expect(moderation.noted.map(({ kind, detail }) => [kind, detail])).toEqual([["hide-works", "1 work"]]);
  });

  it("who is barred from the bot is listed, by the name of today", async () => {
    const { mod, guest, moderation } = await studio();
    const by = { id: "mo", name: "Mo" };
    moderation.barred = [
      { id: await idOf(guest), name: "Gus of Before", by, at: 2 },
      { id: "gone", name: "Gone", by, at: 1 },
    ];
    const { barred, restricted } = (await (await mod.request("GET", "/api/moderation")).json()) as WireModeration;
    expect(barred.map(({ name }) => name)).toEqual(["Gus", "Gone"]);
    expect(restricted).toEqual([]);
  });

  it("may be anybody but the bot and those who are not there", async () => {
    const { mod, moderation } = await studio();
    for (const id of ["bot", "p0", "../session"])
      expect((await onPerson(mod, encodeURIComponent(id), "mute", { minutes: 5 })).status).toBe(404);
    for (const body of [{ act: "mute" }, { act: "mute", minutes: -1 }, { act: "bar" }, { act: "explode" }, {}])
      expect((await onPerson(mod, mod, "", body)).status).toBe(403);
    expect(moderation.noted).toEqual([]);
  });
});

describe("visitors", () => {
  it("can do nothing of it: each route is refused, and nothing changes", async () => {
    const { mod, guest, moderation, cancelled } = await studio();
    const state = async () => [
      (await mod.session()).channels.map(({ id, name, archived }) => [id, name, archived]),
      await (await mod.request("GET", `/api/moderation/people/${await idOf(guest)}`)).json(),
      await (await mod.request("GET", `/api/moderation/people/${await idOf(mod)}`)).json(),
    ];
    const before = await state();
    const answers = [
      await guest.request("GET", "/api/moderation"),
      await guest.request("GET", `/api/moderation/people/${await idOf(mod)}`),
      await onChannel(guest, "lab", "rename-channel", { name: "mine" }),
      await onChannel(guest, "lab", "archive-channel"),
      await onChannel(guest, "lab", "open-channel"),
      await onChannel(guest, "lab", "delete-channel"),
    ];
    for (const person of [mod, guest])
      for (const [act, rest] of [
        ["mute", { minutes: 5 }],
        ["unmute", {}],
        ["bar", { address: true }],
        ["unbar", {}],
        ["rename", { name: "Other" }],
        ["sign-out", {}],
        ["cancel-jobs", {}],
        ["hide-works", {}],
        ["show-works", {}],
        ["make-moderator", {}],
        ["unmake-moderator", {}],
      ] as const)
        answers.push(await onPerson(guest, person, act, rest));
    for (const answer of answers)
      expect(await refusalOf(answer)).toEqual([403, "Only moderators may see and do this."]);
    const stranger = new Visitor(guest.base);
    expect((await onChannel(stranger, "lab", "delete-channel")).status).toBe(403);
    expect(await state()).toEqual(before);
    expect([moderation.noted, moderation.asked, cancelled]).toEqual([[], [], []]);
  });

  it("find no such routes where no log is kept", async () => {
    const chat = await startChat(handlers());
    const mod = await Visitor.enter(chat);
    expect((await mod.session()).moderation).toBe(false);
    expect((await mod.request("GET", "/api/moderation")).status).toBe(404);
  });
});

describe("a message on its way", () => {
  it("is not posted when its channel is archived while its pictures are taken in", async () => {
    const { mod, guest } = await studio();
    const taken = vi.spyOn(ImageFiles.prototype, "add").mockImplementationOnce(async () => {
      await onChannel(mod, "lab", "archive-channel");
      return {} as StoredImage;
    });
    const slow = await guest.say("late", { channel: "lab", files: [{ bytes: await photo(), name: "a.jpg" }] });
    expect(taken).toHaveBeenCalled();
    expect((await refusalOf(slow))[1]).toMatch(/^#lab is archived/);
    expect((await guest.page("lab")).messages).toEqual([]);
  });
});

describe("in the whole program", () => {
  it("a moderator cancels and hides what a person made, and deletes a channel with its jobs", async () => {
    const web = new WebChat({ dataDir: newFolder(), port: 0, logger: pino({ level: "silent" }) });
    const engine = new FakeEngine();
    await program({ chats: [web], engine: () => engine });
    const [mod, guest, other] = [await Visitor.enter(web), await Visitor.enter(web), await Visitor.enter(web)];
    await mod.request("POST", "/api/session", { name: "Mo" });
    await guest.request("POST", "/api/session", { name: "Gus" });
    await guest.request("POST", "/api/channels", { name: "lab" });
    const [made, theirs] = [await guest.listen(), await other.listen()];
    await guest.said("/dream picture:none octaves:2");
    await (await engine.next()).finish();
    await made.message(({ text }) => text.includes("/dream") && text.includes("seed:"));
    const works = async () => {
      const answer = await other.request("GET", "/api/gallery");
      return ((await answer.json()) as { works: unknown[] }).works.length;
    };
    await waitFor(async () => expect(await works()).toBe(1));
    await onPerson(mod, guest, "hide-works");
    expect(await works()).toBe(0);
    await onPerson(mod, guest, "show-works");
    expect(await works()).toBe(1);

    await guest.said("/dream picture:none octaves:3");
    const running = await engine.next();
    await onPerson(mod, guest, "cancel-jobs");
    await expect(running.settled).rejects.toThrow();

    await other.said("/dream picture:none octaves:2", { channel: "lab" });
    const lost = await engine.next();
    await other.said("/dream picture:none octaves:2");
    expect((await onChannel(mod, "lab", "delete-channel")).status).toBe(204);
    await expect(lost.settled).rejects.toThrow();
    // Who asked is told alone, and what was asked for elsewhere goes on.
    await theirs.message(({ text, channel, ...rest }) => rest.private && channel === "art" && /ancelled by/.test(text));
    await (await engine.next()).finish();
    const { acts } = (await (await mod.request("GET", "/api/moderation")).json()) as WireModeration;
    expect(acts.map(({ by, kind, subject, detail }) => [by.name, kind, subject, detail])).toEqual([
      ["Mo", "delete-channel", "#lab", "1 job"],
      ["Mo", "cancel-jobs", "Gus", "1 job"],
      ["Mo", "show-works", "Gus", "1 work"],
      ["Mo", "hide-works", "Gus", "1 work"],
    ]);
    const refused = await guest.request("GET", "/api/moderation");
    expect(await refusalOf(refused)).toEqual([403, "Only moderators may see and do this."]);
  });
});
