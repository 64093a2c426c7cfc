/** What people may call themselves and channels: nothing that looks like another name. */
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Sql } from "../../../src/bots/web/sql.js";
import { Users } from "../../../src/bots/web/users.js";
import { openSqlite } from "../../../src/shared/native.js";
import { newFolder } from "../../support/new-folder.js";
import { handlers, startChat, Visitor } from "./harness.js";

/** How the chat answers a wish for a name: the name that it gives, or its sentence. */
async function called(visitor: Visitor, name: string): Promise<string> {
  const answer = await visitor.request("POST", "/api/session", { name });
  const body = (await answer.json()) as { name?: string; error?: string };
  return body.name ?? body.error ?? "";
}

describe("a person's name", () => {
  it("is found after a message's first signs, and not after hundreds of others", async () => {
    const sql = new Sql(join(newFolder(), "chat.sqlite"));
    onTestFinished(() => sql.close());
    const users = new Users(sql);
    const [ann, bo] = [users.create(false, "").user, users.create(false, "").user];
    users.rename(ann.id, "Ann of the Thousand Lakes 🌊 32");
    users.rename(bo.id, "Bo");
    const named = (text: string) => users.mentionedIn(text).map(({ id }) => id);
    expect(named("thanks @bo, @ANN of the thousand lakes 🌊 32!")).toEqual([ann.id, bo.id]);
    expect(named(`${"@ ".repeat(39)}@Bo`)).toEqual([bo.id]);
    expect(named(`${"@ ".repeat(40)}@Bo`)).toEqual([]);
    expect(named("Bo, not @Ann, @ 🌊")).toEqual([]);
    const plan = sql.all<{ detail: string }>(
      "EXPLAIN QUERY PLAN SELECT id FROM person WHERE name COLLATE NOCASE IN ('Bo')",
    );
    expect(plan.map(({ detail }) => detail).join()).toContain("person_name");
  });

  it("may be of any script, with accents, emoji and what those need", async () => {
    const visitor = await Visitor.enter(await startChat());
    for (const name of [
      "Zoë Łukasiewicz",
      "Миша",
      "山田 太郎",
      "さくら×Café",
      "علی\u200cرضا",
      "ශ්\u200dරී",
      "김민준",
      "Mira 🌙",
      "👩🏽\u200d🎨",
      "❤\uFE0F",
      "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
      "葛\u{E0100}城",
      "O'Brien-Smith 3",
    ])
      expect(await called(visitor, name)).toBe(name.normalize("NFC"));
  });

  it.each([
    ["a zero-width space", "Mi\u200Bra"],
    ["a joiner between Latin letters", "Mi\u200Dra"],
    ["a soft hyphen", "Mi\u00ADra"],
    ["a direction mark", "Mira\u202E"],
    ["a Hangul filler", "\u3164"],
    ["an empty Braille cell", "Mi\u2800ra"],
    ["a selector after a letter", "Mi\uFE0Fra"],
    ["tags", "Mira\u{E0041}"],
  ])("may not have %s", async (_, name) => {
    expect(await called(await Visitor.enter(await startChat()), name)).toBe(
      "This name has letters that cannot be seen: leave them out.",
    );
  });

  it.each([
    ["a Cyrillic letter", "Drifting \u0421at"],
    ["a Greek letter", "H\u03BFpe"],
    ["an Armenian letter", "\u0555tto"],
  ])("may not mix Latin letters with %s", async (_, name) => {
    expect(await called(await Visitor.enter(await startChat()), name)).toMatch(/mixes letters of two alphabets/);
  });

  it("may not look like that of the bot or a moderator, with other accents, spaces and signs either", async () => {
    const chat = await startChat();
    const [moderator, visitor] = [await Visitor.enter(chat), await Visitor.enter(chat)];
    expect(await called(moderator, "Mira")).toBe("Mira");
    for (const name of [
      "DreamIoom",
      "dream1oom",
      "DREAML00M",
      "Drearnloom",
      "Dreamloom \u2713",
      "D.r.e.a.m.l.o.o.m",
      "Dréamloom",
      "The Dreamloom Team",
      "\u{1D507}\u{1D52F}\u{1D522}\u{1D51E}\u{1D52A}\u{1D529}\u{1D52C}\u{1D52C}\u{1D52A}",
      "\uFF24reamloom",
      "\u24B9reamloom",
    ])
      expect(await called(visitor, name), name).toMatch(/^This is too much like Dreamloom/);
    for (const name of ["M\u00EDra", "Mira!", "M i r a", "rnira"])
      expect(await called(visitor, name), name).toMatch(/^This is too much like Mira/);
    // One's own is no other's.
    expect(await called(moderator, "MIRA")).toBe("MIRA");
  });

  it("may not look like another visitor's, but differ by more than that", async () => {
    const chat = await startChat();
    await Visitor.enter(chat);
    const [one, two] = [await Visitor.enter(chat), await Visitor.enter(chat)];
    expect(await called(one, "Paul")).toBe("Paul");
    expect(await called(two, "PAUL")).toMatch(/already called Paul/);
    for (const name of ["PauI", "Pau1", "\u0420\u0430ul"])
      expect(await called(two, name), name).toMatch(/too much like Paul|two alphabets/);
    for (const name of ["Paul 🌙", "Paula", "Päul"]) expect(await called(two, name)).toBe(name);
    // Of one alphabet, and still the same to see.
    expect(await called(one, "coco")).toBe("coco");
    expect(await called(two, "\u0441\u043E\u0441\u043E")).toMatch(/too much like coco/);
  });

  it("is shown on the pages of others as soon as it changes", async () => {
    const chat = await startChat();
    const [ann, ben] = [await Visitor.enter(chat), await Visitor.enter(chat)];
    const { id } = (await ann.session()).me;
    const ear = await ben.listen();
    expect(await called(ann, "Zora")).toBe("Zora");
    await ear.until((frame) => frame.kind === "person" && frame.person.id === id && frame.person.name === "Zora");
    // It is theirs already.
    expect(await called(ann, "Zora")).toBe("Zora");
    expect(await called(ben, "Yorick")).toBe("Yorick");
    await ear.until((frame) => frame.kind === "person" && frame.person.name === "Yorick");
    expect(ear.frames.filter(({ kind }) => kind === "person")).toHaveLength(2);
  });

  it("stays where it was given before", async () => {
    const dataDir = newFolder();
    const chat = await startChat(handlers(), { dataDir });
    const [old, young] = [await Visitor.enter(chat), await Visitor.enter(chat)];
    const { id } = (await old.session()).me;
    await chat.stop();
    const file = openSqlite(`${dataDir}/web-chat.sqlite`);
    file.prepare("UPDATE person SET name = 'DreamIoom', skeleton = '', folded = '' WHERE id = ?").run([id]);
    file.close();
    const again = await startChat(handlers(), { dataDir });
    old.base = young.base = again.address;
    expect((await old.session()).me.name).toBe("DreamIoom");
    expect(await called(young, "dreamioom")).toMatch(/already called DreamIoom/);
  });
});

describe("a channel's name", () => {
  it("is seen, of one alphabet, and unlike the others", async () => {
    const visitor = await Visitor.enter(await startChat());
    const make = async (name: string) => (await visitor.request("POST", "/api/channels", { name })).status;
    expect([await make("\u3164"), await make("\u0430rt-lab"), await make("\u0430rt"), await make("arт")]).toEqual([
      403, 403, 403, 403,
    ]);
    expect([await make("арт"), await make("絵画"), await make("art-2")]).toEqual([201, 201, 201]);
  });
});
