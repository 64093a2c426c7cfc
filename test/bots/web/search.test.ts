import { describe, expect, it } from "vitest";
import type { WireError, WireSearch } from "../../../src/bots/web/wire.js";
import type { ChannelRef } from "../../../src/domain/model.js";
import { newFolder } from "../../support/new-folder.js";
import { handlers, startChat, Visitor } from "./harness.js";

const art: ChannelRef = { platform: "web", community: "local", id: "art" };

async function find(who: Visitor, q: string, from = ""): Promise<WireSearch> {
  const response = await who.request("GET", `/api/search?${new URLSearchParams({ q, ...(from && { from }) })}`);
  expect(response.status).toBe(200);
  return response.json() as Promise<WireSearch>;
}

const excerpts = async (who: Visitor, q: string, from?: string): Promise<string[]> =>
  (await find(who, q, from)).messages.map(({ excerpt }) => excerpt);

const edit = (who: Visitor, id: string, text: string) => who.request("PATCH", `/api/messages/${id}`, { text });
const errorOf = async (response: Response) => [response.status, ((await response.json()) as WireError).error];

describe("the search", () => {
  it("finds messages by words and beginnings of words, in any writing, the newest first", async () => {
    const ann = await Visitor.enter(await startChat());
    await ann.said("The Café by the sea");
    await ann.said("see the cafes of old");
    await ann.said("nothing of the kind");
    expect(await excerpts(ann, "CAFE")).toEqual(["see the cafes of old", "The Café by the sea"]);
    expect(await excerpts(ann, "sea caf")).toEqual(["The Café by the sea"]);
    expect(await excerpts(ann, 'caf" OR *')).toEqual([]);
    expect(await excerpts(ann, "  ?! ")).toEqual([]);
    const long = await ann.said(`${"before ".repeat(60)} needle ${"after ".repeat(60)}`);
    const [found] = (await find(ann, "needle")).messages;
    expect(found).toMatchObject({ id: long.id, channel: "art", private: false });
    expect(found?.excerpt).toContain("needle");
    expect(found?.excerpt.length).toBeLessThan(210);
  });

  it("shows to no one what they may not see: private answers, threads on them, what is deleted", async () => {
    const bot = handlers(async (event) => {
      if (event.kind === "command") await event.reply({ text: "a secret answer" }, "private");
    });
    const chat = await startChat(bot);
    const [ann, eve] = [await Visitor.enter(chat), await Visitor.enter(chat)];
    const command = await ann.said("/secret wish");
    await expect.poll(() => excerpts(ann, "secret")).toEqual(["a secret answer", "/secret wish"]);
    await ann.said("a secret reply", { thread: command.id });
    expect(await excerpts(ann, "secret")).toHaveLength(3);
    expect(await excerpts(eve, "secret")).toEqual([]);
    const { me } = await ann.session();
    expect(await excerpts(eve, "", me.id)).toEqual([]);
    expect((await find(eve, me.name)).people).toEqual([]);

    const shown = await ann.said("a secret no more");
    expect(await excerpts(eve, "secret")).toEqual(["a secret no more"]);
    expect((await find(eve, me.name)).people).toMatchObject([{ id: me.id }]);
    await eve.said("a secret below", { thread: shown.id });
    expect(await excerpts(eve, "secret below")).toEqual(["a secret below"]);
    await ann.request("DELETE", `/api/messages/${shown.id}`);
    // Its thread can be opened no longer.
    expect(await excerpts(eve, "secret")).toEqual([]);
  });

  it("knows a message by what it says now", async () => {
    const chat = await startChat();
    const ann = await Visitor.enter(chat);
    const { id } = await ann.said("a quick fox");
    expect((await edit(ann, id, "a slow fox")).status).toBe(200);
    expect(await excerpts(ann, "quick")).toEqual([]);
    expect(await excerpts(ann, "slow")).toEqual(["a slow fox"]);
    const posted = await chat.post(art, { text: "first words" });
    await chat.edit(posted, { text: "last words" });
    expect(await excerpts(ann, "words")).toEqual(["last words"]);
  });

  it("finds what was said before there was a search, and after a restart", async () => {
    const dataDir = newFolder();
    const first = await startChat(handlers(), { dataDir });
    const ann = await Visitor.enter(first);
    await ann.said("an older message");
    await first.stop();
    const second = await startChat(handlers(), { dataDir });
    ann.base = second.address;
    expect(await excerpts(ann, "older")).toEqual(["an older message"]);
  });

  it("asks the gallery for works of these words and this person", async () => {
    const asked: unknown[] = [];
    const gone = () => Promise.reject(new Error("not asked"));
    const gallery = {
      page: async (query: unknown) => {
        asked.push(query);
        return { works: [] };
      },
      authors: gone,
      work: gone,
      thumbnail: gone,
      picture: gone,
      file: gone,
      favourite: gone,
      hide: gone,
    };
    const ann = await Visitor.enter(await startChat(handlers(undefined, { gallery })));
    await find(ann, "winter night", "p1");
    expect(asked).toEqual([{ by: "date", limit: 12, words: ["winter", "night"], author: "p1" }]);
    expect(await find(ann, "")).toEqual({ people: [], messages: [], works: [] });
    expect(asked).toHaveLength(1);
  });
});

