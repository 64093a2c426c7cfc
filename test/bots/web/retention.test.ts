/** What goes of the web chat, and when. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BUDGETS } from "../../../src/bots/web/limits.js";
import type { WebChatOptions } from "../../../src/bots/web/options.js";
import { openSqlite } from "../../../src/shared/native.js";
import { newFolder } from "../../support/new-folder.js";
import { handlers, photo, startChat, Visitor } from "./harness.js";

const DAY_MS = 24 * 3600 * 1000;

/** A chat in a folder, begun again by each call as after a restart. */
async function place() {
  const dataDir = newFolder();
  const visitor = new Visitor("");
  let chat = await startChat(handlers(), { dataDir });
  visitor.base = chat.address;
  visitor.cookie = (await Visitor.enter(chat)).cookie;
  const sql = (query: string) => {
    const file = openSqlite(join(dataDir, "web-chat.sqlite"));
    const rows = file.prepare(query).all([]);
    file.close();
    return rows as { id: number; text: string; removed: number }[];
  };
  return {
    visitor,
    sql,
    restart: async (options: Partial<WebChatOptions>) => {
      await chat.stop();
      chat = await startChat(handlers(), { dataDir, ...options });
      visitor.base = chat.address;
    },
    /** Makes a message of today one of long ago. */
    age: (id: string, days: number) =>
      sql(`UPDATE message SET at = ${Date.now() - days * DAY_MS} WHERE id <= ${id} RETURNING id`),
    rows: () => sql("SELECT id, text, removed FROM message WHERE author <> 'bot' ORDER BY id"),
    texts: async () => (await visitor.page()).messages.filter(({ author }) => !author.bot).map(({ text }) => text),
    pictures: () => readdirSync(join(dataDir, "pictures")),
  };
}

describe("messages of the web chat", () => {
  it("go with their pictures when they are too old, but for what is answered in a thread since", async () => {
    const { visitor, restart, age, rows, texts, pictures } = await place();
    const answered = await visitor.said("answered");
    const old = await visitor.said("old", { files: [{ bytes: await photo(), name: "photo.jpg" }] });
    age(old.id, 31);
    await visitor.said("answer", { thread: answered.id });
    await visitor.said("young");
    expect(pictures()).toHaveLength(1);
    await restart({ retention: { days: 30, megabytes: 0 } });
    expect(await texts()).toEqual(["answered", "young"]);
    expect((await visitor.page("art", `thread=${answered.id}`)).messages.map(({ text }) => text)).toEqual(["answer"]);
    // A page that comes back is told that it is gone; the next time it is gone altogether.
    expect(rows().filter(({ removed }) => removed === 1)).toMatchObject([{ id: Number(old.id), text: "" }]);
    await restart({ retention: { days: 30, megabytes: 0 } });
    expect(rows().map(({ text }) => text)).toEqual(["answered", "answer", "young"]);
    expect(pictures()).toEqual([]);
  });

  it("stay where no bound is set", async () => {
    const { visitor, restart, age, texts } = await place();
    age((await visitor.said("old")).id, 10_000);
    await restart({ retention: { days: 0, megabytes: 0 } });
    expect(await texts()).toEqual(["old"]);
  });

  it("go when there are too many, the oldest first", async () => {
    const { visitor, restart, texts } = await place();
    for (const text of ["one", "two", "three", "four"]) await visitor.said(text);
    await restart({ limits: { messages: 2 } });
    expect(await texts()).toEqual(["three", "four"]);
  });

  it("that show pictures go, the oldest first, until the pictures fit", async () => {
    const { visitor, restart, texts, pictures } = await place();
    await visitor.said("words");
    const large = async (text: string, colour: string) =>
      visitor.said(text, { files: [{ bytes: await photo(1200, 900, colour), name: `${text}.jpg` }] });
    await large("first", "#aa2211");
    await large("second", "#22aa11");
    const last = await large("third", "#2211aa");
    const [image] = last.pictures;
    expect(pictures()).toHaveLength(3);
    await restart({ retention: { days: 0, megabytes: ((image?.bytes ?? 0) * 1.5) / 1024 / 1024 } });
    expect(await texts()).toEqual(["words", "third"]);
    expect(pictures()).toHaveLength(1);
    expect((await visitor.request("GET", image?.url ?? "")).status).toBe(200);
  });

  it("take no more megabytes from one person than their budget has", async () => {
    const { visitor, restart } = await place();
    await restart({ limits: { budgets: { ...BUDGETS, megabytes: { person: { burst: 0.5, perMinute: 0.01 } } } } });
    const send = async () => visitor.say("look", { files: [{ bytes: Buffer.alloc(600_000), name: "photo.jpg" }] });
    // No picture, but it has come.
    expect((await send()).status).toBe(403);
    expect((await send()).status).toBe(429);
    expect((await visitor.say("words")).status).toBe(200);
  });
});

describe("visitors of the web chat", () => {
  it("leave nothing behind when they are forgotten, nor does a channel that was deleted", async () => {
    const { visitor, restart, sql } = await place();
    const enter = () => Visitor.enter({ address: visitor.base });
    const [newcomer, guest] = [await enter(), await enter()];
    await guest.said("hello");
    const [gone, kept] = [(await newcomer.session()).me.id, (await guest.session()).me.id];
    // Of a version that left it there.
    sql("INSERT INTO read_mark VALUES ('somebody', 'art', 1)");
    sql(`UPDATE person SET seen = seen - ${31 * DAY_MS} WHERE id IN ('${gone}', '${kept}')`);
    sql("INSERT INTO channel (id, name, created, deleted) VALUES ('lab', 'lab', 1, 1)");
    sql(`INSERT INTO read_mark VALUES ('${kept}', 'lab', 1)`);
    await restart({});
    const marks = sql("SELECT DISTINCT person, channel FROM read_mark ORDER BY person");
    const there = sql("SELECT id AS person, 'art' AS channel FROM person WHERE bot = 0 ORDER BY id");
    expect(there).toHaveLength(2);
    expect(marks).toEqual(there);
    expect(sql("SELECT id FROM session")).toHaveLength(2);
  });
});
