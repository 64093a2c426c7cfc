import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { SqliteFile } from "../../src/shared/sqlite-file.js";
import { StoreError } from "../../src/shared/store-error.js";
import { damage } from "../support/damage.js";
import { newFolder } from "../support/new-folder.js";
import { waitFor } from "../support/wait-for.js";

function open(): SqliteFile {
  const folder = newFolder();
  const file = new SqliteFile(join(folder, "deep", "notes.sqlite"), (client) =>
    client.exec("CREATE TABLE note (text)"),
  );
  onTestFinished(() => {
    if (file.client.open) file.close();
  });
  return file;
}

const add = (file: SqliteFile, length = 3) =>
  file.client.prepare("INSERT INTO note VALUES (?)").run(["x".repeat(length)]);
const synchronous = (file: SqliteFile) => file.client.prepare("PRAGMA synchronous").get([]);

describe("a SQLite file", () => {
  it("waits for the disk at each commit, but where a power cut may undo it", () => {
    const file = open();
    const inWrite = (options?: { readonly durable: boolean }) => file.write(() => synchronous(file), options);
    expect(inWrite()).toMatchObject({ synchronous: 2 });
    expect(inWrite({ durable: false })).toMatchObject({ synchronous: 1 });
    expect(() =>
      file.write(
        () => {
          throw new Error("no");
        },
        { durable: false },
      ),
    ).toThrow("no");
    expect(inWrite({ durable: true })).toMatchObject({ synchronous: 2 });
  });

  it("is not brought up to date from its log while much is written, but in the first quiet moment", async () => {
    const file = open();
    const { size } = statSync(file.path);
    // The log is longer than SQLite itself lets it become.
    for (let n = 0; n < 400; n++) file.write(() => add(file, 20_000), { durable: false });
    expect(statSync(file.path).size).toBe(size);
    await waitFor(() => expect(statSync(file.path).size).toBeGreaterThan(400 * 20_000));
    // What comes next begins at the start of the log.
    const before = statSync(`${file.path}-wal`).size;
    file.write(() => add(file, 20_000), { durable: false });
    expect(statSync(`${file.path}-wal`).size).toBeLessThanOrEqual(before);
  });

  it("says that it has been closed when it is asked later", () => {
    const file = open();
    const statement = file.client.prepare("SELECT 1");
    file.close();
    for (const late of [() => file.write(() => 1), () => file.client.prepare("SELECT 1"), () => statement.get([])])
      expect(late).toThrow("notes.sqlite has been closed.");
  });

  it("is one complete file when it is closed", () => {
    const file = open();
    add(file, 100_000);
    expect(statSync(`${file.path}-wal`).size).toBeGreaterThan(100_000);
    file.close();
    expect(statSync(file.path).size).toBeGreaterThan(100_000);
    expect(statSync(`${file.path}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
  });

  it("names itself when the disk is full, in a transaction or outside, until it was written again", () => {
    const file = open();
    const full = `There is no space left for ${file.path}: free some, or lower retention.megabytes.`;
    // SQLite itself says when the file may not grow any more, just as it does on a full disk.
    file.client.exec("PRAGMA max_page_count = 3");
    expect(() => add(file, 100_000)).toThrow(full);
    expect(file.problem?.message).toBe(full);
    expect(() => file.write(() => add(file, 100_000))).toThrow(full);
    file.client.exec("PRAGMA max_page_count = 100000");
    file.write(() => add(file, 100_000));
    expect(file.problem).toBeUndefined();
  });

  it("names itself when it is damaged while it is open", () => {
    const file = open();
    for (let n = 0; n < 50; n++) add(file, 5_000);
    damage(file.path);
    const read = () => file.client.prepare("SELECT sum(length(text)) FROM note").get([]);
    expect(read).toThrow(StoreError);
    expect(read).toThrow(`The database ${file.path} is damaged: restore a copy of it`);
    expect(file.problem?.kind).toBe("damaged");
    file.client.close();
  });
});