describe("a message that is changed", () => {
  it("is one's own, and not for the bot; all see it, and that it was changed", async () => {
    const chat = await startChat(
      handlers(undefined, { commands: [{ name: "dream", help: "", options: [], examples: [] }] }),
    );
    const [ann, bob] = [await Visitor.enter(chat), await Visitor.enter(chat)];
    const { me } = await bob.session();
    const said = await ann.said("helo");
    const ear = await bob.listen();
    expect((await edit(ann, said.id, `  hello @${me.name} `)).status).toBe(200);
    const changed = await ear.message(({ id, editedAt }) => id === said.id && editedAt !== undefined);
    expect(changed).toMatchObject({ text: `hello @${me.name}`, mentions: [{ id: me.id }] });
    expect(await errorOf(await edit(bob, said.id, "mine"))).toEqual([403, "Only its author may change a message."]);
    expect(await errorOf(await edit(ann, said.id, " "))).toEqual([403, "Write something, or delete the message."]);
    const late = [403, "What is said to the bot cannot be changed afterwards: send another message."];
    expect(await errorOf(await edit(ann, said.id, "/dream now"))).toEqual(late);
    expect(await errorOf(await edit(ann, said.id, "@Dreamloom dream now"))).toEqual(late);
    const command = await ann.said("/dream strength:2");
    expect(await errorOf(await edit(ann, command.id, "nothing"))).toEqual(late);
    expect(await errorOf(await edit(ann, said.id, "x".repeat(4001)))).toEqual([413, expect.stringContaining("4000")]);
    expect((await ann.page()).messages.find(({ id }) => id === said.id)?.text).toBe(`hello @${me.name}`);
  });
});

describe("a page of messages", () => {
  it("is around one, or after one, and tells whether there is more", async () => {
    const chat = await startChat();
    const ann = await Visitor.enter(chat);
    const ids: string[] = [];
    for (let count = 0; count < 9; count++) ids.push((await chat.post(art, { text: `${count}` })).id);
    const read = async (query: string) => {
      const { messages, hasOlder, hasNewer } = await ann.page("art", query);
      return [messages.map(({ text }) => text).join(""), hasOlder, hasNewer];
    };
    expect(await read(`around=${ids[4]}&limit=2`)).toEqual(["3456", true, true]);
    expect(await read(`around=${ids[8]}&limit=2`)).toEqual(["78", true, false]);
    expect(await read(`after=${ids[5]}&limit=2`)).toEqual(["67", false, true]);
    expect(await read(`after=${ids[5]}&limit=3`)).toEqual(["678", false, false]);
    expect(await read("limit=2")).toEqual(["78", true, false]);
  });
});
