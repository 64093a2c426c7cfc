/** What is written without waiting for the disk, and who waits for it. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { openSqlite } from "../../src/shared/native.js";
import { SqliteFile, type SyncedOptions } from "../../src/shared/sqlite-file.js";
import { newFolder } from "../support/new-folder.js";

type Done = (error: Error | null) => void;
/** Write-throughs that the disk has not answered. */
const asked = vi.hoisted((): Done[] => []);
/** Write-throughs that the program waits for: at opening and at closing. */
const waited = vi.hoisted(() => vi.fn<(file: number) => void>());
vi.mock("node:fs", async (original) => ({
  ...(await original<typeof import("node:fs")>()),
  fdatasyncSync: waited,
  fdatasync: (_file: number, done: Done) => void asked.push(done),
}));

beforeEach(() => {
  asked.length = 0;
});

const turn = () => new Promise((resolve) => setImmediate(resolve));

function open() {
  const folder = newFolder();
  const file = new SqliteFile(join(folder, "notes.sqlite"), (client) => client.exec("CREATE TABLE note (text)"), 20);
  onTestFinished(() => {
    if (file.client.open) file.close();
  });
  const add = (text: string) =>
    file.write(() => file.client.prepare("INSERT INTO note VALUES (?)").run([text]), { durable: false });
  const settled: string[] = [];
  const wait = (name: string, options?: SyncedOptions) =>
    file.synced(options).then(
      () => settled.push(name),
      (error: Error) => settled.push(`${name}: ${error.message}`),
    );
  return { file, add, settled, wait };
}

describe("what is written without waiting for the disk", () => {
  it("is there at once, and on the disk for all who ask meanwhile by one write-through", async () => {
    const { file, add, settled, wait } = open();
    await file.synced();
    expect(asked).toHaveLength(0);
    add("one");
    const first = [wait("a"), wait("b")];
    await turn();
    expect(file.client.prepare("SELECT text FROM note").all([])).toMatchObject([{ text: "one" }]);
    expect([asked.length, settled]).toEqual([1, []]);
    // It was written after that one had begun, which may not have it.
    add("two");
    const second = wait("c");
    await turn();
    expect(asked).toHaveLength(1);
    asked.shift()?.(null);
    await Promise.all(first);
    await turn();
    expect([asked.length, settled]).toEqual([1, ["a", "b"]]);
    asked.shift()?.(null);
    await second;
    await file.synced();
    expect(asked).toHaveLength(0);
  });

  it("goes on for one of those who wait in great number, then for the others who wait", async () => {
    const { add, settled, wait } = open();
    add("one");
    const many = Array.from({ length: 50 }, (_, n) => wait(`new job ${n}`));
    const others = [wait("end of a", { who: "a" }), wait("end of b", { who: "b" })];
    const step = wait("step", { atOnce: true });
    await turn();
    asked.shift()?.(null);
    await Promise.all([...many, ...others, step]);
    expect(settled.slice(0, 5)).toEqual(["step", "new job 0", "end of a", "end of b", "new job 1"]);
  });

  it("is on the disk when the file is opened again after a kill", () => {
    const first = open();
    first.add("one");
    waited.mockClear();
    const next = new SqliteFile(first.file.path, () => undefined, 20);
    expect(waited).toHaveBeenCalledOnce();
    expect(next.client.prepare("SELECT text FROM note").all([])).toMatchObject([{ text: "one" }]);
    next.close();
  });

  it("goes into the file itself where the disk refuses the log, which nothing asks of it again then", async () => {
    const { file, add, settled, wait } = open();
    add("one");
    const first = wait("a");
    await turn();
    expect(statSync(`${file.path}-wal`).size).toBeGreaterThan(0);
    asked.shift()?.(new Error("EIO: i/o error, fdatasync"));
    await first;
    expect([settled, statSync(`${file.path}-wal`).size]).toEqual([["a"], 0]);
  });

  it("is not acknowledged where neither takes it, until one does", async () => {
    const { file, add, settled, wait } = open();
    add("one");
    const reader = openSqlite(file.path);
    reader.exec("BEGIN");
    reader.prepare("SELECT text FROM note").all([]);
    const first = wait("a");
    await turn();
    asked.shift()?.(new Error("EIO: i/o error, fdatasync"));
    await first;
    expect(settled).toEqual([expect.stringMatching(/^a: .*using the data folder/)]);
    reader.exec("COMMIT");
    reader.close();
    await wait("b");
    expect([settled.at(-1), asked.length]).toEqual(["b", 0]);
  });

  it("is on the disk when the file is closed that somebody reads", () => {
    const { file, add } = open();
    add("one");
    const reader = openSqlite(file.path);
    reader.exec("BEGIN");
    reader.prepare("SELECT text FROM note").all([]);
    waited.mockClear();
    file.close();
    expect(waited).toHaveBeenCalledOnce();
    reader.exec("COMMIT");
    reader.close();
  });

  it("is in the file when that is closed, whatever waited", async () => {
    const { file, add, settled, wait } = open();
    add("one");
    const waiting = wait("a");
    file.close();
    await waiting;
    expect([settled, asked.length]).toEqual([["a"], 0]);
  });
});
