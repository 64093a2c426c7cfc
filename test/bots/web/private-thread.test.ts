import { describe, expect, it } from "vitest";
import type { WireSearch } from "../../../src/bots/web/wire.js";
import type { ChannelRef } from "../../../src/domain/model.js";
import { handlers, photo, startChat, Visitor } from "./harness.js";

const art: ChannelRef = { platform: "web", community: "local", id: "art" };

/**
 * A command that nothing public has come of, with a picture, and what stands in its thread: its author's picture and
 * the bot's answer with a button.
 */
async function privateThread() {
  const bot = handlers();
  const chat = await startChat(bot);
  // The first visitor is the moderator, who sees no more of it than others do.
  const [moderator, ann, eve] = [await Visitor.enter(chat), await Visitor.enter(chat), await Visitor.enter(chat)];
  const before = (await eve.session()).rev;
  const bytes = await photo(2000, 90);
  const root = await ann.said("/dream secret", { files: [{ bytes, name: "a.jpg" }] });
  const notes = await ann.said("secret notes", {
    thread: root.id,
    files: [{ bytes: await photo(90, 90, "#abcdef"), name: "b.jpg" }],
  });
  const buttons = [{ id: "again", label: "Again", style: "secondary" as const }];
  const answer = await chat.post({ ...art, thread: root.id }, { text: "secret answer", buttons });
  bot.events.length = 0;
  return { bot, chat, ann, others: { eve, moderator }, before, root, messages: [root.id, notes.id, answer.id], notes };
}

type Scene = Awaited<ReturnType<typeof privateThread>>;

/** Everything that a page can ask for or do with the thread and its messages. */
function attempts({ root, messages, notes }: Scene) {
  const thread = root.id;
  const typing = { command: "dream", option: "look", channel: "art", thread };
  const preview = new URLSearchParams({ ...typing, value: "eyes" });
  const pictures = [...root.pictures, ...notes.pictures].flatMap(({ url, preview: small }) => [url, small]);
  return [
    ...messages.flatMap((id): [string, string, object?][] => [
      ["POST", `/api/messages/${id}/reactions`, { emoji: "🎨", on: true }],
      ["POST", `/api/messages/${id}/reactions`, { emoji: "🎨", on: false }],
      ["POST", `/api/messages/${id}/actions`, { action: "again" }],
      ["PATCH", `/api/messages/${id}`, { text: "mine" }],
      ["DELETE", `/api/messages/${id}`],
    ]),
    ...["", "&before=999999", "&after=1", `&around=${notes.id}`].map((query): [string, string] => [
      "GET",
      `/api/channels/art/messages?thread=${thread}${query}`,
    ]),
    ["POST", "/api/channels/art/read", { message: notes.id, thread }],
    ["POST", "/api/complete", { ...typing, typed: "" }],
    ["POST", "/api/check", { line: "/dream", channel: "art", thread }],
    ["GET", `/api/preview?${preview}`],
    ...pictures.map((path): [string, string] => ["GET", path]),
  ] as const satisfies readonly (readonly [string, string, object?])[];
}

describe("the private thread of a command", () => {
  it("is there for no one else, a moderator among them, whatever they ask for or do", async () => {
    const scene = await privateThread();
    const { bot, ann, others, root, messages } = scene;
    for (const other of Object.values(others)) {
      for (const [method, path, body] of attempts(scene)) {
        const { status } = await other.request(method, path, body);
        expect([method, path, status]).toEqual([method, path, 404]);
      }
      for (const text of ["let me in", "/dream", "@dreamloom hello"])
        expect((await other.say(text, { thread: root.id })).status).toBe(404);
      // An answer quotes what it answers.
      for (const repliesTo of messages) expect((await other.say("and?", { repliesTo })).status).toBe(404);
    }
    expect(bot.events).toEqual([]);
    const { messages: kept } = await ann.page("art", `thread=${root.id}`);
    expect(kept.map(({ text, reactions }) => [text, reactions])).toEqual([
      ["secret notes", []],
      ["secret answer", []],
    ]);
    // What is refused to them is not refused to all.
    const react = { emoji: "🎨", on: true };
    expect((await ann.request("POST", `/api/messages/${root.id}/reactions`, react)).status).toBe(204);
  });

  it("comes to no other page: as it happens, after a while away, by a search or in a channel's page", async () => {
    const { chat, ann, others, before, root } = await privateThread();
    const { eve } = others;
    const [ear, annsEar] = [await eve.listen(), await ann.listen()];
    for (const { socket } of [ear, annsEar]) socket.send(JSON.stringify({ watch: "nothing", thread: root.id }));
    await ear.until(({ kind }) => kind === "following");
    await annsEar.until(({ kind }) => kind === "following");
    await ann.said("secret wish", { thread: root.id });
    await chat.post({ ...art, thread: root.id }, { text: "secret, while all listen" });
    await annsEar.message(({ text }) => text === "secret, while all listen");
    const last = await eve.said("hello");
    await ear.message(({ id }) => id === last.id);
    const back = await eve.listen(before);
    const received = JSON.stringify([ear.frames, back.frames, await eve.page(), await eve.session()]);
    expect(received).toContain("hello");
    expect(received).not.toContain("secret");
    expect(back.frames.some((frame) => "message" in frame && frame.message.id === root.id)).toBe(false);

    const found = async (visitor: Visitor, query: string) =>
      (await (await visitor.request("GET", `/api/search?q=${query}`)).json()) as WireSearch;
    expect((await found(ann, "secret")).messages).toHaveLength(5);
    expect((await found(eve, "secret")).messages).toEqual([]);
    // The bot's "the picture above" is not one that others may not see.
    expect(await chat.latestPicture(art)).toBeUndefined();
  });

  it("stays so when its first message is deleted while something is on its way into it", async () => {
    const { bot, chat, ann, others, before, root, notes } = await privateThread();
    const ear = await others.eve.listen();
    await ann.said("/dream secret wish", { thread: root.id });
    const [asked] = bot.events;
    if (asked?.kind !== "command") return expect.fail();
    const pictures = [{ bytes: await photo(70, 50, "#123456"), name: "secret.jpg", type: "image/jpeg" }];
    const late = expect(chat.post({ ...art, thread: root.id }, { text: "secret late", pictures })).rejects.toThrow(
      "This thread is no longer there.",
    );
    await chat.remove({ channel: art, id: root.id });
    await late;
    await expect(asked.reply({ text: "secret answer to all" }, "public")).rejects.toThrow();
    const last = await others.eve.said("hello");
    await ear.message(({ id }) => id === last.id);
    const back = await others.eve.listen(before);
    expect(JSON.stringify([ear.frames, back.frames])).not.toContain("secret");
    expect(notes.pictures.length).toBeGreaterThan(0);
    for (const { url } of notes.pictures) expect((await others.eve.request("GET", url)).status).toBe(404);
  });
});
