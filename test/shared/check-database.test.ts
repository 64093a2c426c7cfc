import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { KeyValues, Sql } from "../../src/bots/web/sql.js";
import { openSqlite } from "../../src/shared/native.js";
import { SqliteFile } from "../../src/shared/sqlite-file.js";
import { openStore } from "../../src/store/open.js";
import { job } from "../store/make.js";
import { newFolder } from "../support/new-folder.js";

const SCHEMA =
  "CREATE TABLE note (id INTEGER PRIMARY KEY, words TEXT, more TEXT); CREATE INDEX note_words ON note (words)";
const PAGE = 4096;

/** A file of 2,500 notes, closed. */
function notes(): string {
  const path = join(newFolder(), "notes.sqlite");
  const file = new SqliteFile(path, (client) => client.exec(SCHEMA));
  const add = file.client.prepare("INSERT INTO note (words, more) VALUES (?, ?)");
  file.write(() => {
    for (let n = 0; n < 2_500; n++) add.run([`note ${n} – ❤️`, n % 2 ? null : "more"]);
  });
  file.close();
  return path;
}

/** Opens a file as the program does; what is wrong with it, or how many notes it has. */
function open(path: string): string | number {
  try {
    const file = new SqliteFile(path, () => undefined);
    const { count } = file.client.prepare("SELECT count(*) AS count FROM note").get([]) as { readonly count: number };
    file.close();
    return count;
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}

function change(path: string, work: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path);
  work(bytes);
  writeFileSync(path, bytes);
}

const told = (path: string) => expect.stringContaining(`The database ${path} is damaged: restore a copy of it`);

describe("a database that is opened", () => {
  it("is as it was where nothing is wrong", () => {
    expect(open(notes())).toBe(2_500);
  });

  it("is refused where a text is none, which libsql ends the program at", () => {
    for (const id of [1, 1_000, 1_001, 2_500]) {
      const path = notes();
      const client = openSqlite(path);
      client.prepare("UPDATE note SET more = CAST(x'41FF42' AS TEXT) WHERE id = ?").run([id]);
      client.close();
      expect(open(path)).toEqual(told(path));
    }
  });

  it("is refused where a value is not of its column's type", () => {
    const path = notes();
    const client = openSqlite(path);
    client.exec("ALTER TABLE note ADD COLUMN gone INTEGER NOT NULL DEFAULT 0");
    client.close();
    expect(open(path)).toBe(2_500);
    for (const change of ["gone = x''", "gone = 'a'", "more = x'41'"]) {
      const damaged = notes();
      const other = openSqlite(damaged);
      other.exec(`ALTER TABLE note ADD COLUMN gone INTEGER NOT NULL DEFAULT 0; UPDATE note SET ${change} WHERE id = 7`);
      other.close();
      expect(open(damaged)).toEqual(told(damaged));
    }
  });

  it("is refused where rows would be missing without a word", () => {
    const path = notes();
    change(path, (bytes) => {
      // A page of the table's leaves says that it has one row less than it has.
      const leaf = Array.from({ length: bytes.length / PAGE }, (_, n) => n * PAGE).find((at) => bytes[at] === 13) ?? 0;
      bytes.writeUInt16BE(bytes.readUInt16BE(leaf + 3) - 1, leaf + 3);
    });
    expect(open(path)).toEqual(told(path));
  });

  it("is refused where its head names no format that there is", () => {
    const path = notes();
    change(path, (bytes) => bytes.writeUInt32BE(9, 44));
    expect(open(path)).toEqual(told(path));
  });

  it("is refused where its tables are not those that were made", () => {
    for (const query of ["SELECT mote FROM note", "SELECT * FROM mote"]) {
      const path = notes();
      const file = new SqliteFile(path, () => undefined);
      expect(() => file.client.prepare(query).all([])).toThrow(`The database ${path} is damaged`);
      expect(file.problem?.kind).toBe("damaged");
      file.close();
    }
  });

  it("is refused where an index is not its table's", () => {
    const path = notes();
    change(path, (bytes) => {
      const leaf = Array.from({ length: bytes.length / PAGE }, (_, n) => n * PAGE).find((at) => bytes[at] === 10) ?? 0;
      bytes.write("mote ", bytes.indexOf("note ", leaf + bytes.readUInt16BE(leaf + 8)));
    });
    expect(open(path)).toEqual(told(path));
  });

  it("tells of a small value that is no JSON when that is read", () => {
    const sql = new Sql(join(newFolder(), "web-chat.sqlite"));
    const values = new KeyValues(sql);
    values.set("inbox/1", { line: "/dream" });
    sql.run("UPDATE setting SET value = '{' WHERE name = 'inbox/1'");
    expect(() => values.get("inbox/1")).toThrow("my database is damaged");
    expect(() => values.list("inbox/")).toThrow("my database is damaged");
    sql.close();
  });

  it("is refused where a column is no JSON that should be some: in the web chat's, and in the main one", async () => {
    const dir = newFolder();
    const path = join(dir, "web-chat.sqlite");
    const sql = new Sql(path);
    sql.run("INSERT INTO person (id, name, created, seen) VALUES ('ann', 'Ann', 0, 0)");
    sql.run("INSERT INTO channel (id, created) VALUES ('art', 0)");
    sql.run("INSERT INTO message (rev, channel, author, text, at, buttons) VALUES (1, 'art', 'ann', '', 0, '[')");
    sql.close();
    expect(() => new Sql(path)).toThrow("my database is damaged");
    const store = openStore({ dir });
    await store.jobs.add(job({ id: "KEPT3333" }), {});
    await store.close();
    const client = openSqlite(join(dir, "dreamloom.sqlite"));
    client.exec("UPDATE job SET params = '{'");
    client.close();
    expect(() => openStore({ dir })).toThrow(`The database ${join(dir, "dreamloom.sqlite")} is damaged`);
  });
});
